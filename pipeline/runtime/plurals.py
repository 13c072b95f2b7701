"""Numbers with the nouns and verbs that go with them, and lists as they are read aloud."""

from collections.abc import Sequence


def n_of(n: float, noun: str, plural: str = "") -> str:
    """Return a number, rounded to a whole one, with its noun, such as "1 excerpt" and "2,000 excerpts"."""
    return f"{round(n):,} {agreeing(n, noun, plural or f'{noun}s')}"


def agreeing(n: float, singular: str, plural: str) -> str:
    """Return the word that agrees with a number, such as "is" for 1 and "are" for 2."""
    return singular if round(n) == 1 else plural


def listed(items: Sequence[str]) -> str:
    """Return a list as it is read aloud: a, b and c."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
