"""Write a project as `.qdpx`: a zip with `project.qde` and the texts, the same bytes for the same project."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

from pipeline.codebook.codebook import NOT_IN_XML, SEPARATOR
from pipeline.codebook.qdc import codes_element
from pipeline.exchange.refi.project import Case, Note, Project, ProjectCoding, Selection, TextSource
from pipeline.exchange.refi.rules import check_project
from pipeline.runtime.files import write_atomically
from pipeline.runtime.undated import UndatedArchive


NAMESPACE = "urn:QDA-XML:project:1.0"


def write_qdpx(project: Project, path: Path) -> None:
    """Write a project after checking it; DataError says which rule it would break."""
    # Another program may refuse the whole file for one broken rule.
    check_project(project)

    def write(temporary: Path) -> None:
        with UndatedArchive(temporary) as archive:
            archive.writestr("project.qde", as_xml(project).encode("utf-8"))
            for source in project.sources:
                # Line feeds only and no byte order mark: what the standard's readers count alike.
                archive.writestr(f"sources/{source.guid}.txt", source.text.encode("utf-8"))

    write_atomically(path, write)


def as_xml(project: Project) -> str:
    """Return the XML of a project, its parts in the one order that the schema allows; what would be empty is left out."""
    root = _element("Project", {"xmlns": NAMESPACE, "name": project.name, "origin": project.origin})
    _container(root, "Users", [_element("User", {"guid": user.guid, "name": user.name}) for user in project.users])
    if project.codes:
        guids = {row["code"]: guid for guid, row in project.codes}
        codes = codes_element([row for _, row in project.codes], separator=SEPARATOR, guids=guids)
        ET.SubElement(root, "CodeBook").append(codes)
    variables = [{"guid": variable.guid, "name": variable.name, "typeOfVariable": "Text"} for variable in project.variables]
    _container(root, "Variables", [_element("Variable", attributes) for attributes in variables])
    _container(root, "Cases", [_case(case, is_code=case.guid in project.case_codes) for case in project.cases])
    _container(root, "Sources", [_source(source) for source in project.sources])
    _container(root, "Notes", [_note(note) for note in project.notes])
    _text(root, "Description", project.description)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _element(tag: str, attributes: dict[str, str]) -> ET.Element:
    # Names come from people and may hold what XML does not allow; texts lie in files of their own, and keep it.
    return ET.Element(tag, {name: NOT_IN_XML.sub("", text) for name, text in attributes.items() if text})


def _container(parent: ET.Element, tag: str, children: Sequence[ET.Element]) -> None:
    if children:
        ET.SubElement(parent, tag).extend(children)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    if text:
        ET.SubElement(parent, tag).text = NOT_IN_XML.sub("", text)


def _references(parent: ET.Element, tag: str, guids: Sequence[str]) -> None:
    for guid in guids:
        ET.SubElement(parent, tag, {"targetGUID": guid})


def _case(case: Case, *, is_code: bool) -> ET.Element:
    element = _element("Case", {"guid": case.guid, "name": case.name})
    _references(element, "CodeRef", [case.guid] if is_code else [])
    for variable, value in case.values:
        # The reference comes before the value: the schema allows no other order.
        held = ET.SubElement(element, "VariableValue")
        _references(held, "VariableRef", [variable])
        _text(held, "TextValue", value)
    _references(element, "SelectionRef", case.selections)
    return element


def _source(source: TextSource) -> ET.Element:
    path = f"internal://{source.guid}.txt"
    element = _element("TextSource", {"guid": source.guid, "name": source.name, "plainTextPath": path})
    element.extend(_selection(selection) for selection in source.selections)
    return element


def _selection(selection: Selection) -> ET.Element:
    places = {"startPosition": str(selection.start), "endPosition": str(selection.end)}
    who = {"creatingUser": selection.user, "creationDateTime": selection.made_at}
    element = _element("PlainTextSelection", {"guid": selection.guid, "name": selection.name} | places | who)
    _text(element, "Description", selection.description)
    element.extend(_coding(coding) for coding in selection.codings)
    _references(element, "NoteRef", selection.notes)
    return element


def _coding(coding: ProjectCoding) -> ET.Element:
    element = _element("Coding", {"guid": coding.guid, "creatingUser": coding.user, "creationDateTime": coding.made_at})
    _references(element, "CodeRef", [coding.code])
    _references(element, "NoteRef", coding.notes)
    return element


def _note(note: Note) -> ET.Element:
    attributes = {"guid": note.guid, "name": note.name, "creatingUser": note.user, "creationDateTime": note.made_at}
    element = _element("Note", attributes)
    ET.SubElement(element, "PlainTextContent").text = NOT_IN_XML.sub("", note.text)
    return element
