"""Groups side by side: the figures, and the sentences that say which groups can be told apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pipeline.methods.disclosure import Profile
from pipeline.methods.disclosure.cells import EVERYONE
from pipeline.methods.groups.interval_difference import Difference, difference
from pipeline.report.numbers_in_words import by, percent, score, sentence_case
from pipeline.runtime.plurals import listed, n_of


MOST_NAMED = 5
DIFFERENCES = (
    "Groups are said to differ where the 95% interval of the difference between them leaves out “none”. Where many figures are "
    "compared, about one in twenty of those that are the same will seem to differ by chance."
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
    )


def _estimate(row: dict[Any, Any]) -> GroupEstimate:
    # A suppressed row says nothing, whatever figures it still holds.
    names = ("n", "base", "estimate", "low", "high")
    figures = [float("nan") if row["suppressed"] else float(row[name]) for name in names]
    return GroupEstimate(str(row["key"]), str(row["level"]), *figures)


def differences(comparison: GroupComparison) -> tuple[str, ...]:
    """Say of each thing which groups differ, name together those on which none can be told apart, and how many were compared."""
    if len(comparison.compared) < 2:
        return ()
    apart = {key: tuple(_apart(comparison, comparison.shown(key))) for key in comparison.labels}
    alike = [comparison.labels[key] for key in comparison.labels if not apart[key] and len(comparison.shown(key)) > 1]
    unknown = [comparison.labels[key] for key in comparison.labels if len(comparison.shown(key)) < 2]
    verdicts = tuple(
        f"{sentence_case(comparison.labels[key])}: {'; '.join(sentences)}." for key, sentences in apart.items() if sentences
    )
    return (
        *verdicts,
        *_together(comparison, alike, "we cannot tell these groups apart: they may not differ at all"),
        *_together(comparison, unknown, "too few figures may be shown to compare groups"),
        *_how_many(comparison),
    )


def above(first: GroupEstimate, second: GroupEstimate) -> Difference:
    """Return how far the first figure is above the second, with the interval of the difference."""
    return difference((first.value, first.low, first.high), (second.value, second.low, second.high))


def _apart(comparison: GroupComparison, shown: list[GroupEstimate]) -> Iterator[str]:
    for place, cell in enumerate(shown):
        gaps = [(other, above(cell, other)) for other in shown[place + 1 :]]
        below = [f"{other.name} ({_gap(comparison, other, gap)})" for other, gap in gaps if gap.told_apart]
        if below:
            yield f"higher among {cell.name} ({comparison.written(cell.value)}) than among {listed(below)}"


def _gap(comparison: GroupComparison, other: GroupEstimate, gap: Difference) -> str:
    if comparison.unit == "score":
        return f"{comparison.written(other.value)}, by {score(max(0.01, gap.low))} to {score(max(0.01, gap.high))}"
    low, high = (max(1, round(100 * end)) for end in (gap.low, gap.high))
    return f"{comparison.written(other.value)}, by {low} to {n_of(high, 'point', 'points')}"


def _how_many(comparison: GroupComparison) -> tuple[str, ...]:
    sizes = [len(comparison.shown(key)) for key in comparison.labels]
    pairs = sum(size * (size - 1) // 2 for size in sizes)
    if not pairs:
        return ()
    return (f"{sentence_case(n_of(pairs, 'pair of figures was', 'pairs of figures were'))} compared for this.",)


def _together(comparison: GroupComparison, labels: list[str], verdict: str) -> tuple[str, ...]:
    if not labels:
        return ()
    if len(labels) <= MOST_NAMED:
        return (f"On {listed([f'“{label}”' for label in labels])} {verdict}.",)
    return (f"On {'all' if len(labels) == len(comparison.labels) else 'another'} {len(labels)} {verdict}.",)
