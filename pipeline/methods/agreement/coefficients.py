"""Coefficients of agreement; each takes codings and, for resampling, how often each excerpt counts.

With weights of shape (n_draws, n_excerpts) a coefficient for each draw is returned. Where everybody gave one and the same
category nothing is known about chance, and the coefficient is NaN.

Sources: Krippendorff (2011), Computing Krippendorff's alpha-reliability; Gwet (2014), Handbook of inter-rater reliability,
4th ed., for missing values and AC1; Conger (1980) for kappa with a rate of its own for each of many coders.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.agreement.codings import CodingMatrix
from pipeline.methods.agreement.differences import Metric, differences


Floats = NDArray[np.float64]


def percentage(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return the share of the pairs of coders who agree, each excerpt counting the same."""
    paired, weights = _paired(codings, weights)
    different = 1 - np.eye(codings.votes.shape[2])
    return 1 - _over(weights @ paired.apart(different), weights.sum(axis=-1))


def specific(codings: CodingMatrix, category: int, weights: Floats | None = None) -> Floats:
    """Return how often the other coder gives a category when one does: a share that does not profit from its being rare."""
    paired, weights = _paired(codings, weights)
    votes, n = paired.totals[:, category], paired.n_votes
    # Pairs of two different coders: those of a coder with themselves are taken off.
    both = (votes**2 - (paired.votes[:, :, category] ** 2).sum(axis=1)) / (n * (n - 1))
    return _over(weights @ both, weights @ (votes / n))


def krippendorff_alpha(
    codings: CodingMatrix, weights: Floats | None = None, *, metric: Metric = "nominal", difference: Floats | None = None
) -> Floats:
    """Return Krippendorff's alpha: any number of coders, missing values, any level of measurement or a difference of one's own.

    The ranks of the ordinal metric are those of all excerpts in every draw.
    """
    paired, weights = _paired(codings, weights)
    table = differences(metric, codings.categories, paired.totals.sum(axis=0)) if difference is None else difference
    totals = weights @ paired.totals
    n = totals.sum(axis=-1)
    observed = _over(weights @ (paired.n_votes * paired.apart(table)), n)
    expected = _over(((totals @ table) * totals).sum(axis=-1), n * (n - 1))
    return 1 - _over(observed, expected)


def fleiss_kappa(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return Fleiss' kappa: chance is that of one rate for all coders."""
    shares = _shares(codings, weights)
    return _beyond(percentage(codings, weights), (shares**2).sum(axis=-1))


def gwet_ac1(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return Gwet's AC1, which stays steady where nearly everybody gives the same category."""
    shares, n_categories = _shares(codings, weights), codings.votes.shape[2]
    # With one category AC1 would divide by none.
    if n_categories < 2:
        return np.full(shares.shape[:-1], np.nan)
    return _beyond(percentage(codings, weights), (shares * (1 - shares)).sum(axis=-1) / (n_categories - 1))


def brennan_prediger(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return Brennan and Prediger's coefficient: by chance every category is as likely."""
    return _beyond(percentage(codings, weights), np.array(1 / max(codings.votes.shape[2], 1)))


def conger_kappa(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return Conger's kappa: chance is that of two different coders, each with a rate of their own."""
    n, coders, categories = codings.votes.shape
    counts = (_weights(codings, weights) @ codings.votes.reshape(n, -1)).reshape(-1, coders, categories)
    rates = _over(counts, counts.sum(axis=-1, keepdims=True), otherwise=0.0)
    # How many coders gave anything at all in a draw: pairs with one who gave nothing tell nothing about chance.
    coding = (counts.sum(axis=-1) > 0).sum(axis=-1)
    expected = _over((rates.sum(axis=1) ** 2).sum(axis=-1) - (rates**2).sum(axis=(1, 2)), coding * (coding - 1.0))
    agreed = percentage(codings, weights)
    return _beyond(agreed, expected.reshape(np.shape(agreed)))


def cohen_kappa(codings: CodingMatrix, weights: Floats | None = None) -> Floats:
    """Return Cohen's kappa of two coders over the excerpts that both coded."""
    if codings.votes.shape[1] != 2:
        raise ValueError("Cohen's kappa is for two coders")
    return conger_kappa(*_paired(codings, weights))


def _weights(codings: CodingMatrix, weights: Floats | None) -> Floats:
    return np.ones(len(codings.votes)) if weights is None else weights


def _paired(codings: CodingMatrix, weights: Floats | None) -> tuple[CodingMatrix, Floats]:
    """Return the excerpts that at least two coded, and their weights."""
    weights, both = _weights(codings, weights), codings.n_votes >= 2
    return (codings, weights) if both.all() else (codings.paired, weights[..., both])


def _shares(codings: CodingMatrix, weights: Floats | None) -> Floats:
    """Return the mean share of each category over all excerpts that anybody coded."""
    coded = _weights(codings, weights) * (codings.n_votes > 0)
    return _over(coded @ codings.as_one_vote, coded.sum(axis=-1)[..., None])


def _beyond(observed: Floats, expected: Floats) -> Floats:
    return _over(observed - expected, 1 - expected)


def _over(above: Floats, below: Floats, otherwise: float = np.nan) -> Floats:
    """Divide where there is something to divide by; rounding leaves a little where there is nothing."""
    above, below = np.broadcast_arrays(above, below)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, otherwise), where=np.abs(below) > 1e-12))
