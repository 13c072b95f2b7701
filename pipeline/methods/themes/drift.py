"""Do new answers still fit themes that were found in earlier ones? Those far from every theme are counted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.methods.active_learning.intervals import Interval, wilson
from pipeline.methods.themes.distinct_texts import unit


# As many of the first answers are below the mark by its making; of new ones that are like them, about as many.
EXPECTED = 0.05
QUANTILES = np.linspace(0, 1, 21)


@dataclass(frozen=True)
class Drift:
    """Of `n` new texts, `n_far` are less like every theme than all but 5 % of the first; `share` has a Wilson interval."""

    n_far: int
    n: int
    share: Interval

    @property
    def has_drifted(self) -> bool:
        """Whether more texts are far than chance explains."""
        return self.share.low > EXPECTED

    def sentence(self) -> str:
        """Say what it means for the saved themes."""
        if not self.n:
            return "No text was given a saved theme yet."
        figures = (
            f"{self.n_far:,} of {self.n:,} texts ({_percent(self.share.estimate)}, 95 % interval {_percent(self.share.low)} to "
            f"{_percent(self.share.high)}) are far from every saved theme; {_percent(EXPECTED)} were when the themes were saved."
        )
        if self.has_drifted:
            return f"{figures} People may speak of something new: look at the texts least like their theme, or find themes anew."
        return f"{figures} The saved themes still fit."


def nearness_of_fitted(vectors: ArrayLike, labels: NDArray[np.intp], centres: ArrayLike) -> NDArray[np.float64]:
    """Return the cosine of each text to the nearest theme, float (n,), as if the text were new.

    `vectors` (n, d), `labels` (n,) its theme (-1: none), `centres` (k, d) unit rows. A text draws the middle of its own
    theme towards itself, so it is compared with the middle of the theme's other texts (leave one out).
    """
    rows = unit(np.asarray(vectors, dtype=np.float64))
    likeness = rows @ np.asarray(centres, dtype=np.float64).T
    sums = np.zeros((likeness.shape[1], rows.shape[1]))
    placed = np.flatnonzero(labels >= 0)
    np.add.at(sums, labels[placed], rows[placed])
    own = labels[placed]
    likeness[placed, own] = np.einsum("ij,ij->i", rows[placed], unit(sums[own] - rows[placed]))
    return np.asarray(likeness.max(axis=1))


def quantiles_of(nearness: NDArray[np.float64]) -> tuple[float, ...]:
    """Return the quantiles of nearness (n,) in steps of 5 %, rounded."""
    return tuple(np.quantile(nearness, QUANTILES).round(6).tolist())


def measure_drift(nearness: ArrayLike, quantiles: ArrayLike) -> Drift:
    """Compare how near new texts are to the nearest theme, float (n,), with the quantiles of the first texts."""
    mark = float(np.interp(EXPECTED, QUANTILES, np.asarray(quantiles, dtype=np.float64)))
    similarities = np.asarray(nearness, dtype=np.float64)
    n_far = int((similarities < mark).sum())
    return Drift(n_far, len(similarities), wilson(n_far, len(similarities)))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".0 %", " %")
