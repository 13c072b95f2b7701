"""The map of themes: each near those it is worded like, larger the more people wrote about it, coloured by its family."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.report.blocks import Axis, Chart, Point, Series, TableBlock
from pipeline.report.numbers_in_words import number
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.theme_tone import tone_in_words
from pipeline.runtime.plurals import listed, n_of
from pipeline.workflow.results import RunResults


Floats = NDArray[np.float64]
MOST_NEAR = 3
FEWEST_ON_MAP = 4
"""Themes: fewer are read from a table."""
HOW = "Each theme lies near those that are worded alike. The larger a circle, the more people wrote about it"


def map_chart(source: RunResults, placed: Sequence[PlacedTheme]) -> Chart | None:
    """Return the map of the themes of which a number of people may be shown; None where there are few, or no run made middles.

    A place is that of the middle of all statements of a theme, so it tells nothing of one of them, and it is rounded.
    """
    shown = [theme for theme in placed if theme.n_people]
    middles = _middles(source, shown)
    if middles is None or len(shown) < FEWEST_ON_MAP:
        return None
    places = flat_places(middles)
    by_size = [(family, n) for family, n in Counter(theme.family for theme in shown).most_common() if n > 1]
    colours = {family: place for place, (family, _) in enumerate(by_size[:5])}
    families = [(_family_name(shown, family), n) for family, n in by_size[:5]]
    others = "; those of other families are light grey" if any(theme.family not in colours for theme in shown) else ""
    return Chart(
        name="chart-theme-map",
        title=_headline(families, len(shown)),
        subtitle=f"{HOW}. Colours are families of like themes{others}",
        alternative=_in_words(shown, families, colours),
        labels=tuple(theme.label for theme in shown),
        series=(Series("People", 0, tuple(Point(*[float(theme.n_people)] * 3) for theme in shown)),),
        axis=Axis("People", 0, float(max(theme.n_people for theme in shown)), "people"),
        table=_table(shown, places),
        prints_table=False,
        form="map",
        places=tuple((float(x), float(y)) for x, y in places),
        colours=tuple(colours.get(theme.family, -1) for theme in shown),
        key=tuple(f"Like “{name}” ({n_of(n, 'theme')})" for name, n in families),
        hover=tuple(_hover(theme) for theme in shown),
    )


def nearest_themes(source: RunResults, placed: Sequence[PlacedTheme]) -> dict[str, tuple[str, ...]]:
    """Return for each theme the names of those that lie nearest to it, by its id; none where no run made middles."""
    middles = _middles(source, placed)
    if middles is None:
        return {}
    unit = middles / np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-12)
    likeness = unit @ unit.T - 2 * np.eye(len(unit))
    order = np.argsort(-likeness, axis=1, kind="stable")[:, : min(MOST_NEAR, len(placed) - 1)]
    return {theme.theme_id: tuple(placed[row].heading for row in rows) for theme, rows in zip(placed, order, strict=True)}


def flat_places(middles: Floats) -> Floats:
    """Return places on a map, from 0 to 1 in both directions, whose distances are as near to those of the rows as two can be.

    By classical scaling; `middles` has a row for each thing. Places are rounded to a fiftieth.
    """
    unit = middles / np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-12)
    centred = unit - unit.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    flat = left[:, :2] * sizes[:2]
    # A direction has no sign of its own: the farthest thing lies to the right, or at the top.
    flat = flat * np.where(np.abs(flat).max(axis=0) == flat.max(axis=0), 1.0, -1.0)
    spread = np.ptp(flat, axis=0)
    return np.asarray(np.round((flat - flat.min(axis=0)) / np.where(spread > 0, spread, 1.0) * 50) / 50, dtype=np.float64)


def _middles(source: RunResults, shown: Sequence[PlacedTheme]) -> Floats | None:
    centroids = source.vectors.get("centroids")
    if centroids is None:
        return None
    row_of = {str(theme_id): row for row, theme_id in enumerate(centroids.ids)}
    if not all(theme.theme_id in row_of for theme in shown):
        # The tables are of another run than the middles.
        return None
    matrix = np.asarray(centroids.matrix[:], dtype=np.float64)
    return matrix[[row_of[theme.theme_id] for theme in shown]] if shown else None


def _family_name(shown: Sequence[PlacedTheme], family: int) -> str:
    """Call a family after its largest theme."""
    largest = max((theme for theme in shown if theme.family == family), key=lambda theme: (theme.n_people, -theme.number))
    return largest.short_name


def _headline(families: Sequence[tuple[str, int]], n: int) -> str:
    if not families:
        return f"{n_of(n, 'theme')}, each unlike the others"
    name, size = families[0]
    which = "one of the largest families" if len(families) > 1 and families[1][1] == size else "the largest family"
    return f"{number(size)} of {n_of(n, 'theme')} are worded like “{name}”, {which} of like themes"


def _hover(theme: PlacedTheme) -> str:
    return " ".join(filter(None, (f"{theme.heading}: {theme.people}.", tone_in_words(theme.tone))))


def _in_words(shown: Sequence[PlacedTheme], families: Sequence[tuple[str, int]], colours: dict[int, int]) -> str:
    sentences = ["A circle for each theme."]
    for family, place in colours.items():
        members = [f"{theme.heading} ({theme.people})" for theme in shown if theme.family == family]
        sentences.append(f"Like “{families[place][0]}”: {listed(members)}.")
    if alone := [f"{theme.heading} ({theme.people})" for theme in shown if theme.family not in colours]:
        sentences.append(f"By themselves: {listed(alone)}.")
    return " ".join(sentences)


def _table(shown: Sequence[PlacedTheme], places: Floats) -> TableBlock:
    return TableBlock(
        name="theme-map",
        caption="Where the themes lie on the map",
        header=("Theme", "People", "Family of like themes", "From left to right", "From bottom to top"),
        rows=tuple(
            (theme.heading, number(theme.n_people), number(theme.family), f"{x:.2f}", f"{y:.2f}")
            for theme, (x, y) in zip(shown, places, strict=True)
        ),
        numeric=(1, 2, 3, 4),
        targets=tuple(theme.anchor for theme in shown),
        note="Places are from 0 to 1, rounded, and of the middle of all statements of a theme. On the map names are moved apart.",
    )
