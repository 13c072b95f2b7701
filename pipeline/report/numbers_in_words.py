"""Figures in words: the same number is written the same way everywhere."""

import math
import re

import numpy as np

from pipeline.methods.disclosure import Profile, disclose
from pipeline.runtime.plurals import n_of


NOT_SHOWN = "not shown"
"""What stands in the place of a hidden figure: that it is small would already say too much of those hidden for others' sake."""
_ASKS_FOR = re.compile(
    r"(?:which|what) (?:is your |(?:of these )?)?(?P<what>[a-z][a-z -]*?)(?: (?:are|do|did|is|best|describes|have)\b.*)?\?", re.I
)
"""A question that names what it asks for: "Which age group are you in?"."""
STEADINESS = ((0.75, "steady"), (0.5, "fairly steady"), (0.0, "unsteady"))


def number(value: float) -> str:
    """Write a whole number with thousands apart."""
    return f"{round(value):,}"


def people(n: float) -> str:
    """Write a number of people."""
    return n_of(n, "person", "people")


def percent(share: float) -> str:
    """Write a share in whole per cent, rounding halves up; a share above zero is never written as none."""
    if 0 < share < 0.005:
        return "under 1%"
    return f"{math.floor(share * 100 + 0.5)}%"


def score(value: float) -> str:
    """Write a mean with two decimals."""
    return f"{value:.2f}"


def fewer_than(profile: Profile) -> str:
    """Write what stands in the place of a figure that is too small to show."""
    return f"fewer than {profile.fewest}"


def number_shown(n: float, profile: Profile) -> str:
    """Write a number as it may be shown by itself."""
    shown = float(disclose(np.array(float(n)), profile))
    return fewer_than(profile) if math.isnan(shown) else number(shown)


def steadiness(stability: float) -> str:
    """Write how well a theme comes back when answers are drawn again, in words and figure."""
    if math.isnan(stability):
        return "not measured"
    word = next(word for least, word in STEADINESS if stability >= least)
    return f"{word} ({score(stability)})"


def by(attribute: str) -> str:
    """Write by which attribute people are compared; of the wording of a question, what it asks for, if it names that."""
    if attribute.endswith("?"):
        asks_for = _ASKS_FOR.fullmatch(attribute)
        return f"by {asks_for['what'].lower()}" if asks_for else f"by what people answered to “{attribute}”"
    # "Age group" in a sentence is "age group", but "NHS region" stays as it is.
    return f"by {attribute[:1].lower() + attribute[1:] if attribute[1:2].islower() else attribute}"


def sentence_case(text: str) -> str:
    """Begin with a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]
