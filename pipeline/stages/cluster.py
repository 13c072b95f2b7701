"""Find themes in the unique texts, and who spoke of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.artefacts import Vectors, content_id, empty_table
from pipeline.methods.themes import ThemeFinder, heard_once


RARE = 5


def cluster(
    texts: pd.DataFrame, vectors: Vectors, segments: pd.DataFrame, comments: pd.DataFrame, *, settings: SimpleNamespace
) -> tuple[pd.DataFrame, pd.DataFrame, Vectors]:
    """Return themes, the theme of each text, and the themes' middles."""
    if texts.empty:
        return empty_table("themes"), empty_table("members"), Vectors((), np.zeros((0, vectors.matrix.shape[1]), np.float16))
    matrix = vectors.matrix.astype(np.float32)
    finder = ThemeFinder(n_themes=settings.cluster.n_themes, seed=settings.cluster.seed)
    finder.fit(texts["text"].tolist(), matrix, weights=texts["n"].to_numpy(), ids=texts["text_id"].tolist())
    themes = _themes(finder, texts)
    members = _members(finder, texts, matrix, ids=themes["theme_id"].tolist())
    themes = _with_people(themes, members, segments, comments)
    middles = finder.centroids_[themes.index].astype(np.float16)
    return themes, members, Vectors(tuple(themes["theme_id"]), middles, vectors.model, vectors.sha256)


def _themes(finder: ThemeFinder, texts: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "theme_id": content_id(*sorted(texts["text_id"].iloc[list(theme.exemplars)])),
            "keywords": ", ".join(theme.keywords),
            "title": theme.title,
            "exemplars": " ".join(texts["text_id"].iloc[list(theme.exemplars)]),
            "stability": theme.stability,
            "family": theme.family,
        }
        for theme in finder.themes_
    ]
    return pd.DataFrame(rows)


def _members(finder: ThemeFinder, texts: pd.DataFrame, matrix: np.ndarray, *, ids: list[str]) -> pd.DataFrame:
    similarity = np.einsum("ij,ij->i", matrix, finder.centroids_[finder.labels_])
    return pd.DataFrame(
        {
            "text_id": texts["text_id"],
            "theme_id": [ids[label] for label in finder.labels_],
            "similarity": similarity.clip(-1, 1),
            "heard_once": heard_once(texts["text"].tolist(), matrix),
        }
    )


def _with_people(themes: pd.DataFrame, members: pd.DataFrame, segments: pd.DataFrame, comments: pd.DataFrame) -> pd.DataFrame:
    said = segments[["comment_id", "text_id"]].merge(comments[["comment_id", "response_id"]], on="comment_id")
    said = said.merge(members[["text_id", "theme_id"]], on="text_id")
    people = said.groupby("theme_id")["response_id"].nunique()
    n_texts = members.groupby("theme_id")["text_id"].size()
    themes = themes.assign(n_people=themes["theme_id"].map(people), n_texts=themes["theme_id"].map(n_texts))
    themes = themes.assign(rare=themes["n_people"] < RARE).sort_values(["n_people", "theme_id"], ascending=[False, True])
    return themes.assign(number=range(1, len(themes) + 1))
