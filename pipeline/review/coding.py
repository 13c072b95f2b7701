"""Take in what a person decides on a page: once, against the version they saw, and in their own name."""

from dataclasses import dataclass

from pipeline.decisions.decision import Decision, Drawn, Outcome
from pipeline.decisions.showings import has_seen
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.excerpts import bare_excerpt
from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import stands_in_codebook
from pipeline.runtime.plain_text import one_line


LONGEST_S = 3_600.0


@dataclass(frozen=True)
class Coding:
    """What a person says of an excerpt, before it is kept."""

    outcome: Outcome
    codes: tuple[str, ...] = ()
    note: str = ""
    new_code: str = ""
    """The person's suggestion of a code that the codebook does not have."""
    seconds: float | None = None
    """How long the person read and thought, for paying people; at most an hour is kept."""


class StaleError(ReviewError):
    """The page was out of date: `yours` is what was sent, `stands` what was said in the meantime (a window, or a workbook)."""

    def __init__(self, sentence: str, *, yours: object, stands: object) -> None:
        super().__init__(sentence)
        self.yours = yours
        self.stands = stands


class OtherWordsError(ReviewError):
    """An excerpt holds other words than the page showed on which it was answered."""


def decide(
    review: ReviewSession,
    segment_id: str,
    reviewer: str,
    coding: Coding,
    *,
    version: int,
    shown: str,
    key: str,
    drawn: Drawn = "given order",
) -> Decision:
    """Keep what a person says of an excerpt, and return it; the same `key` again returns what it made the first time.

    `version` and `shown` are those of the `Excerpt` on the page they saw. Whether it counts as blind is decided here: a
    person's first answer since the excerpt was last put into the queue does, a later one does not, nor one after they were
    shown how its text is coded. StaleError if they have said something else since, OtherWordsError if the excerpt's words have
    changed.
    """
    run = review.last_run()
    text_id = run.tables.text_id(segment_id)
    if text_id is None:
        raise ReviewError("This excerpt is no longer in the study, so the answer was not kept. Go on with the next one.")
    same_words = bare_excerpt(run, segment_id).shown == shown
    for code in coding.codes:
        check_code(review, code)
    own, in_codebook = review.state().of(reviewer, segment_id), stands_in_codebook(review, text_id)
    # An excerpt that an audit drew belongs to it whatever is said of it later, or the audit would not be a fair sample.
    if own and own.drawn == "random audit":
        drawn = "random audit"

    def keep(store: Store) -> Decision:
        if number := store.made_with(key):
            return store.decision(number)
        if not same_words:
            raise OtherWordsError("These words have changed since this page was opened. Read them, and answer again.")
        _check_version(store, segment_id, reviewer, coding, version=version)
        # Asked of the store, by the one writer: a page may have shown it in another window a moment ago.
        blind = not (in_codebook or has_seen(store, reviewer, segment_id, text_id))
        return _add(store, coding, segment_id=segment_id, text_id=text_id, reviewer=reviewer, drawn=drawn, blind=blind, key=key)

    made = review.write(keep)
    review.held.give_back(reviewer, segment_id)
    return made


def _add(
    store: Store, coding: Coding, *, segment_id: str, text_id: str, reviewer: str, drawn: Drawn, blind: bool, key: str
) -> Decision:
    """Add what a person typed and chose on the page to the store, tidied."""
    return store.decide(
        segment_id=segment_id,
        text_id=text_id,
        reviewer=reviewer,
        outcome=coding.outcome,
        codes=coding.codes,
        drawn=drawn,
        blind=blind,
        channel="web",
        note=coding.note.strip(),
        new_code=one_line(coding.new_code),
        seconds=None if coding.seconds is None else min(max(coding.seconds, 0.0), LONGEST_S),
        key=key,
    )


def check_code(review: ReviewSession, code: str) -> None:
    """Refuse a code that the codebook does not have, with a CodebookError that names the nearest."""
    review.last_run().codebook[code]


def take_back(review: ReviewSession, decision_id: int, reviewer: str) -> Decision | None:
    """Withdraw one's own decision and return what one says of the excerpt now; ReviewError if it is somebody else's."""

    def withdraw(store: Store) -> Decision:
        made = store.decision(decision_id)
        if made.reviewer.casefold() != reviewer.casefold():
            raise ReviewError("Only the person who gave an answer can take it back.")
        store.withdraw(decision_id, made.reviewer)
        return made

    made = review.write(withdraw)
    return review.state().of(made.reviewer, made.segment_id)


def _check_version(store: Store, segment_id: str, reviewer: str, coding: Coding, *, version: int) -> None:
    stands = store.own_decision(segment_id, reviewer)
    if stands != version:
        raise StaleError(
            "You have said something else of this excerpt since this page was opened, in another window or on a sheet. "
            "Nothing was overwritten: choose which of the two is to stand.",
            yours=coding,
            stands=store.decision(stands) if stands else None,
        )


def said_by(review: ReviewSession, reviewer: str, *, n: int = 50, start: int = 0) -> tuple[Decision, ...]:
    """Return n decisions of a person that stand, the newest first."""
    return review.read(lambda store: store.last_of(reviewer, n=n, start=start))
