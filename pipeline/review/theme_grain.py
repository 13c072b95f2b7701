"""Fewer, broader themes or more, finer ones, asked of all themes at once: as edits like any other, which can be taken back."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.store import open_store, read_review
from pipeline.errors import DataError
from pipeline.methods.themes.edits import nearest_members, steady_halves
from pipeline.review.theme_edits import ThemeEditRequest, members_of, merge_wish, read_vectors, theme_table
from pipeline.study.study import Study


Grain = Literal["finer", "broader"]


@dataclass(frozen=True)
class GrainChange:
    """The edits that were kept, and a sentence about what they change."""

    edit_ids: tuple[int, ...]
    sentence: str


@dataclass(frozen=True)
class _Wishes:
    requests: tuple[ThemeEditRequest, ...]
    what: str
    n_before: int
    n_after: int


def change_grain(study: Study, grain: Grain, *, by: str) -> GrainChange:
    """Keep the edits that make the themes broader or finer by one step, all of them or none.

    DataError where edits wait for a run, since the themes are not yet as people asked, and where no theme would change.
    """
    _check_nothing_waits(study)
    wishes = _WISHES[grain](study)
    with open_store(study) as store, store.together():
        edit_ids = tuple(store.add_theme_edit(each.action, each.texts, each.detail, by) for each in wishes.requests)
    sentence = f"{wishes.what}: {wishes.n_before} themes become {wishes.n_after}."
    return GrainChange(edit_ids, sentence)


def _broader(study: Study) -> _Wishes:
    themes = _counted(study)
    groups = [rows["number"].tolist() for _, rows in themes.groupby(_groups(study, themes), sort=False)]
    joined = [numbers for numbers in groups if len(numbers) > 1]
    if not joined:
        raise DataError("No two themes are in one family or under one parent code, so none can be joined. Nothing was changed.")
    if len(groups) == 1:
        raise DataError(
            "All themes are in one family, and to join them would leave one theme of everything. Join two or three of them "
            "by hand instead. Nothing was changed."
        )
    names = "; ".join(" and ".join(map(str, numbers)) for numbers in joined)
    titles = {number: title for number, title in zip(themes["number"], _parents(study, themes), strict=True) if pd.notna(title)}
    # A theme of codes with one parent is called as the codebook calls the parent.
    requests = tuple(replace(merge_wish(study, numbers), detail=titles.get(numbers[0], "")) for numbers in joined)
    return _Wishes(requests, f"Themes {names} are joined", len(themes), len(groups))


def _groups(study: Study, themes: pd.DataFrame) -> "pd.Series[str]":
    """Return for each theme what it is joined by: the parent of the code it stands for, or else its family."""
    parents = _parents(study, themes)
    return ("parent " + parents.str.casefold()).where(parents.notna(), "family " + themes["family"].astype("str"))


def _parents(study: Study, themes: pd.DataFrame) -> "pd.Series[str]":
    """Return the parent of the code that each theme stands for, as the codebook writes it; missing where there is none."""
    codes = read_codebook(study.codebook).codes if study.codebook else ()
    parents = {code.code: " ".join(code.parent.split()) for code in codes if code.parent.strip()}
    guides = themes["guide_code"] if "guide_code" in themes else pd.Series(None, index=themes.index, dtype=object)
    code_of = themes["agreed_code"].where(themes["agreed_code"].notna(), guides)
    return pd.Series([parents.get(code) for code in code_of], index=themes.index, dtype="str")


def _finer(study: Study) -> _Wishes:
    themes, members = _counted(study), theme_table(study, "members")
    matrix, ids = read_vectors(study), members["text_id"].tolist()
    requests, divided = [], []
    for number in themes.loc[themes["n_texts"] > 0, "number"].tolist():
        rows = members_of(study, number)
        if halves := steady_halves(matrix, rows, seed=study.settings.cluster.seed):
            requests.append(ThemeEditRequest("split", tuple(nearest_members(ids, matrix, half) for half in halves)))
            divided.append(str(number))
    if not requests:
        raise DataError(
            "No theme falls into two groups that come back steadily. One of them can be divided by hand all the same. "
            "Nothing was changed."
        )
    what = f"Themes {', '.join(divided)} are each divided" if len(divided) > 1 else f"Theme {divided[0]} is divided"
    return _Wishes(tuple(requests), f"{what} in two", len(themes), len(themes) + len(requests))


_WISHES: dict[Grain, Callable[[Study], _Wishes]] = {"broader": _broader, "finer": _finer}


def _counted(study: Study) -> pd.DataFrame:
    themes = theme_table(study, "themes").sort_values("number")
    return themes[~themes["set_aside"].astype(bool)].reset_index(drop=True)


def _check_nothing_waits(study: Study) -> None:
    edits = read_review(study, "theme_edits")
    standing: Sequence[Hashable] = edits.loc[~edits["withdrawn"].astype(bool), "edit_id"].tolist()
    if set(standing) != set(theme_table(study, "shaping")["edit_id"]):
        raise DataError(
            "Something was asked of themes, or taken back, that is not carried out yet. Carry it out first, on the page Themes "
            "or with `themes run`, then ask again."
        )
