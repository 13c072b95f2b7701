"""Write workbooks and Word documents whatever the clock says, and without the time at which somebody worked.

A zip archive holds dates from 1980 to 2107 only, so a machine whose clock was lost could write none.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo


if TYPE_CHECKING:
    from docx.document import Document
    from openpyxl import Workbook

ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The date of every entry: the first that an archive can hold."""


class UndatedArchive(ZipFile):
    """A zip archive that is being written, whose entries all bear the same date."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "w", ZIP_DEFLATED)

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: str | bytes, *_: Any, **__: Any) -> None:  # type: ignore[override]
        """Write an entry."""
        name = zinfo_or_arcname.filename if isinstance(zinfo_or_arcname, ZipInfo) else zinfo_or_arcname
        entry = ZipInfo(name, date_time=ALWAYS)
        entry.compress_type = ZIP_DEFLATED
        # Open to its owner only, where an archive is unpacked by a program that heeds it.
        entry.external_attr = 0o600 << 16
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Write a file as an entry."""
        self.writestr(str(arcname or filename), Path(filename).read_bytes())


def save_workbook(book: "Workbook", path: Path) -> None:
    """Write a workbook."""
    from openpyxl.writer.excel import ExcelWriter

    ExcelWriter(book, UndatedArchive(path)).save()


def save_document(document: "Document", path: Path) -> None:
    """Write a Word document."""
    from docx.opc.pkgwriter import PackageWriter

    package = document.part.package
    for part in package.parts:
        part.before_marshal()
    # python-docx takes no archive of its caller's; these are the three steps of its `PackageWriter.write`.
    with UndatedArchive(path) as archive:
        writer, pages = cast("Any", PackageWriter), _Pages(archive)
        writer._write_content_types_stream(pages, package.parts)
        writer._write_pkg_rels(pages, package.rels)
        writer._write_parts(pages, package.parts)


class _Pages:
    """What python-docx writes the parts of a document to."""

    def __init__(self, archive: UndatedArchive) -> None:
        self._archive = archive

    def write(self, pack_uri: Any, blob: bytes) -> None:
        """Write a part."""
        self._archive.writestr(pack_uri.membername, blob)
