"""Word documents that everybody can read: styled headings, header rows that repeat, alternatives for pictures, UK English."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from pipeline.runtime import undated
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_text import is_right_to_left


# A document must say when it was made; the real time would tell when somebody worked.
ALWAYS = datetime(2000, 1, 1)
NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FONT = "Arial"
COLOUR, RULE = "12436D", "C9C9CA"
"""Of headings and figures, as on the page; of lines in tables."""
_LANGUAGE = "en-GB"
# What comes after the direction in a paragraph's properties, whose order the format lays down.
_AFTER_BIDI = (
    *("w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap"),
    *("w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr"),
    *("w:sectPr", "w:pPrChange"),
)
_TEXT_WIDTH_CM = 17.0
# A cell's margins on both sides, and what a bold letter of Arial is wide at one point, capitals among small ones.
_CELL_MARGINS_CM, _CM_PER_POINT = 0.45, 0.0215
_WIDE, _POINTS_IF_WIDE = 6, 9.0


def new_document(title: str, *, points: float = 11) -> Document:
    """Return an empty document with its title, language and fonts, that names no person and no machine."""
    document = docx.Document()
    facts = document.core_properties
    facts.title, facts.author, facts.language = plain(title), "Many Voices", _LANGUAGE
    # python-docx begins with a template that names itself in them.
    facts.last_modified_by = facts.comments = ""
    facts.created = facts.modified = ALWAYS
    facts.revision = 1
    defaults: Any = document.styles.element
    for language in defaults.iter(qn("w:lang")):
        language.set(qn("w:val"), _LANGUAGE)
        language.set(qn("w:eastAsia"), _LANGUAGE)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption", "List Bullet", "Quote"):
        _set_font(document.styles[name])
    for name in ("Normal", "Caption"):
        style: Any = document.styles[name]
        style.font.size = Pt(points)
    for name, size in (("Title", 30), ("Heading 1", 20), ("Heading 2", 15), ("Heading 3", 12)):
        heading: Any = document.styles[name]
        heading.font.size, heading.font.bold = Pt(size), True
        heading.font.color.rgb = RGBColor.from_string(COLOUR)
    quote: Any = document.styles["Quote"]
    quote.paragraph_format.space_after = Pt(5)
    caption: Any = document.styles["Caption"]
    caption.paragraph_format.space_after = Pt(3)
    section = document.sections[0]
    section.top_margin = section.bottom_margin = Cm(2)
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    return document


def save_document(document: Document, path: Path) -> None:
    """Save a document, the whole of it or nothing."""
    write_atomically(path, partial(undated.save_document, document))


def plain(text: str) -> str:
    """Return a text without the signs that no XML may hold."""
    return NOT_IN_XML.sub("", text)


def write_lines(paragraph: Paragraph, text: str, *, bold: bool = False) -> None:
    """Write a text with its line breaks, from right to left where its script is written so."""
    if is_right_to_left(text):
        right_to_left = OxmlElement("w:bidi")
        paragraph._p.get_or_add_pPr().insert_element_before(right_to_left, *_AFTER_BIDI)
    for place, line in enumerate(plain(text).split("\n")):
        run = paragraph.add_run()
        if place:
            run.add_break()
        run.add_text(line)
        run.bold = bold or None


def write_figure(paragraph: Paragraph, value: str, whose: str) -> None:
    """Write a figure large, and after it whose it is."""
    large = paragraph.add_run(plain(value))
    large.bold = True
    large.font.size = Pt(17)
    large.font.color.rgb = RGBColor.from_string(COLOUR)
    paragraph.add_run(plain(f" {whose}      "))


def bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Give a paragraph a name that links lead to."""
    begin, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (begin, end):
        element.set(qn("w:id"), str(number))
    begin.set(qn("w:name"), bookmark_name(name))
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, begin)
    paragraph._p.append(end)


def bookmark_name(name: str) -> str:
    """Return a name as Word takes it: at most 40 letters, digits and underscores."""
    return re.sub(r"\W", "_", name)[:40]


def write_link(paragraph: Paragraph, text: str, name: str) -> None:
    """Write a link to a bookmark."""
    run = paragraph.add_run(plain(text))
    run.underline = True
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark_name(name))
    link.append(run._r)
    paragraph._p.append(link)


def add_table(
    document: Document, header: Sequence[str], rows: Sequence[Sequence[str]], *, description: str, numeric: Sequence[int] = ()
) -> list[list[_Cell]]:
    """Add a table whose first row repeats on each page and whose rows stay whole; return the cells of its rows to fill."""
    table = document.add_table(rows=len(rows) + 1, cols=len(header))
    table.style = "Table Grid"
    _with_light_lines(table._tbl)
    _describe(table._tbl, description)
    cells = table._cells  # one look for all, since python-docx searches the table anew for each cell asked for
    n = len(header)
    lines = [cells[place : place + n] for place in range(0, len(cells), n)]
    table.autofit = False
    styles: Any = document.styles
    usual = styles["Normal"].font.size.pt
    points = min(_POINTS_IF_WIDE, usual) if n >= _WIDE else usual
    widths = [Cm(width) for width in _widths([header, *rows], points)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for number, (line, texts) in enumerate(zip(lines, [header, *rows], strict=True)):
        for place, (cell, text) in enumerate(zip(line, texts, strict=True)):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            write_lines(paragraph, text, bold=number == 0)
            for run in paragraph.runs if points != usual else ():
                run.font.size = Pt(points)
            if place in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph().paragraph_format.space_after = Pt(0)
    return lines[1:]


def add_picture(place: Document | Paragraph, png: bytes, *, alternative: str, title: str, width_cm: float) -> None:
    """Add a picture with its alternative in words, at the end of a document or in a paragraph."""
    into = place.add_run() if isinstance(place, Paragraph) else place
    shape: Any = into.add_picture(io.BytesIO(png), width=Cm(width_cm))
    # python-docx has no way of its own to give a picture an alternative.
    properties = shape._inline.docPr
    properties.set("descr", plain(alternative))
    properties.set("title", plain(title))


def add_side_by_side(document: Document, left_cm: float) -> tuple[Paragraph, Paragraph]:
    """Add two paragraphs beside each other that stay on one page: what is on the left stands so far from the right."""
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    left, right = table.rows[0].cells
    for column, cell, width in zip(table.columns, (left, right), (left_cm, _TEXT_WIDTH_CM - left_cm), strict=True):
        column.width = cell.width = Cm(width)
    right.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    return left.paragraphs[0], right.paragraphs[0]


def add_footer(document: Document, text: str) -> None:
    """Write a text and the number of the page at the foot of each page."""
    paragraph = document.sections[0].footer.paragraphs[0]
    write_lines(paragraph, f"{text} · page ")
    write_field(paragraph, "PAGE")


def write_field(paragraph: Paragraph, what: str, shown: str = "", *, stale: bool = False) -> None:
    """Write a field, which Word fills in, with what it shows until then; if `stale`, when it opens the document."""
    begin = _field_mark(paragraph, "begin")
    if stale:
        begin.set(qn("w:dirty"), "true")
    text = OxmlElement("w:instrText")
    text.set(qn("xml:space"), "preserve")
    text.text = what
    paragraph.add_run()._r.append(text)
    _field_mark(paragraph, "separate")
    if shown:
        paragraph.add_run(plain(shown))
    _field_mark(paragraph, "end")


def _field_mark(paragraph: Paragraph, kind: str) -> BaseOxmlElement:
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(element)
    return element


def write_caption(document: Document, kind: str, number: int, text: str) -> Paragraph:
    """Write a caption with its number, as Word counts tables and figures, that stays on the page of what it names."""
    paragraph = document.add_paragraph(style="Caption")
    paragraph.paragraph_format.keep_with_next = True
    write_lines(paragraph, f"{kind} ")
    write_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    write_lines(paragraph, f". {text}")
    return paragraph


def add_contents(document: Document, entries: Sequence[tuple[str, str]]) -> None:
    """Add a table of contents with page numbers: for each entry its heading and the name of its bookmark."""
    # No heading of the document, or it would be listed in itself.
    title = document.add_paragraph()
    title.paragraph_format.space_before, title.paragraph_format.keep_with_next = Pt(18), True
    write_lines(title, "Contents", bold=True)
    title.runs[0].font.size, title.runs[0].font.color.rgb = Pt(15), RGBColor.from_string(COLOUR)
    for heading, name in entries:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(4)
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(_TEXT_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        write_link(paragraph, heading, name)
        paragraph.add_run("\t")
        # A field each: LibreOffice fills these in when it opens a document, and no table of contents as a whole.
        write_field(paragraph, f"PAGEREF {bookmark_name(name)} \\h", "…", stale=True)


def _widths(rows: Sequence[Sequence[str]], points: float) -> list[float]:
    # Centimetres for each column: room for its longest word, so that none is cut in two, and more for longer texts.
    columns = list(zip(*rows, strict=True))
    longest = [max((len(word) for text in column for word in text.split()), default=1) for column in columns]
    least = [_CELL_MARGINS_CM + _CM_PER_POINT * points * letters for letters in longest]
    wanted = [max(min(len(text) / 2, 24.0) for text in column) for column in columns]
    left = max(_TEXT_WIDTH_CM - sum(least), 0.0)
    widths = [narrowest + left * want / (sum(wanted) or 1.0) for narrowest, want in zip(least, wanted, strict=True)]
    return [width * min(_TEXT_WIDTH_CM / sum(widths), 1.0) for width in widths]


def _with_light_lines(table: BaseOxmlElement) -> None:
    """Leave a table the lines between its rows, which lead the eye, and no others."""
    properties = table.find(qn("w:tblPr"))
    if properties is None:
        return
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        is_drawn = side in ("top", "bottom", "insideH")
        line.set(qn("w:val"), "single" if is_drawn else "nil")
        if is_drawn:
            line.set(qn("w:sz"), "4")
            line.set(qn("w:color"), RULE)
        borders.append(line)
    # Its place among the properties is fixed: after the style and the width, before the layout and the look.
    after = [properties.find(qn(name)) for name in ("w:tblLayout", "w:tblCellMar", "w:tblLook")]
    first = next((element for element in after if element is not None), None)
    if first is None:
        properties.append(borders)
    else:
        first.addprevious(borders)


def _describe(table: BaseOxmlElement, text: str) -> None:
    properties = table.find(qn("w:tblPr"))
    if properties is None:
        return
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        for name, value in (("w:firstRow", "1"), ("w:firstColumn", "1"), ("w:noHBand", "1"), ("w:noVBand", "1")):
            look.set(qn(name), value)
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), plain(text))
        properties.append(element)


def _set_font(style: Any) -> None:
    style.font.name = FONT
    style.font.color.rgb = RGBColor(0x1A, 0x1A, 0x1B)
    fonts = style.element.rPr.rFonts
    for name in ("w:eastAsia", "w:cs", "w:hAnsi"):
        fonts.set(qn(name), FONT)
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        # A theme's font would win over the one named.
        fonts.attrib.pop(qn(name), None)
