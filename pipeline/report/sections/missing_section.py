"""Who is missing: groups that answered less often than others, and those whom nobody asked."""

from collections.abc import Iterator

from pipeline.methods.disclosure.cells import ANY
from pipeline.report.blocks import Block, Heading, Paragraph, Points, ReportSection
from pipeline.report.group_comparison import GroupComparison, GroupEstimate, above, compare, level_name
from pipeline.report.numbers_in_words import by, percent
from pipeline.runtime.plurals import listed
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.respond import ANSWERED, NOT_STATED


NOT_ASKED = (
    "The survey can tell nothing of people who were not asked, or who stopped before they reached an open question. Ask who they "
    "may be, and look for them elsewhere, before you say that “people” think something."
)
NOT_COMPARED = (
    "Who wrote something, and who left every open question blank, cannot be compared {}: too few groups may have "
    "their figures shown, as others would say too much of a few."
)
NO_GROUPS = "The study names no groups, so nobody can say from the answers who is missing."


def missing(source: RunResults) -> ReportSection:
    """Return which groups answered less often, with intervals, and what the survey cannot tell."""
    blocks: list[Block] = []
    silent = [group for group in source.groups if len(_answering(source, group).shown(ANSWERED)) < 2]
    # In a study of few people no attribute may have figures: one sentence says so as well as a heading for each.
    together = silent if len(silent) > 1 else []
    for group in source.groups:
        if group not in together:
            blocks += [
                Heading(f"Who wrote something, and who left every open question blank, {by(group)}"),
                Points(tuple(_sentences(source, group))),
            ]
    if together:
        blocks.append(Paragraph(NOT_COMPARED.format(listed([by(group) for group in together]))))
    return ReportSection("who-is-missing", "Who is missing", (*(blocks or [Paragraph(NO_GROUPS)]), Paragraph(NOT_ASKED)))


def _sentences(source: RunResults, group: str) -> Iterator[str]:
    comparison = _answering(source, group)
    shown = comparison.shown(ANSWERED)
    hidden = [level_name(level) for level in comparison.compared if comparison.cell(ANSWERED, level) is None]
    if len(shown) < 2 and not hidden:
        yield "There is only one group, so there is no other to compare it with."
        return
    if len(shown) < 2:
        # Large groups are hidden, too, where few of their people left all blank.
        yield (
            f"These groups cannot be compared: how many people wrote something is not shown for {listed(hidden)}, as that would "
            "say too much of a few."
        )
        return
    for cell in reversed(shown):
        more = [other.name for other in shown if above(other, cell).low > 0]
        if more:
            yield f"{cell.name} ({_share(cell)}) wrote something less often than {listed(more)}."
    alike = [cell for cell in shown if not any(above(other, cell).low > 0 for other in shown)]
    if len(alike) == len(shown):
        rows = listed([f"{cell.name} ({_share(cell)})" for cell in shown])
        yield f"These groups do not clearly differ in how many wrote something: {rows}."
    if hidden:
        yield f"Not shown for {listed(hidden)}, as that would say too much of a few."


def _share(cell: GroupEstimate) -> str:
    return f"{percent(cell.value)}, 95% interval {percent(cell.low)} to {percent(cell.high)}"


def _answering(source: RunResults, group: str) -> GroupComparison:
    # Without those who stated nothing, who are no group.
    rates = source["response_rates"]
    stated = (rates["question"] == ANY) & (rates["group"] == group) & (rates["level"] != NOT_STATED)
    cells = rates[stated].rename(columns={"share": "estimate", "value": "key"})
    return compare(cells, group, labels={ANSWERED: "answered"}, unit="share", profile=source.profile)
