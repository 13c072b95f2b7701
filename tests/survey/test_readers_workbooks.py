"""Excel and OpenDocument workbooks."""

import base64
import struct
import zlib
from datetime import date, datetime, timedelta
from datetime import time as clock
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import openpyxl
import pandas as pd
import pytest
from old_excel import OLD_EXCEL
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from pipeline.errors import DataError
from pipeline.runtime.archives import unpacked
from pipeline.survey.readers import read_export


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def write_workbook(path, sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        read_export(path, **options)
    return str(caught.value)


def rezip(path, changes):
    """Write the archive again with some of its parts changed."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in (parts | changes).items():
            archive.writestr(name, content)
    return path


def declare_size(path, size):
    """Make the directory of an archive of one part say that the part unpacks to this size."""
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


def test_cells_are_written_as_people_see_them(tmp_path):
    cells = [1, 2.5, True, "007", date(2025, 3, 1), datetime(2025, 3, 1, 9, 17), clock(9, 5), timedelta(hours=30), 1e5]
    seen = ["1", "2.5", "TRUE", "007", "2025-03-01", "2025-03-01T09:17:00", "09:05:00", "30:00:00", "100000"]
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [list("abcdefghi"), cells]})
    export = read_export(path)
    assert export.frame.iloc[0].tolist() == seen
    assert (export.kind, export.sheet, export.first_row) == ("table", "Answers", 2)


def test_long_numbers_of_respondents_keep_every_digit(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [["id", "text"], [114455667788, "a"]]})
    assert read_export(path).frame["id"].tolist() == ["114455667788"]


def test_dates_counted_from_1904(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.active.append(["when"])
    workbook.active.append([datetime(2025, 3, 1, 9, 0)])
    workbook.save(tmp_path / "a.xlsx")
    assert read_export(tmp_path / "a.xlsx").frame["when"].tolist() == ["2025-03-01T09:00:00"]


def test_opendocument(tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "when": pd.to_datetime(["2025-03-01", None]), "text": ["Café\nau lait", None]})
    frame.to_excel(tmp_path / "a.ods", engine="odf", index=False)
    export = read_export(tmp_path / "a.ods")
    assert export.frame["id"].tolist() == ["1", "2"]
    assert export.frame["text"].iloc[0] == "Café\nau lait"
    assert export.frame.iloc[1].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("name", ["old.xls", "old.xlsx"])
def test_excel_97_whatever_its_name_says(tmp_path, name):
    (tmp_path / name).write_bytes(zlib.decompress(base64.b85decode(OLD_EXCEL)))
    export = read_export(tmp_path / name)
    assert export.frame.iloc[0].tolist() == ["1", "2025-03-01T09:17:00", "Café"]


def test_a_new_workbook_with_the_old_ending(tmp_path):
    path = write_workbook(tmp_path / "new.xlsx", {"Answers": [["id", "text"], [1, "a"]]})
    assert read_export(path.rename(tmp_path / "new.xls")).frame.shape == (1, 2)


def test_the_largest_sheet_is_read_and_the_others_are_named(tmp_path):
    sheets = {"Notes": [["About"], ["x"]], "Answers": [["id", "text"], [1, "a"], [2, "b"]], "Empty": []}
    export = read_export(write_workbook(tmp_path / "a.xlsx", sheets))
    assert export.sheet == "Answers"
    assert export.notes == ('read the largest sheet, "Answers"; not read: "Notes", "Empty"',)


def test_a_hidden_sheet_is_read_only_when_asked_for(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [["id"], [1]], "Lists": [["x", "y"], *[[1, 2]] * 9]})
    workbook = openpyxl.load_workbook(path)
    workbook["Lists"].sheet_state = "hidden"
    workbook.save(path)
    assert read_export(path).sheet == "Answers"
    assert read_export(path, sheet="Lists").frame.shape == (9, 2)


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [["id"], [1]], "Notes": []})
    assert 'it has no sheet "Answer". Its sheets are "Answers", "Notes".' in refusal(path, sheet="Answer")


def test_a_sheet_without_answers_is_refused_by_name(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [["id", "text"]]})
    assert 'a.xlsx: sheet "Answers": it has column names but no answers' in refusal(path)


def test_a_title_above_the_names_is_left_out(tmp_path):
    rows = [["Our survey"], [], ["id", "What helps?", "Age"], [1, "Time", 40]]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Answers": rows}))
    assert list(export.frame.columns) == ["id", "What helps?", "Age"]
    assert (export.first_row, export.notes) == (4, ("2 rows above the column names left out",))


def test_a_table_that_begins_further_in_keeps_its_row_numbers(tmp_path):
    rows = [[], [], [None, "id", "text"], [None, 1, "a"], [], [None, 3, "c"]]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Answers": rows}))
    assert export.frame["id"].fillna("").tolist() == ["1", "", "3"]
    assert export.first_row == 4


def test_surveymonkeys_header_rows_in_a_workbook(tmp_path):
    rows = [
        ["Respondent ID", "What helps?", None, "Why?"],
        [None, "Time", "Money", "Open-Ended Response"],
        [1, "Time", None, "a"],
    ]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Answers": rows}))
    assert list(export.frame.columns) == ["Respondent ID", "What helps? – Time", "What helps? – Money", "Why?"]


def test_formulas_without_result_and_errors_are_noted(tmp_path):
    rows = [["id", "sum", "fault"], [1, "=1+1", "#N/A"]]
    export = read_export(write_workbook(tmp_path / "a.xlsx", {"Answers": rows}))
    assert export.frame.iloc[0].isna().tolist() == [False, True, True]
    assert export.notes == (
        "cells with a formula but no saved result read as blank: 1",
        "cells with an error such as #N/A read as blank: 1",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"id,text\n1,a\n", "not a workbook but perhaps text (.csv)"),
        (b"<html><table><tr><td>id</td></tr></table></html>", "not a workbook but a web page"),
        (b"%PDF-1.7", "not a workbook but a PDF"),
        (b"PK\x03\x04 and then nothing", "it is damaged"),
        (OLE + b"\0" * 2000, "it is damaged"),
        (OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, said):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert said in refusal(path)


def test_an_old_workbook_cut_short_is_refused(tmp_path):
    content = zlib.decompress(base64.b85decode(OLD_EXCEL))
    for end in range(600, len(content), 450):
        (tmp_path / "a.xls").write_bytes(content[:end])
        assert "it is damaged" in refusal(tmp_path / "a.xls")


def test_a_workbook_cut_short_or_altered_is_refused(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"Answers": [["id", "text"], [1, "a"]]})
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "it is damaged" in refusal(path)
    path.write_bytes(content[:100] + b"#" + content[101:])
    assert "it is damaged" in refusal(path)


def test_another_archive_is_no_workbook(tmp_path):
    with ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "it is damaged or not a workbook" in refusal(tmp_path / "a.xlsx")


def test_an_opendocument_sheet_that_is_not_well_formed_is_refused_at_once(tmp_path):
    path = tmp_path / "a.ods"
    pd.DataFrame({"id": [1], "ok": [True]}).to_excel(path, engine="odf", index=False)
    with ZipFile(path) as archive:
        content = archive.read("content.xml")
    rezip(path, {"content.xml": content.replace(b"<text:p>TRUE", b"\\\\text:p>TRUE")})
    assert "it is damaged or not a workbook" in refusal(path)


def test_entities_in_an_opendocument_sheet_are_refused(tmp_path):
    path = tmp_path / "a.ods"
    pd.DataFrame({"id": [1]}).to_excel(path, engine="odf", index=False)
    with ZipFile(path) as archive:
        content = archive.read("content.xml")
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><office:document-content'
    rezip(path, {"content.xml": content.replace(b"<office:document-content", bomb, 1)})
    assert "it is damaged or not a workbook" in refusal(path)


def test_a_locked_opendocument_sheet_is_refused(tmp_path):
    path = tmp_path / "a.ods"
    pd.DataFrame({"id": [1]}).to_excel(path, engine="odf", index=False)
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
        "</manifest:manifest>"
    )
    rezip(path, {"META-INF/manifest.xml": manifest.encode()})
    assert "protected with a password" in refusal(path)


def test_a_cell_far_outside_the_table_is_refused_before_it_costs_memory(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = "id"
    workbook.active["XFD1048576"] = "x"
    workbook.save(tmp_path / "a.xlsx")
    assert "reaches to row 1,048,576 and column 16,384" in refusal(tmp_path / "a.xlsx")


def test_what_unpacks_to_much_more_than_its_size_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<" + b"0" * 30_000_000)
    assert "100 times its size, so it was not opened" in refusal(path)
    pieces = []
    with pytest.raises(DataError):
        pieces.extend(piece for _, piece in unpacked(path))
    assert pieces == []


def test_what_says_it_unpacks_to_over_200_mb_is_not_opened(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_STORED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    assert "more than 200 MB" in refusal(declare_size(path, 550_000_000))


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<" + b"0" * 30_000_000)
    assert "so it was not opened" in refusal(declare_size(path, 1000))
    n_bytes = 0
    with pytest.raises(DataError):
        for _, piece in unpacked(path):
            n_bytes += len(piece)
    assert n_bytes < 4_000_000


def test_an_archive_of_very_many_parts_is_not_opened(tmp_path):
    with ZipFile(tmp_path / "a.xlsx", "w") as archive:
        for number in range(2_001):
            archive.writestr(f"{number}.xml", b"")
    assert "it holds 2,001 parts" in refusal(tmp_path / "a.xlsx")


def test_an_archive_packed_as_no_workbook_is_refused(tmp_path):
    with ZipFile(tmp_path / "a.xlsx", "w", ZIP_LZMA) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>" * 10)
    assert "it is damaged" in refusal(tmp_path / "a.xlsx")
