"""Figures for held-out scores: ranking, F1, calibration, use of suggestions, rare codes, and a row for each code.

`truth` is bool and `chances` float, both (n_texts, n_codes); higher chances mean likelier codes.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, label_ranking_average_precision_score


Truth = NDArray[np.bool_]
Chances = NDArray[np.float64]
F1 = Callable[[Truth, Truth], float]

BINS, CURVE_BINS = 15, 10
RARE, COMMON = 50, 200
PRECISIONS = (0.6, 0.7, 0.8)


def micro_f1(truth: Truth, given: Truth) -> float:
    """Return F1 over all pairs of text and code."""
    return float(2 * (truth & given).sum() / max(1, truth.sum() + given.sum()))


def macro_f1(truth: Truth, given: Truth) -> float:
    """Return the mean of the codes' F1; a code neither given nor there counts 0, as in scikit-learn."""
    sums = truth.sum(axis=0) + given.sum(axis=0)
    return float(np.mean(2 * (truth & given).sum(axis=0) / np.maximum(1, sums)))


AVERAGES: dict[str, F1] = {"micro_f1": micro_f1, "macro_f1": macro_f1}


def ranking(truth: Truth, chances: Chances) -> dict[str, float]:
    """Return LRAP, and F1 at the fixed threshold that is best on these very texts, which flatters everybody alike."""
    best = {f"{name}_best": score(truth, chances >= best_level(truth, chances, score)) for name, score in AVERAGES.items()}
    return rounded({"lrap": label_ranking_average_precision_score(truth, chances), **best})


def best_level(truth: Truth, chances: Chances, score: F1) -> float:
    """Return the threshold with the highest F1."""
    levels = _levels(chances)
    return float(levels[np.argmax([score(truth, chances >= level) for level in levels])])


def expected_level(chances: Chances, average: str) -> float:
    """Return the threshold with the highest F1 to be expected if the chances are probabilities; it needs no codes."""
    axis = None if average == "micro_f1" else 0
    levels = _levels(chances)
    expected = []
    for level in levels:
        given = chances >= level
        hits = (chances * given).sum(axis=axis)
        expected.append(np.mean(2 * hits / np.maximum(1e-9, given.sum(axis=axis) + chances.sum(axis=axis))))
    return float(levels[np.argmax(expected)])


def chosen_f1(
    truth: Truth, chances: Chances, folds: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]], *, probabilities: bool
) -> dict[str, float]:
    """Return F1 at thresholds that are chosen without the codes of the fold they are used in.

    `folds` holds each fold's decided and tested rows. The threshold of a fold is the best one on its decided rows, whose
    chances come from the other folds' models. With no decisions it is the one with the highest expected F1; scores that
    are no probabilities then have none, and nothing is returned. Nor is it where a decided row was tested nowhere.
    """
    tested = np.zeros(len(truth), dtype=bool)
    tested[np.concatenate([test for _, test in folds])] = True
    if not all(tested[decided].all() if len(decided) else probabilities for decided, _ in folds):
        return {}
    found = {}
    for name, score in AVERAGES.items():
        given = np.zeros_like(truth)
        for decided, test in folds:
            known = len(decided) > 0
            level = best_level(truth[decided], chances[decided], score) if known else expected_level(chances[test], name)
            given[test] = chances[test] >= level
        found[name] = score(truth, given)
    return rounded(found)


def calibration(truth: Truth, chances: Chances) -> dict[str, Any]:
    """Return expected calibration errors and the curve behind them.

    `ece` counts every pair of text and code, most of which are easily and rightly unlikely; `ece_first` only the likeliest
    code of each text, which is what people see. Bins are of equal width.
    """
    rows = np.arange(len(truth))
    first = chances.argmax(axis=1)
    return {
        "ece": round(_distance(truth.ravel(), chances.ravel()), 4),
        "ece_first": round(_distance(truth[rows, first], chances[rows, first]), 4),
        "calibration": curve(truth, chances),
    }


def curve(truth: Truth, chances: Chances) -> list[dict[str, float]]:
    """Return for each bin of predicted chances their mean, the share that was so, and the number of pairs."""
    bins = np.minimum((chances * CURVE_BINS).astype(int), CURVE_BINS - 1)
    parts = [(bins == number) for number in np.unique(bins)]
    return [
        {**rounded({"predicted": chances[part].mean(), "observed": truth[part].mean()}), "n": int(part.sum())} for part in parts
    ]


def usefulness(truth: Truth, suggested: Truth) -> dict[str, float]:
    """Return how often suggestions are right, how many texts get one and how many of the codes are found."""
    right = (suggested & truth).sum()
    return rounded(
        {
            "precision": right / max(1, suggested.sum()),
            "coverage": suggested.any(axis=1).mean(),
            "recall": right / max(1, truth.sum()),
        }
    )


def rare_and_common(truth: Truth, chances: Chances, *, n: NDArray[np.intp]) -> list[dict[str, Any]]:
    """Return the recall of rare and of common codes at equal precision, one row for each group and level of precision.

    `n` is how many texts of the whole data bear each code: rare ones under 50, common ones 200 or more. In each group the
    pairs of text and code are pooled and the lowest threshold is taken from which on at least that share of the pairs is
    right, on these very texts: a description of the ranking, no setting that anybody could have chosen beforehand. `recall`
    is that of the pooled pairs, `mean_recall` the mean of the codes' recalls, both at that threshold; 0 where the precision
    is never reached.
    """
    groups = {f"under {RARE} texts": n < RARE, f"{COMMON} texts and more": n >= COMMON}
    return [
        {
            "codes": name,
            "n_codes": int(chosen.sum()),
            "precision": level,
            **_recall_at(truth[:, chosen], chances[:, chosen], level),
        }
        for name, chosen in groups.items()
        for level in PRECISIONS
        if chosen.any()
    ]


def by_code(truth: Truth, chances: Chances, suggested: Truth | None, *, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row for each code: texts, average precision, and precision and recall of what is suggested, if anything is."""
    rows = []
    for column, code in enumerate(codes):
        there = truth[:, column]
        row: dict[str, Any] = {"code": code, "n": int(there.sum())}
        row |= rounded({"average_precision": average_precision_score(there, chances[:, column]) if there.any() else 0.0})
        if suggested is not None:
            given = suggested[:, column]
            right = (given & there).sum()
            row |= {"suggested": int(given.sum()), "precision": round(float(right / given.sum()), 3) if given.any() else None}
            row |= rounded({"recall": right / max(1, there.sum())})
        rows.append(row)
    return sorted(rows, key=lambda row: -row["n"])


def rounded(figures: dict[str, Any]) -> dict[str, float]:
    """Return the figures with three decimals."""
    return {name: round(float(value), 3) for name, value in figures.items()}


def _levels(chances: Chances) -> NDArray[np.float64]:
    return np.unique(np.quantile(chances, np.linspace(0.5, 0.999, 100)))


def _distance(truth: Truth, chances: Chances) -> float:
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    parts = [(bins == number) for number in np.unique(bins)]
    return float(sum(part.mean() * abs(chances[part].mean() - truth[part].mean()) for part in parts))


def _recall_at(truth: Truth, chances: Chances, precision: float) -> dict[str, float]:
    order = np.argsort(-chances, axis=None, kind="stable")
    scores, right = chances.ravel()[order], np.cumsum(truth.ravel()[order])
    # Pairs with the same score are suggested together or not at all.
    last = np.append(scores[1:] != scores[:-1], True)
    reached = np.flatnonzero(last & (right / np.arange(1, len(right) + 1) >= precision))
    if not len(reached):
        return {"recall": 0.0, "mean_recall": 0.0}
    given = chances >= scores[reached[-1]]
    recalls = (truth & given).sum(axis=0) / np.maximum(1, truth.sum(axis=0))
    return rounded({"recall": right[reached[-1]] / max(1, truth.sum()), "mean_recall": recalls.mean()})
