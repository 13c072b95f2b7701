"""Read a `.qdpx` of any program, and say what of it has no place here."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.codebook.codebook import SEPARATOR
from pipeline.codebook.qdc import coded_rows
from pipeline.exchange.refi.archive import OpenedArchive, open_archive
from pipeline.exchange.refi.offsets import OffsetReading, Places, best_reading, plain_line_ends
from pipeline.exchange.refi.project import Note, Project, ProjectCoding, Selection, TextSource, User


_OTHER_SOURCES = {"PictureSource": "pictures", "PDFSource": "PDFs", "AudioSource": "recordings", "VideoSource": "videos"}


@dataclass(frozen=True)
class ReadProject:
    """A project that was read, and in figures what could not be."""

    project: Project
    losses: Mapping[str, int]
    counted_by: OffsetReading


def read_qdpx(path: Path) -> ReadProject:
    """Read texts, coded places, users, codes and notes; DataError or CodebookError if it is no project, or an unsafe one."""
    opened = open_archive(path)
    root, losses = opened.root, Counter[str]()
    texts = dict(_texts(opened, losses))
    # A program counts alike in all its texts, so they are judged together.
    reading = best_reading(list(texts.values()), [list(_raw_places(source)) for source in texts])
    sources = tuple(_source(source, text, reading, losses) for source, text in texts.items())
    _count_others(root, losses)
    book = root.find("CodeBook")
    project = Project(
        name=root.get("name", ""),
        origin=root.get("origin", ""),
        users=tuple(
            User(_guid(user.get("guid")), user.get("name") or user.get("id") or "") for user in root.findall("Users/User")
        ),
        codes=tuple(coded_rows(book, source=path.name, separator=SEPARATOR)) if book is not None else (),
        sources=sources,
        notes=tuple(_note(note) for note in root.findall("Notes/Note")),
    )
    return ReadProject(project, dict(losses), reading)


def _texts(opened: OpenedArchive, losses: Counter[str]) -> Iterator[tuple[ET.Element, str]]:
    for source in opened.root.findall("Sources/TextSource"):
        # The standard lets the text stand in the XML itself or in a file beside it.
        inside, path = source.findtext("PlainTextContent"), source.get("plainTextPath", "")
        content = opened.text_at(path) if path else None
        if content is None and inside is None:
            losses["texts that are not in the file as plain text"] += 1
            continue
        try:
            yield source, inside if content is None and inside is not None else (content or b"").decode("utf-8-sig")
        except UnicodeDecodeError:
            losses["texts that are not UTF-8"] += 1


def _raw_places(source: ET.Element) -> Iterator[tuple[int, int]]:
    for selection in source.findall("PlainTextSelection"):
        try:
            yield int(selection.get("startPosition", "")), int(selection.get("endPosition", ""))
        # Counted later with those that lie outside their text: the pairs must stay as many as the elements.
        except ValueError:
            yield -1, -1


def _source(source: ET.Element, text: str, reading: OffsetReading, losses: Counter[str]) -> TextSource:
    counted = Places(text, reading)
    selections = []
    for element, (first, last) in zip(source.findall("PlainTextSelection"), _raw_places(source), strict=True):
        start, end = counted.at(first), counted.at(last)
        if start is None or end is None or not start < end:
            losses["places outside their text"] += 1
            continue
        selections.append(_selection(element, start, end))
    losses["codings of a whole text"] += len(source.findall("Coding"))
    return TextSource(_guid(source.get("guid")), source.get("name", ""), plain_line_ends(text), selections=tuple(selections))


def _selection(element: ET.Element, start: int, end: int) -> Selection:
    return Selection(
        guid=_guid(element.get("guid")),
        start=start,
        end=end,
        name=element.get("name", ""),
        description=element.findtext("Description") or "",
        codings=tuple(_coding(coding) for coding in element.findall("Coding")),
        notes=_targets(element, "NoteRef"),
    )


def _coding(element: ET.Element) -> ProjectCoding:
    return ProjectCoding(
        guid=_guid(element.get("guid")),
        code=next(iter(_targets(element, "CodeRef")), ""),
        user=_guid(element.get("creatingUser")),
        made_at=element.get("creationDateTime", ""),
        notes=_targets(element, "NoteRef"),
    )


def _note(element: ET.Element) -> Note:
    return Note(
        guid=_guid(element.get("guid")),
        name=element.get("name", ""),
        text=plain_line_ends(element.findtext("PlainTextContent") or ""),
        user=_guid(element.get("creatingUser")),
        made_at=element.get("creationDateTime", ""),
    )


def _count_others(root: ET.Element, losses: Counter[str]) -> None:
    for tag, what in _OTHER_SOURCES.items():
        losses[what] += len(root.findall(f"Sources/{tag}"))
    for tag, what in {
        "Links/Link": "links",
        "Graphs/Graph": "graphs",
        "Sets/Set": "sets",
        "Cases/Case/CodeRef": "codings of cases",
        "Cases/Case": "cases with what is known of them, of which the study has its own",
    }.items():
        losses[what] += len(root.findall(tag))
    for what in [what for what, n in losses.items() if not n]:
        del losses[what]


def _targets(element: ET.Element, tag: str) -> tuple[str, ...]:
    return tuple(_guid(reference.get("targetGUID")) for reference in element.findall(tag))


def _guid(text: str | None) -> str:
    # Some programs write braces round GUIDs, or capitals.
    return (text or "").strip("{} ").casefold()
