"""The one-time address by which the person who started the page opens it; other programs on the machine do not know it."""

import hmac
import secrets
import threading
from collections.abc import Callable

from pipeline.review.web.site import Site


class Launch:
    """A token at a time: used once it is worth nothing, and the next one is told in the terminal when somebody knocks."""

    def __init__(self, site: Site, tell: Callable[[str], None]) -> None:
        self.site, self.tell = site, tell
        self._token = ""
        self._lock = threading.Lock()

    def address(self) -> str:
        """Return the address that opens the page, making a token unless one is waiting to be used."""
        with self._lock:
            self._token = self._token or secrets.token_urlsafe(24)
            return f"{self.site.address}/open/{self._token}"

    def knock(self) -> None:
        """Somebody without a session is at the door: tell the address in the terminal, unless it stands there unused."""
        if not self._token:
            self.tell(self.address())

    def use(self, token: str) -> bool:
        """Say whether this is the token, and let it be used no more."""
        with self._lock:
            right = bool(self._token) and hmac.compare_digest(self._token.encode(), token.encode())
            if right:
                self._token = ""
            return right
