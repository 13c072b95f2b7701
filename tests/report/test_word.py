"""The report in Word: its parts are where a reader, a screen reader or another program looks for them."""

import re
from zipfile import ZipFile

import pytest
from lxml import etree
from small_study import PRIVATE

from pipeline.report import export
from pipeline.report.blocks import Axis, Chart, Paragraph, Point, Report, ReportSection, Series, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.word import as_document
from pipeline.report.printed_report import PRINTED, printed
from pipeline.report.report_tables import report_tables


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture
def parts(study):
    """Return the parts of the document as another library, lxml, reads them."""
    (path,) = export(study, to=["docx"])
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def body(parts):
    return etree.fromstring(parts["word/document.xml"])


def words(element):
    return "".join(found.text or "" for found in element.iter(f"{W}t"))


def styled(body, style):
    found = [paragraph for paragraph in body.iter(f"{W}p") if paragraph.find(f"{W}pPr/{W}pStyle[@{W}val='{style}']") is not None]
    return [words(paragraph) for paragraph in found]


def test_title_state_and_sections_are_headings_in_the_reports_order(body, source):
    report = printed(build_report(source))
    assert styled(body, "Title") == [report.title]
    assert styled(body, "Heading1") == [section.heading for section in report.sections]
    assert report.banner in words(body) and report.notice in words(body)


def test_each_table_is_there_with_its_header_row_repeated_and_an_alternative(body, source):
    tables = list(body.iter(f"{W}tbl"))
    expected = [table for table in report_tables(printed(build_report(source))) if table.name in PRINTED]
    assert len(tables) == len(expected) >= 4
    for table, block in zip(tables, expected, strict=True):
        assert table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None
        assert [words(cell) for cell in table.find(f"{W}tr").iter(f"{W}tc")] == list(block.header)
        assert table.find(f"{W}tblPr/{W}tblDescription").get(f"{W}val") == block.caption
        assert len(table.findall(f"{W}tr")) == len(block.rows) + 1


def test_every_picture_has_an_alternative(body):
    pictures = list(body.iter(f"{DRAWING}docPr"))
    assert len(pictures) >= 2
    assert all(len(picture.get("descr")) > 40 and picture.get("title") for picture in pictures)
    assert any(picture.get("descr").startswith("Dots with 95% intervals") for picture in pictures)


def test_links_lead_to_bookmarks_that_are_there(body):
    names = [mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")]
    links = {link.get(f"{W}anchor") for link in body.iter(f"{W}hyperlink")}
    assert links and links <= set(names) and len(names) == len(set(names))


def test_language_is_uk_english_and_no_person_or_machine_is_named(parts):
    languages = re.findall(rb'w:lang [^>]*w:val="([^"]+)"', parts["word/styles.xml"])
    assert languages and set(languages) == {b"en-GB"}
    facts = etree.fromstring(parts["docProps/core.xml"])
    told = {etree.QName(element).localname: element.text for element in facts}
    assert told["creator"] == "Many Voices" and not told.get("lastModifiedBy") and told["language"] == "en-GB"
    assert told["created"].startswith("2000-01-01") and told["modified"].startswith("2000-01-01")
    everything = b" ".join(parts.values())
    assert b"python-docx" not in everything and b"/tmp" not in everything and b"root" not in parts["docProps/app.xml"]


def test_words_of_people_who_did_not_agree_are_not_in_it(body):
    text = words(body)
    assert not [said for said in PRIVATE if said in text]


def test_signs_that_no_document_may_hold_are_left_out():
    report = Report(
        "A\x0bB",
        "b",
        "n",
        (ReportSection("s", "S\x1f", (Paragraph("x\x00y\nz"), TableBlock("t", "c\x07", ("a",), (("=1\x02",),)))),),
    )
    text = "".join(paragraph.text for paragraph in as_document(report).paragraphs)
    assert "AB" in text and "xy\nz" in text


def test_a_chart_too_long_for_a_page_goes_on_in_the_next_picture():
    labels = tuple(f"Code {n}" for n in range(12))
    series = tuple(Series(name, place, tuple(Point(0.2, 0.1, 0.3) for _ in labels)) for place, name in enumerate("abcd"))
    table = TableBlock("t", "All", ("Code",), tuple((label,) for label in labels))
    chart = Chart("chart-t", "Shares", "Dots.", labels, series, Axis("Share", 0, 1, "share"), table)
    document = as_document(Report("R", "b", "n", (ReportSection("s", "S", (chart,)),)))
    shapes = document.inline_shapes
    assert len(shapes) == 3
    assert all(shape.height.cm < 20 for shape in shapes)


def test_no_column_is_too_narrow_for_its_longest_word():
    header = ("Theme", "By people", "Each group the same", "Care workers", "Family and friends", "Leaders", "Professionals")
    table = TableBlock("t", "c", header, (("1. Like, nobody", "1", "4 (↓ 3 places)", "1", "3", "fewer than 8 people", "2"),))
    document = as_document(Report("R", "b", "n", (ReportSection("s", "S", (table,)),)))
    cells = document.tables[0].rows[0].cells
    assert sum(cell.width.cm for cell in cells) <= 17.05
    # A bold capital or small letter of Arial at 9 points is 1.7 mm wide or less on average.
    assert all(cell.width.cm - 0.38 >= 0.17 * max(map(len, cell.text.split())) for cell in cells)


def instructions(body):
    return [field.text.strip() for field in body.iter(f"{W}instrText")]


def test_contents_have_a_page_number_for_each_section_as_a_field_that_is_filled_in_when_it_is_opened(body, source):
    report = printed(build_report(source))
    fields = instructions(body)
    bookmarks = {mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")}
    pages = [field.split()[1] for field in fields if field.startswith("PAGEREF")]
    assert len(pages) == len(report.sections) and set(pages) <= bookmarks
    assert len(body.findall(f".//{W}fldChar[@{W}dirty='true']")) == len(pages)
    marks = [mark.get(f"{W}fldCharType") for mark in body.iter(f"{W}fldChar")]
    assert marks.count("begin") == marks.count("separate") == marks.count("end")


def test_tables_and_figures_are_numbered_in_their_captions(body):
    captions = styled(body, "Caption")
    for kind in ("Table", "Figure"):
        numbers = [int(caption.split()[1].rstrip(".")) for caption in captions if caption.startswith(f"{kind} ")]
        assert numbers == list(range(1, len(numbers) + 1)) and numbers
        assert instructions(body).count(f"SEQ {kind} \\* ARABIC") == len(numbers)
    assert all(caption.startswith(("Table ", "Figure ")) for caption in captions)
