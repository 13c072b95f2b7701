"""Groups where what a codebook knows and what texts mean agree; what no code explains is grouped by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.clustering import AgreedMap, SteadyGroups
from pipeline.methods.themes.coherence import mixtures
from pipeline.methods.themes.consensus import RESAMPLES, SHARE, Labels
from pipeline.methods.themes.neighbours import Neighbours, find_neighbours
from pipeline.methods.themes.stability import Grouping, found_again
from pipeline.methods.themes.titles import phrases_of
from pipeline.methods.themes.tokens import word_weights


Chances = NDArray[np.floating]
"""How likely each code is right for each text, (n_texts, n_codes)."""

# A code explains a text from this probability on. In 13 invented codebooks, of which a fifth of the codes was left out, 92 % of
# the texts that a code is meant for are then explained; from 0.3 on it would be 77 %, and agreement with the codes falls by 0.04.
EXPLAINED = 0.2
# A text is of a code's theme from this probability on. 168 excerpts of invented answers were read beside the title of their
# theme: 79 % fit from 0.5 on, 73 % from 0.4 and 60 % from 0.2; of those from 0.4 to 0.5, 48 % did.
OF_THEME = 0.5
# So much of a text's chances comes from so many of the texts nearest to it.
LEANING, LEANED_ON = 0.3, 10
# A code that explains fewer texts makes no theme of its own.
FEWEST_OF_CODE = 5
# So many texts that no code explains can be grouped.
FEWEST_GROUPED = 24


@dataclass(frozen=True)
class Guidance:
    """What a codebook knows of texts: their chances, and the texts nearest to each, on which the chances lean."""

    chances: Chances
    neighbours: Neighbours

    @cached_property
    def leant(self) -> Chances:
        """The chances, each text's mixed with those of the texts nearest to it."""
        return lean(self.chances, self.neighbours)

    def codes(self, most: int | None = None) -> Labels:
        """Return the code that explains each text, int (n_texts,), -1 for none; of at most so many codes."""
        return codes_that_explain(self.leant, most=most)

    def is_sure(self, codes: Labels) -> NDArray[np.bool_]:
        """Say which texts the code that explains them fits surely enough for its theme, bool (n_texts,)."""
        chances = self.leant[np.arange(len(codes)), np.maximum(codes, 0)]
        return np.asarray((codes >= 0) & (chances >= OF_THEME))

    def again(self, rows: NDArray[np.intp], codes: Sequence[int]) -> Labels:
        """Return of which of these codes each text of a part is, -1 for none, where only texts of the part are leant on."""
        leant = lean(self.chances[rows][:, list(codes)], self.neighbours.among(rows, LEANED_ON))
        return np.where(leant.max(axis=1, initial=0) >= OF_THEME, leant.argmax(axis=1) if len(codes) else 0, -1)


def lean(chances: Chances, neighbours: Neighbours) -> Chances:
    """Return chances, each text's mixed with those of the texts nearest to it, the nearer the more."""
    rows, alike = neighbours.rows[:, :LEANED_ON], neighbours.alike[:, :LEANED_ON] ** 2
    weights = np.where(rows >= 0, alike, 0.0)
    sums = weights.sum(axis=1, keepdims=True)
    others = np.zeros_like(chances)
    for place in range(rows.shape[1]):
        others += weights[:, place, None] * chances[rows[:, place]]
    leant = (1 - LEANING) * chances + LEANING * others / np.where(sums > 0, sums, 1)
    # Rounded, so that the last bit of a sum, which may differ between machines, decides nothing.
    return np.asarray(np.where(sums > 0, leant, chances)).round(6)


def codes_that_explain(chances: Chances, *, most: int | None = None) -> Labels:
    """Return the likeliest code of each text, -1 where none is likely; codes that are sure of too few give way to the next."""
    alive = np.ones(chances.shape[1], dtype=bool)
    while True:
        left = np.where(alive, chances, 0.0)
        codes = np.where(left.max(axis=1, initial=0) >= EXPLAINED, left.argmax(axis=1) if left.size else 0, -1)
        sizes = np.bincount(codes[left.max(axis=1, initial=0) >= OF_THEME], minlength=len(alive))
        few = alive & (sizes < FEWEST_OF_CODE)
        if not few.any() and most is not None and alive.sum() > most:
            few = alive & (np.arange(len(alive)) == np.where(alive, sizes, len(codes) + 1).argmin())
        if not few.any():
            return np.asarray(codes, dtype=np.intp)
        # The smallest gives way first, since its texts may be enough for another that is small.
        alive[np.where(few, sizes, len(codes) + 1).argmin()] = False


class GuidedGroups:
    """Stands where BERTopic expects HDBSCAN: a group for each code that explains texts, and steady groups of all others."""

    def __init__(
        self, texts: Sequence[str], vectors: NDArray[np.float64], chances: Chances, *, n_themes: int | None, seed: int
    ) -> None:
        self.texts = texts
        self.vectors = vectors
        self.n_themes = n_themes
        self.seed = seed
        neighbours = find_neighbours(vectors, word_weights(texts), most=LEANED_ON * 2)
        self.guidance = Guidance(np.asarray(chances, dtype=np.float64), neighbours)
        self.code_of_each = self.guidance.codes(n_themes)
        self.n_mixed = 0

    def explains(self) -> bool:
        """Say whether any code explains enough of the texts to make a theme."""
        return bool((self.code_of_each >= 0).any())

    def fit(self, axes: NDArray[np.float64], y: object = None) -> Self:
        """Group the texts; sets `labels_` (-1: on its own), `codes_` (of each group, None for none), `grouping_`, `reason_`."""
        codes = self.code_of_each
        alive = np.unique(codes[codes >= 0]).tolist()
        left = np.flatnonzero(codes < 0)
        groups = self._group(left, None if self.n_themes is None else self.n_themes - len(alive))
        self.labels_: Labels = self._labels(codes, alive, left, groups)
        self.codes_: tuple[int | None, ...] = (*alive, *([None] * (int(self.labels_.max()) + 1 - len(alive))))
        self.grouping_: Grouping | None = self._grouping(alive, left, groups)
        self.reason_: str = _reason(self, len(alive), len(left), groups)
        return self

    def _group(self, left: NDArray[np.intp], n_themes: int | None) -> SteadyGroups | None:
        if len(left) < FEWEST_GROUPED or (n_themes is not None and n_themes < 1):
            return None
        texts, vectors = [self.texts[row] for row in left], self.vectors[left]
        agreed = AgreedMap(texts, seed=self.seed)
        return SteadyGroups(agreed, vectors, n_themes=n_themes and min(n_themes, len(left))).fit(agreed.fit_transform(vectors))

    def _labels(self, codes: Labels, alive: Sequence[int], left: NDArray[np.intp], groups: SteadyGroups | None) -> Labels:
        labels = np.where(self.guidance.is_sure(codes), np.searchsorted(alive, codes), -1).astype(np.intp)
        if groups is None:
            return labels
        labels[left] = np.where(groups.labels_ >= 0, len(alive) + groups.labels_, -1)
        # Texts of a group that speaks of no one thing, or that has no phrase for a title, are on their own.
        mixed = [label for label in (*mixtures(self.texts, labels), *self._nameless(labels)) if label >= len(alive)]
        labels[np.isin(labels, mixed)] = -1
        kept = np.unique(labels[labels >= len(alive)])
        labels[left] = np.where(labels[left] >= 0, len(alive) + np.searchsorted(kept, labels[left]), -1)
        self.n_mixed = len(set(mixed))
        return labels

    def _nameless(self, labels: Labels) -> list[int]:
        """Return the labels of groups of whose people no three share a phrase, where each text is one person's."""
        members = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
        texts = [[self.texts[row] for row in rows.tolist()] for rows in members]
        phrases = phrases_of(texts, [[(str(row),) for row in rows] for rows in members], [self.vectors[rows] for rows in members])
        return [label for label, phrase in enumerate(phrases) if not phrase]

    def _grouping(self, alive: Sequence[int], left: NDArray[np.intp], groups: SteadyGroups | None) -> Grouping:
        """Find the groups again in parts of the texts: those of codes by leaning anew, the others as they were found again."""
        others = None if groups is None else groups.grouping_
        # Those on their own are compared, too: as a group beyond the others.
        whole = np.where(self.labels_ >= 0, self.labels_, max(self.labels_.max() + 1, len(alive)))
        draw, explained = np.random.default_rng(self.seed), np.flatnonzero(self.code_of_each >= 0)
        # Where the others are not grouped, they may be explained in a part, too.
        drawn = np.arange(len(whole)) if others is None else explained
        rows, again = [], []
        for place in range(RESAMPLES):
            part = np.sort(draw.permutation(drawn)[: round(SHARE * len(drawn))])
            labels = self.guidance.again(part, alive)
            if others is not None:
                part = np.concatenate([part, left[others.rows[place]]])
                labels = np.concatenate([labels, len(alive) + others.again[place]])
            rows.append(part)
            again.append(np.where(labels < 0, labels.max(initial=0) + 1, labels))
        return Grouping(whole, tuple(again), tuple(rows))


def _reason(guided: GuidedGroups, n_codes: int, n_left: int, groups: SteadyGroups | None) -> str:
    of_codes = f"{_themes(len(guided.codes_))}: {n_codes} {'stands' if n_codes == 1 else 'stand'} for codes of the codebook."
    unexplained = f"No code explains {n_left:,} of {len(guided.labels_):,} different answers"
    n_unsure = int(((guided.code_of_each >= 0) & (guided.labels_ < 0)).sum())
    is_are = "more is on its own" if n_unsure == 1 else "more are on their own"
    unsure = f"{n_unsure:,} {is_are}, since no code fits surely enough." if n_unsure else ""
    if not n_left:
        others = "Some code explains every answer."
    elif groups is None:
        others = f"{unexplained}, which are too few to find themes in."
    else:
        n_new = len(guided.codes_) - n_codes
        n_groups = "1 group" if guided.n_mixed == 1 else f"{guided.n_mixed} groups"
        mixed = f"; {n_groups} spoke of no one thing, so that what was said there is on its own" if guided.n_mixed else ""
        themes = _themes(n_new) if n_new else "no theme"
        others = f"{unexplained}; among them {'were' if n_new > 1 else 'was'} found {themes} that no code stands for{mixed}."
    again = found_again(guided.grouping_.agreement) if guided.grouping_ else ""
    return " ".join(sentence for sentence in (of_codes, others, unsure, again) if sentence)


def _themes(n: int) -> str:
    return "1 theme" if n == 1 else f"{n} themes"
