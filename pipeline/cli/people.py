"""The command for who may sign in on a team server, for when nobody is left who could do it on the page."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import STUDY


if TYPE_CHECKING:
    from pipeline.review.store import Store
    from pipeline.review.store_people import Person

_BY = "the command line"


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
    from pipeline.errors import ReviewError
    from pipeline.review import store_people
    from pipeline.review.store import has_store, open_store
    from pipeline.study import load_study

    loaded, now = load_study(study), datetime.now(UTC)
    if new_password and not behind_tls:
        raise ReviewError(
            "--new-password needs the address people type: --behind-tls https://review.example.org. Nothing was done."
        )
    if not has_store(loaded):
        raise ReviewError(f"Nobody reviews this study yet; `themes review {study}` begins.")
    with open_store(loaded) as store:
        if facilitator:
            store_people.set_role(store, facilitator, "facilitator", by=_BY)
        if close:
            store_people.close_account(store, close, now=now)
        for row in store_people.people(store):
            click.echo(_line(row))
        if new_password and behind_tls:
            click.echo(_renewal(store, behind_tls, new_password, now))


def _line(who: "Person") -> str:
    state = "can sign in" if who.can_sign_in else "can no longer sign in" if who.closed else "has no password"
    return f"{who.name} ({who.group}), {who.role}: {state}"


def _renewal(store: "Store", behind_tls: str, name: str, now: datetime) -> str:
    from pipeline.review.links import how_long, make_renewal
    from pipeline.review.web.site import make_site

    link, made = make_renewal(store, make_site("127.0.0.1", 0, behind_tls).address, name=name, by=_BY, now=now)
    return f"For {made.name}, to choose a new password; it works once, within {how_long(made)}: {link}"
