"""Read SPSS files: `.sav`, `.zsav` and `.por`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.errors import DataError
from pipeline.readers.tables import Export, cell_text, frame_of


_EPOCH = datetime(1582, 10, 14)  # SPSS counts seconds from the day before the Gregorian calendar began
_DAMAGED = "it is damaged or not an SPSS file. Open it in SPSS and save it again as .sav."
_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR", "DATETIME", "YMDHMS")
_TIMES = ("TIME", "DTIME", "MTIME")


def read_spss(path: Path) -> Export:
    """Read an SPSS file with its labels in place of values and its user-missing values blank."""
    if not path.stat().st_size:
        raise DataError("it is empty. Export the answers again.")
    data, meta, notes = _read(path)
    labels = {
        column: {cell_text(value) or "": str(label) for value, label in labels.items()}
        for column, labels in meta.variable_value_labels.items()
    }
    columns: dict[str, Sequence[str | None]] = {}
    for column, values in data.items():
        texts = _texts(values, column=column, form=meta.original_variable_types.get(column) or "")
        named = labels.get(column, {})
        columns[column] = [text and named.get(text, text) for text in texts]
    if not meta.number_rows and not any(columns.values()):
        raise DataError("it has columns but no cases. Export it again with the responses.")
    if labels:
        notes.append(f"value labels put in place of values in {len(labels)} of {len(columns)} columns")
    questions = {column: meta.column_names_to_labels.get(column) or column for column in columns}
    return Export(frame_of(columns), "spss", questions, labels, tuple(notes))


def _read(path: Path) -> tuple[dict[str, list[object]], Any, list[str]]:
    import pyreadstat

    try:
        if path.suffix.lower() == ".por":
            return *pyreadstat.read_por(path, output_format="dict", disable_datetime_conversion=True), []
        try:
            return _read_sav(path)
        except pyreadstat.ReadstatError as error:
            if "encoding" not in str(error):
                raise
            # Files from before SPSS 16 may name no encoding, or a wrong one.
            data, meta, notes = _read_sav(path, encoding="windows-1252")
            return data, meta, ["encoding cp1252", *notes]
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise DataError(_DAMAGED) from error


def _read_sav(path: Path, *, encoding: str | None = None) -> tuple[dict[str, list[object]], Any, list[str]]:
    import pyreadstat

    data, meta = pyreadstat.read_sav(path, encoding=encoding, output_format="dict", disable_datetime_conversion=True)
    _, marked = pyreadstat.read_sav(path, encoding=encoding, metadataonly=True, user_missing=True)
    missing = ", ".join(marked.missing_ranges)
    return data, meta, [f"values set as missing in SPSS read as blank in {missing}"] if missing else []


def _texts(values: Sequence[object], *, column: str, form: str) -> list[str | None]:
    """Write the values of a column as its SPSS format (DATETIME20, F8.2 …) shows them."""
    kind = form.rstrip("0123456789.")
    if kind not in _DATES + _TIMES:
        return [cell_text(value) for value in values]
    texts: list[str | None] = []
    for row, value in enumerate(values, start=1):
        try:
            texts.append(_moment(value, is_date=kind in _DATES))
        except OverflowError as error:
            raise DataError(f'row {row}: the date in column "{column}" is beyond the year 9999. Correct it in SPSS.') from error
    return texts


def _moment(seconds: object, *, is_date: bool) -> str | None:
    if not isinstance(seconds, float) or seconds != seconds:
        return None
    span = timedelta(seconds=seconds)
    return cell_text(_EPOCH + span if is_date else span)
