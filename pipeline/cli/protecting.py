"""Commands that keep people's words safe."""

from pathlib import Path

import click

from pipeline.cli.options import STUDY


@click.command()
@STUDY
def safeguarding(study: Path) -> None:
    """List answers that may speak of harm, with identifiers masked, on the terminal only.

    \b
    Example:
      themes safeguarding my-study
    """
    from pipeline.safeguarding import list_concerns

    click.echo(list_concerns(study))


@click.command()
@STUDY
@click.argument("respondent")
@click.option("--question", help="Take out only what they answered to this question.")
@click.option("--quotes-only", is_flag=True, help="Keep what they said to be analysed, and let nothing of it be quoted.")
@click.option("--yes", is_flag=True, help="Do it without being asked.")
def erase(study: Path, respondent: str, *, question: str | None, quotes_only: bool, yes: bool) -> None:
    """Take a person who withdraws out of a study, named as in the export's id column.

    \b
    Example:
      themes erase my-study R-0042
      themes erase my-study R-0042 --question barriers
      themes erase my-study R-0042 --quotes-only
    """
    from pipeline.erasing import erase as erase_person

    if not yes:
        click.confirm("This cannot be undone. Go on?", abort=True)
    for sentence in erase_person(study, respondent, question=question, quotes_only=quotes_only).done:
        click.echo(sentence)
