"""Read the sheet on which a person has coded excerpts: reordered, filtered, half filled in or autocorrected as it may be.

A row that cannot be used is explained by its number and column and never by what stands in it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

import pandas as pd

from pipeline.codebook import Codebook
from pipeline.errors import DataError, ReviewError
from pipeline.readers import Export, read_export
from pipeline.review.store import Drawn, Outcome


SHEET = "review"
EXCERPT, CODES, NONE, NOT_SURE, NOTE, DRAWN = "excerpt", "your_codes", "none_of_these", "not_sure", "note", "drawn"
NEEDED = (EXCERPT, CODES, NONE, NOT_SURE)

_TICKS = {"yes", "y", "x", "1", "true", "t", "ok", "✓", "✔", "☑", "🗸"}
_CROSSES = {"", "no", "n", "0", "false", "f", "-"}
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\u2011": "-"})


@dataclass(frozen=True)
class Answer:
    """What a person wrote beside one excerpt, and the row of the file it stands in."""

    row: int
    segment_id: str
    outcome: Outcome
    codes: tuple[str, ...] = ()
    note: str = ""
    drawn: Drawn = "given order"

    @property
    def said(self) -> tuple[str, tuple[str, ...], str]:
        """What the person said, wherever it stands."""
        return self.outcome, tuple(sorted(self.codes)), self.note


@dataclass(frozen=True)
class Sheet:
    """A sheet that came back: the answers that can be used, what is wrong with others, and how many rows are blank."""

    answers: tuple[Answer, ...]
    problems: tuple[str, ...]
    blank: int

    @property
    def digest(self) -> str:
        """A hash of what the sheet says, whatever the order of its rows."""
        said = sorted((answer.segment_id, *answer.said) for answer in self.answers)
        return hashlib.sha256(repr(said).encode()).hexdigest()


class _Wrong(Exception):  # noqa: N818
    """A cell that cannot be used: its column and why."""


def read_sheet(path: Path, *, segments: set[str], codebook: Codebook) -> Sheet:
    """Read a .csv, .xlsx or .ods sheet of the study that has these excerpts and codes; ReviewError if it is no such sheet."""
    export = _open(path)
    frame = _with_plain_headings(export.frame, path)
    names = code_names(codebook)
    answers, problems, blank = [], [], 0
    for row, cells in enumerate(frame.to_dict("records"), start=export.first_row):
        try:
            answer = _answer(row, {str(name): str(cell) for name, cell in cells.items()}, segments, names)
        except _Wrong as wrong:
            problems.append(f"row {row}, {wrong}")
            continue
        answers += [answer] if answer else []
        blank += answer is None
    usable, clashes = _without_clashes(answers)
    return Sheet(tuple(usable), (*problems, *clashes), blank)


def code_names(codebook: Codebook) -> dict[str, set[str]]:
    """Return all that people may call a code, in plain lower case, with the ids it may mean."""
    names: dict[str, set[str]] = {}
    for code in codebook.codes:
        for name in (code.code, code.label, code.plain_label):
            if name:
                names.setdefault(_plain(name), set()).add(code.code)
    # An id is an id, even where another code's label reads the same.
    return names | {_plain(code.code): {code.code} for code in codebook.codes}


def _open(path: Path) -> Export:
    try:
        return read_export(path, sheet=SHEET)
    except DataError:
        # A sheet that was saved under another name, or a file that has no sheets.
        return read_export(path)


def _with_plain_headings(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    plain = frame.fillna("").rename(columns=lambda name: re.sub(r"[\s_]+", "_", _plain(str(name))))
    missing = [name for name in NEEDED if name not in plain]
    if missing:
        raise ReviewError(
            f"{path.name} is no sheet of excerpts to review: it has no column {', '.join(missing)}. "
            "Leave the names in the first row as `themes pack` wrote them."
        )
    return plain


def _answer(row: int, cells: Mapping[str, str], segments: set[str], names: Mapping[str, set[str]]) -> Answer | None:
    """Return what stands in a row, or None where the person has not decided yet."""
    none, unsure = _ticked(cells, NONE), _ticked(cells, NOT_SURE)
    written = _without_guard(cells[CODES])
    filled = [column for column, has in ((CODES, bool(written)), (NONE, none), (NOT_SURE, unsure)) if has]
    if not filled:
        return None
    if len(filled) > 1:
        raise _Wrong(f"columns {' and '.join(filled)}: both are filled in; keep the one that is meant.")
    outcome: Outcome = "codes" if written else "none" if none else "not sure"
    codes = tuple(dict.fromkeys(_codes(written, names)))
    if written and not codes:
        raise _Wrong(f"column {CODES}: there are only separators and no code.")
    return Answer(row, _excerpt(cells, segments), outcome, codes, _without_guard(cells.get(NOTE, "")), _drawn(cells))


def _excerpt(cells: Mapping[str, str], segments: set[str]) -> str:
    excerpt = _without_guard(cells[EXCERPT])
    if not excerpt:
        raise _Wrong(f"column {EXCERPT}: is empty, so nobody can tell which excerpt the answer is about.")
    if excerpt not in segments:
        raise _Wrong(f"column {EXCERPT}: this study has no such excerpt now; the sheet is of another study, or the data changed.")
    return excerpt


def _ticked(cells: Mapping[str, str], column: str) -> bool:
    mark = _plain(_without_guard(cells[column])).rstrip(".!")
    if mark not in _TICKS | _CROSSES:
        raise _Wrong(f'column {column}: write "yes" there or leave it empty; anything else belongs in the column {NOTE}.')
    return mark in _TICKS


def _drawn(cells: Mapping[str, str]) -> Drawn:
    found = _plain(cells.get(DRAWN, "")) or "given order"
    for drawn in get_args(Drawn):
        if drawn == found:
            return drawn  # type: ignore[no-any-return]
    raise _Wrong(f"column {DRAWN}: was changed; put back one of {', '.join(get_args(Drawn))}.")


def _codes(written: str, names: Mapping[str, set[str]]) -> Iterator[str]:
    entries = [entry for entry in _entries(written, names) if _plain(entry)]
    for place, entry in enumerate(entries, start=1):
        found = sorted(names.get(_plain(entry), ()))
        which = f"entry {place}" if len(entries) > 1 else "the entry"
        if len(found) > 1:
            raise _Wrong(f"column {CODES}: {which} is the name of several codes; write the id of one: {', '.join(found)}.")
        if not found:
            raise _Wrong(f"column {CODES}: {which} is no code of this study.{_nearest(entry, names)}")
        yield found[0]


def _entries(written: str, names: Mapping[str, set[str]]) -> Iterator[str]:
    """Split at bars, semicolons and line ends, and at commas where the whole is not the name of a code."""
    for part in [written] if _plain(written) in names else re.split(r"[|;\n]", written):
        yield from [part] if _plain(part) in names else part.split(",")


def _nearest(entry: str, names: Mapping[str, set[str]]) -> str:
    nearest = get_close_matches(_plain(entry), names, n=1, cutoff=0.6)
    return f" Is {', '.join(sorted(names[nearest[0]]))} meant?" if nearest else " The codes are listed in the codebook."


def _without_clashes(answers: list[Answer]) -> tuple[list[Answer], list[str]]:
    """Return the answers without those that say different things of one excerpt, and what is wrong with these."""
    rows: dict[str, list[Answer]] = {}
    for answer in answers:
        rows.setdefault(answer.segment_id, []).append(answer)
    n_said = Counter({segment: len({answer.said for answer in found}) for segment, found in rows.items()})
    clashes = [
        f"rows {' and '.join(str(answer.row) for answer in found)}: they answer one excerpt differently; keep what is meant."
        for segment, found in rows.items()
        if n_said[segment] > 1
    ]
    return [found[0] for segment, found in rows.items() if n_said[segment] == 1], clashes


def _plain(name: str) -> str:
    return " ".join(name.translate(_QUOTES).split()).casefold()


def _without_guard(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return cell.strip().removeprefix("'").strip()
