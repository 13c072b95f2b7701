"""Words that set groups of texts apart, for groups that people have made."""

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from pipeline.methods.themes.tokens import stem, telling_words, words_of_several


def keywords_of(groups: Sequence[Sequence[str]], *, most: int = 8) -> list[tuple[str, ...]]:
    """Return for each group of texts the words that set it apart from the other groups, best first, one of each stem.

    Words that fewer than two texts use are left out. Weighed as BERTopic does (class-based TF-IDF with the root of the
    frequency; Grootendorst 2022).
    """
    vocabulary = set(words_of_several([text for texts in groups for text in texts]))
    uses = [Counter(word for text in texts for word in telling_words(text) if word in vocabulary) for texts in groups]
    overall = sum(uses, Counter[str]())
    typical = overall.total() / max(len(groups), 1)
    return [_best(counts, overall, typical, most=most) for counts in uses]


def _best(counts: Counter[str], overall: Counter[str], typical: float, *, most: int) -> tuple[str, ...]:
    weights = {word: sqrt(n / counts.total()) * log(1 + typical / overall[word]) for word, n in counts.items()}
    ordered = sorted(weights, key=lambda word: (-weights[word], word))
    return tuple({stem(word): word for word in reversed(ordered)}[key] for key in dict.fromkeys(map(stem, ordered)))[:most]
