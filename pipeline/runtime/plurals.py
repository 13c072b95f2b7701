"""Numbers with their nouns."""


def n_of(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun, such as "1 excerpt" and "2,000 excerpts"."""
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"
