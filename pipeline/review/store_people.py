"""Who may sign in, and as what: roles are kept for ever, accounts and invitations change."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.review.store import Role, Store


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


def people(store: Store) -> tuple[Person, ...]:
    """Return everybody who reviews, by name."""
    raise NotImplementedError


def person(store: Store, name: str) -> Person | None:
    """Return one of them, whatever the case of the name; None if there is nobody of that name."""
    raise NotImplementedError


def set_role(store: Store, name: str, role: Role, *, by: str) -> None:
    """Give somebody another role; the last one counts."""
    raise NotImplementedError


def password_hash(store: Store, name: str) -> str | None:
    """Return the hash of somebody's password; None without an account, or with a closed one."""
    raise NotImplementedError


def set_password_hash(store: Store, name: str, hashed: str, *, now: datetime) -> None:
    """Keep an argon2 hash of somebody's password, made elsewhere, and end all their sessions."""
    raise NotImplementedError


def close_account(store: Store, name: str, *, now: datetime) -> None:
    """Let somebody no longer sign in, and end their sessions; setting a password opens it again."""
    raise NotImplementedError


def invite(
    store: Store, token: str, *, name: str, group: str, role: Role, by: str, now: datetime, hours: int = 168
) -> Invitation:
    """Keep an invitation by the hash of its token; ReviewError if the name is taken by somebody with an account."""
    raise NotImplementedError


def invitation(store: Store, token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation of a token; None if there is none, or it has run out or was used."""
    raise NotImplementedError


def take_up(store: Store, token: str, hashed: str, *, now: datetime) -> Person:
    """Make the invited person and account with this password hash, once; ReviewError if the invitation is none any more."""
    raise NotImplementedError


def invitations(store: Store, *, now: datetime) -> tuple[Invitation, ...]:
    """Return the invitations that are still open."""
    raise NotImplementedError
