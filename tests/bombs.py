"""Zip archives that are made to do harm when they are opened, and everything of ours that opens an archive."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.seal import check_seal
from pipeline.erasure.restore import restore
from pipeline.exchange.refi.archive import open_archive
from pipeline.study.study import load_study
from pipeline.survey.readers import read_export, read_tables


SETTINGS = 'schema = 1\nname = "Bombs"\n[intake]\nfile = "a.csv"\n'
# What each reader looks for in an archive.
NAMES = {
    "xlsx": "xl/worksheets/sheet1.xml",
    "ods": "content.xml",
    "docx": "word/document.xml",
    "codebook.xlsx": "xl/worksheets/sheet1.xml",
    "sheet.xlsx": "xl/worksheets/sheet1.xml",
    "qdpx": "project.qde",
    "backup.zip": "backup.json",
    "seal.zip": "backup.json",
}
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
XML_BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x>&a9;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
BY_LINK = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>'


def archive(parts: dict[str, bytes]) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def lying(data: bytes) -> bytes:
    """Return a zip whose directory says of each part that it is ten bytes long."""
    changed, at = bytearray(data), data.find(b"PK\x01\x02")
    while at >= 0:
        changed[at + 24 : at + 28] = struct.pack("<I", 10)
        at = data.find(b"PK\x01\x02", at + 1)
    return bytes(changed)


def overlapping(name: str, size: int) -> bytes:
    """Return a zip of a hundred entries that all point at the same packed bytes."""
    data = archive({name: b"0" * size})
    at, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    entry = data[at:end]
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 100, 100)
    tail[12:16] = struct.pack("<I", 100 * len(entry))
    return data[:at] + entry * 100 + bytes(tail)


def kinds(name: str, size: int) -> dict[str, bytes]:
    """Return every kind of archive that is to be refused, with the harm in the part of this name."""
    return {
        "swelling": archive({name: b"0" * size}),
        "swelling, and lying about it": lying(archive({name: b"0" * size})),
        "many parts": archive({name: b"<x/>", **{f"xl/{number}.xml": b"" for number in range(3_000)}}),
        "parts on top of each other": overlapping(name, size // 100),
        "entities in entities": archive({name: XML_BOMB.encode()}),
        "a file from outside": archive({name: OUTSIDE.encode()}),
        "a definition from elsewhere": archive({name: BY_LINK.encode()}),
        "a way out of the folder": archive({"../../evil.xml": b"<x/>", name: json.dumps({"sha256": {"../evil": ""}}).encode()}),
        "an absolute way out": archive({"/tmp/evil.xml": b"<x/>", name: json.dumps({"sha256": {"/tmp/evil": ""}}).encode()}),
        "cut short": archive({name: b"0" * size})[:-30],
    }


def reader_of(form: str) -> Callable[[Path, Path], object]:
    """Return what opens such a file; it is given the file and an empty folder to work in."""
    return {
        "xlsx": lambda path, _: read_export(path),
        "ods": lambda path, _: read_export(path),
        "docx": lambda path, _: read_export(path.parent),
        "codebook.xlsx": lambda path, _: read_codebook(path),
        "sheet.xlsx": lambda path, _: read_tables(path),
        "qdpx": lambda path, _: open_archive(path),
        "backup.zip": lambda path, folder: restore(_study(folder), path),
        "seal.zip": lambda path, folder: check_seal(_study(folder), path),
    }[form]


def _study(folder: Path):  # type: ignore[no-untyped-def]
    (folder / "study.toml").write_text(SETTINGS, encoding="utf-8")
    return load_study(folder)


def name_of(form: str) -> str:
    """Return a file name with the suffix the reader looks at."""
    return form if "." in form else f"bomb.{form}"
