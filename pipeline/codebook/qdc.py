"""Read and write a codebook as REFI-QDA `.qdc`, the file that NVivo, ATLAS.ti, MAXQDA and others exchange.

The format has a name, a description and nesting, and no place for the rest; so the rest goes into the
description as labelled lines, and what `write_qdc` writes `read_qdc` reads back whole. From another program's
file names, descriptions, nesting, code groups, colours and GUIDs are kept. Lost are the descriptions of
categories and groups, categories without codes, and any group of a code but the first.
"""

import re
import uuid
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.codebook.refi_xml import parse_xml
from pipeline.errors import CodebookError, DataError
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
    "label": "Label",
    "position": "Position",
}
_COLUMNS = {label.casefold(): column for column, label in _LABELS.items()}
_LABELLED = re.compile(rf"({'|'.join(_LABELS.values())}):\s?(.*)", re.IGNORECASE)
_REPEATED = ("examples", "counter_examples", "borderline")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INDENT = "  "  # a line that goes on is indented, so that no text can be mistaken for a label
_LARGEST = 20_000_000
# ElementTree writes nested elements by recursion, and other programs stop long before it does.
_DEEPEST = 100


def read_qdc(path: Path, *, separator: str) -> list[dict[str, str]]:
    """Return one row a code, in our columns, with the items of a list joined by the separator."""
    return in_order([row for _, row in coded_rows(_parse(path), source=path.name, separator=separator)])


def write_qdc(rows: Sequence[Mapping[str, str]], path: Path, *, separator: str) -> None:
    """Write rows in our columns as other programs import them; a category is a code that only holds codes."""
    root = ET.Element("CodeBook", {"xmlns": _NAMESPACE, "origin": "Many Voices"})
    root.append(codes_element(rows, separator=separator))
    ET.indent(root)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
    path.write_text(text, encoding="utf-8", newline="")


def qdc_losses(path: Path) -> tuple[str, ...]:
    """Say what a codebook of another program holds that a codebook here has no place for, in figures and plain words."""
    return losses_of(_parse(path))


def losses_of(root: ET.Element) -> tuple[str, ...]:
    """Say the same of a `CodeBook` without namespaces."""
    holders = [element for element in root.iter("Code") if not _is_codable(element)]
    members = [_guid_of(member) for member in root.findall("Sets/Set/MemberCode")]
    counts = {
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
        label = _label(name, described)
        slug = re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "code"
        ids[element] = _unused(described.get("code") or slug, categories, taken)
        taken.add(ids[element].casefold())
        parent = category if above is None else ids[above]
        parent = parent or groups.get(_guid_of(element), "")
        row = described | {"code": ids[element], "parent": parent, "label": label} | _kept(element, ids[element])
        rows.append((_guid_of(element), row))
    return rows


def unique_names(codes: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Return for each code, given as id, parent and name, a name that no other has: several programs drop the second of two.

    A name that is there twice has what the code stands under behind it, or its id.
    """
    names = {code: name for code, _, name in codes}
    parents = {code: names.get(parent, parent) for code, parent, _ in codes}
    holders = {parent for _, parent, _ in codes}
    # A code that holds codes becomes a category of its name in programs whose categories cannot be coded with.
    categories = {parent.casefold() for parent in holders if parent and parent not in names}
    twice = {name for name, n in Counter(name.casefold() for name in names.values()).items() if n > 1}
    made: dict[str, str] = {}
    taken = {name.casefold() for name in names.values()} | categories
    for code, name in names.items():
        is_free = name.casefold() not in twice and not (code in holders and name.casefold() in categories)
        behind = f"{name} ({parents[code]})" if parents[code] else f"{name} [{code}]"
        made[code] = name if is_free else behind if behind.casefold() not in taken else f"{name} [{code}]"
        taken.add(made[code].casefold())
    return made


def ids_in_descriptions(root: ET.Element) -> dict[str, str]:
    """Return by their GUID the ids that our line in the description gives the codes of a `CodeBook` without namespaces."""
    described = {_guid_of(code): _read_description(code.findtext("Description") or "", "|") for code in root.iter("Code")}
    return {guid: row["code"].strip() for guid, row in described.items() if row.get("code", "").strip()}


def stable_guid(kind: str, *parts: str) -> str:
    """Return the GUID that a thing of ours has in every export."""
    return str(uuid.uuid5(_OURS, ":".join([kind, *parts])))


def codes_element(rows: Sequence[Mapping[str, str]], *, separator: str, guids: Mapping[str, str] | None = None) -> ET.Element:
    """Return the element `Codes` of rows in our columns; a code has the GUID given for it, or its stable one."""
    _check_nesting(rows)
    codes = ET.Element("Codes")
    guids = guids or kept_guids(rows)
    names = unique_names([(row["code"], row.get("parent", ""), row["label"]) for row in rows])
    elements = {row["code"]: _element("code", row["code"], names[row["code"]], guids.get(row["code"], "")) for row in rows}
    for row in rows:
        if _COLOUR.fullmatch(row.get("color", "")):
            elements[row["code"]].set("color", row["color"])
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
        added = {"position": str(position)} if moved else {}
        # Written only where the name is another one, so that the label comes back.
        added["label"] = row["label"] if names[row["code"]] != row["label"] else ""
        description.text = _description(dict(row) | added, separator)
        elements[row["code"]].insert(0, description)
    return codes


def kept_guids(rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return the GUID of each code: the one that another program gave it, where no other code bears it, or its stable one."""
    theirs = Counter(row.get("guid", "").casefold() for row in rows)
    return {
        row["code"]: row["guid"]
        if _GUID.fullmatch(row.get("guid", "")) and theirs[row["guid"].casefold()] == 1
        else stable_guid("code", row["code"])
        for row in rows
    }


def _kept(element: ET.Element, code: str) -> dict[str, str]:
    """Return what another program keeps of a code and needs back: its colour, and its GUID unless it is ours."""
    guid, colour = _guid_of(element), element.get("color", "").strip()
    is_theirs = _GUID.fullmatch(guid) and guid != stable_guid("code", code)
    kept = {"color": colour if _COLOUR.fullmatch(colour) else "", "guid": guid if is_theirs else ""}
    return {column: text for column, text in kept.items() if text}


def _label(name: str, described: dict[str, str]) -> str:
    """Return the label of a code that we gave a longer name; what people renamed since keeps its new name."""
    label = described.pop("label", "")
    behind = name[len(label) :].strip()
    if label and name.casefold().startswith(label.casefold()) and behind[:1] in ("(", "["):
        return label
    return name


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
    if path.stat().st_size > _LARGEST:
        raise CodebookError(f"{path.name}: larger than {_LARGEST // 1_000_000} MB, which no codebook is. Check the file.")
    try:
        root = parse_xml(path.read_bytes(), path.name)
    except DataError as error:
        raise CodebookError(str(error)) from error
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
    # Some programs write capitals; only what says no makes a code a mere category.
    return element.get("isCodable", "true").strip().casefold() not in ("false", "0", "no")


def _group_names(root: ET.Element) -> dict[str, str]:
    """Name the first group each code is in: ATLAS.ti writes its code groups as sets, not as categories."""
    names: dict[str, str] = {}
    for group in root.findall("Sets/Set"):
        for member in group.findall("MemberCode"):
            names.setdefault(_guid_of(member), group.get("name", "").strip())
    return names


def _guid_of(element: ET.Element) -> str:
    return element.get("guid", "").strip("{} ").casefold()


def in_order(rows: list[dict[str, str]]) -> list[dict[str, str]]:
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
