"""Take in what a person decides on a page: once, against the version they saw, and in their own name."""

from dataclasses import dataclass

from pipeline.errors import ReviewError
from pipeline.review.room import Room
from pipeline.review.store import Decision, Drawn, Outcome


@dataclass(frozen=True)
class Judgement:
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


def decide(
    room: Room, segment_id: str, reviewer: str, said: Judgement, *, version: int, key: str, drawn: Drawn = "given order"
) -> Decision:
    """Keep what a person says of an excerpt, and return it; the same `key` again returns what it made the first time.

    `version` is `Excerpt.version` of the page they saw. Whether it counts as blind is decided here: a person's first answer
    since the excerpt was last put into the queue does, a later one does not. StaleError if they have said something else since.
    """
    raise NotImplementedError


def take_back(room: Room, decision_id: int, reviewer: str) -> Decision | None:
    """Withdraw one's own decision and return what one says of the excerpt now; ReviewError if it is somebody else's."""
    raise NotImplementedError
