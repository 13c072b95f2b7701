"""“You said, we did, what we could not do and why”: the loop as a page and a document."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.report.answered_actions import Answered, Standing, standing
from pipeline.report.blocks import Block, Heading, Paragraph, Points, Report, ReportSection, TableBlock
from pipeline.report.draft_mark import marked
from pipeline.report.formats.docx_styles import save_document
from pipeline.report.formats.html import render
from pipeline.report.formats.word import as_document
from pipeline.report.numbers_in_words import number, percent
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.actions import ORDER, Action
from pipeline.workflow.results import RunResults


TITLE = "You said, we did, what we could not do and why"
NOTICE = (
    "The team wrote what is here, from loop.csv. What people said is told in the team's words: words of single people are in it "
    "only if the team put them there, so check that each was approved. Read it with people who answered before it goes out."
)
AGREE = {
    "yes": "They agree that it was done.",
    "partly": "They agree that some of it was done.",
    "no": "They do not agree that it was done.",
}
ACCEPT = {"yes": "They accept the reason.", "partly": "They accept the reason in part.", "no": "They do not accept the reason."}
NOT_ASKED = "Nobody has asked them yet whether they agree."


def write_loop(source: RunResults, folder: Path) -> None:
    """Write loop.html and loop.docx."""
    report = loop_report(source)
    page = render(report)
    write_atomically(folder / "loop.html", lambda path: path.write_text(page, encoding="utf-8"))
    save_document(as_document(report), folder / "loop.docx")


def loop_report(source: RunResults) -> Report:
    """Return the loop as a report: overdue and unanswered themes first."""
    progress = standing(source)
    entries = progress.loop.entries
    did = _told(
        [entry for entry in entries if entry.decided and entry.action],
        "Nothing has been done yet, or nobody has written it down.",
    )
    could_not = _told(
        [entry for entry in entries if entry.decided and entry.not_possible_because], "Nothing is marked as not possible."
    )
    name = source.study.settings.name
    report = Report(
        title=f"{name}: {TITLE[0].lower()}{TITLE[1:]}",
        banner=figures(progress),
        notice=NOTICE,
        sections=(
            ReportSection("open", "What is overdue or has no answer yet", tuple(_open(progress))),
            ReportSection("did", "You said, we did", tuple(did)),
            ReportSection("could-not", "What we could not do, and why", tuple(could_not)),
        ),
    )
    return marked(report, source)


def figures(progress: Standing) -> str:
    """Say how many themes have an answer, and how long it took."""
    n, of = len(progress.with_state("answered", "not told")), len(progress.themes)
    days = progress.loop.median_days
    share = f" ({percent(progress.share_answered)})" if of else ""
    half = f"; half of the answers reached people within {days:g} days" if days is not None else ""
    return f"{number(n)} of {n_of(of, 'theme')}{share} {agreeing(n, 'has', 'have')} an answer{half}"


def _open(progress: Standing) -> Iterator[Block]:
    late, silent, untold = (progress.with_state(state) for state in ORDER[:3])
    # What is worst comes first.
    if not (late or silent or untold):
        yield Paragraph("Every theme has an answer, and people have been told.")
    if late:
        yield Heading("Overdue")
        yield Points(tuple(sentence for theme in late for sentence in _late(theme, progress)))
    if silent:
        rows = tuple((theme.placed.heading, theme.placed.people) for theme in silent)
        yield Heading("No answer yet")
        yield TableBlock("unanswered", "Themes without an answer, those with most people first", ("Theme", "People"), rows)
    if untold:
        yield Heading("Decided, but people have not been told")
        yield Points(tuple(f"{theme.placed.heading} ({theme.placed.people})" for theme in untold))
    if progress.unknown:
        yield Heading("Rows of loop.csv that fit no theme and no code")
        yield Points(progress.unknown)


def _late(theme: Answered, progress: Standing) -> Iterator[str]:
    for entry in theme.entries:
        if entry.state(progress.today) == "overdue" and entry.due:
            days = (progress.today - entry.due).days
            what = entry.action or entry.decision or "an answer"
            yield f"{theme.placed.heading}: “{what}” was due on {_day(entry.due)}, {n_of(days, 'day')} ago."


def _told(entries: list[Action], nothing: str) -> Iterator[Block]:
    if not entries:
        yield Paragraph(nothing)
    for entry in entries:
        yield Heading(entry.about)
        yield Points(tuple(_sentences(entry)))


def _sentences(entry: Action) -> Iterator[str]:
    if entry.you_said:
        yield f"You said: {entry.you_said}"
    when = f", {_day(entry.decided_on)}" if entry.decided_on else ""
    yield f"Decided: {entry.decision} ({entry.decided_by}{when})"
    if entry.not_possible_because:
        yield f"Not possible, because: {entry.not_possible_because}"
    elif entry.done_on:
        yield f"We did: {entry.action} (done on {_day(entry.done_on)})"
    else:
        yield f"Still to do: {entry.action}{f' (due on {_day(entry.due)})' if entry.due else ''}"
    if entry.told_on:
        yield f"People were told on {_day(entry.told_on)}: {entry.told_how}"
    else:
        yield "People have not been told yet."
    yield (ACCEPT if entry.not_possible_because else AGREE).get(entry.they_agree, NOT_ASKED)


def _day(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else "a day not given"
