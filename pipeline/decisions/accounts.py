"""Who may sign in, and as what: roles are kept for ever, accounts and invitations change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.decisions.decision import Role
from pipeline.decisions.person_names import check_new_name
from pipeline.decisions.sign_ins import close_sessions_of, token_hash
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.runtime.plain_text import one_line


INVITATION_HOURS, RENEWAL_HOURS = 168, 24
"""How long an invitation works, and a link for a new password, which lets somebody into an account that is there."""


@dataclass(frozen=True)
class Member:
    """Somebody who reviews."""

    name: str
    group: str
    role: Role
    has_account: bool
    closed: bool
    """The account was closed: they can no longer sign in; what they said stays."""

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a password that lets them in."""
        return self.has_account and not self.closed


@dataclass(frozen=True)
class Invitation:
    """Who was invited, as what."""

    name: str
    group: str
    role: Role
    by: str
    expires_at: str
    renews: bool = False
    """The person has an account already: the link gives it a new password, and opens it where it was closed."""


_INVITATIONS = """
    SELECT invitations.*, password_hash IS NOT NULL AS renews
    FROM invitations LEFT JOIN accounts ON accounts.reviewer = invitations.name
    WHERE used_at IS NULL AND invitations.expires_at > ?
"""

# The role that somebody was given last counts; until they were given one, the one they came with.
_PEOPLE = """
    SELECT name, reviewer_group, coalesce(
        (SELECT roles.role FROM roles WHERE roles.reviewer = name ORDER BY role_id DESC LIMIT 1), reviewers.role
    ) AS role, password_hash IS NOT NULL AS has_account, closed_at IS NOT NULL AS closed
    FROM reviewers LEFT JOIN accounts ON accounts.reviewer = name
"""


def people(store: Store) -> tuple[Member, ...]:
    """Return everybody who reviews, by name."""
    return tuple(_person(row) for row in store.connection.execute(f"{_PEOPLE} ORDER BY name COLLATE NOCASE"))


def person(store: Store, name: str) -> Member | None:
    """Return one of them, whatever the case of the name; None if there is nobody of that name."""
    row = store.connection.execute(f"{_PEOPLE} WHERE name = ?", (one_line(name),)).fetchone()
    return _person(row) if row else None


def set_role(store: Store, name: str, role: Role, *, by: str) -> None:
    """Give somebody another role; the last one counts, also for a link of theirs that is still open.

    ReviewError if nobody who can sign in would be a facilitator any more.
    """
    with store.together():
        who = _member(store, name)
        if who.role != role:
            if role != "facilitator":
                _check_not_the_last(store, who)
            store.append("roles", reviewer=who.name, role=role, by=by)
            if who.role == "facilitator":
                _take_back_made_by(store, who.name)
        store.connection.execute("UPDATE invitations SET role = ? WHERE name = ? AND used_at IS NULL", (role, who.name))


def password_hash(store: Store, name: str) -> str | None:
    """Return the hash of somebody's password; None without an account, or with a closed one."""
    sql = "SELECT password_hash FROM accounts WHERE reviewer = ? AND closed_at IS NULL"
    row = store.connection.execute(sql, (one_line(name),)).fetchone()
    return str(row[0]) if row else None


def set_password_hash(store: Store, name: str, hashed: str, *, now: datetime) -> None:
    """Keep an argon2 hash of somebody's password, made elsewhere, and end all their sessions."""
    # Nothing that could be a password itself is ever kept.
    if not hashed.startswith("$argon2"):
        raise ReviewError("A password is kept as an argon2 hash only; nothing was written.")
    who = _member(store, name).name
    with store.together():
        store.connection.execute(
            """INSERT INTO accounts (reviewer, password_hash, changed_at) VALUES (?, ?, ?) ON CONFLICT (reviewer)
            DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at, closed_at = NULL""",
            (who, hashed, now.isoformat(timespec="seconds")),
        )
        close_sessions_of(store, who)


def close_account(store: Store, name: str, *, now: datetime) -> None:
    """Let somebody no longer sign in, end their sessions, and let no link of theirs work; a new link opens it again.

    ReviewError if nobody who can sign in would be a facilitator any more.
    """
    with store.together():
        who = _member(store, name)
        _check_not_the_last(store, who)
        sql = "UPDATE accounts SET closed_at = coalesce(closed_at, ?) WHERE reviewer = ?"
        store.connection.execute(sql, (now.isoformat(timespec="seconds"), who.name))
        close_sessions_of(store, who.name)
        take_back(store, who.name)
        _take_back_made_by(store, who.name)


def invite(
    store: Store, token: str, *, name: str, group: str, role: Role, by: str, now: datetime, hours: int = INVITATION_HOURS
) -> Invitation:
    """Keep an invitation by the hash of its token; ReviewError if the name is taken by somebody with an account.

    A person who reviewed without an account before is invited by their name and keeps their group.
    """
    name, group = one_line(name), one_line(group)
    member = person(store, name)
    if member and member.has_account:
        raise ReviewError(
            f"{member.name} has an account already. If they forgot the password, or can no longer sign in, make a link for a new "
            "password under their name. If this is another person, choose another name."
        )
    if not name or not (group or member):
        raise ReviewError("An invitation needs a name and a group, such as: lived experience, family, care worker, researcher.")
    if member is None:
        name = check_new_name(name, [row.name for row in people(store)])
    else:
        name, group = member.name, member.group
    return _keep(store, token, Invitation(name, group, role, by, _after(now, hours)), now)


def renew(
    store: Store, token: str, *, name: str, by: str, now: datetime, hours: int = RENEWAL_HOURS, role: Role | None = None
) -> Invitation:
    """Keep a link by which a person with an account chooses a new password, by the hash of its token.

    It opens an account that was closed. The old password works until the link is used. ReviewError without an account.
    """
    who = _member(store, name)
    if not who.has_account:
        raise ReviewError(f"{who.name} has no password yet; make an invitation for them.")
    made = Invitation(who.name, who.group, role or who.role, by, _after(now, hours), renews=True)
    return _keep(store, token, made, now)


def take_back(store: Store, name: str) -> None:
    """Let no invitation and no link of a person that is still open work any more."""
    store.connection.execute("DELETE FROM invitations WHERE name = ? AND used_at IS NULL", (one_line(name),))


def invitation(store: Store, token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation of a token; None if there is none, or it has run out or was used."""
    values = (now.isoformat(timespec="seconds"), token_hash(token))
    row = store.connection.execute(f"{_INVITATIONS} AND token_sha256 = ?", values).fetchone()
    return _invitation(row) if row else None


def take_up(store: Store, token: str, hashed: str, *, now: datetime) -> Member:
    """Make the invited person and account with this password hash, once, and end the sessions they had.

    ReviewError if the invitation is none any more.
    """
    with store.together():
        invited = invitation(store, token, now=now)
        if invited is None:
            raise ReviewError("This link was used or has run out; ask whoever sent it for another one.")
        # In this order: roles and accounts refer to the reviewer.
        name = store.add_reviewer(invited.name, invited.group, invited.role)
        set_role(store, name, invited.role, by=invited.by)
        set_password_hash(store, name, hashed, now=now)
        sql = "UPDATE invitations SET used_at = ? WHERE token_sha256 = ?"
        store.connection.execute(sql, (now.isoformat(timespec="seconds"), token_hash(token)))
    return _member(store, name)


def invitations(store: Store, *, now: datetime) -> tuple[Invitation, ...]:
    """Return the invitations that are still open."""
    rows = store.connection.execute(f"{_INVITATIONS} ORDER BY invitations.name", (now.isoformat(timespec="seconds"),))
    return tuple(_invitation(row) for row in rows)


def _keep(store: Store, token: str, made: Invitation, now: datetime) -> Invitation:
    row = (token_hash(token), made.name, made.group, made.role, made.by, now.isoformat(timespec="seconds"), made.expires_at)
    with store.together():
        # A new link takes the place of the one before: a lost one must not stay open.
        take_back(store, made.name)
        store.connection.execute(
            """INSERT INTO invitations (token_sha256, name, reviewer_group, role, "by", made_at, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            row,
        )
    return made


def _check_not_the_last(store: Store, who: Member) -> None:
    # Without a facilitator who can sign in, nobody could be invited or let in again.
    facilitators = {row.name for row in people(store) if row.role == "facilitator" and row.can_sign_in}
    if facilitators == {who.name}:
        raise ReviewError(
            f"{who.name} is the only facilitator who can sign in, and without one nobody can be invited or let in again. "
            "Make somebody else a facilitator first."
        )


def _take_back_made_by(store: Store, name: str) -> None:
    # Somebody who may make no links any more could let themselves in by one they made before.
    store.connection.execute('DELETE FROM invitations WHERE "by" = ? COLLATE NOCASE AND used_at IS NULL', (name,))


def _after(now: datetime, hours: int) -> str:
    return (now + timedelta(hours=hours)).isoformat(timespec="seconds")


def _member(store: Store, name: str) -> Member:
    who = person(store, name)
    if who is None:
        raise ReviewError(f"There is no reviewer {name!r} in this study; add them with their group first.")
    return who


def _person(row: Mapping[str, Any]) -> Member:
    return Member(row["name"], row["reviewer_group"], row["role"], bool(row["has_account"]), bool(row["closed"]))


def _invitation(row: Mapping[str, Any]) -> Invitation:
    return Invitation(row["name"], row["reviewer_group"], row["role"], row["by"], row["expires_at"], bool(row["renews"]))
