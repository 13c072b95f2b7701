"""Read a `.qdpx` of any program, and say what of it has no place here and what in it deviates from the standard."""

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.codebook.codebook import SEPARATOR
from pipeline.codebook.qdc import coded_rows, ids_in_descriptions
from pipeline.exchange.refi.archive import OpenedArchive, open_archive
from pipeline.exchange.refi.counting import Counting, judge_counting
from pipeline.exchange.refi.offsets import OffsetReading, Places, plain, plain_line_ends
from pipeline.exchange.refi.project import Note, Project, ProjectCoding, Selection, TextSource
from pipeline.exchange.refi.who_coded import Coders, guid_of


_OTHER_SOURCES = {"PictureSource": "pictures", "PDFSource": "PDFs", "AudioSource": "recordings", "VideoSource": "videos"}


@dataclass(frozen=True)
class ReadProject:
    """A project that was read, in figures what could not be, how its characters were counted, and what is odd about it."""

    project: Project
    losses: Mapping[str, int]
    counting: Counting
    deviations: tuple[str, ...] = ()


@dataclass
class _Reader:
    """Goes through an opened file, and counts what it has to leave out."""

    opened: OpenedArchive
    coders: Coders
    losses: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)


def read_qdpx(path: Path, *, counting: str = "") -> ReadProject:
    """Read texts, coded places, users, codes and notes; DataError or CodebookError if it is no project, or an unsafe one.

    `counting` is the key of a way to count characters, such as "utf16/2", where a person asks for one.
    """
    opened = open_archive(path)
    root = opened.root
    reader = _Reader(opened, Coders(root))
    texts = dict(_texts(reader))
    # A program counts alike in all its texts, so they are judged together.
    counted = judge_counting(
        list(texts.values()), [list(_raw_places(source)) for source in texts], root.get("origin", ""), counting
    )
    sources = tuple(_source(source, text, counted, reader) for source, text in texts.items())
    _count_others(reader)
    book = root.find("CodeBook")
    has_codes = book is not None and book.find("Codes/Code") is not None
    project = Project(
        name=root.get("name", ""),
        origin=root.get("origin", ""),
        users=reader.coders.users,
        codes=tuple(coded_rows(book, source=path.name, separator=SEPARATOR)) if book is not None and has_codes else (),
        sources=sources,
        notes=tuple(_notes(reader)),
        code_ids=ids_in_descriptions(book) if book is not None and has_codes else {},
        case_codes=frozenset(_case_codes(root)),
    )
    return ReadProject(project, {what: n for what, n in reader.losses.items() if n}, counted, _deviations(reader, counted))


def _deviations(reader: _Reader, counted: Counting) -> tuple[str, ...]:
    counts = [f"{what}: {n:,}" for what, n in (reader.odd + reader.coders.used).items() if n]
    flags = [element.get("isCodable", "") for element in reader.opened.root.iter("Code")]
    capital = sum(flag.strip() not in ("true", "false", "1", "0", "") for flag in flags)
    odd_flags = [f"codes with isCodable in capitals or other words: {capital:,}"] if capital else []
    return (*reader.opened.deviations, *counts, *odd_flags, *([counted.shifted] if counted.shifted else []))


def _texts(reader: _Reader) -> Iterator[tuple[ET.Element, str]]:
    sources = reader.opened.root.findall("Sources/TextSource")
    for source in [*sources, *reader.opened.root.findall("Sources/PDFSource/Representation")]:
        # The standard lets the text stand in the XML itself or in a file beside it.
        inside, path = source.findtext("PlainTextContent"), source.get("plainTextPath", "")
        content = reader.opened.text_at(path) if path else None
        if content is None and inside is None and not path:
            content = reader.opened.text_of(guid_of(source.get("guid")))
            reader.odd["texts that name no file, and were found by their id"] += content is not None
        if content is None and inside is None:
            reader.losses["texts that are not in the file as plain text"] += 1
            continue
        text = _decoded(content) if content is not None else inside
        if text is None:
            reader.losses["texts that are not UTF-8"] += 1
            continue
        if content is not None and content.startswith((b"\xff\xfe", b"\xfe\xff")):
            reader.odd["texts in UTF-16 instead of UTF-8"] += 1
        reader.odd["texts with two byte-order marks"] += text.startswith("\ufeff\ufeff")
        reader.odd["text paths that are not written as the standard says"] += bool(path) and not path.startswith("internal://")
        yield source, text


def _decoded(content: bytes) -> str | None:
    """Return a text with its byte-order marks, which some programs count."""
    # Without a mark UTF-16 cannot be told from anything else.
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff")) and len(content) % 2 == 0
    try:
        return "\ufeff" + content.decode("utf-16") if marked else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _raw_places(source: ET.Element) -> Iterator[tuple[int, int]]:
    for selection in source.findall("PlainTextSelection"):
        try:
            yield int(selection.get("startPosition", "")), int(selection.get("endPosition", ""))
        # Counted later with those that lie outside their text: the pairs must stay as many as the elements.
        except ValueError:
            yield -1, -1


def _source(source: ET.Element, raw: str, counted: Counting, reader: _Reader) -> TextSource:
    ways = [Places(raw, reading) for reading in (counted.reading, *_others(counted))]
    first_shift, last_shift = counted.shift
    text = plain(raw)
    selections = []
    for element, (first, last) in zip(source.findall("PlainTextSelection"), _raw_places(source), strict=True):
        spans = [(way.at(first + first_shift), way.at(last + last_shift)) for way in ways]
        start, end = spans[0]
        if start is None or end is None or not start < end:
            reader.losses["places outside their text"] += 1
            continue
        others = {(a, b) for a, b in spans[1:] if a is not None and b is not None and a < b} - {(start, end)}
        selections.append(_selection(element, start, end, tuple(sorted(others)), reader))
    reader.losses["codings of a whole text"] += len(source.findall("Coding"))
    reader.losses["comments on a whole text"] += bool((source.findtext("Description") or "").strip())
    return TextSource(
        guid_of(source.get("guid")),
        source.get("name", ""),
        text,
        selections=(*selections, *_annotations(source, ways[0], reader)),
    )


def _others(counted: Counting) -> Sequence[OffsetReading]:
    return [reading for reading in counted.possible if reading != counted.reading]


def _selection(element: ET.Element, start: int, end: int, others: tuple[tuple[int, int], ...], reader: _Reader) -> Selection:
    user = reader.coders.of(element)
    return Selection(
        guid=guid_of(element.get("guid")),
        start=start,
        end=end,
        name=element.get("name", ""),
        description=plain_line_ends(element.findtext("Description") or "").strip(),
        codings=tuple(_coding(coding, element, reader) for coding in element.findall("Coding")),
        notes=(*_targets(element, "NoteRef"), *reader.coders.linked.get(guid_of(element.get("guid")), ())),
        user=user,
        made_at=element.get("creationDateTime", ""),
        others=others,
    )


def _coding(element: ET.Element, selection: ET.Element, reader: _Reader) -> ProjectCoding:
    codes = _targets(element, "CodeRef")
    reader.odd["codings with several codes, of which the first counts"] += len(codes) > 1
    return ProjectCoding(
        guid=guid_of(element.get("guid")),
        code=next(iter(codes), ""),
        user=reader.coders.of_coding(element, selection),
        made_at=element.get("creationDateTime") or selection.get("creationDateTime") or selection.get("modifiedDateTime") or "",
        notes=_targets(element, "NoteRef"),
    )


def _annotations(source: ET.Element, way: Places, reader: _Reader) -> Iterator[Selection]:
    """Yield the places that notes of a text bear themselves, as QualCoder writes its annotations."""
    notes = {guid_of(note.get("guid")): note for note in reader.opened.root.findall("Notes/Note")}
    for guid in _targets(source, "NoteRef"):
        place = notes[guid].find("PlainTextSelection") if guid in notes else None
        if place is None:
            reader.losses["memos on a whole text"] += 1
            continue
        try:
            start, end = way.at(int(place.get("startPosition", ""))), way.at(int(place.get("endPosition", "")))
        except ValueError:
            start = end = None
        if start is None or end is None or not start < end:
            reader.losses["places outside their text"] += 1
            continue
        yield Selection(guid_of(place.get("guid")) or guid, start, end, notes=(guid,), user=reader.coders.of(notes[guid]))


def _notes(reader: _Reader) -> Iterator[Note]:
    for element in reader.opened.root.findall("Notes/Note"):
        content = reader.opened.text_at(element.get("plainTextPath", "")) if element.get("plainTextPath") else None
        text = element.findtext("PlainTextContent") or (_decoded(content) if content is not None else "") or ""
        yield Note(
            guid=guid_of(element.get("guid")),
            name=element.get("name", ""),
            text=plain(text).strip() or plain_line_ends(element.findtext("Description") or "").strip(),
            user=reader.coders.of(element, alone=False),
            made_at=element.get("creationDateTime", ""),
        )


def _count_others(reader: _Reader) -> None:
    root, losses = reader.opened.root, reader.losses
    for tag, what in _OTHER_SOURCES.items():
        # The text of a PDF is read where the file has it.
        losses[what] += sum(source.find("Representation") is None for source in root.findall(f"Sources/{tag}"))
    for tag, what in {
        "Graphs/Graph": "graphs",
        "Sets/Set": "sets",
        "Cases/Case/CodeRef": "codings of cases",
        "Cases/Case": "cases with what is known of them, of which the study has its own",
        "CodeBook/Codes//NoteRef": "memos on codes",
        "NoteRef": "memos on the whole project",
    }.items():
        losses[what] += len(root.findall(tag))
    losses["links"] += len(root.findall("Links/Link")) - sum(map(len, reader.coders.linked.values()))
    places = {guid for tag in ("PlainTextSelection", "Coding") for part in root.iter(tag) for guid in _targets(part, "NoteRef")}
    used = places | {guid for notes in reader.coders.linked.values() for guid in notes}
    used |= {guid for part in (*root.iter("TextSource"), *root.iter("Code"), root) for guid in _targets(part, "NoteRef")}
    losses["memos that stand at no place"] += sum(guid_of(note.get("guid")) not in used for note in root.findall("Notes/Note"))


def _case_codes(root: ET.Element) -> Iterator[str]:
    """Yield the codes that stand for people: some programs write a case as a code, of the same id or one that it names."""
    for case in root.findall("Cases/Case"):
        yield guid_of(case.get("guid"))
        yield from _targets(case, "CodeRef")


def _targets(element: ET.Element, tag: str) -> tuple[str, ...]:
    return tuple(guid_of(reference.get("targetGUID")) for reference in element.findall(tag))
