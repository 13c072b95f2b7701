"""The tables and charts of a report, wherever they stand in it."""

from collections.abc import Iterable, Iterator

from pipeline.report.blocks import Block, Chart, Fold, InWorkbook, Report, TableBlock


def report_tables(report: Report) -> Iterator[TableBlock]:
    """Yield every table of a report, those beside charts, in folds and for the workbook alone too, in their order."""
    return tables_among(block for section in report.sections for block in section.blocks)


def tables_among(blocks: Iterable[Block]) -> Iterator[TableBlock]:
    """Yield every table of these blocks in the same way."""
    for block in _opened(blocks):
        if isinstance(block, TableBlock):
            yield block
        elif isinstance(block, Chart):
            yield block.table


def report_charts(report: Report) -> Iterator[Chart]:
    """Yield every chart of a report, those that no page prints too."""
    return charts_among(block for section in report.sections for block in section.blocks)


def charts_among(blocks: Iterable[Block]) -> Iterator[Chart]:
    """Yield every chart of these blocks in the same way."""
    for block in _opened(blocks):
        if isinstance(block, Chart):
            yield block


def _opened(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Fold | InWorkbook):
            yield from _opened(block.blocks)
        else:
            yield block
