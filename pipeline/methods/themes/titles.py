"""A short title for each theme, found in what several people said in the same words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import log, sqrt

from pipeline.methods.themes.wording import is_stop_word, stem, telling_words, words


LENGTHS = range(2, 6)
# What fewer people say may be one person's turn of phrase, which could point to that person.
FEWEST_PEOPLE = 3
# A phrase that hardly anybody in the theme uses does not stand for it.
LEAST_SHARE = 0.015
# A longer phrase says more, and is rarer.
_PER_WORD = 0.35
# People added to each side that use a word as often as all do, so that a word of a few does not seem to set them apart.
PRIOR_PEOPLE = 50
# Words that keep talk going: they set a theme apart by how people speak, and a title is to say what they speak of.
FILLERS = frozenset(
    {"like", "know", "did", "does", "mean", "really", "thing", "things"}
    | {"say", "says", "said", "sorry", "went", "took", "got", "want"}
)

Phrase = tuple[str, ...]


def phrases_of(groups: Sequence[Sequence[str]], speakers: Sequence[Sequence[frozenset[str]]]) -> list[str]:
    """Return for each group of texts the phrase of 2 to 5 words that best sets it apart, "" where there is none.

    `speakers` holds the people who said each text. A phrase begins and ends with a telling word that is no filler, was said by
    at least three people of its group, and is the title of one group only. It is weighed by how many people of the group said
    it, times the log of how much more often they do than others (as in class-based TF-IDF; Grootendorst 2022), times its
    length; endings of words do not count.
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


def words_apart(
    groups: Sequence[Sequence[str]], speakers: Sequence[Sequence[frozenset[str]]], *, most: int = 3
) -> list[list[str]]:
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


def _people_using(texts: Sequence[str], speakers: Sequence[frozenset[str]]) -> Counter[str]:
    people: dict[str, set[str]] = defaultdict(set)
    for text, said_by in zip(texts, speakers, strict=True):
        for found in {stem(word) for word in _titling_words(text)}:
            people[found] |= said_by
    return Counter({found: len(said_by) for found, said_by in people.items()})


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
        telling = [not is_stop_word(word) and word not in FILLERS for word in said]
        for start in range(len(said)):
            for end in range(start + LENGTHS[0], min(start + LENGTHS[-1], len(said)) + 1):
                if telling[start] and telling[end - 1]:
                    yield tuple(map(stem, said[start:end])), " ".join(said[start:end])
