"""Parse workbooks and SPSS files; damaged ones have ended the whole program, asked for all memory or gone on without end.

`pipeline.runtime.sandbox` runs this file by its path in a process of its own, so it loads nothing of the package.
"""

import ctypes
import json
import resource
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

DAMAGED, LOCKED = "damaged", "locked"
# Beside what the file itself may need: a damaged file of 1 kB has asked for 900 MB, and for time without end.
_MOST_BYTES, _BYTES_A_BYTE = 1 << 30, 60
_MOST_S, _BYTES_A_SECOND = 60, 100_000
_PR_SET_DUMPABLE = 4


def main(kind: str, path: str, *more: str) -> None:
    """Write as JSON to stdout what stands in a file, or a word that says why it cannot be read."""
    _limit(Path(path).stat().st_size)
    json.dump(PARSERS[kind](path, *more), sys.stdout)


def _limit(size: int) -> None:
    for limit, most in (
        (resource.RLIMIT_AS, _MOST_BYTES + _BYTES_A_BYTE * size),
        (resource.RLIMIT_CPU, _MOST_S + size // _BYTES_A_SECOND),
        # A process that dies must not leave the answers it held in a file of its own.
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        within = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (within, hard))
    # A system that hands cores to a program of its own does not ask for the limit; this it heeds. Only Linux has it.
    control = getattr(ctypes.CDLL(None), "prctl", None)
    if control is not None:
        control(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _spss(path: str) -> dict[str, Any] | str:
    import pyreadstat

    try:
        if path.lower().endswith(".por"):
            return _plain(*pyreadstat.read_por(path, output_format="dict", disable_datetime_conversion=True), [])
        try:
            return _plain(*_sav(path))
        except pyreadstat.ReadstatError as error:
            if "encoding" not in str(error):
                raise
            # Files from before SPSS 16 may name no encoding, or a wrong one.
            data, meta, notes = _sav(path, encoding="windows-1252")
            return _plain(data, meta, ["encoding cp1252", *notes])
    except (pyreadstat.ReadstatError, UnicodeDecodeError):
        return DAMAGED


def _sav(path: str, *, encoding: str | None = None) -> tuple[dict[str, list[object]], Any, list[str]]:
    import pyreadstat

    data, meta = pyreadstat.read_sav(path, encoding=encoding, output_format="dict", disable_datetime_conversion=True)
    # A second look at the head only: with `user_missing` the cells would hold the codes that mean "missing".
    _, marked = pyreadstat.read_sav(path, encoding=encoding, metadataonly=True, user_missing=True)
    missing = ", ".join(marked.missing_ranges)
    return data, meta, [f"values set as missing in SPSS read as blank in {missing}"] if missing else []


def _plain(data: dict[str, list[object]], meta: Any, notes: list[str]) -> dict[str, Any]:
    return {
        "columns": {column: list(values) for column, values in data.items()},
        "labels": {column: [*labels.items()] for column, labels in meta.variable_value_labels.items()},
        "forms": dict(meta.original_variable_types),
        "questions": dict(meta.column_names_to_labels),
        "rows": meta.number_rows,
        "notes": notes,
    }


def _shown_sheets(path: str) -> list[dict[str, Any]] | str:
    """Return the cells of the sheets that are not hidden, or of all where all are."""
    sheets = _workbook(path, lambda name, is_shown: is_shown)
    hidden = not isinstance(sheets, str) and not any(sheet["is_shown"] for sheet in sheets)
    return _workbook(path, lambda name, is_shown: True) if hidden else sheets


def _workbook(path: str, is_wanted: Callable[[str, bool], bool]) -> list[dict[str, Any]] | str:
    """Return for each sheet its name and, of those that are wanted, the cells from the first row on and the merged ranges."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    sheets = []
    try:
        # From the open file, as from the path calamine would trust the suffix instead of the content.
        with Path(path).open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            for sheet in workbook.sheets_metadata:
                # A chart is a sheet, too, and has no cells.
                has_cells, is_shown = sheet.typ == SheetTypeEnum.WorkSheet, sheet.visible == SheetVisibleEnum.Visible
                sheets.append(_sheet(workbook, sheet.name, has_cells, is_shown, is_wanted=is_wanted))
    except PasswordError:
        return LOCKED
    except CalamineError:
        return DAMAGED
    return sheets


def _sheet(
    workbook: "CalamineWorkbook", name: str, has_cells: bool, is_shown: bool, *, is_wanted: Callable[[str, bool], bool]
) -> dict[str, Any]:
    facts = {"name": name, "has_cells": has_cells, "is_shown": is_shown}
    if not has_cells or not is_wanted(name, is_shown):
        return facts | {"rows": [], "merged": []}
    sheet = workbook.get_sheet_by_name(name)
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    return facts | {"rows": rows, "merged": [*(sheet.merged_cell_ranges or ())]}


def cell_text(value: object) -> str | None:
    """Write a cell as a person sees it: whole numbers without a point, dates in ISO order, blank as None."""
    if value is None or value == "":
        return None
    # Before numbers, since a bool is one in Python.
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return None if value != value else _number(value)
    # Before dates, since a datetime is one in Python.
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return _clock(value) if isinstance(value, timedelta) else str(value)


def _number(value: float) -> str:
    # Beyond 15 digits a float is not exact, and Excel itself shows no more.
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(span, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    fraction = f".{seconds.microseconds:06d}" if seconds.microseconds else ""
    return f"{hours:02d}:{minutes:02d}:{seconds.seconds:02d}{fraction}"


PARSERS: dict[str, Callable[..., object]] = {
    "spss": _spss,
    "every sheet": lambda path: _workbook(path, lambda name, is_shown: True),
    "shown sheets": _shown_sheets,
    "one sheet": lambda path, wanted: _workbook(path, lambda name, is_shown: name == wanted),
}

if __name__ == "__main__":
    main(*sys.argv[1:])
