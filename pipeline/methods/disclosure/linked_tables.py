"""Counts that hang together: attributes that nest or overlap, questions and any question, counts and their bases.

People who are alike in all attributes are a class, and every figure is a sum over classes. So whatever nests in whatever, and
however attributes overlap, all of it is one system of equations, of which a linear program asks how far a reader can narrow a
hidden figure down. The reader is taken to know how many people are in each class, besides all that is shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.methods.disclosure.linear_program import LinearProgram
from pipeline.methods.disclosure.profiles import NEARLY_ALL, Bools, Floats, Profile, ends_if_shown


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
    always: Sequence[tuple[Collection[int], Bools]] = ()
    """Items, and what is shown whatever it gives away of them: figures need not be wider than this by itself leaves them."""
    free: Bools | None = None
    """What is not shown and needs no protection, (n_items, n_figures)."""
    topics: NDArray[np.intp] | None = None
    """What each item is about, (n_items,): items of two topics hang together by their bases only. All are one topic if None."""
    worth: Floats | None = None
    """Items of which more is lost when they are hidden have more, (n_items,)."""
    exact: Bools | None = None
    """What is shown without rounding, whatever the profile does now, (n_items, n_figures)."""

    @property
    def figures(self) -> Floats:
        """Every figure as it truly is, (n_items, n_figures)."""
        return np.asarray(self.counts @ self.parts.T.astype(float))


def hide_linked(block: LinkedBlock, profile: Profile) -> Bools:
    """Return what to hide, (n_items, n_figures): what is hidden already, and the smallest figures that would give it away.

    The whole block is attacked as a reader would, and what gives a figure away is hidden until none can be narrowed down too
    far.
    """
    attack, hidden = _Attack(block, profile), block.hidden.copy()
    while telling := attack.telling(hidden):
        for place in telling:
            hidden[place] = True
    return hidden


def shown_of_everyone(few: Bools) -> Bools:
    """Return which figures are everyone's and not few, (n_items, n_figures).

    How many answered in all is shown always: where everybody did, so did each small group, and hiding that would hide the lot.
    """
    everyone = np.zeros_like(few)
    everyone[:, 0] = ~few[:, 0]
    return everyone


def _whole_numbers(low: Floats, high: Floats) -> Floats:
    return np.asarray(np.floor(high + _NEAR) - np.ceil(low - _NEAR) + 1)


class _Attack:
    """A reader's attack on a block: how low and how high each hidden figure is in the worlds that must be thought possible.

    A world once found stays possible while more is hidden, so no figure that is wide in the worlds so far is looked at again.
    """

    def __init__(self, block: LinkedBlock, profile: Profile) -> None:
        self.block, self.system = block, _System(block, profile)
        self.parts = block.parts.T.astype(float)
        self.worlds = block.figures[None]
        # How many different whole numbers each figure must be able to be: all it ever could be, where that is fewer.
        self.needed = np.minimum(profile.fewest, np.floor(block.most @ self.parts + _NEAR) + 1)
        if block.free is not None:
            self.needed[block.free] = 0
        self.lowered, self.unhelped, self.n_programs = set[Place](), set[Place](), 0

    def telling(self, hidden: Bools) -> list[Place]:
        """Return shown figures that narrow hidden ones down too far: the cheapest for one hidden figure of each topic."""
        program, telling, busy = self.system.program(hidden), list[Place](), set[int]()
        self._look_at_many(program, hidden)
        for place in self._narrow(hidden):
            topic = self._topic(place)
            if topic in busy or self._is_wide(place):
                continue
            binding = self._look_at(program, place)
            loose = [shown for shown in binding if not self.block.kept[shown] and not hidden[shown]]
            if self._is_wide(place):
                continue
            if not loose:
                self.unhelped.add(place)
                continue
            telling.append(min(loose, key=self._cost))
            busy |= {topic, self._topic(telling[-1])}
        return telling

    def _narrow(self, hidden: Bools) -> list[Place]:
        narrow = hidden & (_whole_numbers(self.worlds.min(axis=0), self.worlds.max(axis=0)) < self.needed)
        narrow[sorted(self.block.fixed)] = False
        places = [(int(item), int(figure)) for item, figure in np.argwhere(narrow)]
        return [place for place in places if place not in self.unhelped]

    def _is_wide(self, place: Place) -> bool:
        counts = self.worlds[(slice(None), *place)]
        return bool(_whole_numbers(counts.min(), counts.max()) >= self.needed[place])

    def _topic(self, place: Place) -> int:
        return 0 if self.block.topics is None else int(self.block.topics[place[0]])

    def _cost(self, place: Place) -> tuple[float, bool, float, Place]:
        """Order figures by what is lost when they are hidden: of one worth, everyone's is looked for most, and goes last.

        Worth comes first: that everyone's figure of a single question stayed cost those of groups over all questions.
        """
        worth = 0.0 if self.block.worth is None else float(self.block.worth[place[0]])
        return worth, place[1] == 0, float(self.block.figures[place]), place

    def _look_at_many(self, program: "_Program", hidden: Bools) -> None:
        """Look for worlds in which one hidden figure of each item is lowest or highest, as far as they allow that together."""
        queues = dict[int, list[int]]()
        for item, figure in self._narrow(hidden):
            queues.setdefault(item, []).append(figure)
        if len(queues) < 2:
            return
        for turn in range(max(map(len, queues.values()))):
            goal = np.zeros(self.block.counts.shape)
            for item, figures in queues.items():
                if turn < len(figures) and not self._is_wide((item, figures[turn])):
                    goal[item] = self.parts[:, figures[turn]]
            for sign in (1.0, -1.0) if goal.any() else ():
                self._furthest(program, sign * goal)

    def _look_at(self, program: "_Program", place: Place) -> set[Place]:
        """Look for the worlds in which a figure is lowest and highest, and return the shown figures that stop it there."""
        binding = set[Place]()
        for sign in (1.0, -1.0):
            binding |= self._furthest(program, sign * self._goal(place))
            if self._is_wide(place):
                return binding
        self._lower(place)
        return binding

    def _lower(self, place: Place) -> None:
        """Ask no more of a figure than is left of it by what is shown in any case."""
        always = next((shown for items, shown in self.block.always if place[0] in items), None)
        if always is None or place in self.lowered:
            return
        self.lowered.add(place)
        program = self.system.program(~always)
        ends = [(program.furthest(sign * self._goal(place))[0] @ self.parts)[place] for sign in (1.0, -1.0)]
        self.needed[place] = min(self.needed[place], float(_whole_numbers(*map(np.asarray, ends))))

    def _goal(self, place: Place) -> Floats:
        goal = np.zeros(self.block.counts.shape)
        goal[place[0]] = self.parts[:, place[1]]
        return goal

    def _furthest(self, program: "_Program", goal: Floats) -> set[Place]:
        self.n_programs += 1
        world, tight = program.furthest(goal)
        self.worlds = np.concatenate([self.worlds, (world @ self.parts)[None]])
        return tight


class _System:
    """What a reader could know of a block if every figure were shown: rows of which each hidden figure takes some away."""

    def __init__(self, block: LinkedBlock, profile: Profile) -> None:
        self.block = block
        self.low, self.high = ends_if_shown(block.figures, profile)
        if block.exact is not None:
            self.low, self.high = (np.where(block.exact, block.figures, end) for end in (self.low, self.high))
        self.places = [(item, figure) for item in range(len(block.counts)) for figure in range(len(block.parts))]
        self.places = [place for place in self.places if place[0] not in block.fixed]
        based = [place for place in self.places if place[0] in block.bases]
        shown = self._rows([(place, place[0], 1.0) for place in self.places])
        bases = self._rows([(place, block.bases[place[0]], NEARLY_ALL) for place in based])
        nearly = self._rows([(place, place[0], 1.0) for place in based]) - bases
        apart = _of_each_class(block)
        self.matrix = sparse.vstack([shown, -shown, nearly, apart], format="csr")
        upper, lower = [self.high[place] for place in self.places], [-self.low[place] for place in self.places]
        # What an earlier release showed may be nearly all now: the truth must not be taken to be impossible.
        most = np.maximum(nearly @ block.counts.ravel(), 0.0)
        self.ends = np.array([*upper, *lower, *most, *[0.0] * apart.shape[0]])
        self.sources: list[Place | None] = [*self.places, *self.places, *based, *[None] * apart.shape[0]]
        least = np.zeros(block.counts.shape)
        least[sorted(block.fixed)] = block.counts[sorted(block.fixed)]
        self.bounds = np.column_stack([least.ravel(), block.most.ravel()])

    def program(self, hidden: Bools) -> "_Program":
        """Return what a reader knows where these figures are hidden."""
        rows = np.array([row for row, place in enumerate(self.sources) if place is None or not hidden[place]], dtype=np.intp)
        return _Program(self.block, self.matrix[rows], self.ends[rows], [self.sources[int(row)] for row in rows], self.bounds)

    def _rows(self, figures: Sequence[tuple[Place, int, float]]) -> sparse.csr_matrix:
        """Return a row for each figure, of an item and with a factor: (n_rows, n_items * n_classes)."""
        n_items, n_classes = self.block.counts.shape
        classes = [np.flatnonzero(self.block.parts[place[1]]) for place, _, _ in figures]
        widths = [len(some) for some in classes]
        columns = [item * n_classes + some for (_, item, _), some in zip(figures, classes, strict=True)]
        values = np.repeat([factor for _, _, factor in figures], widths)
        rows = np.repeat(np.arange(len(figures)), widths)
        where = (rows, np.concatenate(columns) if columns else rows)
        return sparse.csr_matrix((values, where), shape=(len(figures), n_items * n_classes))


def _of_each_class(block: LinkedBlock) -> sparse.csr_matrix:
    """Return a row for each relation and class, (n_relations * n_classes, n_items * n_classes)."""
    n_items, n_classes = block.counts.shape
    factors = sparse.lil_matrix((len(block.relations), n_items))
    for row, relation in enumerate(block.relations):
        for item, factor in relation.items():
            factors[row, item] = factor
    return sparse.kron(factors.tocsr(), sparse.identity(n_classes), format="csr")


@dataclass(frozen=True)
class _Program:
    """What a reader knows of a block, as a linear program over the people of each class by item."""

    block: LinkedBlock
    matrix: sparse.csr_matrix
    ends: Floats
    sources: Sequence[Place | None]
    bounds: Floats

    def furthest(self, goal: Floats) -> tuple[Floats, set[Place]]:
        """Return the world in which a goal, (n_items, n_classes), is lowest, and the shown figures that stop it there."""
        solved = self._program.lowest(goal.ravel())
        if solved is None:
            # The truth is always possible; where rounding errors say otherwise, nothing is taken to be learnt.
            return self.block.counts, set()
        world, prices = solved
        sources = (self.sources[int(row)] for row in np.flatnonzero(np.abs(prices) > _NEAR))
        return world.reshape(self.block.counts.shape), {source for source in sources if source is not None}

    @cached_property
    def _program(self) -> LinearProgram:
        return LinearProgram(self.matrix, self.ends, self.bounds)


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
        wider_classes = np.unique(wider, axis=0, return_inverse=True)
        if not columns or len(wider_classes[0]) <= MOST_CLASSES:
            columns[group], table, (kinds, of) = table.shape[1], wider, wider_classes
    parts, figures = [np.ones(len(kinds), dtype=bool)], [(everyone, everyone)]
    for group, level_names in names.items():
        for place in [*np.unique(levels[group][levels[group] >= 0]), -1]:
            parts.append(kinds[:, columns[group]] == place if group in columns else np.zeros(len(kinds), dtype=bool))
            figures.append((group, "" if place < 0 else level_names[place]))
    return Classes(of.ravel(), np.array(parts), tuple(figures))
