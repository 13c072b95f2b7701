"""Read SPSS files: `.sav`, `.zsav` and `.por`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import DataError
from pipeline.runtime.sandbox import parse_apart
from pipeline.runtime.sandboxed_parsers import cell_text
from pipeline.survey.readers.cell_rows import Export, frame_of
from pipeline.survey.readers.markup import without_markup


_EPOCH = datetime(1582, 10, 14)  # SPSS counts seconds from the day before the Gregorian calendar began
_DAMAGED = "it is damaged or not an SPSS file. Open it in SPSS and save it again as .sav."
_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR", "DATETIME", "YMDHMS")
_TIMES = ("TIME", "DTIME", "MTIME")


def read_spss(path: Path) -> Export:
    """Read an SPSS file with its labels in place of values and its user-missing values blank."""
    if not path.stat().st_size:
        raise DataError("it is empty. Export the answers again.")
    parsed = parse_apart("spss", path, damaged=_DAMAGED)
    labels = {
        column: {cell_text(value) or "": str(label) for value, label in labels} for column, labels in parsed["labels"].items()
    }
    columns: dict[str, Sequence[str | None]] = {}
    for column, values in parsed["columns"].items():
        texts = _texts(values, column=column, form=parsed["forms"].get(column) or "")
        named = labels.get(column, {})
        columns[column] = [text and named.get(text, text) for text in texts]
    if not parsed["rows"] and not any(columns.values()):
        raise DataError("it has columns but no cases. Export it again with the responses.")
    notes = list(parsed["notes"])
    if labels:
        notes.append(f"value labels put in place of values in {len(labels)} of {len(columns)} columns")
    questions = {column: without_markup(parsed["questions"].get(column) or column) for column in columns}
    return Export(frame_of(columns), "spss", questions, labels, tuple(notes))


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
    # NaN, which is not even itself, is how pyreadstat gives a blank number.
    if not isinstance(seconds, float) or seconds != seconds:
        return None
    span = timedelta(seconds=seconds)
    return cell_text(_EPOCH + span if is_date else span)
