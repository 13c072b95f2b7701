"""What people ask of a study's themes: kept as edits about texts in the store, carried out by the next run."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.artefacts import TABLES, Vectors, read_table
from pipeline.codebook import read_codebook
from pipeline.errors import CodebookError, DataError
from pipeline.methods.themes.answers import unit
from pipeline.methods.themes.edits import divide, nearest_members
from pipeline.review.store import Action, open_store, read_review
from pipeline.study import Study, load_study


LONGEST_TITLE = 120


def list_themes(folder: str | Path) -> str:
    """List the themes with their numbers, people and titles, the edits that stand, and those that were lost."""
    study = load_study(folder)
    themes, shaping = _table(study, "themes"), _table(study, "shaping").set_index("edit_id")
    lines = [_theme_line(row) for _, row in themes.sort_values("number").iterrows()]
    edits = read_review(study, "theme_edits")
    standing = edits[~edits["withdrawn"]]
    if len(standing):
        lines.append("Edits by people:")
    for _, row in standing.iterrows():
        result = shaping["result"].get(row["edit_id"], "waits for `themes run`")
        lines.append(f"  {row['edit_id']:3d}  {row['action']}{_quoted(row['detail'])}, by {row['by']}: {result}")
    return "\n".join(lines)


def rename_theme(folder: str | Path, number: int, title: str, *, by: str) -> int:
    """Give a theme a title and return the number of the edit; DataError if the title is empty or long."""
    words = " ".join(title.split())
    if not 0 < len(words) <= LONGEST_TITLE:
        raise DataError(f"A title has 1 to {LONGEST_TITLE} characters, this one {len(words)}; please shorten or give it.")
    return _add(folder, "rename", [number], by=by, detail=words)


def merge_themes(folder: str | Path, numbers: Sequence[int], *, by: str) -> int:
    """Make one theme of several and return the number of the edit; DataError if fewer than two are named."""
    different = list(dict.fromkeys(numbers))
    if len(different) < 2:
        raise DataError("Merging takes two different themes or more; name their numbers, as in: merge STUDY 3 5.")
    return _add(folder, "merge", different, by=by)


def split_theme(folder: str | Path, number: int, *, into: int, by: str) -> int:
    """Divide a theme by meaning and return the number of the edit; DataError if its texts are too few or too alike."""
    study = load_study(folder)
    ids, matrix, rows = _members_of(study, number)
    parts = divide(matrix, rows, into, seed=study.settings.cluster.seed)
    if len(parts) < into:
        raise DataError(f"Theme {number} holds too few different texts for {into} parts; ask for fewer, or leave it whole.")
    texts = [nearest_members(ids, matrix, part) for part in parts]
    with open_store(study) as store:
        return store.add_theme_edit("split", texts, "", by)


def set_theme_aside(folder: str | Path, number: int, *, by: str) -> int:
    """Set a theme aside: still listed, no longer counted; returns the number of the edit."""
    return _add(folder, "set aside", [number], by=by)


def restore_theme(folder: str | Path, number: int, *, by: str) -> int:
    """Count a theme again that was set aside, and return the number of the edit."""
    return _add(folder, "restore", [number], by=by)


def map_theme(folder: str | Path, number: int, code: str, *, by: str) -> int:
    """Say which code a theme stands for and return the number of the edit; CodebookError if there is no such code."""
    study = load_study(folder)
    return _add(study.folder, "map", [number], by=by, detail=_code_of(study, code))


def undo_edit(folder: str | Path, edit_id: int, *, by: str) -> None:
    """Take an edit back; it stays on record. ReviewError if there is no edit of that number."""
    with open_store(load_study(folder)) as store:
        store.withdraw_theme_edit(edit_id, by)


def _add(folder: str | Path, action: Action, numbers: Sequence[int], *, by: str, detail: str = "") -> int:
    study = load_study(folder)
    texts = []
    for number in numbers:
        ids, matrix, rows = _members_of(study, number)
        texts.append(nearest_members(ids, matrix, rows))
    with open_store(study) as store:
        return store.add_theme_edit(action, texts, detail, by)


def _members_of(study: Study, number: int) -> tuple[list[str], NDArray[np.float64], NDArray[np.intp]]:
    """Return the ids and unit vectors of all texts, and the rows of one theme's texts."""
    themes, members = _table(study, "themes"), _table(study, "members")
    chosen = themes.loc[themes["number"] == number, "theme_id"]
    if chosen.empty:
        raise DataError(f"There is no theme {number}; they are numbered 1 to {len(themes)}: `themes theme list` shows them.")
    rows = np.flatnonzero(members["theme_id"] == chosen.iloc[0])
    if not len(rows):
        raise DataError(f"Nobody spoke of theme {number} in these answers, so an edit could not find it again.")
    vectors = read_table("vectors", study.folder / TABLES["vectors"].file)
    matrix = vectors.matrix if isinstance(vectors, Vectors) else np.zeros((0, 1))
    return members["text_id"].tolist(), unit(matrix.astype(np.float64)), rows


def _code_of(study: Study, wanted: str) -> str:
    codes = read_codebook(study.codebook).codes if study.codebook else ()
    by_name = {name.strip().casefold(): code.code for code in codes for name in (code.name, code.label, code.code) if name}
    if (found := by_name.get(wanted.strip().casefold())) is not None:
        return found
    nearest = get_close_matches(wanted.strip().casefold(), list(by_name), n=1)
    hint = f" Did you mean {by_name[nearest[0]]}?" if nearest else " Add it to the codebook first."
    raise CodebookError(f"The codebook has no code {wanted!r}.{hint}")


def _theme_line(row: "pd.Series[Any]") -> str:
    marks = [word for word, there in (("set aside", row["set_aside"]), ("named by people", row["named"])) if there]
    return f"  {row['number']:3d}  {row['n_people']:6,} people  {row['title']}" + (f"  ({', '.join(marks)})" if marks else "")


def _quoted(detail: str) -> str:
    return f" “{detail}”" if detail else ""


def _table(study: Study, name: str) -> pd.DataFrame:
    value = read_table(name, study.folder / TABLES[name].file)
    if not isinstance(value, pd.DataFrame):
        raise DataError(f"The table {name} holds vectors; run `themes run` again.")
    return value
