"""Shares by group: how many people of each group spoke of each code."""

from collections.abc import Iterator

from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report.blocks import Block, Fold, Heading, InWorkbook, Paragraph, ReportSection, TableBlock, nothing_to_show
from pipeline.report.comparison_blocks import comparison_blocks, comparison_table, share_axis
from pipeline.report.group_comparison import GroupComparison, compare
from pipeline.report.numbers_in_words import by
from pipeline.workflow.results import RunResults


HOW_TO_READ = (
    "Each figure is a share of the people in a group who gave an answer, with its 95% interval: what chance alone can do with "
    "this many people. Groups are said to differ only where their intervals do not overlap, which is cautious. Where many "
    "figures are compared, some will still differ by chance."
)
NOT_CHECKED = (
    "Unless people have checked them, the codes behind these figures are the program’s suggestions, so a share may be too high "
    "or too low."
)


def shares(source: RunResults) -> ReportSection:
    """Return shares of people by code and group, over all open questions and for each."""
    name, heading = "shares-by-group", "Shares by group"
    if source["counts"].empty:
        return nothing_to_show(name, heading, "There are no codes to count yet.")
    blocks: list[Block] = [Paragraph(HOW_TO_READ), Paragraph(NOT_CHECKED)]
    for place, group in enumerate(source.groups or (EVERYONE,), start=1):
        of_group = tuple(_by_group(source, group, f"shares-{place}"))
        # A page holds the comparison by the attribute that the study names first.
        blocks += of_group if place == 1 else [InWorkbook(of_group)]
    return ReportSection(name, heading, tuple(blocks))


def _by_group(source: RunResults, group: str, name: str) -> Iterator[Block]:
    questions = list(dict.fromkeys(source["counts"]["question"]))
    whole = ANY if ANY in questions else questions[0]
    comparison = compare_codes(source, group, whole)
    table = _table(source, comparison, whole, name=name)
    if group != EVERYONE:
        yield Heading(f"Codes {by(group)}")
    yield from comparison_blocks(
        comparison, table, share_axis(comparison), title="Share of people who spoke of each code, with 95% intervals"
    )
    others = [question for question in questions if question != whole]
    if len(others) > 1:
        tables = (
            _table(source, compare_codes(source, group, question), question, name=f"{name}-{position}")
            for position, question in enumerate(others, start=1)
        )
        yield Fold(f"The same for each open question{comparison.by_group}", tuple(tables))


def compare_codes(source: RunResults, group: str, question: str) -> GroupComparison:
    """Compare how many people of each group spoke of each code, in the codebook's order and then those it no longer has."""
    counts = source["counts"].rename(columns={"share": "estimate", "code": "key"})
    labels = {code: source.label(code) for code in [*source.labels, *counts["key"]]}
    return compare(counts[counts["question"] == question], group, labels=labels, unit="share", profile=source.profile)


def _table(source: RunResults, comparison: GroupComparison, question: str, *, name: str) -> TableBlock:
    where = "any open question" if question == ANY else f"“{source.wording(question)}”"
    return comparison_table(comparison, name, caption=f"People who spoke of each code under {where}", first="Code")
