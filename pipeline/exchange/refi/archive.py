"""Open a `.qdpx` without trusting it: nothing is unpacked to disk, and sizes, names and XML are checked first."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from pipeline.errors import DataError
from pipeline.exchange.refi.project_xml import parse_project
from pipeline.runtime.archives import PROJECT, unpacked
from pipeline.runtime.plain_files import why_no_file


# Only these are kept: pictures and recordings, which the study has no place for, may fill the memory.
_TEXTS = (".qde", ".txt")
_LARGEST_QDE = 500_000_000
# Files that a Mac or Windows adds to a folder that somebody zips anew.
_JUNK = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
_INSIDE = re.compile(r"(internal|relative):[/\\]*", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class OpenedArchive:
    """What a project file holds: its XML, by their names in small letters its texts, and what was odd about it."""

    root: ET.Element
    texts: Mapping[str, bytes]
    deviations: tuple[str, ...] = ()

    def text_at(self, path: str) -> bytes | None:
        """Return what `internal://name` names; None where the path leads out of the file, or nowhere."""
        plain = path.strip().replace("\\", "/")
        inside = _INSIDE.match(plain)
        if not inside and (_ELSEWHERE.match(plain) or plain.startswith("/")):
            return None
        name = plain[inside.end() if inside else 0 :]
        # Somebody who leads out of the file means another one, though a file of that name may lie in it.
        if ".." in name.split("/"):
            return None
        last = PurePosixPath(name).name.casefold()
        return self.texts.get(last, self.texts.get(unquote(last)))

    def text_of(self, guid: str) -> bytes | None:
        """Return the text whose file is named by the GUID of its source."""
        return self.texts.get(f"{guid}.txt", self.texts.get(f"{{{guid}}}.txt"))


def open_archive(path: Path) -> OpenedArchive:
    """Return the content of a project file, `.qdpx` or a bare `.qde`; DataError says why it was not opened."""
    if reason := why_no_file(path):
        raise DataError(f"{path.name}: {reason}.")
    if path.suffix.casefold() == ".qde":
        if path.stat().st_size > _LARGEST_QDE:
            raise DataError(f"{path.name}: larger than {_LARGEST_QDE // 1_000_000} MB. It was not opened.")
        root, deviations = parse_project(path.read_bytes(), path.name)
        return OpenedArchive(root, {}, tuple(deviations))
    try:
        parts, junk = _parts(path)
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    projects = [name for name in parts if name.endswith(".qde")]
    if len(projects) != 1:
        count = "no project" if not projects else f"{len(projects)} projects"
        raise DataError(f"{path.name}: {count} in it; a .qdpx holds exactly one .qde. Export it again.")
    root, deviations = parse_project(parts.pop(projects[0]), path.name)
    if junk:
        deviations.append(f"files that are no part of a project, such as those that a Mac adds; passed over: {junk:,}")
    if "/" in projects[0]:
        deviations.append("the project lies in a folder inside the file")
    return OpenedArchive(root, {PurePosixPath(name).name: content for name, content in parts.items()}, tuple(deviations))


def _parts(path: Path) -> tuple[dict[str, bytes], int]:
    """Return the texts by their names in small letters, and the number of files that are none of a project."""
    pieces: dict[str, list[bytes]] = {}
    last, junk = "", set[str]()
    for name, piece in unpacked(path, PROJECT):
        if name != last and name in pieces:
            raise DataError("a file is in it twice, which can hide one behind the other. It was not opened.")
        last = name
        # Nothing is unpacked, so such a name could do no harm here; but whoever made it meant some, and the rest is not trusted.
        plain = name.replace("\\", "/")
        if plain.startswith("/") or ".." in plain.split("/") or ":" in plain.partition("/")[0]:
            raise DataError("a file in it would be written outside its folder, which no honest export does. It was not opened.")
        kept = pieces.setdefault(name, [])
        if _JUNK.search(plain):
            junk.add(name)
        # Pictures and recordings are counted by the checks on size and then let go.
        elif name.casefold().endswith(_TEXTS):
            kept.append(piece)
    texts = {
        name.replace("\\", "/").removeprefix("./").casefold(): b"".join(kept)
        for name, kept in pieces.items()
        if name not in junk and name.casefold().endswith(_TEXTS)
    }
    return texts, len(junk)
