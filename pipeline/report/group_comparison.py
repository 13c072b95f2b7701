"""Groups side by side: the figures, and the sentences that say which groups can be told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pipeline.methods.disclosure import Profile
from pipeline.methods.disclosure.cells import EVERYONE
from pipeline.methods.groups.interval_difference import Difference, difference
from pipeline.report.numbers_in_words import by, percent, score, sentence_case
from pipeline.runtime.plurals import listed, n_of


MOST_NAMED, MOST_TOLD = 5, 4
DIFFERENCES = (
    "Groups are said to differ where chance alone would make so large a difference less than once in twenty times. So where "
    "many figures are compared, about one in twenty of those that are really the same will seem to differ."
)


@dataclass(frozen=True)
class GroupEstimate:
    """One group's figure for one thing said or asked; every number is missing where it may not be shown."""

    key: str
    level: str
    n: float
    base: float
    value: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """Whether the figure may be shown."""
        return pd.notna(self.value)

    @property
    def name(self) -> str:
        """What the group is called."""
        return level_name(self.level)


@dataclass(frozen=True)
class GroupComparison:
    """Estimates of the same kind, by thing said or asked and by group."""

    unit: Literal["share", "score"]
    group: str
    labels: Mapping[str, str]
    levels: tuple[str, ...]
    cells: Mapping[tuple[str, str], GroupEstimate]
    profile: Profile
    of_excerpts: bool = False
    """Shares are of what was said, estimated from an audit; the numbers of people are then the least there are."""
    things: str = "answers"
    """What is compared, such as codes, where they are counted and not named."""

    @property
    def measure(self) -> str:
        """What the figures are."""
        return "share" if self.unit == "share" else "mean"

    @property
    def by_group(self) -> str:
        """The end of a caption: by which attribute people are compared."""
        return "" if self.group == EVERYONE else f", {by(self.group)}"

    @property
    def compared(self) -> tuple[str, ...]:
        """The groups to be compared: everyone only where there is no other."""
        return tuple(level for level in self.levels if level != EVERYONE) or self.levels

    def written(self, value: float) -> str:
        """Write a value in its unit."""
        return percent(value) if self.unit == "share" else score(value)

    def cell(self, key: str, level: str) -> GroupEstimate | None:
        """Return an estimate that may be shown, or None."""
        estimate = self.cells.get((key, level))
        return estimate if estimate and estimate.shown else None

    def shown(self, key: str) -> list[GroupEstimate]:
        """Return what may be shown of one thing by group, highest first."""
        estimates = [cell for level in self.compared if (cell := self.cell(key, level))]
        return sorted(estimates, key=lambda cell: -cell.value)


def level_name(level: str) -> str:
    """Write what a group is called."""
    return "Everyone" if level == EVERYONE else level


def compare(
    rows: pd.DataFrame,
    group: str,
    *,
    labels: Mapping[str, str],
    unit: Literal["share", "score"],
    profile: Profile,
    of_excerpts: bool = False,
    things: str = "",
) -> GroupComparison:
    """Set estimates out by thing and group; rows are as in the table `closed`, with a column `key` that names the thing."""
    wanted = rows[rows["group"].isin([EVERYONE, group]) & rows["key"].isin(labels)]
    cells = {(row["key"], row["level"]): _estimate(row) for row in wanted.to_dict("records")}

    def highest_first(key: str) -> float:
        cell = cells.get((key, EVERYONE))
        # What may not be shown comes after every share and every score above none.
        return -cell.value if cell and cell.shown else 1.0

    answered = {key for key, _ in cells}
    return GroupComparison(
        unit=unit,
        group=group,
        labels={key: labels[key] for key in sorted(filter(answered.__contains__, labels), key=highest_first)},
        # The same group has the same colour and place in each chart.
        levels=(EVERYONE, *sorted(set(wanted.loc[wanted["group"] == group, "level"]) - {EVERYONE})),
        cells=cells,
        profile=profile,
        of_excerpts=of_excerpts,
        things=things or ("answers" if unit == "share" else "questions"),
    )


def _estimate(row: dict[Any, Any]) -> GroupEstimate:
    # A suppressed row says nothing, whatever figures it still holds.
    names = ("n", "base", "estimate", "low", "high")
    figures = [float("nan") if row["suppressed"] else float(row[name]) for name in names]
    return GroupEstimate(str(row["key"]), str(row["level"]), *figures)


def differences(comparison: GroupComparison) -> tuple[str, ...]:
    """Say where groups lie furthest apart, on what they do not clearly differ, and how many figures were compared."""
    if len(comparison.compared) < 2:
        return ()
    widest = widest_gaps(comparison)
    alike = [key for key in comparison.labels if key not in widest and len(comparison.shown(key)) > 1]
    unknown = [key for key in comparison.labels if len(comparison.shown(key)) < 2]
    largest = [_gap_in_words(comparison, key, *ends) for key, ends in list(widest.items())[:MOST_TOLD]]
    more = len(widest) - len(largest)
    return (
        *largest,
        *((f"Groups differ on {more} more {'thing' if more == 1 else comparison.things}.",) if more else ()),
        *_together(comparison, alike, _no_clear_difference(comparison, alike)),
        *_together(comparison, unknown, "too few figures may be shown to compare groups"),
        *_how_many(comparison),
    )


def widest_gaps(comparison: GroupComparison) -> dict[str, tuple[GroupEstimate, GroupEstimate]]:
    """Return, for each thing on which groups differ beyond chance, the two that lie furthest apart; widest first."""
    gaps = {}
    for key in comparison.labels:
        pairs = apart(comparison, key)
        if pairs:
            gaps[key] = max(pairs, key=lambda pair: pair[0].value - pair[1].value)
    return dict(sorted(gaps.items(), key=lambda gap: gap[1][1].value - gap[1][0].value))


def apart(comparison: GroupComparison, key: str) -> list[tuple[GroupEstimate, GroupEstimate]]:
    """Return the pairs of groups that differ beyond chance on one thing, the higher figure of each pair first."""
    shown = comparison.shown(key)
    pairs = [(cell, other) for place, cell in enumerate(shown) for other in shown[place + 1 :]]
    return [(cell, other) for cell, other in pairs if above(cell, other).told_apart]


def _gap_in_words(comparison: GroupComparison, key: str, high: GroupEstimate, low: GroupEstimate) -> str:
    of = "of" if comparison.unit == "share" else "among"
    sides = f"{comparison.written(high.value)} {of} {high.name}, against {comparison.written(low.value)} {of} {low.name}"
    return f"{sentence_case(comparison.labels[key])}: {sides}."


def _no_clear_difference(comparison: GroupComparison, keys: list[str]) -> str:
    some_hidden = any(len(comparison.shown(key)) < len(comparison.compared) for key in keys)
    which = "the groups whose figures may be shown" if some_hidden else "groups"
    return f"{which} do not clearly differ: chance alone can make such gaps"


def above(first: GroupEstimate, second: GroupEstimate) -> Difference:
    """Return how far the first figure is above the second, with the interval of the difference."""
    return difference((first.value, first.low, first.high), (second.value, second.low, second.high))


def _how_many(comparison: GroupComparison) -> tuple[str, ...]:
    sizes = [len(comparison.shown(key)) for key in comparison.labels]
    pairs = sum(size * (size - 1) // 2 for size in sizes)
    if not pairs:
        return ()
    return (f"{sentence_case(n_of(pairs, 'pair of figures was', 'pairs of figures were'))} compared for this.",)


def _together(comparison: GroupComparison, keys: list[str], verdict: str) -> tuple[str, ...]:
    labels = [comparison.labels[key] for key in keys]
    if not labels:
        return ()
    if len(labels) <= MOST_NAMED:
        return (f"On {listed([f'“{label}”' for label in labels])} {verdict}.",)
    which = "all" if len(labels) == len(comparison.labels) else "another"
    return (f"On {which} {len(labels)} {comparison.things} {verdict}.",)
