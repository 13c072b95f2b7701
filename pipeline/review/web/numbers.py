"""Numbers that arrive in an address or a form: whoever types them may type any."""

from werkzeug.routing import IntegerConverter


# The store's numbers have 64 bits, which hold any number of so many digits.
_MOST_DIGITS = 18


class RowNumber(IntegerConverter):
    """A number in an address; there is no page where it has more digits than the store can count."""

    regex = rf"[0-9]{{1,{_MOST_DIGITS}}}"


def number_in(text: str | None) -> int:
    """Return the number that a field of a form holds, or 0, which nothing has, if it holds none or one beyond counting."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS else 0
