"""The workbook and the form that go out: what a person finds in them, by eye, by keyboard and by screen reader."""

import re
import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from sample import ROOT

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.decisions.store import decisions
from pipeline.errors import ReviewError
from pipeline.exchange.sheets.coding_workbook import write_workbook
from pipeline.exchange.sheets.pack import pack
from pipeline.exchange.sheets.pages import Pages
from pipeline.exchange.sheets.sheet import PackedExcerpts, offered_names
from pipeline.exchange.sheets.unpack import unpack


GROUP = "lived experience"


@pytest.fixture
def book(study, tmp_path):
    """The workbook of six excerpts for Ann, as it was written."""
    return openpyxl.load_workbook(pack(study, n=6, out=tmp_path / "sheet.xlsx", reviewer="Ann")[0])


def column(sheet, heading):
    (found,) = [cell.column for cell in sheet[1] if cell.value == heading]
    return found


def test_instructions_come_first_and_there_is_one_sheet_to_fill(book):
    assert book.sheetnames == ["instructions", "review", "codes"] and book.active.title == "instructions"
    assert ("Packed for", "Ann") in [tuple(cell.value for cell in row[:2]) for row in book["instructions"].iter_rows()]
    unlocked = {sheet.title for sheet in book for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {"review"} and book["review"].max_row == 7


def test_only_answers_can_be_written_and_no_password_is_needed(book):
    sheet = book["review"]
    assert all(found.protection.sheet and not found.protection.password for found in book)
    open_to_write = {cell.column for row in sheet.iter_rows(min_row=2) for cell in row if not cell.protection.locked}
    headings = ("Code 1", "Code 2", "Code 3", "More codes", "None of these", "Not sure", "Note")
    assert open_to_write == {column(sheet, heading) for heading in headings}


def test_codes_and_ticks_are_chosen_from_lists(book):
    lists = {str(found.sqref): found for found in book["review"].data_validations.dataValidation}
    offered = {cells: found.formula1 for cells, found in lists.items()}
    assert offered == {"E2:E7 F2:F7 G2:G7": "codes!$A$2:$A$6", "I2:I7 J2:J7": '"yes"'}
    assert all(found.type == "list" and found.showErrorMessage for found in lists.values())
    assert [cell.value for cell in book["codes"]["A"]][1:3] == ["Forms and rules", "Too little time"]


def test_letters_are_large_and_wrapped_and_nothing_is_told_by_colour_or_merged(book):
    for sheet in book:
        assert not sheet.merged_cells.ranges
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value or not cell.protection.locked):
            assert cell.font.size >= 16 and cell.alignment.wrap_text and cell.fill.fill_type is None
            assert cell.font.color is None or cell.font.color.rgb in (None, "FF000000")
    assert book["review"].freeze_panes == "D2" and book["review"].print_title_rows == "$1:$1"
    cells = [cell for row in book["review"].iter_rows(min_row=2) for cell in row if cell.protection.locked]
    assert all(cell.value for cell in cells)


@pytest.mark.parametrize("name", ["sheet.xlsx", "form.docx"])
def test_a_file_says_nothing_of_who_made_it(study, tmp_path, name):
    path, _ = pack(study, n=2, out=tmp_path / name)
    with zipfile.ZipFile(path) as archive:
        facts = archive.read("docProps/core.xml").decode() + archive.read("docProps/app.xml").decode()
    people = re.findall(r"<\w+:(?:creator|lastModifiedBy)(?: [^>]*)?>(.*?)<", facts)
    assert set(people) == {"Many Voices"} and re.search(r"language[^>]*>en-GB<", facts)


def test_an_answer_that_looks_like_a_formula_is_written_as_words(study, tmp_path):
    names = ["excerpt", "question", "whole_answer", "words_to_code", "drawn"]
    table = pd.DataFrame([["a1b2c3", "=Q", "=1+1", text, "given order"] for text in ("=1+1", "bell\x07", "plain")], columns=names)
    write_workbook(Pages("=Study", Codebook(()), table, PackedExcerpts({}), ""), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert [cell.value for cell in book["review"]["C"]][1:] == ["=1+1", "bell", "plain"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_a_workbook_says_whose_it_is_when_it_comes_back(study, book, tmp_path):
    sheet = book["review"]
    sheet.cell(2, column(sheet, "Code 1"), "Too little time")
    sheet.cell(2, column(sheet, "Code 2"), "Getting there")
    book.save(tmp_path / "back.xlsx")
    found = unpack(study, tmp_path / "back.xlsx", group=GROUP)
    assert found.reviewer == "Ann" and found.added == 1 and found.notes == ()
    assert decisions(study)[["reviewer", "codes"]].values.tolist() == [["Ann", "time|transport"]]
    passed_on = unpack(study, tmp_path / "back.xlsx", reviewer="Ben", group=GROUP)
    assert "Note: the sheet was packed for Ann; its answers are taken in as those of Ben." in passed_on.as_text()


def test_a_sheet_that_names_nobody_asks_who(study, tmp_path):
    path, _ = pack(study, n=2, out=tmp_path / "sheet.csv")
    with pytest.raises(ReviewError, match="--reviewer"):
        unpack(study, path)


def test_codes_of_the_same_name_are_told_apart_in_the_list(study, tmp_path):
    twins = (Code("wait-a", label="Waiting"), Code("wait-b", label="Waits", plain_label="Waiting"))
    write_codebook(Codebook((*read_codebook(study.codebook).codes, *twins)), study.codebook)
    assert list(offered_names(read_codebook(study.codebook)).values())[-2:] == ["Waiting [wait-a]", "Waiting [wait-b]"]
    path, _ = pack(study, n=1, out=tmp_path / "sheet.xlsx", reviewer="Ann")
    book = openpyxl.load_workbook(path)
    book["review"]["E2"] = "Waiting [wait-b]"
    book.save(path)
    unpack(study, path, group=GROUP)
    assert decisions(study)["codes"].tolist() == ["wait-b"]


def test_rows_are_said_in_the_number_they_are(study, book, tmp_path):
    book["review"]["E2"] = "time"
    book.save(tmp_path / "a.xlsx")
    unpack(study, tmp_path / "a.xlsx", group=GROUP)
    book["review"]["E2"] = "forms"
    book.save(tmp_path / "b.xlsx")
    assert "\nRow 2 now says something else than before" in unpack(study, tmp_path / "b.xlsx").as_text()
    assert "\nRow 2 was taken in before and changed since" in unpack(study, tmp_path / "a.xlsx").as_text()


@pytest.fixture
def form(study, tmp_path):
    """The form of three excerpts for Ann."""
    return Document(str(pack(study, n=3, out=tmp_path / "form.docx", reviewer="Ann")[0]))


def test_the_form_is_in_large_print_with_headings_to_move_by(form):
    sizes = {name: form.styles[name].font.size.pt for name in ("Normal", "List Bullet", "Heading 1", "Heading 2", "Title")}
    assert min(sizes.values()) >= 18
    assert all(run.font.size is None for paragraph in form.paragraphs for run in paragraph.runs)
    headings = [(p.style.name, p.text) for p in form.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", "Code card: what the codes mean"),
        *[("Heading 2", f"Excerpt {number} of 3") for number in (1, 2, 3)],
        ("Heading 1", "For whoever types this in"),
    ]
    assert {found.get(qn("w:val")) for found in form.styles.element.iter(qn("w:lang"))} == {"en-GB"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice, which lays the form out on sheets, is not installed")
def test_each_excerpt_is_one_sheet_with_all_its_codes_on_it(study, tmp_path):
    write_codebook(read_codebook(ROOT / "corpora" / "coproduction" / "codebook.csv"), study.codebook)
    path = pack(study, n=3, out=tmp_path / "form.docx", reviewer="Ann")[0]
    sheets = sheets_of(path)
    about = [sheet for sheet in sheets if "Id to type back:" in sheet]
    assert len(about) == 3
    for number, sheet in enumerate(about, start=1):
        assert f"Excerpt {number} of 3" in sheet and sheet.count("\u2610") == 23 and "Note:" in sheet
    assert sum("Code card" in sheet for sheet in sheets) == 1


def sheets_of(path):
    """Return what is printed on each sheet of a Word document."""
    profile = f"-env:UserInstallation=file://{path.parent}/office"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True)
    printed = ["pdftotext", "-layout", str(path.with_suffix(".pdf")), "-"]
    return subprocess.run(printed, check=True, capture_output=True, text=True).stdout.split("\f")[:-1]


def all_lines(form):
    """Return each paragraph of a form, those in its tables too."""
    inside = [paragraph for table in form.tables for row in table.rows for cell in row.cells for paragraph in cell.paragraphs]
    return [paragraph.text for paragraph in (*form.paragraphs, *inside)]


def test_each_excerpt_has_a_box_for_each_code_and_an_id_that_comes_back(study, form, tmp_path):
    lines = all_lines(form)
    assert lines.count("\u2610 Too little time") == lines.count("\u2610 None of these") == lines.count("\u2610 Not sure") == 3
    ids = [line.removeprefix("Id to type back: ") for line in lines if line.startswith("Id to type back")]
    assert len(set(ids)) == 3 and max(map(len, ids)) < 10
    typed = tmp_path / "typed.csv"
    typed.write_text("Excerpt,Codes\n" + "\n".join(f"{name[:3].upper()} {name[3:]},time" for name in ids), encoding="utf-8")
    assert unpack(study, typed, reviewer="Ann", group=GROUP).added == 3
    packed = pack(study, n=3, out=tmp_path / "again.csv", reviewer="Ben")[0].read_text(encoding="utf-8-sig")
    assert set(decisions(study)["segment_id"]) == {line.split(",")[0] for line in packed.splitlines()[1:]}


def test_the_beginning_of_an_id_counts_when_it_is_of_one_excerpt_and_long_enough():
    excerpts = PackedExcerpts(dict.fromkeys(["aaaaaaaa11", "aaaaaaaa22", "bbbbbbbbbb"], ""))
    assert [excerpts.short(name) for name in excerpts.ids] == ["aaaaaaaa1", "aaaaaaaa2", "bbbbbb"]
    assert [excerpts.find(text) for text in ("aaaaaaaa", "aaaaaaaa2", "bbbbb", "bbbbbb", "BBB-BBB", "c", "")] == [
        None, "aaaaaaaa22", None, "bbbbbbbbbb", "bbbbbbbbbb", None, None,
    ]  # fmt: skip


def test_with_many_codes_there_are_lines_to_write_on(study, tmp_path):
    write_codebook(Codebook(tuple(Code(f"code-{number}", label=f"Code {number}") for number in range(40))), study.codebook)
    form = Document(str(pack(study, n=1, out=tmp_path / "form.docx")[0]))
    lines = all_lines(form)
    assert any(line.startswith("Codes: ____") for line in lines) and "\u2610 Code 7" not in lines
    assert sum(line.startswith("Code 7. ") for line in lines) == 1, "the card has each code once"
