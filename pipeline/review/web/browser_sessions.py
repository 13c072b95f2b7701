"""Sessions on the server's side: the browser keeps a random number, nothing else.

Who somebody is and what they set is kept in the store, so that a restart signs nobody out; the rest is forgotten with it. Nothing
is kept of visitors who have neither signed in nor opened the page: the token of their form goes with them, signed.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, session
from flask.sessions import SecureCookieSessionInterface, SessionInterface, SessionMixin
from itsdangerous import BadSignature

from pipeline.decisions import sign_ins
from pipeline.decisions.store import Store
from pipeline.review.session import ReviewSession
from pipeline.review.web.server_config import ServerConfig


# Longer than 20 hours, so that nobody has to work against a clock (WCAG 2.2.1).
LASTS_S = 21 * 3600
WARN_S = 3600
"""So long before the end people are told, and can stay with one press."""
FORMER_S = 7 * 86_400
"""So long after the end of a session its browser is taken for one in which that person has been."""
MOST = 5_000
"""Sessions at once. Beyond it, those in which nobody has said who they are go first."""
_OF_A_VISITOR = "csrf_token"
_LASTING = ("opened", "person", "shortcuts", "text")


class BrowserSession(dict[str, Any], SessionMixin):
    """What the page remembers of one browser until it is closed or signs out."""

    def __init__(self, number: str, made: float) -> None:
        super().__init__()
        self.number, self.made = number, made
        self.ended = False
        self.kept: dict[str, Any] = {}
        """What the store holds of it."""
        self.former = ""
        """The mark of the person whose session in this browser ended a while ago."""
        self.mark: Callable[[str], str] = lambda name: ""

    def was(self, name: str) -> bool:
        """Say whether a person's session in this browser ended a while ago."""
        return bool(self.former) and hmac.compare_digest(self.former, self.mark(name))


class Sessions(SessionInterface):
    """All sessions, by the hash of the number that the browser holds."""

    def __init__(self, site: ServerConfig, review: ReviewSession, clock: Callable[[], float]) -> None:
        # Cookies do not tell ports apart, so that two studies open at once need two names.
        port = site.address.rpartition(":")[2] if not site.secure else ""
        # Browsers take a cookie with such a name from this very host only, and only over TLS.
        self.cookie = "__Host-manyvoices" if site.secure else f"manyvoices-{port}"
        self.secure, self.review, self.clock = site.secure, review, clock
        self._known: dict[str, BrowserSession] = {}
        self._lock = threading.Lock()

    def open_session(self, app: Flask, request: Request) -> BrowserSession:
        """Return the session of the request, or a new one that is kept only if something is put into it."""
        number = request.cookies.get(self.cookie, "")
        with self._lock:
            session = self._known.get(_digest(number)) if number else None
        session = session or (self._from_store(number) if number else None)
        if session is not None and self.clock() - session.made < LASTS_S:
            return session
        return self._of_visitor(app, number, session)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session and tell the browser its number; a visitor's own is sent to the browser and not kept."""
        assert isinstance(session, BrowserSession)
        if session.ended:
            response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Strict")
        elif session:
            value = session.number
            if set(session) == {_OF_A_VISITOR}:
                value = _signer(app).dumps({"token": session[_OF_A_VISITOR], "at": session.made, "former": session.former})
            else:
                self._keep(session)
                self._to_store(session)
            response.set_cookie(self.cookie, value, path="/", secure=self.secure, httponly=True, samesite="Strict")

    def _of_visitor(self, app: Flask, cookie: str, ended: BrowserSession | None) -> BrowserSession:
        """Return a new session, with what the browser brings along of a visitor, or of whose session ended in it."""
        session = BrowserSession(secrets.token_urlsafe(32), self.clock())
        session.mark = lambda name: hmac.digest(app.secret_key, name.casefold().encode(), "sha256").hex()  # type: ignore[arg-type]
        try:
            brought = _signer(app).loads(cookie)
        except BadSignature:
            name = self._whose(cookie, ended) if cookie else None
            session.former = session.mark(name) if name else ""
        else:
            if self.clock() - brought["at"] < LASTS_S:
                session[_OF_A_VISITOR], session.made, session.former = brought["token"], brought["at"], brought["former"]
        return session

    def _whose(self, number: str, ended: BrowserSession | None) -> str | None:
        if ended is not None:
            return ended.get("person") if self.clock() - ended.made < LASTS_S + FORMER_S else None
        now, within = self._time(self.clock()), timedelta(seconds=FORMER_S)
        return self.review.read(lambda store: sign_ins.former(store, number, now=now, within=within))

    def minutes_left(self, session: BrowserSession) -> int | None:
        """Return in how many minutes a session ends, once that is less than an hour; None before."""
        left = session.made + LASTS_S - self.clock()
        return max(1, int(left // 60)) if left < WARN_S else None

    def renew(self, session: BrowserSession) -> None:
        """Give the session another number, so that one planted before signing in is worth nothing after it."""
        self._forget(session)
        session.number, session.made = secrets.token_urlsafe(32), self.clock()

    def end(self, session: BrowserSession) -> None:
        """Forget the session."""
        self._forget(session)
        session.clear()
        session.ended = True

    def revive(self, session: BrowserSession) -> None:
        """Begin anew, with another number, in a browser whose session has just been ended."""
        session.number, session.made, session.ended = secrets.token_urlsafe(32), self.clock(), False

    def end_all_of(self, person: str) -> None:
        """Forget all sessions of a person, in whatever browser; the store does so when an account changes."""
        with self._lock:
            self._known = {key: session for key, session in self._known.items() if session.get("person") != person}

    def _forget(self, session: BrowserSession) -> None:
        number = session.number
        with self._lock:
            self._known.pop(_digest(number), None)
        if session.kept:
            session.kept = {}
            self.review.write(lambda store: sign_ins.close_session(store, number))

    def _from_store(self, number: str) -> BrowserSession | None:
        now = self._time(self.clock())
        kept = self.review.read(lambda store: sign_ins.session(store, number, now=now))
        if kept is None:
            return None
        session = BrowserSession(number, datetime.fromisoformat(kept.made_at).timestamp())
        session.kept = kept.words
        session.update(kept.words)
        return session

    def _to_store(self, session: BrowserSession) -> None:
        """Keep what lasts of a session in which somebody has said who they are."""
        lasting = {name: session[name] for name in _LASTING if name in session}
        if not session.get("person") or lasting == session.kept:
            return
        number, person, made, is_new = session.number, session["person"], self._time(session.made), not session.kept
        session.kept = lasting

        def write(store: Store) -> None:
            if is_new:
                # With each new session old ones are forgotten, so that nobody has to see to it.
                sign_ins.sweep(store, now=made, remembered=timedelta(seconds=FORMER_S))
                sign_ins.open_session(store, number, reviewer=person, now=made, lasts=timedelta(seconds=LASTS_S))
            sign_ins.remember(store, number, lasting)

        self.review.write(write)

    def _time(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    def _keep(self, session: BrowserSession) -> None:
        with self._lock:
            self._known[_digest(session.number)] = session
            if len(self._known) > MOST:
                # Whoever has said who they are is not signed out by visitors who have not.
                oldest = min(self._known, key=lambda key: (bool(self._known[key].get("person")), self._known[key].made))
                del self._known[oldest]


def this_session() -> BrowserSession:
    """Return the session itself, behind Flask's stand-in for it."""
    current = session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(current, BrowserSession)
    return current


def forget_another(words: MutableMapping[str, Any], name: str) -> None:
    """Forget what a session holds of somebody else: what was just said on a shared device is not for whoever comes next.

    Words of a form that waits stay: they are shown only to the person they are of. The token of forms goes with the person
    they were made for, so that what still lies open in another window is not sent in the next one's name.
    """
    before = words.get("person")
    if before != name:
        for key in set(words) - {"opened", "pending", "csrf_token" if before is None else "person"}:
            del words[key]


def _signer(app: Flask) -> Any:
    return SecureCookieSessionInterface().get_signing_serializer(app)


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()
