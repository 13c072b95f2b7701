"""What a question asks for, which says much of what its answers are: one about barriers is seldom answered with praise."""

import re
import tomllib
from pathlib import Path
from typing import Literal, cast


Aim = Literal["good", "barriers", "ideas", "better", "open"]
AIMS: tuple[Aim, ...] = ("good", "barriers", "ideas", "better", "open")
"""`better` is barriers or ideas, where the wording does not say which of the two."""

_OF_FRAMES: dict[str, Aim] = {"good": "good", "better": "better", "neutral": "open"}
_WORDS = {
    cast(Aim, aim): re.compile(rf"\b(?:{'|'.join(entries)})\b")
    for aim, entries in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}


def aim_of(wording: str, frame: str) -> Aim:
    """Return what a question asks for, by its wording, or where that does not tell by its frame: good, better or neutral."""
    words = " ".join(wording.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    by_wording = (aim for aim, pattern in _WORDS.items() if pattern.search(words))
    return next(by_wording, _OF_FRAMES.get(frame, "open"))
