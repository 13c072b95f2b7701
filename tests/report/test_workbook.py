"""The report's tables in Excel: figures are numbers to the printed digit, and everything people wrote is text."""

from zipfile import ZipFile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from small_study import PRIVATE

from pipeline.report import export
from pipeline.report.blocks import Figure, Report, ReportSection, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.report_workbook import TIDY, write_tables_workbook
from pipeline.report.report_tables import report_tables


@pytest.fixture
def path(study):
    return export(study, to=["xlsx"])[0]


@pytest.fixture
def book(path):
    return openpyxl.load_workbook(path)


def rows_under(sheet, heading):
    rows = [[cell.value for cell in row] for row in sheet]
    start = next(place for place, row in enumerate(rows) if row[0] == heading)
    return rows[start:]


def test_there_is_a_cover_a_list_of_contents_and_a_sheet_for_each_table(book, source):
    report = build_report(source)
    tables = list(report_tables(report))
    assert book.sheetnames == ["Cover", "Contents", TIDY, *(f"Table {n}" for n in range(1, len(tables) + 1))]
    assert book["Cover"]["A1"].value == report.title
    assert "Draft: not to be passed on. Not yet checked by people" in [row[0].value for row in book["Cover"]]
    for number, table in enumerate(tables, start=1):
        sheet = book[f"Table {number}"]
        assert sheet["A1"].value == f"Table {number}: {table.caption}"
        assert list(sheet.tables) == [f"table_{number}"]
        assert table.header[0] in [row[0].value for row in sheet]


def test_estimates_have_a_column_each_for_value_ends_and_people(book, source):
    report = build_report(source)
    tables = list(report_tables(report))
    place = next(n for n, table in enumerate(tables, start=1) if table.name == "shares-1")
    header, *rows = rows_under(book[f"Table {place}"], "Code")
    assert header[:5] == ["Code", "Everyone", "Everyone: from", "Everyone: to", "Everyone: people"]
    for row, expected in zip(rows, tables[place - 1].rows, strict=False):
        figure = expected[1]
        if isinstance(figure, Figure):
            assert f"{row[1]:.0%}" == figure.value and figure.interval == f"{row[2]:.0%} to {row[3]:.0%}"
    assert any(cell == "[c]" for row in rows for cell in row)


def test_no_cell_is_a_formula_whatever_people_wrote(path, book):
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert "=Yes" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}
    with ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_another_reader_finds_the_same(path, book):
    other = CalamineWorkbook.from_path(path)
    assert other.sheet_names == book.sheetnames
    for name in book.sheetnames[2:]:
        header = other.get_sheet_by_name(name).to_python()[0]
        assert header[0] == book[name]["A1"].value


def test_nothing_tells_of_person_or_machine(book, path):
    assert (book.properties.creator, book.properties.lastModifiedBy) == ("Many Voices", "Many Voices")
    assert book.properties.created.year == 2000
    with ZipFile(path) as archive:
        assert b"/tmp" not in b"".join(archive.read(name) for name in archive.namelist())


def test_words_of_people_who_did_not_agree_are_in_no_cell(book):
    text = "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    assert not [words for words in PRIVATE if words in text]


def test_only_columns_of_figures_become_numbers(tmp_path):
    table = TableBlock(
        "t", "c", ("Code", "n", ""), (("007", "1,234", "="), ("1.10", "under 1%", ""), ("العربية", "5", "=1")), numeric=(1,)
    )
    write_tables_workbook(Report("R", "b", "One. Two.", (ReportSection("s", "S", (table,)),)), tmp_path / "t.xlsx")
    rows = rows_under(openpyxl.load_workbook(tmp_path / "t.xlsx")["Table 1"], "Code")
    assert rows == [
        ["Code", "n", "Column"],
        ["007", 1234, "= (as written)"],
        ["1.10", "under 1%", "[z]"],
        ["العربية (as written)", 5, "=1"],
    ]


def test_a_table_without_rows_and_words_with_signs_of_gptables_can_be_written(tmp_path):
    empty, signs = TableBlock("t", "c", ("Code", "n"), ()), TableBlock("u", "d", ("Code",), (("costs $$5$$",), ("[Note 1]",)))
    write_tables_workbook(Report("R", "b", "n", (ReportSection("s", "S", (empty, signs)),)), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert rows_under(book["Table 1"], "Code") == [["Code", "n"], ["There is nothing to show", "[z]"]]
    assert rows_under(book["Table 2"], "Code") == [["Code"], ["costs $ $5$ $"], ["[Note 1]"]]


def test_one_sheet_has_a_row_for_each_figure_to_filter_and_to_pivot(book, source):
    sheet = book[TIDY]
    header, *rows = rows_under(sheet, "Sheet")
    assert header[:6] == ["Sheet", "What it is of", "Row", "Group or column", "Unit", "Figure"]
    figures = [
        (table.caption, row[0], table.header[place], cell)
        for table in report_tables(build_report(source))
        for row in table.rows
        for place, cell in enumerate(row)
        if isinstance(cell, Figure)
    ]
    found = {tuple(row[1:4]): row for row in rows}
    for caption, name, group, cell in figures:
        row = found[caption, name, group]
        written = f"{row[5]:.0%}" if row[4].startswith("share") else f"{row[5]:.2f}"
        assert (written, row[-1]) == (cell.value, cell.people)
    assert figures and sheet.freeze_panes and next(iter(sheet.tables.values())).autoFilter is not None
    assert all(cell.number_format == "General" for row in sheet for cell in row)


def test_contents_lead_to_each_sheet(book):
    links = {row[0].value for row in book["Contents"] if row[0].hyperlink}
    assert links == set(book.sheetnames) - {"Cover", "Contents"}
