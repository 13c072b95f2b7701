"""The two parts BERTopic is given in place of its own: a map that many maps agree on, and groups that leave nobody out."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.consensus import COARSE, FINE, MOST_NEIGHBOURS, Consensus, Labels, Resample, join, resample
from pipeline.methods.themes.distinct_texts import Units, blocks, unit
from pipeline.methods.themes.neighbours import find_neighbours
from pipeline.methods.themes.separation import in_many_groups
from pipeline.methods.themes.stability import Choice, Grouping, choose, found_again, group, usual_number
from pipeline.methods.themes.tokens import word_weights


# Between the middles of different themes of NHS answers the cosine was 0.84 at most.
NEAR_DUPLICATE = 0.95


class AgreedMap:
    """Stands where BERTopic expects UMAP: joins many small maps, UMAP's among them, into one they agree on."""

    def __init__(self, texts: Sequence[str], *, seed: int) -> None:
        self.texts = texts
        self.seed = seed
        self.resamples: list[Resample] = []
        self.many = False

    def fit_transform(self, vectors: NDArray[np.float64], y: object = None) -> NDArray[np.float64]:
        """Return where the texts lie, float (n_texts, n_axes), in finer maps where they lie in many groups."""
        neighbours = find_neighbours(vectors, word_weights(self.texts), most=MOST_NEIGHBOURS)
        self.many = in_many_groups(vectors, usual_number(len(vectors)), seed=self.seed)
        detail = FINE if self.many else COARSE
        self.resamples = resample(neighbours, seed=self.seed, detail=detail)
        return join(self.resamples, len(self.texts), detail=detail).axes


class SteadyGroups:
    """Stands where BERTopic expects HDBSCAN: so many groups as come back steadily; a text far from its group is on its own."""

    def __init__(self, agreed: AgreedMap, vectors: NDArray[np.float64], *, n_themes: int | None) -> None:
        self.agreed = agreed
        self.vectors = vectors
        self.n_themes = n_themes

    def fit(self, axes: NDArray[np.float64], y: object = None) -> Self:
        """Group the texts by where they lie, float (n_texts, n_axes); sets `labels_` (-1: none), `grouping_` and `reason_`."""
        resamples, seed = self.agreed.resamples, self.agreed.seed
        vectors = self.vectors if self.agreed.many and not self.n_themes else None
        choice = choose(Consensus(axes), resamples, n_themes=self.n_themes, seed=seed, vectors=vectors)
        merged = choice.grouping.labels if self.n_themes else merge_near_duplicates(choice.grouping.labels, self.vectors)
        if merged.max() < choice.grouping.labels.max():
            choice = _after_merging(choice, group(resamples, merged, seed=seed))
        self.grouping_: Grouping | None = choice.grouping
        self.labels_: Labels = np.where(far(choice.grouping.labels, self.vectors), -1, choice.grouping.labels)
        self.codes_: tuple[int | None, ...] = (None,) * choice.grouping.n_themes
        self.reason_: str = f"{choice.reason} {found_again(choice.grouping.agreement)}"
        return self


def merge_near_duplicates(labels: Labels, vectors: NDArray[np.float64]) -> Labels:
    """Join the two groups whose middles are nearest, again and again while they are all but the same; int (n_texts,)."""
    labels = np.unique(labels, return_inverse=True)[1]
    while labels.max() > 0:
        near = np.triu(_nearness(labels, vectors), k=1)
        first, second = np.unravel_index(near.argmax(), near.shape)
        if near[first, second] < NEAR_DUPLICATE:
            break
        labels = np.unique(np.where(labels == second, first, labels), return_inverse=True)[1]
    return np.asarray(labels, dtype=np.intp)


def far(labels: Labels, vectors: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which texts are no nearer to their group than half of all texts are to groups that are not theirs, bool (n,).

    A text draws the middle of its group towards itself, so it is compared with the middle of the others. A text of no group
    (-1) is not far, and a group of which all are far keeps them.
    """
    inside = labels >= 0
    if labels.max(initial=-1) < 1:
        return np.zeros(len(labels), dtype=bool)
    own = labels[inside]
    rows = vectors[inside]
    sums = np.zeros((own.max() + 1, vectors.shape[1]))
    np.add.at(sums, own, rows)
    likeness = (rows @ unit(sums).T).round(6)
    others = np.einsum("ij,ij->i", rows, unit(sums[own] - rows)).round(6)
    likeness[np.arange(len(rows)), own] = np.nan
    is_far = others < np.nanmedian(likeness)
    kept = np.bincount(own, weights=~is_far, minlength=len(sums)) > 0
    alone = np.zeros(len(labels), dtype=bool)
    alone[inside] = is_far & kept[own]
    return alone


def centroids(labels: Labels, vectors: Units) -> NDArray[np.float64]:
    """Return the middle of each group: unit rows, float (n_groups, d); texts of no group (-1) play no part."""
    sums = np.zeros((labels.max(initial=-1) + 2, vectors.shape[1]))
    for block in blocks(len(labels)):
        # Texts of no group are gathered in the last row, which is left out.
        np.add.at(sums, labels[block], vectors[block])
    sums = sums[:-1]
    return unit(sums)


def _nearness(labels: Labels, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    centres = centroids(labels, vectors)
    return np.asarray(centres @ centres.T)


def _after_merging(choice: Choice, grouping: Grouping) -> Choice:
    left, merged = grouping.n_themes, choice.grouping.n_themes - grouping.n_themes
    themes = "1 theme" if left == 1 else f"{left} themes"
    return Choice(
        grouping, f"{themes}. At first {choice.reason} Of these, {merged} all but repeated another and were joined with it."
    )


class Unmapped:
    """Stands where BERTopic expects UMAP when the answers are too few to be told apart."""

    def fit_transform(self, vectors: NDArray[np.float64], y: object = None) -> NDArray[np.float64]:
        """Leave the texts where they are, float (n_texts, d)."""
        return vectors


class OneGroup:
    """Stands where BERTopic expects HDBSCAN when the answers are too few to be told apart."""

    grouping_: Grouping | None = None
    codes_: tuple[int | None, ...] = (None,)

    def __init__(self, reason: str) -> None:
        self.reason_ = reason

    def fit(self, axes: NDArray[np.float64], y: object = None) -> Self:
        """Put all texts into one group; sets `labels_`."""
        self.labels_: Labels = np.zeros(len(axes), dtype=np.intp)
        return self
