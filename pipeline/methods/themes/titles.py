"""A short title for each theme, found in what several people said in the same words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import log

from pipeline.methods.themes.wording import is_stop_word, stem, words


LENGTHS = range(2, 6)
# What fewer people say may be one person's turn of phrase, which could point to that person.
FEWEST_PEOPLE = 3
# A phrase that hardly anybody in the theme uses does not stand for it.
LEAST_SHARE = 0.015
# A longer phrase says more, and is rarer.
_PER_WORD = 0.35

Phrase = tuple[str, ...]


def phrases_of(groups: Sequence[Sequence[str]], speakers: Sequence[Sequence[frozenset[str]]]) -> list[str]:
    """Return for each group of texts the phrase of 2 to 5 words that best sets it apart, "" where there is none.

    `speakers` holds the people who said each text. A phrase begins and ends with a telling word, was said by at least three
    people of its group, and is the title of one group only. It is weighed by how many people of the group said it, times the
    log of how much more often they do than others (as in class-based TF-IDF; Grootendorst 2022), times its length; endings
    of words do not count.
    """
    uses = [_uses(texts, people) for texts, people in zip(groups, speakers, strict=True)]
    n_people = [len(frozenset().union(*people)) for people in speakers]
    shown = _commonest_form(groups)
    overall = sum(uses, Counter[Phrase]())
    found: list[str] = []
    for own, here in zip(uses, n_people, strict=True):
        weights = {
            phrase: n * log(n * sum(n_people) / (overall[phrase] * here)) * (1 + _PER_WORD * (len(phrase) - 2))
            for phrase, n in own.items()
            if n >= max(FEWEST_PEOPLE, LEAST_SHARE * here)
        }
        ranked = sorted((phrase for phrase in weights if weights[phrase] > 0), key=lambda phrase: (-weights[phrase], phrase))
        found.append(next((text for phrase in ranked if (text := shown[phrase]) not in found), ""))
    return found


def _uses(texts: Sequence[str], speakers: Sequence[frozenset[str]]) -> Counter[Phrase]:
    """Count the people who said each phrase."""
    people: dict[Phrase, set[str]] = defaultdict(set)
    for text, said_by in zip(texts, speakers, strict=True):
        for phrase, _ in _phrases(text):
            people[phrase] |= said_by
    return Counter({phrase: len(said_by) for phrase, said_by in people.items()})


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
