"""Where sentences begin, and which language a text is in."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from pipeline.methods.text.spacy_model import load_english, others_than


# Of fewer words in plain Latin letters a guess is worth little.
MIN_WORDS = 4
SURE = 0.98
# spaCy refuses texts of a million characters and takes memory by their length; nobody's answer is as long as this.
MAX_CHARACTERS = 100_000


def sentence_starts(texts: Sequence[str]) -> list[list[int]]:
    """Return, for each text, the offsets (code points) at which its sentences begin; the first is always 0."""
    short = (text[:MAX_CHARACTERS] for text in texts)
    docs = load_english().pipe(short, batch_size=256, disable=others_than("senter"))
    return [sorted({0, *(sentence.start_char for sentence in doc.sents)}) for doc in docs]


def languages_of(texts: Iterable[str], *, expected: Sequence[str]) -> list[str]:
    """Return each text's language code, or "unknown" where it is too short to tell.

    Another language than the expected ones is returned only when the identifier is all but certain, because a wrong
    guess would set somebody's answer aside.
    """
    identifier = _identifier()
    return [_language(text, identifier, tuple(expected)) for text in texts]


def _language(text: str, identifier: Any, expected: tuple[str, ...]) -> str:
    # Masks and web addresses are in no language.
    words = re.sub(r"\[[^\]]*\]|https?://\S+", " ", text)
    if len(words.split()) < MIN_WORDS and words.isascii():
        return "unknown"
    ranked = identifier.rank(words)
    best, probability = ranked[0]
    if best in expected or probability >= SURE:
        return str(best)
    return str(next((language for language, _ in ranked if language in expected), "unknown"))


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
