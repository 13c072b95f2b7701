"""A form in large print to code excerpts on paper: a sheet for each, with an id to type back, and a card of the codes."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exchange.sheets.pages import AUTHOR, LANGUAGE, Pages, welcome, writable
from pipeline.exchange.sheets.sheet import offered_names
from pipeline.runtime.files import write_atomically
from pipeline.runtime.undated import save_document


if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

# With more codes than this the boxes of one excerpt would fill pages, and codes are written on a line instead.
MOST_TICKED = 24
_BOX, _LINE = "\u2610", "_" * 36
_LARGE_PT = 18
_SIZES = {"Title": 28, "Heading 1": 24, "Heading 2": 20, "Normal": _LARGE_PT, "List Bullet": _LARGE_PT}
_COLUMNS = 2
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
    # On sheets of their own, so that the card can lie in the middle of a table and an excerpt can be passed on.
    _on_new_sheet(document.add_heading("Code card: what the codes mean", level=1))
    _meanings(document, pages)
    for number, row in enumerate(pages.rows(), start=1):
        _excerpt(document, pages, number, row)
    _on_new_sheet(document.add_heading("For whoever types this in", level=1))
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
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    for name in ("Heading 1", "Heading 2"):
        spacing: Any = document.styles[name]
        spacing.paragraph_format.space_before, spacing.paragraph_format.space_after = Pt(0), Pt(6)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(15)
    facts = document.core_properties
    facts.author = facts.last_modified_by = AUTHOR
    facts.title, facts.language, facts.comments = writable(f"Excerpts to code: {pages.study}"), LANGUAGE, ""


def _meanings(document: "Document", pages: Pages) -> None:
    """Write each code with what it means across the whole width: a table of two columns takes four times the sheets."""
    offered = offered_names(pages.codebook)
    for code in pages.codebook.for_people.codes:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_together = True
        paragraph.add_run(writable(f"{offered[code.code]}. ")).bold = True
        parts = (code.definition, code.include and f"Counts: {code.include}", code.exclude and f"Does not count: {code.exclude}")
        paragraph.add_run(writable(" ".join(part for part in parts if part)))


def _excerpt(document: "Document", pages: Pages, number: int, row: dict[str, str]) -> None:
    _on_new_sheet(document.add_heading(f"Excerpt {number} of {len(pages.excerpts)}", level=2))
    _labelled(document, "Id to type back", pages.packed.short(row["excerpt"]))
    _labelled(document, "Question", row["question"])
    _answer(document, row["whole_answer"], row["words_to_code"])
    names = list(offered_names(pages.codebook).values())
    if len(names) <= MOST_TICKED:
        _boxes(document, [*names, "None of these", "Not sure"])
    else:
        for line in (f"Codes: {_LINE}", _LINE, f"{_BOX} None of these", f"{_BOX} Not sure"):
            document.add_paragraph(line).paragraph_format.keep_with_next = True
    document.add_paragraph(f"Note: {_LINE}")


def _answer(document: "Document", answer: str, words: str) -> None:
    """Write the answer once, the words to code within it bold and underlined, so that nobody looks for them by colour."""
    before, marked, after = answer.partition(words)
    if not marked or answer == words:
        _labelled(document, "The words to code", words)
        return
    paragraph = _labelled(document, "The answer, the words to code bold and underlined", before)
    run = paragraph.add_run(writable(words))
    run.bold = run.underline = True
    paragraph.add_run(writable(after))


def _boxes(document: "Document", names: list[str]) -> None:
    """Write a box for each code in two columns that stay together on one sheet."""
    from docx.oxml import OxmlElement
    from docx.shared import Pt

    n_rows = -(-len(names) // _COLUMNS)
    table = document.add_table(rows=n_rows, cols=_COLUMNS)
    for place, name in enumerate(names):
        # Down the first column and then the second, as the card has them.
        paragraph = table.cell(place % n_rows, place // n_rows).paragraphs[0]
        paragraph.add_run(writable(f"{_BOX} {name}"))
        # The box hangs before the name, so that a name of two lines is one thing to the eye.
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Pt(24), Pt(-24)
        paragraph.paragraph_format.space_after = Pt(1)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _on_new_sheet(heading: "Paragraph") -> None:
    heading.paragraph_format.page_break_before = True


def _labelled(document: "Document", label: str, text: str) -> "Paragraph":
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(f"{label}: ").bold = True
    paragraph.add_run(writable(text))
    return paragraph
