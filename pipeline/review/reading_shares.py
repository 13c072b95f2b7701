"""The share of excerpts that a facilitator asks each person to read, and how much of it is left for somebody."""

from dataclasses import dataclass
from typing import cast

from pipeline.decisions.decision import Drawn
from pipeline.errors import ReviewError
from pipeline.review.queue import ahead
from pipeline.review.session import ReviewSession


LARGEST = 100_000
_USUAL_S = 45.0
"""What an excerpt takes until somebody has read a few."""


@dataclass(frozen=True)
class Share:
    """How many excerpts each person is asked to read, in which order, and how many of them for the audit."""

    size: int
    drawn: Drawn
    audit: int = 0
    by: str = ""


@dataclass(frozen=True)
class ShareLeft:
    """What is left of somebody's share."""

    size: int
    left: int
    audit_left: int
    drawn: Drawn
    seconds: float
    """About how long the rest will take, by this person's own pace."""

    @property
    def next_part(self) -> tuple[int, Drawn]:
        """How many excerpts come next, and in which order: those of the audit first, as they are to be read with a fresh eye."""
        return (self.audit_left, "random audit") if self.audit_left else (self.left, self.drawn)


def set_share(review: ReviewSession, share: Share, *, by: str) -> None:
    """Ask each person to read so many; 0 asks for no number. ReviewError where the audit is larger than the share."""
    if not 0 <= share.audit <= share.size <= LARGEST:
        raise ReviewError("The fair sample is a part of the share, so it cannot be larger than the share.")
    review.write(lambda store: store.append("shares", size=share.size, drawn=share.drawn, audit=share.audit, by=by))


def share_of(review: ReviewSession) -> Share | None:
    """Return what a facilitator asks for now; None where nobody has set a share."""
    rows = review.read(lambda store: store.rows("shares"))
    last = rows[-1] if rows else None
    return Share(last["size"], cast("Drawn", last["drawn"]), last["audit"], last["by"]) if last and last["size"] else None


def share_left(review: ReviewSession, reader: str) -> ShareLeft | None:
    """Return what is left of a person's share; what they skipped counts as done, since skipping needs no reason."""
    share = share_of(review)
    if share is None:
        return None
    progress, state = ahead(review, reader), review.state()
    left = min(max(share.size - progress.answered - progress.skipped, 0), progress.waiting)
    audited = sum(made.drawn == "random audit" for made in state.own(reader).values())
    return ShareLeft(share.size, left, min(max(share.audit - audited, 0), left), share.drawn, left * _pace(review, reader))


def _pace(review: ReviewSession, reader: str) -> float:
    """Return how many seconds an excerpt takes this person, once they have read a few."""
    n, seconds = review.state().n_given_by(reader), review.state().tally(reader).seconds
    return seconds / n if n >= 3 and seconds else _USUAL_S
