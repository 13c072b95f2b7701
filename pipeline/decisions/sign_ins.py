"""What a server remembers for a while: who is signed in, and what people had typed when they stopped."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.decisions.store import Store


@dataclass(frozen=True)
class SignIn:
    """A session: whose it is (None before somebody signed in), what it remembers, and when it ends."""

    reviewer: str | None
    words: dict[str, Any]
    made_at: str
    seen_at: str
    expires_at: str


def open_session(store: Store, token: str, *, reviewer: str | None, now: datetime, lasts: timedelta) -> SignIn:
    """Begin a session; the store keeps a hash of its token only."""
    made, ends = now.isoformat(timespec="seconds"), (now + lasts).isoformat(timespec="seconds")
    row = (token_hash(token), reviewer, "{}", made, made, ends)
    store.connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)", row)
    return SignIn(reviewer, {}, made, made, ends)


def session(store: Store, token: str, *, now: datetime) -> SignIn | None:
    """Return a session that has not ended; None otherwise."""
    # Times are ISO and all in UTC, so that they compare as texts.
    sql = "SELECT * FROM sessions WHERE session_sha256 = ? AND expires_at > ?"
    row = store.connection.execute(sql, (token_hash(token), now.isoformat(timespec="seconds"))).fetchone()
    if row is None:
        return None
    return SignIn(row["reviewer"], json.loads(row["words"]), row["made_at"], row["seen_at"], row["expires_at"])


def former(store: Store, token: str, *, now: datetime, within: timedelta) -> str | None:
    """Return whose session it was that ended by itself, not longer ago than `within`; None for any other."""
    # So that who comes back too late is told so, and finds what they had typed.
    sql = "SELECT reviewer FROM sessions WHERE session_sha256 = ? AND expires_at <= ? AND expires_at > ?"
    moments = (now.isoformat(timespec="seconds"), (now - within).isoformat(timespec="seconds"))
    row = store.connection.execute(sql, (token_hash(token), *moments)).fetchone()
    return row["reviewer"] if row else None


def remember(store: Store, token: str, words: Mapping[str, Any]) -> None:
    """Replace what a session remembers."""
    sql = "UPDATE sessions SET words = ? WHERE session_sha256 = ?"
    store.connection.execute(sql, (json.dumps(dict(words), ensure_ascii=False), token_hash(token)))


def close_session(store: Store, token: str) -> None:
    """End a session."""
    store.connection.execute("DELETE FROM sessions WHERE session_sha256 = ?", (token_hash(token),))


def close_sessions_of(store: Store, reviewer: str) -> None:
    """End all sessions of a person."""
    store.connection.execute("DELETE FROM sessions WHERE reviewer = ?", (reviewer,))


def sweep(store: Store, *, now: datetime, remembered: timedelta = timedelta(0)) -> None:
    """Forget invitations that have run out, and sessions that did so longer ago than they are to be `remembered`."""
    # These rows are in no chain: they say nothing that people decided, and may go.
    for table, moment in (("sessions", now - remembered), ("invitations", now)):
        store.connection.execute(f"DELETE FROM {table} WHERE expires_at <= ?", (moment.isoformat(timespec="seconds"),))  # noqa: S608


def save_draft(store: Store, reviewer: str, place: str, words: Mapping[str, Any], *, now: datetime) -> None:
    """Keep what a person had typed at a place (such as "excerpt/ID"), in place of what was kept there before."""
    # One draft for each place: two windows on the same excerpt write over each other, and the last that was typed is kept.
    row = (reviewer, place, json.dumps(dict(words), ensure_ascii=False), now.isoformat(timespec="seconds"))
    store.connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)", row)


def draft(store: Store, reviewer: str, place: str) -> dict[str, Any] | None:
    """Return what a person had typed at a place; None if nothing is kept."""
    sql = "SELECT words FROM drafts WHERE reviewer = ? AND place = ?"
    row = store.connection.execute(sql, (reviewer, place)).fetchone()
    words: dict[str, Any] | None = json.loads(row[0]) if row else None
    return words


def drop_draft(store: Store, reviewer: str, place: str) -> None:
    """Forget a draft, since it was sent."""
    store.connection.execute("DELETE FROM drafts WHERE reviewer = ? AND place = ?", (reviewer, place))


def token_hash(token: str) -> str:
    """Return what the store keeps of a token: nobody who reads the store can sign in with it."""
    return hashlib.sha256(token.encode()).hexdigest()
