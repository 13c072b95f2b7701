"""Counts that hang together: attributes that nest or overlap, questions and any question, counts and their bases.

People who are alike in all attributes are a class, and every figure is a sum over classes. So whatever nests in whatever, and
however attributes overlap, all of it is one system of equations, of which a linear program asks how far a reader can narrow a
hidden figure down. The reader is taken to know how many people are in each class, besides all that is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.methods.disclosure.profiles import NEARLY_ALL, Bools, Floats, Profile, ends_if_shown


# The reader is taken to know what is rounded a little better than rounding lets: other blocks may give a little away.
_SURE = 0.9
_NEAR = 1e-6
MOST_CLASSES = 60
"""Attributes that would make more classes are not shown: every class makes every question to the linear program slower."""
Place = tuple[int, int]
"""An item and a figure."""
Relation = Mapping[int, float]
"""Factors of items; for each class, their sum is 0 or less."""


@dataclass
class LinkedBlock:
    """Items that are counted by the same figures, and which of those figures may not be shown."""

    parts: Bools
    """Which classes each figure counts, bool (n_figures, n_classes); the first figure counts everyone."""
    counts: Floats
    """People of each class by item, (n_items, n_classes)."""
    most: Floats
    """The most that each can be, as is known to everybody, (n_items, n_classes)."""
    hidden: Bools
    """(n_items, n_figures)"""
    kept: Bools
    """What is not to be hidden here, as another place shows it or has decided on it, (n_items, n_figures)."""
    relations: Sequence[Relation]
    bases: Mapping[int, int]
    """The item that each item is a part of, where nearly all of it is never shown."""
    fixed: frozenset[int] = frozenset()
    """Items that everybody knows."""
    always: Bools | None = None
    """What is shown whatever it gives away, (n_items, n_figures): a figure need not be wider than this by itself leaves it."""

    @property
    def figures(self) -> Floats:
        """Every figure as it truly is, (n_items, n_figures)."""
        return np.asarray(self.counts @ self.parts.T.astype(float))


def hide_linked(block: LinkedBlock, profile: Profile) -> Bools:
    """Return what to hide, (n_items, n_figures): what is hidden already, and the smallest figures that would give it away."""
    hidden, seen, unhelped = block.hidden.copy(), _Seen(block, profile), set[Place]()
    while True:
        weak = next(_too_narrow(block, hidden, seen, unhelped, profile), None)
        if weak is None:
            return hidden
        place, binding = weak
        if binding is None:
            unhelped.add(place)
        else:
            hidden[binding] = True


def shown_of_everyone(few: Bools) -> Bools:
    """Return which figures are everyone's and not few, (n_items, n_figures).

    How many answered in all is shown always: where everybody did, so did each small group, and hiding that would hide the lot.
    """
    everyone = np.zeros_like(few)
    everyone[:, 0] = ~few[:, 0]
    return everyone


class _Seen:
    """How low and how high each figure is in the worlds that a reader must think possible: hiding more only adds worlds."""

    def __init__(self, block: LinkedBlock, profile: Profile) -> None:
        self.block, self.profile = block, profile
        self.parts = block.parts.T.astype(float)
        self.low = self.high = block.figures
        # How many different whole numbers each figure must be able to be: all it ever could be, where that is fewer.
        self.needed = np.minimum(profile.fewest, np.floor(block.most @ self.parts + _NEAR) + 1)
        self.lowered = dict[Place, float]()
        """Of figures of which less is asked, how many whole numbers a reader who knows just what rounding lets is left with."""
        self.as_in_any_case = set[Place]()
        """Those of them that are left so wide."""
        self.programs = dict[float, "_Program"]()

    def add(self, world: Floats) -> None:
        figures = world @ self.parts
        self.low, self.high = np.minimum(self.low, figures), np.maximum(self.high, figures)

    def wide(self) -> Bools:
        """Say which figures are known to be wide enough."""
        wide = np.asarray(_whole_numbers(self.low, self.high) >= self.needed)
        for place in self.lowered.keys() - self.as_in_any_case:
            wide[place] = False
        return wide

    def wide_beside_others(self, place: Place) -> bool:
        """Say whether a figure is wide enough to a reader whom other blocks give a little away."""
        return bool(_whole_numbers(self.low[place], self.high[place]) >= self.needed[place])

    def lower(self, place: Place) -> None:
        """Ask no more of a figure than is left of it by what is shown in any case."""
        if self.block.always is None or place in self.lowered:
            return
        self.lowered[place] = min(self.needed[place], self._in_any_case(place, sure=1.0))
        self.needed[place] = min(self.needed[place], self._in_any_case(place, sure=_SURE))

    def _in_any_case(self, place: Place, *, sure: float) -> float:
        """Return how many whole numbers a figure can be for all that is shown whatever it gives away."""
        assert self.block.always is not None
        if sure not in self.programs:
            self.programs[sure] = _Program(self.block, ~self.block.always, self.profile, sure=sure)
        ends = [(self.programs[sure].furthest(place, sign)[0] @ self.parts)[place] for sign in (1.0, -1.0)]
        return float(_whole_numbers(*map(np.asarray, ends)))


def _whole_numbers(low: Floats, high: Floats) -> Floats:
    return np.asarray(np.floor(high + _NEAR) - np.ceil(low - _NEAR) + 1)


def _too_narrow(
    block: LinkedBlock, hidden: Bools, seen: _Seen, unhelped: set[Place], profile: Profile
) -> Iterator[tuple[Place, Place | None]]:
    """Yield each hidden figure that can be narrowed down too far, and the smallest shown one that does it, if one does."""
    program, exactly = _Program(block, hidden, profile, sure=_SURE), cast("_Program | None", None)
    for item, figure in np.argwhere(hidden & ~seen.wide()):
        place = (int(item), int(figure))
        if item in block.fixed or place in unhelped or seen.wide()[place]:
            continue
        binding = _narrowed(program, place, seen)
        if place in seen.lowered and seen.wide_beside_others(place):
            # Less was asked by a reader who knows more than rounding lets; to one who does not, no more may be given away either.
            exactly = exactly or _Program(block, hidden, profile, sure=1.0)
            binding = _narrowed_exactly(exactly, place, seen)
        if not seen.wide()[place]:
            loose = [shown for shown in binding if not block.kept[shown] and not hidden[shown]]
            # Everyone's figure is what most readers look for: it goes last.
            yield place, min(loose, key=lambda shown: (shown[1] == 0, block.figures[shown], shown), default=None)


def _narrowed(program: "_Program", place: Place, seen: _Seen) -> set[Place]:
    """Look for the worlds in which a figure is lowest and highest, and return the shown figures that stop it there."""
    binding = set[Place]()
    for sign in (1.0, -1.0):
        world, tight = program.furthest(place, sign)
        seen.add(world)
        binding |= tight
        if seen.wide_beside_others(place):
            return binding
    seen.lower(place)
    return binding


def _narrowed_exactly(program: "_Program", place: Place, seen: _Seen) -> set[Place]:
    """Do the same for a figure of which less is asked, and a reader who knows just what rounding lets."""
    found = [program.furthest(place, sign) for sign in (1.0, -1.0)]
    ends = [(world @ seen.parts)[place] for world, _ in found]
    if _whole_numbers(*map(np.asarray, ends)) >= seen.lowered[place]:
        seen.as_in_any_case.add(place)
    return found[0][1] | found[1][1]


class _Program:
    """What a reader knows of a block, as a linear program over the people of each class by item."""

    def __init__(self, block: LinkedBlock, hidden: Bools, profile: Profile, *, sure: float) -> None:
        self.block, self.shape = block, block.counts.shape
        low, high = ends_if_shown(block.figures, profile, sure=sure)
        places = [(int(item), int(figure)) for item, figure in np.argwhere(~hidden) if item not in block.fixed]
        based = [place for place in places if place[0] in block.bases]
        shown = self._rows([(place, place[0], 1.0) for place in places])
        bases = self._rows([(place, block.bases[place[0]], NEARLY_ALL) for place in based])
        factors = [[relation.get(item, 0.0) for item in range(self.shape[0])] for relation in block.relations]
        apart = sparse.kron(sparse.csr_matrix(np.array(factors).reshape(-1, self.shape[0])), sparse.identity(self.shape[1]))
        nearly = self._rows([(place, place[0], 1.0) for place in based]) - bases
        self.matrix = sparse.vstack([shown, -shown, nearly, apart], format="csc")
        upper, lower = [high[place] for place in places], [-low[place] for place in places]
        self.ends = np.array([*upper, *lower, *[0.0] * (len(based) + apart.shape[0])])
        self.sources: list[Place | None] = [*places, *places, *based, *[None] * apart.shape[0]]
        least = np.zeros(self.shape)
        for item in block.fixed:
            least[item] = block.counts[item]
        self.bounds = np.column_stack([least.ravel(), block.most.ravel()])

    def _rows(self, figures: Sequence[tuple[Place, int, float]]) -> sparse.csr_matrix:
        """Return a row for each figure, of an item and with a factor: (n_rows, n_items * n_classes)."""
        classes = [np.flatnonzero(self.block.parts[place[1]]) for place, _, _ in figures]
        widths = [len(some) for some in classes]
        columns = [item * self.shape[1] + some for (_, item, _), some in zip(figures, classes, strict=True)]
        values = np.repeat([factor for _, _, factor in figures], widths)
        rows = np.repeat(np.arange(len(figures)), widths)
        where = (rows, np.concatenate(columns) if columns else rows)
        return sparse.csr_matrix((values, where), shape=(len(figures), self.shape[0] * self.shape[1]))

    def furthest(self, place: Place, sign: float) -> tuple[Floats, set[Place]]:
        """Return the world in which a figure is lowest (1) or highest (-1), and the shown figures that stop it there."""
        from scipy.optimize import linprog

        goal = np.zeros(self.shape)
        goal[place[0]] = sign * self.block.parts[place[1]]
        known = {"A_ub": self.matrix, "b_ub": self.ends} if len(self.ends) else {}
        found = linprog(goal.ravel(), **known, bounds=self.bounds, method="highs")
        if found.status != 0:
            # The truth is always possible; where rounding errors say otherwise, nothing is taken to be learnt.
            return self.block.counts, set()
        marginals = found.ineqlin.marginals if known else np.zeros(0)
        tight = np.flatnonzero(np.abs(marginals) > _NEAR)
        sources = (self.sources[row] for row in tight)
        return found.x.reshape(self.shape), {source for source in sources if source is not None}


@dataclass(frozen=True)
class Classes:
    """People by what they are in all attributes together, and the figures that count them."""

    of: NDArray[np.intp]
    """The class of each person, (n_persons,)."""
    parts: Bools
    """(n_figures, n_classes); the first figure counts everyone, and the last of each attribute those whose level is not known."""
    names: tuple[tuple[str, str], ...]
    """Group and level of each figure; the level is "" where it is not known."""

    def count(self, persons: NDArray[np.intp] | NDArray[np.int32]) -> Floats:
        """Return how many of these persons, each once, are in each class."""
        return np.bincount(self.of[persons], minlength=self.parts.shape[1]).astype(float)

    def left_out(self) -> tuple[str, ...]:
        """Return the attributes that would have made too many classes: no figure of theirs counts anybody."""
        counted = {name for (name, _), part in zip(self.names, self.parts, strict=True) if part.any()}
        return tuple(dict.fromkeys(name for name, _ in self.names if name not in counted)) if self.parts.size else ()

    def unknown(self) -> Bools:
        """Say which figures count people whose level is not known."""
        return np.array([level == "" for _, level in self.names])


def classes_of(
    levels: Mapping[str, NDArray[np.intp]], names: Mapping[str, Sequence[str]], n_persons: int, everyone: str
) -> Classes:
    """Return the classes of people; `levels` holds for each attribute the place of each person's level, -1 where not known.

    Figures of attributes that would make too many classes, after those that stand first, count nobody, and so are not shown.
    """
    table = np.zeros((n_persons, 1), dtype=np.intp)
    kinds, of = np.unique(table, axis=0, return_inverse=True)
    columns = dict[str, int]()
    for group, places in levels.items():
        wider = np.column_stack([table, places])
        found = np.unique(wider, axis=0, return_inverse=True)
        if not columns or len(found[0]) <= MOST_CLASSES:
            columns[group], table, (kinds, of) = table.shape[1], wider, found
    parts, figures = [np.ones(len(kinds), dtype=bool)], [(everyone, everyone)]
    for group, there in names.items():
        for place in [*np.unique(levels[group][levels[group] >= 0]), -1]:
            parts.append(kinds[:, columns[group]] == place if group in columns else np.zeros(len(kinds), dtype=bool))
            figures.append((group, "" if place < 0 else there[place]))
    return Classes(of.ravel(), np.array(parts), tuple(figures))
