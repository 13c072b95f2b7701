"""Results as CSV files whose cells no spreadsheet takes for a formula."""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.artefacts import write_atomically
from pipeline.cells import FORMULA
from pipeline.consent import quotable_ids, with_shared_words, without_private_words
from pipeline.report.placing import with_shown_figures
from pipeline.report.source import Source


FIGURES = ["n", "share", "estimate", "low", "high", "elsewhere"]


def write_tables(source: Source, folder: Path) -> None:
    """Write the tables of figures, and themes.csv, theme_codes.csv, voices.csv and theme_ranks.csv."""
    allowed = quotable_ids(source["segments"], source["comments"])
    shared = with_shared_words(source["themes"], source["segments"], source["comments"])
    themes = without_private_words(shared, source["members"], allowed)
    private = themes.loc[themes["title"] == "", "theme_id"]
    places = source["theme_codes"]
    places = places.assign(proposed=places["proposed"].mask(places["theme_id"].isin(private), ""))
    write_csv(without_suppressed(source["response_rates"]), folder / "response_rates.csv")
    write_csv(source["accounts"], folder / "accounts.csv")
    write_csv(without_suppressed(source["counts"]), folder / "counts.csv")
    write_csv(without_suppressed(source["closed"]), folder / "closed.csv")
    # Ids of exemplars are hashes of words: whoever guesses a sentence could test it.
    write_csv(_with_blanks(with_shown_figures(themes, source.profile)).drop(columns="exemplars"), folder / "themes.csv")
    write_csv(places, folder / "theme_codes.csv")
    write_csv(without_suppressed(source["voices"]).drop(columns="total_shown"), folder / "voices.csv")
    write_csv(source["theme_ranks"], folder / "theme_ranks.csv")


def _with_blanks(themes: pd.DataFrame) -> pd.DataFrame:
    figures = ["n_people", "n_texts"]
    return themes.drop(columns="withheld").assign(
        **{name: themes[name].astype(object).mask(themes[name] == 0) for name in figures}
    )


def without_suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every figure of a suppressed row blank, whatever the row holds."""
    there = [column for column in FIGURES if column in table]
    return table.assign(**{column: table[column].mask(table["suppressed"]) for column in there})


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table that opens in a spreadsheet as it is."""
    text = io.StringIO(newline="")
    # With this line end the writer also quotes a carriage return inside a cell, which would break the row.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.itertuples(index=False))
    # Without the mark at its beginning Excel reads UTF-8 as cp1252.
    write_atomically(path, lambda temporary: temporary.write_text(text.getvalue(), encoding="utf-8-sig", newline=""))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return as_text(value)
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def as_text(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{value}" if FORMULA.match(value) else value
