"""Names of people: enough that speaks for a word masks it or flags it, and words beside a name may belong to it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby

from pipeline.methods.redact.lexicon import Lexicon
from pipeline.methods.redact.name_context import KIN, said_after
from pipeline.methods.redact.name_score import FLAG, MASK, MODEL, NEVER, PARTICLES, POSSIBLE, beginning, led_to, with_model
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import Token, TokenizedText, tokens_of


_KIN_BEFORE = re.compile(rf"\b{KIN}\s$", re.IGNORECASE)
_JOIN = re.compile(r"[ \u00a0]{1,2}")
_LIST = re.compile(r"\s?[,/&+]\s?(?:and\s)?|\s")
_ENDS = re.compile(r"\s?(?:[.,;!?)]|$)")
# P.A., G.P. and O.T. are roles, and I.E., E.G. and U.K. nobody.
_ONLY_INITIALS = re.compile(
    r"(?<![\w.])(?!P\.A|I\.E|E\.G|U\.[KS]|G\.P|O\.T|[AP]\.M|T\.V|B\.A|M\.A|N\.B|P\.S|R\.E|P\.E|I\.D|I\.T|D\.I\.Y|N\.H\.S|A\.S\.A|O\.K"
    r"|H\.R|C\.V|M\.[PSED]|Q\.A|V\.I\.P|B\.[BT]\.?[CW]?|E\.U|A\.E|C\.[CD]|D\.[VLS]|E\.R|A\.I|J\.S|R\.S\.P|W\.C|S\.O|L\.A)"
    r"(?:[A-Z]\.\s?){1,2}[A-Z](?:\.|\b)(?!\w)"
)


def find_names(
    reading: TokenizedText, lexicon: Lexicon, before: Sequence[int], *, known_names: Mapping[str, int], places: Iterable[Span]
) -> list[Span]:
    """Find the names of people in a text; `before` is what its words weigh without what the model has marked in it."""
    tokens = reading.tokens
    weights = with_model(reading, lexicon, before)
    # Places before names: "Lives in Lancaster" names nobody, unless a title or role stands before the word.
    for i in _within(reading, places):
        if tokens[i].word not in known_names and not led_to(reading, lexicon, i):
            weights[i] = NEVER
    named = {i for i, weight in enumerate(weights) if weight >= MASK}
    words = {tokens[i].word for i in named}
    # "Beth" is a name in English, and in Welsh a little word.
    little = {i for i in reading.elsewhere if tokens[i].word in lexicon.elsewhere}
    named |= {i for i, t in enumerate(tokens) if t.word in words and only_a_name(t.word, lexicon) and i not in little}
    named |= _listed_with(reading, named, {i for i, weight in enumerate(weights) if weight >= POSSIBLE})
    for i in sorted(named):
        _follow(reading, lexicon, i + 1, named)
    named |= {i - 1 for i in named if _has_particle(reading, i, named)}
    flags = [i for i, weight in enumerate(weights) if weight == FLAG and i not in named]
    flagged = [Span(tokens[i].start, tokens[i].end, "name", True) for i in flags]
    return [*flagged, *_joined(reading.text, tokens, sorted(named)), *_initials_alone(reading)]


def names_in_doubt(weights: Sequence[int]) -> bool:
    """Say whether it may hang on the model what is found to be a name, given what the words weigh without it."""
    if any(POSSIBLE - MODEL < weight < MASK for weight in weights):
        return True
    # A word that the model makes just possible counts only beside another that may be a name.
    return POSSIBLE - MODEL in weights and any(weight >= POSSIBLE for weight in weights)


def find_again(text: str, words: Set[str]) -> list[Span]:
    """Find names, given as folded words, wherever they stand."""
    tokens = tokens_of(text)
    return list(_joined(text, tokens, [i for i, token in enumerate(tokens) if token.word in words]))


def only_a_name(word: str, lexicon: Lexicon) -> bool:
    """Say whether the word, once found to be a name, is one wherever it stands: it has no other uses."""
    return len(word) > 2 and not lexicon.is_word(word) and not lexicon.never(word)


def _within(reading: TokenizedText, places: Iterable[Span]) -> Iterator[int]:
    starts = {token.start: i for i, token in enumerate(reading.tokens)}
    for place in places:
        i = starts[place.start]
        while not place.flagged_only and i < len(reading.tokens) and reading.tokens[i].start < place.end:
            yield i
            i += 1


def _listed_with(reading: TokenizedText, named: set[int], possible: set[int]) -> set[int]:
    """Take possible names that are listed with a sure one: "Anwar, Bea and …"."""
    listed: set[int] = set()
    unsure = possible - named
    for i in sorted(named):
        for step in (1, -1):
            near = i + step
            while near in unsure and _LIST.fullmatch(_between(reading, near, near - step)):
                listed.add(near)
                near += step
            apart = i + 2 * step
            if apart in unsure and reading.tokens[i + step].word in ("and", "n", "or", "with"):
                listed.add(apart)
    return listed


def _between(reading: TokenizedText, position: int, beside: int) -> str:
    first, second = sorted((position, beside))
    return reading.text[reading.tokens[first].end : reading.tokens[second].start]


def _follow(reading: TokenizedText, lexicon: Lexicon, position: int, named: set[int]) -> None:
    """Take the words after a name that are its surname, past such as "ap" and "da"."""
    while position < len(reading.tokens) and position not in named:
        last = position + (reading.tokens[position].word in PARTICLES)
        if last == len(reading.tokens) or not _JOIN.fullmatch(_between(reading, position - 1, position)):
            return
        if not _may_be_surname(reading, lexicon, reading.tokens[last], elsewhere=last in reading.elsewhere):
            return
        named.update((position, last))
        position = last + 1


def _may_be_surname(reading: TokenizedText, lexicon: Lexicon, token: Token, *, elsewhere: bool) -> bool:
    """Say whether the token, just after a name, is the rest of it."""
    word = token.word
    if len(word) == 1:
        return (token.titled or not reading.cased) and word not in ("i", "a", "o", "x", "u", "n", "y", "r", "c", "e")
    if elsewhere:
        return token.titled and not token.opens and reading.cased_elsewhere and word not in lexicon.elsewhere
    if word in lexicon.function or (lexicon.never(word) and word not in lexicon.word_surnames):
        return False
    if reading.marks_a_name(token):
        return True
    if word in lexicon.word_surnames and not (reading.cased and token.titled):
        return not reading.cased or said_after(reading.text, token.end) > 0 or _ENDS.match(reading.text, token.end) is not None
    if reading.cased and (token.titled or lexicon.is_heard_of(word) or lexicon.misspells_a_word(word)):
        return False
    return len(word) > 3 and not lexicon.is_word(word)


def _has_particle(reading: TokenizedText, position: int, named: set[int]) -> bool:
    """Say whether the word before the name is one such as "da" and belongs to it."""
    if not position or reading.tokens[position - 1].word not in PARTICLES:
        return False
    joined = _JOIN.fullmatch(_between(reading, position - 1, position)) is not None
    return joined and (position - 2 in named or reading.cued.get(reading.tokens[position - 1].start, 0) > FLAG)


def _joined(text: str, tokens: Sequence[Token], named: list[int]) -> Iterator[Span]:
    """Join the tokens of one name, with the initials and the family word before it."""
    for _, run in groupby(enumerate(named), key=lambda pair: pair[1] - pair[0]):
        name = [tokens[i] for _, i in run]
        first = 0
        for i in range(1, len(name) + 1):
            if i == len(name) or not _JOIN.fullmatch(text, name[i - 1].end, name[i].start):
                start = beginning(text, name[first].start)
                kin = _KIN_BEFORE.search(text, max(0, start - 10), start)
                yield Span(kin.start() if kin else start, name[i - 1].end, "name")
                first = i


def _initials_alone(reading: TokenizedText) -> Iterator[Span]:
    """Find "A.K." where a name would stand."""
    for match in _ONLY_INITIALS.finditer(reading.text):
        # "J. T." and "J.T." are somebody wherever they stand; a sentence that ends with a letter has a word before it.
        if reading.cued.get(match.start(), 0) > 1 or match[0].count(".") > 1:
            yield Span(*match.span(), "name")
