"""The one-time address by which the person who started the page opens it; other programs on the machine do not know it."""

import contextlib
import hmac
import html
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.review.web.server_config import ServerConfig


class LaunchLink:
    """A token at a time: used once it is worth nothing, and the next one is told in the terminal when somebody knocks."""

    def __init__(self, site: ServerConfig, tell: Callable[[str], None]) -> None:
        self.site, self.tell = site, tell
        self._token = ""
        self._lock = threading.Lock()
        self._file: Path | None = None

    def address(self) -> str:
        """Return the address that opens the page, making a token unless one is waiting to be used."""
        with self._lock:
            self._token = self._token or secrets.token_urlsafe(24)
            return f"{self.site.address}/open/{self._token}"

    def print_again(self) -> None:
        """Somebody without a session is at the door: tell the address in the terminal, unless it stands there unused."""
        if not self._token:
            self.tell(self.address())

    def use(self, token: str) -> bool:
        """Say whether this is the token, and let it be used no more."""
        with self._lock:
            # The time this takes must not tell how much of a guess was right.
            right = bool(self._token) and hmac.compare_digest(self._token.encode(), token.encode())
            if right:
                self._token = ""
        if right:
            self.remove_file()
        return right

    def make_file(self, folder: Path) -> str:
        """Write a file that only its owner can read and that leads to the address, and return where a browser finds it.

        What a browser is started with is shown to every user of the machine by `ps`, so that the address must not be among it.
        """
        address = html.escape(self.address())
        for earlier in folder.glob("open-*.html"):
            earlier.unlink(missing_ok=True)
        path = folder.resolve() / f"open-{secrets.token_hex(8)}.html"
        # O_EXCL: a file or a link that somebody laid there before is not written through.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(
                '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Many Voices</title>'
                f'<meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url={address}"></head>'
                f'<body><p><a href="{address}">Open the review</a></p></body></html>\n'
            )
        self._file = path
        return path.as_uri()

    def remove_file(self) -> None:
        """Remove the file, since its address was used or the page is closed."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)
