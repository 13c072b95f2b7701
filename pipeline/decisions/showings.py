"""What of the store says how far an answer may be trusted: who was shown how a text is coded, and what a sheet was drawn for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pipeline.decisions.decision import Drawn
from pipeline.decisions.schema import AGAIN
from pipeline.decisions.store import Store
from pipeline.runtime.plain_text import one_line


SHOWING_CHANNELS: Final = ("web", "import")
"""Where people are shown the suggestion once they have answered. A sheet shows nothing."""


def note_shown(store: Store, reviewer: str, text_ids: Iterable[str], *, place: str) -> None:
    """Record that a person was shown, on a page of this kind, how texts are coded."""
    last = store.last_decision()
    for text_id in sorted(set(text_ids)):
        store.append("showings", reviewer=reviewer, text_id=text_id, place=place, up_to=last)


def has_seen(store: Store, reviewer: str, segment_id: str, text_id: str) -> bool:
    """Return whether a person's next answer to an excerpt is not blind, asked of the store itself.

    It is not if they have answered since the excerpt was last put into the queue, whether that stands or not, or were shown
    how its text is coded.
    """
    begun = _round_of(store, segment_id)
    channels = ", ".join(f"'{channel}'" for channel in SHOWING_CHANNELS)
    # Skipping an excerpt shows nothing of it.
    answered = "SELECT 1 FROM decisions WHERE reviewer = :reviewer COLLATE NOCASE AND outcome <> 'skip' AND decision_id > :begun"
    sql = f"""{answered} AND segment_id = :segment_id
        UNION ALL {answered} AND text_id = :text_id AND channel IN ({channels})
        UNION ALL SELECT 1 FROM showings WHERE reviewer = :reviewer AND text_id = :text_id AND up_to >= :begun LIMIT 1"""  # noqa: S608
    asked = {"reviewer": reviewer, "segment_id": segment_id, "text_id": text_id, "begun": begun}
    return store.connection.execute(sql, asked).fetchone() is not None


def note_packed(store: Store, segments: Sequence[str], *, drawn: Drawn, reviewer: str) -> None:
    """Record which excerpts were drawn for a sheet, in which order, and for whom; an empty name stands for anybody."""
    with store.together():
        store.append("packings", reviewer=one_line(reviewer), drawn=drawn, segments=json.dumps(list(segments)))


def draws_for(store: Store, reviewer: str) -> Mapping[str, Sequence[Drawn]]:
    """Return in which orders each excerpt was drawn for sheets of this person or of anybody, the first one first."""
    sql = "SELECT drawn, segments FROM packings WHERE reviewer IN ('', ?) ORDER BY packing_id"
    draws: dict[str, list[Drawn]] = {}
    for drawn, segments in store.connection.execute(sql, (reviewer,)):
        for segment_id in json.loads(segments):
            draws.setdefault(segment_id, []).append(drawn)
    return draws


def _round_of(store: Store, segment_id: str) -> int:
    """Return the number of the last decision before an excerpt went back into the queue, or 0."""
    # This is asked before each answer, and where nothing was reopened one look at an empty table will do.
    if store.connection.execute("SELECT 1 FROM reopenings LIMIT 1").fetchone() is None:
        return 0
    row = store.connection.execute(f"WITH {AGAIN} SELECT up_to FROM again WHERE segment_id = ?", (segment_id,)).fetchone()  # noqa: S608
    return int(row[0]) if row else 0
