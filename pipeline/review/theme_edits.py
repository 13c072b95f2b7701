"""What somebody asks of a theme, said in the texts by which a later run knows the theme again."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.decision import Action
from pipeline.errors import CodebookError, DataError
from pipeline.methods.themes.distinct_texts import unit
from pipeline.methods.themes.edits import divide, nearest_members
from pipeline.runtime.plain_text import one_line
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, Vectors, read_table


LONGEST_TITLE = 120


@dataclass(frozen=True)
class ThemeEditRequest:
    """An edit of themes before it is kept: the texts of each theme, or part of one, it is about, and a title or a code."""

    action: Action
    texts: tuple[tuple[str, ...], ...]
    detail: str = ""


def rename_wish(study: Study, number: int, title: str) -> ThemeEditRequest:
    """Ask for a title; DataError if it is empty or long."""
    words = one_line(title)
    if not 0 < len(words) <= LONGEST_TITLE:
        raise DataError(f"A title has 1 to {LONGEST_TITLE} characters, this one {len(words)}; please shorten or give it.")
    if not any(sign.isprintable() and not sign.isspace() for sign in words):
        raise DataError("Nothing of this title can be seen; give it letters or signs.")
    return _about(study, "rename", [number], words)


def merge_wish(study: Study, numbers: Sequence[int]) -> ThemeEditRequest:
    """Ask for one theme of several; DataError if fewer than two are named."""
    different = list(dict.fromkeys(numbers))
    if len(different) < 2:
        raise DataError("Merging takes two different themes or more; name their numbers, as in: merge STUDY 3 5.")
    return _about(study, "merge", different)


def split_wish(study: Study, number: int, *, into: int) -> ThemeEditRequest:
    """Ask for a theme to be divided by meaning; DataError if its texts are too few or too alike."""
    ids, matrix, rows = _texts_of(study, number)
    parts = divide(matrix, rows, into, seed=study.settings.cluster.seed)
    if len(parts) < into:
        raise DataError(f"Theme {number} holds too few different texts for {into} parts; ask for fewer, or leave it whole.")
    return ThemeEditRequest("split", tuple(nearest_members(ids, matrix, part) for part in parts))


def aside_wish(study: Study, number: int) -> ThemeEditRequest:
    """Ask for a theme to be listed, and no longer counted."""
    return _about(study, "set aside", [number])


def restore_wish(study: Study, number: int) -> ThemeEditRequest:
    """Ask for a theme to be counted again."""
    return _about(study, "restore", [number])


def map_wish(study: Study, number: int, code: str) -> ThemeEditRequest:
    """Ask for a theme to stand for a code, given by id, label or plain label; CodebookError if there is no such code."""
    return _about(study, "map", [number], _code_of(study, code))


def theme_table(study: Study, name: str) -> pd.DataFrame:
    """Return a table of the last run; DataError if it has not been made."""
    value = read_table(name, study.folder / TABLES[name].file)
    if not isinstance(value, pd.DataFrame):
        raise DataError(f"The table {name} holds vectors; run `themes run` again.")
    return value


def _about(study: Study, action: Action, numbers: Sequence[int], detail: str = "") -> ThemeEditRequest:
    members = [_texts_of(study, number) for number in numbers]
    return ThemeEditRequest(action, tuple(nearest_members(ids, matrix, rows) for ids, matrix, rows in members), detail)


def _texts_of(study: Study, number: int) -> tuple[list[str], NDArray[np.float64], NDArray[np.intp]]:
    """Return the ids and unit vectors of all texts, and the rows of one theme's texts."""
    rows = members_of(study, number)
    return theme_table(study, "members")["text_id"].tolist(), read_vectors(study), rows


def members_of(study: Study, number: int) -> NDArray[np.intp]:
    """Return the rows of a theme's texts among all, int (n,); DataError if there is no such theme, or it has none."""
    themes, members = theme_table(study, "themes"), theme_table(study, "members")
    chosen = themes.loc[themes["number"] == number, "theme_id"]
    if chosen.empty:
        raise DataError(f"There is no theme {number}; they are numbered 1 to {len(themes)}: `themes theme list` shows them.")
    rows = np.flatnonzero(members["theme_id"] == chosen.iloc[0])
    if not len(rows):
        raise DataError(f"Nobody spoke of theme {number} in these answers, so an edit could not find it again.")
    return rows


def read_vectors(study: Study) -> NDArray[np.float64]:
    """Return the unit vectors of all texts, float (n_texts, d)."""
    vectors = read_table("vectors", study.folder / TABLES["vectors"].file)
    matrix = vectors.matrix if isinstance(vectors, Vectors) else np.zeros((0, 1))
    # Vectors are kept in half precision, in which sums of many would lose too much.
    return unit(matrix.astype(np.float64))


def _code_of(study: Study, wanted: str) -> str:
    codes = read_codebook(study.codebook).codes if study.codebook else ()
    by_name = {name.strip().casefold(): each.code for each in codes for name in (each.name, each.label, each.code) if name}
    if (code := by_name.get(wanted.strip().casefold())) is not None:
        return code
    nearest = get_close_matches(wanted.strip().casefold(), list(by_name), n=1)
    hint = f" Did you mean {by_name[nearest[0]]}?" if nearest else " Add it to the codebook first."
    raise CodebookError(f"The codebook has no code {wanted!r}.{hint}")
