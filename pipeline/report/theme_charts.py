"""Charts of themes: how many people spoke of each, and what share of each group."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pipeline.report.blocks import Axis, Chart, Point, Series, TableBlock
from pipeline.report.comparison_blocks import MOST_SERIES, comparison_chart, share_axis
from pipeline.report.echoed_questions import echoed_questions, not_echoing
from pipeline.report.group_comparison import GroupComparison, compare
from pipeline.report.numbers_in_words import by, number, percent, sentence_case
from pipeline.report.placed_themes import PlacedTheme
from pipeline.runtime.plurals import listed, n_of
from pipeline.workflow.results import RunResults


MOST_BARS = 25
KINDS = ("praise", "complaints", "suggestions", "no one kind")
TONES = "What most statements of each theme do, as the program read them; nobody has checked this"
OF_GROUP = (
    "Of the people in each group with a statement in any theme, the share with a statement that the program put in this theme"
)
PEOPLE = "Number of people whose answers the program put with each theme"


def people_chart(source: RunResults, placed: Sequence[PlacedTheme], table: TableBlock) -> Chart | None:
    """Return a bar for each theme of which a number may be shown, most people first; None where there are not two."""
    shown = sorted((theme for theme in placed if theme.n_people), key=lambda theme: (-theme.n_people, theme.number))[:MOST_BARS]
    if len(shown) < 2:
        return None
    most, step = shown[0], source.profile.round_to
    # A theme that repeats what was asked has its bar, but is no news.
    first, echoes = not_echoing(source, shown)[0], echoed_questions(source, shown)
    than = "anything else that was not asked for" if most.theme_id in echoes and first is not most else "anything else"
    rounded = f", rounded to the nearest {step}" if step > 1 else ""
    words = listed([f"{theme.heading} ({number(theme.n_people)})" for theme in shown])
    return Chart(
        name="chart-themes",
        title=f"More people wrote about “{first.name}” than about {than}: {number(first.n_people)}",
        subtitle=f"{PEOPLE}{rounded}",
        alternative=f"A bar for each theme. People whose answers are in it: {words}.",
        labels=tuple(theme.heading for theme in shown),
        series=(Series("People", 0, tuple(Point(*[float(theme.n_people)] * 3) for theme in shown)),),
        axis=Axis("People", 0, float(most.n_people), "people"),
        table=table,
        form="bars",
    )


def tones_chart(placed: Sequence[PlacedTheme]) -> Chart | None:
    """Return a mark for what the excerpts of each theme mostly do; None where that was read of fewer than two."""
    shown = [theme for theme in placed if theme.tone][:MOST_BARS]
    if len(shown) < 2:
        return None
    kinds = {kind: tuple(kind in theme.tone.split(" and ") for theme in shown) for kind in KINDS}
    columns = {kind: marks for kind, marks in kinds.items() if any(marks)}
    words = [f"{sentence_case(name)}: {listed([theme.heading for theme, mark in zip(shown, marks_, strict=True) if mark])}."
             for name, marks_ in columns.items()]  # fmt: skip
    return Chart(
        name="chart-theme-tones",
        title=_tones_headline([theme.tone for theme in shown]),
        subtitle=TONES,
        alternative=" ".join(["A mark for each theme and what it mostly is.", *words]),
        labels=tuple(theme.heading for theme in shown),
        series=tuple(
            Series(sentence_case(name), place, tuple(Point(1.0, 1.0, 1.0) if mark else None for mark in column))
            for place, (name, column) in enumerate(columns.items())
        ),
        axis=Axis("Mostly", 0, 1, "people"),
        table=TableBlock(
            name="theme-tones",
            caption="What the statements of each theme mostly are",
            header=("Theme", "Mostly"),
            rows=tuple((theme.heading, sentence_case(theme.tone)) for theme in shown),
            targets=tuple(theme.anchor for theme in shown),
            note=f"{TONES}.",
        ),
        prints_table=False,
        form="marks",
    )


def _tones_headline(tones: Sequence[str]) -> str:
    """Say what most themes are, and what most of the others."""
    parts: list[str] = []
    of_all = f" of {n_of(len(tones), 'theme')} are"
    # Which of two is named first says only which is a little more frequent.
    for tone, n in Counter(" and ".join(sorted(tone.split(" and "))) for tone in tones).most_common(2):
        are = "neither mostly praise nor complaints" if tone == KINDS[-1] else f"{'both' if ' and ' in tone else 'mostly'} {tone}"
        parts.append(f"{number(n)}{'' if parts else of_all} {are}")
    return ", ".join(parts)


def groups_chart(source: RunResults, voices: pd.DataFrame, placed: Sequence[PlacedTheme], table: TableBlock) -> Chart | None:
    """Return a cell for each theme and group of one attribute; None where nothing may be shown, or of too many groups."""
    group = str(voices["group"].iloc[0])
    rows = voices.rename(columns={"theme_id": "key", "share": "estimate"})
    labels = {theme.theme_id: theme.heading for theme in placed}
    comparison = compare(rows, group, labels=labels, unit="share", profile=source.profile)
    if len(comparison.compared) > MOST_SERIES:
        return None
    chart = comparison_chart(comparison, table, share_axis(comparison), title=OF_GROUP, headline=_headline(voices, placed))
    return replace(chart, form="grid", subtitle=f"{OF_GROUP}, {by(group)}{_bases(comparison)}; – is not shown") if chart else None


def _bases(comparison: GroupComparison) -> str:
    """Say of how many people of each group the shares are, where that is shown: it is the same for every theme."""
    bases = {level: {cell.base for (_, other), cell in comparison.cells.items() if other == level and cell.shown}
             for level in comparison.compared}  # fmt: skip
    shown = [f"{number(max(numbers))} of {level}" for level, numbers in bases.items() if numbers]
    return f" (people: {listed(shown)})" if shown else ""


def _headline(voices: pd.DataFrame, placed: Sequence[PlacedTheme]) -> str:
    """Say which group speaks of which theme more than all others, where that is clear."""
    names = {theme.theme_id: theme.name for theme in placed}
    clear = voices[(voices["evidence"] == "clear") & ~voices["suppressed"] & voices["elsewhere"].notna()]
    clear = clear[clear["theme_id"].isin(names)]
    if clear.empty:
        return "No group clearly speaks of a theme more than all others do"
    first = clear.assign(gap=clear["share"] - clear["elsewhere"]).sort_values("gap", ascending=False).iloc[0]
    return (
        f"{first['level']} speak of “{names[str(first['theme_id'])]}” more than all others: "
        f"{percent(float(first['share']))}, against {percent(float(first['elsewhere']))}"
    )
