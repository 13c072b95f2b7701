"""Tell a note that somebody wrote in another program from one that went there from here, its names masked."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.decisions.imported import Arrival
from pipeline.decisions.store import has_store, open_store
from pipeline.exchange.refi.export import masked
from pipeline.study.study import Study


def with_our_words(study: Study, reviewer: str, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Return arrivals whose notes, as far as they are the person's own from here, are worded as they stand here.

    A note that the person wrote here once and has changed since does not come back.
    """
    if not has_store(study) or not any(arrival.note for arrival in arrivals):
        return list(arrivals)
    with open_store(study) as store:
        history = store.history()
    rows = history[(history["reviewer"] == reviewer) & (history["note"] != "")]
    excerpts = {arrival.segment_id for arrival in arrivals if arrival.note}
    rows = rows[rows["segment_id"].isin(excerpts)]
    before: dict[str, set[str]] = {}
    for segment_id, note, gone in zip(
        rows["segment_id"], rows["note"], masked(rows["note"].tolist(), study.settings.clean.known_names), strict=True
    ):
        before.setdefault(segment_id, set()).update(_lines(note), _lines(gone))
    standing = history[(history["reviewer"] == reviewer) & history["stands"]]
    stands = dict(zip(standing["segment_id"], standing["note"], strict=True))
    return [_reworded(arrival, before.get(arrival.segment_id, set()), stands.get(arrival.segment_id, "")) for arrival in arrivals]


def _reworded(arrival: Arrival, before: set[str], stands: str) -> Arrival:
    new = [line for line in _lines(arrival.note) if line not in before]
    return replace(arrival, note="\n".join([*filter(None, [stands]), *new])) if arrival.note else arrival


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
