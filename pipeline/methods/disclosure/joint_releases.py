"""Several releases of the same people by different groupings: what of the last one must be hidden beside those before it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.disclosure.linked_tables import LinkedBlock, hide_linked
from pipeline.methods.disclosure.profiles import Bools, Floats, Profile


Thing = tuple[str, str]
"""What is counted."""


@dataclass(frozen=True)
class Linked:
    """Things whose numbers hang together."""

    things: Sequence[Thing]
    relations: Sequence[Mapping[Thing, float]] = ()
    """Factors of things; for each class of people, their sum is 0 or less."""
    bases: Mapping[Thing, Thing] = field(default_factory=dict)
    """The thing that each is a part of and is not shown without."""
    fixed: frozenset[Thing] = frozenset()
    """What everybody knows."""
    settled: frozenset[Thing] = frozenset()
    """What has been decided on elsewhere."""
    in_any_case: Mapping[Thing, tuple[Thing, bool]] = field(default_factory=dict)
    """Of each thing, what is shown whatever it gives away of it, and whether this is so of everyone's number only."""
    topics: Mapping[Thing, int] = field(default_factory=dict)
    """What each thing is about: those of two topics hang together by their bases only; 0 where nothing else is named."""
    worth: frozenset[Thing] = frozenset()
    """Things of which more is lost when they are hidden."""
    sizes_unknown: bool = False
    """Whether a reader is taken not to know how many people are in each class, as beside means."""


@dataclass
class JointRelease:
    """Figures of the same people in all releases; an array of flags is (n_figures,) for each thing."""

    parts: Bools
    """Which classes of people each figure counts, (n_figures, n_classes); the first counts everyone."""
    counts: Mapping[Thing, Floats]
    """People of each class, (n_classes,)."""
    most: Mapping[Thing, Floats]
    """The most that they can be, as is known to everybody, (n_classes,)."""
    earlier: Mapping[Thing, Bools]
    """What was shown before and cannot be hidden any more."""
    exact: Mapping[Thing, Bools]
    """What was shown without rounding."""
    now: dict[Thing, Bools]
    """What the last release is to show."""
    protected: Mapping[Thing, Bools]
    """What must not follow, where it is not shown."""

    def protect(self, linked: Linked, profile: Profile) -> None:
        """Take out of what is to be shown now whatever narrows a hidden figure further down than earlier releases did."""
        if not any(self.now[thing].any() for thing in linked.things):
            return
        while True:
            hidden = hide_linked(self._block(linked, profile), replace(profile, round_to=1) if linked.sizes_unknown else profile)
            before = [flags.copy() for flags in (self.now[thing] for thing in linked.things)]
            for thing, flags in zip(linked.things, hidden, strict=True):
                self.now[thing] = self.now[thing] & ~flags
            for thing, base in linked.bases.items():
                self.now[thing] = self.now[thing] & (self.now[base] | self.earlier[base])
            if all((now == then).all() for now, then in zip((self.now[t] for t in linked.things), before, strict=True)):
                return

    def _block(self, linked: Linked, profile: Profile) -> LinkedBlock:
        place = {thing: at for at, thing in enumerate(linked.things)}
        earlier, now, protected, exact = (
            np.array([flags[thing] for thing in linked.things]) for flags in (self.earlier, self.now, self.protected, self.exact)
        )
        counts = np.array([self.counts[thing] for thing in linked.things])
        most = np.array([self.most[thing] for thing in linked.things])
        if linked.sizes_unknown:
            most = np.repeat(counts.sum(axis=1, keepdims=True), counts.shape[1], axis=1)
        few = counts @ self.parts.T.astype(float) < profile.fewest
        return LinkedBlock(
            self.parts,
            counts,
            most,
            ~(earlier | now),
            earlier | self._settled(linked),
            [{place[thing]: factor for thing, factor in relation.items()} for relation in linked.relations],
            {place[thing]: place[base] for thing, base in linked.bases.items()},
            frozenset(place[thing] for thing in linked.fixed),
            self._always(linked, earlier, now),
            free=~protected,
            topics=np.array([linked.topics.get(thing, 0) for thing in linked.things], dtype=np.intp),
            worth=np.array([float(thing in linked.worth) for thing in linked.things]),
            # What was shown of enough people and is of few now is known as it was.
            exact=exact | (earlier & few),
        )

    def _settled(self, linked: Linked) -> Bools:
        settled = np.zeros((len(linked.things), len(self.parts)), dtype=bool)
        for at, thing in enumerate(linked.things):
            settled[at] = thing in linked.settled | linked.fixed
        for base, only_everyone in linked.in_any_case.values():
            if base in linked.things:
                settled[linked.things.index(base), 0 if only_everyone else slice(None)] = True
        return settled

    def _always(self, linked: Linked, earlier: Bools, now: Bools) -> list[tuple[Collection[int], Bools]]:
        """Return for each thing what it is shown beside in any case: all that was shown before, and what is besides."""
        always: list[tuple[Collection[int], Bools]] = []
        for at, thing in enumerate(linked.things):
            shown = earlier.copy()
            base, only_everyone = linked.in_any_case.get(thing, (thing, True))
            if thing in linked.in_any_case and base in linked.things:
                row = linked.things.index(base)
                figures = slice(0, 1) if only_everyone else slice(None)
                shown[row, figures] |= now[row, figures]
            always.append(((at,), shown))
        return always


def classes_of_sets(sets: Sequence[frozenset[str]]) -> tuple[Bools, dict[str, int]]:
    """Return which classes each set of people is made of, (n_sets, n_classes), and the class of each person of the first set."""
    persons = sorted(sets[0])
    inside = np.array([[person in members for members in sets] for person in persons], dtype=bool).reshape(-1, len(sets))
    kinds, of = np.unique(inside, axis=0, return_inverse=True)
    return kinds.T.copy(), dict(zip(persons, of.ravel().tolist(), strict=True))


def count_of(people: Collection[str], class_of: Mapping[str, int], n_classes: int) -> NDArray[np.float64]:
    """Return how many of these people are in each class, (n_classes,)."""
    return np.bincount([class_of[person] for person in people], minlength=n_classes).astype(float)
