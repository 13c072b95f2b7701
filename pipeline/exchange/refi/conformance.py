"""Say of any project or codebook of the REFI-QDA standard what is in it, what deviates from the standard, and how it is read."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.codebook.refi_xml import parse_xml
from pipeline.errors import DataError
from pipeline.exchange.refi.archive import open_archive
from pipeline.exchange.refi.counting import Counting
from pipeline.exchange.refi.project_codebook import read_any_codebook
from pipeline.exchange.refi.read_project import read_qdpx
from pipeline.exchange.refi.who_coded import guid_of
from pipeline.runtime.plain_files import why_no_file
from pipeline.runtime.plurals import n_of


_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_REQUIRED = {
    "User": ("guid",),
    "Code": ("guid", "name", "isCodable"),
    "Variable": ("guid", "name", "typeOfVariable"),
    "Case": ("guid",),
    "TextSource": ("guid",),
    "PlainTextSelection": ("guid", "startPosition", "endPosition"),
    "Coding": ("guid",),
    "Note": ("guid",),
    "Set": ("guid", "name"),
}
_POINTERS = ("CodeRef", "NoteRef", "SourceRef", "SelectionRef", "VariableRef", "MemberCode", "MemberSource", "MemberNote")
_USERS = ("creatingUser", "modifyingUser", "creatingUserGUID", "modifyingUserGUID")
_DATES = ("creationDateTime", "modifiedDateTime")
_MOST_BYTES = 50_000_000


def conformance(path: Path) -> str:
    """Return the report on a `.qdpx`, `.qde` or `.qdc`; DataError or CodebookError where it cannot be read at all."""
    if path.suffix.lower() == ".qdc":
        return "\n".join(_of_codebook(path))
    return "\n".join(_of_project(path))


def _of_project(path: Path) -> Iterator[str]:
    opened, read = open_archive(path), read_qdpx(path)
    root, project = opened.root, read.project
    yield f"{path.name}: a REFI-QDA project, made by {project.origin or 'an unnamed program'}."
    yield "In it:"
    codings = Counter(coding.user for _, coding in project.codings())
    yield f"  - {n_of(len(project.sources), 'text')} that can be read, {n_of(sum(codings.values()), 'coding')}"
    for user in project.users:
        yield f"  - {user.name or 'a user without a name'}: {n_of(codings[user.guid], 'coding')}"
    n_cases = len(root.findall("Cases/Case"))
    yield f"  - {n_of(len(project.codes), 'code')}, {n_of(len(project.notes), 'note')}, {n_of(n_cases, 'case')}"
    yield read.counting.sentence()
    lost = [f"{what}: {n:,}" for what, n in read.losses.items() if what.startswith("places")]
    odd = [*read.deviations, *_other_units(read.counting), *_faults(root), *lost]
    yield from _listed("Deviates from the standard:", odd, "It deviates from the standard in nothing that is looked at here.")
    yield from _listed("Other programs stop at, or lose, though the standard allows it:", list(_stumbling_blocks(root)))
    yield from _listed("Not read here:", [f"{what}: {n:,}" for what, n in read.losses.items() if not what.startswith("places")])


def _other_units(counting: Counting) -> Iterator[str]:
    # Where all ways of counting agree nobody can tell which was used.
    if counting.n_next is not None and counting.reading.unit != "code points":
        yield f"places counted in {counting.reading.unit}; the standard counts code points"


def _of_codebook(path: Path) -> Iterator[str]:
    if reason := why_no_file(path):
        raise DataError(f"{path.name}: {reason}.")
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(f"{path.name}: larger than {_MOST_BYTES // 1_000_000} MB, which no codebook is. Check the file.")
    book, losses = read_any_codebook(path)
    root = parse_xml(path.read_bytes(), path.name)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    maker = root.get("origin") or "an unnamed program"
    yield f"{path.name}: a REFI-QDA codebook, made by {maker}, with {n_of(len(book), 'code')}."
    yield from _listed(
        "Deviates from the standard:", list(_faults(root)), "It deviates from the standard in nothing that is looked at here."
    )
    yield from _listed("Not read here:", list(losses))


def _listed(heading: str, sentences: list[str], otherwise: str = "") -> Iterator[str]:
    if sentences:
        yield heading
        yield from (f"  - {sentence}" for sentence in sentences)
    elif otherwise:
        yield otherwise


def _faults(root: ET.Element) -> Iterator[str]:
    """Yield what the schema or the text of the standard forbids, in figures; never a word of the file but names of its parts."""
    counts: Counter[str] = Counter()
    guids: Counter[str] = Counter()
    cases = {guid_of(case.get("guid")) for case in root.iter("Case")}
    for element in root.iter():
        for attribute in _REQUIRED.get(element.tag, ()):
            counts[f"{element.tag} without {attribute}"] += element.get(attribute) is None
        guid = element.get("guid")
        if guid is not None:
            counts["GUIDs that are not written as such"] += not _GUID.fullmatch(guid)
            guids[guid_of(guid)] += element.tag != "Code" or guid_of(guid) not in cases
        for attribute in _DATES:
            counts["dates that are not written as such"] += not _is_date(element.get(attribute))
        counts["colours that are not written #RRGGBB"] += not _COLOUR.fullmatch(element.get("color", "#000000"))
        counts["codings without a code"] += element.tag == "Coding" and element.find("CodeRef") is None
    counts["GUIDs that several parts have"] = sum(n > 1 for n in guids.values())
    present = {*guids, *cases}
    for element in root.iter():
        if element.tag in _POINTERS:
            counts[f"{element.tag} to a part that is not there"] += guid_of(element.get("targetGUID")) not in present
        for attribute in _USERS:
            counts["users who are named and not listed"] += element.get(attribute) is not None and (
                guid_of(element.get(attribute)) not in present
            )
    yield from (f"{what}: {n:,}" for what, n in counts.items() if n)


def _is_date(text: str | None) -> bool:
    if text is None:
        return True
    try:
        return bool(datetime.fromisoformat(text)) and "T" in text
    except ValueError:
        return False


def _stumbling_blocks(root: ET.Element) -> Iterator[str]:
    places = list(root.iter("PlainTextSelection"))
    without_coder = [place for place in places if place.get("creatingUser") is None and place.get("modifyingUser") is None]
    names = Counter((code.get("name") or "").casefold() for code in root.iter("Code") if len(code.findall("Code")) == 0)
    sentences = {
        "notes without a date (QualCoder stops)": sum(
            note.get("creationDateTime") is None and note.get("modifiedDateTime") is None for note in root.findall("Notes/Note")
        ),
        "places without a date (QualCoder stops)": sum(
            place.get("creationDateTime") is None and place.get("modifiedDateTime") is None
            for place in root.iterfind("Sources/TextSource/PlainTextSelection")
        ),
        "places without a coder (QualCoder gives their codings to “default”)": len(without_coder),
        "places with codings of several people (QualCoder keeps one coder)": sum(
            len({coding.get("creatingUser") for coding in place.findall("Coding")}) > 1 for place in places
        ),
        "labels that several codes have (QualCoder and Taguette keep the first)": sum(n > 1 for n in names.values()),
    }
    yield from (f"{what}: {n:,}" for what, n in sentences.items() if n)
