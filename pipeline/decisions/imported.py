"""Take in what a coder decided in another program: each excerpt becomes a decision of theirs, once."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pipeline.decisions.store import Outcome, Store


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
    before = _stands(store, reviewer) if store else {}
    return {one.segment_id: _fate(one, before.get(one.segment_id), store, reviewer) for one in arrivals}


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


def _stands(store: Store, reviewer: str) -> dict[str, Mapping[Any, Any]]:
    history = store.history()
    rows = history[history["stands"] & (history["reviewer"] == reviewer)]
    return {row["segment_id"]: row for row in rows.to_dict("records")}


def _fate(arrival: Arrival, earlier: Mapping[Any, Any] | None, store: Store | None, reviewer: str) -> Fate:
    if earlier is None:
        return "added" if store is None or not store.made_with(_key(arrival, reviewer)) else "overtaken"
    said = set(filter(None, earlier["codes"].split("|")))
    if (arrival.outcome, set(arrival.codes)) == (earlier["outcome"], said):
        return "known"
    if store is not None and store.made_with(_key(arrival, reviewer)):
        return "overtaken"
    later = arrival.made_at is None or arrival.made_at > _time(earlier["made_at"])
    return "changed" if later else "overtaken"


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _key(arrival: Arrival, reviewer: str) -> str:
    when = arrival.made_at.isoformat() if arrival.made_at else ""
    said = ["import", reviewer, arrival.segment_id, arrival.outcome, *sorted(arrival.codes), when]
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()
