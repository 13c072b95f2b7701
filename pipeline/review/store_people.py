"""Who may sign in, and as what: roles are kept for ever, accounts and invitations change."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.errors import ReviewError
from pipeline.review.store import Role, Store
from pipeline.review.store_sessions import close_sessions_of


@dataclass(frozen=True)
class Person:
    """Somebody who reviews."""

    name: str
    group: str
    role: Role
    has_account: bool
    closed: bool
    """The account was closed: they can no longer sign in; what they said stays."""


@dataclass(frozen=True)
class Invitation:
    """Who was invited, as what."""

    name: str
    group: str
    role: Role
    by: str
    expires_at: str


_PEOPLE = """
    SELECT name, reviewer_group, coalesce(
        (SELECT roles.role FROM roles WHERE roles.reviewer = name ORDER BY role_id DESC LIMIT 1), reviewers.role
    ) AS role, password_hash IS NOT NULL AS has_account, closed_at IS NOT NULL AS closed
    FROM reviewers LEFT JOIN accounts ON accounts.reviewer = name
"""


def people(store: Store) -> tuple[Person, ...]:
    """Return everybody who reviews, by name."""
    return tuple(_person(row) for row in store.connection.execute(f"{_PEOPLE} ORDER BY name COLLATE NOCASE"))


def person(store: Store, name: str) -> Person | None:
    """Return one of them, whatever the case of the name; None if there is nobody of that name."""
    row = store.connection.execute(f"{_PEOPLE} WHERE name = ?", (" ".join(name.split()),)).fetchone()
    return _person(row) if row else None


def set_role(store: Store, name: str, role: Role, *, by: str) -> None:
    """Give somebody another role; the last one counts."""
    if _known(store, name).role != role:
        store.append("roles", reviewer=_known(store, name).name, role=role, by=by)


def password_hash(store: Store, name: str) -> str | None:
    """Return the hash of somebody's password; None without an account, or with a closed one."""
    sql = "SELECT password_hash FROM accounts WHERE reviewer = ? AND closed_at IS NULL"
    row = store.connection.execute(sql, (" ".join(name.split()),)).fetchone()
    return str(row[0]) if row else None


def set_password_hash(store: Store, name: str, hashed: str, *, now: datetime) -> None:
    """Keep an argon2 hash of somebody's password, made elsewhere, and end all their sessions."""
    # Nothing that could be a password itself is ever kept.
    if not hashed.startswith("$argon2"):
        raise ReviewError("A password is kept as an argon2 hash only; nothing was written.")
    who = _known(store, name).name
    with store.together():
        store.connection.execute(
            """INSERT INTO accounts (reviewer, password_hash, changed_at) VALUES (?, ?, ?) ON CONFLICT (reviewer)
            DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at, closed_at = NULL""",
            (who, hashed, now.isoformat(timespec="seconds")),
        )
        close_sessions_of(store, who)


def close_account(store: Store, name: str, *, now: datetime) -> None:
    """Let somebody no longer sign in, and end their sessions; setting a password opens it again."""
    who = _known(store, name).name
    with store.together():
        sql = "UPDATE accounts SET closed_at = coalesce(closed_at, ?) WHERE reviewer = ?"
        store.connection.execute(sql, (now.isoformat(timespec="seconds"), who))
        close_sessions_of(store, who)


def invite(
    store: Store, token: str, *, name: str, group: str, role: Role, by: str, now: datetime, hours: int = 168
) -> Invitation:
    """Keep an invitation by the hash of its token; ReviewError if the name is taken by somebody with an account.

    A person who reviewed without an account before is invited by their name and keeps their group.
    """
    name, group = " ".join(name.split()), " ".join(group.split())
    known = person(store, name)
    if known and known.has_account:
        raise ReviewError(f"{known.name} has an account already; choose another name if this is another person.")
    if not name or not (group or known):
        raise ReviewError("An invitation needs a name and a group, such as: lived experience, family, care worker, researcher.")
    name, group = (known.name, known.group) if known else (name, group)
    ends = (now + timedelta(hours=hours)).isoformat(timespec="seconds")
    with store.together():
        # A new invitation takes the place of the one before: a lost link must not stay open.
        store.connection.execute("DELETE FROM invitations WHERE name = ? AND used_at IS NULL", (name,))
        store.connection.execute(
            """INSERT INTO invitations (token_sha256, name, reviewer_group, role, "by", made_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (_hashed(token), name, group, role, by, now.isoformat(timespec="seconds"), ends),
        )
    return Invitation(name, group, role, by, ends)


def invitation(store: Store, token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation of a token; None if there is none, or it has run out or was used."""
    sql = "SELECT * FROM invitations WHERE token_sha256 = ? AND used_at IS NULL AND expires_at > ?"
    row = store.connection.execute(sql, (_hashed(token), now.isoformat(timespec="seconds"))).fetchone()
    return _invitation(row) if row else None


def take_up(store: Store, token: str, hashed: str, *, now: datetime) -> Person:
    """Make the invited person and account with this password hash, once; ReviewError if the invitation is none any more."""
    with store.together():
        found = invitation(store, token, now=now)
        if found is None:
            raise ReviewError("This invitation was used or has run out; ask whoever sent it for another one.")
        name = store.add_reviewer(found.name, found.group, found.role)
        set_role(store, name, found.role, by=found.by)
        set_password_hash(store, name, hashed, now=now)
        sql = "UPDATE invitations SET used_at = ? WHERE token_sha256 = ?"
        store.connection.execute(sql, (now.isoformat(timespec="seconds"), _hashed(token)))
    return _known(store, name)


def invitations(store: Store, *, now: datetime) -> tuple[Invitation, ...]:
    """Return the invitations that are still open."""
    sql = "SELECT * FROM invitations WHERE used_at IS NULL AND expires_at > ? ORDER BY name"
    return tuple(_invitation(row) for row in store.connection.execute(sql, (now.isoformat(timespec="seconds"),)))


def _known(store: Store, name: str) -> Person:
    found = person(store, name)
    if found is None:
        raise ReviewError(f"There is no reviewer {name!r} in this study; add them with their group first.")
    return found


def _person(row: Mapping[str, Any]) -> Person:
    return Person(row["name"], row["reviewer_group"], row["role"], bool(row["has_account"]), bool(row["closed"]))


def _invitation(row: Mapping[str, Any]) -> Invitation:
    return Invitation(row["name"], row["reviewer_group"], row["role"], row["by"], row["expires_at"])


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
