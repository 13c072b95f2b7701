"""Read a page the way a browser and a screen reader do, with the standard library alone."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


VOID = {"meta", "br", "link", "img", "input", "hr", "use", "path"}


@dataclass
class Element:
    """An element with its attributes, its children and the text directly inside it."""

    tag: str
    attributes: dict[str, str]
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def find_all(self, *tags: str) -> list["Element"]:
        """Return all elements of these kinds, in the order of the page."""
        here = [self] if self.tag in tags else []
        return here + [found for child in self.children for found in child.find_all(*tags)]

    @property
    def text(self) -> str:
        """All the words inside, as they are read out."""
        return " ".join(" ".join(self.pieces).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("page", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            if self.open[-1].tag not in ("style", "script") or element is self.open[-1]:
                element.pieces.append(data)


def read_page(html: str) -> Element:
    """Return the page; an assertion fails where an element is not closed as it should be."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert builder.open == [builder.root], f"<{builder.open[-1].tag}> is never closed"
    return builder.root


def table_rows(page: Element, name: str) -> dict[str, list[str]]:
    """Return a table's cells by the heading of their row."""
    (table,) = [found for found in page.find_all("table") if found.attributes["id"] == name]
    (body,) = table.find_all("tbody")
    return {row.find_all("th")[0].text: [cell.text for cell in row.find_all("td")] for row in body.find_all("tr")}
