"""Workbooks come back as people and spreadsheets leave them: every answer is right or explained, none lost in silence.

Each case mangles the same workbook of eight excerpts. What it says of them must come back, except for the rows that the case
names, of which the answer to the sender must speak.
"""

import datetime
import random
import shutil
import subprocess
from copy import copy
from dataclasses import dataclass, field

import openpyxl
import pytest

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.decisions.store import open_store
from pipeline.errors import PipelineError
from pipeline.exchange.sheets.coding_workbook import COLUMNS
from pipeline.exchange.sheets.pack import pack
from pipeline.exchange.sheets.unpack import unpack
from pipeline.study.study import load_study


SAID = {
    0: ("codes", "time"),
    1: ("codes", "forms|trust"),
    2: ("none", ""),
    3: ("not sure", ""),
    4: ("codes", "money|transport"),
    6: ("codes", "told"),
}
A_DAY = datetime.date(2026, 3, 4)
PLACE = {heading: number for number, heading in enumerate(COLUMNS, start=1)}


@pytest.fixture(scope="module")
def study(built, tmp_path_factory):
    """One study for all cases; in each somebody else sends the workbook."""
    folder = tmp_path_factory.mktemp("mangled") / "study"
    shutil.copytree(built.folder, folder)
    codes = (*read_codebook(built.codebook).codes, Code("told", label="They don't ask... they tell - loudly"))
    write_codebook(Codebook(codes), folder / "codebook.csv")
    return load_study(folder)


@pytest.fixture(scope="module")
def packed(study, tmp_path_factory):
    """The workbook of eight excerpts, filled in as SAID says."""
    path, _ = pack(study, n=8, out=tmp_path_factory.mktemp("packed") / "sheet.xlsx")
    book = openpyxl.load_workbook(path)
    put(book, 0, "Code 1", "Too little time")
    put(book, 1, "Code 1", "Forms and rules")
    put(book, 1, "Code 2", "Trust & respect")
    put(book, 2, "None of these", "yes")
    put(book, 3, "Not sure", "yes")
    put(book, 3, "Note", "hard to tell")
    put(book, 4, "More codes", "money; Getting there")
    put(book, 6, "Code 1", "They don't ask... they tell - loudly")
    book.save(path)
    return path


def put(book, excerpt, heading, value):
    book["review"].cell(excerpt + 2, PLACE[heading]).value = value


def take(book, excerpt, heading):
    return book["review"].cell(excerpt + 2, PLACE[heading]).value


def rows_of(book):
    return [[cell.value for cell in row] for row in book["review"].iter_rows()]


def replace_rows(book, rows):
    sheet = book["review"]
    sheet.delete_rows(1, sheet.max_row)
    for row in rows:
        sheet.append(row)


def heading(book, old, new):
    book["review"].cell(1, PLACE[old]).value = new


@dataclass(frozen=True)
class Case:
    name: str
    mangle: object
    lost: dict = field(default_factory=dict)
    """Excerpts whose answer cannot be used, and what must be said of it."""
    gone: tuple = ()
    """Excerpts that the sender took out or emptied herself."""
    also: dict = field(default_factory=dict)
    """Excerpts that say something else than in SAID."""
    refused: str = ""


def case(name, *steps, **more):
    def mangle(book):
        for step in steps:
            step(book)

    return Case(name, mangle, **more)


def puts(excerpt, column, value):
    return lambda book: put(book, excerpt, column, value)


def shuffled(book):
    head, *body = rows_of(book)
    random.Random(4).shuffle(body)
    replace_rows(book, [head, *body])


def sorted_by(column):
    def sort(book):
        head, *body = rows_of(book)
        replace_rows(book, [head, *sorted(body, key=lambda row: str(row[PLACE[column] - 1]))])

    return sort


def columns_in(order):
    return lambda book: replace_rows(book, [[row[PLACE[name] - 1] for name in order] for row in rows_of(book)])


def without_column(column):
    return lambda book: book["review"].delete_cols(PLACE[column])


def blank_rows_between(book):
    head, *body = rows_of(book)
    replace_rows(book, [head, *(row for found in body for row in (found, [None] * len(head)))])


def above(*cells):
    def insert(book):
        book["review"].insert_rows(1, 2)
        for place, text in enumerate(cells, start=1):
            book["review"].cell(1, place).value = text

    return insert


def hidden_rows(book):
    for row in (2, 3, 4):
        book["review"].row_dimensions[row].hidden = True


def filtered(book):
    book["review"].auto_filter.add_filter_column(1, ["What helps?"])
    hidden_rows(book)


def hidden_column(book):
    book["review"].column_dimensions["L"].hidden = True


def grouped(book):
    book["review"].row_dimensions.group(3, 6, hidden=True)


def ids_moved_up(book):
    """Sort one column without the others: the first two ids change places."""
    first, second = take(book, 0, "Excerpt"), take(book, 1, "Excerpt")
    put(book, 0, "Excerpt", second)
    put(book, 1, "Excerpt", first)


def each(column, change):
    def apply(book):
        for excerpt in range(8):
            value = take(book, excerpt, column)
            if value is not None:
                put(book, excerpt, column, change(value))

    return apply


def copied(change=None):
    def copy_sheet(book):
        twin = book.copy_worksheet(book["review"])
        twin.title = "review (2)"
        if change:
            twin.cell(change[0] + 2, PLACE[change[1]]).value = change[2]

    return copy_sheet


def another_sheet(first):
    def add(book):
        sheet = book.create_sheet("shopping", 0 if first else None)
        sheet.append(["milk", "bread"])
        for _ in range(60):
            sheet.append(["two", "one"])

    return add


def row_again(excerpt, **changes):
    def add(book):
        row = [cell.value for cell in book["review"][excerpt + 2]]
        for column, value in changes.items():
            row[PLACE[column.replace("_", " ")] - 1] = value
        book["review"].append(row)

    return add


def as_text_everywhere(book):
    for row in book["review"].iter_rows():
        for cell in row:
            cell.value = None if cell.value is None else f" {cell.value} "


def styled(book):
    for row in book["review"].iter_rows():
        for cell in row:
            found = copy(cell.font)
            found.sz = 24
            cell.font = found


def empty_everything(book):
    for excerpt in range(8):
        for column in ("Code 1", "Code 2", "More codes", "None of these", "Not sure", "Note"):
            put(book, excerpt, column, None)


CASES = [
    # Order of rows and columns.
    case("as it is"),
    case("shuffled", shuffled),
    case("sorted by question", sorted_by("Question")),
    case("sorted by note, the blank ones first", sorted_by("Note")),
    case("columns reversed", columns_in(tuple(reversed(COLUMNS)))),
    case("ids first", columns_in(("Excerpt", *(name for name in COLUMNS if name != "Excerpt")))),
    case("blank rows between", blank_rows_between),
    case("two blank rows above", above()),
    case("a title above", above("Ann's sheet, first go")),
    case("a title above that reads like a column", above("Codes")),
    # Hidden, filtered, taken out.
    case("rows hidden", hidden_rows),
    case("filtered", filtered),
    case("ids hidden", hidden_column),
    case("rows grouped and folded", grouped),
    case("the sheet hidden", lambda book: setattr(book["review"], "sheet_state", "hidden")),
    case("rows deleted", lambda book: book["review"].delete_rows(4, 3), gone=(2, 3, 4)),
    case("columns to be read deleted", columns_in(("Words to code", *COLUMNS[4:]))),
    case("words deleted", without_column("Words to code")),
    case("drawn deleted", without_column("Drawn")),
    # Half filled.
    case("nothing filled in", empty_everything, gone=tuple(SAID)),
    case("one answer erased", puts(0, "Code 1", None), gone=(0,)),
    case("a note alone", puts(5, "Note", "I know this place"), lost={5: "row 7, column note: there is a note but no answer"}),
    case("code and none of these", puts(0, "None of these", "yes"), lost={0: "row 2, columns Code 1 and None of these"}),
    case("none of these and not sure", puts(2, "Not sure", "yes"), lost={2: "row 4, columns None of these and Not sure"}),
    case("only a separator", puts(0, "Code 1", "|"), lost={0: "row 2, column Code 1: there are only separators"}),
    case("no written in every tick", puts(5, "None of these", "no"), puts(5, "Not sure", "No")),
    case("spaces instead of nothing", puts(5, "Code 1", "   "), puts(7, "Note", " ")),
    # Autocorrect and other kindnesses of spreadsheets.
    case("smart quotes, a long dash and three dots in one", puts(6, "Code 1", "They don’t ask… they tell – loudly")),
    case("capitals", puts(0, "Code 1", "TOO LITTLE TIME")),
    case("odd blanks", puts(0, "Code 1", "Too\u00a0little  time ")),
    case("an apostrophe before the word", puts(0, "Code 1", "'Too little time")),
    case("TRUE for a tick", puts(2, "None of these", True), puts(3, "Not sure", True)),
    case("FALSE for no tick", puts(0, "None of these", False)),
    case("1 for a tick", puts(2, "None of these", 1)),
    case("x, Yes! and a tick mark", puts(2, "None of these", "Yes!"), puts(3, "Not sure", "✔")),
    case("a date for a code", puts(0, "Code 1", A_DAY), lost={0: "row 2, column Code 1: the entry is no code"}),
    case("a number for a code", puts(0, "Code 1", 34.0), lost={0: "row 2, column Code 1: the entry is no code"}),
    case("a date for a tick", puts(2, "None of these", A_DAY), lost={2: 'row 4, column None of these: write "yes"'}),
    case("a misspelt code", puts(0, "Code 1", "Too litle time"), lost={0: "Is time meant?"}),
    case("a formula", puts(0, "Code 1", "=E3"), lost={0: "a formula but no saved result read as blank: 1"}),
    case("everything in blanks", as_text_everywhere),
    case("larger letters", styled),
    case("words with other quotation marks", each("Words to code", lambda words: words.replace("'", "’").replace('"', "“"))),
    case("words with a slip mended", each("Words to code", lambda words: words.replace("signatures", "signitures"))),
    case("words cut short", each("Words to code", lambda words: words[:-4] + "…")),
    # Ids.
    case("ids in capitals", each("Excerpt", str.upper)),
    case("ids in groups", each("Excerpt", lambda name: f"{name[:4]} {name[4:8]}-{name[8:]}")),
    case("ids by their beginning", each("Excerpt", lambda name: name[:10])),
    case("an id deleted", puts(0, "Excerpt", None), lost={0: "row 2, column excerpt: is empty"}),
    case("an id of another study", puts(0, "Excerpt", "0123456789abcdef"), lost={0: "row 2, column excerpt: this study"}),
    case("an id become a number", puts(0, "Excerpt", 1.2e15), lost={0: "row 2, column excerpt: this study"}),
    case("ids sorted alone", ids_moved_up, lost={0: "row 2, column Words to code: the words are not", 1: "row 3, column Words"}),
    case("the column of ids deleted", without_column("Excerpt"), refused="no column excerpt"),
    # Headings.
    case("small letters", *(lambda book, name=name: heading(book, name, name.lower()) for name in COLUMNS)),
    case("underscores", *(lambda book, name=name: heading(book, name, name.replace(" ", "_")) for name in COLUMNS)),
    case("colons and blanks", *(lambda book, name=name: heading(book, name, f" {name}: ") for name in COLUMNS)),
    case("ids called otherwise", lambda book: heading(book, "Excerpt", "Reference of the thing")),
    case("slips in headings", *(lambda book, name=name: heading(book, name, name[:-1]) for name in ("Not sure", "More codes"))),
    case(
        "a column of answers called otherwise",
        lambda book: heading(book, "None of these", "Nothing here"),
        lost={2: "column I: is none of the sheet's columns, so what stands in row 4 was not read"},
    ),
    case("a column of one's own", lambda book: book["review"].cell(3, 16, "ask Bel")),
    case("headings deleted", lambda book: book["review"].delete_rows(1), refused="no column for answers"),
    # Sheets.
    case("another sheet first", another_sheet(first=True)),
    case("another sheet last", another_sheet(first=False)),
    case("the sheet called otherwise", lambda book: setattr(book["review"], "title", "Ann")),
    case("only the sheet left", lambda book: [book.remove(book[name]) for name in ("instructions", "codes")]),
    case("the sheet twice, alike", copied()),
    case("the sheet twice, a row more in the copy", copied((5, "Code 1", "time")), also={5: ("codes", "time")}),
    case(
        "the sheet twice, unlike",
        copied((0, "Code 1", "money")),
        lost={0: 'rows 2 of the sheet "review" and 2 of the sheet "review (2)": they answer one excerpt differently'},
    ),
    # Rows that say something twice.
    case("a row twice, alike", row_again(0)),
    case("a row twice, once without an answer", row_again(0, Code_1=None)),
    case("a row twice, unlike", row_again(0, Code_1="money"), lost={0: "rows 2 and 10: they answer one excerpt differently"}),
    case(
        "cells merged over rows",
        lambda book: book["review"].merge_cells("E2:E4"),
        lost={1: "row 3, column Code 1: is merged with another cell", 2: "row 4, column Code 1: is merged"},
    ),
    case(
        "cells merged in a row",
        lambda book: book["review"].merge_cells("I4:J4"),
        lost={2: "row 4, column Not sure: is merged with another cell"},
    ),
]  # fmt: skip


def came_of(study, reviewer):
    with open_store(study) as store:
        made = store.history()
    rows = made[made["stands"] & (made["reviewer"] == reviewer)]
    return {row.segment_id: (row.outcome, "|".join(sorted(row.codes.split("|")))) for row in rows.itertuples()}


def test_there_are_sixty_of_them():
    assert len(CASES) >= 60 and len({found.name for found in CASES}) == len(CASES)


@pytest.mark.parametrize("found", CASES, ids=[found.name for found in CASES])
def test_a_mangled_workbook_comes_back_right_or_explained(study, packed, tmp_path, found):
    book = openpyxl.load_workbook(packed)
    ids = [take(book, excerpt, "Excerpt") for excerpt in range(8)]
    found.mangle(book)
    path = tmp_path / "back.xlsx"
    book.save(path)
    if found.refused:
        with pytest.raises(PipelineError, match=found.refused):
            unpack(study, path, reviewer=found.name, group="family")
        return
    taken = unpack(study, path, reviewer=found.name, group="family")
    said = {place: answer for place, answer in (SAID | found.also).items() if place not in (*found.lost, *found.gone)}
    assert came_of(study, found.name) == {ids[place]: answer for place, answer in said.items()}
    for explained in found.lost.values():
        assert explained in taken.as_text()
    assert len(taken.problems) + len(taken.notes) >= bool(found.lost)
    before = came_of(study, found.name)
    again = unpack(study, path, reviewer=found.name, group="family")
    assert (again.added, again.changed, again.superseded) == (0, (), ()) and came_of(study, found.name) == before


def test_what_is_not_read_is_said(study, packed, tmp_path):
    said = {}
    for name in ("a column of one's own", "another sheet first"):
        book = openpyxl.load_workbook(packed)
        next(found for found in CASES if found.name == name).mangle(book)
        book.save(tmp_path / "back.xlsx")
        said[name] = unpack(study, tmp_path / "back.xlsx", reviewer=f"{name} too", group="family").as_text()
    assert "column P: is none of the sheet's columns, so what stands in row 3 was not read." in said["a column of one's own"]
    assert 'the sheet "shopping" was not read, since it has no column for answers' in said["another sheet first"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["ods", "xlsx", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,2"])
def test_saved_by_libreoffice_it_says_the_same(study, packed, tmp_path, kind):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(packed)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (path,) = (tmp_path / "out").iterdir()
    ids = [take(openpyxl.load_workbook(packed), excerpt, "Excerpt") for excerpt in range(8)]
    taken = unpack(study, path, reviewer=kind, group="family")
    assert came_of(study, kind) == {ids[place]: answer for place, answer in SAID.items()} and not taken.problems
