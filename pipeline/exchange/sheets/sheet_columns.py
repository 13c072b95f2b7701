"""Find the sheets with answers in a file that came back, and what each of their columns is, whatever has become of them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.plurals import agreeing
from pipeline.survey.readers import read_tables


SHEET, INSTRUCTIONS, MEANINGS = "review", "instructions", "codes"
PACKED_FOR = "Packed for"
EXCERPT, CODES, NONE, NOT_SURE, NOTE, DRAWN = "excerpt", "your_codes", "none_of_these", "not_sure", "note", "drawn"
WORDS = "words_to_code"
ANSWERS = (CODES, NONE, NOT_SURE)

_NAMES = {
    EXCERPT: (EXCERPT, "excerpt_id", "id"),
    CODES: (CODES, "more_codes", "codes", "code"),
    NONE: (NONE, "none_of_these_codes", "none"),
    NOT_SURE: (NOT_SURE, "unsure"),
    NOTE: (NOTE, "notes", "comment", "comments", "your_note"),
    DRAWN: (DRAWN,),
    WORDS: (WORDS, "words"),
    # Columns that are there to be read, not to be filled in.
    "shown": ("no", "question", "whole_answer"),
}
_CALLED = {name: column for column, names in _NAMES.items() for name in names}
_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\u2011": "-", "…": "...", "\u200b": ""}
)
# People write titles and notes above the headings; long cells are no heading, and comparing them with all names is slow.
_DEEPEST, _LONGEST_NAME = 20, 40

Cells = Sequence[str | None]
Rows = Sequence[Cells]


@dataclass(frozen=True)
class SheetColumn:
    """A column: what it is, its place, and how it is called in the file."""

    what: str
    place: int
    heading: str


@dataclass(frozen=True)
class AnswerTable:
    """A sheet with room for answers: its name, its columns and the numbered rows below its headings."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[int, Cells], ...]
    unknown: tuple[str, ...]
    """What stands in columns that are none of the sheet's."""

    def cells(self, row: Cells, what: str) -> Iterator[tuple[str, str]]:
        """Return heading and text of a row's filled cells in the columns of a kind."""
        for column in self.columns:
            text = cell_at(row, column.place)
            if column.what == what and text:
                yield column.heading, text


def find_answers(path: Path, is_excerpt: Callable[[str], bool]) -> tuple[list[AnswerTable], list[str], str]:
    """Return the sheets with answers, what of the file was not read, and for whom it was packed ("" where it does not say).

    Raises
    ------
    ReviewError
        No sheet has excerpts and room for answers.
    DataError
        The file cannot be read.
    """
    sheets, notes, first = read_tables(path)
    tables = {name: _answers(name, rows, first, is_excerpt) for name, rows in sheets.items()}
    good = [answers for answers in tables.values() if isinstance(answers, AnswerTable)]
    if not good:
        raise ReviewError(f"{path.name} is no sheet of excerpts to review: {_worst(tables)}")
    # People keep sheets of their own beside ours; an empty one is not worth a word.
    others = [name for name, answers in tables.items() if isinstance(answers, str) and any(map(any, sheets[name]))]
    aside = [name for name in others if plain(name) not in (INSTRUCTIONS, MEANINGS)]
    notes += [f'the sheet "{name}" was not read, since {tables[name]}' for name in aside]
    instructions = [row for name, rows in sheets.items() if plain(name) == INSTRUCTIONS for row in rows]
    packed_for = (cell_at(row, 1) for row in instructions if plain(cell_at(row, 0)) == plain(PACKED_FOR))
    return good, notes, next(packed_for, "")


def cell_at(row: Cells, place: int) -> str:
    """Return the text of a cell, empty where the row ends before it, without the apostrophe that guards against formulas."""
    text = (row[place] or "") if place < len(row) else ""
    return text.strip().removeprefix("'").strip()


def plain(name: str) -> str:
    """Return a name as it is compared: lower case, plain quotation marks and dashes, single blanks."""
    return one_line(name.translate(_QUOTES)).casefold()


def _answers(name: str, rows: Rows, first: int, is_excerpt: Callable[[str], bool]) -> AnswerTable | str:
    """Return a sheet's answers, or why it has none."""
    named = [[column for place, cell in enumerate(row) if (column := _column(place, cell or ""))] for row in rows[:_DEEPEST]]
    # The headings are the row with most names that we know, wherever people have moved it.
    depth = max(range(len(named)), key=lambda place: len(named[place]), default=-1)
    columns, heading = (named[depth], rows[depth]) if named else ([], [])
    if not any(column.what in ANSWERS for column in columns):
        return "it has no column for answers: your codes, none of these, not sure."
    body = [(first + depth + 1 + place, row) for place, row in enumerate(rows[depth + 1 :])]
    if not any(column.what == EXCERPT for column in columns):
        columns = [*columns, *_by_content(columns, heading, body, is_excerpt)]
    if not any(column.what == EXCERPT for column in columns):
        return "it has no column excerpt, and without the ids in it nobody can tell which excerpt an answer is about."
    return AnswerTable(name, tuple(columns), tuple(body), tuple(_unknown(columns, heading, body)))


def _column(place: int, heading: str) -> SheetColumn | None:
    name = re.sub(r"[\s_.:*?]+", "_", plain(heading)).strip("_")
    if re.fullmatch(r"(your_)?code_?\d+", name):
        return SheetColumn(CODES, place, heading)
    # Of three letters too much is alike.
    if name not in _CALLED and 3 < len(name) <= _LONGEST_NAME:
        name = next(iter(get_close_matches(name, _CALLED, n=1, cutoff=0.85)), name)
    return SheetColumn(_CALLED[name], place, heading) if name in _CALLED else None


def _by_content(
    columns: Sequence[SheetColumn], heading: Cells, body: Sequence[tuple[int, Cells]], is_excerpt: Callable[[str], bool]
) -> Iterator[SheetColumn]:
    """Find a column of ids that is called something else."""
    taken = {column.place for column in columns}
    for place in set(range(max((len(row) for _, row in body), default=0))) - taken:
        texts = [text for _, row in body if (text := cell_at(row, place))]
        if texts and sum(map(is_excerpt, texts)) * 2 >= len(texts):
            yield SheetColumn(EXCERPT, place, cell_at(heading, place) or letters(place))


def _unknown(columns: Sequence[SheetColumn], heading: Cells, body: Sequence[tuple[int, Cells]]) -> Iterator[str]:
    taken = {column.place for column in columns}
    for place in sorted(set(range(max((len(row) for _, row in body), default=0))) - taken):
        rows = [number for number, row in body if cell_at(row, place)]
        if rows:
            shown = ", ".join(map(str, rows[:10])) + (" …" if len(rows) > 10 else "")
            which = f"{agreeing(len(rows), 'row', 'rows')} {shown}"
            yield f"column {letters(place)}: is none of the sheet's columns, so what stands in {which} was not read."


def letters(place: int) -> str:
    """Return what a spreadsheet calls a column."""
    name = ""
    while place >= 0:
        name, place = chr(ord("A") + place % 26) + name, place // 26 - 1
    return name


def _worst(tables: Mapping[str, AnswerTable | str]) -> str:
    """Return the reason of the sheet that was meant, or else of the first."""
    reasons = {plain(name): reason for name, reason in tables.items() if isinstance(reason, str)}
    return f"{reasons.get(SHEET) or next(iter(reasons.values()), 'it is empty.')} Use the sheet as `themes pack` wrote it."
