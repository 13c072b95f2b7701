"""Turn scores into probabilities, and find from which probability on suggestions are as often right as people want."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


Matrix = NDArray[np.float64]

# Where evidence is thin, the curve stays near this one, which fits coded NHS answers whether 0, 500 or 2,400 of them
# taught the coder; the deviations say how far evidence is expected to move slope, level and each code's own level.
_DEVIATIONS = (0.5, 0.7, 0.5)
# Clues differ in size, so how far evidence may move one is said as a share of what is expected of it.
_CLUE_SHARE = 0.3
# Beyond about 0.5 a higher score says little more; 0 is "like nothing we know".
_SHIFT = 0.05
_ALMOST = 1e-4
# A code's own precision counts like this many suggestions of all codes together.
_BORROWED = 10.0
# What is less likely is never suggested, however low the precision people ask for. With codebooks that nothing had learnt, a
# lowest of 0.5, 0.4, 0.35 and 0.3 gave a precision of .82, .77, .75 and .73 and a micro-F1 of .66, .68, .68 and .68.
_LEVELS = np.linspace(0.4, 0.99, 60)
# For codes that must not be missed: what share is to be found, and how unlikely a suggestion may be at most.
_RECALL, _LEAST, _FEW_GIVEN = 0.9, 0.05, 5


@dataclass(frozen=True)
class CurveShape:
    """What is expected of a curve before there is evidence: over log odds or the log of scores, its slope and level."""

    odds: bool
    slope: float
    level: float
    clues: tuple[float, ...] = ()
    """How much each further clue, as `matching` gives them, is expected to add to the log odds."""

    def axis(self, scores: Matrix) -> Matrix:
        """Return what the curve is drawn over."""
        if not self.odds:
            return np.asarray(np.log(np.maximum(scores, 0) + _SHIFT))
        inside = np.clip(scores, _ALMOST, 1 - _ALMOST)
        return np.asarray(np.log(inside / (1 - inside)))


LIKENESS = CurveShape(odds=False, slope=3.2, level=2.9)
# With the clues that `matching` gives: over the written answers of 14 codebooks, of which none had been learnt. Where any four
# codebooks are left out, no slope moves by more than a tenth.
MATCHED = CurveShape(odds=False, slope=2.48, level=1.94, clues=(4.31, 1.19, 2.84, 0.33))
# The mean of two probabilities is nearer to the middle than either has reason to be.
AVERAGE = CurveShape(odds=True, slope=1.1, level=0.0)


@dataclass(frozen=True)
class Calibration:
    """A logistic curve over the log or log odds of the score, with one slope and a level for each code."""

    shape: CurveShape
    slopes: Matrix
    levels: Matrix

    def probabilities(self, scores: Matrix, clues: Sequence[Matrix] = ()) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes)."""
        odds = self.slopes[0] * self.shape.axis(scores) + self.levels
        for slope, clue in zip(self.slopes[1:], clues, strict=True):
            odds += slope * clue
        return _logistic(odds)

    def tempered(self, chances: Matrix, wanted: Matrix) -> "Calibration":
        """Return the curve that is as sure of texts as `wanted` is, where this one gives them `chances`, both (n_texts, n_codes).

        One slope and one level for all codes (Platt 1999), so that the order of a text's codes stays.
        """
        from scipy.optimize import minimize

        if not len(chances):
            return self

        inside = np.clip(chances, _ALMOST, 1 - _ALMOST)
        odds = np.log(inside / (1 - inside))

        def surprise(curve: Matrix) -> tuple[float, Matrix]:
            tempered = curve[0] * odds + curve[1]
            surplus = _logistic(tempered) - wanted
            value = (np.logaddexp(0, tempered) - wanted * tempered).sum()
            return float(value), np.array([(surplus * odds).sum(), surplus.sum()])

        slope, level = minimize(surprise, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
        return self.moved(float(slope), float(level))

    def moved(self, slope: float, level: float) -> "Calibration":
        """Return the curve whose log odds are this one's times `slope` plus `level`, for all codes alike."""
        return Calibration(self.shape, self.slopes * slope, self.levels * slope + level)


def calibrate(
    scores: Matrix, truth: Matrix, *, weights: Matrix, expected: CurveShape = LIKENESS, clues: Sequence[Matrix] = ()
) -> Calibration:
    """Fit the curve to held-out scores and what people said, both (n_texts, n_codes).

    Rows count by `weights`, (n_texts,) or, where not all codes of a text are known, (n_texts, n_codes).
    """
    from scipy.optimize import minimize

    axes, n_codes = [expected.axis(scores), *clues], scores.shape[1]
    trust = _per_code(weights, n_codes)
    slopes = len(axes)
    usual = np.array([expected.slope, *expected.clues[: len(clues)], expected.level, *np.zeros(n_codes)])
    deviations = [_DEVIATIONS[0], *(_CLUE_SHARE * slope for slope in expected.clues[: len(clues)]), _DEVIATIONS[1]]
    certainty = 1 / np.square([*deviations, *np.full(n_codes, _DEVIATIONS[2])])

    def surprise(curve: Matrix) -> tuple[float, Matrix]:
        odds = sum(slope * axis for slope, axis in zip(curve[:slopes], axes, strict=True)) + curve[slopes] + curve[slopes + 1 :]
        distance = certainty * (curve - usual)
        surplus = trust * (_logistic(odds) - truth)
        value = (trust * (np.logaddexp(0, odds) - truth * odds)).sum() + 0.5 * distance @ (curve - usual)
        steps = [*(np.sum(surplus * axis) for axis in axes), surplus.sum(), *surplus.sum(axis=0)]
        return float(value), distance + np.array(steps)

    fitted = minimize(surprise, usual, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return Calibration(expected, fitted[:slopes], fitted[slopes] + fitted[slopes + 1 :])


def thresholds(
    probabilities: Matrix,
    truth: Matrix,
    *,
    weights: Matrix,
    min_precision: float,
    recall_first: Sequence[int] = (),
) -> Matrix:
    """Return for each code the lowest probability from which on suggestions would have been right often enough.

    A code that was rarely likely borrows from what held for all codes at the same probability. Codes whose numbers are in
    `recall_first` are suggested from where nine in ten of what people found would have been, though more is then wrong.
    """
    passing = [_precision_from(level, probabilities, truth, weights=weights) >= min_precision for level in _LEVELS]
    lowest = np.where(np.any(passing, axis=0), _LEVELS[np.argmax(passing, axis=0)], _LEVELS[-1])
    for code in recall_first:
        lowest[code] = min(lowest[code], _finding_most(code, probabilities, truth))
    return np.asarray(lowest)


def _finding_most(code: int, probabilities: Matrix, truth: Matrix) -> float:
    chances = probabilities[truth[:, code] > 0.5, code]
    # A code that people have hardly given yet is judged like the others.
    pool = chances if len(chances) >= _FEW_GIVEN else probabilities[truth > 0.5]
    return float(max(np.quantile(pool, 1 - _RECALL, method="lower"), _LEAST)) if len(pool) else float(_LEVELS[0])


def _precision_from(level: float, probabilities: Matrix, truth: Matrix, *, weights: Matrix) -> Matrix:
    suggested = _per_code(weights, truth.shape[1]) * (probabilities >= level)
    right, n = (suggested * truth).sum(axis=0), suggested.sum(axis=0)
    # Where nothing was ever that likely, the curve is all there is to go by.
    usual = (right.sum() + level) / (n.sum() + 1)
    return np.asarray((right + _BORROWED * usual) / (n + _BORROWED))


def _per_code(weights: Matrix, n_codes: int) -> Matrix:
    return weights if weights.ndim > 1 else np.repeat(weights[:, None], n_codes, axis=1)


def _logistic(x: Matrix) -> Matrix:
    from scipy.special import expit

    return np.asarray(expit(x))
