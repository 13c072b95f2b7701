"""Find themes in the unique texts; people shape them afterwards."""

from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook
from pipeline.errors import ModelError
from pipeline.methods.coder.fit import as_before_people
from pipeline.methods.themes import ThemeFinder, heard_once
from pipeline.methods.themes.bertopic_model import nearest, placed
from pipeline.methods.themes.describe import exemplars_of, nearness
from pipeline.methods.themes.distinct_texts import UnitRows, blocks
from pipeline.methods.themes.load_bertopic import load_bertopic, load_umap
from pipeline.methods.themes.saved_model import SavedThemes
from pipeline.methods.themes.titles import MIXED
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
    texts: Rows,
    vectors: Vectors,
    suggestions: pd.DataFrame,
    codebook: Codebook,
    theme_edits: pd.DataFrame,
    frozen: SavedThemes | None,
    *,
    settings: SimpleNamespace,
    earlier: Found | None = None,
) -> Found:
    """Return themes, the theme of each text, and the themes' middles, all as the program finds them.

    What the coder suggests guides them: texts that a code explains make its theme, and the others are grouped by themselves.
    With `frozen`, each text is given the nearest of the saved themes, and none is found anew; ModelError if another
    language model made their vectors. Where little has changed since the themes in `earlier` were found, they stay, also when
    the coder has learnt since, and new texts join them by the rule they were found by. Where the codebook has other codes than
    then, themes are found anew, unless people have worked on them: what they asked would not find its theme again.
    """
    if texts.empty:
        nothing = Vectors((), np.zeros((0, vectors.matrix.shape[1]), np.float16))
        return empty_table("found_themes"), empty_table("found_members"), nothing
    if frozen is not None:
        return _of_saved(texts, vectors, frozen)
    codes = [row.code for row in codebook.codes]
    guided_by = guided_by_codes(codes)
    guide = guide_of(texts["text_id"], suggestions, codes)
    if earlier is not None and _may_stay(earlier[1], guided_by, theme_edits):
        kept = _with_late(texts, vectors, _of_now(earlier), guide, codes, share=settings.cluster.late)
        if kept is not None:
            return kept
    finder = ThemeFinder(n_themes=settings.cluster.n_themes, seed=settings.cluster.seed)
    weights, text_ids = texts["n"].to_numpy(), texts["text_id"].to_numpy(np.str_)
    finder.fit(text_column(texts), vectors.matrix, guide=guide, weights=weights, ids=text_ids)
    themes = _themes(finder, texts["text_id"], codes)
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, finder.labels_, finder.centroids_, ids=ids)
    members = members.assign(late=False, found_from=len(texts), guided_by=guided_by)
    return themes, members, _middles(finder.centroids_, vectors, ids=ids)


def guided_by_codes(codes: Sequence[str]) -> str:
    """Return what stands for the codes of a codebook, whatever their order; empty where there are none."""
    return content_id(*sorted(codes)) if codes else ""


def _may_stay(members: pd.DataFrame, guided_by: str, theme_edits: pd.DataFrame) -> bool:
    same_codes = "guided_by" in members and bool(members["guided_by"].eq(guided_by).all())
    # Themes that people have worked on stay whatever the codebook: found anew, their edits might not find them again.
    return same_codes or not theme_edits["withdrawn"].astype(bool).all()


def _of_now(earlier: Found) -> Found:
    """Return themes with what a version of the program that was guided by no codes did not say of them."""
    themes, members, middles = earlier
    themes = themes if "guide_code" in themes else themes.assign(guide_code=None)
    return themes, members if "guided_by" in members else members.assign(guided_by=""), middles


def guide_of(text_ids: pd.Series, suggestions: pd.DataFrame, codes: Sequence[str]) -> NDArray[np.float32] | None:
    """Return how likely each code is for each text, float (n_texts, n_codes), 0 where it is not among the likeliest.

    Where written answers made all of them less sure, they are as before: what is likelier than not then is of its theme.
    """
    rows = lookup.index_in(suggestions["text_id"], text_ids)
    columns = pd.Categorical(suggestions["code"], categories=list(codes)).codes
    scored = (rows >= 0) & (columns >= 0)
    if not scored.any():
        return None
    guide = np.zeros((len(text_ids), len(codes)), dtype=np.float32)
    # Scores worked out in other parts of the texts may differ in their last digits.
    chances = as_before_people(suggestions["score"].to_numpy()[scored], float(suggestions["even"].iloc[0]))
    guide[rows[scored], columns[scored]] = chances.round(3)
    return guide


def _themes(finder: ThemeFinder, ids: pd.Series, codes: Sequence[str]) -> pd.DataFrame:
    rows = [
        {
            "theme_id": content_id(*sorted(ids.iloc[list(theme.exemplars)])),
            "keywords": ", ".join(theme.keywords),
            "title": theme.title,
            "exemplars": " ".join(ids.iloc[list(theme.exemplars)]),
            "stability": theme.stability,
            "family": theme.family,
            "family_title": theme.family_title,
            "guide_code": None if theme.code is None else codes[theme.code],
        }
        for theme in finder.themes_
    ]
    return pd.DataFrame(rows).assign(named=False, set_aside=False, agreed_code=None)


def _with_late(
    texts: Rows,
    vectors: Vectors,
    earlier: Found,
    guide: NDArray[np.float32] | None,
    codes: Sequence[str],
    *,
    share: float,
) -> Found | None:
    """Return the earlier themes with each text that is new in its theme; None where they must be found anew."""
    themes, members, middles = earlier
    if members.empty or (vectors.model, vectors.sha256) != (middles.model, middles.sha256):
        return None
    places = lookup.index_in(texts["text_id"], members["text_id"])
    is_new = places < 0
    # Where a text is new, what is read of another plays no part.
    before = members.drop(columns="text_id").iloc[places]
    late = is_new | before["late"].to_numpy()
    n_found = int(members["found_from"].iloc[0])
    n_gone = n_found - int((~late).sum())
    if late.sum() + n_gone > share * n_found:
        return None
    if not is_new.any() and not n_gone:
        return earlier
    labels = lookup.index_in(before["theme_id"].fillna(""), themes["theme_id"]).astype(np.intp)
    centres = middles.matrix.astype(np.float32)
    columns = [codes.index(code) if code in codes else None for code in themes["guide_code"]]
    new_guide = None if guide is None else guide[is_new]
    labels[is_new] = placed(UnitRows(vectors.matrix, np.flatnonzero(is_new)), centres.astype(np.float64), new_guide, columns)
    if n_gone:
        themes = _without_gone(themes, texts, UnitRows(vectors.matrix), np.where(late, -1, labels), centres)
        if themes["exemplars"].eq("").any() or not _all_said(themes, select(text_column(texts), np.flatnonzero(~late))):
            return None
    joined = _members(texts, vectors.matrix, labels, centres, ids=themes["theme_id"].tolist())
    similarity = np.where(is_new, joined["similarity"], before["similarity"])
    guided_by = str(members["guided_by"].iloc[0])
    return themes, joined.assign(similarity=similarity, late=late, found_from=n_found, guided_by=guided_by), middles


def _without_gone(
    themes: pd.DataFrame, texts: Rows, rows: UnitRows, labels: NDArray[np.intp], centres: NDArray[np.float32]
) -> pd.DataFrame:
    """Choose examples again, among the texts with a label, for each theme that had one which is gone; none if none is left."""
    ids, contents = texts["text_id"], text_column(texts)
    examples = pd.Series(" ".join(themes["exemplars"]).split())
    where = lookup.index_in(examples, ids)
    present = set(examples[(where >= 0) & (labels[where] >= 0)])
    kept = [row if set(row.split()) <= present else "" for row in themes["exemplars"]]
    bare = [theme for theme, row in enumerate(kept) if not row]
    near = nearness(rows, np.where(np.isin(labels, bare), labels, -1), centres.astype(np.float64))
    for theme, typical in zip(
        bare, exemplars_of(contents, rows, [np.flatnonzero(labels == theme) for theme in bare], near), strict=True
    ):
        kept[theme] = " ".join(ids.iloc[list(typical)])
    return themes.assign(exemplars=kept)


def _all_said(themes: pd.DataFrame, texts: Sequence[str]) -> bool:
    """Say whether somebody still says each word that describes a theme."""
    spoken = {word for text in texts for word in words(text)}
    rows = [row for name in ("title", "keywords", "family_title") for row in themes[name] if not row.startswith(MIXED)]
    return all(set(words(row)) <= spoken for row in rows)


def _of_saved(texts: Rows, vectors: Vectors, frozen: SavedThemes) -> Found:
    if vectors.sha256 != frozen.sha256:
        raise ModelError(
            f"The saved themes were found with the language model {frozen.embedder!r}, and the answers were read with "
            f"{vectors.model!r}, so they cannot be compared. Set [embed] model in study.toml to the one of the saved themes."
        )
    rows, centres = UnitRows(vectors.matrix), frozen.centroids.astype(np.float64)
    labels, contents, ids_of_texts = nearest(rows, centres), text_column(texts), texts["text_id"]
    saved = pd.DataFrame([asdict(theme) for theme in frozen.themes])
    # Readers are shown what people say now, so the saved examples give way to those of these texts.
    own = [np.flatnonzero(labels == theme) for theme in range(len(centres))]
    typical = exemplars_of(contents, rows, own, nearness(rows, labels, centres))
    themes = saved.assign(
        keywords=[", ".join(theme.keywords) for theme in frozen.themes],
        exemplars=[" ".join(ids_of_texts.iloc[list(places)]) for places in typical],
    )
    ids = themes["theme_id"].tolist()
    members = _members(texts, vectors.matrix, labels, frozen.centroids, ids=ids)
    members = members.assign(late=False, found_from=frozen.n_texts, guided_by="")
    return themes, members, _middles(frozen.centroids, vectors, ids=ids)


def _members(
    texts: Rows, matrix: NDArray[np.float16], labels: NDArray[np.intp], centres: NDArray[np.float32], *, ids: list[str]
) -> pd.DataFrame:
    similarity = np.zeros(len(matrix), dtype=np.float32)
    for block in blocks(len(matrix)):
        rows, own = matrix[block].astype(np.float32), labels[block]
        # A text on its own is shown beside the theme that it is least far from.
        nearby = np.einsum("ij,ij->i", rows, centres[own])
        similarity[block] = np.where(own >= 0, nearby, (rows @ centres.T).max(axis=1)) if (own < 0).any() else nearby
    return pd.DataFrame(
        {
            "text_id": texts["text_id"],
            "theme_id": np.array([*ids, None], dtype=object)[labels],
            "similarity": similarity.clip(-1, 1),
            "heard_once": heard_once(text_column(texts), matrix),
        }
    )


def _middles(centres: NDArray[np.float32], vectors: Vectors, *, ids: list[str]) -> Vectors:
    return Vectors(tuple(ids), centres.astype(np.float16), vectors.model, vectors.sha256)
