"""Places that are held for people while they read, so that no more people than wanted read the same excerpt at once."""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta


LASTS = timedelta(minutes=30)


@dataclass
class Reservations:
    """Who is reading what, and until when the place is kept; forgotten when the server stops."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    plans: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Excerpts that were ranked to come next, by person and order."""
    _places: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)

    def hold(self, reviewer: str, segment_id: str, order: str, *, now: datetime) -> None:
        """Hold one place for a person, drawn in an order, in place of the one held before."""
        self._places[reviewer] = (segment_id, order, now + LASTS)

    def let_go(self, reviewer: str) -> None:
        """Give back what is held for a person."""
        self._places.pop(reviewer, None)

    def give_back(self, reviewer: str, segment_id: str) -> None:
        """Give back the place of an excerpt that a person has answered."""
        with self.lock:
            # They may hold another by now, which must not be let go for them.
            if self._places.get(reviewer, ("",))[0] == segment_id:
                self.let_go(reviewer)

    def by(self, reviewer: str, order: str, *, now: datetime) -> str | None:
        """Return the excerpt that is held for a person in an order."""
        # Nothing held is a place that is over now.
        segment_id, drawn, until = self._places.get(reviewer, ("", "", now))
        return segment_id if drawn == order and until > now else None

    def others(self, reviewer: str, *, now: datetime) -> dict[str, set[str]]:
        """Return who else is reading, by excerpt."""
        readers: dict[str, set[str]] = {}
        for who, (segment_id, _, until) in self._places.items():
            if who != reviewer and until > now:
                readers.setdefault(segment_id, set()).add(who)
        return readers
