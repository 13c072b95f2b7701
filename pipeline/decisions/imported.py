"""Take in what a coder decided in another program: each excerpt becomes a decision of theirs, once."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pipeline.decisions.decision import Outcome
from pipeline.decisions.store import Store


Fate = Literal["added", "changed", "known", "overtaken"]


@dataclass(frozen=True)
class Arrival:
    """What a coder says of one excerpt in a file of another program, and when, where the file tells."""

    segment_id: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    note: str = ""
    made_at: datetime | None = None


def arrival_fates(store: Store | None, reviewer: str, arrivals: Sequence[Arrival]) -> dict[str, Fate]:
    """Say what would come of each arrival, by its excerpt; a store that is not there yet holds nothing."""
    if store is None:
        return dict.fromkeys((arrival.segment_id for arrival in arrivals), "added")
    history = store.history()
    standing = history[history["stands"] & (history["reviewer"] == reviewer)].to_dict("records")
    before = {row["segment_id"]: row for row in standing}
    return {arrival.segment_id: _fate(arrival, before.get(arrival.segment_id), store, reviewer) for arrival in arrivals}


def take_in(store: Store, reviewer: str, arrivals: Sequence[Arrival], text_of: Mapping[str, str]) -> Counter[Fate]:
    """Add the decisions that are new or later than what the reviewer has said here, and count what came of each."""
    fates = arrival_fates(store, reviewer, arrivals)
    for arrival in arrivals:
        if fates[arrival.segment_id] in ("added", "changed"):
            store.decide(
                segment_id=arrival.segment_id,
                text_id=text_of[arrival.segment_id],
                reviewer=reviewer,
                outcome=arrival.outcome,
                codes=arrival.codes,
                # Another program shows its user everybody's codings, the model's among them.
                blind=False,
                channel="import",
                note=arrival.note,
                key=_key(arrival, reviewer),
                made_at=arrival.made_at.isoformat(timespec="seconds") if arrival.made_at else None,
            )
    return Counter(fates.values())


def _fate(arrival: Arrival, earlier: Mapping[Any, Any] | None, store: Store, reviewer: str) -> Fate:
    if earlier is not None:
        codes = set(filter(None, earlier["codes"].split("|")))
        if (arrival.outcome, set(arrival.codes)) == (earlier["outcome"], codes):
            # A reason that was added in the other program is new, though its time is that of the coding.
            is_new = arrival.note and arrival.note != earlier["note"] and not store.made_with(_key(arrival, reviewer))
            return "changed" if is_new else "known"
    # The same file was taken in before, and what it says was changed or withdrawn here since: it does not come back.
    if store.made_with(_key(arrival, reviewer)) or store.made_with(_key(replace(arrival, note=""), reviewer)):
        return "overtaken"
    if earlier is None:
        return "added"
    made_at = datetime.fromisoformat(earlier["made_at"])
    stands_since = made_at if made_at.tzinfo else made_at.replace(tzinfo=UTC)
    return "changed" if arrival.made_at is None or arrival.made_at > stands_since else "overtaken"


def _key(arrival: Arrival, reviewer: str) -> str:
    when = arrival.made_at.isoformat() if arrival.made_at else ""
    # Without its note where there is none, as it was made before notes counted.
    noted = [arrival.note] if arrival.note else []
    parts = ["import", reviewer, arrival.segment_id, arrival.outcome, *sorted(arrival.codes), when, *noted]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
