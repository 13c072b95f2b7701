"""Smaller groups: what each group speaks of more than the others, so that the largest do not speak for all."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from pipeline.report.blocks import (
    Block,
    Cell,
    Figure,
    Fold,
    Heading,
    InWorkbook,
    Paragraph,
    Points,
    ReportSection,
    TableBlock,
    nothing_to_show,
)
from pipeline.report.comparison_blocks import comparison_table
from pipeline.report.group_comparison import compare
from pipeline.report.numbers_in_words import NOT_SHOWN, by, fewer_than, number, people, percent
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.theme_charts import groups_chart
from pipeline.runtime.plurals import listed, n_of
from pipeline.workflow.results import RunResults


WHY = (
    "Themes are ranked by how many people spoke of them, so the largest group decides what comes first. Here each group is "
    "compared with everyone else. What is named first is clear: chance alone rarely does this, with allowance for the many "
    "comparisons. “Perhaps” means half as often again or more, but too few people to be sure: read what they said, and ask them. "
    "Shares are of the people with a statement in any theme."
)
HOW_RANKED = (
    "A theme’s rank by number of people, with each group counting the same whatever its size, and within each group. An arrow "
    "says by how many places it rises or falls against the first."
)
NOTHING = "No theme stands out"
HEARD_ONCE = "What only one person said is under “Heard once”, whichever group they belong to."
EVIDENCE = {"clear": "Clear", "a sign": "Perhaps"}


def smaller_groups(source: RunResults, placed: Sequence[PlacedTheme]) -> ReportSection:
    """Return what each group speaks of more than others, and the ranks of themes by group."""
    name, heading = "smaller-groups", "What each group speaks of more than others"
    if source["voices"].empty:
        return nothing_to_show(name, heading, "There are no groups to compare, or no themes that they spoke of.")
    headings = {theme.theme_id: theme for theme in placed}
    blocks: list[Block] = [Paragraph(WHY)]
    for place, group in enumerate(source["voices"]["group"].unique(), start=1):
        blocks += _of_group(source, str(group), headings, place)
    return ReportSection(name, heading, (*blocks, Paragraph(HEARD_ONCE)))


def _of_group(source: RunResults, group: str, themes: dict[str, PlacedTheme], place: int) -> Iterator[Block]:
    voices = source["voices"][source["voices"]["group"] == group]
    yield Heading(f"What stands out {by(group)}")
    yield Points(tuple(_sentences(voices, themes)))
    table = TableBlock(
        name=f"smaller-groups-{place}",
        caption=f"Themes that a group speaks of more than everyone else, {by(group)}",
        header=("Group", "Theme", "Share of the group", "Share of everyone else", "Evidence"),
        rows=tuple(row for level, cells in voices.groupby("level") for row in _rows(source, str(level), cells, themes)),
    )
    ranks = source["theme_ranks"][source["theme_ranks"]["group"] == group]
    ranked = Fold(f"Ranks of themes {by(group)}", (_ranks(source, group, ranks, themes, place),))
    chart = groups_chart(source, voices, tuple(themes.values()), _shares(voices, themes, place, source))
    # A page holds the chart of the attribute that the study names first.
    if chart and place == 1:
        yield chart
    yield InWorkbook((table, *([chart] if chart and place > 1 else []), ranked))


def _shares(voices: pd.DataFrame, themes: dict[str, PlacedTheme], place: int, source: RunResults) -> TableBlock:
    rows = voices.rename(columns={"theme_id": "key", "share": "estimate"})
    labels = {theme_id: theme.heading for theme_id, theme in themes.items()}
    comparison = compare(rows, str(voices["group"].iloc[0]), labels=labels, unit="share", profile=source.profile)
    return comparison_table(comparison, f"themes-by-group-{place}", caption="People who spoke of each theme", first="Theme")


def _sentences(voices: pd.DataFrame, themes: dict[str, PlacedTheme]) -> Iterator[str]:
    shown = voices[(voices["evidence"] != "none") & voices["theme_id"].isin(themes)]
    for level, rows in shown.groupby("level"):
        ordered = rows.sort_values("theme_id", key=lambda names: names.map(_order(themes)))
        clear, perhaps = (
            [_in_words(row, themes) for row in ordered.to_dict("records") if row["evidence"] == evidence] for evidence in EVIDENCE
        )
        themes_of_level = "; ".join([*([listed(clear)] if clear else []), *([f"perhaps {listed(perhaps)}"] if perhaps else [])])
        yield f"{level}: {themes_of_level}."
    if silent := sorted(set(voices["level"]) - set(shown["level"])):
        yield f"{listed(silent)}: nothing stands out."


def _order(themes: dict[str, PlacedTheme]) -> dict[str, int]:
    return {name: place for place, name in enumerate(themes)}


def _in_words(row: dict[Any, Any], themes: dict[str, PlacedTheme]) -> str:
    title = themes[str(row["theme_id"])].name
    if row["suppressed"]:
        return f"“{title}” (figures not shown)"
    against = "" if pd.isna(row["elsewhere"]) else f", against {percent(float(row['elsewhere']))} of everyone else"
    return f"“{title}” ({percent(float(row['share']))}{against})"


def _rows(source: RunResults, level: str, cells: pd.DataFrame, themes: dict[str, PlacedTheme]) -> Iterator[tuple[Cell, ...]]:
    # Themes that people set aside are not among those placed, and so in no row.
    order = {theme: place for place, theme in enumerate(themes)}
    shown = cells[(cells["evidence"] != "none") & cells["theme_id"].isin(order)]
    # What is sure comes first, then as in the table of themes.
    shown = shown.assign(order=shown["theme_id"].map(order), sure=shown["evidence"] == "clear")
    if shown.empty:
        yield (level, NOTHING, "", "", "")
    for row in shown.sort_values(["sure", "order"], ascending=[False, True]).to_dict("records"):
        hidden = bool(row["suppressed"])
        share: Cell = NOT_SHOWN
        if not hidden:
            n, base, of_group, low, high = (float(row[name]) for name in ("n", "base", "share", "low", "high"))
            share = Figure(percent(of_group), f"{percent(low)} to {percent(high)}", f"{number(n)} of {people(base)}")
        # The share of all others would lead to the one that is hidden.
        elsewhere = NOT_SHOWN if hidden or pd.isna(row["elsewhere"]) else percent(float(row["elsewhere"]))
        yield (level, themes[str(row["theme_id"])].heading, share, elsewhere, EVIDENCE[str(row["evidence"])])


def _ranks(source: RunResults, group: str, ranks: pd.DataFrame, themes: dict[str, PlacedTheme], place: int) -> TableBlock:
    levels = list(dict.fromkeys(ranks.loc[ranks["weighting"] == "within", "level"]))
    keys = [("people", ""), ("equal groups", ""), *(("within", level) for level in levels)]
    cells = {(row["weighting"], row["level"], row["theme_id"]): row for row in ranks.to_dict("records")}
    return TableBlock(
        name=f"ranks-{place}",
        caption=f"Rank of each theme by people, by groups and within groups, {by(group)}",
        header=("Theme", "By people", "Each group the same", *levels),
        rows=tuple(
            (theme.heading, *(_rank(source, cells.get((*key, theme_id))) for key in keys)) for theme_id, theme in themes.items()
        ),
        targets=tuple(theme.anchor for theme in themes.values()),
        note=HOW_RANKED,
    )


def _rank(source: RunResults, row: dict[Any, Any] | None) -> str:
    if row is None or pd.isna(row["rank"]):
        return f"{fewer_than(source.profile)} people"
    change = int(row["change"])
    moved = f" ({'↑' if change > 0 else '↓'} {n_of(abs(change), 'place')})" if change else ""
    return f"{number(row['rank'])}{moved}"
