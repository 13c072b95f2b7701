"""The report as a Word document, to work on and to pass round."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from docx.document import Document
from docx.shared import Pt
from docx.text.paragraph import Paragraph as DocxParagraph

from pipeline.report.blocks import (
    Block,
    Chart,
    Figure,
    Fold,
    Heading,
    ListEntry,
    Paragraph,
    Points,
    Quotations,
    Report,
    StoryFinding,
    StoryFindings,
    TableBlock,
    quote_in_words,
)
from pipeline.report.content import build_report
from pipeline.report.formats.docx_styles import (
    add_contents,
    add_footer,
    add_picture,
    add_table,
    bookmark,
    new_document,
    save_document,
    write_caption,
    write_figure,
    write_lines,
    write_link,
)
from pipeline.report.printed_report import STORY_CHART, printed
from pipeline.runtime.plurals import listed
from pipeline.workflow.results import RunResults


_PICTURE_WIDTH_CM, _STORY_WIDTH_CM = 13.0, 11.0
"""A picture as wide as is read well, and one that leaves the story on a page."""
_FEW = 2
"""Sections that need no list of contents."""
_MOST_DOTS = 24
"""In one picture: more would not fit on a page."""


def write_docx(source: RunResults, folder: Path) -> None:
    """Write report.docx."""
    save_document(as_document(printed(build_report(source), beside=source.beside)), folder / "report.docx")


def as_document(report: Report) -> Document:
    """Set a report as a document."""
    return _Setting(report).document


class _Setting:
    """Sets blocks one after the other into a document."""

    def __init__(self, report: Report) -> None:
        self.document = new_document(report.title)
        self.names = 0
        self.numbers = {"Table": 0, "Figure": 0}
        self.paragraph(report.kind, "Subtitle")
        write_lines(self.document.add_heading(level=0), report.title)
        write_lines(self.document.add_paragraph(), report.banner, bold=True)
        self.paragraph(report.notice)
        add_footer(self.document, f"{report.title} · {report.banner}")
        if len(report.sections) > _FEW:
            add_contents(self.document, [(section.heading, section.name) for section in report.sections])
        tells_story = [section.name for section in report.sections[:1]] == ["story"] and len(report.sections) > _FEW
        for place, section in enumerate(report.sections):
            self.heading(section.heading, 1, section.name)
            if tells_story and place < 2:
                # After the cover, what a reader should take away has a page of its own.
                self.document.paragraphs[-1].paragraph_format.page_break_before = True
            for block in section.blocks:
                self.block(block)

    def heading(self, text: str, level: int, name: str = "") -> None:
        """Add a heading, and a name that links lead to."""
        paragraph = self.document.add_heading(level=level)
        write_lines(paragraph, text)
        if name:
            self.names += 1
            bookmark(paragraph, name, self.names)

    def paragraph(self, text: str, style: str | None = None) -> DocxParagraph:
        """Add a paragraph."""
        paragraph = self.document.add_paragraph(style=style)
        write_lines(paragraph, text)
        return paragraph

    def block(self, block: Block, level: int = 2) -> None:
        """Set one block."""
        match block:
            case Heading():
                self.heading(block.text, block.level - 1, block.name)
            case Paragraph():
                write_lines(self.document.add_paragraph(), block.text, bold=block.stands_out)
            case Points():
                for item in block.items:
                    self.paragraph(item, "List Bullet")
            case TableBlock():
                self.table(block)
            case Chart():
                self.chart(block)
            case StoryFindings():
                for finding in block.items:
                    self.finding(finding)
            case Quotations():
                self.quotations(block)
            case ListEntry():
                self.entry(block, level)
            case Fold():
                self.heading(block.summary, level)
                for inner in block.blocks:
                    self.block(inner, level + 1)

    def finding(self, finding: StoryFinding) -> None:
        """Set a finding: its figures, large enough to read across a table, and the sentence."""
        if finding.figures:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_after = 0
            for value, whose in finding.figures:
                write_figure(paragraph, value, whose)
        self.paragraph(finding.sentence).paragraph_format.space_after = Pt(5)

    def caption(self, kind: Literal["Table", "Figure"], text: str) -> None:
        """Add the caption of the next table or figure."""
        self.numbers[kind] += 1
        write_caption(self.document, kind, self.numbers[kind], text)

    def table(self, block: TableBlock) -> None:
        """Set a table under its caption, with its note below."""
        self.caption("Table", block.caption)
        rows = [
            ["\n".join([cell.value, cell.interval, cell.people]) if isinstance(cell, Figure) else cell for cell in row]
            for row in block.rows
        ]
        lines = add_table(self.document, block.header, rows, description=block.caption, numeric=block.numeric)
        for line, row, target in zip(lines, block.rows, block.targets or [""] * len(rows), strict=True):
            heading = line[0].paragraphs[0]
            if target and isinstance(row[0], str):
                heading.clear()
                write_link(heading, row[0], target)
            for run in heading.runs:
                run.bold = True
        if block.note:
            self.paragraph(block.note)

    def chart(self, block: Chart) -> None:
        """Set a chart as a picture with its alternative, and the table that holds every figure."""
        from pipeline.report.charts import draw_picture

        for number, part in enumerate(_parts(block)):
            self.caption("Figure", part.title)
            if part.subtitle:
                measured = self.paragraph(part.subtitle)
                measured.paragraph_format.keep_with_next = True
                measured.paragraph_format.space_after = Pt(3)
            # The alternative speaks of the whole chart; heard again with each piece it would say nothing new.
            alternative = part.alternative if not number else f"The chart above goes on, for {listed(part.labels)}."
            width = _STORY_WIDTH_CM if part.name == STORY_CHART else _PICTURE_WIDTH_CM
            add_picture(self.document, draw_picture(part), alternative=alternative, title=part.title, width_cm=width)
        if block.note:
            self.paragraph(block.note)
        if block.prints_table:
            self.table(block.table)

    def quotations(self, block: Quotations) -> None:
        """Set what people said, each with who spoke."""
        for quote in block.items:
            self.paragraph(quote_in_words(quote), "Quote")
        if block.note:
            self.paragraph(block.note)

    def entry(self, block: ListEntry, level: int) -> None:
        """Set a theme: its facts, and what people said."""
        self.heading(block.heading, level, block.name)
        for term, detail in block.facts:
            paragraph = self.document.add_paragraph()
            paragraph.paragraph_format.space_after = 0
            write_lines(paragraph, f"{term}: ", bold=True)
            write_lines(paragraph, detail)
        self.quotations(block.quotations)


def _parts(chart: Chart) -> list[Chart]:
    if chart.form != "dots":
        return [chart]
    most = max(1, _MOST_DOTS // (len(chart.series) + 2))
    # Both rounded up: pieces of about the same length rather than a last one of a single label.
    n_parts = -(-len(chart.labels) // most)
    n = -(-len(chart.labels) // n_parts)
    return [
        replace(
            chart,
            name=f"{chart.name}-{first}",
            title=chart.title if not first else f"{chart.title}, continued",
            labels=chart.labels[first : first + n],
            series=tuple(replace(series, points=series.points[first : first + n]) for series in chart.series),
        )
        for first in range(0, len(chart.labels), n)
    ]
