"""Arguments and options that several commands take."""

from pathlib import Path

import click


STUDY = click.argument("study", type=click.Path(path_type=Path, file_okay=False))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
