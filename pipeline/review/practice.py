"""Practice: excerpts the group has talked about or agreed on, to try as often as one likes; nothing of it is kept."""

from dataclasses import dataclass

from pipeline.review.reading import Excerpt
from pipeline.review.room import Room


@dataclass(frozen=True)
class HowRead:
    """How one person of the group read it and why, without a name."""

    group: str
    codes: tuple[str, ...]
    outcome: str
    note: str


@dataclass(frozen=True)
class Comparison:
    """Your reading beside the group's."""

    codes_of_group: tuple[str, ...]
    contested: bool
    both: tuple[str, ...]
    only_you: tuple[str, ...]
    only_group: tuple[str, ...]
    readings: tuple[HowRead, ...]
    sentences: tuple[str, ...]
    """What was written down when the group talked about it."""

    @property
    def same(self) -> bool:
        """Whether you gave exactly the group's codes."""
        return not self.only_you and not self.only_group


def practice_excerpts(room: Room, n: int = 10, *, round_number: int = 0) -> tuple[str, ...]:
    """Return n excerpts to try, those that were talked about first; another round draws others where there are more."""
    raise NotImplementedError


def read_practice(room: Room, segment_id: str) -> Excerpt:
    """Return an excerpt to try: nobody's answer and no suggestion with it."""
    raise NotImplementedError


def compare(room: Room, segment_id: str, codes: tuple[str, ...]) -> Comparison:
    """Return how the group read an excerpt beside these codes; keeps nothing. ReviewError if it is none to practise on."""
    raise NotImplementedError
