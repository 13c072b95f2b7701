"""A sheet that charts are drawn on, measured in inches from its top left corner, and the colours and room they share."""

from dataclasses import dataclass
from typing import Any

from afcharts.af_colours import get_af_colours
from matplotlib.axes import Axes


WIDTH, EDGE = 6.2, 0.1
INK, SOFT, RULE, PAPER = "#1a1a1b", "#54585c", "#c9c9ca", "#ffffff"


def palette() -> list[str]:
    """Return the Analysis Function's colours that can be told apart."""
    colours: list[str] = get_af_colours("categorical", number_of_colours=6)
    return colours


@dataclass
class Canvas:
    """A sheet that is filled from above."""

    axes: Axes
    y: float = EDGE

    def text(self, x: float, y: float, text: str, **how: Any) -> None:
        """Write at a place."""
        self.axes.text(x, y, text, **{"color": INK, "va": "center", "linespacing": 1.15, **how})

    def line(self, x: tuple[float, float], y: tuple[float, float], **how: Any) -> None:
        """Draw a line between two places."""
        self.axes.plot(x, y, **{"color": RULE, "linewidth": 0.8, "solid_capstyle": "butt", "clip_on": False, **how})
