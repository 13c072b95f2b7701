"""A decision: what one reviewer said of one excerpt, and the words in which decisions are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


Outcome = Literal["codes", "none", "not sure", "skip"]
Drawn = Literal["given order", "uncertain", "rare codes first", "random audit"]
Channel = Literal["web", "workbook", "import"]
Role = Literal["co-analyst", "facilitator", "researcher", "report writer"]
Effort = Literal["quick", "thorough"]
Subject = Literal["discussion", "code edit", "code outcome", "approval"]
Action = Literal["rename", "merge", "split", "set aside", "restore", "map"]

DECIDED = "decision_id, segment_id, text_id, reviewer, reviewer_group, codes, outcome, drawn, blind, channel, made_at"
"""The columns of the table `decisions`."""
DECISION = f"{DECIDED}, coalesce(note, '') AS note, coalesce(new_code, '') AS new_code, seconds"
"""The columns of a `Decision`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer said of one excerpt."""

    decision_id: int
    segment_id: str
    text_id: str
    reviewer: str
    reviewer_group: str
    codes: tuple[str, ...]
    outcome: str
    drawn: str
    blind: bool
    channel: str
    made_at: str
    note: str = ""
    new_code: str = ""
    """A code the reviewer misses in the codebook."""
    seconds: float | None = None


def decision_of(row: Mapping[str, Any]) -> Decision:
    """Return the decision of a row that holds the columns `DECISION`."""
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 (a row of SQLite has no other way)
    codes = tuple(values["codes"].split("|")) if values["outcome"] == "codes" else ()
    return Decision(**{**values, "codes": codes, "blind": bool(values["blind"])})
