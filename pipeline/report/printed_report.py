"""The report as people read it: the story first, a few tables, the method last; all other tables are in the workbook."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.report.blocks import (
    Block,
    Chart,
    Fold,
    Heading,
    InWorkbook,
    ListEntry,
    Paragraph,
    Points,
    Quotations,
    Report,
    ReportSection,
    TableBlock,
)
from pipeline.report.report_tables import report_tables, tables_among
from pipeline.runtime.plurals import listed, n_of


@dataclass(frozen=True)
class Chapter:
    """Sections that are read together, under one heading."""

    name: str
    heading: str
    parts: tuple[str, ...]


CHAPTERS = (
    Chapter("story", "The story", ("story",)),
    Chapter("in-short", "In short", ("in-short",)),
    Chapter("who-took-part", "Who spoke", ("who-took-part", "who-is-missing")),
    Chapter("themes", "Themes", ("themes", "heard-once", "themes-and-codebook")),
    Chapter("groups", "Groups", ("closed-questions", "smaller-groups", "shares-by-group", "side-by-side")),
    Chapter("since-the-last-wave", "What changed since the last wave", ("since-the-last-wave",)),
    Chapter("what-came-of-it", "What came of it", ("what-came-of-it",)),
    Chapter(
        "how-it-was-done",
        "How it was done, and what to keep in mind",
        ("how-it-was-done", "how-the-story-was-picked", "not-sure", "disagreements", "agreement", "set-aside"),
    ),
)
PRINTED = ("asked-by-question", "asked-by-group-1", "all-themes", "loop", "readings", "agreement-overall", "accounts")
"""Tables that a reader needs beside the text, eight at most; all others are in the workbook."""
SHORT_FACTS = frozenset({"Title", "People", "Praise or complaint"})
"""What a page says of a theme beside its quotations; the workbook's table of themes has the rest."""
WORKBOOK = "report.xlsx"
WITH_IT = {"xlsx": "the workbook with all tables", "charts": "the charts as pictures with their figures"}
"""The forms that a reader is sent to for what a page leaves out."""
STORY_CHART = "story-chart"
"""It shows its figures itself, and the story is to be one page."""
NOT_HERE = "What this report does not have yet"


def printed(report: Report, *, beside: Collection[str] = WITH_IT) -> Report:
    """Return the report as it is read on a page and in Word; every table that it leaves out is in the workbook.

    `beside` names the forms that are written together with it: a reader is sent to no others.
    """
    tables = [table.name for table in report_tables(report)]
    place = {name: number for number, name in enumerate(tables, start=1)}
    page = _Page(place, has_workbook="xlsx" in beside)
    sections = {section.name: section for section in report.sections}
    chapters = [page.chapter(chapter, sections) for chapter in CHAPTERS]
    *body, method = [chapter for chapter in chapters if chapter is not None]
    end = replace(method, blocks=(*method.blocks, *_not_here(report), *_where_tables_are(len(tables), beside)))
    return replace(report, sections=tuple(map(_with_links_that_lead_somewhere, (*body, end))))


def _with_links_that_lead_somewhere(section: ReportSection) -> ReportSection:
    entries = {entry.name for block in section.blocks for entry in _entries(block)}

    def checked(table: TableBlock) -> TableBlock:
        return replace(table, targets=tuple(target if target in entries else "" for target in table.targets))

    def mended(block: Block) -> Block:
        if isinstance(block, Chart):
            return replace(block, table=checked(block.table))
        return checked(block) if isinstance(block, TableBlock) else block

    return replace(section, blocks=tuple(map(mended, section.blocks)))


def _entries(block: Block) -> Iterator[ListEntry]:
    if isinstance(block, ListEntry):
        yield block
    for inner in block.blocks if isinstance(block, Fold) else ():
        yield from _entries(inner)


def _not_here(report: Report) -> Iterator[Block]:
    silent = [section for section in report.sections if section.says_nothing]
    if silent:
        yield Heading(NOT_HERE, "not-here")
        whys = [block.text for section in silent for block in section.blocks if isinstance(block, Paragraph)]
        yield Points(tuple(f"{section.heading}: {why}" for section, why in zip(silent, whys, strict=True)))


def _where_tables_are(n: int, beside: Collection[str]) -> Iterator[Block]:
    places = []
    if "xlsx" in beside:
        places.append(
            f"The workbook, {WORKBOOK}, holds {n_of(n, 'table', 'tables')}, with the settings, the language model and the "
            "versions of the software. Where this report names a table of the workbook, the number is that of the table there."
        )
    if "charts" in beside:
        places.append("Each chart lies as a picture, with the figures that it shows, in the folder “charts”.")
    if missing := [what for form, what in WITH_IT.items() if form not in beside]:
        places.append(f"Not written together with this report: {listed(missing)}. The team can make them.")
    yield Heading("Where the figures are", "where-the-figures-are")
    yield Paragraph(" ".join(places))


@dataclass
class _Page:
    """What has been set so far: sentences that need not be said twice."""

    place: dict[str, int]
    """The number of each table in the workbook, by its name."""
    has_workbook: bool
    noted: set[str] = field(default_factory=set)

    def chapter(self, chapter: Chapter, sections: dict[str, ReportSection]) -> ReportSection | None:
        """Return the sections of a chapter as one; None where none of them has anything to show."""
        parts = [sections[name] for name in chapter.parts if name in sections and not sections[name].says_nothing]
        blocks: list[Block] = []
        moved: list[int] = []
        for part in parts:
            inside = list(self.blocks(part.blocks, moved))
            # The first part of a chapter of the same name needs no second heading.
            if part.name != chapter.name:
                inside = [Heading(part.heading, part.name), *map(_deeper, inside)]
            blocks += inside
        if moved and self.has_workbook:
            blocks.append(Paragraph(f"More in the workbook, {WORKBOOK}: {_tables(moved)}."))
        return ReportSection(chapter.name, chapter.heading, tuple(blocks)) if blocks else None

    def blocks(self, blocks: Iterable[Block], moved: list[int]) -> Iterator[Block]:
        """Yield what is printed of some blocks; the numbers of tables that are not go to `moved`."""
        waiting: list[Heading] = []
        for block in blocks:
            if isinstance(block, Heading):
                # A heading under which nothing is left is not printed.
                waiting = [heading for heading in waiting if heading.level < block.level] + [block]
                continue
            for printed_block in self.block(block, moved):
                yield from (*waiting, printed_block)
                waiting = []

    def block(self, block: Block, moved: list[int]) -> Iterator[Block]:
        """Yield what is printed of one block."""
        match block:
            case TableBlock():
                if block.name in PRINTED:
                    yield replace(_with_columns(block), note=self.once(block.note))
                else:
                    moved.append(self.place[block.name])
            case Chart():
                note = f"Every figure: table {self.place[block.table.name]} of the workbook." if self.has_workbook else ""
                prints = block.table.name in PRINTED
                shows_all = prints or block.name == STORY_CHART
                table = _with_columns(block.table)
                yield replace(block, table=table, prints_table=prints, note="" if shows_all else note)
            case Fold():
                inside = tuple(self.blocks(block.blocks, moved))
                if inside:
                    yield replace(block, blocks=inside)
            case Paragraph() if not block.stands_out:
                text = self.once(block.text)
                yield from [replace(block, text=text)] if text else []
            case InWorkbook():
                moved += [self.place[table.name] for table in tables_among(block.blocks)]
            case ListEntry() if block.keeps_facts:
                yield block
            case ListEntry():
                # Of a theme without words that may be shown, the table says all there is to say.
                if block.quotations.items:
                    facts = tuple(fact for fact in block.facts if fact[0] in SHORT_FACTS)
                    yield replace(block, facts=facts, quotations=self.quotations(block.quotations))
            case Quotations():
                quotations = self.quotations(block)
                if quotations.items or quotations.note:
                    yield quotations
            case _:
                yield block

    def quotations(self, block: Quotations) -> Quotations:
        """Return quotations, with the note that words are missing only where it is not known yet."""
        return replace(block, note=self.once(block.note))

    def once(self, text: str) -> str:
        """Return those sentences that nothing before has said."""
        sentences = [sentence for sentence in re.split(r"(?<=\.) ", text) if sentence not in self.noted]
        self.noted.update(sentences)
        return " ".join(sentences)


def _with_columns(table: TableBlock) -> TableBlock:
    if not table.printed:
        return table
    columns = table.printed
    return replace(
        table,
        header=tuple(table.header[column] for column in columns),
        rows=tuple(tuple(row[column] for column in columns) for row in table.rows),
        numeric=tuple(place for place, column in enumerate(columns) if column in table.numeric),
        printed=(),
    )


def _deeper(block: Block) -> Block:
    return replace(block, level=block.level + 1) if isinstance(block, Heading) else block


def _tables(numbers: Sequence[int]) -> str:
    """Write which tables, with those that follow one another together: tables 3, 5 to 9 and 12."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    written = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return f"{'table' if len(numbers) == 1 else 'tables'} {listed(written)}"
