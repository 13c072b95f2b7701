"""An attacker with a linear program: from all that is shown, how far can each hidden count be narrowed down?

The attacker knows the rules: that what is shown is rounded and at least the threshold, and that counts
add up. The model is written anew here from what is shown, and shares nothing with the method but the solver.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from pipeline.methods.disclosure import Profile, disclose, hide_crossing
from pipeline.methods.disclosure.differencing import Released
from pipeline.methods.disclosure.linear_program import LinearProgram
from pipeline.methods.disclosure.linked_tables import classes_of
from pipeline.methods.disclosure.single_base_tables import hide_means, hide_themes


Floats = NDArray[np.float64]
Range = tuple[float, float]
MOST = 1e6


def recovered(ranges: Sequence[Range], profile: Profile) -> int:
    """Count hidden figures that can be fewer different whole numbers than the threshold is high."""
    return sum(np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1 < profile.fewest for low, high in ranges)


class Attack:
    """What is known: bounds of each figure, and sums of them."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.bounds: list[Range] = []
        self.targets: list[int] = []
        self.equal: list[dict[int, float]] = []

    def figure(self, value: float, *, hidden: bool, possible: bool = True) -> int:
        """Add a figure as it is shown, or as one that is not, and return its place."""
        shown = float(disclose(np.array(value), self.profile))
        slack = (self.profile.round_to - 1) / 2
        if not hidden:
            assert not np.isnan(shown), "a small count is shown"
            self.bounds.append((max(self.profile.fewest, shown - slack), shown + slack))
        else:
            self.bounds.append((0, MOST if possible else 0))
            self.targets += [len(self.bounds) - 1] if possible else []
        return len(self.bounds) - 1

    def add_up(self, parts: Sequence[int], total: int) -> None:
        """Know that parts add up to a total."""
        self.equal.append({**dict.fromkeys(parts, 1.0), total: -1.0})

    def ranges(self) -> list[Range]:
        """Return the range of every hidden figure."""
        equal = sparse.csr_matrix(self._matrix(self.equal))
        nothing = np.zeros(equal.shape[0])
        program = LinearProgram(equal, nothing, np.array(self.bounds, dtype=float), least=nothing)
        return [(self._end(program, target, 1), self._end(program, target, -1)) for target in self.targets]

    def _end(self, program: LinearProgram, target: int, sign: int) -> float:
        goal = np.zeros(len(self.bounds))
        goal[target] = sign
        solved = program.lowest(goal)
        assert solved, target
        return float(solved[0][target])

    def _matrix(self, rows: list[dict[int, float]]) -> Floats:
        matrix = np.zeros((len(rows), len(self.bounds)))
        for place, terms in enumerate(rows):
            for column, factor in terms.items():
                matrix[place, column] = factor
        return matrix


def random_crossing(draw: np.random.Generator) -> tuple[Floats, bool]:
    """Draw a table of groups by options, of which each person chose one; the last row may be people of unknown group."""
    shape = int(draw.integers(2, 6)), int(draw.integers(2, 6))
    chances = draw.dirichlet(np.full(shape[0] * shape[1], 0.6))
    return draw.multinomial(int(draw.integers(15, 400)), chances).reshape(shape).astype(float), bool(draw.random() < 0.5)


def attack_crossing(counts: Floats, unknown: bool, profile: Profile) -> list[Range]:
    """Attack a table with its sums."""
    gone = hide_crossing(counts, profile, unknown=unknown)
    whole = np.vstack([counts, counts.sum(axis=0)])
    whole = np.hstack([whole, whole.sum(axis=1, keepdims=True)])
    attack = Attack(profile)
    nobody = unknown and not counts[-1].any()
    figures = [
        [
            attack.figure(whole[row, column], hidden=bool(gone[row, column]), possible=not (nobody and row == len(counts) - 1))
            for column in range(whole.shape[1])
        ]
        for row in range(whole.shape[0])
    ]
    for line in figures:
        attack.add_up(line[:-1], line[-1])
    for column in zip(*figures, strict=True):
        attack.add_up(column[:-1], column[-1])
    return attack.ranges()


@dataclass(frozen=True)
class Pair:
    """Two exports of nearly the same people: each figure's people, and what may be shown of it alone."""

    first: list[Released]
    second: list[Released]
    few: frozenset[str]
    """The people who are counted otherwise in the second, fewer than the threshold."""

    def told_apart(self, second: Sequence[Released]) -> int:
        """Count what somebody learns who adds up and takes away all that both exports show, knowing who is counted where.

        That is too much if a sum is about none but the few who are counted otherwise than before, or if a figure that was
        hidden follows, exactly or but for those few, and neither export says as much alone. `second` is what the second
        export really shows. Rounding is left out of account: more is taken to be learnt than is.
        """
        told = 0
        for item in dict.fromkeys(one.item for one in self.second):
            before, now, shown = ([one for one in some if one.item == item] for some in (self.first, self.second, second))
            told += _learnt(before, shown, alone=now, few=self.few)
        return told


def _learnt(before: list[Released], now: list[Released], *, alone: list[Released], few: frozenset[str]) -> int:
    """Compare the ranks of what is shown: a new dimension that only few people span is a figure about them."""
    figures = [*before, *now, *alone]
    # People who are in the same figures cannot be told apart, and are one column.
    everybody = sorted(frozenset().union(*(one.people for one in figures)))
    kinds = sorted({(person not in few, *(person in one.people for one in figures)) for person in everybody})
    rows = np.array([[float(kind[1 + place]) for kind in kinds] for place in range(len(figures))])
    steady = np.array([kind[0] for kind in kinds], dtype=bool)
    rows = rows.reshape(len(figures), len(kinds))
    shown = np.array([not np.isnan(one.shown) for one in figures])
    first, second = np.arange(len(figures)) < len(before), np.arange(len(figures)) < len(before) + len(now)
    then, both, by_itself = rows[shown & first], rows[shown & second], rows[shown & ~second]
    of_few = _rank(both) - _rank(both[:, steady]) - _rank(then) + _rank(then[:, steady])
    follow = {
        tuple(row)
        for row in rows[~shown & (first | ~second)][:, steady]
        if row.any()
        and _follows(row, both[:, steady])
        and not _follows(row, then[:, steady])
        and not _follows(row, by_itself[:, steady])
    }
    return of_few + len(follow)


def _follows(row: Floats, shown: Floats) -> bool:
    return _rank(np.vstack([shown, row])) == _rank(shown)


def _rank(matrix: Floats) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


def planted_pairs(draw: np.random.Generator, n_pairs: int, profile: Profile) -> Iterator[Pair]:
    """Yield pairs of exports that, shown side by side without a ledger, give a few people or a hidden figure away."""
    found = 0
    while found < n_pairs:
        pair = _pair(draw, profile)
        if pair.told_apart(pair.second):
            found += 1
            yield pair


def _pair(draw: np.random.Generator, profile: Profile) -> Pair:
    n_people, n_levels = int(draw.integers(40, 300)), int(draw.integers(2, 6))
    levels = draw.choice(n_levels, n_people, p=draw.dirichlet(np.full(n_levels, 2.0)))
    said = draw.random((n_people, 3)) < draw.beta(1, 2, 3)
    there = np.ones(n_people, dtype=bool)
    first = _released(levels, said, there, profile)
    few = draw.choice(n_people, int(draw.integers(1, profile.fewest)), replace=False)
    kind = draw.integers(0, 8)
    if kind == 1:  # a few answers are coded anew
        said[few, 0] = ~said[few, 0]
    elif kind == 2:  # a few people are put into another group
        levels[few] = (levels[few] + 1) % n_levels
    else:  # a few people withdraw
        there[few] = False
    if kind == 3:  # and groups are named anew
        levels = levels + 100
    elif kind == 4:  # or two of them are merged
        levels = np.where(levels == n_levels - 1, n_levels - 2, levels)
    elif kind == 5:  # or one is split
        levels = np.where(levels == 0, n_levels + draw.integers(0, 2, n_people), levels)
    elif kind == 6:  # or people are grouped by something else
        levels = 100 + draw.integers(0, n_levels, n_people)
    elif kind == 7:  # or nobody goes, and two groups are merged
        there[few] = True
        levels = np.where(levels == n_levels - 1, n_levels - 2, levels)
    gone = frozenset() if kind == 7 else frozenset(f"p{person}" for person in few)
    return Pair(first, _released(levels, said, there, profile, by="region" if kind == 6 else "group"), gone)


def _released(
    levels: NDArray[np.int64], said: NDArray[np.bool_], there: NDArray[np.bool_], profile: Profile, by: str = "group"
) -> list[Released]:
    """Return every figure of an export, hidden and rounded as the method says."""
    names = np.array([f"p{person}" for person in range(len(levels))])
    kinds = np.unique(levels[there])
    places = np.searchsorted(kinds, levels)
    classes = classes_of({by: places[there]}, {by: [str(kind) for kind in kinds]}, int(there.sum()), "everyone")
    base = classes.count(np.arange(there.sum()))
    gone = hide_means(classes, base, profile)
    figures = []
    for item, counted in [("base", there), *((f"code {code}", there & said[:, code]) for code in range(said.shape[1]))]:
        spoke = classes.count(np.flatnonzero(counted[there]))
        hidden = gone if item == "base" else hide_themes(classes, base, spoke[None], gone, profile)[0]
        cells = [
            ("everyone|everyone", counted, hidden[0]),
            *((f"{by}|{kind}", counted & (levels == kind), bool(flag)) for kind, flag in zip(kinds, hidden[1:], strict=False)),
        ]
        for part, people, flag in cells:
            shown = float("nan") if flag else float(disclose(np.array(float(people.sum())), profile))
            figures.append(Released(item, part, frozenset(names[people]), shown, profile.fewest))
    return figures
