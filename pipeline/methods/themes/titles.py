"""A short title for each theme, found in what several people said in the same words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import log

from pipeline.methods.themes.wording import is_stop_word, stem, words


LENGTHS = range(2, 6)
# Fewer texts may be one person's turn of phrase, which could point to that person.
FEWEST_TEXTS = 3
# A phrase hardly anybody in the theme uses does not stand for it.
LEAST_SHARE = 0.015
# A longer phrase says more, and is rarer.
_PER_WORD = 0.35

Phrase = tuple[str, ...]


def phrases_of(groups: Sequence[Sequence[str]]) -> list[str]:
    """Return for each group of texts the phrase of 2 to 5 words that best sets it apart, "" where there is none.

    A phrase begins and ends with a telling word, stands in at least three different texts of its group, and is the title of
    one group only. It is weighed by how many texts of the group hold it, times the log of how much more often they do than
    others (as in class-based TF-IDF; Grootendorst 2022), times its length; endings of words do not count.
    """
    uses = [_uses(texts) for texts in groups]
    shown = _commonest_form(groups)
    n_texts = sum(len(texts) for texts in groups)
    overall = sum(uses, Counter[Phrase]())
    found: list[str] = []
    for texts, own in zip(groups, uses, strict=True):
        least = max(FEWEST_TEXTS, LEAST_SHARE * len(texts))
        weights = {
            phrase: n * log(n * n_texts / (overall[phrase] * len(texts))) * (1 + _PER_WORD * (len(phrase) - 2))
            for phrase, n in own.items()
            if n >= least
        }
        ranked = sorted((phrase for phrase in weights if weights[phrase] > 0), key=lambda phrase: (-weights[phrase], phrase))
        found.append(next((text for phrase in ranked if (text := shown[phrase]) not in found), ""))
    return found


def _uses(texts: Sequence[str]) -> Counter[Phrase]:
    return Counter(phrase for text in set(texts) for phrase in {key for key, _ in _phrases(text)})


def _commonest_form(groups: Sequence[Sequence[str]]) -> dict[Phrase, str]:
    forms: dict[Phrase, Counter[str]] = defaultdict(Counter)
    for text in (text for texts in groups for text in texts):
        for key, form in _phrases(text):
            forms[key][form] += 1
    return {key: min(counts, key=lambda form: (-counts[form], form)) for key, counts in forms.items()}


def _phrases(text: str) -> Iterator[tuple[Phrase, str]]:
    """Yield each phrase of a text, by its stems and as it was said; none runs over a full stop or comma."""
    for part in text.replace(";", ".").replace(",", ".").replace("!", ".").replace("?", ".").replace("\n", ".").split("."):
        said = words(part)
        telling = [not is_stop_word(word) for word in said]
        for start in range(len(said)):
            for end in range(start + LENGTHS[0], min(start + LENGTHS[-1], len(said)) + 1):
                if telling[start] and telling[end - 1]:
                    yield tuple(map(stem, said[start:end])), " ".join(said[start:end])
