"""Which words of an answer are not in English: there the English model and the lists of English words tell nothing of names."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from pipeline.methods.redact.lexicon import CERTAIN, WORD, Lexicon
from pipeline.methods.redact.tokenized_text import Token, TokenizedText
from pipeline.methods.text.common_words import fold
from pipeline.methods.text.function_words import ENGLISH, SCOTS, function_words, words_of_others


_SENTENCE_ENDS = re.compile(r"[.!?\n\r\u2026\u061f\u06d4\u0964]")
_CLAUSE_ENDS = re.compile(r"[.!?\n\r\u2026\u061f\u06d4\u0964,;:()/|\u060c]|\s[-\u2013\u2014]\s")
# The last letter of Latin script as people of Europe, Turkey and Vietnam write it.
_LAST_LATIN = 0x24F
_CLAUSE, _SENTENCE, _ANSWER = 1.0, 0.5, 0.25
"""By how much more must speak for one side than for the other, in a clause, in a sentence, in the whole answer."""
_AGAINST_ENGLISH = 1.0
"""How much more still where the answer was told to be English: a slip of the finger makes another language's little word."""
_TOLD = 2.0
"""What it weighs that the whole answer was told to be in English, or in another language."""


def told_apart(reading: TokenizedText, lexicon: Lexicon, language: str) -> TokenizedText:
    """Return the text with its words that are not in English marked."""
    elsewhere = words_of_other_languages(reading.text, reading.tokens, lexicon, language)
    if not elsewhere:
        return reading
    inside = [token for position, token in enumerate(reading.tokens) if position in elsewhere and not token.opens]
    ordinary = [
        token for token in inside if token.titled and lexicon.name(token.word) != CERTAIN and token.word not in lexicon.places
    ]
    # German gives every noun a capital, and some people every word.
    cased = len(ordinary) * 6 <= len(inside)
    return replace(reading, elsewhere=elsewhere, cased_elsewhere=cased)


class _Votes:
    """What speaks for English and for another language in a stretch of words."""

    def __init__(self) -> None:
        self.english = self.other = 0.0
        self.sure = False

    def add(self, english: float, other: float, *, sure: bool) -> None:
        self.english += english
        self.other += other
        self.sure |= sure

    def english_by(self, margin: float, against: float = 0.0) -> bool | None:
        """Say whether it is English; None where neither leads by the margin, to which `against` is added for another language."""
        if self.english - self.other >= margin:
            return True
        return False if self.sure and self.other - self.english >= margin + against else None


def words_of_other_languages(text: str, tokens: Sequence[Token], lexicon: Lexicon, language: str) -> frozenset[int]:
    """Return the positions of tokens that are not in English, clause by clause, as people change language within an answer.

    `language` is the answer's, empty where nobody can tell: a clause without any sign is then not taken for English.
    """
    plain = text.isascii() or not any(letter.isalpha() for letter in text if not letter.isascii())
    if language == "en" and plain and lexicon.only_elsewhere.isdisjoint([token.word for token in tokens]):
        return frozenset()
    ballots = [_ballot(text, token, lexicon) for token in tokens]
    whole = _Votes()
    for english, other, sure in ballots:
        whole.add(english, other, sure=sure)
    whole.add(_TOLD * (language == "en"), _TOLD * (language not in ("", "en")), sure=language not in ("", "en"))
    answer = whole.english_by(_ANSWER)
    answer = language == "en" if answer is None else answer
    if answer and not any(english for english, _, _ in ballots) and whole.sure:
        # "Nada": there is nothing in it that is English.
        answer = False
    against = _AGAINST_ENGLISH if answer else 0.0
    elsewhere: set[int] = set()
    for sentence in _stretches(text, tokens, range(len(tokens)), _SENTENCE_ENDS):
        verdict = _verdict(ballots, sentence, _SENTENCE, against, otherwise=answer)
        for clause in _stretches(text, tokens, sentence, _CLAUSE_ENDS):
            if not _verdict(ballots, clause, _CLAUSE, against, otherwise=verdict):
                elsewhere.update(clause)
    return frozenset(elsewhere)


def in_another_language(text: str, place: int, words: Set[str], language: str) -> bool:
    """Tell whether the clause around a place is in a language of which all of the words there are little ones.

    `language` is that of the whole answer, and decides where nothing in the clause does.
    """
    others = words_of_others()
    codes = frozenset[str].intersection(*(others[word] for word in words))
    start = max((match.end() for match in _CLAUSE_ENDS.finditer(text, 0, place)), default=0)
    after = _CLAUSE_ENDS.search(text, place)
    ours = function_words()[ENGLISH] | function_words()[SCOTS]
    n_english = n_other = 0
    for match in WORD.finditer(text, start, after.start() if after else len(text)):
        word = fold(match[0])
        if word not in words:
            n_english += word in ours and word not in others
            n_other += word not in ours and not codes.isdisjoint(others.get(word, ()))
    return n_other > n_english if n_other != n_english else language in codes


def _verdict(
    ballots: Sequence[tuple[float, float, bool]], stretch: range, margin: float, against: float, *, otherwise: bool
) -> bool:
    votes = _Votes()
    for position in stretch:
        english, other, sure = ballots[position]
        votes.add(english, other, sure=sure)
    verdict = votes.english_by(margin, against)
    return otherwise if verdict is None else verdict


def _stretches(text: str, tokens: Sequence[Token], within: range, ends: re.Pattern[str]) -> Iterator[range]:
    first = within.start
    for position in within:
        last = position + 1 == within.stop
        if last or ends.search(text, tokens[position].end, tokens[position + 1].start):
            yield range(first, position + 1)
            first = position + 1


def _ballot(text: str, token: Token, lexicon: Lexicon) -> tuple[float, float, bool]:
    """Return what the word says for English, what for another language, and whether that is sure."""
    word = token.word
    if ord(word[0]) > _LAST_LATIN:
        return 0, 2, True
    if token.titled and not token.opens:
        # Names have capitals in every language.
        return 0, 0, False
    if len(word) == 1:
        return 0, 0, False
    if word in lexicon.only_elsewhere:
        return 0, 1, True
    if word in lexicon.scots or (word in lexicon.function and word not in lexicon.elsewhere):
        return 1, 0, False
    if word in lexicon.function:
        return 0.25, 0, False
    if lexicon.is_word(word) or lexicon.never(word):
        return (0, 0, False) if len(word) < 3 or word in lexicon.elsewhere else (0.5, 0, False)
    if lexicon.name(word) == CERTAIN or len(word) < 3:
        return 0, 0, False
    if not token.titled and not text[token.start : token.end].replace("\u2019", "").isascii():
        return 0, 1, True
    if word in lexicon.heard_of or lexicon.misspells_a_word(word):
        return 0.25, 0, False
    return 0, 0.5, False
