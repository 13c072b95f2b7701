"""Read a survey export, whichever tool wrote it, as text with the wording of its questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import DataError
from pipeline.runtime.plain_files import why_no_file
from pipeline.survey.readers.cell_rows import Export
from pipeline.survey.readers.documents import read_documents
from pipeline.survey.readers.headers import Row
from pipeline.survey.readers.spss import read_spss
from pipeline.survey.readers.text import read_rows, read_text
from pipeline.survey.readers.workbooks import MERGED, read_sheets, read_workbook


__all__ = ["MERGED", "READERS", "Export", "read_export", "read_tables"]

READERS: dict[str, Callable[..., Export]] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
    ".sav": read_spss,
    ".zsav": read_spss,
    ".por": read_spss,
    "folder": read_documents,
}

_DOCUMENT = "a single document. Put the documents in a folder, one for each response, and give the folder"
_CODEBOOK = "a codebook or project of another tool, without answers. Give a .qdc as the codebook instead"
_PAGE = "a page for reading, not a table. Export the answers as .csv or .xlsx from the survey tool"

REFUSED = {
    ".lss": "a LimeSurvey survey without its answers. In LimeSurvey, choose Responses, Export, CSV",
    ".qdc": _CODEBOOK,
    ".qdpx": _CODEBOOK,
    ".xsd": "a schema that describes other files, not an export of answers",
    ".txt": f"{_DOCUMENT}; if it holds a table, name it .csv",
    ".md": _DOCUMENT,
    ".docx": _DOCUMENT,
    ".doc": f"an old Word document. Save it as .docx. It is also {_DOCUMENT}",
    ".pdf": _PAGE,
    ".html": _PAGE,
    ".htm": _PAGE,
    ".zip": "an archive. Unpack it and give the file inside",
    ".xlsb": "a binary Excel workbook. Open it in Excel and save it as .xlsx",
    ".numbers": "an Apple Numbers file. Export it as .csv or .xlsx",
}


def read_export(path: Path, *, sheet: str | None = None) -> Export:
    """Read a survey export, or a folder of documents, or say in a sentence why it cannot be read."""
    with _naming(path):
        reader = _reader(path)
        if sheet is None:
            return reader(path)
        if reader is not read_workbook:
            raise DataError(f'it has no sheets, so leave out the sheet "{sheet}".')
        return reader(path, sheet=sheet)


def read_tables(path: Path) -> tuple[dict[str, list[Row]], list[str], int]:
    """Read all rows of a table of text or of every sheet of a workbook, as they stand.

    Returned are the rows by the sheet's name (empty for text), what reading hid, and the number of the first row in the file.
    A cell that is merged into another holds MERGED.
    """
    with _naming(path):
        reader = _reader(path)
        if reader is read_workbook:
            return *read_sheets(path), 1
        if reader is not read_text:
            raise DataError("this is no table. Save it as .xlsx, .ods or .csv.")
        table = read_rows(path)
        return {"": list(table.rows)}, [], table.first


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    # Readers know nothing of names: within a folder of documents a sentence names the document, too.
    try:
        yield
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    except OSError as error:
        raise DataError(f"{path.name}: it cannot be opened ({error.strerror or 'read error'}).") from error


def _reader(path: Path) -> Callable[..., Export]:
    kind = "folder" if path.is_dir() else path.suffix.lower()
    reason = "" if path.is_dir() else why_no_file(path)
    if reason.startswith("there is no"):
        raise DataError("there is no such file or folder. Check the name and where it lies.")
    if reason:
        raise DataError(f"{reason}. Give the export itself, a file or a folder of documents.")
    if kind in REFUSED:
        raise DataError(f"this is {REFUSED[kind]}.")
    if kind not in READERS:
        endings = ", ".join(sorted(set(READERS) - {"folder"}))
        raise DataError(f'files ending in "{kind}" cannot be read. Save the export as one of {endings}.')
    return READERS[kind]
