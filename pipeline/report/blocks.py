"""What a report is built of: frozen values that a format only has to set, with nothing left to compute."""

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Heading:
    """The name of a part of a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences that belong together."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    kind: ClassVar[str] = "points"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """An estimate in words: its value, its interval and the people it rests on."""

    value: str
    interval: str
    people: str


Cell = str | Figure


@dataclass(frozen=True)
class TableBlock:
    """Rows under a caption; the first cell of a row is its heading, and a text may have several lines."""

    kind: ClassVar[str] = "table"
    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    """Columns of single numbers, which a format sets flush right."""
    targets: tuple[str, ...] = ()
    """For each row, the name of the entry that its heading leads to."""
    note: str = ""
    only_in_workbook: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns of text that stand in the workbook alone, where there is room: each its name and a cell for each row."""


@dataclass(frozen=True)
class Point:
    """An estimate with the ends of its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Series:
    """One group's points, one for each label of the chart; None where nothing may be shown."""

    name: str
    place: int
    """Its place among all groups, so that a group looks the same in every chart."""
    points: tuple[Point | None, ...]


@dataclass(frozen=True)
class Axis:
    """What the horizontal axis shows, and from where to where."""

    title: str
    low: float
    high: float
    unit: Literal["share", "score"]


@dataclass(frozen=True)
class Chart:
    """Dots with intervals, what they show in words, and the table that holds every figure."""

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    alternative: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Axis
    table: TableBlock


@dataclass(frozen=True)
class Quotations:
    """Words of people who have agreed to be quoted, or the sentence that there are none."""

    kind: ClassVar[str] = "quotations"
    items: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class ListEntry:
    """One theme: facts under a heading, and what people said."""

    kind: ClassVar[str] = "entry"
    name: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    quotations: Quotations


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens when wanted."""

    kind: ClassVar[str] = "fold"
    summary: str
    blocks: tuple["Block", ...]


Block = Heading | Paragraph | Points | TableBlock | Chart | Quotations | ListEntry | Fold


@dataclass(frozen=True)
class ReportSection:
    """A part of the report under a heading."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """The whole report."""

    title: str
    banner: str
    notice: str
    sections: tuple[ReportSection, ...]
