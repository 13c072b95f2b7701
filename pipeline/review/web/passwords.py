"""Passwords: how they are kept, and which are too easy to guess."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


SHORTEST = 10
# Of zxcvbn, from 0 to 4: below it a password stands fewer than a hundred million guesses.
_LEAST_SCORE = 3
# So many letters are looked at; the time it takes grows with the square of their number.
_JUDGED = 72
_WHY = {
    "passwords": "It is among the passwords that people use most, or close to one",
    "user_inputs": "It holds your name, your group or the name of the study",
    "dictionary": "It is a common word or two",
    "spatial": "It is a row of keys",
    "repeat": "It is the same letters again and again",
    "sequence": "It is a row such as abcd or 1234",
    "date": "It is a date",
    "bruteforce": "It is short",
}


def hash_password(password: str) -> str:
    """Return an argon2id hash of a password."""
    return PasswordHasher().hash(_in_one_form(password))


def is_right(kept: str | None, password: str) -> bool:
    """Say whether a password is the one that was kept; without an account it takes as long to say no."""
    # Passwords that were chosen earlier are kept as they were typed then.
    for form in dict.fromkeys((_in_one_form(password), password)):
        with suppress(VerificationError):
            return PasswordHasher().verify(kept or _nobodys(), form) and kept is not None
    return False


def _in_one_form(password: str) -> str:
    # Keyboards differ in how they put an accent on a letter.
    return unicodedata.normalize("NFKC", password)


# Hashing takes long on purpose, so this is done once.
@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("of an account that is not there")


def why_easy(password: str, about: Iterable[str]) -> str:
    """Return a sentence why a password is easy to guess and what to do, knowing words about the person; nothing if it is not."""
    words = [word for text in about for word in (text, *text.split(), "".join(text.split())) if len(word) > 2]
    judged = password[:_JUDGED]
    about_words = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    forms = (
        (judged, ""),
        # What stands between words hides from zxcvbn that they are the same, or that two often come together.
        (re.sub(r"[\W_]+", "", judged) or judged, ""),
        # Words that others know of the person make a password longer and no harder to guess.
        (re.sub(about_words or "$^", " ", judged, flags=re.IGNORECASE).strip() or " ", _WHY["user_inputs"]),
    )
    for form, why in forms:
        if reason := _why_easy(form, words):
            return f"This password is easy to guess. {why or reason}. Choose three words that do not belong together."
    return ""


def _why_easy(password: str, words: Sequence[str]) -> str:
    from zxcvbn import zxcvbn

    judgement = zxcvbn(password, user_inputs=list(words))
    if judgement["score"] >= _LEAST_SCORE:
        return ""
    # What others know of the person says more than how long it is.
    part = max(judgement["sequence"], key=lambda match: (match.get("dictionary_name") == "user_inputs", len(match["token"])))
    return _WHY.get(part.get("dictionary_name", ""), _WHY.get(part["pattern"], "It follows a rule that others know"))
