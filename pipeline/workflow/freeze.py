"""Save a study's themes for a later survey."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.errors import DataError, StudyError
from pipeline.methods.themes.drift import nearness_of_fitted, quantiles_of
from pipeline.methods.themes.saved_model import SavedTheme, SavedThemes, said_by_enough, save, words_of_enough
from pipeline.methods.themes.titles import MIXED
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, Vectors, read_frame, read_table


def freeze_themes(folder: str | Path) -> tuple[Path, int]:
    """Save the themes as people shaped them to `models/themes`; returns that folder and the number of themes.

    Titles and keywords are saved where at least three different texts hold them; titles that people gave are saved as
    they are. StudyError if the themes are saved ones themselves; DataError if the study has not been run or has no themes.
    """
    study = load_study(folder)
    if study.frozen:
        raise StudyError(
            f"The themes of this study are saved ones already ({study.settings.cluster.frozen}); give that folder to the next "
            "study, or take `frozen` out of study.toml and run again to find themes anew."
        )
    saved = _gather(study)
    save(saved, study.saved_themes)
    return study.saved_themes, len(saved.themes)


def _gather(study: Study) -> SavedThemes:
    themes, members, texts = (read_frame(name, study.folder / TABLES[name].file) for name in ("themes", "members", "texts"))
    centres, vectors = _vectors(study, "centroids"), _vectors(study, "vectors")
    if themes.empty:
        raise DataError("There are no themes to save: nobody has answered.")
    if not members["text_id"].tolist() == texts["text_id"].tolist() == list(vectors.ids):
        raise DataError("The themes are not those of the texts as they are now; `themes run` brings them up to date.")
    labels = pd.Index(centres.ids).get_indexer(pd.Index(members["theme_id"])).astype(np.intp)
    quantiles = quantiles_of(nearness_of_fitted(vectors.matrix, labels, centres.matrix))
    wordings = texts["text"].tolist()
    shared = _shared_titles(themes, read_codebook(study.codebook) if study.codebook else Codebook(()))
    kept = tuple(
        _saved(row, wordings, shared)
        for row in themes.set_index("theme_id", drop=False).loc[list(centres.ids)].to_dict("records")
    )
    return SavedThemes(kept, centres.matrix.astype(np.float32), quantiles, len(texts), vectors.model, vectors.sha256)


def _saved(theme: dict[Any, Any], texts: list[str], shared: set[str]) -> SavedTheme:
    """Return what is kept of a theme; `shared` titles are nobody's words, as people gave them or the codebook has them.

    What is saved goes to another study, so no word that hardly anybody used goes along, unless people chose it as a title.
    """
    return SavedTheme(
        theme_id=theme["theme_id"],
        title=_shared(theme["title"], texts, shared) or MIXED,
        keywords=words_of_enough(texts, theme["keywords"].split(", ")),
        family=int(theme["family"]),
        family_title=_shared(theme["family_title"], texts, shared) or f"Family {theme['family']}",
        exemplars=tuple(theme["exemplars"].split()),
        stability=None if pd.isna(theme["stability"]) else float(theme["stability"]),
        named=bool(theme["named"]),
        set_aside=bool(theme["set_aside"]),
        agreed_code=None if pd.isna(theme["agreed_code"]) else theme["agreed_code"],
        guide_code=None if pd.isna(theme.get("guide_code")) else theme["guide_code"],
    )


def _shared(title: str, texts: list[str], shared: set[str]) -> str:
    return title if title in shared or said_by_enough(texts, title) else ""


def _shared_titles(themes: pd.DataFrame, codebook: Codebook) -> set[str]:
    labels = set(codebook.plain_names.values())
    return {MIXED, *labels, *themes.loc[themes["named"].astype(bool), "title"]}


def _vectors(study: Study, name: str) -> Vectors:
    value = read_table(name, study.folder / TABLES[name].file)
    return value if isinstance(value, Vectors) else Vectors((), np.zeros((0, 1), np.float16))
