"""Prediction-powered shares: the model's share of all excerpts, corrected by what people said of those drawn at random."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.errors import DataError


Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_AUDITED = 10
"""Of fewer audited excerpts nothing is estimated."""
FEWEST_PEOPLE = 5
"""So many audited people with a code, and without it, a normal interval needs; of fewer, it would be too sure of itself."""
_Z = 1.959963984540054


@dataclass(frozen=True)
class ShareEstimates:
    """The share of excerpts with each code in each group, with the ends of its 95 % interval; float (n_groups, n_codes).

    All are NaN where fewer than ten excerpts of a group were audited. `corrected` says where the model had its say, and
    where it had not the share is the audit's alone; `tuning` (n_codes,) is how far it was listened to, 0 to 1; `n_audited`
    (n_groups,) counts excerpts.
    """

    share: Floats
    low: Floats
    high: Floats
    corrected: Bools
    tuning: Floats
    n_audited: NDArray[np.int64]


def estimate_shares(
    labels: ArrayLike,
    audited: ArrayLike,
    chances: Floats,
    *,
    people: ArrayLike,
    groups: Bools | None = None,
    weights: Floats | None = None,
    beyond: bool = False,
) -> ShareEstimates:
    """Estimate the share of excerpts with each code by prediction-powered inference (Angelopoulos and others 2023).

    How far the model is listened to is tuned by code (PPI++, Angelopoulos, Duchi and Zrnic 2023), and shrunk towards what
    holds for all codes together, so that a rare code does not tune itself by chance. The interval is normal, with Student's
    t for the number of people, where five audited people have the code and five have not; elsewhere it is Wilson's, of the
    audit alone.

    Parameters
    ----------
    labels : bool (n_audited, n_codes)
        The codes that people gave to each audited excerpt.
    audited : int (n_audited,)
        Which rows of `chances` were audited: drawn with the same probability and without replacement, each once.
    chances : float (n_excerpts, n_codes)
        How likely the model thinks each code is. It must not have learnt from the audited excerpts; nothing else is asked of
        it, for a bad model only makes intervals wider.
    people : int or str (n_excerpts,)
        Who said each excerpt; what one person says goes together.
    groups : bool (n_groups, n_excerpts), optional
        The excerpts of each group; one group of all without it.
    weights : float (n_excerpts,), optional
        How much each excerpt counts in a share.
    beyond : bool
        Whether shares are those of everybody who might have answered, so that chance in who did widens the interval too; without
        it they are those of these excerpts, had all been read.

    Raises
    ------
    DataError
        The arrays do not fit together, or an excerpt was audited twice.
    """
    codes, rows = np.asarray(labels, dtype=float), np.asarray(audited, dtype=np.intp)
    _, persons = np.unique(np.asarray(people), return_inverse=True)
    members = np.ones((1, len(chances)), dtype=bool) if groups is None else groups
    counts = np.ones(len(chances)) if weights is None else weights
    if codes.shape != (len(rows), chances.shape[1]) or not len(persons) == len(counts) == members.shape[1] == len(chances):
        raise DataError("Labels, chances, people, groups and weights are not of the same excerpts and codes.")
    if len(np.unique(rows)) < len(rows):
        raise DataError("An excerpt counts in the audit more than once.")
    tuning = _tuned(codes, chances[rows])
    parts = [_GroupAudit.of(group, codes, rows, chances, persons, counts) for group in members]
    figures = [_estimated(part, tuning, beyond=beyond) for part in parts]
    share, low, high, corrected = (
        np.array(column).reshape(len(parts), chances.shape[1]) for column in zip(*figures, strict=True)
    )
    return ShareEstimates(share, low, high, corrected.astype(bool), tuning, np.array([len(part.labels) for part in parts]))


@dataclass(frozen=True)
class _GroupAudit:
    """The excerpts of a group: what people said of the audited, and of both the audited and all: chances, people, weights."""

    labels: Floats
    chances: Floats
    people: NDArray[np.intp]
    weights: Floats
    all_chances: Floats
    all_people: NDArray[np.intp]
    all_weights: Floats

    @classmethod
    def of(
        cls, group: Bools, labels: Floats, rows: NDArray[np.intp], chances: Floats, people: NDArray[np.intp], weights: Floats
    ) -> "_GroupAudit":
        inside = group[rows]
        drawn = rows[inside]
        return cls(labels[inside], chances[drawn], people[drawn], weights[drawn], chances[group], people[group], weights[group])


def _tuned(labels: Floats, chances: Floats) -> Floats:
    """Return for each code the weight of the model that makes the interval narrowest, between 0 and 1."""
    if len(labels) < FEWEST_AUDITED:
        return np.zeros(chances.shape[1])
    about = chances - chances.mean(axis=0)
    together, spread = ((labels - labels.mean(axis=0)) * about).sum(axis=0), (about**2).sum(axis=0)
    if not spread.any():
        return np.zeros(chances.shape[1])
    # What a code of middling spread would tell counts as much as the code itself.
    usual, prior = together.sum() / spread.sum(), spread.mean()
    return np.asarray(np.clip((together + usual * prior) / (spread + prior), 0, 1))


def _estimated(part: _GroupAudit, tuning: Floats, *, beyond: bool) -> tuple[Floats, Floats, Floats, Floats]:
    from scipy.stats import t

    n_codes = len(tuning)
    if len(part.labels) < FEWEST_AUDITED or not part.weights.sum() > 0:
        nothing = np.full(n_codes, np.nan)
        return nothing, nothing, nothing, np.zeros(n_codes)
    drawn = 1 - len(part.labels) / len(part.all_chances)
    n_people = len(np.unique(part.people))
    plain = np.average(part.labels, axis=0, weights=part.weights)
    alone = _variance_of_mean(part.labels, part.people, part.weights)
    by_people = _variance_of_people(part, plain) if beyond else np.zeros(n_codes)
    low, high = _wilson(plain, _worth(plain, alone * drawn + by_people, part, drawn=drawn, beyond=beyond))
    surplus = part.labels - tuning * part.chances
    share = tuning * np.average(part.all_chances, axis=0, weights=part.all_weights)
    share = share + np.average(surplus, axis=0, weights=part.weights)
    variance = _variance_of_mean(surplus, part.people, part.weights) * drawn + by_people
    half = t.ppf(0.975, max(1, n_people - 1)) * np.sqrt(variance)
    corrected = _is_common(part)
    share = np.clip(np.where(corrected, share, plain), 0, 1)
    low, high = (np.where(corrected, ends, others) for ends, others in ((share - half, low), (share + half, high)))
    return share, np.clip(low, 0, 1), np.clip(high, 0, 1), corrected.astype(float)


def _is_common(part: _GroupAudit) -> Bools:
    """Say which codes enough audited people have, and enough have not."""
    _, numbers = np.unique(part.people, return_inverse=True)
    spoke = np.zeros((numbers.max() + 1, part.labels.shape[1]), dtype=bool)
    np.logical_or.at(spoke, numbers, part.labels > 0)
    n = spoke.sum(axis=0)
    return np.asarray((n >= FEWEST_PEOPLE) & (len(spoke) - n >= FEWEST_PEOPLE))


def _variance_of_mean(values: Floats, people: NDArray[np.intp], weights: Floats) -> Floats:
    """Return the variance of a weighted mean of rows drawn at random, where the rows of one person go together."""
    about = (values - np.average(values, axis=0, weights=weights)) * (weights / weights.sum())[:, None]
    _, numbers = np.unique(people, return_inverse=True)
    sums = np.zeros((numbers.max() + 1, values.shape[1]))
    np.add.at(sums, numbers, about)
    return np.asarray((sums**2).sum(axis=0) * len(sums) / max(1, len(sums) - 1))


def _variance_of_people(part: _GroupAudit, share: Floats) -> Floats:
    """Return by how much the share of all excerpts varies with who answered."""
    n = _kish(part.all_weights)
    apart = _variance_of_mean(part.all_chances, np.arange(len(part.all_chances)), part.all_weights)
    # How far what one person says goes together is seen in the model's chances, which are there for every excerpt.
    together = _variance_of_mean(part.all_chances, part.all_people, part.all_weights)
    clustering = np.maximum(1, together / np.where(apart > 0, apart, np.inf))
    return np.asarray(share * (1 - share) / n * clustering)


def _worth(share: Floats, variance: Floats, part: _GroupAudit, *, drawn: float, beyond: bool) -> Floats:
    """Return how many excerpts, drawn from an endless supply, would tell as much as the audited ones."""
    n = _kish(part.weights)
    most = n if beyond else n / max(drawn, 1e-9)
    # Where nobody or everybody has the code there is no variance to go by.
    worth = share * (1 - share) / np.where(variance > 0, variance, np.inf)
    return np.asarray(np.where(worth > 0, np.minimum(worth, most), most))


def _kish(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def _wilson(share: Floats, n: Floats) -> tuple[Floats, Floats]:
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return middle - half, middle + half
