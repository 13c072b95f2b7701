"""Where sentences begin, and which language a text is in."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from pipeline.methods.text.common_words import common_words, fold
from pipeline.methods.text.function_words import ENGLISH, SCOTS, function_words
from pipeline.methods.text.spacy_model import load_english, others_than


# Of fewer words in plain Latin letters a guess is worth little.
MIN_WORDS = 4
SURE = 0.98
UNKNOWN = "unknown"
# An expected language that is so likely is not looked into further.
_CLEAR = 0.9
# How likely another language must be, and how much likelier than the expected ones, where its little words bear it out.
_LIKELY, _ODDS = 0.5, 10
# Less of a column than this is the identifier's doubt and nobody's language.
_LEAST_OF_COLUMN = 0.02
_ROMANISED = "ur"
_BEYOND_LATIN = "\u0250"
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
# spaCy refuses texts of a million characters and takes memory by their length; nobody's answer is as long as this.
MAX_CHARACTERS = 100_000


def sentence_starts(texts: Sequence[str]) -> list[list[int]]:
    """Return, for each text, the offsets (code points) at which its sentences begin; the first is always 0."""
    short = (text[:MAX_CHARACTERS] for text in texts)
    docs = load_english().pipe(short, batch_size=256, disable=others_than("senter"))
    return [sorted({0, *(sentence.start_char for sentence in doc.sents)}) for doc in docs]


def languages_of(texts: Iterable[str], *, expected: Sequence[str]) -> list[str]:
    """Return each text's language code, or "unknown" where it is too short to tell.

    Another language than the expected ones is returned only when the identifier is all but certain, or when it is likely and
    little words bear it out, because a wrong guess would set somebody's answer aside.
    """
    identifier = _identifier()
    return [_language(text, identifier, tuple(expected)) for text in texts]


def languages_of_column(texts: Sequence[str], *, expected: Sequence[str]) -> list[str]:
    """Return each text's language, judged beside the others of its column: a short one is likelier in a language that many use.

    Where nothing in the column tells, the first of the expected languages is taken.
    """
    ranks = [dict(_identifier().rank(_words_of(text))) for text in texts]
    sums: dict[str, float] = defaultdict(float)
    for rank in ranks:
        for language, probability in rank.items():
            sums[language] += float(probability)
    used = [language for language, total in sums.items() if total >= _LEAST_OF_COLUMN * len(texts)] or [*expected[:1]]
    likeliest = [max(used, key=lambda code: (float(rank.get(code, 0)) * sums[code], code)) for rank in ranks]
    alone = languages_of(texts, expected=used)
    return [likely if language in (UNKNOWN, *used) else language for language, likely in zip(alone, likeliest, strict=True)]


def _language(text: str, identifier: Any, expected: tuple[str, ...]) -> str:
    words = _words_of(text)
    if len(words.split()) < MIN_WORDS and words.isascii():
        return UNKNOWN
    ranked = identifier.rank(words)
    best, probability = ranked[0]
    if best != ENGLISH and best in expected and ENGLISH in expected and _is_mostly_english(words, str(best), by=1):
        # "tell faith i said ta": "i" and "faith" make no Welsh of it.
        return ENGLISH
    if best in expected and probability >= _CLEAR:
        return str(best)
    n_english, n_elsewhere, n_romanised = _little_words(words)
    if n_romanised > max(2, n_english):
        return _ROMANISED
    nearest, likely = next(((language, p) for language, p in ranked if language in expected), (UNKNOWN, 0.0))
    if best in expected or (ENGLISH in expected and n_english > n_elsewhere + 1):
        return str(best if best in expected else ENGLISH)
    if ENGLISH in expected and _is_mostly_english(words, str(best)):
        return ENGLISH
    borne_out = n_elsewhere > n_english or not any(letter < _BEYOND_LATIN for letter in words if letter.isalpha())
    if probability >= SURE or (borne_out and probability >= _LIKELY and probability >= _ODDS * likely):
        return str(best)
    return str(nearest)


def _is_mostly_english(text: str, other: str, by: int = 0) -> bool:
    """Tell whether at least half of the telling words are English, as where one foreign phrase stands in an answer."""
    lists = function_words()
    little, others = lists[ENGLISH] | lists[SCOTS], lists.get(other, frozenset())
    n_english = n_other = 0
    for match in _WORD.finditer(text):
        written, word = match[0], fold(match[0])
        if written[0].isupper() and word not in little and word not in others:
            # It may be a name, which has no language.
            continue
        if word in others or written.lower() in others:
            # "me" and "on" are words of both, and tell nothing.
            n_other += word not in little
        elif word in little or word in common_words():
            n_english += 1
        else:
            n_other += 1
    return n_english > 0 and n_english >= n_other + by


def _words_of(text: str) -> str:
    # Masks and web addresses are in no language.
    return re.sub(r"\[[^\]]*\]|https?://\S+", " ", text)


def _little_words(text: str) -> tuple[int, int, int]:
    """Count the words that only English or Scots has, those that it has not, and those of Urdu in Latin letters."""
    lists = function_words()
    english, romanised = lists[ENGLISH] | lists[SCOTS], lists["ur_latn"]
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    elsewhere = _elsewhere()
    return (
        sum(word in english and word not in elsewhere for word in words),
        sum(word in elsewhere and word not in english for word in words),
        sum(word in romanised and word not in english for word in words),
    )


@cache
def _elsewhere() -> frozenset[str]:
    return frozenset().union(*(words for language, words in function_words().items() if language not in (ENGLISH, SCOTS)))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
