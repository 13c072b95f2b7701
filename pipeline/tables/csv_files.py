"""Write tables as CSV that spreadsheets open safely."""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.runtime.files import write_atomically
from pipeline.runtime.spreadsheet_cells import as_text


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
