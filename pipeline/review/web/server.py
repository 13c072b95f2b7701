"""Serve the page: listen, say the address, and open the browser."""

import http.client
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from pipeline.decisions import sign_in_links
from pipeline.decisions.accounts import people
from pipeline.errors import ReviewError
from pipeline.review.session import ReviewSession, open_review
from pipeline.review.web.app import create_app
from pipeline.review.web.connections import make_server
from pipeline.review.web.launch_link import LaunchLink
from pipeline.review.web.server_config import make_site
from pipeline.review.web.web_context import context
from pipeline.runtime.private_folders import others_may, warning
from pipeline.study.study import Study


PORT = 8765
_TRIED = 20


def serve(
    study: Study,
    *,
    tell: Callable[[str], None],
    host: str = "127.0.0.1",
    port: int | None = None,
    behind_tls: str | None = None,
    invite: str | None = None,
    browser: bool = True,
) -> None:
    """Serve a study's page until it is stopped, and tell the address.

    ReviewError if others could reach it without TLS or the port is taken; DataError if the study has not been run.
    """
    if invite and not behind_tls:
        raise ReviewError("--invite is for a team server (--behind-tls). Here people choose their names. Nothing was started.")
    # What is to be refused is refused before anything listens.
    make_site(host, port or PORT, behind_tls)
    if behind_tls and others_may(study.folder) == "write":
        raise ReviewError(f"{warning(study.folder)}. Whoever writes there could let themselves in. Nothing was started.")
    door = _listen(host, port)
    # Again, with the port that was free.
    site = make_site(host, door.getsockname()[1], behind_tls)
    with door, open_review(study) as review:
        app = create_app(review, site, tell=tell)
        launch = app.extensions["manyvoices"].launch
        address = launch.address() if launch else site.address
        who = [first_words(app, review, invite)] if site.team else []
        for line in (f"{study.settings.name}: people can review. Stop it with Ctrl+C.", address, *who):
            tell(line)
        try:
            _answer(app, door, (lambda: _open_browser(launch, study.vault)) if browser and launch else None)
        finally:
            if launch:
                launch.remove_file()


def _answer(app: Flask, door: socket.socket, then: Callable[[], None] | None) -> None:
    """Answer requests until the program is stopped, and do something else beside it."""
    server = make_server(app, door)
    if then:
        threading.Thread(target=then, name="browser", daemon=True).start()
    server.run()


def _open_browser(launch: LaunchLink, folder: Path) -> None:
    # A browser that runs in the terminal comes back when it is closed only, so this has a thread of its own.
    parts = urlsplit(launch.site.address)
    asked = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        asked.request("GET", "/static/mark.svg")
        asked.getresponse().read()
        folder.mkdir(mode=0o700, exist_ok=True)
        webbrowser.open(launch.make_file(folder))
    except OSError:
        # The address stands in the terminal, so the person can open it there.
        launch.tell("The browser could not be opened. Copy the address above into one.")
    finally:
        asked.close()


def first_words(app: Flask, review: ReviewSession, invite: str | None) -> str:
    """Return a link for a facilitator, who then invites the others; ReviewError where nobody could ever sign in."""
    if invite is None:
        if not any(row.can_sign_in and row.role == "facilitator" for row in review.read(people)):
            raise ReviewError("No facilitator can sign in yet. Name one: --invite NAME. Nothing was started.")
        return "People sign in with their passwords. For a link that makes somebody a facilitator: --invite NAME"
    with app.app_context():
        web = context()
        link, made = web.review.write(
            lambda store: sign_in_links.make_facilitator(
                store, web.site.address, name=invite, by=sign_in_links.BY_COMMAND, now=web.now
            )
        )
    has = ", who has an account and chooses a new password by it" if made.renews else ""
    return f"For {made.name}, as facilitator{has}; it works once, within {sign_in_links.how_long(made)}: {link}"


def _listen(host: str, port: int | None) -> socket.socket:
    """Return a listening socket: at the port asked for, or else at the first free one from the usual on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in [port] if port is not None else range(PORT, PORT + _TRIED):
        door = socket.socket(family)
        # Or the port of a review that was just stopped would be taken for a while.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, number))
            # From now on a browser that is quicker than the server waits for it, and is not refused.
            door.listen()
        except OSError as fault:
            door.close()
            refused = fault
            continue
        return door
    raise ReviewError(f"Nothing can listen at {host}, port {number}: {refused.strerror}. Give a free one with --port.")
