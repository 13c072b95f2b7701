"""Find themes in the unique texts; people shape them afterwards."""

from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.themes import ThemeFinder, heard_once
from pipeline.methods.themes.bertopic_model import nearest
from pipeline.methods.themes.describe import exemplars_of, nearness
from pipeline.methods.themes.distinct_texts import UnitRows, blocks
from pipeline.methods.themes.load_bertopic import load_bertopic, load_umap
from pipeline.methods.themes.saved_model import SavedThemes
from pipeline.methods.themes.tokens import words
from pipeline.runtime.files import content_id
from pipeline.tables import lookup
from pipeline.tables.lazy import Rows, select, text_column
from pipeline.tables.parquet import Vectors, empty_table


Found = tuple[pd.DataFrame, pd.DataFrame, Vectors]


def prepare() -> None:
    """Load what themes are found with, which takes more than a second."""
    load_bertopic()
    load_umap()


def cluster(
    texts: Rows, vectors: Vectors, frozen: SavedThemes | None, *, settings: SimpleNamespace, earlier: Found | None = None
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
    finder.fit(text_column(texts), vectors.matrix, weights=texts["n"].to_numpy(), ids=texts["text_id"].to_numpy(np.str_))
    themes = _themes(finder, texts["text_id"])
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, finder.labels_, finder.centroids_, ids=ids)
    members = members.assign(late=False, found_from=len(texts))
    return themes, members, _middles(finder.centroids_, vectors, ids=ids)


def _themes(finder: ThemeFinder, ids: pd.Series) -> pd.DataFrame:
    rows = [
        {
            # By the texts that show it best, so that a theme that comes back keeps its id.
            "theme_id": content_id(*sorted(ids.iloc[list(theme.exemplars)])),
            "keywords": ", ".join(theme.keywords),
            "title": theme.title,
            "exemplars": " ".join(ids.iloc[list(theme.exemplars)]),
            "stability": theme.stability,
            "family": theme.family,
            "family_title": theme.family_title,
        }
        for theme in finder.themes_
    ]
    # What people ask of themes comes with the stage `shape`.
    return pd.DataFrame(rows).assign(named=False, set_aside=False, agreed_code=None)


def _with_late(texts: Rows, vectors: Vectors, earlier: Found, *, share: float) -> Found | None:
    """Return the earlier themes with each text that is new in the nearest; None where they must be found anew."""
    themes, members, middles = earlier
    if members.empty or (vectors.model, vectors.sha256) != (middles.model, middles.sha256):
        return None
    places = lookup.index_in(texts["text_id"], members["text_id"])
    is_new = places < 0
    # Where a text is new, what is read of another plays no part.
    placed = members.drop(columns="text_id").iloc[places]
    # Late ones of before, too: many small drifts would else add up without the themes ever being found anew.
    late = is_new | placed["late"].to_numpy()
    n_found = int(members["found_from"].iloc[0])
    n_gone = n_found - int((~late).sum())
    if late.sum() + n_gone > share * n_found:
        return None
    labels = lookup.index_in(placed["theme_id"], themes["theme_id"]).astype(np.intp)
    centres = middles.matrix.astype(np.float32)
    labels[is_new] = nearest(UnitRows(vectors.matrix, np.flatnonzero(is_new)), centres.astype(np.float64))
    if n_gone:
        themes = _without_gone(themes, texts, UnitRows(vectors.matrix), np.where(late, -1, labels), centres)
        # A theme without an example, or told by words that nobody says any more, is not the one that was found.
        if themes["exemplars"].eq("").any() or not _all_said(themes, select(text_column(texts), np.flatnonzero(~late))):
            return None
    joined = _members(texts, vectors.matrix, labels, centres, ids=themes["theme_id"].tolist())
    similarity = np.where(is_new, joined["similarity"], placed["similarity"])
    return themes, joined.assign(similarity=similarity, late=late, found_from=n_found), middles


def _without_gone(
    themes: pd.DataFrame, texts: Rows, rows: UnitRows, labels: NDArray[np.intp], centres: NDArray[np.float32]
) -> pd.DataFrame:
    """Choose examples again, among the texts with a label, for each theme that had one which is gone; none if none is left."""
    ids = texts["text_id"]
    examples = pd.Series(" ".join(themes["exemplars"]).split())
    where = lookup.index_in(examples, ids)
    remaining = set(examples[(where >= 0) & (labels[where] >= 0)])
    kept = [row if set(row.split()) <= remaining else "" for row in themes["exemplars"]]
    bare = [theme for theme, row in enumerate(kept) if not row]
    near = nearness(rows, np.where(np.isin(labels, bare), labels, -1), centres.astype(np.float64))
    own = [np.flatnonzero(labels == theme) for theme in bare]
    for theme, typical in zip(bare, exemplars_of(text_column(texts), rows, own, near), strict=True):
        kept[theme] = " ".join(ids.iloc[list(typical)])
    return themes.assign(exemplars=kept)


def _all_said(themes: pd.DataFrame, texts: Sequence[str]) -> bool:
    """Say whether somebody still says each word that describes a theme."""
    words_said = {word for text in texts for word in words(text)}
    return all(set(words(row)) <= words_said for name in ("title", "keywords", "family_title") for row in themes[name])


def _of_saved(texts: Rows, vectors: Vectors, frozen: SavedThemes) -> Found:
    if vectors.sha256 != frozen.sha256:
        raise ModelError(
            f"The saved themes were found with the language model {frozen.embedder!r}, and the answers were read with "
            f"{vectors.model!r}, so they cannot be compared. Set [embed] model in study.toml to the one of the saved themes."
        )
    rows, centres = UnitRows(vectors.matrix), frozen.centroids.astype(np.float64)
    labels, text_ids = nearest(rows, centres), texts["text_id"]
    # Readers are shown what people say now, so the saved examples give way to those of these texts.
    own = [np.flatnonzero(labels == theme) for theme in range(len(centres))]
    typical = exemplars_of(text_column(texts), rows, own, nearness(rows, labels, centres))
    themes = pd.DataFrame([asdict(theme) for theme in frozen.themes]).assign(
        keywords=[", ".join(theme.keywords) for theme in frozen.themes],
        exemplars=[" ".join(text_ids.iloc[list(places)]) for places in typical],
    )
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, labels, frozen.centroids, ids=ids)
    members = members.assign(late=False, found_from=frozen.n_texts)
    return themes, members, _middles(frozen.centroids, vectors, ids=ids)


def _members(
    texts: Rows, matrix: NDArray[np.float16], labels: NDArray[np.intp], centres: NDArray[np.float32], *, ids: list[str]
) -> pd.DataFrame:
    similarity = np.zeros(len(matrix), dtype=np.float32)
    for block in blocks(len(matrix)):
        similarity[block] = np.einsum("ij,ij->i", matrix[block].astype(np.float32), centres[labels[block]])
    return pd.DataFrame(
        {
            "text_id": texts["text_id"],
            "theme_id": pd.Categorical.from_codes(labels, pd.Index(ids)).astype("str"),
            "similarity": similarity.clip(-1, 1),
            "heard_once": heard_once(text_column(texts), matrix),
        }
    )


def _middles(centres: NDArray[np.float32], vectors: Vectors, *, ids: list[str]) -> Vectors:
    return Vectors(tuple(ids), centres.astype(np.float16), vectors.model, vectors.sha256)
