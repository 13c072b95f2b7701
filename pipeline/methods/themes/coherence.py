"""Whether a group of texts speaks of one thing: its texts share words that others seldom use."""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np

from pipeline.methods.themes.consensus import Labels
from pipeline.methods.themes.tokens import FILLERS, stem, telling_words


# The words of a group that are looked at, each of which so many of its texts must hold.
WORDS_LOOKED_AT, FEWEST_TEXTS = 6, 3
# Of 196 groups of invented answers, those above both marks held one code to 0.39 on average, the others to 0.32.
LEAST_SHARE, LEAST_TIMES = 0.4, 8.0


def shared_words(texts: Sequence[str], labels: Labels) -> dict[int, tuple[float, float]]:
    """Return each group's share of texts with a word that sets it apart, and how many times that of other texts."""
    stems = [{stem(word) for word in telling_words(text) if word not in FILLERS} for text in texts]
    overall = Counter(word for own in stems for word in own)
    by_group = {}
    for label in np.unique(labels[labels >= 0]).tolist():
        members = np.flatnonzero(labels == label).tolist()
        used = Counter(word for row in members for word in stems[row])
        expected = len(members) / len(texts)
        weights = {word: n * log(n / (overall[word] * expected)) for word, n in used.items() if n >= FEWEST_TEXTS}
        best = set(sorted(weights, key=lambda word: (-round(weights[word], 9), word))[:WORDS_LOOKED_AT])
        share = sum(bool(stems[row] & best) for row in members) / len(members)
        others = sum(bool(own & best) for own in stems) - sum(bool(stems[row] & best) for row in members)
        elsewhere = max(others, 0.5) / max(len(texts) - len(members), 1)
        by_group[label] = (share, share / elsewhere)
    return by_group


def mixtures(texts: Sequence[str], labels: Labels) -> list[int]:
    """Return the labels of groups whose texts share too few words to speak of one thing."""
    return [label for label, (share, times) in shared_words(texts, labels).items() if share < LEAST_SHARE or times < LEAST_TIMES]
