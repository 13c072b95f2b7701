"""The phrases of a text that may be a title: whole, and with the word that turns them round."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from pipeline.methods.themes.tokens import FILLERS, is_stop_word, stem


MOST_WORDS = 6
TURNED_WITHIN = 4
"""So many words after a "not" it may still turn a phrase round."""
# Each counts as "not", so that "can't fault", "cannot fault" and "couldn't fault" are one phrase.
_NOT = re.compile(r".*n't|cannot|cant|dont|didnt|doesnt|couldnt|wouldnt|wasnt|isnt|wont|havent|hasnt|arent|not|never")
_NEGATIVE = frozenset({"no", "nobody", "none", "nothing", "without", "hardly", "nowhere", "neither"})
# A title with one of these says what is wrong, as one with a "not" does.
_WRONG = frozenset({"too", "lack", "lacking", "just", "only", "poor", "bad", "unequal"})
# A phrase that begins with a "not" may end in one of these, where it would be cut short without: "cannot fault it".
_OBJECTS = frozenset({"it", "them", "us", "me", "you", "anything", "enough", "everyone"})
# Welsh words that say nothing by themselves; the sample study and surveys in Wales hold answers in both languages.
_WELSH_STOP_WORDS = frozenset(
    {"yn", "ar", "ei", "eu", "ein", "eich", "fy", "dy", "mae", "mae'r", "y", "yr", "a", "ac", "i", "o", "wedi", "am", "dw", "rwy"}
    | {
        "roedd",
        "oedd",
        "fel",
        "ond",
        "neu",
        "hefyd",
        "efo",
        "gyda",
        "gan",
        "at",
        "dros",
        "hyd",
        "pan",
        "nid",
        "ddim",
        "dim",
        "sy",
    }
    | {"sydd", "bod", "cael", "gael", "hynny", "hwn", "hon", "rhai", "pob", "un", "ni", "nhw", "fi", "chi", "ti", "ef", "hi"}
    | {"o'r", "i'r", "a'r"}
)
# These may stand further on: "can't think of anything".
_OPEN = frozenset({"anything", "enough"})
# A phrase runs over no stop, bracket, mask or dash.
_PART = re.compile(r"\[[^\]\n]{1,40}\]|[.;,:!?()\[\]\n\r\"“”…/]+|\s[-–—]+\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’‐‑-][^\W\d_]+)*|\d+")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class PhraseUse:
    """A phrase where it was said: its stems, the words as they were said, and whether a word before it turns it round."""

    phrase: Phrase
    form: str
    turned: bool


@dataclass(frozen=True)
class _PhraseWord:
    form: str
    stem: str
    tells: bool
    turns: bool

    @property
    def is_name(self) -> bool:
        return self.form[:1].isupper() and self.form != "I"


def says_what_is_wrong(title: str) -> bool:
    """Say whether a title speaks of what is missing or too much: "There is not enough money", "Too many forms"."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(title)]
    return any(word in _NEGATIVE or word in _WRONG or _NOT.fullmatch(word) for word in words)


def stems_of(text: str) -> set[str]:
    """Return the stems of a text's words, a "not" of any form as one."""
    return {word.stem for part in _PART.split(text) for word in _words(part)}


def uses_of(text: str, of: Container[str]) -> Iterator[PhraseUse]:
    """Yield each phrase of a text that may be a title and is made of these stems."""
    for part in _PART.split(text):
        words = _words(part)
        for start, first in enumerate(words):
            if not (first.tells or first.turns) or _cuts_name(words, start):
                continue
            before = words[max(start - TURNED_WITHIN, 0) : start]
            limit = next((end for end in range(start, len(words)) if words[end].stem not in of), len(words))
            # A single word is a phrase where it is made of two: "co-production".
            shortest = 1 if "-" in first.stem else 2
            for end in range(start + shortest, min(start + MOST_WORDS, limit) + 1):
                inside = words[start:end]
                if _may_end(inside) and not _cuts_name(words, end):
                    yield PhraseUse(tuple(word.stem for word in inside), _said(inside, start), any(word.turns for word in before))


def spoken(text: str) -> str:
    """Return the stems of a text one after the other, a "not" of any form as one, with a stop between its parts."""
    return " " + " . ".join(" ".join(word.stem for word in _words(part)) for part in _PART.split(text)) + " "


def tells(word: str) -> bool:
    """Say whether a stem of a phrase is a "not"."""
    return word == "not" or word in _NEGATIVE


def _words(part: str) -> list[_PhraseWord]:
    words = []
    for form in _WORD.findall(part):
        lower = form.lower().replace("’", "'")
        turns = lower in _NEGATIVE or bool(_NOT.fullmatch(lower))
        root = ("not" if _NOT.fullmatch(lower) else lower) if turns else _stem(lower)
        is_telling = not turns and len(lower) > 1 and not lower.isdigit() and not _says_nothing(lower)
        words.append(_PhraseWord(form.replace("’", "'"), root, is_telling, turns))
    return words


def _says_nothing(word: str) -> bool:
    return is_stop_word(word) or word in FILLERS or word in _WELSH_STOP_WORDS


def _stem(word: str) -> str:
    return "-".join(stem(piece) for piece in re.split("[‐‑-]", word))


def _may_end(words: list[_PhraseWord]) -> bool:
    last = words[-1]
    if words[0].turns and len(words) > 2 and last.form.lower() in _OBJECTS:
        return words[-2].tells or (last.form.lower() in _OPEN and any(word.tells for word in words))
    return last.tells and any(word.tells for word in words)


def _cuts_name(words: list[_PhraseWord], place: int) -> bool:
    """Say whether a cut before this place would go through a name of several words."""
    return 1 < place < len(words) and words[place - 1].is_name and words[place].is_name


def _said(words: list[_PhraseWord], start: int) -> str:
    forms = [word.form for word in words]
    if start == 0 and forms[0][1:].islower():
        # The first word of a sentence has a capital that is not its own.
        forms[0] = forms[0].lower()
    return " ".join(forms)
