"""The report's tables in Excel: figures are numbers to the printed digit, and everything people wrote is text."""

from html import escape
from zipfile import ZipFile

import openpyxl
import pytest
from python_calamine import CalamineWorkbook
from small_study import PRIVATE

from pipeline.report import export
from pipeline.report.blocks import Axis, Chart, Figure, Point, Report, ReportSection, Series, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.report_workbook import TIDY, write_tables_workbook
from pipeline.report.formats.workbook_sheets import DIFFERENCES, SHEETS, planned_sheets
from pipeline.report.numbers_in_words import NOT_SHOWN
from pipeline.report.report_tables import report_charts, report_tables, tables_among
from pipeline.report.sections.smaller_groups_section import HOW_RANKED
from pipeline.report.sections.themes_section import HOW_STEADY


MOST_SHEETS = 15


@pytest.fixture
def path(study):
    return export(study, to=["xlsx"])[0]


@pytest.fixture
def book(path):
    return openpyxl.load_workbook(path)


def table_of(book, number):
    """Return the rows of a table, its names of columns first, whichever sheet it is on."""
    sheet = next(sheet for sheet in book if f"table_{number}" in sheet.tables)
    return [[cell.value for cell in row] for row in sheet[sheet.tables[f"table_{number}"].ref]]


def number_of(source, name):
    names = [table.name for table in report_tables(build_report(source))]
    return names.index(name) + 1


def test_a_few_sheets_hold_every_table_and_the_contents_lead_to_each(book, source):
    report = build_report(source)
    tables = list(report_tables(report))
    assert book.sheetnames[:3] == ["Cover", "Contents", TIDY] and len(book.sheetnames) <= MOST_SHEETS < len(tables)
    assert book["Cover"]["A1"].value == report.title
    assert "Draft: not to be passed on. Not yet checked by people" in [row[0].value for row in book["Cover"]]
    for number, table in enumerate(tables, start=1):
        assert table_of(book, number)[0][0] == table.header[0]
        (listed,) = [row for row in book["Contents"] if row[0].value == f"Table {number}"]
        # The link leads to the title of the table.
        sheet, _, cell = listed[0].hyperlink.location.rpartition("!")
        assert book[sheet.strip("'")][cell].value == f"Table {number}: {table.caption}"
        assert listed[1].value == table.caption and listed[2].value == sheet.strip("'")
    links = {row[0].value for row in book["Contents"] if row[0].hyperlink and not row[0].value.startswith("Table ")}
    assert links == set(book.sheetnames) - {"Cover", "Contents"}


def test_the_largest_study_has_no_more_sheets(source):
    """Sections are what a report has; none makes more than a sheet, whatever its tables."""
    report = build_report(source)
    assert 3 + len({*SHEETS, DIFFERENCES}) <= MOST_SHEETS
    in_sheets = {name for sections in SHEETS.values() for name in sections}
    assert {section.name for section in report.sections if any(tables_among(section.blocks))} <= in_sheets
    assert sorted(table.number for plan in planned_sheets(report) for table in plan.tables) == list(
        range(1, len(list(report_tables(report))) + 1)
    )


def test_charts_are_drawn_from_cells_of_figures_that_are_shown(path, book, source):
    charted = [sheet for sheet in book if sheet._charts]
    assert {sheet.title for sheet in charted} == {"Themes", "Closed questions"}
    for sheet in charted:
        for chart in sheet._charts:
            assert chart.series
            for series in chart.series:
                cells = [cell.value for row in sheet[series.val.numRef.f.rpartition("!")[2].replace("$", "")] for cell in row]
                assert cells and all(isinstance(value, int | float) for value in cells)
    with ZipFile(path) as archive:
        drawings = "".join(archive.read(name).decode() for name in archive.namelist() if "drawings/drawing" in name)
    shown = {chart.name: chart for chart in report_charts(build_report(source))}
    assert escape(shown["chart-themes"].alternative) in drawings, "a chart says in words what it shows"


def test_a_group_of_which_a_figure_is_hidden_is_not_drawn(tmp_path):
    series = (Series("One", 0, (Point(0.4, 0.3, 0.5),)), Series("Two", 1, (None,)))
    figure = Figure("40%", "30% to 50%", "20 of 50")
    table = TableBlock("options-1-1", "Answers", ("Answer", "One", "Two"), (("Yes", figure, NOT_SHOWN),))
    chart = Chart("chart-options-1-1", "T", "Words", ("Yes",), series, Axis("S", 0, 1, "share"), table)
    section = ReportSection("closed-questions", "Closed", (chart,))
    write_tables_workbook(Report("R", "b", "n", (section,)), tmp_path / "t.xlsx")
    (drawn,) = openpyxl.load_workbook(tmp_path / "t.xlsx")["Closed questions"]._charts
    assert [series.val.numRef.f for series in drawn.series][:1] and len(drawn.series) == 1


def test_estimates_have_a_column_each_for_value_ends_and_people(book, source):
    place = number_of(source, "shares-1")
    header, *rows = table_of(book, place)
    assert header[:5] == ["Code", "Everyone", "Everyone: from", "Everyone: to", "Everyone: people"]
    tables = list(report_tables(build_report(source)))
    for row, expected in zip(rows, tables[place - 1].rows, strict=True):
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
    for name in book.sheetnames:
        assert other.get_sheet_by_name(name).to_python()[0][0] == book[name]["A1"].value


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
    assert table_of(openpyxl.load_workbook(tmp_path / "t.xlsx"), 1) == [
        ["Code", "n", "Column"],
        ["007", 1234, "="],
        ["1.10", "under 1%", "[z]"],
        ["العربية", 5, "=1"],
    ]


def test_odd_tables_names_and_headings_can_be_written(tmp_path):
    empty = TableBlock("t", "c", ("Code", "n"), ())
    odd = TableBlock("u", "d", ("Code", "code", "Code"), (("costs $$5$$", "", "a\nb"), ("[Note 1]", "x" * 40_000, "'")))
    sections = (ReportSection("s", "What's [this]: a/b?", (empty,)), ReportSection("t", "T", (odd,)))
    write_tables_workbook(Report("R", "b", "n", sections), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert table_of(book, 1) == [["Code", "n"], ["There is nothing to show", "[z]"]]
    # Excel takes two names that differ by capitals alone for one, and opens no such table.
    assert table_of(book, 2)[0] == ["Code", "code (2)", "Code (3)"]
    assert table_of(book, 2)[1] == ["costs $$5$$", "[z]", "a\nb"] and table_of(book, 2)[2][1].startswith("xxx")


def test_one_sheet_has_a_row_for_each_figure_and_says_in_which_table_it_stands(book, source):
    (table,) = book[TIDY].tables.values()
    header, *rows = [[cell.value for cell in row] for row in book[TIDY][table.ref]]
    assert header[:7] == ["Table", "Sheet", "What it is of", "Row", "Group or column", "Unit", "Figure"]
    figures = [
        (f"Table {number}", table.caption, row[0], table.header[place], cell)
        for number, table in enumerate(report_tables(build_report(source)), start=1)
        for row in table.rows
        for place, cell in enumerate(row)
        if isinstance(cell, Figure)
    ]
    in_rows = {(row[0], *row[2:5]): row for row in rows}
    for *key, cell in figures:
        row = in_rows[tuple(key)]
        written = f"{row[6]:.0%}" if row[5].startswith("share") else f"{row[6]:.2f}"
        assert (written, row[-1]) == (cell.value, cell.people) and row[1] in book.sheetnames
    assert figures and book[TIDY].freeze_panes and table.autoFilter is not None
    assert all(cell.number_format == "General" for row in book[TIDY] for cell in row)


def test_what_a_page_leaves_to_the_workbook_is_there_in_words_too(book, source):
    """How ranks and steadiness are meant, and which themes are alike, stood in the report's content and were set nowhere."""
    text = "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value)
    assert HOW_STEADY in text and HOW_RANKED in text
    families = source["themes"].loc[~source["themes"]["set_aside"]].groupby("family")["number"].agg(list)
    header, *rows = table_of(book, number_of(source, "families"))
    assert header == ["Family", "Themes", "Number of themes"] and len(rows) == len(families) > 1
    for row, numbers in zip(rows, families, strict=True):
        assert sorted(int(line.partition(".")[0]) for line in row[1].split("\n")) == sorted(numbers) and row[2] == len(numbers)
