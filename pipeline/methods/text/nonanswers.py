"""Answers that say nothing, and a bare "nothing", which says a good deal under the right question."""

import re
import unicodedata


_NOTHING = """
nothing, none, no, nope, nil, nowt, zero, nothing really, really nothing, nothing at all, no nothing, not really,
nothing to improve, nothing else, nothing i can think of, nothing comes to mind, nothing springs to mind, no
improvements, no improvement, none needed, nothing much, absolutely nothing, nothing whatsoever, none at all, not a
thing, nothing to add, no nothing really, cant think of anything, cannot think of anything, nothing i can think of
really, dim, dim byd, dim byd o gwbl, dim o gwbl
"""
_SILENCE = """
na, n a, not applicable, no comment, no comments, no further comment, no further comments, did not answer, no answer,
no reply, no response, not answered, as above, see above, same as above, same, as before, ditto, dont know, do not
know, dk, dunno, idk, i dont know, not sure, im not sure, unsure, not sure really, no idea, no opinion, dont know
sorry, not sure sorry, prefer not to say, rather not say, pass, skip, skipped, nan, null, blank, empty, none given,
not given, tbc, tba, test, testing, x, xx, xxx, refused, ddim yn gwybod, dim yn gwybod, dim sylw
"""
NOTHING = frozenset(phrase.strip() for phrase in _NOTHING.split(","))
SILENCE = frozenset(phrase.strip() for phrase in _SILENCE.split(","))
READINGS = {"better": "praise", "good": "criticism"}


def is_silence(text: str) -> bool:
    """Say whether an answer says nothing under any question: "n/a", "as above", a lone mark."""
    plain = _plain(text)
    # A thumbs-up is an answer; a dash is not.
    return plain in SILENCE if plain else all(unicodedata.category(character) != "So" for character in text)


def reading_of_nothing(text: str, frame: str) -> str | None:
    """Return how a bare "nothing" reads: "praise", "criticism", "" under a neutral question; None if it is no bare "nothing"."""
    return READINGS.get(frame, "") if _plain(text) in NOTHING else None


def _plain(text: str) -> str:
    letters = text.casefold().replace("'", "").replace("\u2019", "")
    return " ".join(re.findall(r"[^\W_]+", letters))
