"""A short title for each theme: a phrase that several people said, kept whole, or the word that the theme is mixed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from math import log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.distinct_texts import unit
from pipeline.methods.themes.phrases import Phrase, stems_of, tells, uses_of
from pipeline.methods.themes.tokens import is_stop_word


# What fewer people say may be one person's turn of phrase, which could point to that person.
FEWEST_PEOPLE = 3
# A phrase that hardly anybody in the theme uses does not stand for it.
LEAST_SHARE = 0.015
MIXED = "Mixed: read before use"
"""The title of a theme whose people share no phrase."""
# A longer phrase says more, and is rarer.
_PER_WORD = 0.35
# A phrase that more often than this stands after a "not" would say the opposite without it.
_MOST_TURNED_ROUND = 1 / 3

Said = TypeVar("Said", str, Phrase)
Speakers = Sequence[Collection[str]]
"""The people who said each text of a group."""
Nearness = Callable[[int, Phrase], float]


def phrases_of(
    groups: Sequence[Sequence[str]], speakers: Sequence[Speakers], vectors: Sequence[NDArray[np.floating]] | None = None
) -> list[str]:
    """Return for each group of texts the phrase of 2 to 6 words that best sets it apart, "" where there is none.

    `speakers` holds the people who said each text, `vectors` (n_texts, d) the unit rows of each group's texts. A phrase begins
    with a telling word or a "not", was said by at least three people of its group, and is the title of one group only; one that
    mostly stands after a "not" is none without it. It is weighed by how many people of the group said it, times the log of how
    much more often they do than others (as in class-based TF-IDF; Grootendorst 2022), times its length, times how near the texts
    with it are to the middle of their group; endings of words do not count.
    """
    n_people = [len(frozenset().union(*people)) for people in speakers]
    fewest = [max(FEWEST_PEOPLE, LEAST_SHARE * n_own) for n_own in n_people]
    # Only what may be a title is looked for everywhere: all the phrases of a million texts would fill the memory.
    wanted = frozenset[Phrase]().union(*map(_said_by_enough, groups, speakers, fewest))
    uses = [_uses(texts, people, wanted) for texts, people in zip(groups, speakers, strict=True)]
    shown, turned = _forms(groups, wanted)
    overall = sum(uses, Counter[Phrase]())
    near = _nearness(groups, vectors, wanted)
    titles: list[str] = []
    for place, (own, n_own, least) in enumerate(zip(uses, n_people, fewest, strict=True)):
        weights = {
            phrase: round(n * log(n * sum(n_people) / (overall[phrase] * n_own)) * _length(phrase) * near(place, phrase), 9)
            for phrase, n in own.items()
            if n >= least and turned[phrase] <= _MOST_TURNED_ROUND
        }
        ranked = sorted((phrase for phrase in weights if weights[phrase] > 0), key=lambda phrase: (-weights[phrase], phrase))
        titles.append(next((text for phrase in ranked if (text := shown[phrase]) not in titles), ""))
    return titles


def title_case(phrase: str) -> str:
    """Return a phrase with a capital at its beginning; those of names stay."""
    return phrase[:1].upper() + phrase[1:]


def all_different(titles: Sequence[str], phrases: Sequence[str], *, kept: Sequence[bool] | None = None) -> list[str]:
    """Return titles of which no two are the same: to one that came before, what sets its theme apart is added, or a number.

    Those to be `kept`, which people gave, stay as they are.
    """
    stays = kept or [False] * len(titles)
    taken = {title for title, stay in zip(titles, stays, strict=True) if stay}
    different: list[str] = []
    for title, phrase, stay in zip(titles, phrases, stays, strict=True):
        different.append(title if stay else _unlike(title, phrase, taken))
        taken.add(different[-1])
    return different


def _unlike(title: str, phrase: str, taken: set[str]) -> str:
    wanted = f"{title}: {phrase}" if title in taken and phrase else title
    numbered = (f"{wanted} ({number})" for number in count(2))
    return wanted if wanted not in taken else next(candidate for candidate in numbered if candidate not in taken)


def _length(phrase: Phrase) -> float:
    return 1 + _PER_WORD * (sum(1.0 if tells(word) or not is_stop_word(word) else 0.3 for word in phrase) - 2)


def _n_people(items_of_texts: Iterable[Iterable[Said]], speakers: Speakers) -> Counter[Said]:
    """Count the people who said each thing; `items_of_texts` holds what is said in each text."""
    people: dict[Said, set[str]] = defaultdict(set)
    for items, said_by in zip(items_of_texts, speakers, strict=True):
        for item in set(items):
            people[item].update(said_by)
    return Counter({item: len(said_by) for item, said_by in people.items()})


def _said_by_enough(texts: Sequence[str], speakers: Speakers, fewest: float) -> set[Phrase]:
    """Return the phrases that at least so many people said: none holds a word that fewer said."""
    n_people = _n_people(map(stems_of, texts), speakers)
    often = {root for root, n in n_people.items() if n >= fewest}
    n_speakers = _n_people(((use.phrase for use in uses_of(text, often)) for text in texts), speakers)
    return {phrase for phrase, n in n_speakers.items() if n >= fewest}


def _uses(texts: Sequence[str], speakers: Speakers, wanted: frozenset[Phrase]) -> Counter[Phrase]:
    """Count the people who said each of the phrases."""
    words_of = frozenset[str]().union(*wanted)
    phrases = ((use.phrase for use in uses_of(text, words_of) if use.phrase in wanted) for text in texts)
    return _n_people(phrases, speakers)


def _forms(groups: Sequence[Sequence[str]], wanted: frozenset[Phrase]) -> tuple[dict[Phrase, str], dict[Phrase, float]]:
    """Return how each phrase was said most often, and how often a "not" before it turned it round, as a share."""
    words_of = frozenset[str]().union(*wanted)
    forms: dict[Phrase, Counter[str]] = {phrase: Counter() for phrase in wanted}
    turned = Counter[Phrase]()
    for text in (text for texts in groups for text in texts):
        for use in uses_of(text, words_of):
            if use.phrase in wanted:
                forms[use.phrase][use.form] += 1
                turned[use.phrase] += use.turned
    shown = {phrase: min(counts, key=lambda form: (-counts[form], form)) for phrase, counts in forms.items()}
    return shown, {phrase: turned[phrase] / counts.total() for phrase, counts in forms.items()}


def _nearness(
    groups: Sequence[Sequence[str]], vectors: Sequence[NDArray[np.floating]] | None, wanted: frozenset[Phrase]
) -> Nearness:
    """Return what says how near a phrase's texts are to the middle of their group, set against the other groups', 0.2 to 1.2."""
    if vectors is None:
        return lambda place, phrase: 1.0
    words_of = frozenset[str]().union(*wanted)
    sums: list[dict[Phrase, NDArray[np.float64]]] = []
    for texts, rows in zip(groups, vectors, strict=True):
        own: dict[Phrase, NDArray[np.float64]] = {}
        for text, row in zip(texts, np.asarray(rows, dtype=np.float64), strict=True):
            # A short text is nearer to what the phrase means by itself.
            share = 1 / (1 + len(text.split()))
            for phrase in {use.phrase for use in uses_of(text, words_of)} & wanted:
                own[phrase] = own.get(phrase, 0.0) + share * row
        sums.append(own)
    middles = unit(np.array([np.sum(np.asarray(rows, dtype=np.float64), axis=0) for rows in vectors]))

    def near(place: int, phrase: Phrase) -> float:
        likeness = middles @ unit(sums[place][phrase][None])[0]
        others = np.delete(likeness, place)
        return float(np.clip(0.6 + likeness[place] - others.max(initial=0.0), 0.2, 1.2))

    return near
