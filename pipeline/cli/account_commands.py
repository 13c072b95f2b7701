"""The command for who may sign in on a team server, for when nobody is left who could do it on the page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.shared_options import STUDY
from pipeline.runtime.typed_paths import typed


if TYPE_CHECKING:
    from pipeline.decisions.accounts import Member
    from pipeline.decisions.store import Store


@click.command()
@STUDY
@click.option("--new-password", metavar="NAME", help="Print a one-time link by which this person chooses a new password.")
@click.option("--facilitator", metavar="NAME", help="Make this person a facilitator.")
@click.option("--close", metavar="NAME", help="Let this person no longer sign in; what they said stays.")
@click.option("--behind-tls", metavar="ADDRESS", help="https address people type; needed for --new-password.")
def people(study: Path, *, new_password: str | None, facilitator: str | None, close: str | None, behind_tls: str | None) -> None:
    """Say who reviews and who can sign in, and let somebody in again who forgot a password.

    The page may be open meanwhile. A link lets a person in again whose account was closed, too.

    \b
    Example:
      themes people my-study
      themes people my-study --new-password Ana --behind-tls https://review.example.org
    """
    from pipeline.decisions import accounts, sign_in_links
    from pipeline.decisions.store import has_store, open_store
    from pipeline.errors import ReviewError
    from pipeline.study.study import load_study

    loaded, now = load_study(study), datetime.now(UTC)
    if new_password and not behind_tls:
        raise ReviewError(
            "--new-password needs the address people type: --behind-tls https://review.example.org. Nothing was done."
        )
    # Opening would make a store, as if people had begun.
    if not has_store(loaded):
        raise ReviewError(f"Nobody reviews this study yet; `themes review {typed(study)}` begins.")
    # All of it is done, or nothing is.
    with open_store(loaded) as store, store.together():
        if facilitator:
            accounts.set_role(store, facilitator, "facilitator", by=sign_in_links.BY_COMMAND)
        if close:
            _close(store, close, now)
        lines = [_state_of(member) for member in accounts.people(store)]
        if new_password and behind_tls:
            lines.append(_renewal(store, behind_tls, new_password, now))
    click.echo("\n".join(lines))


def _state_of(member: "Member") -> str:
    state = "can sign in" if member.can_sign_in else "can no longer sign in" if member.closed else "has no password"
    return f"{member.name} ({member.group}), {member.role}: {state}"


def _close(store: "Store", name: str, now: datetime) -> None:
    from pipeline.decisions import accounts
    from pipeline.errors import ReviewError

    member = accounts.person(store, name)
    if member and not member.has_account:
        raise ReviewError(f"{member.name} has no password, so that there is nothing to close. Nothing was done.")
    accounts.close_account(store, name, now=now)


def _renewal(store: "Store", behind_tls: str, name: str, now: datetime) -> str:
    from pipeline.decisions import sign_in_links
    from pipeline.review.web.server_config import make_site

    # Only the address that people type goes into a link, so any host and port will do.
    address = make_site("127.0.0.1", 0, behind_tls).address
    link, made = sign_in_links.make_renewal(store, address, name=name, by=sign_in_links.BY_COMMAND, now=now)
    return f"For {made.name}, to choose a new password; it works once, within {sign_in_links.how_long(made)}: {link}"
