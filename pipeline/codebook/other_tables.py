"""Read the code lists of other programs by their columns, and write one that Taguette reads.

Taguette, NVivo, Dedoose, MAXQDA, ATLAS.ti, requal, RQDA and QualCoder each name the columns of a list of codes in their own way.
A table is taken for one of theirs where it has a column for the code's name and lacks our `code` or `label`.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pipeline.codebook.qdc import unique_names
from pipeline.errors import CodebookError
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.spreadsheet_cells import guarded


# What other programs call a column, by what it is here; the first that is there and has something in it counts.
_NAMES: dict[str, tuple[str, ...]] = {
    "label": (
        "label",
        "name",
        "tag",
        "title",
        "code_name",
        "codename",
        "code",
        "code_title",
        "node",
        "node_name",
        "codes",
        "path",
    ),
    "definition": (
        *("definition", "description", "code_description", "memo", "code_memo", "codememo", "comment", "code_comment"),
        *("definition_description", "note", "notes"),
    ),
    "parent": (
        *("parent", "parent_code", "parent_name", "parent_node", "category", "categories", "code_category", "catname"),
        *("category_name", "code_group", "code_groups", "code_group_1", "group", "groups", "parent_title", "folder"),
    ),
    "parent_id": ("parent_id", "parentid", "parent_code_id", "supercid"),
    "id": ("id", "code_id", "codeid", "cid", "tag_id"),
    "depth": ("depth", "level", "code_level"),
    "color": ("color", "colour", "code_color", "code_colour", "color_hex"),
    "guid": ("guid",),
}
_ONLY_OURS = {"include", "exclude", "examples", "counter_examples", "plain_label", "proposed_by", "agreed_by"}
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\b.*")
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
_LONGEST_CATEGORY = 80
# How far down a table the row of column names may stand: some programs write a title above it.
_TITLE_ROWS = 10


@dataclass(frozen=True)
class OtherTable:
    """A list of codes of another program: its rows in our columns, and what of it has no place here."""

    rows: list[dict[str, str]]
    losses: tuple[str, ...]


def is_ours(header: Sequence[str]) -> bool:
    """Return whether plain names of columns are those of a codebook here, or are meant to be, though one is misspelt."""
    if {"code", "label"} <= set(header):
        return True
    return bool(_ONLY_OURS & set(header)) or ("code" in header and bool(get_close_matches("label", header, n=1, cutoff=0.7)))


def recognised(cells: Sequence[Sequence[str]]) -> OtherTable | None:
    """Return the codes of a table of another program, given as cells; None where no column names codes."""
    for number, row in enumerate(cells[:_TITLE_ROWS]):
        header = [_plain(name) for name in row]
        if is_ours(header):
            return None
        if columns := _columns(header):
            return _table(row, columns, cells[number + 1 :])
    filled = [[cell for cell in row if cell.strip()] for row in cells]
    # A plain list without column names: a code a line.
    if cells and all(len(row) <= 1 for row in filled) and sum(map(len, filled)) > 1:
        return _table(["code"], {"label": 0}, [row or [""] for row in filled])
    return None


def write_for_taguette(codes: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write rows in our columns as the list of tags that Taguette imports; a tag's name is the label, once only."""
    names = unique_names([(row["code"], row.get("parent", ""), row["label"]) for row in codes])
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["tag", "description"])
    writer.writerows([names[row["code"]], guarded(row.get("definition", ""))] for row in codes)
    # With the mark, or Taguette guesses at what the letters beyond English are.
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


def _plain(name: str) -> str:
    return re.sub(r"[^\w]+", "_", name.strip().lstrip("\ufeff")).strip("_").casefold()


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return which column is what; nothing where none names the codes, or the names may be those of answers or people."""
    places = {kind: next((header.index(name) for name in names if name in header), None) for kind, names in _NAMES.items()}
    columns = {kind: place for kind, place in places.items() if place is not None}
    # A column of names alone may be a list of anybody; a code list of several columns says more of each code.
    if "label" not in columns or (len(columns) == 1 and len([name for name in header if name]) > 1):
        return {}
    return columns


def _table(header: Sequence[str], columns: Mapping[str, int], body: Sequence[Sequence[str]]) -> OtherTable:
    def cell(row: Sequence[str], kind: str) -> str:
        place = columns.get(kind)
        return row[place].strip() if place is not None and place < len(row) else ""

    kept = [row for row in body if cell(row, "label")]
    ids = _ids([cell(row, "label") for row in kept])
    by_id = {cell(row, "id"): code for row, code in zip(kept, ids, strict=True) if cell(row, "id")}
    labels = [_label(cell(row, "label")) for row in kept]
    twice = {label.casefold() for label, n in Counter(map(str.casefold, labels)).items() if n > 1}
    by_label = {label.casefold(): code for label, code in zip(labels, ids, strict=True) if label.casefold() not in twice}
    rows: list[dict[str, str]] = []
    above: dict[int, str] = {}
    for row, code, label in zip(kept, ids, labels, strict=True):
        parent = by_id.get(cell(row, "parent_id")) or _parent(cell(row, "parent"), by_label)
        if "depth" in columns and not parent and cell(row, "depth").isdecimal():
            parent = above.get(int(cell(row, "depth")) - 1, "")
            above[int(cell(row, "depth"))] = code
        made = {"code": code, "parent": "" if parent == code else parent, "label": label}
        made |= {"definition": cell(row, "definition"), "color": _colour(cell(row, "color")), "guid": cell(row, "guid")}
        rows.append(made)
    return OtherTable(rows, tuple(_losses(header, columns, body, len(body) - len(kept))))


def _ids(labels: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    made = []
    for label in labels:
        slug = re.sub(r"[\W_]+", "-", label.casefold()).strip("-") or "code"
        number, free = 2, slug
        while free in taken:
            number, free = number + 1, f"{slug}-{number}"
        taken.add(free)
        made.append(free)
    return made


def _label(text: str) -> str:
    return one_line(text)


def _parent(text: str, by_label: Mapping[str, str]) -> str:
    """Return the code of the list that a parent names, also as the end of a path, or else the name of a category."""
    if not text:
        return ""
    last = re.split(r"\s*(?:\\|>|/)\s*", text)[-1]
    code = by_label.get(one_line(text).casefold()) or by_label.get(one_line(last).casefold())
    first = one_line(re.split(r"[;|\n]", text)[0])
    return code or by_label.get(first.casefold()) or first[:_LONGEST_CATEGORY]


def _colour(text: str) -> str:
    if written := _RGB.fullmatch(text.strip()):
        red, green, blue = (min(int(part), 255) for part in written.groups())
        return f"#{red:02x}{green:02x}{blue:02x}"
    written = _HEX.fullmatch(text.strip())
    return f"#{written[1]}" if written else ""


def _losses(header: Sequence[str], columns: Mapping[str, int], body: Sequence[Sequence[str]], unnamed: int) -> list[str]:
    used = set(columns.values())
    left = [name.strip() for place, name in enumerate(header) if place not in used and name.strip()]
    losses = [f"columns that a codebook here has no place for: {', '.join(left)}"] if left else []
    if "id" in columns:
        losses.append(f"the numbers of codes in “{header[columns['id']].strip()}”; the ids are made of the names")
    colours = [row[columns["color"]].strip() for row in body if "color" in columns and columns["color"] < len(row)]
    if n := sum(bool(text) and not _colour(text) for text in colours):
        losses.append(f"colours that are written in another way than #RRGGBB or rgb(): {n}")
    filled = sum(any(cell.strip() for cell in row) for row in body) - (len(body) - unnamed)
    if filled > 0:
        losses.append(f"rows without a name of a code: {filled}")
    return losses


def refuse_foreign(header: Sequence[str], source: str) -> None:
    """Raise CodebookError for a table of another program where a codebook of ours must stand, since it is to be changed."""
    if not is_ours([_plain(name) for name in header]) and _columns([_plain(name) for name in header]):
        raise CodebookError(
            f"{source} is a list of codes of another program, which is read but not changed here. Make a codebook of it with "
            f"`themes codebook convert {source} my-codebook.csv` and name that in study.toml."
        )
