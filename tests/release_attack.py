"""An attacker of one whole release: all its tables together, and every way in which groups nest and overlap.

The attacker knows how many people are in each group and each overlap of groups, which questions each of them was asked, the
rules, and all that is shown; a linear program then says how far each hidden figure can be narrowed down. Nothing is shared with
the method but the threshold, the rounding and the solver, which is compared with another one in a test of its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from pipeline.methods.disclosure import Profile
from pipeline.methods.disclosure.linear_program import LinearProgram


EVERYONE, ANY, UNKNOWN = "everyone", "any", "Not stated"
Cell = tuple[str, str, str]
"""What is counted, and group and level."""
NEAR = 1e-6


@dataclass(frozen=True)
class Hidden:
    """A hidden figure, and the whole numbers between which it must be."""

    cell: Cell
    low: int
    high: int
    recovered: bool


class Release:
    """What is known of a release, as a linear program over people of each class by what is counted."""

    def __init__(self, persons: pd.DataFrame, asked: Mapping[str, frozenset[str]], profile: Profile) -> None:
        """Take the attributes of each person by a column each, indexed by person, and who was asked each open question."""
        self.profile, self.slack = profile, (profile.round_to - 1) / 2
        known = persons.astype(object).where(persons.notna(), UNKNOWN)
        kinds = known.apply(tuple, axis=1) if len(known.columns) else pd.Series([()] * len(known), index=known.index)
        self.of_person, self.kinds = kinds, sorted(set(kinds))
        self.parts = {(EVERYONE, EVERYONE): np.ones(len(self.kinds), dtype=bool)}
        for place, group in enumerate(known.columns):
            for level in sorted({kind[place] for kind in self.kinds}):
                self.parts[str(group), str(level)] = np.array([kind[place] == level for kind in self.kinds])
        self.when = ""
        """Set to tell what is counted of one time from what is counted of another."""
        self.set_people(frozenset(persons.index), asked)
        self.items: dict[str, int] = {}
        self.most: list[NDArray[np.float64]] = []
        self.rows: list[tuple[dict[tuple[str, int], float], float]] = []
        self.sources: list[tuple[Cell, int] | None] = []
        self.targets: dict[Cell, int] = {}
        """What is hidden, and in which release first."""
        self.number = 0
        self.shown: set[tuple[str, bytes]] = set()
        """What has been shown, and of which classes: a later export that hides it under another name hides nothing."""
        self.values: dict[Cell, set[float]] = defaultdict(set)
        self.moved = dict.fromkeys(self.parts, 0.0)
        """How many people of each part came or went since the first release."""

    def set_people(self, there: frozenset[str], asked: Mapping[str, frozenset[str]]) -> None:
        """Know who takes part from here on."""
        self.sizes = self.count(there)
        self.asked = {question: self.count(who & there) for question, who in asked.items()}

    def count(self, persons: frozenset[str]) -> NDArray[np.float64]:
        """Return how many of these people are in each class."""
        kinds = self.of_person[self.of_person.index.isin(persons)]
        return kinds.value_counts().reindex(self.kinds, fill_value=0).to_numpy(float)

    def move(self, came: NDArray[np.float64], went: NDArray[np.float64]) -> None:
        """Know that what is counted of the last time differs from that of the first by no more than who came and went."""
        for name in [name for name in self.items if name.endswith(self.when)]:
            then = name.removesuffix(self.when)
            if then in self.items:
                self.at_most({name: 1.0, then: -1.0}, came)
                self.at_most({name: -1.0, then: 1.0}, went)

    def item(self, name: str, most: NDArray[np.float64] | None = None) -> str:
        """Add something that is counted, of at most so many people of each class."""
        name += self.when
        if name not in self.items:
            self.items[name] = len(self.items)
            self.most.append(self.sizes if most is None else most)
        return name

    def at_most(self, factors: Mapping[str, float], right: NDArray[np.float64] | None = None) -> None:
        """Know of each class that a weighted sum of items is no more than this."""
        for place in range(len(self.kinds)):
            self.rows.append(
                ({(item, place): factor for item, factor in factors.items()}, 0.0 if right is None else float(right[place]))
            )
            self.sources.append(None)

    def figure(self, cell: Cell, shown: float, *, target: bool = True) -> None:
        """Know a figure as it is shown, or try to find out one that is not."""
        item, group, level = cell
        same = item, self.parts[group, level].tobytes()
        if np.isnan(shown):
            if target and same not in self.shown:
                self.targets.setdefault(cell, self.number)
            return
        self.shown.add(same)
        first = item.removesuffix(self.when), group, level
        # What is the same although people came or went may be given as before, and is off by so much.
        as_before = self.moved[group, level] > 0 and shown in self.values[first]
        self.values[first].add(shown)
        slack = max(self.slack, self.profile.tolerance) if as_before else self.slack
        terms = {(item, int(place)): 1.0 for place in np.flatnonzero(self.parts[group, level])}
        least = shown - slack if as_before else max(shown - slack, self.profile.fewest)
        self.rows.append((terms, shown + slack))
        self.rows.append(({key: -factor for key, factor in terms.items()}, -least))
        self.sources += [(cell, self.number)] * 2

    def hidden(self) -> Iterator[Hidden]:
        """Yield every hidden figure that somebody could be in, and how far it can be narrowed down."""
        matrix, ends, most = self._matrix(), np.array([right for _, right in self.rows]), np.concatenate(self.most)
        bounds, alone = np.column_stack([0 * most, most]), dict[bytes, LinearProgram]()
        together = LinearProgram(matrix, ends, bounds)
        for cell, number in self.targets.items():
            goal = np.zeros(len(most))
            at = self.items[cell[0]] * len(self.kinds)
            goal[at : at + len(self.kinds)] = self.parts[cell[1:]]
            possible = goal @ most
            if not possible:
                continue
            low, high = _ends(cell, goal, together)
            needed = min(self.profile.fewest, possible + 1)
            if high - low + 1 < needed:
                # What is shown in any case, or was shown before, is allowed to give away what it gives away by itself.
                always = np.array(
                    [source is None or source[1] < number or _in_any_case(source[0], cell) for source in self.sources]
                )
                which = always.tobytes()
                if which not in alone:
                    alone[which] = LinearProgram(matrix[always], ends[always], bounds)
                least, utmost = _ends(cell, goal, alone[which])
                needed = min(needed, utmost - least + 1)
            yield Hidden(cell, low, high, high - low + 1 < needed)

    def _matrix(self) -> sparse.csr_matrix:
        width = len(self.kinds)
        entries = [
            (row, self.items[item] * width + place, factor)
            for row, (terms, _) in enumerate(self.rows)
            for (item, place), factor in terms.items()
        ]
        rows, columns, factors = (list(part) for part in zip(*entries, strict=True))
        return sparse.csr_matrix((factors, (rows, columns)), shape=(len(self.rows), len(self.items) * width))


def _in_any_case(source: Cell, cell: Cell) -> bool:
    """Say whether a figure is shown whatever it tells of another: how many answered in all, and of blanks, any base."""
    if source[0].endswith(" later") != cell[0].endswith(" later"):
        return False
    if cell[0].startswith(("answered ", "blank ")):
        return source[0].startswith("read ")
    return cell[0].startswith(("read ", "base ")) and source[0].startswith(cell[0][:5]) and source[1] == EVERYONE


def _ends(cell: Cell, goal: NDArray[np.float64], program: LinearProgram) -> tuple[int, int]:
    lowest, highest = program.lowest(goal), program.lowest(-goal)
    assert lowest and highest, cell
    return int(np.ceil(goal @ lowest[0] - NEAR)), int(np.floor(goal @ highest[0] + NEAR))


def attack_release(
    tables: Mapping[str, pd.DataFrame],
    persons: pd.DataFrame,
    asked: Mapping[str, frozenset[str]],
    single: frozenset[str],
    profile: Profile,
) -> list[Hidden]:
    """Attack all tables of a release together; `single` are the closed questions of which each person chose one answer."""
    return attack_releases([tables], persons, asked, single, profile)


def attack_releases(
    releases: Sequence[Mapping[str, pd.DataFrame]],
    persons: pd.DataFrame,
    asked: Mapping[str, frozenset[str]],
    single: frozenset[str],
    profile: Profile,
) -> list[Hidden]:
    """Attack several releases of the same people together, the earliest first; `persons` has the attributes of all of them."""
    release = Release(persons, asked, profile)
    for release.number, tables in enumerate(releases):
        _all(release, tables, single)
    return list(release.hidden())


def attack_over_time(
    first: tuple[Mapping[str, pd.DataFrame], frozenset[str]],
    later: tuple[Mapping[str, pd.DataFrame], frozenset[str]],
    persons: pd.DataFrame,
    asked: Mapping[str, frozenset[str]],
    single: frozenset[str],
    profile: Profile,
) -> list[Hidden]:
    """Attack two releases, each with the people who were there; the attacker knows of which kinds those are who came and went.

    `persons` has the attributes of everybody. What anybody said is taken to be coded as it was.
    """
    release, (tables, then), (tables_now, now) = Release(persons, asked, profile), first, later
    release.set_people(then, asked)
    _all(release, tables, single)
    release.number, release.when = 1, " later"
    release.set_people(now, asked)
    moved = release.count(then ^ now)
    release.moved = {part: float(moved[classes].sum()) for part, classes in release.parts.items()}
    _all(release, tables_now, single)
    release.move(release.count(now - then), release.count(then - now))
    return list(release.hidden())


def _all(release: Release, tables: Mapping[str, pd.DataFrame], single: frozenset[str]) -> None:
    _open(release, tables)
    _closed(release, tables["closed"], single)
    _themes(release, tables["voices"], tables["themes"])


def attack_choices(closed: pd.DataFrame, persons: pd.DataFrame, single: frozenset[str], profile: Profile) -> list[Hidden]:
    """Attack the closed questions of a release only."""
    release = Release(persons, {}, profile)
    _closed(release, closed, single)
    return list(release.hidden())


def _cells(release: Release, rows: pd.DataFrame, name: str, column: str, item: str) -> None:
    """Know a figure of each level, and that there is one of people whose level is not known, which is not shown."""
    shown = {(str(row["group"]), str(row["level"])): float(row[column]) for row in rows.to_dict("records")}
    for group, level in _parts(release, rows):
        release.figure((item, group, level), shown.get((group, level), np.nan))
    assert set(shown) <= set(release.parts), name


def _parts(release: Release, rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Return everyone and the parts of the attributes that a table compares people by."""
    groups = {EVERYONE, *map(str, rows["group"])}
    return [part for part in release.parts if part[0] in groups]


def _open(release: Release, tables: Mapping[str, pd.DataFrame]) -> None:
    questions = [question for question in release.asked if question != ANY]
    for question, asked in release.asked.items():
        rates = tables["response_rates"][tables["response_rates"]["question"] == question]
        wrote, blank, base = (release.item(f"{name} {question}", asked) for name in ("answered", "blank", "read"))
        release.at_most({wrote: 1.0, blank: 1.0}, asked)
        release.at_most({wrote: -1.0, blank: -1.0}, -asked)
        release.at_most({base: 1.0, wrote: -1.0})
        for value, item in (("answered", wrote), ("blank", blank)):
            _cells(release, rates[rates["value"] == value], "response_rates", "n", item)
        counts = tables["counts"][tables["counts"]["question"] == question]
        _cells(release, counts.drop_duplicates(["group", "level"]), "counts", "base", base)
        # Those whose group is not known are shown among who wrote something; no base says how many there are.
        for cell in [cell for cell in release.targets if cell[0] == base and cell[2] == UNKNOWN]:
            del release.targets[cell]
        for code, rows in counts.groupby("code"):
            said = release.item(f"{code} {question}", asked)
            release.at_most({said: 1.0, base: -1.0})
            _cells(release, rows, "counts", "n", said)
    for name in ["answered", "read", *tables["counts"]["code"].unique()]:
        items = [f"{name} {question}{release.when}" for question in questions]
        each, whole = [item for item in items if item in release.items], f"{name} {ANY}{release.when}"
        if whole in release.items and len(each) == len(questions):
            for item in each:
                release.at_most({item: 1.0, whole: -1.0})
            release.at_most({whole: 1.0, **dict.fromkeys(each, -1.0)})


def _closed(release: Release, closed: pd.DataFrame, single: frozenset[str]) -> None:
    for (question, measure), rows in closed.groupby(["question", "measure"]):
        base = release.item(f"base {question}")
        _cells(release, rows.drop_duplicates(["group", "level"]), "closed", "base", base)
        if measure == "mean":
            continue
        options = []
        for value, those in rows.groupby("value"):
            options.append(release.item(f"{value} {question}"))
            release.at_most({options[-1]: 1.0, base: -1.0})
            _cells(release, those, "closed", "n", options[-1])
        release.at_most({base: 1.0, **dict.fromkeys(options, -1.0)})
        if question in single:
            release.at_most({base: -1.0, **dict.fromkeys(options, 1.0)})


def _themes(release: Release, voices: pd.DataFrame, themes: pd.DataFrame) -> None:
    counted = themes[~themes["set_aside"].astype(bool)]
    base = release.item("spoke of any theme")
    bases: dict[tuple[str, str], float] = defaultdict(lambda: np.nan)
    bases |= {(row["group"], row["level"]): float(row["base"]) for row in voices.to_dict("records")}
    for group, level in _parts(release, voices):
        release.figure((base, group, level), bases[group, level], target=group != EVERYONE)
    for theme, n in zip(counted["theme_id"], counted["n_people"], strict=True):
        item = release.item(f"theme {theme}")
        release.at_most({item: 1.0, base: -1.0})
        rows = voices[voices["theme_id"] == theme]
        everyone = pd.DataFrame({"group": [EVERYONE], "level": [EVERYONE], "n": [n]})
        _cells(release, pd.concat([rows, everyone]), "voices", "n", item)
