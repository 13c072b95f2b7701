"""Run BERTopic on different answers, with our own map and groups in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.clustering import AgreedMap, OneGroup, SteadyGroups, Unmapped, centroids
from pipeline.methods.themes.consensus import Labels, without_known_warnings
from pipeline.methods.themes.distinct_texts import DistinctTexts, UnitRows, Units, blocks
from pipeline.methods.themes.guided import EXPLAINED, OF_THEME, Chances, GuidedGroups
from pipeline.methods.themes.load_bertopic import load_bertopic, load_umap
from pipeline.methods.themes.stability import Grouping
from pipeline.methods.themes.tokens import signs, stem, words_of_several


# Below this many answers, or different answers, one theme is all that can be told.
FEWEST, FEWEST_DIFFERENT = 15, 12
# Ids are hashes, so the first answers in their order are a fair sample; the others join the theme whose middle is nearest.
MOST = 4_000
WORDS = 24
# BERTopic fails where all answers together hold a single word.
BLANKS = ("", " ")

Groups = SteadyGroups | GuidedGroups | OneGroup


@dataclass(frozen=True)
class Topics:
    """The topic of each answer, int (n,), heaviest first, -1 for none; words that set each apart; how the number came about.

    `codes` has for each topic the code, a column of the guide, that it stands for, or None. `grouping` is None where
    the answers were too few to try how steadily topics come back.
    """

    labels: Labels
    words: tuple[tuple[str, ...], ...]
    codes: tuple[int | None, ...]
    grouping: Grouping | None
    reason: str


def find_topics(answers: DistinctTexts, guide: Chances | None = None, *, n_themes: int | None, seed: int) -> Topics:
    """Find the topics of the answers; no answers have none. `guide` (n, n_codes) is how likely each code is right for each."""
    if not len(answers):
        return Topics(np.zeros(0, dtype=np.intp), (), (), None, "No themes, because there are no answers.")
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # Sums over several threads differ in the last bits from run to run, and a theme may hang on them. The limit holds
    # for libraries that are loaded, so they are loaded first.
    load_bertopic()
    load_umap()
    with threadpool_limits(1), without_known_warnings():
        return _find_topics(answers, guide, n_themes=n_themes, seed=seed)


def nearest(vectors: Units, centres: NDArray[np.float64]) -> Labels:
    """Return the centre (k, d) nearest to each unit vector (n, d), int (n,)."""
    labels = np.zeros(len(vectors), dtype=np.intp)
    for block in blocks(len(vectors)):
        labels[block] = (vectors[block] @ centres.T).argmax(axis=1)
    return labels


def placed(vectors: Units, centres: NDArray[np.float64], guide: Chances | None, codes: Sequence[int | None]) -> Labels:
    """Return the theme of texts that come after, int (n,): by a guide, as the themes were found by it, or else the nearest.

    With a guide a text is of the theme of the code that fits it surely enough; where no code explains it, of the nearest
    that no code stands for; and else on its own (-1).
    """
    if guide is None or not any(code is not None for code in codes):
        return nearest(vectors, centres)
    of_codes = np.array([theme for theme, code in enumerate(codes) if code is not None], dtype=np.intp)
    new = np.array([theme for theme, code in enumerate(codes) if code is None], dtype=np.intp)
    chances = guide[:, [code for code in codes if code is not None]]
    labels = np.where(chances.max(axis=1) >= OF_THEME, of_codes[chances.argmax(axis=1)], -1).astype(np.intp)
    unexplained = np.flatnonzero(guide.max(axis=1) < EXPLAINED)
    if len(new) and len(unexplained):
        labels[unexplained] = _near_enough(vectors, unexplained, centres, new)
    return labels


def _near_enough(vectors: Units, rows: NDArray[np.intp], centres: NDArray[np.float64], new: NDArray[np.intp]) -> Labels:
    """Return the nearest of the new themes, -1 for a text that is no nearer to it than half of them are to other themes."""
    labels, near, others = np.zeros(len(rows), dtype=np.intp), np.zeros(len(rows)), []
    for block in blocks(len(rows)):
        likeness = (vectors[rows[block]] @ centres.T).round(6)
        best = likeness[:, new].argmax(axis=1)
        labels[block], near[block] = new[best], likeness[np.arange(len(best)), new[best]]
        likeness[np.arange(len(best)), new[best]] = np.nan
        others.append(likeness)
    strangers = np.concatenate(others)
    return np.where(near < np.nanmedian(strangers), -1, labels) if len(centres) > 1 else labels


def _find_topics(answers: DistinctTexts, guide: Chances | None, *, n_themes: int | None, seed: int) -> Topics:
    texts, vectors = answers.texts[:MOST], answers.vectors[:MOST]
    agreed, groups = _parts(answers, texts, vectors, guide, n_themes=n_themes, seed=seed)
    words = _run_bertopic(texts, vectors, agreed, groups)
    centres = centroids(groups.labels_, vectors)
    others = UnitRows(answers.vectors, np.arange(len(texts), len(answers)))
    later = placed(others, centres, None if guide is None else guide[len(texts) :], groups.codes_)
    labels = np.concatenate([groups.labels_, later])
    order = np.argsort(-np.bincount(labels[labels >= 0], weights=answers.weights[labels >= 0]), kind="stable")
    # Texts on their own keep the number -1, which stands last here.
    rank = np.append(np.argsort(order), -1)
    grouping = groups.grouping_ and replace(groups.grouping_, labels=_ranked(rank, groups.grouping_.labels))
    topic_words = tuple(words[group] for group in order)
    return Topics(rank[labels], topic_words, tuple(groups.codes_[group] for group in order), grouping, groups.reason_)


def _ranked(rank: Labels, labels: Labels) -> Labels:
    # A group beyond the topics is that of texts on their own.
    return np.asarray(np.append(rank[:-1], len(rank) - 1)[labels], dtype=np.intp)


def _parts(
    answers: DistinctTexts,
    texts: Sequence[str],
    vectors: NDArray[np.float64],
    guide: Chances | None,
    *,
    n_themes: int | None,
    seed: int,
) -> tuple[AgreedMap | Unmapped, Groups]:
    """Return what stands for UMAP and HDBSCAN in BERTopic: by a guide, by the answers alone, or where they are too few."""
    if len(texts) < FEWEST_DIFFERENT or (n_themes is None and _how_many(answers) < FEWEST):
        return Unmapped(), OneGroup(_too_few(answers))
    n_themes = n_themes and min(n_themes, len(texts))
    if guide is not None:
        groups = GuidedGroups(texts, vectors, guide[: len(texts)], n_themes=n_themes, seed=seed)
        if groups.explains():
            return Unmapped(), groups
    agreed = AgreedMap(texts, seed=seed)
    return agreed, SteadyGroups(agreed, vectors, n_themes=n_themes)


def _run_bertopic(
    texts: Sequence[str], vectors: NDArray[np.float64], agreed: AgreedMap | Unmapped, groups: Groups
) -> list[tuple[str, ...]]:
    from sklearn.feature_extraction.text import CountVectorizer

    bertopic, class_tfidf = load_bertopic()
    model = bertopic(
        # "english" would strip every letter outside a to z, such as the Welsh ŵ.
        language="multilingual",
        umap_model=agreed,
        hdbscan_model=groups,
        vectorizer_model=CountVectorizer(
            analyzer=lambda text: [*BLANKS, *signs(text)], vocabulary=[*BLANKS, *words_of_several(texts)]
        ),
        ctfidf_model=class_tfidf(reduce_frequent_words=True),
        top_n_words=WORDS,
    )
    model.fit(texts, vectors)
    topic_of = dict(zip(groups.labels_.tolist(), model.topics_, strict=True))
    return [_one_of_each_stem(model.get_topic(topic_of[group])) for group in sorted(topic_of) if group >= 0]


def _one_of_each_stem(weighted: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    # BERTopic pads short lists with blanks.
    kept = {stem(word): word for word, _ in reversed(weighted) if word.strip()}
    return tuple(word for word, _ in weighted if kept.get(stem(word)) == word)


def _too_few(answers: DistinctTexts) -> str:
    n = _how_many(answers)
    amount = "there is only 1 answer" if n == 1 else f"there are only {n} answers, {len(answers)} of them different"
    return f"1 theme, because {amount}; themes are told apart from {FEWEST} answers up."


def _how_many(answers: DistinctTexts) -> int:
    # A row may stand for several answers by its weight; weights that even out groups may be below 1.
    return max(int(answers.counts.sum()), round(float(answers.weights.sum())))
