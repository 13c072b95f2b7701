"""What a person should look at in a table that was read: lost cells, a single column, rows unlike the others."""

import re

import pandas as pd

from pipeline.runtime.plurals import agreeing, n_of
from pipeline.survey.readers.outer_rows import unlike_last


# "#N/A" is not among them: people type it, and it says the same.
# As Excel, LibreOffice and Google Sheets save them as text, in the languages they speak most.
_ERROR = (
    r"#(?:NAME\?|VALUE!|REF!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|GETTING_DATA|ERROR!|UNKNOWN!"
    r"|WERT!|BEZUG!|ZAHL!|NV|NOM\s?\?|VALEUR!|NOMBRE!|¿NOMBRE\?|¡(?:VALOR|REF|DIV/0|NUM)!|NOME\?|VALORE!|VALOR!|NAZWA\?|ARG!|N/D)"
    r"|Err:5\d\d|#{4,}"
)
_BETWEEN = re.compile(r"[;|\t]|,(?=\S)")


def without_error_cells(frame: pd.DataFrame, notes: list[str], doubts: list[str]) -> pd.DataFrame:
    """Blank the cells in which a spreadsheet put an error in the place of what was typed, and say so."""
    lost: dict[str, int] = {}
    for place, name in enumerate(frame.columns):
        cells = frame.iloc[:, place]
        # Most columns hold no such cell; a look for its first sign is quick.
        if not (cells.str.startswith("#", na=False) | cells.str.startswith("Err:", na=False)).any():
            continue
        is_error = cells.str.strip().str.fullmatch(_ERROR, na=False)
        if is_error.any():
            lost[str(name)] = int(is_error.sum())
            frame = frame.assign(**{str(name): cells.mask(is_error)})
    if lost:
        n, n_columns = sum(lost.values()), len(lost)
        notes.append(f"cells with an error such as #NAME? read as blank: {n:,}")
        doubts.append(
            f"A spreadsheet has put an error, such as #NAME?, in the place of {n_of(n, 'answer')} in "
            f"{n_of(n_columns, 'column')}, so {agreeing(n, 'it is', 'they are')} read as blank. "
            "What people typed was lost before this file: export it again from the survey tool, "
            "and do not save it in a spreadsheet."
        )
    return frame


def doubts_of_frame(frame: pd.DataFrame, questions: dict[str, str], *, first_row: int) -> list[str]:
    """Return what is unlike a table of people and answers, as sentences."""
    doubts = []
    names = [str(name) for name in frame.columns]
    if len(names) == 1:
        doubts.append(_one_column(frame))
    again = _repeats_of_names(frame, questions)
    if again:
        rows = ", ".join(str(first_row + row) for row in again[:5]) + (f" and {len(again) - 5} more" if len(again) > 5 else "")
        doubts.append(
            f"{n_of(len(again), 'row')} ({rows}) {agreeing(len(again), 'repeats', 'repeat')} the names of the columns, as where "
            f"several exports were put together. {agreeing(len(again), 'It counts as a person', 'They count as people')}: "
            "delete such rows."
        )
    if unlike_last(frame):
        doubts.append(
            f"The last row (row {first_row + len(frame) - 1}) is unlike the others: words where they have numbers, dates or "
            "options. It is counted as a person; delete it if it is a total or a note."
        )
    return doubts


def _one_column(frame: pd.DataFrame) -> str:
    cells = frame.iloc[:, 0].dropna().head(200)
    n = int(cells.str.contains(_BETWEEN.pattern, regex=True).sum())
    signs = f" In {n} of the first {len(cells)} rows stands a sign that may part cells." if n >= 0.5 * len(cells) else ""
    return (
        "The file is read as one column, so nothing tells people apart and nothing is known of them."
        f"{signs} If it should have more columns, export it again as .xlsx, or as .csv with quotation marks round the answers."
    )


def _repeats_of_names(frame: pd.DataFrame, questions: dict[str, str]) -> list[int]:
    if len(frame.columns) < 2:
        return []
    repeats = pd.Series(data=True, index=frame.index)
    n_filled = pd.Series(0, index=frame.index)
    for place, name in enumerate(frame.columns):
        # Only rows that have repeated every name so far are looked at again.
        rows = frame.index[repeats]
        if not len(rows):
            return []
        cells = frame.iloc[:, place].loc[rows].fillna("").str.strip()
        repeats.loc[rows] = cells.isin(["", str(name), questions.get(str(name), str(name))])
        n_filled.loc[rows] += (cells != "").astype(int)
    return [int(row) for row in frame.index[repeats & (n_filled >= 2)]]
