"""Links by which people come to sign in on a team server; the store keeps a hash of each, so that they are shown once."""

import secrets
from datetime import datetime
from typing import Final, Literal

from pipeline.decisions.accounts import Invitation, invite, person, renew
from pipeline.decisions.decision import Role
from pipeline.decisions.store import Store


BY_COMMAND: Final = "the command line"
"""Who made a link that no facilitator made on the page."""


def make_invitation(
    store: Store, address: str, *, name: str, group: str, role: Role, by: str, now: datetime
) -> tuple[str, Invitation]:
    """Invite somebody, and return the link; ReviewError if somebody of that name has an account."""
    token = _token()
    made = invite(store, token, name=name, group=group, role=role, by=by, now=now)
    return _link(address, token), made


def make_renewal(
    store: Store, address: str, *, name: str, by: str, now: datetime, role: Role | None = None
) -> tuple[str, Invitation]:
    """Return a link by which somebody with an account chooses a new password; ReviewError without an account."""
    token = _token()
    made = renew(store, token, name=name, by=by, now=now, role=role)
    return _link(address, token), made


def make_facilitator(store: Store, address: str, *, name: str, by: str, now: datetime) -> tuple[str, Invitation]:
    """Return a link that makes somebody a facilitator who can sign in, whether they have an account already or not."""
    who = person(store, name)
    if who and who.has_account:
        return make_renewal(store, address, name=name, by=by, now=now, role="facilitator")
    return make_invitation(store, address, name=name, group="researcher", role="facilitator", by=by, now=now)


def how_long(made: Invitation) -> Literal["a day", "a week"]:
    """Return how long a link works, in words."""
    return "a day" if made.renews else "a week"


def _link(address: str, token: str) -> str:
    return f"{address}/invitation/{token}"


def _token() -> str:
    # 192 bits: nobody comes upon a link by trying.
    return secrets.token_urlsafe(24)
