"""What every page works with: the review, the sessions, and who is here."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Semaphore

from flask import current_app, g, session
from werkzeug.wrappers import Response

from pipeline.decisions.accounts import Member, people, person
from pipeline.review.excerpts import CodeCard, code_cards
from pipeline.review.session import ReviewSession
from pipeline.review.shown_codes import may_see_codes, unseen_texts
from pipeline.review.theme_requests import ThemeCard
from pipeline.review.theme_run import ThemeRuns
from pipeline.review.web.browser_sessions import Sessions, this_session
from pipeline.review.web.launch_link import LaunchLink
from pipeline.review.web.login_throttle import LoginThrottle
from pipeline.review.web.server_config import ServerConfig
from pipeline.review.web.waiting_forms import WaitingForms


MOST_CHECKS = 3

Page = str | tuple[str, int] | Response
"""What a view returns: the words of a page, the same with a status, or a response of its own."""


def with_status(page: str, errors: Mapping[str, str]) -> Page:
    """Return a page that shows a form; where something of the form is wrong, with the status that says so."""
    return (page, 422) if errors else page


@dataclass(frozen=True)
class WebContext:
    """One study, opened for review."""

    review: ReviewSession
    site: ServerConfig
    sessions: Sessions
    launch: LaunchLink | None = None
    """How the page is opened on a laptop; a team server has passwords instead."""
    clock: Callable[[], float] = time.time
    brake: LoginThrottle = field(default_factory=LoginThrottle)
    checking: Semaphore = field(default_factory=lambda: Semaphore(MOST_CHECKS))
    """Passwords that are looked at at once. Each takes 64 MB and a processor, and the other pages must have threads left."""
    waiting: WaitingForms = field(default_factory=WaitingForms)
    """Forms whose session had ended when they were sent."""
    theme_runs: ThemeRuns = field(default_factory=ThemeRuns)

    @property
    def title(self) -> str:
        """The study's name."""
        return self.review.study.settings.name

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def person(self) -> Member | None:
        """Who is signed in, or has chosen their name, in this browser."""
        # Once for each request: a page asks many times.
        if "person" not in g:
            name = session.get("person")
            g.person = self.review.read(lambda store: person(store, name)) if name else None
        member: Member | None = g.person
        # On a laptop nobody has an account; on a team server it may have been closed since this browser signed in.
        return None if member is None or (self.site.team and not member.can_sign_in) else member

    @property
    def minutes_left(self) -> int | None:
        """In how many minutes the person will have to say again who they are; None while that is more than an hour off."""
        return self.sessions.minutes_left(this_session()) if self.person else None

    @property
    def me(self) -> Member:
        """Who is here, on a page that is open to people only."""
        member = self.person
        assert member is not None, "this page must be listed in ACCESS as open to people only"
        return member

    def people(self) -> tuple[Member, ...]:
        """Return everybody of the study, by name."""
        return self.review.read(people)

    @property
    def codes(self) -> dict[str, CodeCard]:
        """The codes as they are now, by id, in the codebook's order."""
        if "codes" not in g:
            g.codes = {card.code: card for card in code_cards(self.review)}
        codes: dict[str, CodeCard] = g.codes
        return codes

    @property
    def families(self) -> dict[str, list[CodeCard]]:
        """The codes under what people call their parents, in the codebook's order."""
        families: dict[str, list[CodeCard]] = {}
        for card in self.codes.values():
            families.setdefault(self.code_name(card.parent) if card.parent else "", []).append(card)
        return families

    def may_see(self, segment_id: str) -> bool:
        """Return whether a page may show whoever is here how an excerpt is coded."""
        return may_see_codes(self.review, self.me.name, segment_id)

    def may_see_theme(self, theme: ThemeCard) -> bool:
        """Return whether a page may show whoever is here which code a theme stands for: that tells how its examples are coded."""
        return not unseen_texts(self.review, self.me.name, theme.exemplar_texts)

    def theme_title(self, theme: ThemeCard) -> str:
        """Return a theme's title; words that set it apart where the title is that of a code which is not to be seen yet."""
        if theme.named or not self._goes_by_a_code(theme) or self.may_see_theme(theme):
            return theme.title
        return ", ".join(theme.keywords[:3]) or "A theme that you have yet to read"

    def may_name_theme(self, theme: ThemeCard) -> bool:
        """Return whether a page may say beside its title, or the label of its code, which theme it is."""
        return not (theme.code or self._goes_by_a_code(theme)) or self.may_see_theme(theme)

    def _goes_by_a_code(self, theme: ThemeCard) -> bool:
        return theme.title.startswith(tuple(self.review.last_run().codebook.plain_names.values()))

    def code_name(self, code: str) -> str:
        """Return what people call a code; its id where the codebook no longer has it."""
        card = self.codes.get(code)
        return card.label if card else code


def context() -> WebContext:
    """Return the context of the running app."""
    web: WebContext = current_app.extensions["manyvoices"]
    return web
