"""What every request must pass and every response must say, whatever the page."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Request, Response, abort, request
from werkzeug.wrappers import Response as PlainResponse

from pipeline.review.web.server_config import ServerConfig


HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Cache-Control": "no-store",
}
"""On every response, refusals and faults too. People's words stay in no cache and in nobody's frame."""

LARGEST_REQUEST = 256 * 1024
LARGEST_OF_A_VISITOR = 16 * 1024
"""What somebody may send who has neither signed in nor opened the page: a name and a password, and no more."""
_WRITES = ("POST", "PUT", "PATCH", "DELETE")
_FORWARDED = ("HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED", "HTTP_X_HOST", "HTTP_X_ORIGINAL_HOST")

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class HostGate:
    """Refuse a request for another host before anything reads it.

    A page elsewhere can point its own name at 127.0.0.1 and would then be this page's origin (DNS rebinding). Only the
    Host header tells, so it must be one of ours to the letter.
    """

    def __init__(self, inner: Wsgi, site: ServerConfig) -> None:
        self.inner, self.site = inner, site

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on, or answer 421."""
        # A proxy may name the host, too. On a laptop there is no proxy, so that any such header is refused.
        forwarded = [environ[name] for name in _FORWARDED if name in environ]
        misled = bool(forwarded) and (not self.site.team or any(host not in self.site.hosts for host in forwarded))
        if environ.get("HTTP_HOST") in self.site.hosts and not misled:
            return self.inner(environ, start)
        advice = f"This is not the address of this page. Open {self.site.address}\n"
        return PlainResponse(advice, 421, {**HEADERS, "Content-Type": "text/plain; charset=utf-8"})(environ, start)


def secure(app: Flask, site: ServerConfig) -> None:
    """Put the gate before the app, check where requests come from, and add the headers to all it says."""
    app.wsgi_app = HostGate(app.wsgi_app, site)  # type: ignore[method-assign,assignment]
    app.before_request(lambda: _refuse_strangers(request, site))

    def with_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    app.after_request(with_headers)


def _refuse_strangers(asked: Request, site: ServerConfig) -> None:
    """Refuse what another page makes the browser send, and any method that is not used here."""
    fetch_site = asked.headers.get("Sec-Fetch-Site")
    if asked.method in _WRITES:
        # Old browsers do not send Sec-Fetch-Site.
        ours = fetch_site == "same-origin" if fetch_site else asked.headers.get("Origin") in site.origins
    else:
        ours = fetch_site in (None, "none", "same-origin") or asked.headers.get("Sec-Fetch-Mode") == "navigate"
    if not ours:
        abort(403)
    if (origin := asked.headers.get("Origin")) and origin != "null" and origin not in site.origins:
        abort(403)


def local_path(asked: str | None) -> str:
    """Return a path on this site to go to, or the first page for anything that could lead elsewhere.

    `//x`, `/\\x` and paths with control characters are read by browsers as other hosts.
    """
    if asked and asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable() and "\\" not in asked:
        return asked
    return "/"
