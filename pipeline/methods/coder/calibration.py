"""Turn scores into probabilities, and find from which probability on suggestions are as often right as people want."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


Matrix = NDArray[np.float64]

# Where evidence is thin, the curve stays near this one, which fits coded NHS answers whether 0, 500 or 2,400 of them
# taught the coder; the deviations say how far evidence is expected to move slope, level and each code's own level.
_SLOPE, _LEVEL = 3.2, 2.9
_DEVIATIONS = (0.5, 0.7, 0.5)
# Beyond about 0.5 a higher score says little more; 0 is "like nothing we know".
_SHIFT = 0.05
# A code's own precision counts like this many suggestions of all codes together.
_BORROWED = 10.0
# What is more likely wrong than right is never suggested, however low the precision people ask for.
_LEVELS = np.linspace(0.5, 0.99, 50)


@dataclass(frozen=True)
class Calibration:
    """A logistic curve over the log of the score, with one slope and a level for each code."""

    slope: float
    levels: Matrix

    def probabilities(self, scores: Matrix) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes)."""
        return _logistic(self.slope * _compressed(scores) + self.levels)


def calibrate(scores: Matrix, truth: Matrix, *, weights: Matrix) -> Calibration:
    """Fit the curve to held-out scores and what people said, both (n_texts, n_codes); rows count by `weights`."""
    from scipy.optimize import minimize

    x, n_codes = _compressed(scores), scores.shape[1]
    expected = np.array([_SLOPE, _LEVEL, *np.zeros(n_codes)])
    certainty = 1 / np.square([*_DEVIATIONS[:2], *np.full(n_codes, _DEVIATIONS[2])])

    def surprise(curve: Matrix) -> tuple[float, Matrix]:
        odds = curve[0] * x + curve[1] + curve[2:]
        distance = certainty * (curve - expected)
        surplus = weights[:, None] * (_logistic(odds) - truth)
        value = weights @ (np.logaddexp(0, odds) - truth * odds).sum(axis=1) + 0.5 * distance @ (curve - expected)
        return float(value), distance + np.array([np.sum(surplus * x), surplus.sum(), *surplus.sum(axis=0)])

    found = minimize(surprise, expected, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return Calibration(float(found[0]), found[1] + found[2:])


def thresholds(probabilities: Matrix, truth: Matrix, *, weights: Matrix, min_precision: float) -> Matrix:
    """Return for each code the lowest probability from which on suggestions would have been right often enough.

    A code that was rarely likely borrows from what held for all codes at the same probability.
    """
    passing = [_precision_from(level, probabilities, truth, weights=weights) >= min_precision for level in _LEVELS]
    return np.asarray(np.where(np.any(passing, axis=0), _LEVELS[np.argmax(passing, axis=0)], _LEVELS[-1]))


def _precision_from(level: float, probabilities: Matrix, truth: Matrix, *, weights: Matrix) -> Matrix:
    suggested = weights[:, None] * (probabilities >= level)
    right, n = (suggested * truth).sum(axis=0), suggested.sum(axis=0)
    # Where nothing was ever that likely, the curve is all there is to go by.
    usual = (right.sum() + level) / (n.sum() + 1)
    return np.asarray((right + _BORROWED * usual) / (n + _BORROWED))


def _compressed(scores: Matrix) -> Matrix:
    return np.asarray(np.log(np.maximum(scores, 0) + _SHIFT))


def _logistic(x: Matrix) -> Matrix:
    from scipy.special import expit

    return np.asarray(expit(x))
