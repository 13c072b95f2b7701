"""A portrait of each theme for people: title, keywords, typical answers, counts, steadiness and family."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.answers import Answers
from pipeline.methods.themes.topics import Topics
from pipeline.methods.themes.wording import is_stop_word, stems


KEYWORDS, EXEMPLARS = 8, 5
# People learn more from exemplars that are not one another's echo.
ECHO = 0.9


@dataclass(frozen=True)
class Theme:
    """A theme in the answers.

    `keywords` set it apart, best first. `exemplars` are the rows of its most typical answers. `n_texts` counts its rows and
    `weight` what they weigh. `stability` is how much of it comes back when a tenth of the answers is left out, 0 to 1, or
    None where there are too few to try. Themes of one `family` (1, 2, …) are near each other.
    """

    number: int
    title: str
    keywords: tuple[str, ...]
    exemplars: tuple[int, ...]
    n_texts: int
    weight: float
    stability: float | None
    family: int


def draw_portraits(answers: Answers, topics: Topics, centres: NDArray[np.float64], families: Sequence[int]) -> list[Theme]:
    """Describe each topic; `centres` (n_topics, d) are unit rows and `families` has the family of each."""
    return [
        Theme(
            number=topic + 1,
            title=", ".join(words[:3]).capitalize() or f"Theme {topic + 1}",
            keywords=tuple(word for word in words if not is_stop_word(word))[:KEYWORDS],
            exemplars=_exemplars(answers, np.flatnonzero(topics.labels == topic), centres[topic]),
            n_texts=int(answers.counts[topics.labels == topic].sum()),
            weight=float(answers.weights[topics.labels == topic].sum()),
            stability=topics.grouping.stability(topic) if topics.grouping else None,
            family=families[topic],
        )
        for topic, words in enumerate(topics.words)
    ]


def join_families(centres: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[int]]:
    """Join themes by Ward's method; returns the joins, float (n_themes - 1, 4), and the family of each theme."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(centres) < 2:
        return np.zeros((0, 4)), [1] * len(centres)
    joins = linkage(centres, "ward")
    found = fcluster(joins, round(np.sqrt(len(centres))), "maxclust")
    # Numbered in the order of the themes, so that the most frequent theme is in family 1.
    number = {family: i for i, family in enumerate(dict.fromkeys(found.tolist()), start=1)}
    return joins, [number[family] for family in found.tolist()]


def _exemplars(answers: Answers, members: NDArray[np.intp], centre: NDArray[np.float64]) -> tuple[int, ...]:
    chosen: list[int] = []
    for member in members[np.argsort(-(answers.vectors[members] @ centre).round(6), kind="stable")]:
        if len(chosen) == EXEMPLARS:
            break
        if not any(_echoes(answers, member, other) for other in chosen):
            chosen.append(member)
    return tuple(int(answers.first[member]) for member in chosen)


def _echoes(answers: Answers, one: int, other: int) -> bool:
    same_words = stems(answers.texts[one]) == stems(answers.texts[other])
    return same_words or float(answers.vectors[one] @ answers.vectors[other]) > ECHO
