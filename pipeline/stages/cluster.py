"""Find themes in the unique texts; people shape them afterwards."""

from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.artefacts import Vectors, content_id, empty_table
from pipeline.errors import ModelError
from pipeline.methods.themes import ThemeFinder, heard_once
from pipeline.methods.themes.answers import UnitRows, blocks
from pipeline.methods.themes.lightly import load_bertopic, load_umap
from pipeline.methods.themes.portrait import exemplars_of
from pipeline.methods.themes.saved import SavedThemes
from pipeline.methods.themes.topics import nearest
from pipeline.methods.themes.wording import words


Found = tuple[pd.DataFrame, pd.DataFrame, Vectors]


def prepare() -> None:
    """Load what themes are found with, which takes more than a second."""
    load_bertopic()
    load_umap()


def cluster(
    texts: pd.DataFrame,
    vectors: Vectors,
    frozen: SavedThemes | None,
    *,
    settings: SimpleNamespace,
    earlier: Found | None = None,
) -> Found:
    """Return themes, the theme of each text, and the themes' middles, all as the program finds them.

    With `frozen`, each text is given the nearest of the saved themes, and none is found anew; ModelError if another
    language model made their vectors. Where little has changed since the themes in `earlier` were found, they stay and new
    texts join the nearest.
    """
    if texts.empty:
        nothing = Vectors((), np.zeros((0, vectors.matrix.shape[1]), np.float16))
        return empty_table("found_themes"), empty_table("found_members"), nothing
    if frozen is not None:
        return _of_saved(texts, vectors, frozen)
    if earlier is not None and (kept := _with_late(texts, vectors, earlier, share=settings.cluster.late)) is not None:
        return kept
    finder = ThemeFinder(n_themes=settings.cluster.n_themes, seed=settings.cluster.seed)
    finder.fit(texts["text"].tolist(), vectors.matrix, weights=texts["n"].to_numpy(), ids=texts["text_id"].tolist())
    themes = _themes(finder, texts)
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, finder.labels_, finder.centroids_, ids=ids)
    members = members.assign(late=False, found_from=len(texts))
    return themes, members, _middles(finder.centroids_, vectors, ids=ids)


def _themes(finder: ThemeFinder, texts: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "theme_id": content_id(*sorted(texts["text_id"].iloc[list(theme.exemplars)])),
            "keywords": ", ".join(theme.keywords),
            "title": theme.title,
            "exemplars": " ".join(texts["text_id"].iloc[list(theme.exemplars)]),
            "stability": theme.stability,
            "family": theme.family,
            "family_title": theme.family_title,
        }
        for theme in finder.themes_
    ]
    return pd.DataFrame(rows).assign(named=False, set_aside=False, agreed_code=None)


def _with_late(texts: pd.DataFrame, vectors: Vectors, earlier: Found, *, share: float) -> Found | None:
    """Return the earlier themes with each text that is new in the nearest; None where they must be found anew."""
    themes, members, middles = earlier
    if members.empty or (vectors.model, vectors.sha256) != (middles.model, middles.sha256):
        return None
    placed = members.set_index("text_id").reindex(texts["text_id"])
    is_new = placed["theme_id"].isna().to_numpy()
    late = is_new | placed["late"].eq(True).to_numpy()
    n_found = int(members["found_from"].iloc[0])
    n_gone = n_found - int((~late).sum())
    if late.sum() + n_gone > share * n_found:
        return None
    labels = pd.Index(themes["theme_id"]).get_indexer(placed["theme_id"]).astype(np.intp)
    centres = middles.matrix.astype(np.float32)
    labels[is_new] = nearest(UnitRows(vectors.matrix, np.flatnonzero(is_new)), centres.astype(np.float64))
    if n_gone:
        themes = _without_gone(themes, texts, UnitRows(vectors.matrix), np.where(late, -1, labels), centres)
        if themes["exemplars"].eq("").any() or not _all_said(themes, texts["text"][~late].tolist()):
            return None
    joined = _members(texts, vectors.matrix, labels, centres, ids=themes["theme_id"].tolist())
    similarity = np.where(is_new, joined["similarity"], placed["similarity"])
    return themes, joined.assign(similarity=similarity, late=late, found_from=n_found), middles


def _without_gone(
    themes: pd.DataFrame, texts: pd.DataFrame, rows: UnitRows, labels: NDArray[np.intp], centres: NDArray[np.float32]
) -> pd.DataFrame:
    """Choose examples again, among the texts with a label, for each theme that had one which is gone; none if none is left."""
    there, said = set(texts["text_id"][labels >= 0]), texts["text"].tolist()
    kept = [row if set(row.split()) <= there else "" for row in themes["exemplars"]]
    for theme in [theme for theme, row in enumerate(kept) if not row]:
        chosen = exemplars_of(said, rows, np.flatnonzero(labels == theme), centres[theme].astype(np.float64))
        kept[theme] = " ".join(texts["text_id"].iloc[list(chosen)])
    return themes.assign(exemplars=kept)


def _all_said(themes: pd.DataFrame, said: list[str]) -> bool:
    """Say whether somebody still says each word that describes a theme."""
    known = {word for text in said for word in words(text)}
    return all(set(words(row)) <= known for name in ("title", "keywords", "family_title") for row in themes[name])


def _of_saved(texts: pd.DataFrame, vectors: Vectors, frozen: SavedThemes) -> Found:
    if vectors.sha256 != frozen.sha256:
        raise ModelError(
            f"The saved themes were found with the language model {frozen.embedder!r}, and the answers were read with "
            f"{vectors.model!r}, so they cannot be compared. Set [embed] model in study.toml to the one of the saved themes."
        )
    rows, centres = UnitRows(vectors.matrix), frozen.centroids.astype(np.float64)
    labels, said = nearest(rows, centres), texts["text"].tolist()
    found = pd.DataFrame([asdict(theme) for theme in frozen.themes])
    # Readers are shown what people say now, so the saved examples give way to those of these texts.
    typical = [exemplars_of(said, rows, np.flatnonzero(labels == theme), centre) for theme, centre in enumerate(centres)]
    themes = found.assign(
        keywords=[", ".join(theme.keywords) for theme in frozen.themes],
        exemplars=[" ".join(texts["text_id"].iloc[list(chosen)]) for chosen in typical],
    )
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, labels, frozen.centroids, ids=ids)
    members = members.assign(late=False, found_from=frozen.n_texts)
    return themes, members, _middles(frozen.centroids, vectors, ids=ids)


def _members(
    texts: pd.DataFrame, matrix: NDArray[np.float16], labels: NDArray[np.intp], centres: NDArray[np.float32], *, ids: list[str]
) -> pd.DataFrame:
    similarity = np.zeros(len(matrix), dtype=np.float32)
    for block in blocks(len(matrix)):
        similarity[block] = np.einsum("ij,ij->i", matrix[block].astype(np.float32), centres[labels[block]])
    return pd.DataFrame(
        {
            "text_id": texts["text_id"],
            "theme_id": [ids[label] for label in labels],
            "similarity": similarity.clip(-1, 1),
            "heard_once": heard_once(texts["text"].tolist(), matrix),
        }
    )


def _middles(centres: NDArray[np.float32], vectors: Vectors, *, ids: list[str]) -> Vectors:
    return Vectors(tuple(ids), centres.astype(np.float16), vectors.model, vectors.sha256)
