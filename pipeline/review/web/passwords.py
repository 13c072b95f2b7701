"""Passwords: how they are kept, and how guessing them is slowed down."""

import threading
from collections import OrderedDict
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


SHORTEST = 10
_FREE_TRIES = 4
_LONGEST_WAIT_S = 300.0
_FORGOTTEN_AFTER_S = 3600.0
_MOST = 10_000


def hash_password(password: str) -> str:
    """Return an argon2id hash of a password."""
    return PasswordHasher().hash(password)


def is_right(kept: str | None, given: str) -> bool:
    """Say whether a password is the one that was kept; without an account it takes as long to say no."""
    try:
        return PasswordHasher().verify(kept or _nobodys(), given) and kept is not None
    except VerificationError:
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("of an account that is not there")


class Brake:
    """Wrong passwords make the next try wait: longer each time, for the account and for the address it came from.

    Nobody is locked out: the right password works as soon as the wait is over, and a wait ends after five minutes.
    """

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, *who: str, now: float) -> float:
        """Return how many seconds must pass before the next try."""
        with self._lock:
            return max((self._wait(one, now) for one in who), default=0.0)

    def wrong(self, *who: str, now: float) -> None:
        """Remember a wrong password."""
        with self._lock:
            for one in who:
                n, last = self._wrong.pop(one, (0, now))
                self._wrong[one] = (n + 1 if now - last < _FORGOTTEN_AFTER_S else 1, now)
            while len(self._wrong) > _MOST:
                self._wrong.popitem(last=False)

    def right(self, *who: str) -> None:
        """Forget what was wrong before."""
        with self._lock:
            for one in who:
                self._wrong.pop(one, None)

    def _wait(self, who: str, now: float) -> float:
        n, last = self._wrong.get(who, (0, 0.0))
        return max(0.0, last + min(_LONGEST_WAIT_S, 2.0 ** (n - _FREE_TRIES) * 10) - now) if n > _FREE_TRIES else 0.0
