"""What people tell of an excerpt beside its codes: a name is still visible, or they are worried about somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.decisions.accounts import people
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.session import ReviewSession


Kind = Literal["name", "worry"]


@dataclass(frozen=True)
class Worry:
    """What somebody told of an excerpt, and what was done about it."""

    concern_id: int
    segment_id: str
    kind: Kind
    note: str
    by: str
    made_at: str
    done: bool = False
    done_by: str = ""
    done_how: str = ""
    version: int = 0
    """To be sent back with what was done: the number of the row that says what was done last, or 0."""


def tell(review: ReviewSession, segment_id: str, kind: Kind, *, by: str, note: str, key: str) -> Worry:
    """Keep what somebody tells of an excerpt; the same again with the same `key` returns what it made the first time."""
    text_id = review.last_run().tables.text_id(segment_id)
    if text_id is None:
        raise ReviewError("This excerpt is no longer in the study, so nothing was kept.")
    row = {"segment_id": segment_id, "text_id": text_id, "kind": kind, "note": note.strip(), "by": by}

    def keep(store: Store) -> Worry:
        number = store.made_with(key, "concerns")
        if number and any(store.row("concerns", number)[name] != value for name, value in row.items()):
            # The form of the first was sent with other words, by the back button, say: these are to be read, too.
            number = store.append("concerns", **row, idempotency_key=None)
        number = number or store.append("concerns", **row, idempotency_key=key)
        return _worry(store.row("concerns", number), None)

    return review.write(keep)


def settle_worry(review: ReviewSession, concern_id: int, *, by: str, how: str, version: int, again: bool = False) -> None:
    """Say what was done about it, in a sentence that whoever told it reads; `again` opens it once more.

    `version` is that of the worry as the page showed it; StaleError if somebody has said since what was done.
    """
    if not how.strip() and not again:
        raise ReviewError("Say in a sentence what was done. Whoever told it will read it.")

    def keep(store: Store) -> None:
        row = store.row("concerns", concern_id)
        if row is None:
            raise ReviewError("There is nothing of this number.")
        settled = {"outcome": "open" if again else "done", "why": how.strip(), "by": by}
        last = next((each for each in reversed(store.rows("concern_outcomes")) if each["concern_id"] == concern_id), None)
        if last is not None and all(last[name] == value for name, value in settled.items()):
            # The same form was sent twice.
            return
        if (last["concern_outcome_id"] if last else 0) != version:
            raise _stale(last, yours=settled)
        about = {"segment_id": row["segment_id"], "text_id": row["text_id"]}
        store.append("concern_outcomes", concern_id=concern_id, **about, **settled)

    review.write(keep)


def _stale(last: Any, *, yours: object) -> StaleError:
    who = last["by"] if last else "Somebody"
    return StaleError(
        f"{who} has said what was done since this page was opened. Nothing was overwritten. Let it wait again if more is "
        "to be said.",
        yours=yours,
        stands=dict(last) if last else None,
    )


def worries(review: ReviewSession, *, by: str | None = None) -> tuple[Worry, ...]:
    """Return what people told, or one of them, the last first: what nobody has dealt with before what is done."""
    every = review.read(_all)
    chosen = [worry for worry in reversed(every) if by in (None, worry.by)]
    return tuple(sorted(chosen, key=lambda worry: worry.done))


def who_reads(review: ReviewSession) -> tuple[str, ...]:
    """Return who reads here what others tell: the facilitators."""
    return tuple(member.name for member in review.read(people) if member.role == "facilitator" and not member.closed)


def n_waiting(review: ReviewSession) -> int:
    """Return how many worries and visible names nobody has dealt with."""
    return sum(not worry.done for worry in worries(review))


def _all(store: Store) -> Sequence[Worry]:
    # The last word on each stands.
    outcomes = {row["concern_id"]: row for row in store.rows("concern_outcomes")}
    return [_worry(row, outcomes.get(row["concern_id"])) for row in store.rows("concerns")]


def _worry(row: Mapping[str, Any], outcome: Mapping[str, Any] | None) -> Worry:
    done = outcome is not None and outcome["outcome"] == "done"
    return Worry(
        concern_id=row["concern_id"],
        segment_id=row["segment_id"],
        kind=row["kind"],
        note=row["note"],
        by=row["by"],
        made_at=row["made_at"],
        done=done,
        done_by=outcome["by"] if outcome and done else "",
        done_how=outcome["why"] if outcome and done else "",
        version=outcome["concern_outcome_id"] if outcome else 0,
    )
