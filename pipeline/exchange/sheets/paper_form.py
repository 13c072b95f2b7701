"""A form in large print to code excerpts on paper, with an id beside each that can be typed back."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exchange.sheets.pages import AUTHOR, LANGUAGE, LARGE_PT, Pages, welcome, writable
from pipeline.exchange.sheets.sheet import offered_names
from pipeline.runtime.files import write_atomically
from pipeline.runtime.undated import save_document


if TYPE_CHECKING:
    from docx.document import Document

# With more codes than this the boxes of one excerpt would fill pages, and codes are written on a line instead.
MOST_TICKED = 24
_BOX, _LINE = "\u2610", "_" * 40
_SIZES = {"Title": 28, "Heading 1": 24, "Heading 2": 20, "Normal": LARGE_PT, "List Bullet": LARGE_PT}
_TYPING = (
    "To type the answers back: fill in a sheet that themes pack wrote, or make one with the columns excerpt, your codes, none "
    "of these, not sure and note. Under excerpt, write the id that stands beside the excerpt here. Then: themes unpack."
)


def write_form(pages: Pages, path: Path) -> None:
    """Write the form as a Word document: headings to move by, one excerpt a block, boxes to tick."""
    from docx import Document

    document = Document()
    _set_up(document, pages)
    document.add_heading(writable(f"Excerpts to code: {pages.study}"), level=0)
    if pages.reviewer:
        document.add_paragraph(writable(f"For {pages.reviewer}"))
    for sentence in welcome(len(pages.excerpts)):
        document.add_paragraph(sentence, style="List Bullet")
    document.add_heading("What the codes mean", level=1)
    _meanings(document, pages)
    document.add_heading("The excerpts", level=1)
    for number, row in enumerate(pages.rows(), start=1):
        _excerpt(document, pages, number, row)
    document.add_heading("For whoever types this in", level=1)
    document.add_paragraph(_TYPING)
    write_atomically(path, partial(save_document, document))


def _set_up(document: "Document", pages: Pages) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    for name, size in _SIZES.items():
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Arial", Pt(size), RGBColor(0, 0, 0)
        # The template's headings name a theme's font for each script, which would win over the one set here.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(script), "Arial")
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
    document.styles["Normal"].paragraph_format.space_after = Pt(8)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    facts = document.core_properties
    facts.author = facts.last_modified_by = AUTHOR
    facts.title, facts.language, facts.comments = writable(f"Excerpts to code: {pages.study}"), LANGUAGE, ""


def _meanings(document: "Document", pages: Pages) -> None:
    from docx.oxml import OxmlElement

    offered = offered_names(pages.codebook)
    table = document.add_table(rows=1, cols=2, style="Table Grid")
    # Repeated on each page, and rows kept whole: python-docx has no name for either.
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, text in zip(table.rows[0].cells, ("Code", "What it means"), strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    for code in pages.codebook.codes:
        added = table.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        parts = (code.definition, code.include and f"Counts: {code.include}", code.exclude and f"Does not count: {code.exclude}")
        added.cells[0].paragraphs[0].add_run(writable(offered[code.code])).bold = True
        added.cells[1].text = writable("\n".join(part for part in parts if part))


def _excerpt(document: "Document", pages: Pages, number: int, row: dict[str, str]) -> None:
    document.add_heading(f"Excerpt {number} of {len(pages.excerpts)}", level=2)
    _labelled(document, "Id to type back", pages.packed.short(row["excerpt"]))
    _labelled(document, "Question", row["question"])
    if row["whole_answer"] != row["words_to_code"]:
        _labelled(document, "The whole answer", row["whole_answer"])
    _labelled(document, "The words to code", row["words_to_code"])
    names = list(offered_names(pages.codebook).values())
    lines = [f"{_BOX} {name}" for name in names] if len(names) <= MOST_TICKED else [f"Codes: {_LINE}", _LINE]
    for line in (*lines, f"{_BOX} None of these", f"{_BOX} Not sure"):
        document.add_paragraph(writable(line)).paragraph_format.keep_with_next = True
    document.add_paragraph(f"Note: {_LINE}")


def _labelled(document: "Document", label: str, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(writable(text))
