"""Find the languages people answered in."""

from collections import Counter
from collections.abc import Callable, Sequence

from pipeline.survey.columns.column import Column


Detector = Callable[..., Sequence[str]]
"""Takes texts and, as `expected`, languages; returns the language of each text."""

_SAMPLE = 500
_LEAST_WORDS = 6
_LEAST_ANSWERS, _LEAST_SHARE = 3, 0.01


def languages_in(columns: Sequence[Column], languages_of: Detector) -> dict[str, int]:
    """Return the languages of a sample of the longer answers, and in how many of them each was found."""
    texts = [text for column in columns for text in column.answers[column.n_words >= _LEAST_WORDS]]
    # Spread over the export, which is often sorted, by language among other things.
    sample = texts[:: max(1, -(-len(texts) // _SAMPLE))]
    counts = Counter(languages_of(sample, expected=("en",)))
    least = max(_LEAST_ANSWERS, _LEAST_SHARE * len(sample))
    return {language: n for language, n in counts.most_common() if language != "unknown" and n >= least}
