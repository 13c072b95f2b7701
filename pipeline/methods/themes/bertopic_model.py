"""Run BERTopic on different answers, with our own map and groups in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.clustering import AgreedMap, OneGroup, SteadyGroups, Unmapped, centroids
from pipeline.methods.themes.consensus import Labels, without_known_warnings
from pipeline.methods.themes.distinct_texts import DistinctTexts, Units, blocks
from pipeline.methods.themes.load_bertopic import load_bertopic, load_umap
from pipeline.methods.themes.stability import Grouping
from pipeline.methods.themes.tokens import signs, stem, words_of_several


# Below this many answers, or different answers, one theme is all that can be told.
FEWEST, FEWEST_DIFFERENT = 50, 12
# Ids are hashes, so the first answers in their order are a fair sample; the others join the theme whose middle is nearest.
MOST = 4_000
WORDS = 24
# BERTopic fails where all answers together hold a single word.
BLANKS = ("", " ")


@dataclass(frozen=True)
class Topics:
    """The topic of each answer, int (n,), heaviest topic first; words that set each apart; and how the number came about.

    `grouping` is None where the answers were too few to try how steadily topics come back.
    """

    labels: Labels
    words: tuple[tuple[str, ...], ...]
    grouping: Grouping | None
    reason: str


def find_topics(answers: DistinctTexts, *, n_themes: int | None, seed: int) -> Topics:
    """Find the topics of the answers; no answers have none."""
    if not len(answers):
        return Topics(np.zeros(0, dtype=np.intp), (), None, "No themes, because there are no answers.")
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # Sums over several threads differ in the last bits from run to run, and a theme may hang on them. The limit holds
    # for libraries that are loaded, so they are loaded first.
    load_bertopic()
    load_umap()
    with threadpool_limits(1), without_known_warnings():
        return _find_topics(answers, n_themes=n_themes, seed=seed)


def nearest(vectors: Units, centres: NDArray[np.float64]) -> Labels:
    """Return the centre (k, d) nearest to each unit vector (n, d), int (n,)."""
    found = np.zeros(len(vectors), dtype=np.intp)
    for block in blocks(len(vectors)):
        found[block] = (vectors[block] @ centres.T).argmax(axis=1)
    return found


def _find_topics(answers: DistinctTexts, *, n_themes: int | None, seed: int) -> Topics:
    texts, vectors = answers.texts[:MOST], answers.vectors[:MOST]
    agreed: AgreedMap | Unmapped = Unmapped()
    groups: SteadyGroups | OneGroup = OneGroup(_too_few(answers))
    if len(texts) >= FEWEST_DIFFERENT and (n_themes is not None or _how_many(answers) >= FEWEST):
        agreed = AgreedMap(texts, seed=seed)
        groups = SteadyGroups(agreed, vectors, n_themes=n_themes and min(n_themes, len(texts)))
    words = _run_bertopic(texts, vectors, agreed, groups)
    labels = np.concatenate([groups.labels_, nearest(answers.vectors, centroids(groups.labels_, vectors))[MOST:]])
    order = np.argsort(-np.bincount(labels, weights=answers.weights), kind="stable")
    rank = np.argsort(order)
    grouping = replace(groups.grouping_, labels=rank[groups.labels_]) if groups.grouping_ else None
    return Topics(rank[labels], tuple(words[group] for group in order), grouping, groups.reason_)


def _run_bertopic(
    texts: Sequence[str], vectors: NDArray[np.float64], agreed: AgreedMap | Unmapped, groups: SteadyGroups | OneGroup
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
    return [_one_of_each_stem(model.get_topic(topic_of[group])) for group in sorted(topic_of)]


def _one_of_each_stem(weighted: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    # BERTopic pads short lists with blanks.
    kept = {stem(word): word for word, _ in reversed(weighted) if word.strip()}
    return tuple(word for word, _ in weighted if kept.get(stem(word)) == word)


def _too_few(answers: DistinctTexts) -> str:
    n = _how_many(answers)
    said = "there is only 1 answer" if n == 1 else f"there are only {n} answers, {len(answers)} of them different"
    return f"1 theme, because {said}; themes are told apart from {FEWEST} answers up."


def _how_many(answers: DistinctTexts) -> int:
    # A row may stand for several answers by its weight; weights that even out groups may be below 1.
    return max(int(answers.counts.sum()), round(float(answers.weights.sum())))
