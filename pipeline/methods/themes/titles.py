"""A short title for each theme, found in what several people said in the same words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from math import log, sqrt
from typing import TypeVar

from pipeline.methods.themes.tokens import FILLERS, is_stop_word, stem, stems, telling_words, words


LENGTHS = range(2, 6)
# What fewer people say may be one person's turn of phrase, which could point to that person.
FEWEST_PEOPLE = 3
# A phrase that hardly anybody in the theme uses does not stand for it.
LEAST_SHARE = 0.015
# A longer phrase says more, and is rarer.
_PER_WORD = 0.35
# People added to each side that use a word as often as all do, so that a word of a few does not seem to set them apart.
PRIOR_PEOPLE = 50
Phrase = tuple[str, ...]
Said = TypeVar("Said", str, Phrase)
Speakers = Sequence[Collection[str]]
"""The people who said each text of a group."""


def phrases_of(groups: Sequence[Sequence[str]], speakers: Sequence[Speakers]) -> list[str]:
    """Return for each group of texts the phrase of 2 to 5 words that best sets it apart, "" where there is none.

    `speakers` holds the people who said each text. A phrase begins and ends with a telling word that is no filler, was said by
    at least three people of its group, and is the title of one group only. It is weighed by how many people of the group said
    it, times the log of how much more often they do than others (as in class-based TF-IDF; Grootendorst 2022), times its
    length; endings of words do not count.
    """
    n_people = [len(frozenset().union(*people)) for people in speakers]
    fewest = [max(FEWEST_PEOPLE, LEAST_SHARE * here) for here in n_people]
    # Only what may be a title is looked for everywhere: all the phrases of a million texts would fill the memory.
    wanted = frozenset[Phrase]().union(*map(_said_by_enough, groups, speakers, fewest))
    uses = [_uses(texts, people, wanted) for texts, people in zip(groups, speakers, strict=True)]
    shown = _commonest_form(groups, wanted)
    overall = sum(uses, Counter[Phrase]())
    found: list[str] = []
    for own, here, least in zip(uses, n_people, fewest, strict=True):
        weights = {
            phrase: n * log(n * sum(n_people) / (overall[phrase] * here)) * (1 + _PER_WORD * (len(phrase) - 2))
            for phrase, n in own.items()
            if n >= least
        }
        ranked = sorted((phrase for phrase in weights if weights[phrase] > 0), key=lambda phrase: (-weights[phrase], phrase))
        found.append(next((text for phrase in ranked if (text := shown[phrase]) not in found), ""))
    return found


def words_apart(groups: Sequence[Sequence[str]], speakers: Sequence[Speakers], *, most: int = 3) -> list[list[str]]:
    """Return for each group of texts the words that more of its people use than of all others, best first.

    A person counts once in a group for a word, whatever its ending, so that "ask" and "asked" are one, and a word that is
    everywhere sets nothing apart; what fewer than three people of the group say is left out. Weighed by log-odds with an
    informative prior, in standard errors (Monroe, Colaresi and Quinn 2008).
    """
    used = [_people_using(texts, people) for texts, people in zip(groups, speakers, strict=True)]
    overall = sum(used, Counter[str]())
    n_people = [len(frozenset().union(*people)) for people in speakers]
    found = []
    for own, here, texts in zip(used, n_people, groups, strict=True):
        kept = {one: n for one, n in own.items() if n >= FEWEST_PEOPLE}
        weights = {one: round(_apart(n, here, overall[one] - n, sum(n_people) - here), 9) for one, n in kept.items()}
        best = sorted((one for one in weights if weights[one] > 0), key=lambda one: (-weights[one], one))[:most]
        found.append(_as_said(best, texts))
    return found


def _people_using(texts: Sequence[str], speakers: Speakers) -> Counter[str]:
    return _n_people(((stem(word) for word in _titling_words(text)) for text in texts), speakers)


def _n_people(said: Iterable[Iterable[Said]], speakers: Speakers) -> Counter[Said]:
    """Count the people who said each thing; `said` holds what is said in each text."""
    people: dict[Said, set[str]] = defaultdict(set)
    for found, said_by in zip(said, speakers, strict=True):
        for one in set(found):
            people[one].update(said_by)
    return Counter({one: len(said_by) for one, said_by in people.items()})


def _titling_words(text: str) -> list[str]:
    return [word for word in telling_words(text) if word not in FILLERS]


def _apart(n: int, of: int, others: int, of_others: int) -> float:
    prior = PRIOR_PEOPLE * (n + others) / (of + of_others)
    rest, other_rest = of - n + PRIOR_PEOPLE - prior, of_others - others + PRIOR_PEOPLE - prior
    odds = log((n + prior) / rest) - log((others + prior) / other_rest)
    return odds / sqrt(1 / (n + prior) + 1 / (others + prior))


def _as_said(stems: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return the commonest word of each stem."""
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for word in _titling_words(text):
            forms[stem(word)][word] += 1
    return [min(forms[one], key=lambda word: (-forms[one][word], word)) for one in stems]


def _said_by_enough(texts: Sequence[str], speakers: Speakers, fewest: float) -> set[Phrase]:
    """Return the phrases that at least so many people said: none holds a word that fewer said."""
    n_people = _n_people(map(stems, texts), speakers)
    often = {one for one, n in n_people.items() if n >= fewest}
    said = _n_people(((phrase for phrase, _ in _phrases(text, often)) for text in texts), speakers)
    return {phrase for phrase, n in said.items() if n >= fewest}


def _uses(texts: Sequence[str], speakers: Speakers, wanted: frozenset[Phrase]) -> Counter[Phrase]:
    """Count the people who said each of the phrases."""
    words_of = frozenset[str]().union(*wanted)
    return _n_people(
        ((phrase for phrase, _ in _phrases(text, words_of) if phrase in wanted) for text in texts),
        speakers,
    )


def _commonest_form(groups: Sequence[Sequence[str]], wanted: frozenset[Phrase]) -> dict[Phrase, str]:
    words_of = frozenset[str]().union(*wanted)
    forms: dict[Phrase, Counter[str]] = {phrase: Counter() for phrase in wanted}
    for text in (text for texts in groups for text in texts):
        for phrase, form in _phrases(text, words_of):
            if phrase in wanted:
                forms[phrase][form] += 1
    return {phrase: min(counts, key=lambda form: (-counts[form], form)) for phrase, counts in forms.items()}


def _phrases(text: str, of: Container[str]) -> Iterator[tuple[Phrase, str]]:
    """Yield each phrase of a text made of these stems, and how it was said; none runs over a full stop or comma."""
    for part in text.replace(";", ".").replace(",", ".").replace("!", ".").replace("?", ".").replace("\n", ".").split("."):
        said = words(part)
        spoken = [stem(word) for word in said]
        telling = [not is_stop_word(word) and word not in FILLERS for word in said]
        for start in range(len(said)):
            if not telling[start]:
                continue
            known = next((end for end in range(start, len(said)) if spoken[end] not in of), len(said))
            for end in range(start + LENGTHS[0], min(start + LENGTHS[-1], known) + 1):
                if telling[end - 1]:
                    yield tuple(spoken[start:end]), " ".join(said[start:end])
