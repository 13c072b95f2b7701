"""Commands that keep people's words safe."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.shared_options import STUDY


@click.command()
@STUDY
def safeguarding(study: Path) -> None:
    """List answers that may speak of harm, with identifiers masked, on the terminal only.

    \b
    Example:
      themes safeguarding my-study
    """
    from pipeline.workflow.safeguarding_list import list_concerns

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
    from pipeline.erasure import erase as erase_person

    if not yes:
        click.confirm("This cannot be undone. Go on?", abort=True)

    def decide(place: object) -> bool:
        # With --yes nobody is asked, and what others wrote is theirs to keep unless --cut-common says otherwise.
        return cut_common or (not yes and click.confirm(f"{place} may be theirs; others wrote the same. Cut it?", default=False))

    done = erase_person(study, respondent, question=question, quotes_only=quotes_only, decide=decide)
    for sentence in done.done:
        click.echo(sentence)
    if done.left:
        click.echo("Left for you to read, since others wrote the same words or an id may mean something else:")
        for place in done.left:
            click.echo(f"  - {place}")


@click.command()
@STUDY
@click.option("--number", "numbers", multiple=True, type=int, help="Confirm the text of this number in the list.")
@click.option("--all", "everything", is_flag=True, help="Confirm all that is listed.")
@click.option("--by", metavar="NAME", help="Who confirms it.")
def confirm(study: Path, numbers: tuple[int, ...], *, everything: bool, by: str | None) -> None:
    """List what the team wrote that may tell who somebody is, and let it leave where it is meant to be there.

    \b
    Example:
      themes confirm my-study
      themes confirm my-study --number 2 --by Ana
    """
    from pipeline.report import outgoing_texts
    from pipeline.study.confirmed_texts import add_confirmation
    from pipeline.study.study import load_study

    loaded = load_study(study)
    waiting = outgoing_texts(loaded)
    # All is looked at before any text is confirmed, so that a slip in the command confirms nothing.
    if (numbers or everything) and not (by or "").strip():
        raise click.UsageError("Say who confirms it: --by NAME.")
    if missing := sorted(set(numbers) - set(range(1, len(waiting) + 1))):
        listed = f"the list has the numbers 1 to {len(waiting)}" if waiting else "nothing waits to be confirmed"
        raise click.UsageError(f"There is no text {', '.join(map(str, missing))}: {listed}. Nothing was confirmed.")
    for number, text in enumerate(waiting, start=1):
        chosen = everything or number in numbers
        if chosen and by:
            holds, today = ", ".join(text.holds), datetime.now(UTC).date()
            add_confirmation(loaded, sha256=text.sha256, place=text.place, holds=holds, by=by, on=today)
        click.echo(f"{number}. {text.sentence}.{f' Confirmed by {by}.' if chosen else ''}")
    if not waiting:
        click.echo("Nothing that the team wrote waits to be confirmed.")
