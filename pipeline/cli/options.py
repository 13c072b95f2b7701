"""Arguments and options that several commands take."""

from pathlib import Path

import click

from pipeline.scratch import scratch_of


def _at_work_in(context: click.Context, parameter: click.Parameter, study: Path) -> Path:
    """Keep temporary files of every library inside the study until the command ends."""
    if (study / "study.toml").is_file():
        context.with_resource(scratch_of(study))
    return study


STUDY = click.argument("study", type=click.Path(path_type=Path, file_okay=False), callback=_at_work_in)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
