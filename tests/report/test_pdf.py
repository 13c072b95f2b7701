"""The PDF as another library reads it: tagged, in UK English, with alternatives and headers, and silent about who made it."""

import sys
from itertools import pairwise

import pikepdf
import pytest
from pdf_here import why_not
from small_study import PRIVATE, build_study

from pipeline.errors import PipelineError
from pipeline.report import EXPORTS, export
from pipeline.report.blocks import Chart
from pipeline.report.content import build_report
from pipeline.report.formats.html import render_to_print
from pipeline.report.formats.pdf import as_pdf
from pipeline.report.printed_report import PRINTED, printed
from pipeline.report.report_tables import report_tables
from pipeline.workflow.results import read_results


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small study, its PDF open in pikepdf and the report it was made from."""
    study = build_study(tmp_path_factory.mktemp("pdf") / "study")
    (path,) = export(study, to=["pdf"])
    with pikepdf.open(path) as pdf:
        yield path, pdf, printed(build_report(read_results(study, EXPORTS["pdf"].tables)))


@pytest.fixture(scope="module")
def elements(made):
    """All parts of the document's structure, in the order they are read."""

    def below(element):
        yield element
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield from below(kid)

    return [found for kid in made[1].Root.StructTreeRoot.K for found in below(kid)]


def of_kind(elements, *kinds):
    return [element for element in elements if element.S in kinds]


def inner_blocks(blocks):
    for block in blocks:
        yield block
        yield from inner_blocks(getattr(block, "blocks", ()))


def test_it_is_tagged_and_says_its_language_and_title(made):
    _, pdf, report = made
    assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang) == "en-GB" and "/StructTreeRoot" in pdf.Root
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as facts:
        assert facts["pdfuaid:part"] == "1" and facts["dc:title"].startswith(
            f"{report.title}: report (draft: not to be passed on. not yet checked"
        )


def test_neither_person_machine_nor_time_is_in_its_metadata(made):
    _, pdf, _ = made
    assert set(pdf.docinfo.keys()) == {"/Producer", "/Title"} and str(pdf.docinfo.Producer).startswith("WeasyPrint")
    told = pdf.Root.Metadata.read_bytes().decode()
    assert "Date" not in told and "creator" not in told.casefold()
    assert b"/tmp" not in b"".join(page.Contents.read_bytes() for page in pdf.pages)


def test_sections_are_headings_in_the_reports_order(made, elements):
    _, pdf, report = made
    assert len(of_kind(elements, "/H1")) == 1 and len(of_kind(elements, "/H2")) == 1 + len(report.sections)
    levels = [int(str(element.S)[2]) for element in of_kind(elements, "/H1", "/H2", "/H3", "/H4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    with pdf.open_outline() as outline:
        (top,) = outline.root
        assert [item.title for item in top.children] == ["Contents", *(section.heading for section in report.sections)]


def test_every_chart_has_its_alternative(made, elements):
    charts = [block for section in made[2].sections for block in inner_blocks(section.blocks) if isinstance(block, Chart)]
    assert charts and [str(figure.Alt) for figure in of_kind(elements, "/Figure")] == [chart.alternative for chart in charts]


def test_every_cell_of_a_table_names_the_headers_it_belongs_to(made, elements):
    headers = {str(element.ID) for element in of_kind(elements, "/TH")}
    cells = of_kind(elements, "/TD")
    assert len(of_kind(elements, "/Table")) >= len([table for table in report_tables(made[2]) if table.name in PRINTED])
    assert cells and all(len(cell.A.Headers) >= 2 and {str(one) for one in cell.A.Headers} <= headers for cell in cells)


def test_the_same_page_gives_the_same_pdf():
    page = '<html lang="en-GB"><title>t</title><h1>One</h1><table><tr><th scope="row">a</th><td>b</td></tr></table>'
    assert as_pdf(page) == as_pdf(page)


def test_the_words_of_people_who_did_not_agree_are_not_in_it(made):
    page = render_to_print(made[2])
    assert not [said for said in PRIVATE if said in page] and "harp" not in page


def test_nothing_is_fetched_while_it_is_made():
    pdf = as_pdf('<html lang="en-GB"><title>t</title><img alt="a" src="file:///etc/hostname"><p>Words.</p></html>')
    assert pdf.startswith(b"%PDF-1.7")


def test_without_weasyprint_a_sentence_says_what_to_do_before_anything_is_written(tmp_path, monkeypatch):
    study = build_study(tmp_path / "study")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(PipelineError, match=r"pip install .* -e '\.\[pdf\]'"):
        export(study, to=["html", "pdf"])
    assert not study.exports.exists()
