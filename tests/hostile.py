"""Two hundred survey files that are malformed, odd or hostile: ten of each of twenty classes, made anew by number."""

import csv
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass


WORDS = ("naïve café", "they never rang", "Siân’s carer", "time", "£40 a week", "don't know", "ŵy â thŷ")
HEADER = ["id", "group", "What works?"]


@dataclass(frozen=True)
class Hostile:
    """A file, and what is to come of it: the answers in its last column, a refusal, or (None) either."""

    name: str
    data: bytes
    right: list[str | None] | None
    must_refuse: bool = False


def files() -> Iterator[Hostile]:
    """Yield two hundred files."""
    for make in CLASSES:
        for number in range(10):
            found = make(random.Random(f"{make.__name__} {number}"), number)
            yield Hostile(f"{make.__name__[1:]}-{number}{found.name}", found.data, found.right, found.must_refuse)


def _rows(draw: random.Random) -> list[list[str]]:
    return [[f"p{n}", draw.choice("AB"), draw.choice(WORDS)] for n in range(draw.randint(2, 12))]


def _text(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows([HEADER, *rows])
    return out.getvalue()


def _right(rows: list[list[str]]) -> list[str | None]:
    return [row[2] or None for row in rows]


def _encodings(draw: random.Random, number: int) -> Hostile:
    rows = [[*row[:2], row[2] if number not in (2, 3) else "naïve café"] for row in _rows(draw)]
    names = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8", "utf-16")
    return Hostile(".csv", _text(rows).encode(names[number]), _right(rows))


def _nuls(draw: random.Random, number: int) -> Hostile:
    rows = _rows(draw)
    data = _text(rows).encode()
    place = data.index(b"p0") if number % 2 else len(data)
    return Hostile(".csv", data[:place] + b"\0" + data[place:], _right(rows))


def _lone_surrogates(draw: random.Random, number: int) -> Hostile:
    rows = _rows(draw)
    return Hostile(".csv", (_text(rows) + f"p99,A,half \ud83d{number} a sign\r\n").encode("utf-8", "surrogatepass"), None)


def _bidi_and_controls(draw: random.Random, number: int) -> Hostile:
    sign = ("\u202e", "\u2066", "\u200b", "\x85", "\x07", "\x1b[31m", "\u200f", "\x0b", "\u2028", "\ufeff")[number]
    rows = [["p1", "A", f"a{sign}b"], ["p2", "B", "time"]]
    return Hostile(".csv", _text(rows).encode(), _right(rows))


def _long_cells(draw: random.Random, number: int) -> Hostile:
    rows = [["p1", "A", "word " * (20_000 * (number + 1)) + "end"], ["p2", "B", "time"]]
    return Hostile(".csv", _text(rows).encode(), _right(rows))


def _many_columns(draw: random.Random, number: int) -> Hostile:
    # One as wide as a spreadsheet can be.
    n = 16_000 if number == 9 else 100 * (number + 1)
    lines = [[f"q{i}" for i in range(n)], [str(i) for i in range(n)], ["x"] * n]
    text = "\r\n".join(",".join(line) for line in lines)
    return Hostile(".csv", text.encode(), [str(n - 1), "x"])


def _ragged(draw: random.Random, number: int) -> Hostile:
    rows = _rows(draw)
    rows[draw.randrange(len(rows))].insert(1, "one cell too many")
    return Hostile(".csv", _text(rows).encode(), None, must_refuse=True)


def _unclosed_quotes(draw: random.Random, number: int) -> Hostile:
    return Hostile(".csv", (_text(_rows(draw)) + f'p{number},A,"never closed\r\n').encode(), None, must_refuse=True)


def _duplicate_headers(draw: random.Random, number: int) -> Hostile:
    rows = _rows(draw)
    return Hostile(".csv", _text(rows).replace("id,group", "group,group", 1).encode(), _right(rows))


def _delimiters(draw: random.Random, number: int) -> Hostile:
    rows = _rows(draw)
    delimiter = ";\t,"[number % 3]
    start = f"sep={delimiter}\r\n" if number > 5 else ""
    end = "\n" if number % 2 else "\r\n"
    return Hostile(".tsv" if delimiter == "\t" else ".csv", (start + _text(rows, delimiter, end)).encode(), _right(rows))


def _dates_and_numbers_as_text(draw: random.Random, number: int) -> Hostile:
    cell = ("1E5", "007", "01/02/03", "2021-13-45", "1,5", "1.10", "TRUE", "#N/A", "1_000", "0x1F")[number]
    rows = [["p1", "A", cell], ["p2", "B", "time"]]
    return Hostile(".csv", _text(rows).encode(), _right(rows))


def _formulas(draw: random.Random, number: int) -> Hostile:
    cell = ("=1+1", "+44", "-1", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1", '=HYPERLINK("x")', "＝1", "|x", "=A1:A9")[number]
    rows = [["p1", "A", cell], ["p2", "B", "time"]]
    return Hostile(".csv", _text(rows).encode(), _right(rows))


def _not_what_it_says(draw: random.Random, number: int) -> Hostile:
    starts = (b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"<html><table>", b"{\\rtf1 x}", b"\x1f\x8b\x08\0", b"PAR1",
              b"SQLite format 3\0", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", bytes(range(256)) * 4)  # fmt: skip
    return Hostile(".csv", starts[number] + b"x" * 200, None, must_refuse=True)


def _nothing_in_it(draw: random.Random, number: int) -> Hostile:
    texts = ("", " ", "\n\n\n", "\ufeff", ",,,\n,,,\n", "id,group,What works?\n", '""', "\r\r\r", "\t\n", "id\n")
    return Hostile(".csv", texts[number].encode(), None, must_refuse=True)


def _zip_bombs(draw: random.Random, number: int) -> Hostile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in range(1 + number):
            archive.writestr(f"xl/worksheets/sheet{part}.xml", b"0" * 30_000_000)
    return Hostile(".xlsx", out.getvalue(), None, must_refuse=True)


def _xml_bombs(draw: random.Random, number: int) -> Hostile:
    swelling = ["ha" * 10, *(f"&a{i};" * 10 for i in range(8))]
    entities = "".join(f'<!ENTITY a{i} "{value}">' for i, value in enumerate(swelling))
    outside = '<!ENTITY a8 SYSTEM "file:///etc/passwd">'
    xml = f"<?xml version='1.0'?><!DOCTYPE x [{entities if number % 2 else outside}]><x>&a8;</x>".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if number < 5:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            archive.writestr("content.xml", xml)
        else:
            archive.writestr("[Content_Types].xml", xml)
            archive.writestr("xl/workbook.xml", xml)
    return Hostile(".ods" if number < 5 else ".xlsx", out.getvalue(), None, must_refuse=True)


def _slipping_archives(draw: random.Random, number: int) -> Hostile:
    name = (
        "../../evil.xml",
        "/etc/evil",
        "..\\..\\evil",
        "C:\\evil",
        "xl/../../../evil",
        "a\0b",
        "CON",
        "x" * 3000,
        "./../x",
        "~/x",
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name[number], "x")
    return Hostile(".xlsx", out.getvalue(), None, must_refuse=True)


def _workbooks_cut_short(draw: random.Random, number: int) -> Hostile:
    data = _workbook(_rows(draw))
    return Hostile(".xlsx", data[: len(data) * (number + 1) // 12], None, must_refuse=True)


def _workbooks_altered(draw: random.Random, number: int) -> Hostile:
    data = bytearray(_workbook(_rows(draw)))
    for _ in range(20):
        data[draw.randrange(100, len(data))] ^= 1 << draw.randrange(8)
    return Hostile(".xlsx", bytes(data), None)


def _odd_workbooks(draw: random.Random, number: int) -> Hostile:
    import openpyxl

    rows = _rows(draw)
    book = openpyxl.load_workbook(io.BytesIO(_workbook(rows)))
    sheet = book.active
    assert sheet is not None
    if number < 3:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["A"].hidden = True
    elif number < 6:
        book.create_sheet("Empty")
        book.create_sheet("Notes")["A1"] = "a note"
    elif number < 8:
        sheet.insert_rows(1)
        sheet["A1"] = "The survey of the day centre"
    else:
        sheet.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    return Hostile(".xlsx", out.getvalue(), _right(rows))


def _workbook(rows: list[list[str]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *rows]:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


CLASSES: tuple[Callable[[random.Random, int], Hostile], ...] = (
    _encodings, _nuls, _lone_surrogates, _bidi_and_controls, _long_cells, _many_columns, _ragged, _unclosed_quotes,
    _duplicate_headers, _delimiters, _dates_and_numbers_as_text, _formulas, _not_what_it_says, _nothing_in_it, _zip_bombs,
    _xml_bombs, _slipping_archives, _workbooks_cut_short, _workbooks_altered, _odd_workbooks,
)  # fmt: skip
