"""Sessions that live in this program only: the browser keeps a random number, nothing else."""

import hashlib
import secrets
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, session
from flask.sessions import SessionInterface, SessionMixin

from pipeline.review.web.site import Site


# Longer than 20 hours, so that nobody has to work against a clock (WCAG 2.2.1).
LASTS_S = 21 * 3600
MOST = 5_000
"""Sessions at once. Beyond it, those of visitors who have not signed in go first."""


class Session(dict[str, Any], SessionMixin):
    """What the page remembers of one browser until it is closed or signs out."""

    def __init__(self, number: str, made: float) -> None:
        super().__init__()
        self.number, self.made = number, made
        self.ended = False


class Sessions(SessionInterface):
    """All sessions, by the hash of the number that the browser holds."""

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        # Cookies do not tell ports apart, so that two studies open at once need two names.
        port = site.address.rpartition(":")[2] if not site.secure else ""
        self.cookie = "__Host-manyvoices" if site.secure else f"manyvoices-{port}"
        self.secure, self.clock = site.secure, clock
        self._known: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open_session(self, app: Flask, request: Request) -> Session:
        """Return the session of the request, or a new one that is kept only if something is put into it."""
        number = request.cookies.get(self.cookie, "")
        with self._lock:
            found = self._known.get(_digest(number)) if number else None
        if found is not None and self.clock() - found.made < LASTS_S:
            return found
        return Session(secrets.token_urlsafe(32), self.clock())

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session and tell the browser its number."""
        assert isinstance(session, Session)
        if session.ended:
            response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Strict")
        elif session:
            self._keep(session)
            response.set_cookie(self.cookie, session.number, path="/", secure=self.secure, httponly=True, samesite="Strict")

    def renew(self, session: Session) -> None:
        """Give the session another number, so that one planted before signing in is worth nothing after it."""
        with self._lock:
            self._known.pop(_digest(session.number), None)
            session.number, session.made = secrets.token_urlsafe(32), self.clock()

    def end(self, session: Session) -> None:
        """Forget the session."""
        with self._lock:
            self._known.pop(_digest(session.number), None)
        session.clear()
        session.ended = True

    def revive(self, session: Session) -> None:
        """Begin anew, with another number, in a browser whose session has just been ended."""
        session.number, session.made, session.ended = secrets.token_urlsafe(32), self.clock(), False

    def end_all_of(self, person: str) -> None:
        """Forget all sessions of a person, in whatever browser."""
        with self._lock:
            self._known = {key: one for key, one in self._known.items() if one.get("person") != person}

    def _keep(self, session: Session) -> None:
        with self._lock:
            self._known[_digest(session.number)] = session
            if len(self._known) > MOST:
                oldest = min(self._known, key=lambda key: (bool(self._known[key].get("person")), self._known[key].made))
                del self._known[oldest]


def this_session() -> Session:
    """Return the session itself, behind Flask's stand-in for it."""
    found = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(found, Session)
    return found


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
