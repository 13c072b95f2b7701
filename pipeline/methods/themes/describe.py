"""A portrait of each theme for people: title, keywords, typical answers, counts, steadiness and family."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.bertopic_model import Topics
from pipeline.methods.themes.distinct_texts import DistinctTexts, Units, blocks
from pipeline.methods.themes.titles import MIXED, all_different, phrases_of, title_case
from pipeline.methods.themes.tokens import is_stop_word, stems
from pipeline.tables.lazy import select


KEYWORDS, EXEMPLARS = 8, 5
# Answers of a theme that are read for its title: ids are hashes, so those that come first are a fair sample of them.
TITLED_FROM = 5_000
# Texts that are looked at together for exemplars.
LOOKED = 16
# People learn more from exemplars that are not one another's echo.
ECHO = 0.9


@dataclass(frozen=True)
class Theme:
    """A theme in the answers.

    `title` is a phrase that several of its answers hold, and `keywords` set it apart, best first. `exemplars` are the rows of
    its most typical answers, best first: those nearest the middle and, where it stands for a code, likeliest to bear it.
    `n_texts` counts its rows and `weight` what they weigh. `stability` is how much of it comes back when a tenth of the
    answers is left out, 0 to 1, or None where there are too few to try. Themes of one `family` (1, 2, …) are near each other;
    `family_title` is the title of the most frequent of them. `code` is the column of the guide for whose code the theme
    stands, or None.
    """

    number: int
    title: str
    keywords: tuple[str, ...]
    exemplars: tuple[int, ...]
    n_texts: int
    weight: float
    stability: float | None
    family: int
    family_title: str = ""
    code: int | None = None


def draw_portraits(
    answers: DistinctTexts,
    topics: Topics,
    centres: NDArray[np.float64],
    families: Sequence[int],
    guide: NDArray[np.floating] | None = None,
) -> list[Theme]:
    """Describe each topic; `centres` (n_topics, d) are unit rows and `families` has the family of each."""
    typical = nearness(answers.vectors, topics.labels, centres)
    members = [np.flatnonzero(topics.labels == topic) for topic in range(len(topics.words))]
    # What lies in the middle of a code's theme may be its commonest subject, and say nothing of the code.
    for rows, code in zip(members, topics.codes, strict=True):
        if guide is not None and code is not None:
            typical[rows] *= guide[rows, code]
    exemplars = exemplars_of(answers.texts, answers.vectors, members, typical)
    titles = titles_of(answers, members)
    return [
        Theme(
            number=topic + 1,
            title=titles[topic],
            keywords=tuple(word for word in words if not is_stop_word(word))[:KEYWORDS],
            exemplars=tuple(int(answers.first[member]) for member in exemplars[topic]),
            n_texts=int(answers.counts[topics.labels == topic].sum()),
            weight=float(answers.weights[topics.labels == topic].sum()),
            stability=topics.grouping.stability(topic) if topics.grouping else None,
            family=families[topic],
            family_title=titles[families.index(families[topic])],
            code=topics.codes[topic],
        )
        for topic, words in enumerate(topics.words)
    ]


def titles_of(answers: DistinctTexts, members: Sequence[NDArray[np.intp]]) -> list[str]:
    """Return a title for each theme, given by its rows, for people to change; each different answer counts as one person's."""
    if not members:
        return []
    read = [rows[:TITLED_FROM] for rows in members]
    texts = [list(select(answers.texts, rows)) for rows in read]
    phrases = phrases_of(texts, [[(str(row),) for row in rows] for rows in read], [answers.vectors[rows] for rows in read])
    return all_different([title_case(phrase) or MIXED for phrase in phrases], phrases)


def join_families(centres: NDArray[np.float64]) -> tuple[NDArray[np.float64], list[int]]:
    """Join themes by Ward's method; returns the joins, float (n_themes - 1, 4), and the family of each theme."""
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(centres) < 2:
        return np.zeros((0, 4)), [1] * len(centres)
    joins = linkage(centres, "ward")
    families = fcluster(joins, round(np.sqrt(len(centres))), "maxclust")
    # Numbered in the order of the themes, so that the most frequent theme is in family 1.
    number = {family: i for i, family in enumerate(dict.fromkeys(families.tolist()), start=1)}
    return joins, [number[family] for family in families.tolist()]


def nearness(vectors: Units, labels: NDArray[np.intp], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how near each text is to the centre (k, d) of its own theme, float (n,); 0 for texts of none (-1)."""
    near = np.zeros(len(vectors))
    for block in blocks(len(vectors)):
        rows, own = vectors[block], labels[block]
        for label in np.unique(own[own >= 0]):
            near[block][own == label] = rows[own == label] @ centres[label]
    return near


def exemplars_of(
    texts: Sequence[str], vectors: Units, themes: Sequence[NDArray[np.intp]], near: NDArray[np.float64]
) -> list[tuple[int, ...]]:
    """Return for each theme, given by its rows, those nearest to its centre that do not echo one another, nearest first."""
    ordered = [members[np.argsort(-near[members].round(6), kind="stable")] for members in themes]
    chosen: list[list[_Typical]] = [[] for _ in themes]
    for start in range(0, max(map(len, ordered), default=0), LOOKED):
        wanting = [theme for theme, typical in enumerate(chosen) if len(typical) < EXEMPLARS]
        # Of all themes together, since words and vectors may be on the disk.
        looked = [(theme, row) for theme in wanting for row in ordered[theme][start : start + LOOKED].tolist()]
        if not looked:
            break
        rows = np.array([row for _, row in looked], dtype=np.intp)
        for (theme, row), text, vector in zip(looked, select(texts, rows), vectors[rows], strict=True):
            candidate, typical = _Typical(row, stems(text), vector), chosen[theme]
            if len(typical) < EXEMPLARS and not any(candidate.echoes(other) for other in typical):
                typical.append(candidate)
    return [tuple(exemplar.row for exemplar in typical) for typical in chosen]


class _Typical(NamedTuple):
    row: int
    stems: list[str]
    vector: NDArray[np.float64]

    def echoes(self, other: "_Typical") -> bool:
        return self.stems == other.stems or float(self.vector @ other.vector) > ECHO
