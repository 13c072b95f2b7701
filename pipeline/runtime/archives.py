"""Measure zip archives (workbooks, Word documents, projects of other programs, backups) before anything opens them."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pipeline.errors import DataError
from pipeline.runtime.plain_files import why_no_file


@dataclass(frozen=True)
class Limits:
    """What an archive may hold."""

    n_bytes: int = 200_000_000
    ratio: int = 100
    n_parts: int = 2_000


DOCUMENT = Limits()
PROJECT = Limits(n_bytes=500_000_000, n_parts=200_000)
"""Projects hold a part for each answer, and recordings."""
BACKUP = Limits(n_bytes=4_000_000_000)
_CHUNK = 1 << 20
_NO_TROUBLE = 2_000_000
# The lengths of the name and of the extra field end the fixed part of an entry's own header; the content stands behind both.
_LOCAL_HEADER = struct.Struct("<26xHH")
_DAMAGED = "it is damaged or not what its name says. Open it in the program that wrote it and save it again."


def check_archive(path: Path, limits: Limits = DOCUMENT) -> None:
    """Raise `DataError` unless everything in the archive unpacks to a size that is safe to open."""
    for _ in unpacked(path, limits):
        pass


def unpacked(path: Path, limits: Limits = DOCUMENT) -> Iterator[tuple[str, bytes]]:
    """Yield each entry's name and content, piece by piece, and count them: the directory may lie."""
    if reason := why_no_file(path):
        raise DataError(f"{reason}.")
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(_DAMAGED) from error
    packed = max(path.stat().st_size, 1)
    _check_size(sum(entry.file_size for entry in entries), packed, limits)
    if len(entries) > limits.n_parts:
        raise DataError(f"it holds {len(entries):,} parts, which no honest file of its kind does. It was not opened.")
    unpacked_bytes = 0
    with path.open("rb") as file:
        for entry in entries:
            checksum = 0
            for piece in _inflated(file, entry):
                unpacked_bytes += len(piece)
                _check_size(unpacked_bytes, packed, limits)
                checksum = zlib.crc32(piece, checksum)
                yield entry.filename, piece
            if checksum != entry.CRC:
                raise DataError(_DAMAGED)


def _check_size(size: int, packed: int, limits: Limits) -> None:
    # A small archive may be packed more tightly than its ratio says and still be no trouble to anybody.
    if size > limits.n_bytes or size > max(limits.ratio * packed, _NO_TROUBLE):
        raise DataError(
            f"it would unpack to more than {limits.n_bytes // 1_000_000} MB or {limits.ratio} times its size, "
            "so it was not opened. Check where it comes from; a large table can be given as .csv."
        )


def _inflated(file: BinaryIO, entry: ZipInfo) -> Iterator[bytes]:
    # Read by hand: `ZipFile` believes the sizes in the directory, and stops at them.
    if entry.flag_bits & 1:
        raise DataError("it is protected with a password. Save it without one.")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.header_offset < 0:
        raise DataError(_DAMAGED)
    file.seek(entry.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size:
        raise DataError(_DAMAGED)
    file.seek(sum(_LOCAL_HEADER.unpack(header)), 1)
    blocks = _blocks(file, entry.compress_size)
    yield from blocks if entry.compress_type == ZIP_STORED else _deflated(blocks)


def _blocks(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        block = file.read(min(size, _CHUNK))
        if not block:
            raise DataError(_DAMAGED)
        size -= len(block)
        yield block


def _deflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in blocks:
        while block and not inflater.eof:
            try:
                piece = inflater.decompress(block, _CHUNK)
            except zlib.error as error:
                raise DataError(_DAMAGED) from error
            block = inflater.unconsumed_tail
            yield piece
