"""Read the sheet on which a person has coded excerpts: reordered, filtered, half filled in or autocorrected as it may be.

A row that cannot be used is explained by its number and column and never by what stands in it.
"""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property
from pathlib import Path
from typing import get_args

from pipeline.codebook.codebook import Codebook
from pipeline.decisions.decision import Drawn, Outcome
from pipeline.exchange.sheets.sheet_columns import (
    CODES,
    DRAWN,
    EXCERPT,
    NONE,
    NOT_SURE,
    NOTE,
    SHEET,
    WORDS,
    AnswerTable,
    Cells,
    find_answers,
    plain,
)
from pipeline.survey.readers import MERGED


__all__ = ["SHEET", "PackedExcerpts", "Sheet", "SheetAnswer", "code_names", "offered_names", "read_sheet"]

# Fewer digits are too easily another excerpt's when they are mistyped.
SHORTEST_ID = 6
_TICKS = {"yes", "y", "x", "1", "true", "t", "ok", "✓", "✔", "☑", "🗸"}
_CROSSES = {"", "no", "n", "0", "false", "f", "-"}
# A slipped column puts other words there altogether; spreadsheets change marks and cut long cells. Comparing long texts is slow.
_LIKE_ENOUGH, _COMPARED = 0.6, 2_000

Row = int | str
"""The number of a row; with the name of the sheet where several have answers."""


@dataclass(frozen=True)
class SheetAnswer:
    """What a person wrote beside one excerpt, and the row of the file it stands in."""

    row: Row
    segment_id: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    note: str = ""
    drawn: Drawn = "given order"

    @property
    def content(self) -> tuple[str, tuple[str, ...], str]:
        """What the person said, wherever it stands."""
        return self.outcome, tuple(sorted(self.codes)), self.note


@dataclass(frozen=True)
class Sheet:
    """A sheet that came back: the answers that can be used, what is wrong with others, and how many rows are blank."""

    answers: tuple[SheetAnswer, ...]
    problems: tuple[str, ...]
    blank: int
    notes: tuple[str, ...] = ()
    """What of the file was not read, and why."""
    packed_for: str = ""

    @property
    def digest(self) -> str:
        """A hash of what the sheet says, whatever the order of its rows."""
        contents = sorted((answer.segment_id, *answer.content) for answer in self.answers)
        return hashlib.sha256(repr(contents).encode()).hexdigest()


@dataclass(frozen=True)
class PackedExcerpts:
    """The excerpts of a study as they are now: the words of each, by its id."""

    words: Mapping[str, str]

    @cached_property
    def ids(self) -> list[str]:
        """All ids in order."""
        return sorted(self.words)

    def find(self, written: str) -> str | None:
        """Return the id that was written, or whose beginning was typed back; None where it is no excerpt's or that of several."""
        # Spreadsheets and people break and join what they copy.
        start = re.sub(r"[\s\-–]", "", written).casefold()
        place = bisect_left(self.ids, start)
        # Two are enough to see that a beginning is shared.
        matches = [name for name in self.ids[place : place + 2] if name.startswith(start)]
        if start in matches[:1]:
            return start
        return matches[0] if len(matches) == 1 and len(start) >= SHORTEST_ID else None

    def short(self, segment_id: str) -> str:
        """Return the beginning of an id that no other excerpt shares, to be typed back."""
        place = bisect_left(self.ids, segment_id)
        # Sorted, so only its neighbours can share more of its beginning than all others.
        beside = self.ids[max(place - 1, 0) : place] + self.ids[place + 1 : place + 2]
        shared = max((_shared(segment_id, other) for other in beside), default=0)
        return segment_id[: max(shared + 1, SHORTEST_ID)]


class _Wrong(Exception):  # noqa: N818
    """A cell that cannot be used: its column and why."""


def read_sheet(path: Path, *, excerpts: PackedExcerpts, codebook: Codebook) -> Sheet:
    """Read a .csv, .xlsx or .ods sheet of the study that has these excerpts and codes; ReviewError if it is no such sheet."""
    sheets, notes, packed_for = find_answers(path, lambda text: excerpts.find(text) is not None)
    names = code_names(codebook)
    answers: list[SheetAnswer] = []
    problems: list[str] = []
    blank = 0
    for sheet in sheets:
        beside = f' of the sheet "{sheet.name}"' if len(sheets) > 1 else ""
        problems += [f"{problem}{beside}" if beside else problem for problem in sheet.unknown]
        for number, cells in sheet.rows:
            row: Row = f"{number}{beside}" if beside else number
            try:
                answer = _answer(row, sheet, cells, excerpts, names)
            # One row that cannot be used must not cost the person all others.
            except _Wrong as wrong:
                problems.append(f"row {row}, {wrong}")
                continue
            answers += [answer] if answer else []
            blank += answer is None and any(sheet.cells(cells, EXCERPT))
    usable, clashes = _without_clashes(answers)
    return Sheet(tuple(usable), (*problems, *clashes), blank, tuple(notes), packed_for)


def code_names(codebook: Codebook) -> dict[str, set[str]]:
    """Return all that people may call a code, in plain lower case, with the ids it may mean."""
    names: dict[str, set[str]] = {}
    for code in codebook.codes:
        for name in (code.label, code.plain_label, f"{code.plain_name} [{code.code}]"):
            if name:
                names.setdefault(plain(name), set()).add(code.code)
    # An id is an id, even where another code's label reads the same.
    return names | {plain(code.code): {code.code} for code in codebook.codes}


def offered_names(codebook: Codebook) -> dict[str, str]:
    """Return for each code the plain name that people choose it by; with its id where another code may be called the same."""
    names = code_names(codebook)
    called = codebook.plain_names
    return {code: name if names[plain(name)] == {code} else f"{name} [{code}]" for code, name in called.items()}


def _answer(
    row: Row, sheet: AnswerTable, cells: Cells, excerpts: PackedExcerpts, names: Mapping[str, set[str]]
) -> SheetAnswer | None:
    """Return what stands in a row, or None where the person has not decided yet."""
    for heading, text in (cell for what in (EXCERPT, CODES, NONE, NOT_SURE, NOTE) for cell in sheet.cells(cells, what)):
        if text == MERGED:
            raise _Wrong(f"column {heading}: is merged with another cell; split them and say in each row what is meant.")
    written = list(sheet.cells(cells, CODES))
    ticked = [heading for what in (NONE, NOT_SURE) for heading in _ticked(sheet, cells, what)]
    note = " ".join(text for _, text in sheet.cells(cells, NOTE))
    filled = [*dict.fromkeys(heading for heading, _ in written[:1]), *ticked]
    if not filled:
        if note:
            raise _Wrong(f"column {NOTE}: there is a note but no answer; give a code, or say that none fits or you are not sure.")
        return None
    if len(filled) > 1:
        raise _Wrong(f"columns {' and '.join(filled)}: both are filled in; keep the one that is meant.")
    # A code that was chosen in two columns is given once.
    codes = tuple(dict.fromkeys(code for heading, text in written for code in _codes(heading, text, names)))
    excerpt = _excerpt(sheet, cells, excerpts)
    outcome: Outcome = "codes" if written else "none" if any(_ticked(sheet, cells, NONE)) else "not sure"
    return SheetAnswer(row, excerpt, outcome, codes, note, _drawn(sheet, cells))


def _excerpt(sheet: AnswerTable, cells: Cells, excerpts: PackedExcerpts) -> str:
    written = dict.fromkeys(text for _, text in sheet.cells(cells, EXCERPT))
    if not written:
        raise _Wrong(f"column {EXCERPT}: is empty, so nobody can tell which excerpt the answer is about.")
    ids = {excerpts.find(text) for text in written}
    excerpt = ids.pop()
    if excerpt is None or ids:
        raise _Wrong(f"column {EXCERPT}: this study has no such excerpt now; the sheet is of another study, or the data changed.")
    for heading, text in sheet.cells(cells, WORDS):
        if not _alike(text, excerpts.words[excerpt]):
            raise _Wrong(
                f"column {heading}: the words are not those of the excerpt. Perhaps one column was sorted without the others; "
                "put the rows back as they were packed."
            )
    return excerpt


def _alike(text: str, words: str) -> bool:
    """Tell whether these are the words, though a spreadsheet may have changed quotation marks or cut them short."""
    text, words = (re.sub(r"\W+", "", part).casefold()[:_COMPARED] for part in (text, words))
    if text == words or not text or not words:
        return True
    return SequenceMatcher(None, text, words, autojunk=False).ratio() >= _LIKE_ENOUGH


def _ticked(sheet: AnswerTable, cells: Cells, what: str) -> Iterator[str]:
    """Return the headings of the columns of a kind that are ticked."""
    for heading, text in sheet.cells(cells, what):
        mark = plain(text).rstrip(".!")
        if mark not in _TICKS | _CROSSES:
            raise _Wrong(f'column {heading}: write "yes" there or leave it empty; anything else belongs in the column {NOTE}.')
        if mark in _TICKS:
            yield heading


def _drawn(sheet: AnswerTable, cells: Cells) -> Drawn:
    written = next((plain(text) for _, text in sheet.cells(cells, DRAWN)), "given order")
    for drawn in get_args(Drawn):
        if drawn == written:
            return drawn  # type: ignore[no-any-return]
    raise _Wrong(f"column {DRAWN}: was changed; put back one of {', '.join(get_args(Drawn))}.")


def _codes(heading: str, written: str, names: Mapping[str, set[str]]) -> Iterator[str]:
    entries = [entry for entry in _entries(written, names) if plain(entry)]
    if not entries:
        raise _Wrong(f"column {heading}: there are only separators and no code.")
    for place, entry in enumerate(entries, start=1):
        codes = sorted(names.get(plain(entry), ()))
        which = f"entry {place}" if len(entries) > 1 else "the entry"
        if len(codes) > 1:
            raise _Wrong(f"column {heading}: {which} is the name of several codes; write the id of one: {', '.join(codes)}.")
        if not codes:
            raise _Wrong(f"column {heading}: {which} is no code of this study.{_nearest(entry, names)}")
        yield codes[0]


def _entries(written: str, names: Mapping[str, set[str]]) -> Iterator[str]:
    """Split at bars, semicolons and line ends, and at commas where the whole is not the name of a code."""
    for part in [written] if plain(written) in names else re.split(r"[|;\n]", written):
        yield from [part] if plain(part) in names else part.split(",")


def _nearest(entry: str, names: Mapping[str, set[str]]) -> str:
    nearest = get_close_matches(plain(entry), names, n=1, cutoff=0.6)
    return f" Is {', '.join(sorted(names[nearest[0]]))} meant?" if nearest else " The codes are listed in the codebook."


def _without_clashes(answers: list[SheetAnswer]) -> tuple[list[SheetAnswer], list[str]]:
    """Return the answers without those that say different things of one excerpt, and what is wrong with these."""
    rows: dict[str, list[SheetAnswer]] = {}
    for answer in answers:
        rows.setdefault(answer.segment_id, []).append(answer)
    usable, clashes = [], []
    for same in rows.values():
        if len({answer.content for answer in same}) == 1:
            usable.append(same[0])
        else:
            numbers = " and ".join(str(answer.row) for answer in same)
            clashes.append(f"rows {numbers}: they answer one excerpt differently; keep what is meant.")
    return usable, clashes


def _shared(first: str, second: str) -> int:
    return next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second)))
