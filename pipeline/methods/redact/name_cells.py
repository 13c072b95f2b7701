"""Tell whether a cell of an export, which has no sentence around it, is the name of a person."""

import re
import tomllib
from functools import cache
from pathlib import Path

from pipeline.methods.redact.lexicon import WORD, name_counts, places
from pipeline.methods.text.common_words import common_words, fold


_TITLE = re.compile(r"(?:mr|mrs|ms|miss|mx|dr|prof|professor|sir|dame|rev|sister|nurse)\.? [^\W\d_]", re.IGNORECASE)
_INITIAL = re.compile(r"[A-Za-z]\.?")
_PARTICLES = frozenset(
    {"de", "da", "di", "du", "la", "le", "van", "von", "der", "den", "bin", "ibn", "al", "el", "o", "mc", "ap"}
)
_MOST_WORDS = 4
# Of so many lists, and so many people, a word is as a rule a name; of far more, where it has another meaning.
_LISTS, _PEOPLE, _RATHER_A_NAME = 5, 15, 5_000


def is_persons_name(text: str) -> bool:
    """Tell whether a short text is made like the name of a person: "Ann", "Ashby", "Mrs Patel", "Ann van der Ashby"."""
    if _TITLE.match(text.strip()):
        return True
    words = [word for word in text.replace(".", " ").split() if word]
    if not 1 <= len(words) <= _MOST_WORDS or not all(WORD.fullmatch(word) for word in words) or _is_place(words):
        return False
    folded = [fold(word) for word in words]
    if len(words) == 1:
        return words[0][:1].isupper() and _is_name(folded[0])
    names = [word for word in folded if not _INITIAL.fullmatch(word) and word not in _PARTICLES]
    if not names or any(word in _never() for word in names):
        return False
    # A first name that is known for one, and after it whatever people are called.
    return _is_name(names[0]) or (len(names) > 1 and _is_name(names[-1]) and names[0] not in common_words())


def _is_name(word: str) -> bool:
    if word in _never():
        return False
    n_lists, n_people = name_counts().get(word, (0, 0))
    return n_lists >= _LISTS and n_people >= (_RATHER_A_NAME if word in common_words() else _PEOPLE)


def _is_place(words: list[str]) -> bool:
    names = tuple(fold(part) for word in words for part in word.split("-"))
    return any(names[: len(place)] == place for place in places().get(names[0], ()))


@cache
def _never() -> frozenset[str]:
    lists = tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text(encoding="utf-8"))
    listed = " ".join(lists[key] for key in ("public", "nations", "kinds_of_place") if isinstance(lists.get(key), str))
    months = "january february march april may june july august september october november december"
    days = "monday tuesday wednesday thursday friday saturday sunday"
    places = (
        "ward team unit house service clinic hospital school college university street road group centre center trust area zone"
    )
    others = "and or the of not very no yes male female man woman other"
    return frozenset(map(fold, f"{listed} {months} {days} {places} {others}".split()))
