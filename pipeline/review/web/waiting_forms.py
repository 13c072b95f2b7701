"""Forms that wait for people who must say again who they are: so many, so large and for so long, and no more."""

import threading
from collections import OrderedDict
from dataclasses import dataclass


LARGEST, MOST_FIELDS = 100_000, 1_000
"""Letters of a form, names of its fields included, and how many values it may have."""
MOST_FORMS, MOST_OF_ONE = 200, 5
"""Forms that wait at once, and those of a person; beyond them the oldest go."""

LONGEST_S = 21 * 3600

Words = dict[str, list[str]]


@dataclass(frozen=True)
class WaitingForm:
    """A form that waits: for whom, of which page, its words, and since when."""

    person: str
    path: str
    words: Words
    at: float


class WaitingForms:
    """The forms that wait, oldest first; none longer than a session lasts."""

    def __init__(self) -> None:
        self._forms: OrderedDict[tuple[str, str], WaitingForm] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, form: WaitingForm) -> None:
        """Let a form wait, in the place of an earlier one of the same person and page."""
        with self._lock:
            self._drop_old(form.at)
            self._forms.pop(_key(form.person, form.path), None)
            own = [key for key in self._forms if key[0] == form.person.casefold()]
            # A person's own forms make room first, so that nobody pushes out those of others.
            crowded = own[: max(0, len(own) - MOST_OF_ONE + 1)] or list(self._forms)[: max(0, len(self._forms) - MOST_FORMS + 1)]
            for key in crowded:
                del self._forms[key]
            self._forms[_key(form.person, form.path)] = form

    def take(self, name: str, path: str, now: float) -> Words | None:
        """Return the words that wait for a person on a page, and keep them no longer."""
        with self._lock:
            self._drop_old(now)
            form = self._forms.pop(_key(name, path), None)
        return form.words if form else None

    def all(self, now: float) -> tuple[WaitingForm, ...]:
        """Return the forms that wait, the latest first."""
        with self._lock:
            self._drop_old(now)
            return tuple(reversed(self._forms.values()))

    def _drop_old(self, now: float) -> None:
        for key in [key for key, form in self._forms.items() if now - form.at > LONGEST_S]:
            del self._forms[key]


def fits(words: Words) -> bool:
    """Say whether a form is small enough to be kept."""
    values = [value for values in words.values() for value in values]
    return len(values) <= MOST_FIELDS and sum(map(len, (*words, *values))) <= LARGEST


def _key(name: str, path: str) -> tuple[str, str]:
    return name.casefold(), path
