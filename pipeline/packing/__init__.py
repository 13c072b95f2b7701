"""Pack excerpts for a person to code in a spreadsheet or on paper, in the order that helps most."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import ReviewError
from pipeline.methods.learning.orders import ORDERS, next_to_review
from pipeline.packing.pages import Pages
from pipeline.report.excerpts import excerpts_to_review
from pipeline.report.source import Source, read_source
from pipeline.review.sheet import Excerpts
from pipeline.review.store import decisions
from pipeline.study import Study


GIVEN = "given order"


def pack(
    study: Study, *, order: str = GIVEN, n: int = 50, out: Path | None = None, reviewer: str | None = None, seed: int = 42
) -> tuple[Path, int]:
    """Write at most n excerpts to code, as .xlsx, .csv or a .docx for paper; return the path and how many excerpts it has.

    Left out are excerpts that people have decided on, or those that this reviewer has. An audit draws from all excerpts,
    decided ones too, and leaves out only those an audit has drawn before. The sheet does not show what the model would say.

    Raises
    ------
    ReviewError
        There is no such order, nothing is left to review, or the file is there already.
    DataError
        The study has not been run yet.
    """
    path = out or study.exports / "sheet.xlsx"
    write = _writer(path)
    source = read_source(study, ("segments", "comments", "suggestions"))
    chosen = _draw(source, _of(decisions(study), reviewer), order, n=n, seed=seed)
    if chosen.empty:
        raise ReviewError("Nothing is left to review in this order; people have decided on every excerpt.")
    path.parent.mkdir(parents=True, exist_ok=True)
    words = dict(zip(source["segments"]["segment_id"], source["segments"]["text"], strict=True))
    table = excerpts_to_review(source, chosen, drawn=order)
    write(Pages(source.study.settings.name, source.codebook, table, Excerpts(words), reviewer or ""), path)
    return path, len(chosen)


def _writer(path: Path) -> Callable[[Pages, Path], None]:
    from pipeline.packing.form import write_form
    from pipeline.packing.workbook import write_workbook

    if path.exists():
        raise ReviewError(f"{path.name} is there already and may hold somebody's answers; give another name with --out.")
    writers = {".csv": _write_csv, ".xlsx": write_workbook, ".docx": write_form}
    if path.suffix.lower() not in writers:
        raise ReviewError(f"{path.name}: excerpts are written as .xlsx, .csv or .docx; let the name end so.")
    return writers[path.suffix.lower()]


def _write_csv(pages: Pages, path: Path) -> None:
    from pipeline.report.tables import write_csv

    write_csv(pages.excerpts, path)


def _of(made: pd.DataFrame, reviewer: str | None) -> pd.DataFrame:
    return made if reviewer is None else made[made["reviewer"].str.casefold() == reviewer.casefold()]


def _draw(source: Source, made: pd.DataFrame, order: str, *, n: int, seed: int) -> pd.DataFrame:
    """Return the segments to review, the first one first."""
    segments = source["segments"].sort_values("segment_id", ignore_index=True)
    decided = segments["segment_id"].isin(made["segment_id"])
    if order == GIVEN:
        return segments[~decided].head(n)
    if order not in ORDERS:
        raise ReviewError(f"There is no order {order!r}; the orders are {', '.join((GIVEN, *ORDERS))}.")
    if order != "random audit":
        # The same words twice would teach the coder nothing new.
        segments = segments[~segments["text_id"].isin(made["text_id"])].drop_duplicates("text_id", ignore_index=True)
        decided = pd.Series(False, index=segments.index)
    audited = segments["segment_id"].isin(made.loc[made["drawn"] == "random audit", "segment_id"])
    codes = [code.code for code in source.codebook.codes]
    chances, thresholds = _chances(source["suggestions"], segments["text_id"], codes)
    given = made["codes"].str.split("|").explode().value_counts().reindex(codes, fill_value=0)
    rows = next_to_review(
        chances,
        thresholds,
        decided.to_numpy(bool),
        order,
        n=n,
        seed=seed,
        counts=given.to_numpy(int),
        audited=audited.to_numpy(bool),
    )
    return segments.iloc[rows]


def _chances(
    suggestions: pd.DataFrame, text_ids: "pd.Series[str]", codes: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how likely each code is for each excerpt, 0 where it is not among the likeliest, and from when it is suggested."""
    wide = suggestions.pivot_table(index="text_id", columns="code", values="score", fill_value=0.0)
    chances = wide.reindex(index=text_ids, columns=codes, fill_value=0.0).to_numpy(float)
    sure = suggestions[suggestions["suggested"]].groupby("code")["score"].min().reindex(codes)
    unsure = suggestions[~suggestions["suggested"]].groupby("code")["score"].max().reindex(codes)
    # The threshold itself is in no table; it lies between the lowest that is suggested and the highest that is not.
    middle = pd.concat([sure, unsure], axis=1).mean(axis=1).fillna(0.5)
    return chances, middle.to_numpy(float)
