"""The tables of a report, wherever they stand in it."""

from collections.abc import Iterator

from pipeline.report.blocks import Block, Chart, Fold, InWorkbook, Report, TableBlock


def report_tables(report: Report) -> Iterator[TableBlock]:
    """Yield every table of a report, those beside charts, in folds and for the workbook alone too, in their order."""
    for section in report.sections:
        for block in section.blocks:
            yield from _tables_in(block)


def _tables_in(block: Block) -> Iterator[TableBlock]:
    if isinstance(block, TableBlock):
        yield block
    elif isinstance(block, Chart):
        yield block.table
    elif isinstance(block, Fold | InWorkbook):
        for inner in block.blocks:
            yield from _tables_in(inner)
