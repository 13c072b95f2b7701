"""Two groups side by side, such as care workers and leaders: where they differ, and where we cannot tell them apart."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.methods.disclosure.cells import ANY
from pipeline.report.blocks import Block, Heading, Paragraph, ReportSection, nothing_to_show
from pipeline.report.code_shares import compare_codes
from pipeline.report.comparison_blocks import comparison_table, difference_blocks
from pipeline.report.group_comparison import DIFFERENCES, GroupComparison, compare
from pipeline.workflow.results import RunResults


HOW = (
    "Each person counts once, however much they wrote, so an interval says what chance can do with this many people. "
    f"{DIFFERENCES}"
)
ABSENT = "One of the two groups is not in the answers, so they cannot be compared."
NO_CODES = "No figure about codes may be shown of these two groups, so codes are not compared."
NONE_ASKED_FOR = "The study names no two groups to set side by side."


def side_by_side(source: RunResults) -> ReportSection:
    """Return each pair of groups that the study asks for."""
    name, heading = "side-by-side", "Two groups side by side"
    pairs = source.study.settings.count.pairs
    if not pairs:
        return nothing_to_show(name, heading, NONE_ASKED_FOR)
    blocks: list[Block] = [Paragraph(HOW)]
    for place, (first, second) in enumerate(pairs, start=1):
        blocks += [Heading(f"{first} and {second}"), *_pair(source, (first, second), place)]
    return ReportSection(name, heading, tuple(blocks))


def _pair(source: RunResults, pair: tuple[str, str], place: int) -> Iterator[Block]:
    group = _group_of(source, pair)
    if group is None:
        yield Paragraph(ABSENT)
        return
    codes = compare_codes(source, group, ANY)
    kinds = (
        (
            "codes",
            codes,
            "Share of what was said with each code" if codes.of_excerpts else "People who spoke of each code",
            "Code",
        ),
        ("options", _closed(source, group, "share"), "Answers to closed questions", "Question and answer"),
        ("means", _closed(source, group, "mean"), "Mean scores", "Closed question"),
    )
    for kind, whole, caption, first in kinds:
        comparison = replace(whole, levels=tuple(level for level in pair if level in whole.levels))
        if len(comparison.levels) < len(pair):
            continue
        if kind == "codes" and not any(comparison.shown(key) for key in comparison.labels):
            # A table in which every cell is “not shown” tells nothing, and neither do sentences about it.
            yield Paragraph(NO_CODES)
        else:
            table = comparison_table(comparison, f"side-by-side-{place}-{kind}", caption=caption, first=first)
            yield from (*difference_blocks(comparison, table), table)


def _group_of(source: RunResults, pair: tuple[str, str]) -> str | None:
    people = source["people"]
    for group in source.groups:
        if set(pair) <= set(people.loc[people["attribute"] == group, "value"]):
            return group
    return None


def _closed(source: RunResults, group: str, measure: str) -> GroupComparison:
    rows = source["closed"][source["closed"]["measure"] == measure]
    if measure == "mean":
        keyed = rows.assign(key=rows["question"])
        labels = {question: source.wording(question) for question in keyed["key"]}
        return compare(keyed, group, labels=labels, unit="score", profile=source.profile)
    # A sign that nobody types, so that two questions with the same answer have two keys.
    keyed = rows.assign(key=rows["question"] + "\x1f" + rows["value"])
    pairs = zip(keyed["key"], keyed["question"], keyed["value"], strict=True)
    labels = {key: f"{source.wording(question)} {value}" for key, question, value in pairs}
    return compare(keyed, group, labels=labels, unit="share", profile=source.profile)
