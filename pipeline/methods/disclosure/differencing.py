"""Two releases side by side: a figure that a few people more or less would tell apart is given as it was before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan

from pipeline.methods.disclosure.profiles import Profile


@dataclass(frozen=True)
class Released:
    """A figure, the people it counts, and what was shown of it: a number, or nothing (NaN)."""

    item: str
    """What is counted, such as a code under a question."""
    part: str
    """The group within which it is counted."""
    people: frozenset[str]
    shown: float
    fewest: int
    erased: int = 0
    """People who were counted when it was released and have been erased since."""

    def differs_by(self, now: "Released") -> int:
        """Return by how many people it and a later figure differ."""
        return len(self.people ^ now.people) + self.erased


def against_earlier(now: Sequence[Released], earlier: Iterable[Released], profile: Profile) -> list[Released]:
    """Return, for each figure, itself or the earlier release that is to be shown again in its place.

    Where an earlier figure of the same thing counts all but a few of the same people, the difference between the two would
    be a figure about those few. The earlier figure is shown again then, whatever the part was called, or nothing again.
    """
    known: dict[str, list[Released]] = defaultdict(list)
    for one in earlier:
        known[one.item].append(one)
    return [_beside(figure, known[figure.item], profile) for figure in now]


def _beside(figure: Released, earlier: list[Released], profile: Profile) -> Released:
    close = [one for one in earlier if _could_be_close(one, figure, profile) and one.differs_by(figure) < profile.fewest]
    same = [one for one in close if one.part == figure.part]
    others = [one for one in close if not isnan(one.shown)]
    if same:
        stricter_now = isnan(figure.shown) and profile.fewest > same[-1].fewest
        return figure if stricter_now else same[-1]
    return figure if isnan(figure.shown) or not others else others[-1]


def _could_be_close(one: Released, figure: Released, profile: Profile) -> bool:
    return abs(len(one.people) - len(figure.people)) < profile.fewest
