"""What a server remembers for a while: who is signed in, and what people had typed when they stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.review.store import Store


@dataclass(frozen=True)
class Session:
    """A session: whose it is (None before somebody signed in), what it remembers, and when it ends."""

    reviewer: str | None
    words: dict[str, Any]
    made_at: str
    seen_at: str
    expires_at: str


def open_session(store: Store, token: str, *, reviewer: str | None, now: datetime, lasts: timedelta) -> Session:
    """Begin a session; the store keeps a hash of its token only."""
    raise NotImplementedError


def session(store: Store, token: str, *, now: datetime) -> Session | None:
    """Return a session that has not ended; None otherwise."""
    raise NotImplementedError


def remember(store: Store, token: str, words: Mapping[str, Any]) -> None:
    """Replace what a session remembers."""
    raise NotImplementedError


def extend_session(store: Store, token: str, *, now: datetime, lasts: timedelta) -> None:
    """Let a session last from now on."""
    raise NotImplementedError


def close_session(store: Store, token: str) -> None:
    """End a session."""
    raise NotImplementedError


def close_sessions_of(store: Store, reviewer: str) -> None:
    """End all sessions of a person."""
    raise NotImplementedError


def sweep(store: Store, *, now: datetime) -> None:
    """Forget sessions and invitations that have run out."""
    raise NotImplementedError


def save_draft(store: Store, reviewer: str, place: str, words: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what a person had typed at a place (such as "excerpt/ID"), in place of what was kept there before."""
    raise NotImplementedError


def draft(store: Store, reviewer: str, place: str) -> dict[str, Any] | None:
    """Return what a person had typed at a place; None if nothing is kept."""
    raise NotImplementedError


def drop_draft(store: Store, reviewer: str, place: str) -> None:
    """Forget a draft, since it was sent."""
    raise NotImplementedError
