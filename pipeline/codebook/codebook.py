"""The codebook: codes with their definitions, written by people and kept in a file that opens in Excel."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from difflib import SequenceMatcher
from functools import cached_property, partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

from pipeline.codebook.mentions import with_plain_names
from pipeline.codebook.other_tables import recognised
from pipeline.codebook.qdc import qdc_losses, read_qdc, write_qdc
from pipeline.codebook.row_problems import hint, problems_in
from pipeline.codebook.table_files import column_name, csv_cells, workbook_cells
from pipeline.codebook.xlsx import write_codebook_workbook
from pipeline.errors import CodebookError
from pipeline.runtime.plain_files import why_no_file
from pipeline.runtime.plain_text import one_line, plain_words
from pipeline.runtime.plurals import n_of
from pipeline.runtime.spreadsheet_cells import FORMULA, guarded


SEPARATOR = "|"
LISTS = ("examples", "counter_examples", "borderline")


@dataclass(frozen=True)
class Code:
    """One code: what it means, what counts, what does not, and who says so."""

    code: str
    parent: str = ""
    label: str = ""
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    plain_label: str = ""
    proposed_by: str = ""
    agreed_by: str = ""
    changed: str = ""
    borderline: tuple[str, ...] = ()
    color: str = ""
    guid: str = ""

    @property
    def name(self) -> str:
        """What people call the code: its label, or its id where it has none."""
        return self.label or self.code

    @property
    def plain_name(self) -> str:
        """What people call the code when they speak to each other: its plain label, or else its name."""
        return self.plain_label or self.name


@dataclass(frozen=True)
class Codebook:
    """All codes of a study, in the order people gave them."""

    codes: tuple[Code, ...]

    def __len__(self) -> int:
        """Return the number of codes."""
        return len(self.codes)

    def __getitem__(self, code: str) -> Code:
        """Return the code with this id; CodebookError with the nearest name when there is none."""
        for entry in self.codes:
            if entry.code == code:
                return entry
        nearest = hint(code, [entry.code for entry in self.codes])
        raise CodebookError(f"The codebook has no code {code!r}.{nearest}")

    @property
    def names(self) -> dict[str, str]:
        """What documents call each code, by its id."""
        return {code.code: code.name for code in self.codes}

    @property
    def plain_names(self) -> dict[str, str]:
        """What pages and sheets call each code, in plain words, by its id."""
        return {code.code: code.plain_name for code in self.codes}

    @cached_property
    def for_people(self) -> "Codebook":
        """The same codes, with meanings that call other codes by their plain names where they were written with ids."""
        names = self.plain_names
        return Codebook(
            tuple(
                replace(
                    code,
                    definition=with_plain_names(code.definition, names),
                    include=with_plain_names(code.include, names),
                    exclude=with_plain_names(code.exclude, names),
                )
                for code in self.codes
            )
        )


@dataclass(frozen=True)
class CodeHistory:
    """One difference between two codebooks; `renamed` says that the id (`code`) or the `label` is another."""

    kind: Literal["added", "removed", "changed", "renamed"]
    code: str
    field: str
    before: str
    after: str

    def __str__(self) -> str:
        """What people are told of it."""
        if self.kind == "added":
            return f"{self.code}: new (“{self.after}”)"
        if self.kind == "removed":
            return f"{self.code}: gone (“{self.before}”)"
        before, after = (f"“{text}”" if text else "nothing" for text in (self.before, self.after))
        return f"{self.code}: {self.field} {self.kind} from {before} to {after}"


COLUMNS = tuple(field.name for field in fields(Code))
_LATER = ("borderline", "color", "guid")
# What other programs keep of a code, which says nothing of what it means.
_THEIRS = ("color", "guid")
_PROSE = ("definition", "include", "exclude", *LISTS)
_LONGEST_LABEL = 60
_ALIKE = 0.85
MOST_CODES = 5_000
"""People choose from all codes; teams work with a few hundred, and the largest classifications of diseases go beyond this."""
# To compare each label with each once made 100,000 codes take more than two minutes.
_MOST_ALIKE = 100
_MOST_COMPARED = 50_000
_BUCKETS = 64
# Such characters would make a .qdc, .qdpx or .xlsx that no program opens.
NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_codebook(path: str | Path) -> Codebook:
    """Read a codebook from a table, of ours or of another program, or from REFI-QDA .qdc; CodebookError says what is wrong.

    Examples
    --------
    >>> codebook = read_codebook("corpora/coproduction/codebook.csv")
    >>> len(codebook), codebook.codes[0].code
    (21, 'tokenism')
    """
    path = Path(path)
    reader = CODEBOOK_READERS.get(path.suffix.lower())
    if reader is None:
        raise CodebookError(f"{path.name}: a codebook is kept as {_listed(CODEBOOK_READERS)}. Save it as one of these.")
    if reason := why_no_file(path):
        raise CodebookError(f"{path.name}: {reason}; `themes codebook new` writes one from a template.")
    return build_codebook(reader(path), source=path.name)


def write_codebook(codebook: Codebook, path: str | Path) -> None:
    """Write a codebook to .csv, .xlsx or REFI-QDA .qdc so that reading it gives the same codebook again."""
    path = Path(path)
    writer = CODEBOOK_WRITERS.get(path.suffix.lower())
    if writer is None:
        raise CodebookError(f"{path.name}: a codebook is written as {_listed(CODEBOOK_WRITERS)}. Name it like that.")
    rows = [as_row(code) for code in codebook.codes]
    # Read back before anything is written, while what would be lost still stands elsewhere.
    kept = build_codebook(rows, source=path.name)
    for code, same in zip(codebook.codes, kept.codes, strict=True):
        if code != same:
            raise CodebookError(
                f"{path.name}: code {code.code!r} would not be read back the same. Take {SEPARATOR!r} "
                "out of its examples, and spaces from the ends of its texts."
            )
    writer(rows, path)


def build_codebook(rows: Iterable[Mapping[str, str]], *, source: str) -> Codebook:
    """Check rows (the header is row 1) and return their codes; one CodebookError lists all that is wrong."""
    plain = ({column_name(column): _tidy(column, text) for column, text in row.items()} for row in rows)
    tidy = {number: row for number, row in enumerate(plain, start=2) if any(row.values())}
    if not tidy:
        raise CodebookError(f"{source}: no codes stand below the column names. Write a code into each row.")
    if len(tidy) > MOST_CODES:
        raise CodebookError(
            f"{source}: it has {len(tidy):,} codes, and people can work with {MOST_CODES:,} at the very most. "
            "Take out what is no code, or make several codebooks."
        )
    wrong = [*problems_in(tidy, columns=COLUMNS, separator=SEPARATOR)]
    if wrong:
        needs = "one thing needs" if len(wrong) == 1 else n_of(len(wrong), "thing needs", "things need")
        raise CodebookError("\n  ".join([f"{source}: {needs} putting right.", *wrong]))
    return Codebook(tuple(_as_code(row) for row in tidy.values()))


def check_codebook(codebook: Codebook) -> tuple[str, ...]:
    """Say in plain English what is no error but makes coding harder; examples are numbered, not quoted."""
    of_each = [finding for code in codebook.codes for finding in _code_findings(code)]
    return (*of_each, *_shared_example_findings(codebook), *_label_findings(codebook))


def diff_codebooks(old: Codebook, new: Codebook) -> tuple[CodeHistory, ...]:
    """List what changed, in the order of the new codebook, removed codes last; mere order is not compared."""
    before, kept = {code.code: code for code in old.codes}, {code.code for code in new.codes}
    # An id that went and a name that came are one code renamed; each old id may be taken once only.
    gone = {code.code: code for code in old.codes if code.code not in kept}
    places = {code: place for place, code in enumerate(gone)}
    by_sign: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code in gone.values():
        for sign in _signs(code):
            by_sign[sign].append(code.code)
    changes = []
    for code in new.codes:
        renamed = (earlier_id for sign in _signs(code) for earlier_id in by_sign[sign] if earlier_id in gone)
        earlier = before.get(code.code) or gone.get(min(renamed, key=places.__getitem__, default=""))
        if earlier is None:
            changes.append(CodeHistory("added", code.code, "", "", code.name))
            continue
        gone.pop(earlier.code, None)
        changes += _field_changes(earlier, code)
    return (*changes, *(CodeHistory("removed", code.code, "", code.name, "") for code in gone.values()))


def _read_csv(path: Path) -> list[dict[str, str]]:
    return _as_rows(csv_cells(path), source=path.name)


def _read_xlsx(path: Path) -> list[dict[str, str]]:
    return _as_rows(workbook_cells(path), source=path.name)


def _as_rows(cells: Sequence[Sequence[str]], *, source: str) -> list[dict[str, str]]:
    if other := recognised(cells):
        return other.rows
    header = [column_name(name) for name in cells[0]] if cells else []
    if not any(header):
        raise CodebookError(f"{source}: the first row must hold the column names: {', '.join(COLUMNS)}.")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CodebookError(f"{source}: the column {twice[0]!r} is there twice. Keep one of them.")
    rows = []
    for row in cells[1:]:
        pairs = list(zip_longest(header, row, fillvalue=""))
        # Under no name, so that the check can say in which row it stands.
        beyond = "".join(cell for name, cell in pairs if not name)
        rows.append({name: cell for name, cell in pairs if name} | ({"": beyond} if beyond else {}))
    return rows


def _used(rows: Sequence[Mapping[str, str]]) -> list[str]:
    # A column that came later is written where somebody uses it, so that other codebooks keep their bytes.
    return [name for name in COLUMNS if name not in _LATER or any(row.get(name) for row in rows)]


def codebook_losses(path: Path) -> tuple[str, ...]:
    """Say what of a codebook of another program has no place here, in figures and plain words; CodebookError as reading it."""
    suffix = path.suffix.lower()
    if suffix == ".qdc":
        return qdc_losses(path)
    other = recognised(workbook_cells(path) if suffix in (".xlsx", ".ods") else csv_cells(path))
    return other.losses if other else ()


def _write_xlsx(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    write_codebook_workbook(rows, path, columns=_used(rows))


def _write_csv(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    text = io.StringIO(newline="")
    columns = _used(rows)
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: guarded(row.get(name, "")) for name in columns} for row in rows)
    # Without the mark at its beginning Excel reads UTF-8 as cp1252 and saves the damage.
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


CODEBOOK_READERS: dict[str, Callable[[Path], list[dict[str, str]]]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".xlsx": _read_xlsx,
    ".ods": _read_xlsx,
    ".qdc": partial(read_qdc, separator=SEPARATOR),
}
CODEBOOK_WRITERS: dict[str, Callable[[Sequence[Mapping[str, str]], Path], None]] = {
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
    ".qdc": partial(write_qdc, separator=SEPARATOR),
}


def _tidy(column: str, text: str) -> str:
    text = NOT_IN_XML.sub("", re.sub(r"\r\n?", "\n", text)).strip()
    return text if column_name(column) in _PROSE else one_line(text)


def _as_code(row: Mapping[str, str]) -> Code:
    values: dict[str, Any] = {column: text for column, text in row.items() if column}
    for column in LISTS:
        values[column] = tuple(filter(None, (item.strip() for item in row.get(column, "").split(SEPARATOR))))
    return Code(**values)


def as_row(code: Code) -> dict[str, str]:
    """Return the code as texts by column, the items of a list joined."""
    return {name: value if isinstance(value, str) else SEPARATOR.join(value) for name, value in asdict(code).items()}


def _listed(suffixes: Iterable[str]) -> str:
    return ", ".join([*suffixes][:-1]) + f" or {[*suffixes][-1]}"


def _code_findings(code: Code) -> Iterator[str]:
    name = f"Code {code.code!r}"
    if not code.definition:
        yield f"{name} has no definition; without one, two people will read it differently."
    if not code.examples:
        yield f"{name} has no examples; suggestions for it will be weak until people have coded some answers."
    if code.include and _plain(code.include) == _plain(code.exclude):
        yield f"{name} says the same under include and exclude."
    if len(code.label) > _LONGEST_LABEL:
        yield f"{name} has a label of {len(code.label)} characters; charts have room for {_LONGEST_LABEL}."
    for column, text in as_row(code).items():
        if FORMULA.match(text):
            yield f"{name}: Excel may take its {column} for a formula and spoil it; begin it with a letter."
    against = {_plain(text) for text in code.counter_examples}
    for number, text in enumerate(code.examples, start=1):
        if _plain(text) in against:
            yield f"{name} has its example {number} among its counter-examples too."


def _shared_example_findings(codebook: Codebook) -> Iterator[str]:
    places: dict[str, dict[str, int]] = defaultdict(dict)
    for code in codebook.codes:
        for number, text in enumerate(code.examples, start=1):
            places[_plain(text)].setdefault(code.code, number)
    for shared in places.values():
        if len(shared) > 1:
            where = " and ".join(f"{code!r} (example {number})" for code, number in shared.items())
            yield f"The same example stands under {where}; keep it where it fits best, or it teaches nothing."


def _label_findings(codebook: Codebook) -> Iterator[str]:
    labels, n_alike = [_plain(code.label) for code in codebook.codes], 0
    for n_compared, (first, second) in enumerate(_with_like_letters(labels)):
        if n_alike >= _MOST_ALIKE or n_compared >= _MOST_COMPARED:
            yield f"More labels may be nearly alike; those after code {codebook.codes[first].code!r} were not compared."
            return
        label, other = labels[first], labels[second]
        if sorted(label.split()) == sorted(other.split()) or SequenceMatcher(None, label, other).ratio() >= _ALIKE:
            n_alike += 1
            pair = f"{codebook.codes[first].code!r} and {codebook.codes[second].code!r}"
            yield f"Codes {pair} have labels nearly alike; people will mix them up."


def _with_like_letters(labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of each two labels that share enough letters, wherever they stand, to be nearly alike."""
    import numpy as np

    # Which letter it is counts up to a multiple of 64, so that no alphabet makes the table wide; it only lets more pairs pass.
    letters = np.zeros((len(labels), _BUCKETS), dtype=np.int16)
    for place, label in enumerate(labels):
        for letter in label:
            letters[place, ord(letter) % _BUCKETS] += 1
    lengths = letters.sum(axis=1, dtype=np.int64)
    for place in range(len(labels) - 1):
        shared = np.minimum(letters[place], letters[place + 1 :]).sum(axis=1, dtype=np.int64)
        enough = 2 * shared >= _ALIKE * (lengths[place] + lengths[place + 1 :])
        yield from ((place, place + 1 + int(step)) for step in np.flatnonzero(enough))


def _plain(text: str) -> str:
    # What has no words at all, such as "??", is compared as it is.
    return plain_words(text) or text


def _signs(code: Code) -> Iterator[tuple[str, str]]:
    """Yield what shows a code to be one of another id: its name, and its definition if it has one."""
    yield "name", _plain(code.name)
    if code.definition:
        yield "definition", _plain(code.definition)


def _field_changes(old: Code, new: Code) -> Iterator[CodeHistory]:
    before, after = as_row(old), as_row(new)
    for field in COLUMNS:
        if before[field] != after[field] and field not in _THEIRS:
            kind: Literal["renamed", "changed"] = "renamed" if field in ("code", "label") else "changed"
            yield CodeHistory(kind, new.code, field, before[field], after[field])
