"""Read the codebook of any file that has one: a table, a `.qdc`, or the project of another program."""

from pathlib import Path

from pipeline.codebook.codebook import SEPARATOR, Codebook, build_codebook, codebook_losses, read_codebook
from pipeline.codebook.qdc import coded_rows, in_order, losses_of
from pipeline.errors import CodebookError
from pipeline.exchange.refi.archive import open_archive
from pipeline.exchange.refi.who_coded import guid_of


PROJECTS = (".qdpx", ".qde")


def read_any_codebook(path: Path) -> tuple[Codebook, tuple[str, ...]]:
    """Return a codebook and what of the file has no place in one; CodebookError or DataError says why it cannot be read."""
    if path.suffix.lower() not in PROJECTS:
        return read_codebook(path), codebook_losses(path)
    root = open_archive(path).root
    book = root.find("CodeBook")
    if book is None or book.find("Codes/Code") is None:
        raise CodebookError(f"{path.name}: the project has no codes.")
    # People who stand among the codes are none of a codebook.
    cases = {guid_of(case.get("guid")) for case in root.findall("Cases/Case")}
    rows = [row for guid, row in coded_rows(book, source=path.name, separator=SEPARATOR) if guid not in cases]
    return build_codebook(in_order(rows), source=path.name), losses_of(book)
