"""How sure a coefficient is: the excerpts are drawn again and again, with replacement."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.agreement.codings import CodingMatrix


Floats = NDArray[np.float64]
Coefficient = Callable[[CodingMatrix, Floats | None], Floats]
DRAWS, FEWEST_DRAWS = 1_000, 200
# Weights held at once: 160 MB.
_LARGEST = 20_000_000


@dataclass(frozen=True)
class BootstrapEstimate:
    """A coefficient with the ends of its 95 % interval; None where the excerpts do not tell."""

    value: float | None
    low: float | None = None
    high: float | None = None


def resample(n_excerpts: int, *, seed: int, draws: int = DRAWS) -> Floats:
    """Return for each draw how often each excerpt was drawn: (draws, n_excerpts); fewer draws where excerpts are very many."""
    draws = min(draws, max(FEWEST_DRAWS, _LARGEST // max(n_excerpts, 1)))
    # Whole excerpts, with all that anybody said of each: answers to the same words hang together.
    chances = np.full(n_excerpts, 1 / n_excerpts)
    return np.random.default_rng(seed).multinomial(n_excerpts, chances, size=draws).astype(float)


def estimate(coefficient: Coefficient, codings: CodingMatrix, weights: Floats) -> BootstrapEstimate:
    """Return a coefficient with its percentile interval over the draws.

    There is no interval where every draw gives the same or most give nothing: no spread in few excerpts is no certainty.
    """
    value = float(coefficient(codings, None))
    if np.isnan(value):
        return BootstrapEstimate(None)
    drawn = coefficient(codings, weights)
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < len(drawn) / 2 or np.ptp(defined) < 1e-12:
        return BootstrapEstimate(value)
    low, high = np.quantile(defined, [0.025, 0.975])
    return BootstrapEstimate(value, float(low), float(high))
