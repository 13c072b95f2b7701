"""The estimator: themes of texts, and the theme of a text."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.errors import DataError
from pipeline.methods.themes.bertopic_model import find_topics, nearest
from pipeline.methods.themes.clustering import centroids
from pipeline.methods.themes.describe import draw_portraits, join_families
from pipeline.methods.themes.distinct_texts import DistinctTexts, Vectors, distinct_answers, unit


class ThemeFinder:
    """Find themes in survey answers with BERTopic, in the manner of a scikit-learn clusterer.

    Unique answers are taken in the order of their hashed ids, so that neither the order of the rows nor the number of
    threads changes a theme. An answer that no theme clearly fits is on its own. Fewer than 15 answers make one theme.

    Parameters
    ----------
    embedder : str, default "voices"
        The name of the embedder, or a folder with a sentence-transformers model, used where no vectors are given.
    n_themes : int, optional
        The number of themes; left out, it is chosen by how steadily themes come back in resamples.
    seed : int, default 42
        Decides all that is drawn at random.

    Attributes
    ----------
    themes_ : list of Theme
        The themes, the most frequent first.
    labels_ : int array (n_texts,)
        The place in `themes_` of each text's theme; -1 for a text on its own.
    centroids_ : float32 array (n_themes, dimension)
        The middle of each theme: unit rows.
    stability_ : float or None
        Mean adjusted Rand index between the themes and those found again in samples of 90 % of the answers.
    n_themes_reason_ : str
        Why there are so many themes.
    hierarchy_ : float array (n_themes - 1, 4)
        How themes join into families and families into one, as `scipy.cluster.hierarchy.linkage` returns it.

    Raises
    ------
    DataError
        When texts, vectors, guide, weights and ids are not of one length, or the guide holds a missing number.

    Examples
    --------
    >>> import numpy as np
    >>> finder = ThemeFinder().fit(["The bus was late", "Late again", "Kind staff"], np.eye(3))
    >>> finder.labels_
    array([0, 0, 0])
    >>> finder.n_themes_reason_
    '1 theme, because there are only 3 answers, 3 of them different; themes are told apart from 15 answers up.'
    """

    def __init__(self, embedder: str = "voices", *, n_themes: int | None = None, seed: int = 42) -> None:
        self.embedder = embedder
        self.n_themes = n_themes
        self.seed = seed

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn asks for them."""
        return {"embedder": self.embedder, "n_themes": self.n_themes, "seed": self.seed}

    def set_params(self, **params: Any) -> Self:
        """Set parameters by name, as scikit-learn does."""
        vars(self).update(params)
        return self

    def fit(
        self,
        texts: Sequence[str],
        vectors: Vectors | None = None,
        *,
        guide: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        ids: Sequence[str] | NDArray[np.str_] | None = None,
    ) -> Self:
        """Find the themes of the texts.

        `vectors` (n_texts, dimension) spares embedding them; `guide` (n_texts, n_codes) is how likely each code of a codebook
        is right for each text: texts that a code explains make its theme, and the others are grouped by themselves;
        `weights` (n_texts,) say how many answers a text stands for; texts with the same of `ids` are one text
        (by default, those of the same wording).
        """
        answers = distinct_answers(texts, self._vectors_of(texts, vectors), weights=weights, ids=ids)
        chances = _chances(guide, answers)
        topics = find_topics(answers, chances, n_themes=self.n_themes, seed=self.seed)
        centres = centroids(topics.labels, answers.vectors)
        self.hierarchy_, families = join_families(centres)
        self.themes_ = draw_portraits(answers, topics, centres, families, chances)
        self.centroids_ = centres.astype(np.float32)
        self.labels_ = topics.labels[answers.place]
        self.stability_ = topics.grouping.agreement if topics.grouping else None
        self.n_themes_reason_ = topics.reason
        self._fitted = answers.texts, topics.labels
        return self

    def fit_predict(
        self,
        texts: Sequence[str],
        vectors: Vectors | None = None,
        *,
        guide: ArrayLike | None = None,
        weights: ArrayLike | None = None,
        ids: Sequence[str] | NDArray[np.str_] | None = None,
    ) -> NDArray[np.intp]:
        """Find the themes of the texts and return the theme of each, int (n_texts,); -1 for one on its own."""
        return self.fit(texts, vectors, guide=guide, weights=weights, ids=ids).labels_

    def transform(self, texts: Sequence[str], vectors: ArrayLike | None = None) -> NDArray[np.intp]:
        """Return the theme of each text, int (n_texts,): its own if seen in fitting, else the nearest; -1 if none."""
        if not self.themes_:
            return np.full(len(texts), -1, dtype=np.intp)
        rows = unit(np.asarray(self._vectors_of(texts, vectors), dtype=np.float64))
        pairs = zip(texts, nearest(rows, self.centroids_.astype(np.float64)).tolist(), strict=True)
        fitted_texts, labels = self._fitted
        label_of = dict(zip(fitted_texts, labels.tolist(), strict=True))
        return np.fromiter((label_of.get(text, near) for text, near in pairs), dtype=np.intp, count=len(texts))

    def _vectors_of(self, texts: Sequence[str], vectors: Vectors | None) -> Vectors:
        if vectors is not None:
            return vectors
        from pipeline.methods.embedding.embedders import load_embedder

        return load_embedder(self.embedder).encode(texts)


def _chances(guide: ArrayLike | None, answers: DistinctTexts) -> NDArray[np.float32] | None:
    """Return the guide of each different answer, float (n, n_codes), or None where there is none."""
    if guide is None:
        return None
    rows = np.asarray(guide, dtype=np.float32)
    if rows.ndim != 2 or len(rows) != len(answers.place):
        raise DataError(f"There are {len(answers.place):,} texts but {len(rows):,} rows of the guide; give one for each text.")
    if not np.isfinite(rows).all():
        raise DataError("The guide holds a missing or infinite number; make it again without it.")
    return rows[answers.first] if rows.shape[1] else None
