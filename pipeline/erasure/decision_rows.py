"""A person's traces in `review.sqlite`: what is about their excerpts is emptied, and the chain of hashes stays whole.

A row that is emptied keeps its number and the hash it was written with, by which the next row follows from it. A row of
`erasures` says that it was emptied and seals what is left of it, so that `themes verify` tells erasing from tampering.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.codebook.codebook import LISTS, SEPARATOR
from pipeline.decisions.emptied_rows import Row, emptied_rows, empty_rows, rows_of
from pipeline.decisions.erased_decisions import ErasedDecisions, ids_in, remember_emptied, remember_erased
from pipeline.decisions.erasing import changing_tables, delete_where, erasing, erasing_in_file
from pipeline.decisions.schema import IDENTITY
from pipeline.decisions.store import has_store, open_store
from pipeline.decisions.store_faults import FILE
from pipeline.methods.text.cutting import Cell, Cutter
from pipeline.methods.text.passages import Wording
from pipeline.methods.text.repeats import repeats
from pipeline.study.study import Study


ERASED = "erased"
_ABOUT = ("segment_id", "text_id")
_FREE_TEXT = {"wording", "reason", "why", "detail", "note", "new_code"}
# What may be quoted of a person: words of theirs in these leave the study with a report or a codebook.
_QUOTED = ("approvals", "theme_edits", "code_edits")
_LINE = "\n"


@dataclass(frozen=True)
class Taken:
    """What is to go from the store: what is about these ids, words, and ids of codes that were made of words."""

    ids: frozenset[str]
    words: Sequence[str]
    cutter: Cutter
    codes: Mapping[str, str]


def erase_from_store(study: Study, taken: Taken, *, whole: bool = True) -> int:
    """Empty every row about the excerpts of these ids, or that repeats these words; return how many rows were emptied.

    With `whole` false (somebody withdraws from being quoted), rewordings, approvals and their words in titles and codes go, and
    decisions stay.
    """
    # First: if the program is killed on the way, a backup that is put back must not bring them back.
    remember_erased(study, taken.ids, whole=whole)
    if not has_store(study):
        return 0
    with open_store(study) as store, erasing(store) as connection:
        tables = _tables(whole=whole)
        # Ids of codes are called otherwise everywhere, or decisions would be about codes that are nowhere.
        emptied = sum(_erase_chained(connection, table, taken, words=table in tables) for table in _tables(whole=True))
        for table in changing_tables(connection):
            delete_where(connection, table, lambda cells: _is_of(taken, cells))
        # Before it is settled: a backup that is put back later must find here which rows were emptied.
        remember_emptied(study, emptied_rows(connection))
    return emptied


def erase_again(path: Path, erased: ErasedDecisions, *, later: bool) -> int:
    """Empty in a store that comes from a backup what was erased from the study, and return how many rows were emptied.

    With `later`, forms that were begun and not sent go, too, since they may hold the words of somebody who was erased since.
    """
    with erasing_in_file(path) as connection:
        emptied = sum(_empty_again(connection, table, erased) for table in _tables(whole=True))
        if later:
            delete_where(connection, "drafts", lambda cells: True)
    return emptied


def _empty_again(connection: sqlite3.Connection, table: str, erased: ErasedDecisions) -> int:
    remembered = {(row.number, row.sha256): row.left for row in erased.rows if row.table == table}
    emptied = []
    for row in rows_of(connection, table):
        # Of a text itself nobody can be known: somebody else may have said the same.
        ids = {id_ for value in row.values() if _parsed(value) is not None for id_ in ids_in(value)}
        ids.add(str(row.get("segment_id", "")))
        taken = Taken(erased.erased_among(ids, quotes=table == "approvals"), (), Cutter(Wording()), {})
        # By number and hash: in another store the number may be another row's.
        left = remembered.get((row[IDENTITY[table]], row["sha256"]), {})
        emptied.append((row, _emptied(table, {**row, **left}, taken)))
    return _empty_changed(connection, table, emptied)


def _empty_changed(connection: sqlite3.Connection, table: str, emptied: Sequence[tuple[Row, Row]]) -> int:
    """Empty those rows of which less is left than stands there; return how many. A row that is whole gets no seal."""
    changed = [(row, left) for row, left in emptied if left != row]
    if changed:
        empty_rows(connection, table, changed)
    return len(changed)


def _parsed(value: Any) -> list[Any] | dict[str, Any] | None:
    """Return what a list or object in JSON holds; None for all else, such as a note that begins with a bracket."""
    if not isinstance(value, str) or not value.startswith(("[", "{")):
        return None
    try:
        content = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, list | dict) else None


def words_in_store(study: Study, *, whole: bool) -> Iterator[tuple[Cell, str]]:
    """Yield each text that people wrote into the store, with the row and column where it stands."""
    if not has_store(study):
        return
    with open_store(study) as store:
        for table in _tables(whole=whole):
            for row in rows_of(store.connection, table):
                for name, value in row.items():
                    if isinstance(value, str) and _is_written(table, name, row):
                        yield from _texts(value, table, row, name)


def codes_in_store(study: Study) -> list[str]:
    """Return the ids of codes that people proposed."""
    if not has_store(study):
        return []
    with open_store(study) as store:
        return sorted({row["code"] for row in store.rows("code_edits")})


def _tables(*, whole: bool) -> list[str]:
    # Who withdraws from being quoted takes back words that leave, and no decision on what was said.
    return [name for name in IDENTITY if whole or name in _QUOTED]


def _erase_chained(connection: sqlite3.Connection, table: str, taken: Taken, *, words: bool) -> int:
    recoded = [(row, _recoded(table, row, taken.codes)) for row in rows_of(connection, table)]
    return _empty_changed(connection, table, [(row, _emptied(table, left, taken) if words else left) for row, left in recoded])


def _is_written(table: str, name: str, row: Mapping[str, Any]) -> bool:
    if table == "theme_edits" and name == "detail":
        # Of a theme that stands for a code, this is the code.
        return bool(row["action"] == "rename")
    return name in _FREE_TEXT or name in ("changes", "readings") or (table, name) == ("reviewers", "role")


def _texts(value: str, table: str, row: Mapping[str, Any], name: str) -> Iterator[tuple[Cell, str]]:
    if name not in ("changes", "readings"):
        yield _cell(table, row, name), value
        return
    yield from ((_cell(table, row, name, path), text) for path, text in _strings(json.loads(value), ""))


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from _strings(inner, f"{path}, {name}")


def _emptied(table: str, row: dict[str, Any], taken: Taken) -> dict[str, Any]:
    """Return what may be left of a row; the row itself where it is not about the person."""
    about = any(row.get(name) in taken.ids for name in _ABOUT)
    return {name: _left(table, name, value, row, taken, about=about) for name, value in row.items()}


def _left(table: str, name: str, value: Any, row: Mapping[str, Any], taken: Taken, *, about: bool) -> Any:
    # Numbers say nothing of a person, and without these two the chain would break.
    if not isinstance(value, str) or name in {"previous", "sha256"}:
        return value
    if about and name in _ABOUT:
        return ERASED
    if about and name == "idempotency_key":
        return None
    if _is_json(table, name):
        return _left_of_json(table, name, value, row, taken, about=about)
    if _is_written(table, name, row) and value and (about or taken.cutter.cut(value, _cell(table, row, name)) != value):
        # A title that nobody gives any more; an empty one leaves the theme its own.
        return "" if table == "theme_edits" else ERASED
    return value


def _is_json(table: str, name: str) -> bool:
    return (table, name) in {
        ("theme_edits", "texts"), ("discussions", "readings"), ("code_edits", "changes"), ("reopenings", "segments"),
        ("packings", "segments"),
    }  # fmt: skip


def _cell(table: str, row: Mapping[str, Any], name: str, path: str = "") -> Cell:
    return Cell(FILE, f"{table} row {row[IDENTITY[table]]}, column {name}{path}")


def _left_of_json(table: str, name: str, value: str, row: Mapping[str, Any], taken: Taken, *, about: bool) -> str:
    if about:
        return "[]" if value.startswith("[") else "{}"
    content = json.loads(value)
    pruned = _pruned(content, taken, lambda text, path: _cut(text, _cell(table, row, name, path), path, taken.cutter), "")
    # With its escapes, since half a character can be kept in no other way.
    return value if pruned == content else json.dumps(pruned)


def _cut(text: str, cell: Cell, path: str, cutter: Cutter) -> str:
    # As it is cut in the codebook's file, so that a proposal and the file still say the same.
    field = path.split(", ")[1] if ", " in path else ""
    return cutter.cut_list(text, cell, separator=_LINE) if field in LISTS else cutter.cut(text, cell)


def _pruned(value: Any, taken: Taken, cut: Callable[[str, str], str], path: str) -> Any:
    if isinstance(value, list):
        # Places are counted before ids go, as `words_in_store` counts them, so that a place named there is cut here.
        kept = [
            (place, inner) for place, inner in enumerate(value, start=1) if not (isinstance(inner, str) and inner in taken.ids)
        ]
        return [_pruned(inner, taken, cut, f"{path}, {place}") for place, inner in kept]
    if isinstance(value, dict):
        return {name: _pruned(inner, taken, cut, f"{path}, {name}") for name, inner in value.items() if name not in taken.ids}
    return cut(value, path) if isinstance(value, str) else value


def _recoded(table: str, row: dict[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    if not codes:
        return row
    recoded = dict(row)
    for name, value in row.items():
        if _is_json(table, name):
            content = json.loads(value)
            renamed = _called(content, codes)
            # Written anew only where a code is in it: other spaces in the JSON would be a change to the row, and be sealed.
            recoded[name] = value if renamed == content else json.dumps(renamed)
        elif isinstance(value, str) and (name in ("code", "codes") or (name == "detail" and row.get("action") == "map")):
            recoded[name] = SEPARATOR.join(codes.get(code, code) for code in value.split(SEPARATOR))
    return recoded


def _called(value: Any, codes: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_called(inner, codes) for inner in value]
    if isinstance(value, dict):
        return {name: _called(inner, codes) for name, inner in value.items()}
    return codes.get(value, value) if isinstance(value, str) else value


def _is_of(taken: Taken, cells: Sequence[Any]) -> bool:
    """Return whether a row in no chain holds words, ids or codes that are to go."""
    # A control character between cells, so that no words are made of the end of one and the beginning of the next.
    text = "\x1f".join(map(_read, cells))
    is_named = any(name in text for name in (*taken.ids, *taken.codes))
    return is_named or repeats(text, taken.words) or taken.cutter.wording.holds(text)


def _read(value: Any) -> str:
    """Return a cell as text, JSON without its escapes."""
    value = value if (content := _parsed(value)) is None else content
    if isinstance(value, dict):
        return "\x1f".join(_read(inner) for pair in value.items() for inner in pair)
    return "\x1f".join(map(_read, value)) if isinstance(value, list) else str(value)
