"""Words that set groups of texts apart, for groups that people have made."""

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

from pipeline.methods.themes.tokens import stem, words_of_several
from pipeline.methods.themes.tokens import telling_words as told


def keywords_of(groups: Sequence[Sequence[str]], *, most: int = 8) -> list[tuple[str, ...]]:
    """Return for each group of texts the words that set it apart from the other groups, best first, one of each stem.

    Words that fewer than two texts use are left out. Weighed as BERTopic does (class-based TF-IDF with the root of the
    frequency; Grootendorst 2022).
    """
    known = set(words_of_several([text for texts in groups for text in texts]))
    uses = [Counter(word for text in texts for word in told(text) if word in known) for texts in groups]
    overall = sum(uses, Counter[str]())
    typical = overall.total() / max(len(groups), 1)
    return [_best(found, overall, typical, most=most) for found in uses]


def _best(found: Counter[str], overall: Counter[str], typical: float, *, most: int) -> tuple[str, ...]:
    weights = {word: sqrt(n / found.total()) * log(1 + typical / overall[word]) for word, n in found.items()}
    ordered = sorted(weights, key=lambda word: (-weights[word], word))
    return tuple({stem(word): word for word in reversed(ordered)}[key] for key in dict.fromkeys(map(stem, ordered)))[:most]
