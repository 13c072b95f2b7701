"""Print on any terminal: what it cannot show is written in signs that it can."""

import codecs
import io
import json
import sys
import unicodedata
from typing import Any


_LIKE = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "−": "-",
    "‑": "-",
    "…": "...",
    "•": "*",
    "▸": ">",
    "→": "->",
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "£": "GBP ",
    "€": "EUR ",
    "█": "#",
}
_ERRORS = "as_near_as_can_be"


def show_what_can_be_shown() -> None:
    """Let stdout and stderr write a sign that is like it, or a question mark, for each that they have not."""
    codecs.register_error(_ERRORS, _nearest)
    for stream in (sys.stdout, sys.stderr):
        # A program may be begun with either closed, or with its own in the place of ours.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def answer_nobody() -> None:
    """Let questions find that there is nobody to answer, where a program was begun with its input closed."""
    if sys.stdin is None:
        sys.stdin = io.StringIO()


def is_text(argument: str) -> bool:
    """Say whether an argument is text; what another encoding wrote arrives as halves of signs, which can be kept nowhere."""
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


def to_json(value: Any) -> str:
    """Return JSON that stdout can write whole; other programs read it, so that nothing may be replaced."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return json.dumps(value, indent=1, ensure_ascii=True)
    return text


def _nearest(fault: UnicodeError) -> tuple[str, int]:
    if not isinstance(fault, UnicodeEncodeError):
        raise fault
    return "".join(_like(sign, fault.encoding) for sign in fault.object[fault.start : fault.end]), fault.end


def _like(sign: str, encoding: str) -> str:
    # A letter without its accents: "a" for "ä" where the terminal has no "ä".
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    for near in (_LIKE.get(sign, ""), bare):
        if near and near.encode(encoding, "ignore").decode(encoding) == near:
            return near
    return "?"
