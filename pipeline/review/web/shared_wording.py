"""Small matters of wording that many pages share."""

from datetime import date

from flask import session

from pipeline.decisions.decision import Decision
from pipeline.errors import ReviewError
from pipeline.review.codebook_changes import CodeEdit
from pipeline.review.coding import Coding
from pipeline.review.discussions import Discussion, ReaderCoding
from pipeline.review.excerpts import bare_excerpt
from pipeline.review.run_tables import RunTables
from pipeline.review.web.web_context import context
from pipeline.runtime.plain_text import is_right_to_left
from pipeline.runtime.plurals import n_of


_LONG_PAUSE_S = 300


def direction(text: str) -> str:
    """Return rtl for words that begin in a script written from right to left, else ltr."""
    return "rtl" if is_right_to_left(text) else "ltr"


def shortcuts_on() -> bool:
    """Say whether this person wants keyboard shortcuts."""
    return bool(session.get("shortcuts", True))


def minutes(seconds: int) -> str:
    """Return a time as people say it."""
    if seconds < 60:
        return "less than a minute"
    hours, left = divmod(round(seconds / 60), 60)
    parts = [n_of(hours, "hour")] if hours else []
    return " ".join([*parts, n_of(left, "minute")] if left or not hours else parts)


def worked_s(begun: float | None, now: float) -> int:
    """Return the seconds to count for a page: those it lay open, up to five minutes, so that a break is not counted."""
    return 0 if begun is None else round(min(max(now - begun, 0), _LONG_PAUSE_S))


def answer_in_words(answer: Coding | Decision | Discussion | ReaderCoding) -> str:
    """Return an answer as people say it: the codes' names, none of these, not sure, skipped."""
    named = {"not sure": "not sure", "skip": "skipped, no questions asked"}
    codes = ", ".join(context().code_name(code) for code in answer.codes)
    return named.get(getattr(answer, "outcome", "")) or codes or "none of these"


def on_day(moment: str | date) -> str:
    """Return a day, or that of a moment in ISO, as it is written in Britain, such as 4 March 2026."""
    day = date.fromisoformat(str(moment)[:10])
    return f"{day.day} {day:%B %Y}"


def proposal_name(edit: CodeEdit) -> str:
    """Return what people call the code that a proposal is about: the label it is to have, where it is new."""
    label = next((change.after for change in edit.changes if change.field == "label"), "") if edit.kind == "new" else ""
    return label or context().code_name(edit.code)


def edit_state(edit: CodeEdit) -> str:
    """Return in a sentence how a proposal stands."""
    if edit.status == "open":
        n, against = len(edit.agreed), len(edit.objected)
        agree = f"{n_of(n, 'person agrees', 'people agree')}" if n else "Nobody has agreed yet"
        return f"{agree}, {n_of(against, 'person objects', 'people object')}." if against else f"{agree}."
    by = f" by {edit.settled_by}" if edit.settled_by and edit.status != "taken back" else ""
    why = f": {edit.settled_why}" if edit.settled_why else "."
    return f"{edit.status.capitalize()}{by}{why}"


def excerpt_number(segment_id: str) -> str:
    """Return a number that tells an excerpt's page from others; its words would stay in the browser's history."""
    return f"{context().review.last_run().tables.row_of.get(segment_id, -1) + 1:,}"


def words_of(run: RunTables, segment_id: str) -> str:
    """Return the words of an excerpt, or nothing where a later run no longer has it."""
    try:
        return bare_excerpt(run, segment_id).words
    except ReviewError:
        return ""
