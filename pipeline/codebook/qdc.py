"""Read and write a codebook as REFI-QDA `.qdc`, the file that NVivo, ATLAS.ti, MAXQDA and others exchange.

The format has a name, a description and nesting, and no place for the rest; so the rest goes into the
description as labelled lines, and what `write_qdc` writes `read_qdc` reads back whole. From another program's
file names, descriptions, nesting and code groups are kept. Lost are GUIDs, colours, the descriptions of
categories and groups, categories without codes, and any group of a code but the first.
"""

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.errors import CodebookError
from pipeline.runtime.plain_text import one_line


_NAMESPACE = "urn:QDA-XML:codebook:1.0"
_ROOT = re.compile(r"\{urn:QDA-XML:codebook:[\d:.]+\}CodeBook")
# Fixed for ever: a code must have the same GUID in every export, or other programs would import it twice.
_OURS = uuid.UUID("6f0d3c52-7f0b-5b0e-9d0c-2a6b1d0f4c11")
_LABELS = {
    "definition": "Definition",
    "include": "Include",
    "exclude": "Exclude",
    "examples": "Example",
    "counter_examples": "Counter-example",
    "plain_label": "Plain label",
    "proposed_by": "Proposed by",
    "agreed_by": "Agreed by",
    "changed": "Changed",
    "borderline": "Borderline",
    "code": "Code id",
    "position": "Position",
}
_COLUMNS = {label.casefold(): column for column, label in _LABELS.items()}
_LABELLED = re.compile(rf"({'|'.join(_LABELS.values())}):\s?(.*)", re.IGNORECASE)
_REPEATED = ("examples", "counter_examples", "borderline")
_INDENT = "  "  # a line that goes on is indented, so that no text can be mistaken for a label
_LARGEST = 20_000_000
# ElementTree writes nested elements by recursion, and other programs stop long before it does.
_DEEPEST = 100


def read_qdc(path: Path, *, separator: str) -> list[dict[str, str]]:
    """Return one row a code, in our columns, with the items of a list joined by the separator."""
    return _in_order([row for _, row in coded_rows(_parse(path), source=path.name, separator=separator)])


def write_qdc(rows: Sequence[Mapping[str, str]], path: Path, *, separator: str) -> None:
    """Write rows in our columns as other programs import them; a category is a code that only holds codes."""
    root = ET.Element("CodeBook", {"xmlns": _NAMESPACE, "origin": "Many Voices"})
    root.append(codes_element(rows, separator=separator))
    ET.indent(root)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
    path.write_text(text, encoding="utf-8", newline="")


def qdc_losses(path: Path) -> tuple[str, ...]:
    """Say what a codebook of another program holds that a codebook here has no place for, in figures and plain words."""
    root = _parse(path)
    holders = [element for element in root.iter("Code") if not _is_codable(element)]
    members = [_guid_of(member) for member in root.findall("Sets/Set/MemberCode")]
    counts = {
        "colours of codes": sum("color" in element.attrib for element in root.iter("Code")),
        "descriptions of categories": sum(bool((element.findtext("Description") or "").strip()) for element in holders),
        "categories without a code in them": sum(not any(map(_is_codable, element.iter("Code"))) for element in holders),
        "descriptions of groups": sum(bool((group.findtext("Description") or "").strip()) for group in root.findall("Sets/Set")),
        "second and further groups of a code": len(members) - len(set(members)),
    }
    return tuple(f"{what}: {n}" for what, n in counts.items() if n)


def coded_rows(root: ET.Element, *, source: str, separator: str) -> list[tuple[str, dict[str, str]]]:
    """Return the GUID and the row, in our columns, of each codable code of a `CodeBook` without namespaces."""
    groups = _group_names(root)
    walked = list(_walk(root))
    categories = {category for _, category, _ in walked} | set(groups.values())
    ids: dict[ET.Element, str] = {}
    taken: set[str] = set()
    rows: list[tuple[str, dict[str, str]]] = []
    for element, category, above in walked:
        name = element.get("name", "").strip()
        if not name:
            raise CodebookError(f"{source}: code {len(rows) + 1} has no name. Give it one and export again.")
        described = _read_description(element.findtext("Description") or "", separator)
        slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "code"
        ids[element] = _unused(described.get("code") or slug, categories, taken)
        taken.add(ids[element].casefold())
        parent = category if above is None else ids[above]
        parent = parent or groups.get(_guid_of(element), "")
        rows.append((_guid_of(element), described | {"code": ids[element], "parent": parent, "label": name}))
    return rows


def stable_guid(kind: str, *parts: str) -> str:
    """Return the GUID that a thing of ours has in every export."""
    return str(uuid.uuid5(_OURS, ":".join([kind, *parts])))


def codes_element(rows: Sequence[Mapping[str, str]], *, separator: str, guids: Mapping[str, str] | None = None) -> ET.Element:
    """Return the element `Codes` of rows in our columns; a code has the GUID given for it, or its stable one."""
    _check_nesting(rows)
    codes = ET.Element("Codes")
    guids = guids or {}
    elements = {row["code"]: _element("code", row["code"], row["label"], guids.get(row["code"], "")) for row in rows}
    categories: dict[str, ET.Element] = {}
    for row in rows:
        parent = row.get("parent", "")
        if parent and parent not in elements and parent not in categories:
            categories[parent] = _element("category", parent, parent)
            codes.append(categories[parent])
        holder = elements.get(parent, categories.get(parent, codes))
        holder.append(elements[row["code"]])
    # Nesting puts codes below their parents; where that changes people's order, each code's place is written down.
    nested = [element.get("guid") for element in codes.iter("Code") if element.get("isCodable") == "true"]
    moved = nested != [elements[row["code"]].get("guid") for row in rows]
    for position, row in enumerate(rows, start=1):
        description = ET.Element("Description")
        description.text = _description(dict(row) | ({"position": str(position)} if moved else {}), separator)
        elements[row["code"]].insert(0, description)
    return codes


def _check_nesting(rows: Sequence[Mapping[str, str]]) -> None:
    parents = {row["code"]: row.get("parent", "") for row in rows}
    depths: dict[str, int] = {}
    for code in parents:
        way: list[str] = []
        while code in parents and code not in depths and len(way) <= len(parents):
            way.append(code)
            code = parents[code]
        depths |= {below: depths.get(code, 0) + step for step, below in enumerate(reversed(way), start=1)}
    if max(depths.values(), default=0) > _DEEPEST:
        deep = f"Codes stand under each other more than {_DEEPEST} deep"
        raise CodebookError(f"{deep}, which no other program reads. Name fewer parents.")


def _parse(path: Path) -> ET.Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import parse

    if path.stat().st_size > _LARGEST:
        raise CodebookError(f"{path.name}: larger than {_LARGEST // 1_000_000} MB, which no codebook is. Check the file.")
    try:
        root: ET.Element = parse(path).getroot()
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise CodebookError(f"{path.name}: no REFI-QDA codebook, or damaged. Export it again.") from error
    if not _ROOT.fullmatch(root.tag):
        raise CodebookError(f"{path.name}: not a REFI-QDA codebook. Export the codebook, not the project.")
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _walk(root: ET.Element) -> Iterator[tuple[ET.Element, str, ET.Element | None]]:
    """Yield each codable code, its category and the code it stands under, in the order of the file."""
    # A list of what is still to visit, not recursion: a file nested a thousand deep must not end the run.
    waiting: list[tuple[ET.Element, str, ET.Element | None]]
    waiting = [(element, "", None) for element in reversed(root.findall("Codes/Code"))]
    while waiting:
        element, category, above = waiting.pop()
        if _is_codable(element):
            yield element, category, above
            category, above = "", element
        else:
            name = one_line(element.get("name", ""))
            category, above = f"{category} / {name}" if category else name, None
        waiting.extend((child, category, above) for child in reversed(element.findall("Code")))


def _is_codable(element: ET.Element) -> bool:
    return element.get("isCodable", "true").strip() in ("true", "1")


def _group_names(root: ET.Element) -> dict[str, str]:
    """Name the first group each code is in: ATLAS.ti writes its code groups as sets, not as categories."""
    names: dict[str, str] = {}
    for group in root.findall("Sets/Set"):
        for member in group.findall("MemberCode"):
            names.setdefault(_guid_of(member), group.get("name", "").strip())
    return names


def _guid_of(element: ET.Element) -> str:
    return element.get("guid", "").strip("{} ").casefold()


def _in_order(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Put the codes back in the order people gave them, where nesting by category had changed it."""
    positions = [row.pop("position", "") for row in rows]
    order = sorted(range(len(rows)), key=lambda i: int(positions[i]) if positions[i].isdecimal() else len(rows) + 1)
    return [rows[i] for i in order]


def _unused(code: str, categories: Collection[str], taken: Collection[str]) -> str:
    number, free = 2, code
    while free in categories or free.casefold() in taken:
        number, free = number + 1, f"{code}-{number}"
    return free


def _element(kind: str, key: str, name: str, guid: str = "") -> ET.Element:
    codable = "true" if kind == "code" else "false"
    return ET.Element("Code", {"guid": guid or stable_guid(kind, key), "name": name, "isCodable": codable})


def _description(row: Mapping[str, str], separator: str) -> str:
    lines = []
    for column, label in _LABELS.items():
        text = row.get(column, "")
        for item in text.split(separator) if column in _REPEATED else [text]:
            first, *more = item.split("\n")
            if item:
                lines += [f"{label}: {first}", *(_INDENT + line if line else line for line in more)]
    return "\n".join(lines)


def _read_description(text: str, separator: str) -> dict[str, str]:
    """Sort the lines of a description by their labels; what stands before any label is the definition."""
    items: list[tuple[str, list[str]]] = [("definition", [])]
    for line in text.strip().split("\n"):
        labelled = _LABELLED.fullmatch(line)
        if labelled:
            items.append((_COLUMNS[labelled[1].casefold()], [labelled[2]]))
        else:
            items[-1][1].append(line.removeprefix(_INDENT))
    columns: dict[str, str] = {}
    for column, lines in items:
        joiner = separator if column in _REPEATED else "\n"
        columns[column] = joiner.join(filter(None, [columns.get(column, ""), "\n".join(lines)]))
    return columns
