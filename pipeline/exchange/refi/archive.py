"""Open a `.qdpx` without trusting it: nothing is unpacked to disk, and sizes, names and XML are checked first."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import DataError
from pipeline.runtime.archives import PROJECT, unpacked
from pipeline.runtime.plain_files import why_no_file


# Only these are kept: pictures and recordings, which the study has no place for, may fill the memory.
_TEXTS = (".qde", ".txt")
INSIDE = "internal://"


@dataclass(frozen=True)
class OpenedArchive:
    """What a project file holds: its XML and, by their names in small letters, its texts."""

    root: ET.Element
    texts: Mapping[str, bytes]

    def text_at(self, path: str) -> bytes | None:
        """Return what `internal://name` names; None where the path leads out of the file, or nowhere."""
        if not path.casefold().startswith(INSIDE):
            return None
        return self.texts.get(path[len(INSIDE) :].lstrip("/").casefold())


def open_archive(path: Path) -> OpenedArchive:
    """Return the content of a project file; DataError says why it was not opened."""
    if reason := why_no_file(path):
        raise DataError(f"{path.name}: {reason}.")
    try:
        parts = _parts(path)
    except DataError as error:
        raise DataError(f"{path.name}: {error}") from error
    projects = [name for name in parts if name.endswith(".qde")]
    if len(projects) != 1:
        count = "no project" if not projects else f"{len(projects)} projects"
        raise DataError(f"{path.name}: {count} in it; a .qdpx holds exactly one .qde. Export it again.")
    root = _parse(parts.pop(projects[0]), path)
    return OpenedArchive(root, {PurePosixPath(name).name: content for name, content in parts.items()})


def _parts(path: Path) -> dict[str, bytes]:
    pieces: dict[str, list[bytes]] = {}
    last = ""
    for name, piece in unpacked(path, PROJECT):
        if name != last and name in pieces:
            raise DataError("a file is in it twice, which can hide one behind the other. It was not opened.")
        last = name
        # Nothing is unpacked, so such a name could do no harm here; but whoever made it meant some, and the rest is not trusted.
        plain = name.replace("\\", "/")
        if plain.startswith("/") or ".." in plain.split("/") or ":" in plain.partition("/")[0]:
            raise DataError("a file in it would be written outside its folder, which no honest export does. It was not opened.")
        kept = pieces.setdefault(name, [])
        # Pictures and recordings are counted by the checks on size and then let go.
        if name.casefold().endswith(_TEXTS):
            kept.append(piece)
    return {name.casefold(): b"".join(kept) for name, kept in pieces.items() if name.casefold().endswith(_TEXTS)}


def _parse(content: bytes, path: Path) -> ET.Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: ET.Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        raise DataError(f"{path.name}: its XML defines entities, which can swell or reach other files. Not read.") from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise DataError(f"{path.name}: its project is damaged. Export it again.") from error
    namespace, _, tag = root.tag.rpartition("}")
    if tag != "Project" or not namespace.startswith("{urn:QDA-XML:project:"):
        raise DataError(f"{path.name}: not a REFI-QDA project. Export the project, not the codebook.")
    # The namespace bears the version of the standard; what is read here is the same in all of them.
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root
