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
@click.option("--cut-common", is_flag=True, help="Cut out what others wrote in the same words, too, without being asked.")
@click.option("--yes", is_flag=True, help="Do it without being asked; what others wrote in the same words is listed and left.")
def erase(study: Path, respondent: str, *, question: str | None, quotes_only: bool, cut_common: bool, yes: bool) -> None:
    """Take a person who withdraws out of a study, named as in the export's id column.

    What the team wrote is looked through for their words. What nobody else wrote is cut; of what others wrote in the same words
    you are asked place by place.

    \b
    Example:
      themes erase my-study R-0042
      themes erase my-study R-0042 --question barriers
      themes erase my-study R-0042 --quotes-only
    """
    from pipeline.erasing import erase as erase_person

    if not yes:
        click.confirm("This cannot be undone. Go on?", abort=True)

    def decide(place: object) -> bool:
        return cut_common or (not yes and click.confirm(f"{place} may be theirs; others wrote the same. Cut it?", default=False))

    done = erase_person(study, respondent, question=question, quotes_only=quotes_only, decide=decide)
    for sentence in done.done:
        click.echo(sentence)
    if done.left:
        click.echo("Left for you to read, since others wrote the same words or an id may mean something else:")
        for place in done.left:
            click.echo(f"  - {place}")
