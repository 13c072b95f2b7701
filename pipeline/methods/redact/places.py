"""Towns, counties and districts, and the roles that with a place point at one person."""

import re
from collections.abc import Iterator

from pipeline.methods.redact.lexicon import CERTAIN, Lexicon
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import TokenizedText


MASK, FLAG = 3, 2
_LOOK_BACK = 40
_BEFORE = re.compile(
    r"\b(?:in|at|near|from|to|around|across|outside|towards|of|north|south|east|west|central|for|leave|left|like|between"
    r"|and|side of|into|via|over)\s$",
    re.IGNORECASE,
)
_LIVES_IN = re.compile(
    r"\b(?:liv(?:e|es|ing|ed)|mov(?:e|ed|ing)|stay(?:s|ed|ing)?|based|born|grew up|brought up|side|town|city|village|area"
    r"|raised|bus|train|home|travel(?:led)?|down|up)\s(?:\w{1,9}\s)?(?:in|to|from|near|at|of|outside)\s$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s(?:city |county |borough |town |district |parish )?(?:council|borough|hospital|road|town|city|area|branch)\b",
    re.IGNORECASE,
)
# Common words that are towns too: written small, they are the word.
_RATHER_THE_WORD = re.compile(r"bed|care|church|end|head|hill|home|hope|hospital|over|park|school|street|town|work")
_ROLE = re.compile(
    r"\b(?:i'?m|i am|i was|as|being|he'?s|she'?s|he is|she is|known as)\s"
    r"(?P<it>(?:the|a|an)\s(?:only\s|former\s|retired\s|first\s){0,2}"
    r"(?:[\w-]{1,15}\s){1,4}?(?:in|at|of|for|from|on)\s(?:the\s)?)",
    re.IGNORECASE,
)


def find_places(reading: TokenizedText, lexicon: Lexicon) -> Iterator[Span]:
    """Find places by the list of places and by the model."""
    after = 0
    for i, token in enumerate(reading.tokens):
        length = _listed(reading, lexicon, i) if i >= after else 0
        marked = reading.entities.get(token.start) in ("GPE", "LOC", "FAC")
        weight = _weight(reading, lexicon, i, length, entity=marked) if i >= after else 0
        if weight >= FLAG:
            after = i + max(length, 1)
            yield Span(token.start, reading.tokens[after - 1].end, "place", weight < MASK)


def places_in_doubt(reading: TokenizedText, lexicon: Lexicon) -> bool:
    """Say whether it may hang on the model what is found to be a place."""
    for i, token in enumerate(reading.tokens):
        # Of other words the model's opinion is not asked: see `_weight`.
        if reading.marks_a_name(token) or lexicon.name(token.word) == CERTAIN:
            length = _listed(reading, lexicon, i)
            without, with_it = (_weight(reading, lexicon, i, length, entity=entity) for entity in (False, True))
            if without != with_it and with_it >= FLAG:
                return True
    return False


def find_roles(reading: TokenizedText, places: list[Span]) -> Iterator[Span]:
    """Flag what someone is in a place, such as "the only vicar in …": together they may point at one person."""
    ends = {place.start: place.end for place in places}
    for match in _ROLE.finditer(reading.text):
        if match.end() in ends:
            yield Span(match.start("it"), ends[match.end()], "role", True)


def _listed(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Return how many tokens from this one on are the name of a listed place; hyphens count as spaces."""
    if reading.tokens[position].word.split("-", 1)[0] not in lexicon.places:
        return 0
    parts: list[str] = []
    ends: list[int] = []
    for i, token in enumerate(reading.tokens[position : position + 5], start=1):
        pieces = token.word.split("-")
        parts += pieces
        ends += [0] * (len(pieces) - 1) + [i]
    for words in lexicon.places[parts[0]]:
        if tuple(parts[: len(words)]) == words and ends[len(words) - 1]:
            return ends[len(words) - 1]
    return 0


def _weight(reading: TokenizedText, lexicon: Lexicon, position: int, length: int, *, entity: bool) -> int:
    """Say how much speaks for a place; `entity` is whether the model takes it for one."""
    token = reading.tokens[position]
    if position in reading.elsewhere:
        return _weight_elsewhere(reading, lexicon, position, length)
    if length > 1:
        return MASK
    if lexicon.never(token.word) or (reading.cased and token.upper and len(token.word) < 4):
        return 0
    led = _BEFORE.search(reading.text, max(0, token.start - _LOOK_BACK), token.start) is not None
    if not length:
        unlisted = entity and reading.marks_a_name(token) and not lexicon.is_word(token.word)
        return (MASK if led else FLAG) if unlisted else 0
    followed = _AFTER.match(reading.text, token.end) is not None
    if lexicon.is_word(token.word):
        return _weight_of_word(reading, position, led + entity + followed, followed=followed)
    if lexicon.name(token.word) == CERTAIN:
        return MASK if led or followed or entity else 0
    return MASK if not reading.cased or token.titled or led else FLAG


def _weight_elsewhere(reading: TokenizedText, lexicon: Lexicon, position: int, length: int) -> int:
    """Weigh a word of another language: only a listed place with a capital counts, where capitals mark names."""
    token = reading.tokens[position]
    is_word = lexicon.is_word(token.word) or token.word in lexicon.elsewhere or lexicon.never(token.word)
    if not length or not token.titled or (is_word and length == 1):
        return 0
    return MASK if reading.cased_elsewhere and (length > 1 or not token.opens) else FLAG


def _weight_of_word(reading: TokenizedText, position: int, evidence: int, *, followed: bool) -> int:
    """Weigh a place such as Reading, whose name is also a word."""
    token = reading.tokens[position]
    lives = _LIVES_IN.search(reading.text, max(0, token.start - _LOOK_BACK), token.start) is not None
    if reading.marks_a_name(token):
        return 1 + evidence + lives
    small = not reading.cased and len(token.word) > 3 and not _RATHER_THE_WORD.fullmatch(token.word)
    return MASK if small and (lives or followed) else 0
