"""Words in Urdu, Arabic and the like stand from right to left in what people take away."""

from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from reading import read_page
from small_study import save

from pipeline.report.formats.docx_styles import write_lines
from pipeline.report.formats.quotes_page import render_page
from pipeline.report.quote_bank import TABLES, quote_bank
from pipeline.runtime.plain_text import is_right_to_left
from pipeline.workflow.results import read_results


URDU = "\u0639\u0645\u0644\u06c1 \u0628\u06c1\u062a \u0627\u0686\u06be\u0627 \u06c1\u06d2"


@pytest.mark.parametrize(("text", "is_rtl"), [(URDU, True), (f"\u201c{URDU}\u201d", True), ("12 \u2013 ok", False), ("", False)])
def test_the_first_letter_tells_the_direction(text, is_rtl):
    assert is_right_to_left(text) == is_rtl


def test_a_quotation_page_leaves_the_direction_to_the_words(study, tables):
    save(study, tables)
    bank = quote_bank(read_results(study, TABLES))
    bank = replace(bank, quotations=tuple(replace(quotation, words=URDU) for quotation in bank.quotations))
    page = read_page(render_page("Quotations", "", bank))
    words = [part for part in page.find_all("bdi", "blockquote") if URDU in part.text]
    assert words and all(part.tag == "bdi" or part.attributes.get("dir") == "auto" for part in words)


def test_a_word_document_sets_them_from_right_to_left(tmp_path):
    document = docx.Document()
    for text in (f"\u201c{URDU}\u201d", "English words"):
        write_lines(document.add_paragraph(style="Quote"), text)
    document.save(str(tmp_path / "quotes.docx"))
    paragraphs = docx.Document(str(tmp_path / "quotes.docx")).paragraphs
    assert [paragraph._p.pPr.find(qn("w:bidi")) is not None for paragraph in paragraphs] == [True, False]
