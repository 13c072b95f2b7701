"""A workbook to code excerpts in: instructions, one sheet to fill in, and what the codes mean."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.exchange.sheets.pages import AUTHOR, LANGUAGE, LARGE_PT, Pages, welcome, writable
from pipeline.exchange.sheets.sheet import offered_names
from pipeline.exchange.sheets.sheet_columns import INSTRUCTIONS, MEANINGS, PACKED_FOR, SHEET
from pipeline.runtime.files import write_atomically
from pipeline.runtime.spreadsheet_cells import FORMULA
from pipeline.runtime.undated import save_workbook


if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

N_CHOICES = 3
CHOICES = tuple(f"Code {number}" for number in range(1, N_CHOICES + 1))
ANSWERS = (*CHOICES, "More codes", "None of these", "Not sure", "Note")
COLUMNS = ("No.", "Question", "Words to code", "Whole answer", *ANSWERS, "Excerpt", "Drawn")
_WIDTHS = {
    "No.": 8, "Question": 26, "Words to code": 44, "Whole answer": 80, "More codes": 28, "None of these": 20, "Not sure": 14,
    "Note": 40, "Excerpt": 28, "Drawn": 22, **dict.fromkeys(CHOICES, 32),
}  # fmt: skip
# A column's width is counted in letters of 11 points, and ours are larger.
_LETTERS_A_UNIT = 0.6
# Excel has no higher rows.
_HIGHEST_PT = 409
_HOW = (
    "Go to the sheet “review”. Each row is one excerpt. “Words to code” is what your answer is about; “Whole answer” shows where "
    "the words stand.",
    "Choose codes in “Code 1”, “Code 2” and “Code 3”; each has a list to choose from. For more, write them in “More codes” with "
    "a semicolon between them.",
    "Or choose “yes” in “None of these” or in “Not sure”. “Note” is for anything you want to say.",
    "The sheet “codes” says what each code means.",
    "The other cells are locked, so that nothing is changed by accident. You may make columns wider and letters larger.",
    "Leave a row empty to come back to it later. You can send the workbook half finished.",
    "When you are done, save the workbook and send it back to the person you had it from.",
)


def write_workbook(pages: Pages, path: Path) -> None:
    """Write the workbook; answers can be written into, everything else is locked without a password."""
    from openpyxl import Workbook

    book = Workbook()
    _instructions(book.active, pages)
    _meanings(book.create_sheet(MEANINGS), pages)
    _review(book.create_sheet(SHEET, 1), pages)
    facts = book.properties
    # The library's own name would stand there.
    facts.creator = facts.lastModifiedBy = AUTHOR
    facts.title, facts.language = writable(f"Excerpts to code: {pages.study}"), LANGUAGE
    write_atomically(path, partial(save_workbook, book))


def _instructions(sheet: "Worksheet", pages: Pages) -> None:
    sheet.title = INSTRUCTIONS
    _write(sheet, 1, 1, f"Excerpts to code: {pages.study}", bold=True)
    lines = [(PACKED_FOR, pages.reviewer)] if pages.reviewer else []
    for row, cells in enumerate([*lines, *((sentence,) for sentence in (*welcome(len(pages.excerpts)), *_HOW))], start=2):
        for place, text in enumerate(cells, start=1):
            _write(sheet, row, place, text)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 110, 30
    _finish(sheet)


def _meanings(sheet: "Worksheet", pages: Pages) -> None:
    offered = offered_names(pages.codebook)
    codes = pages.codebook.for_people.codes
    rows = [(offered[code.code], code.definition, code.include, code.exclude, code.code) for code in codes]
    for number, cells in enumerate([("Code to choose", "What it means", "Counts", "Does not count", "Id"), *rows], start=1):
        for place, text in enumerate(cells, start=1):
            _write(sheet, number, place, text, bold=number == 1 or place == 1)
    for letter, width in zip("ABCDE", (36, 60, 50, 50, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    _finish(sheet)


def _review(sheet: "Worksheet", pages: Pages) -> None:
    for place, heading in enumerate(COLUMNS, start=1):
        _write(sheet, 1, place, heading, bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = _WIDTHS[heading]
    for number, cells in enumerate(_rows(pages), start=1):
        for place, (heading, text) in enumerate(zip(COLUMNS, cells, strict=True), start=1):
            _write(sheet, number + 1, place, text, locked=heading not in ANSWERS)
    _offer(sheet, len(pages.excerpts) + 1, len(pages.codebook))
    # Question and excerpt stay in sight beside whichever code is chosen; more columns would leave no room for the codes.
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
    _finish(sheet)


def _rows(pages: Pages) -> Iterator[tuple[str, ...]]:
    blank = ("",) * len(ANSWERS)
    for number, row in enumerate(pages.rows(), start=1):
        yield str(number), row["question"], row["words_to_code"], row["whole_answer"], *blank, row["excerpt"], row["drawn"]


def _offer(sheet: "Worksheet", last_row: int, n_codes: int) -> None:
    """Give the columns of answers their lists; what is not in a list may be written elsewhere, so a list may refuse it."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = {CHOICES: f"{MEANINGS}!$A$2:$A${n_codes + 1}"} if n_codes else {}
    lists[("None of these", "Not sure")] = '"yes"'
    for headings, source in lists.items():
        choice = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
        choice.errorTitle = "Not in the list"
        choice.error = "Please choose from the list, or leave the cell empty. Other codes go into More codes, words into Note."
        sheet.add_data_validation(choice)
        for heading in headings:
            letter = sheet.cell(1, COLUMNS.index(heading) + 1).column_letter
            choice.add(f"{letter}2:{letter}{last_row}")


def _finish(sheet: "Worksheet") -> None:
    _make_room(sheet)
    # In this library False says that something may be done though the sheet is locked.
    sheet.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "autoFilter"):
        setattr(sheet.protection, allowed, False)
    # 9 is A4 in the file format.
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.print_title_rows = "1:1"
    # One page wide, and as many high as it takes.
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.center.text = "&A, page &P of &N"


def _make_room(sheet: "Worksheet") -> None:
    """Make rows high enough for their text: not every program does it for a file that none has opened before."""
    for cells in sheet.iter_rows():
        lines = 1
        for cell in cells:
            width = sheet.column_dimensions[cell.column_letter].width * _LETTERS_A_UNIT
            lines = max(lines, sum(1 + int(len(part) / width) for part in str(cell.value or "").split("\n")))
        sheet.row_dimensions[cells[0].row].height = min(lines * LARGE_PT * 1.3 + 4, _HIGHEST_PT)


def _write(sheet: "Worksheet", row: int, place: int, text: str, *, bold: bool = False, locked: bool = True) -> "Cell":
    from openpyxl.styles import Alignment, Font, Protection

    cell = sheet.cell(row, place, writable(text) or None)
    if text:
        # Or else an answer that begins with an equals sign would be run as a formula.
        cell.data_type = "s"
        # And still be, once somebody has clicked into it.
        cell.quotePrefix = bool(FORMULA.match(text))
    # As text, or else Excel makes a date of a code such as 3-4.
    cell.number_format = "@"
    cell.font, cell.alignment = Font(name="Arial", size=LARGE_PT, bold=bold), Alignment(wrap_text=True, vertical="top")
    cell.protection = Protection(locked=locked)
    return cell
