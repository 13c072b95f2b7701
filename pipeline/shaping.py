"""What people ask of a study's themes: kept as edits about texts in the store, carried out by the next run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.review.store import open_store, read_review
from pipeline.review.theme_wishes import (
    Wish,
    aside_wish,
    map_wish,
    merge_wish,
    rename_wish,
    restore_wish,
    split_wish,
    theme_table,
)
from pipeline.study import Study, load_study


def list_themes(folder: str | Path) -> str:
    """List the themes with their numbers, people and titles, the edits that stand, and those that were lost."""
    study = load_study(folder)
    themes, shaping = theme_table(study, "themes"), theme_table(study, "shaping").set_index("edit_id")
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
    study = load_study(folder)
    return _keep(study, rename_wish(study, number, title), by=by)


def merge_themes(folder: str | Path, numbers: Sequence[int], *, by: str) -> int:
    """Make one theme of several and return the number of the edit; DataError if fewer than two are named."""
    study = load_study(folder)
    return _keep(study, merge_wish(study, numbers), by=by)


def split_theme(folder: str | Path, number: int, *, into: int, by: str) -> int:
    """Divide a theme by meaning and return the number of the edit; DataError if its texts are too few or too alike."""
    study = load_study(folder)
    return _keep(study, split_wish(study, number, into=into), by=by)


def set_theme_aside(folder: str | Path, number: int, *, by: str) -> int:
    """Set a theme aside: still listed, no longer counted; returns the number of the edit."""
    study = load_study(folder)
    return _keep(study, aside_wish(study, number), by=by)


def restore_theme(folder: str | Path, number: int, *, by: str) -> int:
    """Count a theme again that was set aside, and return the number of the edit."""
    study = load_study(folder)
    return _keep(study, restore_wish(study, number), by=by)


def map_theme(folder: str | Path, number: int, code: str, *, by: str) -> int:
    """Say which code a theme stands for and return the number of the edit; CodebookError if there is no such code."""
    study = load_study(folder)
    return _keep(study, map_wish(study, number, code), by=by)


def undo_edit(folder: str | Path, edit_id: int, *, by: str) -> None:
    """Take an edit back; it stays on record. ReviewError if there is no edit of that number."""
    with open_store(load_study(folder)) as store:
        store.withdraw_theme_edit(edit_id, by)


def _keep(study: Study, wish: Wish, *, by: str) -> int:
    with open_store(study) as store:
        return store.add_theme_edit(wish.action, wish.texts, wish.detail, by)


def _theme_line(row: "pd.Series[Any]") -> str:
    marks = [word for word, there in (("set aside", row["set_aside"]), ("named by people", row["named"])) if there]
    return f"  {row['number']:3d}  {row['n_people']:6,} people  {row['title']}" + (f"  ({', '.join(marks)})" if marks else "")


def _quoted(detail: str) -> str:
    return f" “{detail}”" if detail else ""
