"""How guessing passwords is slowed down, without keeping anybody out whose name is guessed at."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TypeVar

from pipeline.runtime.plain_text import one_line


V = TypeVar("V")

FREE_TRIES = 5
"""Wrong passwords for a name from an address before the next must wait."""
FREE_OF_ALL = 20
"""Wrong passwords for a name from everywhere, or from an address for all names, before newcomers must wait."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 20.0, 300.0
_FORGOTTEN_AFTER_S = 3600.0
# Whoever makes up names must not fill the memory: beyond so many the oldest are forgotten.
_MOST = 10_000


@dataclass(frozen=True)
class Visit:
    """Somebody who gives a password: for whom, from which address, and whether that person has been in this browser."""

    name: str
    address: str
    own_browser: bool = False

    @property
    def pair(self) -> str:
        """The key of this name from here; from a person's own browser it is nobody else's, wherever the browser is."""
        return _key("own" if self.own_browser else _network(self.address), self.name)

    @property
    def place(self) -> str:
        """The key of this name at this address."""
        return _key(_network(self.address), self.name)

    @property
    def crowds(self) -> tuple[str, str]:
        """The keys of the name from everywhere, and of the address for all names."""
        return _key("name", self.name), _key("address", _network(self.address))


class LoginThrottle:
    """Wrong passwords make the next try wait: longer each time, for this name from this address only.

    Where many are wrong for a name, or from an address, a newcomer waits before the first try, too: for a time that is settled
    when they first knock, so that nobody else can make it longer. A person's own browser, and an address from which they signed
    in before, are no newcomers. Nobody is locked out: no wait is longer than five minutes, and the right password works after it.
    """

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        # From when on newcomers may try.
        self._admitted: OrderedDict[str, float] = OrderedDict()
        # Where people signed in before.
        self._at_home: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def try_now(self, visit: Visit, *, now: float) -> float:
        """Return how many seconds must pass before a try; if none, count it as wrong until `right` says otherwise."""
        with self._lock:
            n, last = self._n(visit.pair, now), self._wrong.get(visit.pair, (0, 0.0))[1]
            own = max(0.0, last + _growing(n - FREE_TRIES) - now) if n >= FREE_TRIES else 0.0
            wait = max(own, self._of_newcomer(visit, now))
            if not wait:
                # Before the password is looked at, or many tries at once would each count as the first.
                for key in (visit.pair, *visit.crowds):
                    _keep(self._wrong, key, (self._n(key, now) + 1, now))
            return wait

    def right(self, visit: Visit, *, now: float) -> None:
        """Forget what was wrong from here, and remember that the person signs in from here."""
        self.undo(visit, now=now)
        with self._lock:
            self._wrong.pop(visit.pair, None)
            _keep(self._at_home, visit.place, now)

    def undo(self, visit: Visit, *, now: float) -> None:
        """Count the last try no longer."""
        with self._lock:
            for key in (visit.pair, *visit.crowds):
                if key in self._wrong:
                    n, last = self._wrong[key]
                    self._wrong[key] = (max(0, n - 1), last)

    def _of_newcomer(self, visit: Visit, now: float) -> float:
        if visit.own_browser or visit.place in self._at_home:
            return 0.0
        n = max(self._n(key, now) for key in visit.crowds)
        if n < FREE_OF_ALL or self._n(visit.pair, now):
            return 0.0
        if now - self._admitted.get(visit.pair, -_FORGOTTEN_AFTER_S) >= _FORGOTTEN_AFTER_S:
            _keep(self._admitted, visit.pair, now + _growing(n // FREE_OF_ALL - 1))
        return max(0.0, self._admitted[visit.pair] - now)

    def _n(self, key: str, now: float) -> int:
        n, last = self._wrong.get(key, (0, now))
        return n if now - last < _FORGOTTEN_AFTER_S else 0


def _keep(table: OrderedDict[str, V], key: str, value: V) -> None:
    table.pop(key, None)
    table[key] = value
    while len(table) > _MOST:
        table.popitem(last=False)


def _growing(n: int) -> float:
    return min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(n, 10))


def _network(address: str) -> str:
    # One visitor may have a whole network of 64 bits to try from. All that is no address counts as one place.
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip_network((ip, 64), strict=False)) if isinstance(ip, IPv6Address) else str(ip)


def _key(where: str, who: str) -> str:
    # A hash, so that a key has one size, however long the name.
    return hashlib.blake2b(f"{where}\n{one_line(who).casefold()}".encode(), digest_size=16).hexdigest()
