"""What words are: first names, everyday words, places, words that are never a name."""

import importlib.util
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import INSTALL_AGAIN, ModelError
from pipeline.methods.text.common_words import common_words, fold
from pipeline.methods.text.function_words import ENGLISH, SCOTS, function_words


_HERE = Path(__file__).parent
# Accents, and the vowels that Arabic, Indian and Bengali letters carry.
_MARK = (
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u09e2\u09e3"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83\u0abc-\u0acd\u0b82\u0bbe-\u0bcd]*"
)
WORD = re.compile(rf"(?:[^\W\d_]{_MARK})+(?:['\u2019-](?:[^\W\d_]{_MARK})+)*")
# A name in four lists or more, of fifteen people or more.
_FIRST_NAME = re.compile(r'"([a-z][a-z\' -]{1,30})": \[([4-9]|[1-9]\d+), (1[5-9]|[2-9]\d|[1-9]\d{2,}),')
# Generic names of drugs are given by their endings, and their capitals look like surnames.
_DRUG = re.compile(
    r"(?:azepam|azolam|prazole|statin|pril|sartan|olol|cillin|mycin|oxetine|traline|apine|idone|azole|gabalin|triptyline"
    r"|profen|cetamol|parin|oxacin|thiazide|formin|gliptin|terol|caine|codone)$"
)
_PREFIXES = frozenset({"co", "re", "non", "pre", "ex", "multi", "sub", "semi", "anti", "inter", "e", "un", "mid"})
_GAELIC = re.compile(r"(?:o'|mc|mac)[a-z]{4}")
CERTAIN, LIKELY = 2, 1
"""How surely a word is a first name, by how often and in how many lists it is one."""


@dataclass(frozen=True)
class Lexicon:
    """The lists a word is looked up in; all are folded: lower case, no accents."""

    first_names: Mapping[str, int]
    common: frozenset[str]
    adverbs: frozenset[str]
    verbs: frozenset[str]
    nouns: frozenset[str]
    adjectives: frozenset[str]
    heard_of: frozenset[str]
    function: frozenset[str]
    public: frozenset[str]
    word_surnames: frozenset[str]
    nations: frozenset[str]
    ideas: frozenset[str]
    slips: frozenset[str]
    kinds_of_place: frozenset[str]
    places: Mapping[str, tuple[tuple[str, ...], ...]]
    scots: frozenset[str]
    elsewhere: frozenset[str]
    """Function words of other languages, of which some are English words, too."""
    only_elsewhere: frozenset[str]

    def name(self, word: str) -> int:
        """Say how surely the folded word is a first name: CERTAIN, LIKELY or 0."""
        if "-" in word and word not in self.first_names:
            parts = word.split("-")
            return 0 if any(self.is_word(part) for part in parts) else max(self.name(part) for part in parts if part)
        if _GAELIC.match(word) and not self.is_word(word):
            return LIKELY
        # "Olwens": people leave apostrophes out.
        return self.first_names.get(word, 0) or (self.first_names.get(word[:-1], 0) == CERTAIN and word[-1:] == "s")

    def is_word(self, word: str) -> bool:
        """Say whether the folded word is used in English for other things than people and places."""
        if "-" in word and word not in self.first_names:
            return all(part in self.function or part in self.common or part in _PREFIXES for part in word.split("-"))
        return word in self.common

    def is_heard_of(self, word: str) -> bool:
        """Say whether the folded word, or what it is a form of, is in a dictionary or is what everybody knows."""
        return any(stem in self.heard_of or stem in self.common or stem in self.public for stem in stems_of(word))

    def never(self, word: str) -> bool:
        """Say whether the folded word is no name whatever stands around it."""
        # "Don't" and "we'll", which begin sentences.
        if "'" in word and word.endswith(("n't", "'ll", "'ve", "'re", "'d", "'m")):
            return True
        return word in self.function or word in self.public or word in self.nations or bool(_DRUG.search(word))

    def misspells_a_word(self, word: str) -> bool:
        """Say whether one slip of a finger makes an English word into this one."""
        return 3 < len(word) < 20 and any(near in self.common or near in self.public for near in one_slip(word))

    def misspells_a_name(self, word: str) -> bool:
        """Say whether one slip of a finger makes a well-known first name into this one."""
        return 4 < len(word) < 20 and any(self.first_names.get(near) == CERTAIN for near in one_slip(word))


def stems_of(word: str) -> list[str]:
    """Return the word and what it may be a form of: a plural, or a verb with an ending."""
    stems = [word]
    if word.endswith("s") and not word.endswith("ss"):
        stems += [word[:-1], *([f"{word[:-3]}y"] if word.endswith("ies") else [])]
        stems += [word[:-2]] if word.endswith(("shes", "ches", "sses", "xes", "oes", "zes")) else []
    for ending in ("ed", "ing", "er", "ers"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            stems += [stem, f"{stem}e", f"{stem[:-1]}y" if stem.endswith("i") else stem]
            stems += [stem[:-1]] if stem[-1] == stem[-2] else []
    return stems


# Answers hold the same few thousand words again and again.
@lru_cache(maxsize=50_000)
def one_slip(word: str) -> set[str]:
    """Return every word that a letter left out, added, changed or swapped makes of this one."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    shorter = {left + right[1:] for left, right in halves if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in halves if len(right) > 1}
    changed = {left + letter + right[1:] for left, right in halves if right for letter in letters}
    longer = {left + letter + right for left, right in halves for letter in letters}
    return (shorter | swapped | changed | longer) - {word}


def load_lexicon(lookups: Any, stop_words: set[str]) -> Lexicon:
    """Build the lexicon from the packaged lists and the word index of a spaCy model's lemmatiser."""
    lists = tomllib.loads((_HERE / "vocabulary.toml").read_text(encoding="utf-8"))
    listed = {key: frozenset(map(fold, text.split())) for key, text in lists.items() if isinstance(text, str)}
    counts = name_counts()
    index = lookups.get_table("lemma_index")
    # What 5,000 people are called is rather a name, whatever else it means.
    described = {word for kind in ("adj", "adv", "verb") for word in index[kind] if counts.get(word, (0, 0))[1] < 5000}
    little = {language: frozenset(map(fold, words)) for language, words in function_words().items()}
    people = listed["plainly_names"] | listed["nicknames"] | listed["given_words"]
    common = frozenset({*common_words(), *described} - listed["plainly_names"]) | listed["everyday"]
    common |= little[SCOTS] - people
    elsewhere = frozenset().union(*(words for language, words in little.items() if language not in (ENGLISH, SCOTS)))
    names = {word: _strength(*count, word, common) for word, count in counts.items()}
    names |= dict.fromkeys(listed["hardly_names"], LIKELY)
    names |= dict.fromkeys(listed["plainly_names"] | listed["given_words"] | listed["nicknames"], CERTAIN)
    return Lexicon(
        first_names={word: strength for word, strength in names.items() if strength},
        common=common,
        adverbs=frozenset(index["adv"]),
        verbs=frozenset(index["verb"]),
        nouns=frozenset(index["noun"]),
        adjectives=frozenset(index["adj"]),
        heard_of=frozenset(word for kind in ("adj", "adv", "noun", "verb") for word in index[kind]),
        function=frozenset(stop_words | {"will", "may"}),
        public=listed["public"],
        word_surnames=listed["word_surnames"],
        nations=listed["nations"],
        ideas=listed["ideas"],
        slips=listed["slips"],
        kinds_of_place=listed["kinds_of_place"],
        places=places(),
        scots=little[SCOTS] - stop_words,
        elsewhere=elsewhere,
        only_elsewhere=elsewhere - common - stop_words - listed["public"] - people,
    )


def _strength(n_lists: int, n_people: int, word: str, common: frozenset[str]) -> int:
    """Short names must be better known, for slips of the finger look like rare ones, and common words better still."""
    needed = 20_000 if word in common else 150 if len(word) > 3 else 5000
    if n_lists >= 7 and n_people >= needed:
        return CERTAIN
    return LIKELY if n_lists >= 4 and n_people >= (15 if len(word) > 3 else 300) else 0


@cache
def places() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return the names of British places by their first word, folded."""
    lists = tomllib.loads((_HERE / "vocabulary.toml").read_text(encoding="utf-8"))
    return _places(lists["more_places"])


def _lines(file: str) -> list[str]:
    lines = (_HERE / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def name_counts() -> dict[str, tuple[int, int]]:
    """Return in how many lists a folded word is a first name, and of how many people.

    nomquamgender's list is read as text: importing the package would load pandas and hold all 720,000 names.
    """
    package = importlib.util.find_spec("nomquamgender")
    if package is None or not package.submodule_search_locations:
        raise ModelError(f"The package nomquamgender, the list of first names, is not installed. {INSTALL_AGAIN}")
    raw = (Path(package.submodule_search_locations[0]) / "name_data.json").read_text(encoding="utf-8")
    return {name: (int(n_lists), int(n_people)) for name, n_lists, n_people in _FIRST_NAME.findall(raw)}


def _places(more: list[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Index the names of places by their first word, longest first."""
    by_first = defaultdict(set)
    for name in [*more, *_lines("uk_places.txt")]:
        words = tuple(fold(part) for part in re.split(r"[\s-]+", name) if part)
        by_first[words[0]].add(words)
    return {first: tuple(sorted(names, key=lambda words: (-len(words), words))) for first, names in by_first.items()}
