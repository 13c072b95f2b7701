"""Who coded: the standard lets a file name them at the coding, at the place or not at all."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator

from pipeline.exchange.refi.project import User


_SELECTION = "codings whose coder the file names only at their place"
_MODIFIED = "codings whose coder the file does not name; who changed the place last counts"
_ALONE = "codings whose coder the file does not name; the only user in it counts"
_CREATOR = "codings whose coder the file does not name; who made the project counts"


class Coders:
    """The users of a file, what links notes to places, and how often each way to name a coder was used."""

    def __init__(self, root: ET.Element) -> None:
        self.users = tuple(
            User(guid_of(user.get("guid")), user.get("name") or user.get("id") or "") for user in root.findall("Users/User")
        )
        self.used: Counter[str] = Counter()
        self.linked = dict(_linked(root))
        self._names = {user.guid for user in self.users if user.name.strip()}
        maker = guid_of(root.get("creatingUserGUID") or root.get("modifyingUserGUID"))
        self._alone = maker if maker in self._names else ""
        self._why = _CREATOR
        if len(self._names) == 1:
            (self._alone,), self._why = self._names, _ALONE

    def of(self, element: ET.Element, *, alone: bool = True) -> str:
        """Return who made an element; the only user of the file where `alone` and it names none."""
        named = (guid_of(element.get(attribute)) for attribute in ("creatingUser", "modifyingUser"))
        return next((guid for guid in named if guid in self._names), self._alone if alone else "")

    def of_coding(self, coding: ET.Element, selection: ET.Element) -> str:
        """Return who coded: whom the coding names, else its place, else who changed it last, else the only user."""
        own = guid_of(coding.get("creatingUser"))
        if own in self._names:
            return own
        for element, attribute, why in (
            (selection, "creatingUser", _SELECTION),
            (coding, "modifyingUser", _MODIFIED),
            (selection, "modifyingUser", _MODIFIED),
        ):
            guid = guid_of(element.get(attribute))
            if guid in self._names:
                self.used[why] += 1
                return guid
        # Whom the file names and does not list must not become somebody else.
        if own or not self._alone:
            return own
        self.used[self._why] += 1
        return self._alone


def guid_of(text: str | None) -> str:
    """Return a GUID as it is compared: some programs write braces round it, or capitals."""
    return (text or "").strip("{} \t\n").casefold()


def _linked(root: ET.Element) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each place with the notes that links join to it, as NVivo writes its annotations."""
    notes = {guid_of(note.get("guid")) for note in root.findall("Notes/Note")}
    places = {guid_of(place.get("guid")) for place in root.iter("PlainTextSelection")}
    of_place: dict[str, list[str]] = {}
    for link in root.findall("Links/Link"):
        ends = [guid_of(link.get("originGUID")), guid_of(link.get("targetGUID"))]
        for note, place in (ends, reversed(ends)):
            if note in notes and place in places:
                of_place.setdefault(place, []).append(note)
    yield from ((place, tuple(of_place[place])) for place in of_place)
