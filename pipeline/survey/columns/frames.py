"""Tell from its wording what a question asks for; what is unclear asks for neither, as a wrong guess turns answers round."""

import re
from typing import Literal

from pipeline.survey.columns.column import plain
from pipeline.survey.columns.vocabulary import either, within


Frame = Literal["good", "better", "neutral"]

_BETTER, _IF_WISHED, _GOOD = within("better"), within("better_only_if_wished"), within("good")
_SAYS_NEITHER, _KEEPS, _WISHES, _CAME_ABOUT = within("says_neither"), within("keeps"), within("wishes"), within("has_come_about")
# "Not so well", "did you not like", "enjoyed least": what was praise is none.
_DENIED = re.compile(
    rf"\b{either('denied')}(?: {either('between_denied')}){{0,4}} {either('good_denied')}\b"
    rf"|\b{either('good_denied')} (?:the )?(?:least|less)\b"
    # "What went well, what didn't?"
    r"|^(?:and |or )?(?:what|which|who)(?: \w+){0,2} (?:did|has|is|was|does|do|have)(?: not|n t| t)$"
    r"|^(?:and |or )?what (?:didn|hasn|isn|wasn|doesn) t$"
)
_TAGS = re.compile(r"<[^<>]{1,80}>|&\w{1,8};")
_CLAUSES = re.compile(r"[?!.;:\n/()]+|,\s")
# What stands in the place of praise, of complaint and of what is to be kept: no words of any question.
_P, _C, _K = "\x01", "\x02", "\x03"
_JOINED = re.compile(rf"{_P}.*\b(?:and|or|but|versus|vs)\b.*{_C}|{_C}.*\b(?:and|or|but|versus|vs)\b.*{_P}")


def frame_of(wording: str) -> Frame:
    """Return what a question asks for: what is good, what could be better, or neither in particular."""
    frames = {_frame_of_clause(plain(clause)) for clause in _CLAUSES.split(_TAGS.sub(" ", wording))} - {"neutral"}
    if len(frames) != 1:
        return "neutral"
    frame = frames.pop()
    return "neutral" if frame == "both" else frame


def _frame_of_clause(words: str) -> Frame | Literal["both"]:
    words = _SAYS_NEITHER.sub(" ", words)
    is_wished = bool(_WISHES.search(words))
    words = _DENIED.sub(_C, _KEEPS.sub(_K, words))
    if not is_wished and _CAME_ABOUT.search(words):
        # "What has improved?" asks for no improvements.
        words = _IF_WISHED.sub(" ", words)
    words = _GOOD.sub(_P, _BETTER.sub(_C, words))
    if _JOINED.search(words) or (_K in words and _C in words):
        return "both"
    if _C in words:
        return "better"
    # "How could this work well?" is a wish, and "What should we keep?" is praise.
    return "good" if _K in words or (_P in words and not is_wished) else "neutral"
