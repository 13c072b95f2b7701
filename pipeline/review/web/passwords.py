"""Passwords: how they are kept, and which are too easy to guess."""

from collections.abc import Iterable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


SHORTEST = 10
_LEAST_SCORE = 3
"""Of zxcvbn, from 0 to 4: below it a password stands fewer than a hundred million guesses."""
_JUDGED = 72
"""So many letters are looked at; the time it takes grows with the square of their number."""
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
    return PasswordHasher().hash(password)


def is_right(kept: str | None, given: str) -> bool:
    """Say whether a password is the one that was kept; without an account it takes as long to say no."""
    try:
        return PasswordHasher().verify(kept or _nobodys(), given) and kept is not None
    except VerificationError:
        return False


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return hash_password("of an account that is not there")


def why_easy(password: str, about: Iterable[str]) -> str:
    """Return a sentence why a password is easy to guess and what to do, knowing words about the person; nothing if it is not."""
    from zxcvbn import zxcvbn

    words = [word for text in about for word in (text, *text.split()) if len(word) > 2]
    found = zxcvbn(password[:_JUDGED], user_inputs=words)
    if found["score"] >= _LEAST_SCORE:
        return ""
    # What others know of the person says more than how long it is.
    part = max(found["sequence"], key=lambda match: (match.get("dictionary_name") == "user_inputs", len(match["token"])))
    why = _WHY.get(part.get("dictionary_name", ""), _WHY.get(part["pattern"], "It follows a rule that others know"))
    return f"This password is easy to guess. {why}. Choose three words that do not belong together."
