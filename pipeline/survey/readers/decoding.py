"""Decode text whatever program saved it, and refuse files that are not text."""

import codecs
import re

from pipeline.errors import DataError
from pipeline.survey.readers.one_byte_encodings import decode_one_byte


_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "an Excel workbook, a Word document or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file"),
    (b"$FL2", "an SPSS file"),
    (b"$FL3", "an SPSS file"),
    (b"{\\rtf", "a rich text document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<meta", b"<?xml")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_UNDEFINED_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_STRAY_BYTE = {
    0xDC00 + byte: bytes([byte]).decode("latin-1" if byte in _UNDEFINED_CP1252 else "cp1252") for byte in range(0x80, 0x100)
}
# Bytes that are decoded to see whether they are UTF-8: all at once would take four times the file.
_AT_ONCE = 1 << 20


def as_utf8(data: bytes) -> tuple[bytes, list[str], list[str]]:
    """Return the text in UTF-8, without a mark of its encoding, what had to be done to read it, and what to look at.

    See `decode`.
    """
    if name_foreign(data) or b"\0" in data or not _is_utf8(data):
        text, notes, doubts = decode(data)
        return text.encode(), notes, doubts
    while data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    lost = _lost(data.count("\ufffd".encode()))
    return data, lost, [_sentence(note) for note in lost]


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for begin in range(0, len(data), _AT_ONCE):
            decoder.decode(data[begin : begin + _AT_ONCE], final=begin + _AT_ONCE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _lost(n: int) -> list[str]:
    return [f"characters that had been lost before this export and show as \ufffd: {n:,}"] if n else []


def decode(data: bytes) -> tuple[str, list[str], list[str]]:
    """Return the text, what had to be done to read it, and what a person should look at."""
    foreign = name_foreign(data)
    if foreign:
        raise DataError(f"its content is {foreign}, whatever its name says. Save or export it again as text.")
    text, encoding, is_doubtful = _decode(data)
    text = text.lstrip("\ufeff")
    notes = [] if encoding == "utf-8" else [f"encoding {encoding}"]
    nuls = text.count("\0")
    # In UTF-8 control characters may have been typed or pasted; bytes that are no UTF-8 are rather no text at all.
    signs = nuls if encoding == "utf-8" else len(_CONTROL.findall(text))
    if signs * 20 > len(text):
        raise DataError("it is not text, whatever its name says. Save or export it again as text.")
    if nuls:
        text = text.replace("\0", "")
        notes.append(f"NUL characters removed: {nuls:,}")
    lost = _lost(text.count("\ufffd"))
    doubts = [_sentence(note) for note in lost]
    if is_doubtful:
        doubts.append(
            f"Its characters may be read wrongly: it was read as {encoding}, and some signs stand where none belongs. Look at "
            "a few answers with accents or apostrophes. If they are wrong, save the file again as “CSV UTF-8”."
        )
    return text, notes + lost, doubts


def name_foreign(data: bytes) -> str | None:
    """Say what the data are when their first bytes show that they are no table of text."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    start = data[:1024].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return "a web page or XML" if start.startswith(_MARKUP) else None


def _decode(data: bytes) -> tuple[str, str, bool]:
    marked = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _unmarked_utf16(data)
    if marked:
        try:
            return data.decode(marked), marked, False
        except UnicodeDecodeError as error:
            raise DataError(f"it is {marked} text, but damaged or cut short. Export it again.") from error
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        return _decode_bytes(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the zero bytes that fill up Western characters."""
    sample = data[:4096]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half and odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if half and even > 0.4 * half and odd < 0.1 * half else None


def _decode_bytes(data: bytes) -> tuple[str, str, bool]:
    """Decode a one-byte encoding, or UTF-8 into which some of it was pasted."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = len(re.findall("[\udc80-\udcff]", text))
    if len(re.findall(r"[^\x00-\x7f]", text)) - stray > stray:
        return text.translate(_STRAY_BYTE), f"utf-8 with {stray:,} characters of cp1252 among it", False
    return decode_one_byte(data)


def _sentence(note: str) -> str:
    return f"{note[0].upper()}{note[1:]}. Export it again, as UTF-8, if the words are whole in the survey tool."
