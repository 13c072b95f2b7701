"""What people wrote beside their codes, and who may read it: others, once everybody has read the excerpt, and they have, too."""

from dataclasses import dataclass
from itertools import islice

from pipeline.decisions.decision import Decision
from pipeline.review.discussions import Discussion, discussion_in, discussions_of
from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import may_see_codes, show_codes


@dataclass(frozen=True)
class TalkRequest:
    """Somebody wants to talk about an excerpt, and what came of that."""

    asked: Discussion
    last: Discussion | None
    """What is recorded of the talk now; None where the request was taken back."""
    shared: bool
    """Everybody who is to read the excerpt has, so that the talk can begin."""

    @property
    def waits(self) -> bool:
        """Whether nobody has recorded an outcome yet."""
        return self.last is not None and self.last.outcome == "open"


def may_read(review: ReviewSession, reader: str, answer: Decision) -> bool:
    """Return whether a page may show this person what somebody wrote with an answer.

    One's own always. Others' once as many as are to read the excerpt have, and this person has answered it or was shown.
    """
    own = answer.reviewer.casefold() == reader.casefold()
    return own or (is_shared(review, answer) and may_see_codes(review, reader, answer.segment_id))


def is_shared(review: ReviewSession, answer: Decision) -> bool:
    """Return whether everybody who is to read the excerpt has, so that others see what was written with this answer."""
    return answer.segment_id in review.state().complete.every


def notes(review: ReviewSession, reader: str, *, n: int = 50, start: int = 0) -> tuple[Decision, ...]:
    """Return n answers with a note on excerpts that all, and this person, have read, the newest first."""
    readable = (made for made in _with_notes(review) if is_shared(review, made) and may_read(review, reader, made))
    return tuple(islice(readable, start, start + n))


def notes_of(review: ReviewSession, writer: str, *, n: int = 50, start: int = 0) -> tuple[Decision, ...]:
    """Return n answers of a person with a note, the newest first."""
    return tuple(islice((made for made in _with_notes(review) if made.reviewer == writer), start, start + n))


def unread_of(review: ReviewSession, reader: str) -> tuple[str, ...]:
    """Return the excerpts with a note or a suggestion of somebody else that all have read, and this person has not."""
    written = {made.segment_id: made for made in review.state().all_standing() if made.note or made.new_code}
    shared = (made for made in written.values() if is_shared(review, made))
    return tuple(sorted(made.segment_id for made in shared if not may_see_codes(review, reader, made.segment_id)))


def look_at_all(review: ReviewSession, reader: str) -> None:
    """Show this person what others wrote on excerpts that they have not read; their answers to these are then not blind."""
    tables = review.last_run().tables
    text_ids = [text_id for segment_id in unread_of(review, reader) if (text_id := tables.text_id(segment_id))]
    show_codes(review, reader, text_ids, place="from the group")


def requests(review: ReviewSession, by: str) -> tuple[TalkRequest, ...]:
    """Return the talks a person asked for, the last one first, each with what came of it."""
    asked = [row for row in review.read(lambda store: store.rows("discussions")) if row["outcome"] == "open" and row["by"] == by]
    last = review.read(discussions_of)
    every = review.state().complete.every
    return tuple(
        TalkRequest(discussion_in(row), last.get(row["segment_id"]), row["segment_id"] in every) for row in reversed(asked)
    )


def _with_notes(review: ReviewSession) -> list[Decision]:
    written = [made for made in review.state().all_standing() if made.note]
    return sorted(written, key=lambda made: made.decision_id, reverse=True)
