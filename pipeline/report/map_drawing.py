"""Draws a map of named circles, moved apart so that each name can be read."""

import textwrap

import numpy as np
from matplotlib.patches import Circle
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pipeline.report.blocks import Chart
from pipeline.report.chart_canvas import EDGE, SOFT, WIDTH, Canvas, palette


Floats = NDArray[np.float64]
LEAST_HEIGHT, ROOM, KEY_LINE = 5.6, 2.3, 0.22
"""Inches; and how many times the room of all names and circles the map has."""
GROWING = (1.0, 1.15, 1.3, 1.5)
"""How much higher a map may be made where names stand in each other's way."""
SMALLEST, LARGEST = 0.05, 0.17
NAME_CHARACTERS, LETTER, LINE, POINTS = 19, 0.066, 0.125, 7.5
ROUNDS, GAP, SLACK = 600, 0.05, 0.02
"""How often boxes are pushed, the room around each, and how much of that two may share: pushing never ends to the last hair."""
HOVER = "hover-"
"""How the groups of the drawing are called that say something where somebody points at them."""


def draw_map(canvas: Canvas, chart: Chart) -> None:
    """Draw a circle for each label, with its name below, and the key of the colours under the map."""
    sizes = np.array([point.value if point else 0.0 for point in chart.series[0].points])
    radii = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(sizes / sizes.max())
    names = [textwrap.fill(label, NAME_CHARACTERS, max_lines=3, placeholder=" …") for label in chart.labels]
    boxes = np.array([_box(name, radius) for name, radius in zip(names, radii, strict=True)])
    middles, height = laid_out(np.array(chart.places), boxes)
    top, colours = canvas.y, [*palette()[:5], SOFT]
    for place, (name, radius, box, (x, y)) in enumerate(zip(names, radii, boxes, middles, strict=True)):
        across, down = EDGE + x, top + y - box[1] / 2 + radius
        circle = Circle((across, down), radius, facecolor=colours[chart.colours[place]], linewidth=0)
        circle.set_gid(f"{HOVER}{place}")
        canvas.axes.add_patch(circle)
        canvas.text(across, down + radius + 0.02, name, ha="center", va="top", fontsize=POINTS)
    canvas.y = top + height + EDGE
    for place, text in enumerate(chart.key):
        canvas.axes.add_patch(Circle((EDGE + 0.08, canvas.y + KEY_LINE / 2), 0.06, facecolor=colours[place], linewidth=0))
        canvas.text(EDGE + 0.22, canvas.y + KEY_LINE / 2, text, fontsize=8.5)
        canvas.y += KEY_LINE


def _box(name: str, radius: float) -> tuple[float, float]:
    lines = name.split("\n")
    width = max(max(map(len, lines)) * LETTER, 2 * radius)
    return width + GAP, 2 * radius + 0.02 + len(lines) * LINE + GAP


def laid_out(places: Floats, boxes: Floats) -> tuple[Floats, float]:
    """Return middles of boxes and the height of the map: higher where boxes stand in each other's way."""
    least = max(LEAST_HEIGHT, ROOM * float(boxes.prod(axis=1).sum()) / WIDTH)
    for height in (least * factor for factor in GROWING):
        middles = pushed_apart(places, boxes, (WIDTH - 2 * EDGE, height))
        if middles is not None:
            return middles, height
    return on_grid(places, boxes, (WIDTH - 2 * EDGE, least)), least


def pushed_apart(places: Floats, boxes: Floats, room: tuple[float, float]) -> Floats | None:
    """Return middles of boxes in a room, as near to their places as lets none lie upon another; None where they are stuck.

    `places` are from 0 to 1, to the right and to the top; `boxes` hold widths and heights. The same places give the same middles.
    """
    half, sides = boxes / 2, np.array(room)
    low, high = half, sides - half
    middles = low + np.column_stack([places[:, 0], 1 - places[:, 1]]) * (high - low)
    # Two in one place would never know which way to go: each sets out in a direction of its own.
    turns = np.arange(len(middles)) * 2.4
    middles = middles + 0.05 * np.column_stack([np.cos(turns), np.sin(turns)])
    for _ in range(ROUNDS):
        step = middles[:, None] - middles[None, :]
        over = half[:, None] + half[None, :] - np.abs(step)
        upon = (over > SLACK).all(axis=2) & ~np.eye(len(middles), dtype=bool)
        if not upon.any():
            return np.asarray(middles, dtype=np.float64)
        # Along the side on which there is less to go.
        across = over[..., 0] < over[..., 1]
        push = np.where(np.stack([across, ~across], axis=2), np.sign(step) * over / 2, 0.0) * upon[..., None]
        middles = np.clip(middles + push.sum(axis=1) * 0.6, low, high)
    return None


def on_grid(places: Floats, boxes: Floats, room: tuple[float, float]) -> Floats:
    """Return the places of a grid for boxes, each as near to its own as all together let it be."""
    sides = np.array(room)
    middles = np.column_stack([places[:, 0], 1 - places[:, 1]]) * sides
    n_across = max(1, int(sides[0] // boxes[:, 0].max()))
    n_down = -(-len(boxes) // n_across)
    across, down = (np.arange(n) + 0.5 for n in (n_across, n_down))
    cells = np.array([(x * sides[0] / n_across, y * sides[1] / n_down) for y in down for x in across])
    _, chosen = linear_sum_assignment(((middles[:, None] - cells[None, :]) ** 2).sum(axis=2))
    return np.asarray(cells[chosen], dtype=np.float64)
