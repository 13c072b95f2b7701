"""What a report is built of: frozen values that a format only has to set, with nothing left to compute."""

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class Heading:
    """The name of a part of a section."""

    kind: ClassVar[str] = "heading"
    text: str
    name: str = ""
    """What links call it, if any lead to it."""
    level: int = 3
    """As in HTML: a report has level 1 and its sections have level 2."""


@dataclass(frozen=True)
class Paragraph:
    """Sentences that belong together."""

    kind: ClassVar[str] = "paragraph"
    text: str
    stands_out: bool = False
    """A reader who skims the page should not miss it."""


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
    printed: tuple[int, ...] = ()
    """The columns that a page has room for; all where none is named. The workbook has every one."""
    only_in_workbook: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Columns of text that stand in the workbook alone, where there is room: each its name and a cell for each row."""
    note_in_workbook: str = ""
    """What only a reader of all columns has to know."""


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
    unit: Literal["share", "score", "people"]


@dataclass(frozen=True)
class Chart:
    """Marks, what comes of them as a title, what they show in words, and the table that holds every figure."""

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    alternative: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Axis
    table: TableBlock
    subtitle: str = ""
    """What is measured, of whom: the title says what comes of it."""
    prints_table: bool = True
    """Whether a reader finds the table under the chart; the workbook has it all the same."""
    note: str = ""
    form: Literal["dots", "bars", "grid", "marks", "map"] = "dots"
    """Dots with intervals, one bar a label, a cell with a figure or a mark for each label and group, or circles on a map."""
    places: tuple[tuple[float, float], ...] = ()
    """On a map: where each label lies, from 0 to 1 to the right and to the top."""
    colours: tuple[int, ...] = ()
    """On a map: the place of each label's family in the key; -1 where it has none."""
    key: tuple[str, ...] = ()
    hover: tuple[str, ...] = ()
    """What a page says of each label where somebody points at it."""


@dataclass(frozen=True)
class QuotedWords:
    """What somebody said, and who that was as far as it may be told."""

    words: str
    who: str = ""
    reworded: bool = False
    """The words are not the person's own, so no format may set them in quotation marks."""
    before: str = ""
    after: str = ""
    """What the person wrote around them; only in the team's own copy."""
    about: str = ""
    """The theme that they speak to, where the words stand apart from it."""

    @property
    def speaker(self) -> str:
        """Who said it, or that it is not told."""
        return self.who or SOMEBODY

    @property
    def speaker_and_theme(self) -> str:
        """Who said it, and on which theme where that has to be said."""
        return f"{self.speaker}, on “{self.about}”" if self.about else self.speaker


SOMEBODY = "Somebody who took part"
IN_OTHER_WORDS = "In other words:"
"""What stands before words that are not the person's own."""


def quote_in_words(quote: QuotedWords) -> str:
    """Write a quotation with who spoke, for a cell of a table."""
    words = f"{IN_OTHER_WORDS} {quote.words}" if quote.reworded else f"“{quote.words}”"
    return f"{words}\n— {quote.speaker_and_theme}"


@dataclass(frozen=True)
class Quotations:
    """Words of people who have agreed to be quoted, or the sentence that there are none."""

    kind: ClassVar[str] = "quotations"
    items: tuple[QuotedWords, ...]
    note: str = ""


@dataclass(frozen=True)
class StoryFinding:
    """What a reader should know, in a sentence, with the figures that carry it and whose they are."""

    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    key: str = ""
    """What it is of, whatever its figures; empty where the team wrote it itself."""


@dataclass(frozen=True)
class StoryFindings:
    """The findings of a report, the one with the largest difference first."""

    kind: ClassVar[str] = "findings"
    items: tuple[StoryFinding, ...]


@dataclass(frozen=True)
class ListEntry:
    """One theme: facts under a heading, and what people said."""

    kind: ClassVar[str] = "entry"
    name: str
    heading: str
    facts: tuple[tuple[str, str], ...]
    quotations: Quotations
    keeps_facts: bool = False
    """A page prints all facts, and the entry though it has no quotations."""
    back: str = ""
    """Where a link at its end leads, where there is one."""


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens when wanted."""

    kind: ClassVar[str] = "fold"
    summary: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class InWorkbook:
    """Blocks of which a reader's report prints nothing: the workbook has their tables, and the folder of charts their charts."""

    kind: ClassVar[str] = "in workbook"
    blocks: tuple["Block", ...]


Block = Heading | Paragraph | Points | TableBlock | Chart | Quotations | StoryFindings | ListEntry | Fold | InWorkbook


@dataclass(frozen=True)
class ReportSection:
    """A part of the report under a heading."""

    name: str
    heading: str
    blocks: tuple[Block, ...]
    says_nothing: bool = False
    """Its one sentence says why there is nothing to show."""


def nothing_to_show(name: str, heading: str, why: str) -> ReportSection:
    """Return a section that has nothing to show, which a reader's report does not open."""
    return ReportSection(name, heading, (Paragraph(why),), says_nothing=True)


@dataclass(frozen=True)
class Report:
    """The whole report."""

    title: str
    banner: str
    notice: str
    sections: tuple[ReportSection, ...]
    kind: str = "What people said"
    """What the document is, which stands above its title."""
    draft: str = ""
    """What each page of a draft says of it; a release says nothing."""
