"""How many excerpts a person wants to read now, how many are done, and the time it took."""

from dataclasses import asdict, dataclass, replace

from flask import session

from pipeline.decisions.decision import Drawn
from pipeline.review.web.shared_wording import worked_s


@dataclass(frozen=True)
class Batch:
    """A stretch of reading; size 0 has no end."""

    size: int = 0
    order: Drawn = "given order"
    done: tuple[str, ...] = ()
    seconds: int = 0
    handed: tuple[str, ...] = ()
    """The excerpts that were drawn in this order for this batch."""

    @property
    def is_done(self) -> bool:
        """Whether it has been read to its end."""
        return 0 < self.size <= len(self.done)

    @property
    def place(self) -> int:
        """The number of the excerpt being read."""
        return len(self.done) + 1


def begin(size: int, order: Drawn) -> None:
    """Begin a batch."""
    session["batch"] = asdict(Batch(size, order))


def current() -> Batch | None:
    """Return the batch in hand."""
    batch = session.get("batch")
    return Batch(**batch) if batch else None


def totals() -> tuple[int, int]:
    """Return how many excerpts were read in this batch, and in how many seconds."""
    now = current() or Batch()
    return len(now.done), now.seconds


def open_page(segment_id: str, at: float) -> None:
    """Remember when an excerpt was opened, so that reading it can be paid for; what lay open until now keeps its time."""
    put_away(at)
    session["opened_at"] = [segment_id, at]


def put_away(at: float) -> None:
    """Keep the time of the excerpt that lies open, for whenever it is answered: its reader goes elsewhere first."""
    opened, since = session.pop("opened_at", ["", None])
    if seconds := worked_s(since, at):
        spent = session.get("spent", {})
        session["spent"] = {**spent, opened: spent.get(opened, 0) + seconds}


def seconds_on(segment_id: str, now: float) -> float:
    """Return the seconds an excerpt has been open in all since it was last answered, long breaks not counted."""
    opened, at = session.get("opened_at", ["", None])
    before: int = session.get("spent", {}).get(segment_id, 0)
    return before + worked_s(at if opened == segment_id else None, now)


def hand(segment_id: str) -> None:
    """Remember that the order of the batch drew an excerpt; any other that a person opens was not drawn by it."""
    now = current() or Batch()
    if segment_id not in now.handed:
        session["batch"] = asdict(replace(now, handed=(*now.handed, segment_id)))


def drawn(segment_id: str) -> Drawn:
    """Return how an excerpt was drawn for whoever answers it."""
    now = current() or Batch()
    return now.order if segment_id in now.handed else "given order"


def count(segment_id: str, seconds: int) -> None:
    """Count an excerpt as read, and its time with it; a changed answer counts as one excerpt."""
    now = current() or Batch()
    session["spent"] = {other: spent for other, spent in session.get("spent", {}).items() if other != segment_id}
    if session.get("opened_at", [""])[0] == segment_id:
        del session["opened_at"]
    done = now.done if segment_id in now.done else (*now.done, segment_id)
    session["batch"] = asdict(replace(now, done=done, seconds=now.seconds + seconds))


def uncount(segment_id: str) -> None:
    """Count an excerpt as not read, since its answer was undone."""
    now = current() or Batch()
    session["batch"] = asdict(replace(now, done=tuple(done for done in now.done if done != segment_id)))
