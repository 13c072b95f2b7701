"""The vault's copy of the export, without a person's row or without one answer of it."""

import csv
import io
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pipeline.errors import StudyError
from pipeline.runtime.files import write_atomically
from pipeline.runtime.undated import save_workbook
from pipeline.study.study import Study
from pipeline.survey.readers import Export, read_export
from pipeline.survey.readers.text import read_rows


# A workbook with macros would lose them and no longer be what its name says, so it is kept as CSV like the older formats.
_KEPT_AS_IT_IS = {".csv", ".tsv", ".xlsx"}


def take_out(study: Study, export: Export, places: list[int], *, columns: Sequence[str] = ()) -> str:
    """Take rows of the export's frame out of its file, or blank some columns of them; return what was done."""
    path = study.source
    rows = {export.first_row + place for place in places}
    if path.is_dir():
        for place in places:
            (path / str(export.frame["document"].iloc[place])).unlink(missing_ok=True)
        return f"{len(places)} of the documents in {path.name} deleted."
    if path.suffix.lower() in {".csv", ".tsv"}:
        write_atomically(path, _text_writer(path, export, rows, columns))
    elif path.suffix.lower() in _KEPT_AS_IT_IS:
        write_atomically(path, _workbook_writer(path, export, rows, columns))
    else:
        return _as_csv(study, export, places, columns)
    path.chmod(0o600)
    return f"{path.name}: {'answer blanked' if columns else 'row taken out'}."


def _text_writer(path: Path, export: Export, rows: set[int], columns: Sequence[str]) -> Callable[[Path], object]:
    # As it was read, so that the rows are the same; written back, quotation marks stand as CSV has them.
    table = read_rows(path)
    records = [[cell or "" for cell in row] for row in table.rows]
    blanked = _column_places(export, columns)
    kept = []
    for number, record in enumerate(records, start=table.first):
        if number not in rows:
            kept.append(record)
        elif blanked:
            kept.append(["" if at in blanked else cell for at, cell in enumerate(record)])
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=table.delimiter, lineterminator="\r\n").writerows(kept)
    # Excel's line that names the separator stays, or Excel would read the file as one column.
    written = (f"sep={table.delimiter}\r\n" if table.first > 1 else "") + out.getvalue()
    return lambda temporary: temporary.write_text(written, encoding="utf-8-sig", newline="")


def _column_places(export: Export, columns: Sequence[str]) -> set[int]:
    names = list(export.frame.columns)
    places = {names.index(column) for column in columns}
    # A column without name or value is not in the frame, and those to its right stand farther to the right in the file.
    return {export.places[place] for place in places} if export.places else places


def _workbook_writer(path: Path, export: Export, rows: set[int], columns: Sequence[str]) -> Callable[[Path], object]:
    import openpyxl

    # Values only: openpyxl moves no formula along, and one that pointed to the row would point to another person's.
    book = openpyxl.load_workbook(path, data_only=True)
    sheet = book[export.sheet] if export.sheet else book.active
    if sheet is None:
        raise StudyError(f"{path.name} has no sheet to take the person out of; take the row out by hand.")
    blanked = _column_places(export, columns)
    # From below, as each row that goes moves those under it.
    for row in sorted(rows, reverse=True):
        if not blanked:
            sheet.delete_rows(row)
        for place in blanked:
            sheet.cell(row, place + 1).value = None
    return partial(save_workbook, book)


def _as_csv(study: Study, export: Export, places: list[int], columns: Sequence[str]) -> str:
    """Write the export anew as CSV where its own format cannot be written, and let study.toml name that."""
    frame = export.frame.copy()
    if not columns:
        frame = frame.drop(index=frame.index[places])
    else:
        frame.loc[frame.index[places], list(columns)] = None
    old, new = study.source, study.source.with_suffix(".csv")
    if new.exists():
        raise StudyError(f"{old.name} must be written anew as {new.name}, which is there already; move that away first.")
    write_atomically(new, lambda path: frame.to_csv(path, index=False, encoding="utf-8-sig"))
    new.chmod(0o600)
    settings = study.folder / "study.toml"
    text = settings.read_text(encoding="utf-8-sig").replace(old.name, new.name)
    write_atomically(settings, lambda path: path.write_text(text, encoding="utf-8"))
    old.unlink()
    return f"{old.name} is kept as {new.name} from now on, without {'that answer' if columns else 'that person'}."


def read_source(study: Study) -> Export | None:
    """Return the export, or None where it is not there any more."""
    return read_export(study.source, sheet=study.settings.intake.sheet) if study.source.exists() else None
