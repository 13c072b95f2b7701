"""Shares by group: how much of what people said has each code, and how many people of each group said so at least."""

from collections.abc import Iterator

from pipeline.methods.disclosure.cells import ANY, EVERYONE
from pipeline.report.blocks import Block, Fold, Heading, InWorkbook, Paragraph, ReportSection, TableBlock, nothing_to_show
from pipeline.report.code_shares import at_least, checked, compare_codes, grounds, next_step, what_was_read
from pipeline.report.comparison_blocks import comparison_blocks, comparison_table, share_axis
from pipeline.report.group_comparison import DIFFERENCES, GroupComparison, level_name
from pipeline.report.numbers_in_words import NOT_SHOWN, by, number, sentence_case
from pipeline.workflow.results import RunResults


OF_PEOPLE = (
    "People have read every excerpt. Each figure is a share of the people in a group who gave an answer, with its 95% interval: "
    f"what chance alone can do with this many people. {DIFFERENCES}"
)
OF_EXCERPTS = (
    "Each figure is a share of what people said, counted in excerpts, with its 95% interval. It is estimated from the excerpts "
    "that were drawn at random and that people read, joined with what the program makes of all the others (prediction-powered "
    "inference). The program’s suggestions by themselves are not counted. The interval holds what chance can do with so many "
    f"excerpts and people. {DIFFERENCES}"
)
LEARNT = (
    "The program has learnt from the excerpts that were drawn at random, so it cannot be judged by them: the figures rest on "
    "people’s reading alone."
)
NO_SHARES = (
    "No share of a code is given, and codes are not ranked. The program’s suggestions are not counted, since nobody knows yet "
    "how many of them are wrong or missing."
)
CHECKED = "Codings that people checked"


def shares(source: RunResults) -> ReportSection:
    """Return shares by code and group, over all open questions and for each, as far as what people read tells them."""
    name, heading = "shares-by-group", "Shares by group"
    if source["counts"].empty:
        return nothing_to_show(name, heading, "There are no codes to count yet.")
    questions = list(dict.fromkeys(source["counts"]["question"]))
    whole = ANY if ANY in questions else questions[0]
    blocks: list[Block] = [Paragraph(_how_to_read(source, whole))]
    for place, group in enumerate(source.groups or (EVERYONE,), start=1):
        of_group = tuple(_by_group(source, group, whole, f"shares-{place}"))
        # A page holds the comparison by the attribute that the study names first.
        blocks += of_group if place == 1 else [InWorkbook(of_group)]
    return ReportSection(name, heading, tuple(blocks))


def _how_to_read(source: RunResults, question: str) -> str:
    rests_on = grounds(source, question)
    if rests_on == "all read":
        return OF_PEOPLE
    read = what_was_read(source, question)
    if rests_on == "none":
        return f"{read} {NO_SHARES} {next_step(source)}"
    learnt = source["estimates"]["learnt"].any()
    return f"{read} {OF_EXCERPTS}{f' {LEARNT}' if learnt else ''}"


def _by_group(source: RunResults, group: str, whole: str, name: str) -> Iterator[Block]:
    if grounds(source, whole) == "none":
        table = _at_least(source, group, whole, name)
        yield from [table] if table else []
        return
    comparison = compare_codes(source, group, whole)
    table = _table(source, comparison, whole, name=name)
    if group != EVERYONE:
        yield Heading(f"Codes {by(group)}")
    title = "Share of what was said with each code" if comparison.of_excerpts else "Share of people who spoke of each code"
    yield from comparison_blocks(comparison, table, share_axis(comparison), title=f"{title}, with 95% intervals")
    others = [question for question in dict.fromkeys(source["counts"]["question"]) if question != whole]
    with_shares = [question for question in others if grounds(source, question) != "none"]
    if len(others) > 1 and with_shares:
        tables = (
            _table(source, compare_codes(source, group, question), question, name=f"{name}-{others.index(question) + 1}")
            for question in with_shares
        )
        yield Fold(f"The same for each open question{comparison.by_group}", tuple(tables))


def _table(source: RunResults, comparison: GroupComparison, question: str, *, name: str) -> TableBlock:
    where = "any open question" if question == ANY else f"“{source.wording(question)}”"
    if not comparison.of_excerpts:
        return comparison_table(comparison, name, caption=f"People who spoke of each code under {where}", first="Code")
    return comparison_table(
        comparison,
        name,
        caption=f"Share of what was said under {where} with each code",
        first="Code",
        beside=(CHECKED, checked(source, question)),
    )


def _at_least(source: RunResults, group: str, question: str, name: str) -> TableBlock | None:
    """Return how many people spoke of each code at least, in the codebook's order; None where nothing may be shown."""
    numbers = at_least(source, question, group)
    levels = list(dict.fromkeys([EVERYONE, *(level for of in numbers.values() for level in of)]))
    if not numbers:
        return None
    parts = checked(source, question)
    return TableBlock(
        name=name,
        caption=f"How many people spoke of each code at least{'' if group == EVERYONE else f', {by(group)}'}",
        header=("Code", *map(level_name, levels), CHECKED),
        rows=tuple(
            (source.label(code), *(_least(of.get(level)) for level in levels), parts.get(code, NOT_SHOWN))
            for code, of in numbers.items()
        ),
        note=(
            "Counted are people of whom a person has read it; more may have said it. In the codebook’s order. "
            f"{sentence_case(source.profile.rule)}."
        ),
    )


def _least(n: float | None) -> str:
    return NOT_SHOWN if n is None or n != n else f"at least {number(n)}"
