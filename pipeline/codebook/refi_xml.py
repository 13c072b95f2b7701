"""Parse the XML of a REFI-QDA file safely, and say where and probably why it is broken."""

import re
import xml.etree.ElementTree as ET

from pipeline.errors import DataError


MARKS = b"\xef\xbb\xbf"
_NEAR = 15
_UNESCAPED = ("not well-formed", "undefined entity", "mismatched tag")


def parse_xml(content: bytes, source: str) -> ET.Element:
    """Return the root; DataError where the XML is unsafe, or names line, column and likely cause where it is broken."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    while content.startswith(MARKS):
        content = content.removeprefix(MARKS)
    try:
        root: ET.Element = fromstring(content.lstrip(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise DataError(f"{source}: its XML defines entities, which can swell or reach other files. Not read.") from error
    except ET.ParseError as error:
        raise DataError(f"{source}: {_fault(content.lstrip(), error)}") from error
    except (ValueError, LookupError) as error:
        raise DataError(f"{source}: its project is damaged. Export it again.") from error
    return root


def _fault(content: bytes, error: ET.ParseError) -> str:
    line, column = error.position
    where = f"its project is damaged at line {line:,}, column {column + 1:,}"
    if not any(reason in str(error) for reason in _UNESCAPED):
        return f"{where}: the file ends before it should, or is no XML. Export it again."
    lines = content.split(b"\n")
    place = sum(len(each) + 1 for each in lines[: line - 1]) + column
    sign = content[place : place + 1]
    if sign and sign < b" " and sign not in b"\t\n\r":
        return (
            f"{where}{_near(content, place)}: a control character stands there, which XML does not allow. Take it out in the "
            "program that wrote the file, where it may look like a blank or a small box, and export again."
        )
    return (
        f"{where}{_near(content, place)}. Probably it is an “&” or “<” that the program did not escape as “&amp;” or “&lt;”, and "
        "to export it again gives the same. Take the sign out of the note, name or description in the program that wrote the "
        "file, and export it again. Or unpack the .qdpx as a zip, put “and” there in the .qde with a text editor, and zip it."
    )


def _near(content: bytes, place: int) -> str:
    """Say in which element a fault lies, and which signs stand near it where they are a team's own, not a respondent's."""
    opened = [name.decode() for name in re.findall(rb"<([A-Za-z]+)(?=[\s>/])", content[max(place - 20_000, 0) : place])]
    elements = [name for name in opened if name in _ELEMENTS]
    if not elements:
        return ""
    holder = next((name for name in reversed(elements) if name in ("Note", "TextSource")), "")
    if elements[-1] != "Description" and not (elements[-1] == "PlainTextContent" and holder == "Note"):
        return f", in {elements[-1]}"
    before = content[max(place - _NEAR, 0) : place].rpartition(b">")[2]
    words = (before + content[place : place + _NEAR].partition(b"</")[0]).decode("utf-8", "ignore")
    return f", in {elements[-1]}, near “{' '.join(words.split())}”"


_ELEMENTS = frozenset(
    (
        *("Project", "Users", "User", "CodeBook", "Codes", "Code", "Variables", "Variable", "Cases", "Case", "Sources"),
        *("TextSource", "PlainTextContent", "PlainTextSelection", "Coding", "Notes", "Note", "Links", "Link", "Sets", "Set"),
        *("Graphs", "Graph", "Description", "TextValue"),
    )
)
