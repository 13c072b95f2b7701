"""Quotes to approve: a person lets each quotation leave, in the words that were said or in others, or refuses it."""

from dataclasses import dataclass
from typing import Literal

from pipeline.review.room import Room


@dataclass(frozen=True)
class Approval:
    """What people have decided about quoting an excerpt."""

    approval_id: int
    segment_id: str
    outcome: Literal["approved", "reworded", "refused"]
    wording: str
    reason: str
    by: str
    made_at: str


@dataclass(frozen=True)
class QuoteCandidate:
    """An excerpt that could be quoted, and what people have decided about it."""

    segment_id: str
    codes: tuple[str, ...]
    text: str
    caption: str
    reasons: tuple[str, ...]
    """Why it was picked: typical, distinct, …"""
    consent: Literal["quote", "paraphrase"]
    """With "paraphrase" only a rewording may leave."""
    to_check: int
    """Places in the answer where a person should look for identifiers."""
    approval: Approval | None

    @property
    def version(self) -> int:
        """To be sent back with a decision: the number of the approval it would take the place of, or 0."""
        return self.approval.approval_id if self.approval else 0


def quote_candidates(room: Room, *, waiting: bool = False) -> tuple[QuoteCandidate, ...]:
    """Return the candidates in the codebook's order; with `waiting` only those nobody has decided about."""
    raise NotImplementedError


def approve(room: Room, segment_id: str, *, by: str, version: int, key: str) -> Approval:
    """Let a quotation leave as it was said; ReviewError if the person agreed to rewording only."""
    raise NotImplementedError


def approve_rewording(room: Room, segment_id: str, wording: str, *, by: str, version: int, key: str) -> Approval:
    """Let other words leave in its place; ReviewError if they are empty or still what was said."""
    raise NotImplementedError


def refuse_quote(room: Room, segment_id: str, reason: str, *, by: str, version: int, key: str) -> Approval:
    """Keep a quotation in, with a reason."""
    raise NotImplementedError


def undo_approval(room: Room, approval_id: int, *, by: str) -> None:
    """Take a decision about a quotation back; it stays on record."""
    raise NotImplementedError
