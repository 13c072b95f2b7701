"""Read a folder of documents, each of which is one response."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DataError
from pipeline.runtime.archives import check_archive
from pipeline.runtime.plain_files import why_no_file
from pipeline.survey.readers.cell_rows import Export, frame_of
from pipeline.survey.readers.decoding import decode


if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {f"{_W}tab": "\t", f"{_W}ptab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNSEEN = {f"{_W}pPr", f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_LONGEST_WRAPPED_LINE = 120
_PLAIN = {".txt", ".md"}
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
_DAMAGED = "it is damaged, has a password or is no Word document. Open it in Word and save it as .docx."


def read_documents(path: Path) -> Export:
    """Read the .txt, .md and .docx files of a folder in the order of their names."""
    # Word leaves a file that begins with ~$ beside a document that is open.
    seen = (entry for entry in path.iterdir() if not entry.name.startswith((".", "~$")))
    entries = sorted((entry for entry in seen if entry.name.lower() not in _SYSTEM_FILES), key=lambda entry: entry.name)
    others = [entry.name for entry in entries if why_no_file(entry) or entry.suffix.lower() not in _PLAIN | {".docx"}]
    if others:
        named = ", ".join(others[:10]) + (f" and {len(others) - 10} more" if len(others) > 10 else "")
        raise DataError(f"a folder of documents may hold .txt, .md and .docx files only. Take out {named}.")
    if not entries:
        raise DataError("the folder holds no documents. Put .txt, .md or .docx files in it.")
    texts: list[str | None] = []
    notes: list[str] = []
    for entry in entries:
        text, remarks = _read_document(entry)
        texts.append(text or None)
        notes += [f"{entry.name}: {remark}" for remark in (remarks if text else ["empty"])]
    if not any(texts):
        raise DataError("all documents in the folder are empty.")
    frame = frame_of({"document": [_as_text(entry.name) for entry in entries], "text": texts})
    return Export(frame, "documents", {"document": "document", "text": "text"}, notes=tuple(notes))


def _as_text(name: str) -> str:
    """Return a file's name, with what another encoding wrote in it spelt out, so that no two become one."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _read_document(path: Path) -> tuple[str, list[str]]:
    try:
        if path.suffix.lower() == ".docx":
            return _docx_text(path), []
        text, notes, doubts = decode(path.read_bytes())
        notes += [doubt.rstrip(".") for doubt in doubts]
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    return _with_paragraphs(text.replace("\r\n", "\n").replace("\r", "\n"), notes), notes


def _with_paragraphs(text: str, notes: list[str]) -> str:
    """Set a blank line between lines so long that nobody wrapped them: each is a paragraph, as in text from the web."""
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    if len(max(filled, default="", key=len)) <= _LONGEST_WRAPPED_LINE or len(filled) < 2:
        return text.strip()
    notes.append("each line read as a paragraph")
    return "\n\n".join(filled)


def _docx_text(path: Path) -> str:
    """Return the body with its tables and text boxes, paragraphs a blank line apart, without footnotes."""
    if not path.stat().st_size:
        return ""
    paragraphs = []
    for paragraph in _docx_body(path).iter(f"{_W}p"):
        if not any(parent.tag in _UNSEEN for parent in paragraph.iterancestors()):
            paragraphs.append("".join(_pieces(paragraph)).strip())
    return "\n\n".join(filter(None, paragraphs))


def _docx_body(path: Path) -> "BaseOxmlElement":
    import docx

    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            raise DataError(_DAMAGED)
    # python-docx unpacks all of it into memory.
    check_archive(path)
    try:
        body: BaseOxmlElement = docx.Document(str(path)).element.body
    except Exception as error:  # python-docx lets pass whatever a damaged part makes it run into
        raise DataError(_DAMAGED) from error
    return body


def _pieces(element: "BaseOxmlElement") -> Iterator[str]:
    """Walk a paragraph as Word shows it: with tracked insertions, without what was deleted or moved away."""
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN and child.tag != f"{_W}p":
            yield from _pieces(child)
