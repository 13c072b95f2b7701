"""One answer as the name finders see it: its words, and whether its capitals tell anything."""

import re
from dataclasses import dataclass, field

from pipeline.methods.redact.lexicon import CERTAIN, WORD, Lexicon
from pipeline.methods.redact.name_context import cues, says_or_does
from pipeline.methods.text.common_words import fold


_OPENS = " \t\u00a0\"'\u2018\u201c(["
# The point after such as "Mr" ends no sentence, so the capital behind it marks a name.
_ABBREVIATED = re.compile(r"(?<![\w'\u2019])(?:[A-Za-z]|mr|mrs|ms|dr|st|mx|prof|rev|cllr)\.$", re.IGNORECASE)
_FEW = 2
"""Capitals that an answer may have inside sentences, whatever the words, and still mark names by them."""
_ENDS = ".!?\n\r:;\u2022\u2026|"


@dataclass(frozen=True)
class Token:
    """A word at `text[start:end]` without a possessive ending, folded, with what its letters' case looks like."""

    start: int
    end: int
    word: str
    titled: bool
    upper: bool
    opens: bool


@dataclass(frozen=True)
class TokenizedText:
    """A text, its tokens and whether its writer uses capitals so that they mark names."""

    text: str
    tokens: tuple[Token, ...]
    cased: bool
    cued: dict[int, int]
    entities: dict[int, str] = field(default_factory=dict)
    elsewhere: frozenset[int] = frozenset()
    """Positions of tokens that are not in English."""
    cased_elsewhere: bool = False
    """Whether capitals mark names among those."""

    def marks_a_name(self, token: Token) -> bool:
        """Say whether the capital of the token can only be there because it is a name of something."""
        return self.cased and token.titled and not token.opens


def read(text: str, lexicon: Lexicon) -> TokenizedText:
    """Split the text into words and judge its capitals."""
    tokens = tokens_of(text)
    return TokenizedText(text, tokens, _uses_capitals(tokens, lexicon), cues(text))


def tokens_of(text: str) -> tuple[Token, ...]:
    """Split the text into words."""
    return tuple(_token(text, match.start(), match.group()) for match in WORD.finditer(text))


def recased(reading: TokenizedText, lexicon: Lexicon) -> str:
    """Return the text with capitals where a careful writer would put them, at the same offsets, for the model."""
    # Letter by letter and none more or less, as what the model marks is looked up by its offset.
    letters = list(reading.text)
    shouted = not reading.cased and sum(token.upper for token in reading.tokens) * 2 > len(reading.tokens)
    for token in reading.tokens:
        if shouted:
            word = letters[token.start : token.end]
            letters[token.start : token.end] = [_one_letter(letter.lower(), letter) for letter in word]
        if _looks_like_name(reading, lexicon, token) or (shouted and (token.opens or token.word == "i")):
            letters[token.start] = _one_letter(letters[token.start].upper(), letters[token.start])
    return "".join(letters)


def _looks_like_name(reading: TokenizedText, lexicon: Lexicon, token: Token) -> bool:
    if lexicon.never(token.word) or says_or_does(token.word):
        return False
    named = lexicon.name(token.word) == CERTAIN and not lexicon.is_word(token.word)
    if named or reading.cued.get(token.start, 0) > 1:
        return True
    # Where capitals tell nothing, a word that is in no list may be a name.
    return not reading.cased and len(token.word) > 2 and not lexicon.is_word(token.word) and token.word not in lexicon.heard_of


def _token(text: str, start: int, written: str) -> Token:
    word = fold(written)
    # "API's" is in capitals, too.
    written = written[:-2] if written[-2:].lower() in ("'s", "\u2019s") and len(written) > 2 else written
    end = start + len(written)
    before = start - 1
    while before >= 0 and text[before] in _OPENS:
        before -= 1
    opens = before < 0 or (text[before] in _ENDS and not _ABBREVIATED.search(text, max(0, before - 5), before + 1))
    # "KPIs" is in capitals, too.
    written = written[:-1] if len(written) > 2 and written[-1] == "s" and written[:-1].isupper() else written
    tail = written[1:]
    titled = written[0].isupper() and (any(letter.islower() for letter in tail) or not tail)
    return Token(start, end, word, titled, len(tail) > 0 and written.isupper(), opens)


def _uses_capitals(tokens: tuple[Token, ...], lexicon: Lexicon) -> bool:
    """Capitals tell names where some words inside sentences have one, but not most of the ordinary ones."""
    inside = [token for token in tokens if not token.opens and len(token.word) > 1]
    titled = [token for token in inside if token.titled]
    if not titled or sum(token.upper for token in inside) * 2 > len(inside):
        return False
    little = [token for token in inside if token.word in lexicon.function]
    if little and not any(token.titled for token in little) and len(titled) <= _FEW:
        return True
    ordinary = [t for t in inside if t.word in lexicon.function or (lexicon.is_word(t.word) and not lexicon.name(t.word))]
    return len(ordinary) < 3 or sum(token.titled for token in ordinary) * 3 < len(ordinary) * 2


def _one_letter(changed: str, letter: str) -> str:
    # "ß" becomes "SS": such a letter stays as it is.
    return changed if len(changed) == 1 else letter
