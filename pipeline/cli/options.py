"""Arguments and options that several commands take."""

from pathlib import Path

import click

from pipeline.private import close_folders, warning


_SAYS_WHO_ELSE = ("check", "run", "status", "review")


def _for_the_owner(context: click.Context, _: click.Parameter, study: Path) -> Path:
    """Close what the program makes in the study to others, before the command and after it, and say who else could come in."""
    if study.is_dir():
        close_folders(study)
        if context.info_name in _SAYS_WHO_ELSE and (sentence := warning(study)):
            click.echo(sentence, err=True)
    context.call_on_close(lambda: close_folders(study))
    return study


STUDY = click.argument("study", type=click.Path(path_type=Path, file_okay=False), callback=_for_the_owner)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
