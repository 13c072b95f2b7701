"""Arguments and options that several commands take."""

from pathlib import Path

import click

from pipeline.runtime.private_folders import close_folders, warning
from pipeline.runtime.scratch import scratch_of


# Commands that look at a study: said at every run and export, the warning would be read past.
_SAYS_WHO_ELSE = ("check", "status", "review")


def _at_work_in(context: click.Context, _: click.Parameter, study: Path | None) -> Path | None:
    """Close what the program makes in the study to others, and keep the temporary files of every library inside it."""
    if study is None:
        return None
    if study.is_dir():
        close_folders(study)
        if context.info_name in _SAYS_WHO_ELSE and (sentence := warning(study)):
            click.echo(sentence, err=True)
    # Once more at the end, since the command may have made folders.
    context.call_on_close(lambda: close_folders(study))
    if (study / "study.toml").is_file():
        context.with_resource(scratch_of(study))
    return study


STUDY = click.argument("study", type=click.Path(path_type=Path, file_okay=False), callback=_at_work_in)
OPTIONAL_STUDY = click.argument("study", required=False, type=click.Path(path_type=Path, file_okay=False), callback=_at_work_in)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
