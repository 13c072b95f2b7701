"""What people ask of themes, and how each wish finds its theme again in other groups of texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.consensus import Labels, k_means, without_known_warnings
from pipeline.methods.themes.distinct_texts import Units, unit


Action = Literal["rename", "merge", "split", "set aside", "restore", "map"]
Result = Literal["done", "already so", "overtaken", "found in part", "no longer finds its theme"]

# A theme is known again by the texts nearest to its middle when people spoke about it. Fewer texts than FEWEST say nothing.
KEPT, FEWEST = 200, 3
# Themes of fewer texts are not halved, and no half is smaller than so many texts, and such a share of its theme.
FEWEST_HALVED, FEWEST_OF_HALF, SMALLEST_HALF = 24, 5, 0.2
# How like themselves (adjusted Rand index) the two parts come back in halves of the theme. Of 70 single codes of the invented
# answers 11 % fall in two from 0.6 on, and of 70 pairs of codes of one codebook 87 %; from 0.5 on it is 26 % and 93 %, from
# 0.7 on 6 % and 74 %.
HALVED_AGAIN, STEADY = 12, 0.6


@dataclass(frozen=True)
class Edit:
    """A wish about themes: for each theme, or part of one, the ids of texts in it; and a title or a code."""

    edit_id: int
    action: Action
    texts: tuple[tuple[str, ...], ...]
    detail: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of an edit, and the labels of the themes that show it."""

    edit_id: int
    result: Result
    labels: tuple[int, ...] = ()


@dataclass(frozen=True)
class ThemeShape:
    """Themes as people want them.

    `labels` (n_texts,) is the theme of each text, -1 for none; labels below `n_found` are themes as they were found, others
    were made by people from the themes in `sources`, largest first. `alive` lists the labels there are, those without a text
    too. Titles and codes that people gave, and themes they set aside, come with the edit that did so (0: before these edits).
    """

    labels: Labels
    n_found: int
    alive: tuple[int, ...]
    titles: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    codes: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    aside: Mapping[int, int] = field(default_factory=dict)
    sources: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def made(self) -> tuple[int, ...]:
        """The labels of themes that people made."""
        return tuple(label for label in self.alive if label >= self.n_found)


@dataclass(frozen=True)
class _Texts:
    place: Mapping[str, int]
    vectors: Units


def as_found(labels: Labels, n_themes: int) -> ThemeShape:
    """Return themes before anybody has asked anything of them."""
    return ThemeShape(labels, n_themes, tuple(range(n_themes)))


def apply_edits(
    start: ThemeShape, ids: Iterable[str], vectors: Units, edits: Sequence[Edit]
) -> tuple[ThemeShape, tuple[Outcome, ...]]:
    """Carry out edits in the order of their ids; returns the themes and what came of each edit.

    `ids` (n_texts,) and `vectors` (n_texts, d), unit rows, belong to `start.labels`. An edit finds its theme where at least
    half of its texts that are still there lie in one theme; where they do not, the edit changes nothing and says so.
    """
    named = {text_id for edit in edits for part in edit.texts for text_id in part}
    texts = _Texts({text_id: row for row, text_id in enumerate(ids) if text_id in named} if named else {}, vectors)
    shape = start
    outcomes: list[tuple[Edit, Outcome]] = []
    for edit in sorted(edits, key=lambda edit: edit.edit_id):
        shape, outcome = _apply(shape, texts, edit)
        outcomes.append((edit, outcome))
    return shape, tuple(_in_the_end(shape, edit, outcome) for edit, outcome in outcomes)


def nearest_members(ids: Sequence[str], vectors: NDArray[np.float64], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return the ids of the texts nearest to the middle of `rows`: those by which the theme is known again."""
    middle = unit(vectors[rows].sum(axis=0, keepdims=True))[0]
    order = np.lexsort((rows, -(vectors[rows] @ middle).round(6)))
    return tuple(ids[row] for row in rows[order[:KEPT]])


def divide(vectors: NDArray[np.float64], rows: NDArray[np.intp], n_parts: int, *, seed: int) -> list[NDArray[np.intp]]:
    """Divide a theme's rows by meaning into as many parts, or fewer where its texts are all alike; largest first."""
    with without_known_warnings():
        labels = k_means(vectors[rows], min(n_parts, len(rows)), seed=seed, starts=10)
    parts = [rows[labels == label] for label in np.unique(labels)]
    return sorted(parts, key=lambda part: (-len(part), part[0]))


def steady_halves(vectors: NDArray[np.float64], rows: NDArray[np.intp], *, seed: int) -> list[NDArray[np.intp]]:
    """Return the two parts a theme falls into, larger first; none where it is small or they do not come back in half of it."""
    from sklearn.metrics import adjusted_rand_score

    if len(rows) < FEWEST_HALVED or len(halves := divide(vectors, rows, 2, seed=seed)) < 2:
        return []
    if len(halves[1]) < max(FEWEST_OF_HALF, SMALLEST_HALF * len(rows)):
        return []
    labels = np.isin(rows, halves[0])
    draw, alike = np.random.default_rng(seed), []
    for _ in range(HALVED_AGAIN):
        part = np.sort(draw.permutation(len(rows))[: len(rows) // 2])
        with without_known_warnings():
            again = k_means(vectors[rows[part]], 2, seed=seed, starts=5)
        alike.append(adjusted_rand_score(labels[part], again))
    return halves if float(np.mean(alike)) >= STEADY else []


def _apply(shape: ThemeShape, texts: _Texts, edit: Edit) -> tuple[ThemeShape, Outcome]:
    if edit.action == "split":
        return _split(shape, texts, edit)
    labels = [label for part in edit.texts if (label := _theme_of(shape, texts, part)) is not None]
    if edit.action == "merge":
        return _merge(shape, edit, labels)
    return _mark(shape, edit, labels[0]) if labels else (shape, _lost(edit))


def _theme_of(shape: ThemeShape, texts: _Texts, part: Sequence[str]) -> int | None:
    rows = _surviving(texts, part)
    if len(rows) < min(FEWEST, len(part)) or not len(rows):
        return None
    placed = shape.labels[rows]
    # A text on its own (-1) speaks for no theme.
    counts = np.bincount(placed[placed >= 0], minlength=1)
    return int(counts.argmax()) if 2 * counts.max() >= len(rows) else None


def _surviving(texts: _Texts, part: Sequence[str]) -> NDArray[np.intp]:
    return np.array(sorted({texts.place[text_id] for text_id in part if text_id in texts.place}), dtype=np.intp)


def _lost(edit: Edit) -> Outcome:
    return Outcome(edit.edit_id, "no longer finds its theme")


def _mark(shape: ThemeShape, edit: Edit, label: int) -> tuple[ThemeShape, Outcome]:
    done = Outcome(edit.edit_id, "done", (label,))
    if edit.action == "rename" and not edit.detail:
        # The title was taken out, since it quoted somebody who withdrew: the theme goes by the one it had before.
        return shape, done
    if edit.action == "rename":
        return replace(shape, titles={**shape.titles, label: (edit.detail, edit.edit_id)}), done
    if edit.action == "map":
        return replace(shape, codes={**shape.codes, label: (edit.detail, edit.edit_id)}), done
    others = {other: by for other, by in shape.aside.items() if other != label}
    if edit.action == "restore":
        return replace(shape, aside=others), done if label in shape.aside else replace(done, result="already so")
    return replace(shape, aside={**others, label: edit.edit_id}), done


def _merge(shape: ThemeShape, edit: Edit, labels: list[int]) -> tuple[ThemeShape, Outcome]:
    different = tuple(sorted(set(labels), key=lambda label: (-int((shape.labels == label).sum()), label)))
    all_found = len(labels) == len(edit.texts)
    if len(different) < 2:
        return shape, Outcome(edit.edit_id, "already so", different) if all_found and different else _lost(edit)
    new = _next_label(shape)
    merged = replace(
        _without(shape, different, (new,)),
        labels=np.where(np.isin(shape.labels, different), new, shape.labels).astype(np.intp),
        titles=_handed_on(shape.titles, different, new) | ({new: (edit.detail, edit.edit_id)} if edit.detail else {}),
        codes=_handed_on(shape.codes, different, new),
        aside={**shape.aside, **({new: shape.aside[different[0]]} if shape.aside.keys() >= {*different} else {})},
        sources={**shape.sources, new: different},
    )
    return merged, Outcome(edit.edit_id, "done" if all_found else "found in part", (new,))


def _split(shape: ThemeShape, texts: _Texts, edit: Edit) -> tuple[ThemeShape, Outcome]:
    apart = [_theme_of(shape, texts, part) for part in edit.texts]
    if None not in apart and len(set(apart)) == len(apart):
        return shape, Outcome(edit.edit_id, "already so", tuple(label for label in apart if label is not None))
    whole = _theme_of(shape, texts, [text_id for part in edit.texts for text_id in part])
    parts = [_surviving(texts, part) for part in edit.texts]
    parts = [inside for part in parts if len(inside := part[shape.labels[part] == whole])]
    if whole is None or len(parts) < 2:
        return shape, _lost(edit)
    first = _next_label(shape)
    new = tuple(range(first, first + len(parts)))
    divided = replace(
        _without(shape, (whole,), new),
        labels=_shared_out(shape.labels, texts.vectors, parts, whole=whole, first=first),
        codes={**shape.codes, **(dict.fromkeys(new, shape.codes[whole]) if whole in shape.codes else {})},
        aside={**shape.aside, **(dict.fromkeys(new, shape.aside[whole]) if whole in shape.aside else {})},
        sources={**shape.sources, **dict.fromkeys(new, (whole,))},
    )
    return divided, Outcome(edit.edit_id, "done" if len(parts) == len(edit.texts) else "found in part", new)


def _shared_out(labels: Labels, vectors: Units, parts: Sequence[NDArray[np.intp]], *, whole: int, first: int) -> Labels:
    middles = unit(np.array([vectors[part].sum(axis=0) for part in parts]))
    shared = labels.copy()
    rows = np.flatnonzero(labels == whole)
    shared[rows] = first + (vectors[rows] @ middles.T).round(6).argmax(axis=1)
    for place, part in enumerate(parts):
        shared[part] = first + place
    return shared


def _next_label(shape: ThemeShape) -> int:
    return max([shape.n_found, *(label + 1 for label in (*shape.alive, *shape.sources))])


def _without(shape: ThemeShape, gone: tuple[int, ...], new: tuple[int, ...]) -> ThemeShape:
    return replace(shape, alive=(*(label for label in shape.alive if label not in gone), *new))


def _handed_on(marks: Mapping[int, tuple[str, int]], sources: tuple[int, ...], new: int) -> dict[int, tuple[str, int]]:
    """Hand on what people gave the largest of the sources that they gave anything."""
    heir = next((marks[label] for label in sources if label in marks), None)
    return {**marks, **({new: heir} if heir else {})}


def _in_the_end(shape: ThemeShape, edit: Edit, outcome: Outcome) -> Outcome:
    """Follow an edit's themes through later edits, and say where a later one took its place."""
    shown = tuple(label for label in shape.alive if any(_comes_from(shape, label, ancestor) for ancestor in outcome.labels))
    authors = {"rename": _authors(shape.titles), "map": _authors(shape.codes), "set aside": shape.aside}.get(edit.action)
    stands = authors is None or any(authors.get(label) == edit.edit_id for label in shown)
    return replace(outcome, labels=shown, result=outcome.result if stands or not outcome.labels else "overtaken")


def _authors(marks: Mapping[int, tuple[str, int]]) -> dict[int, int]:
    return {label: by for label, (_, by) in marks.items()}


def _comes_from(shape: ThemeShape, label: int, origin: int) -> bool:
    return label == origin or any(_comes_from(shape, source, origin) for source in shape.sources.get(label, ()))
