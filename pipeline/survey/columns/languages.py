"""Find the languages people answered in."""

from collections import Counter
from collections.abc import Callable, Sequence

from pipeline.survey.columns.column import Column


Detector = Callable[..., Sequence[str]]
"""Takes texts and, as `expected`, languages; returns the language of each text."""

_SAMPLE = 1000
_LEAST_OF_COLUMN = 60
_LEAST_WORDS = 3
_LEAST_ANSWERS, _LEAST_SHARE = 3, 0.005


def languages_in(columns: Sequence[Column], languages_of: Detector) -> dict[str, int]:
    """Return the languages of a sample of the answers, and in how many of them each was found, column by column."""
    counts: Counter[str] = Counter()
    n_texts = 0
    for column in columns:
        texts = list(column.answers[column.n_words >= _LEAST_WORDS])
        most = max(_LEAST_OF_COLUMN, _SAMPLE // len(columns))
        # Spread over the export, which is often sorted, by language among other things.
        sample = texts[:: max(1, -(-len(texts) // most))]
        counts.update(languages_of(sample, expected=("en",)) if sample else ())
        n_texts += len(sample)
    least = max(_LEAST_ANSWERS, _LEAST_SHARE * n_texts)
    return {language: n for language, n in counts.most_common() if language != "unknown" and n >= least}
