"""Find the project in the XML of any program, liberally, and with a word on each thing that is odd."""

import xml.etree.ElementTree as ET

from pipeline.codebook.refi_xml import MARKS, parse_xml
from pipeline.errors import DataError


def parse_project(content: bytes, source: str) -> tuple[ET.Element, list[str]]:
    """Return the element `Project`, its namespaces taken off, and what deviates from the standard; DataError if it is none."""
    deviations: list[str] = []
    root = parse_xml(content, source)
    namespace, _, tag = root.tag.rpartition("}")
    if tag != "Project":
        inside = [element for element in root.iter() if element.tag.rpartition("}")[2] == "Project"]
        if len(inside) != 1:
            raise DataError(f"{source}: not a REFI-QDA project. Export the project, not the codebook.")
        root, namespace = inside[0], inside[0].tag.rpartition("}")[0]
        deviations.append("the project stands inside another element")
    if namespace and not namespace.startswith("{urn:QDA-XML:project:"):
        raise DataError(f"{source}: not a REFI-QDA project. Export the project, not the codebook.")
    if not namespace:
        deviations.append("the XML does not name the standard's namespace")
    # The namespace bears the version of the standard; what is read here is the same in all of them.
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if content.startswith(MARKS + MARKS):
        deviations.append("the XML begins with two byte-order marks")
    return root, deviations
