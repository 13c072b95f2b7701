"""Flag what has a capital inside a sentence and what no list explains: it is called by a name, whatever it is."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.methods.redact.lexicon import CERTAIN, Lexicon
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import Token, TokenizedText


_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_INSIDE = frozenset(_LISTS["inside"].split())
_POINTS_OUT = frozenset(_LISTS["points_out"].split())
_LITTLE_WITH_CAPITAL = frozenset(_LISTS["little_with_capital"].split())
# Of more ordinary words than this in an answer people do not mark names by capitals.
_MOST_ORDINARY = 2
_EVERYDAY = frozenset(_LISTS["everyday"].split())


def find_capitalised(reading: TokenizedText, lexicon: Lexicon, masked: Iterable[Span]) -> Iterator[Span]:
    """Flag runs of capitals inside sentences, and single ones of words that are in no dictionary or stand where names do.

    What is masked already is explained.
    """
    yield from _unheard_of_first(reading, lexicon)
    if not reading.cased:
        return
    places = [(span.start, span.end) for span in masked if not span.flagged_only]
    runs = [run for run in _runs(reading) if not all(_is_explained(token, lexicon) or _is_within(token, places) for token in run)]
    ordinary = sum(_is_ordinary(token, lexicon) for run in runs for token in run if len(run) == 1)
    for run in runs:
        first, last = run[0], run[-1]
        if len(run) == 1 and first.word in _LITTLE_WITH_CAPITAL:
            continue
        if len(run) > 1 or not _is_ordinary(first, lexicon):
            # A sentence's first word may belong to what follows it, and as often does not.
            yield Span(_beginning(reading, lexicon, first), last.end, "name", True)
        elif ordinary <= _MOST_ORDINARY and _stands_as_a_name(reading, first):
            yield Span(first.start, first.end, "name", True)


def _beginning(reading: TokenizedText, lexicon: Lexicon, first: Token) -> int:
    """Return where a name begins whose first word begins the sentence, too: "Radio Orkney read it"."""
    position = reading.tokens.index(first)
    before = reading.tokens[position - 1] if position else first
    joined = reading.text[before.end : first.start] == " " and before.titled and before.opens
    return before.start if joined and before.word not in lexicon.function and not _is_explained(before, lexicon) else first.start


def _is_within(token: Token, places: Sequence[tuple[int, int]]) -> bool:
    return any(start <= token.start < end for start, end in places)


def _runs(reading: TokenizedText) -> Iterator[Sequence[Token]]:
    """Yield tokens with a capital inside a sentence that stand together, with little words between them."""
    run: list[Token] = []
    pending: list[Token] = []
    for position, token in enumerate(reading.tokens):
        joined = position > 0 and reading.text[reading.tokens[position - 1].end : token.start] in (" ", "'s ", "\u2019s ", "-")
        if (run or pending) and not joined:
            if run:
                yield tuple(run)
            run, pending = [], []
        readable = position not in reading.elsewhere or reading.cased_elsewhere
        if readable and reading.marks_a_name(token) and len(token.word) > 1:
            run += [*pending, token]
            pending = []
        elif run and token.word in _INSIDE and len(pending) < 2:
            pending.append(token)
        elif run:
            yield tuple(run)
            run, pending = [], []
    if run:
        yield tuple(run)


def _is_explained(token: Token, lexicon: Lexicon) -> bool:
    word = token.word
    if word in _LITTLE_WITH_CAPITAL:
        # "Parents In Need": in a title.
        return False
    if word in _EVERYDAY or word in _INSIDE or word in lexicon.kinds_of_place:
        return True
    singular = word.removesuffix("s")
    return any(lexicon.never(form) for form in (word, singular))


def _is_ordinary(token: Token, lexicon: Lexicon) -> bool:
    return lexicon.is_word(token.word) or lexicon.is_heard_of(token.word) or lexicon.misspells_a_word(token.word)


def _stands_as_a_name(reading: TokenizedText, token: Token) -> bool:
    """Say whether an ordinary word with a capital stands without what a thing would have before it: "at"
    " Meadows", "shut Larkspur".
    """
    position = reading.tokens.index(token)
    before = reading.tokens[position - 1] if position else None
    return before is not None and before.word not in _POINTS_OUT and not before.titled


def _unheard_of_first(reading: TokenizedText, lexicon: Lexicon) -> Iterator[Span]:
    """Flag a sentence's first word that is in no dictionary."""
    if sum(token.upper for token in reading.tokens) * 2 > len(reading.tokens):
        return
    for position, token in enumerate(reading.tokens):
        if not (token.opens and token.titled and len(token.word) > 3) or position in reading.elsewhere:
            continue
        if "'" in token.word or "-" in token.word or _is_explained(token, lexicon) or token.word in lexicon.scots:
            continue
        if not _is_ordinary(token, lexicon) and lexicon.name(token.word) != CERTAIN:
            yield Span(token.start, token.end, "name", True)


_LEADS_TO_A_PLACE = frozenset(
    {
        "in",
        "at",
        "from",
        "to",
        "near",
        "into",
        "called",
        "hated",
        "left",
        "leaving",
        "past",
        "outside",
        "around",
        "via",
        "hates",
        "visiting",
    }
)


def find_unheard_of_places(reading: TokenizedText, lexicon: Lexicon) -> Iterator[Span]:
    """Flag what is in no dictionary behind "in", "at" and the like, where nobody writes capitals: "in aberdaron"."""
    if reading.cased:
        return
    for position, token in enumerate(reading.tokens[1:], start=1):
        before = reading.tokens[position - 1]
        if before.word not in _LEADS_TO_A_PLACE or len(token.word) < 6 or not token.word.isascii() or "'" in token.word:
            continue
        listed = lexicon.is_heard_of(token.word) or token.word in lexicon.scots or token.word in lexicon.elsewhere
        if (
            position not in reading.elsewhere
            and not listed
            and not lexicon.misspells_a_word(token.word)
            and "-" not in token.word
        ):
            yield Span(token.start, token.end, "place", True)
