"""Charts as inline SVG: dots with intervals in the Analysis Function's colours, told apart by shape as well."""

import io
import re
import textwrap
from contextlib import AbstractContextManager
from html import escape
from typing import Any

from afcharts.af_colours import get_af_colours
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.report.blocks import Axis, Chart


# Inches. A narrow chart with labels above the dots stays readable on a telephone.
WIDTH, LEFT, RIGHT, BOTTOM = 4.8, 0.12, 0.24, 0.5
LINE, GAP = 0.18, 0.18
LABEL_CHARACTERS = 54
LEGEND_CHARACTERS = 50
MARKERS = ("o", "s", "^", "D", "v", "P")
INK, RULE = "#1a1a1b", "#c9c9ca"
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    # A font that matplotlib brings gives the same chart on every machine; the page then sets its own, which is narrower.
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    # A dollar sign in the name of a group is not the start of a formula.
    "text.parse_math": False,
}


def draw(chart: Chart) -> str:
    """Return the chart as an SVG element with its alternative, in colours that the page's style sheet can change."""
    with _styled(chart):
        return _as_element(_figure(chart), chart, _colours())


def draw_to_print(chart: Chart) -> str:
    """Return the chart as an SVG element that a PDF can hold: its alternative as a title, its colours as they are."""
    with _styled(chart):
        element = _as_element(_figure(chart), chart, _colours())
    element = re.sub(r"var\(--[\w-]+, (#[0-9a-fA-F]+)\)", r"\1", element)
    return element.replace(">", f"><title>{escape(chart.alternative)}</title>", 1)


def draw_picture(chart: Chart) -> bytes:
    """Return the chart as a PNG for documents, sharp enough to print."""
    buffer = io.BytesIO()
    with _styled(chart):
        _figure(chart).savefig(buffer, format="png", dpi=220, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def _styled(chart: Chart) -> AbstractContextManager[None]:
    # matplotlib's stubs do not know that a style may be a list of names and settings.
    styled: AbstractContextManager[None] = style.context(["afcharts.afcharts", {**SETTINGS, "svg.hashsalt": chart.name}])
    return styled


def _colours() -> list[str]:
    colours: list[str] = get_af_colours("categorical", number_of_colours=6)
    return colours


def _figure(chart: Chart) -> Figure:
    colours = _colours()
    # Rows of the legend, rounded up.
    top = -(-len(chart.series) // _columns(chart)) * 0.24 + 0.1
    height = top + len(chart.labels) * _row_height(chart) + BOTTOM
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((LEFT / WIDTH, BOTTOM / height, (WIDTH - LEFT - RIGHT) / WIDTH, 1 - (top + BOTTOM) / height))
    _set_axes(axes, chart)
    for row, label in enumerate(chart.labels):
        axes.text(chart.axis.low, row * _row_height(chart) + 0.06, _wrapped(label), color=INK, va="top", weight="bold")
    for place, series in enumerate(chart.series):
        for row, point in enumerate(series.points):
            if point is not None:
                # In inches below the top of the axes, whose scale `_set_axes` sets so.
                at = row * _row_height(chart) + _label_height(chart) + (place + 0.5) * LINE + GAP / 2
                line: dict[str, Any] = {"color": colours[series.place], "clip_on": False}
                axes.plot([point.low, point.high], [at, at], linewidth=2, solid_capstyle="butt", **line)
                axes.plot([point.value], [at], marker=MARKERS[series.place], markersize=6.5, linestyle="none", **line)
    _legend(figure, chart, colours)
    return figure


def _columns(chart: Chart) -> int:
    longest = max(len(series.name) for series in chart.series)
    return max(1, min(3, LEGEND_CHARACTERS // (longest + 4)))


def _label_height(chart: Chart) -> float:
    return max(len(_wrapped(label).splitlines()) for label in chart.labels) * LINE


def _row_height(chart: Chart) -> float:
    return _label_height(chart) + len(chart.series) * LINE + GAP


def _wrapped(label: str) -> str:
    return textwrap.fill(label, LABEL_CHARACTERS, max_lines=2, placeholder=" …") or "(no name)"


def _set_axes(axes: Axes, chart: Chart) -> None:
    height, rows = _row_height(chart), len(chart.labels)
    axes.set_xlim(chart.axis.low, chart.axis.high)
    axes.set_ylim(rows * height, 0)
    axes.set_yticks([])
    ticks, is_share = _ticks(chart.axis), chart.axis.unit == "share"
    axes.set_xticks(ticks, [f"{tick * 100:.0f}%" if is_share else f"{tick:.3g}" for tick in ticks], color=INK)
    axes.set_xlabel(chart.axis.title, color=INK)
    axes.tick_params(length=0)
    axes.grid(visible=True, axis="x", color=RULE)
    axes.spines[:].set_visible(False)
    axes.hlines([row * height for row in range(1, rows)], *axes.get_xlim(), color=RULE, linewidth=0.6)


def _ticks(axis: Axis) -> list[float]:
    span = axis.high - axis.low
    step = next((step for step in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if span / step <= 6), span or 1.0)
    # The last tick would be lost where the quotient comes out a hair under a whole number.
    return [axis.low + step * count for count in range(int(span / step + 1e-9) + 1)]


def _legend(figure: Figure, chart: Chart, colours: list[str]) -> None:
    handles = [
        Line2D([], [], color=colours[series.place], marker=MARKERS[series.place], markersize=6.5, linewidth=2, label=series.name)
        for series in chart.series
    ]
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (LEFT / WIDTH, 0.99), "borderpad": 0, "borderaxespad": 0}
    figure.legend(handles=handles, ncols=_columns(chart), labelcolor=INK, **place)


def _as_element(figure: Figure, chart: Chart, colours: list[str]) -> str:
    buffer = io.StringIO()
    # Neither a date nor a version, so that the same report is the same file.
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    drawing = buffer.getvalue()
    inside = drawing[drawing.index(">", drawing.index("<svg")) + 1 :].replace("xlink:href=", "href=").strip()
    # On a page, names of groups would be there twice, and a style for every element would be one for the whole page.
    inside = re.sub(r'(?<=<g) id="[^"]*"|<style.*?</style>', "", inside, flags=re.DOTALL)
    variables = {colour: f"--series-{place}" for place, colour in enumerate(colours, start=1)} | {INK: "--ink", RULE: "--rule"}
    for colour, name in variables.items():
        inside = re.sub(rf"(?i)(?<=: ){colour}(?=[;\"])", f"var({name}, {colour})", inside)
    width, height = (float(inches) * 72 for inches in figure.get_size_inches())
    return f'<svg role="img" aria-label="{escape(chart.alternative)}" viewBox="0 0 {width:g} {height:g}">{inside}'
