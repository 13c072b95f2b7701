"""Charts as SVG and PNG in the Analysis Function's colours: each mark has its name and figure beside it, so none needs a key."""

import io
import re
import textwrap
from contextlib import AbstractContextManager
from html import escape
from typing import Any

from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.report.blocks import Axis, Chart, Point, Series
from pipeline.report.chart_canvas import EDGE, INK, RULE, SOFT, WIDTH, Canvas, palette
from pipeline.report.map_drawing import HOVER, draw_map
from pipeline.report.numbers_in_words import number, percent, score


# Inches. All is placed in inches from the top left corner, so that a chart of many rows is only longer.
NAMES, VALUES = 2.0, 0.55
LINE, ROW, GAP, FOOT = 0.17, 0.27, 0.14, 0.5
LABEL_CHARACTERS, NAME_CHARACTERS, ROW_CHARACTERS, TITLE_CHARACTERS = 74, 28, 38, 66
MARKERS = ("o", "s", "^", "D", "v", "P")
FAINTEST, STRONGEST = 0.06, 0.5
"""How strongly a cell is coloured: ink stays readable on the strongest."""
NONE = "–"
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
        return _as_element(_figure(chart), chart)


def draw_to_print(chart: Chart) -> str:
    """Return the chart as an SVG element that a PDF can hold: its alternative as a title, its colours as they are."""
    with _styled(chart):
        element = _as_element(_figure(chart), chart)
    element = re.sub(r"var\(--[\w-]+, (#[0-9a-fA-F]+)\)", r"\1", element)
    return element.replace(">", f"><title>{escape(chart.alternative)}</title>", 1)


def draw_picture(chart: Chart, *, titled: bool = False) -> bytes:
    """Return the chart as a PNG for documents, sharp enough to print; `titled`, with its title and subtitle in the picture."""
    buffer = io.BytesIO()
    with _styled(chart):
        _figure(chart, titled=titled).savefig(buffer, format="png", dpi=220, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


def draw_file(chart: Chart) -> str:
    """Return the chart as an SVG file that stands alone: with its title and subtitle, its alternative and a white ground."""
    with _styled(chart):
        drawing = _with_hover(_saved(_figure(chart, titled=True), facecolor="white"), chart)
    start = drawing.index(">", drawing.index("<svg"))
    accessible = f' role="img"><title>{escape(chart.title)}</title><desc>{escape(chart.alternative)}</desc>'
    return drawing[:start] + accessible + drawing[start + 1 :]


def _styled(chart: Chart) -> AbstractContextManager[None]:
    # matplotlib's stubs do not know that a style may be a list of names and settings.
    styled: AbstractContextManager[None] = style.context(["afcharts.afcharts", {**SETTINGS, "svg.hashsalt": chart.name}])
    return styled


def _figure(chart: Chart, *, titled: bool = False) -> Figure:
    drawing = {"dots": _dots, "bars": _bars, "grid": _grid, "marks": _grid, "map": draw_map}[chart.form]
    # Once to see how long it gets, and once on a sheet of that length.
    height = WIDTH
    for _ in range(2):
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        canvas = Canvas(axes)
        if titled:
            _title(canvas, chart)
        drawing(canvas, chart)
        height = canvas.y + EDGE
    return figure


def _title(canvas: Canvas, chart: Chart) -> None:
    for text, how in ((chart.title, {"fontsize": 11, "weight": "bold"}), (chart.subtitle, {"fontsize": 9, "color": SOFT})):
        lines = textwrap.wrap(text, TITLE_CHARACTERS if "weight" in how else TITLE_CHARACTERS + 16)
        for line in lines:
            canvas.text(EDGE, canvas.y + LINE / 2, line, **how)
            canvas.y += LINE + 0.03
    canvas.y += GAP


def _wrapped(text: str, characters: int, lines: int = 2) -> str:
    return textwrap.fill(text, characters, max_lines=lines, placeholder=" …") or "(no name)"


def _n_lines(text: str) -> int:
    return text.count("\n") + 1


def _written(axis: Axis, value: float) -> str:
    return {"share": percent, "score": score, "people": number}[axis.unit](value)


def _dots(canvas: Canvas, chart: Chart) -> None:
    """Set a row for each group that has a figure: its name, its dot with the interval, its value."""
    left, right = (NAMES if len(chart.series) > 1 else EDGE) + EDGE, WIDTH - VALUES
    top, colours = canvas.y, palette()
    for place, label in enumerate(chart.labels):
        if len(chart.labels) > 1:
            wrapped = _wrapped(label, LABEL_CHARACTERS)
            canvas.text(EDGE, canvas.y + 0.03, wrapped, va="top", weight="bold")
            canvas.y += LINE * _n_lines(wrapped) + 0.06
        for series in chart.series:
            point = series.points[place]
            # A group of which nothing may be shown takes no room.
            if point is not None:
                _dot(canvas, series, point, chart.axis, (left, right), colours)
        canvas.y += GAP
    _scale(canvas, chart.axis, top, (left, right))


def _dot(canvas: Canvas, series: Series, point: Point, axis: Axis, ends: tuple[float, float], colours: list[str]) -> None:
    name = _wrapped(series.name, NAME_CHARACTERS)
    height = max(ROW, LINE * _n_lines(name) * 0.9 + 0.04)
    y, colour = canvas.y + height / 2, colours[series.place]
    if ends[0] > NAMES:
        canvas.text(EDGE, y, name, fontsize=8.5)
    low, value, high = (_at(axis, ends, share) for share in (point.low, point.value, point.high))
    canvas.line((low, high), (y, y), color=colour, linewidth=2.4)
    canvas.line((value, value), (y, y), color=colour, marker=MARKERS[series.place], markersize=7.5, linestyle="none")
    canvas.text(WIDTH - EDGE, y, _written(axis, point.value), ha="right", weight="bold")
    canvas.y += height


def _at(axis: Axis, ends: tuple[float, float], value: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * (value - axis.low) / ((axis.high - axis.low) or 1.0)


def _scale(canvas: Canvas, axis: Axis, top: float, ends: tuple[float, float]) -> None:
    bottom = canvas.y
    for tick in _ticks(axis):
        x = _at(axis, ends, tick)
        canvas.line((x, x), (top, bottom), zorder=0)
        label = f"{tick * 100:.0f}%" if axis.unit == "share" else f"{tick:.3g}"
        canvas.text(x, bottom + 0.12, label, ha="center", fontsize=8.5)
    canvas.text(sum(ends) / 2, bottom + 0.31, axis.title, ha="center", color=SOFT, fontsize=8.5)
    canvas.y = bottom + FOOT - EDGE


def _ticks(axis: Axis) -> list[float]:
    span = axis.high - axis.low
    step = next((step for step in (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if span / step <= 6), span or 1.0)
    # The last tick would be lost where the quotient comes out a hair under a whole number.
    return [axis.low + step * count for count in range(int(span / step + 1e-9) + 1)]


def _bars(canvas: Canvas, chart: Chart) -> None:
    """Set a bar for each label, with its figure at the end: no scale is needed to read it."""
    (series,) = chart.series
    left, right = 2.9, WIDTH - VALUES
    for label, point in zip(chart.labels, series.points, strict=True):
        if point is None:
            continue
        wrapped = _wrapped(label, ROW_CHARACTERS)
        height = max(ROW, LINE * _n_lines(wrapped) * 0.9 + 0.06)
        y, end = canvas.y + height / 2, _at(chart.axis, (left, right), point.value)
        canvas.text(left - EDGE, y, wrapped, ha="right", fontsize=8.5)
        canvas.axes.add_patch(Rectangle((left, y - 0.09), end - left, 0.18, color=palette()[0], linewidth=0))
        canvas.text(end + 0.07, y, _written(chart.axis, point.value), weight="bold")
        canvas.y += height


def _grid(canvas: Canvas, chart: Chart) -> None:
    """Set a row for each label and a column for each group: its figure, the darker the higher, or a mark."""
    left = 2.9
    width = (WIDTH - EDGE - left) / len(chart.series)
    heads = [_wrapped(series.name, max(8, int(width * 13)), lines=4) for series in chart.series]
    canvas.y += LINE * 0.95 * max(map(_n_lines, heads))
    for column, head in enumerate(heads):
        canvas.text(left + (column + 0.5) * width, canvas.y, head, ha="center", va="bottom", fontsize=8.5, weight="bold")
    canvas.y += 0.07
    for row, label in enumerate(chart.labels):
        wrapped = _wrapped(label, ROW_CHARACTERS)
        height = max(ROW, LINE * _n_lines(wrapped) * 0.9 + 0.06)
        canvas.text(left - EDGE, canvas.y + height / 2, wrapped, ha="right", fontsize=8.5)
        for column, series in enumerate(chart.series):
            _cell(canvas, chart.axis, series.points[row], (left + column * width, width, height), as_mark=chart.form == "marks")
        canvas.y += height


def _cell(canvas: Canvas, axis: Axis, point: Point | None, box: tuple[float, float, float], *, as_mark: bool) -> None:
    x, width, height = box
    middle = (x + width / 2, canvas.y + height / 2)
    if as_mark:
        if point is not None:
            canvas.line((middle[0],) * 2, (middle[1],) * 2, color=palette()[0], marker="o", markersize=9, linestyle="none")
        return
    if point is None:
        canvas.text(*middle, NONE, ha="center", color=SOFT)
        return
    part = min(max((point.value - axis.low) / ((axis.high - axis.low) or 1.0), 0.0), 1.0)
    strength = FAINTEST + (STRONGEST - FAINTEST) * part
    inside = Rectangle(
        (x + 0.015, canvas.y + 0.015), width - 0.03, height - 0.03, color=palette()[0], alpha=strength, linewidth=0
    )
    canvas.axes.add_patch(inside)
    canvas.text(*middle, _written(axis, point.value), ha="center")


def _saved(figure: Figure, **how: Any) -> str:
    buffer = io.StringIO()
    # Neither a date nor a version, so that the same report is the same file.
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing, **how)
    return buffer.getvalue()


def _with_hover(drawing: str, chart: Chart) -> str:
    """Let the parts of a drawing say what they are where somebody points at them; no script is needed."""
    return re.sub(rf'<g id="{HOVER}(\d+)">', lambda part: f"<g><title>{escape(chart.hover[int(part[1])])}</title>", drawing)


def _as_element(figure: Figure, chart: Chart) -> str:
    drawing = _with_hover(_saved(figure, transparent=True), chart)
    inside = drawing[drawing.index(">", drawing.index("<svg")) + 1 :].replace("xlink:href=", "href=").strip()
    # On a page, names of groups would be there twice, and a style for every element would be one for the whole page.
    inside = re.sub(r'(?<=<g) id="[^"]*"|<style.*?</style>', "", inside, flags=re.DOTALL)
    variables = {colour: f"--series-{place}" for place, colour in enumerate(palette(), start=1)}
    for colour, name in (variables | {INK: "--ink", SOFT: "--soft", RULE: "--rule"}).items():
        inside = re.sub(rf"(?i)(?<=: ){colour}(?=[;\"])", f"var({name}, {colour})", inside)
    width, height = (float(inches) * 72 for inches in figure.get_size_inches())
    return f'<svg role="img" aria-label="{escape(chart.alternative)}" viewBox="0 0 {width:g} {height:g}">{inside}'
