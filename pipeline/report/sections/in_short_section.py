"""In short: three to six plain sentences made from the figures."""

import math
from collections.abc import Sequence

from pipeline.methods.disclosure.cells import ANY
from pipeline.report.blocks import Points, ReportSection
from pipeline.report.code_shares import grounds, largest_share
from pipeline.report.numbers_in_words import number, number_shown, people, percent, sentence_case
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.sections.doubts_section import silences, texts_of
from pipeline.report.sections.taking_part_section import everyone_asked, least_answered
from pipeline.runtime.plurals import n_of
from pipeline.workflow.results import RunResults


def in_short(source: RunResults, placed: Sequence[PlacedTheme]) -> ReportSection:
    """Return the findings in a few sentences."""
    sentences = (
        _answered(source),
        _largest(placed),
        _new(source, placed),
        _most_named(source),
        _unsure(source),
        _heard_once(source),
    )
    return ReportSection("in-short", "In short", (Points(tuple(sentence for sentence in sentences if sentence)),))


def _answered(source: RunResults) -> str:
    asked, answered, _ = everyone_asked(source)
    if math.isnan(asked):
        return "How many people were asked and answered is not shown, as that would say too much of a few."
    if math.isnan(answered):
        least = least_answered(source)
        if not math.isnan(least):
            return f"At least {number(least)} of {people(asked)} who were asked wrote an answer."
        return f"{people(asked)} were asked. How many of them wrote an answer is not shown, as that would say too much of a few."
    return f"{number(answered)} of {people(asked)} who were asked wrote an answer."


def _largest(placed: Sequence[PlacedTheme]) -> str:
    if not placed:
        return "No themes were found."
    first = placed[0]
    return (
        f"The answers fall into {n_of(len(placed), 'theme')}. {sentence_case(first.people)} spoke of the largest, “{first.name}”."
    )


def _new(source: RunResults, placed: Sequence[PlacedTheme]) -> str:
    if not source.labels:
        return "There is no codebook yet to compare the themes with."
    new = sum(theme.code is None for theme in placed)
    if placed and not new:
        return "Each of them is like a code of the codebook."
    return f"{sentence_case(n_of(new, 'theme is', 'themes are'))} not in the codebook."


def _most_named(source: RunResults) -> str:
    top = largest_share(source)
    if top is None:
        return ""
    interval = f"95% interval {percent(top['low'])} to {percent(top['high'])}"
    label, share = source.label(top["code"]), percent(top["share"])
    if grounds(source, ANY) == "all read":
        return f"The code most people spoke of is “{label}”: {share} of those who answered ({interval})."
    return f"The code behind most of what was said is “{label}”: {share} of it ({interval}), by what people read at random."


def _unsure(source: RunResults) -> str:
    silent = len(silences(source))
    if not silent:
        return ""
    return f"The program is not sure of {texts_of(source, silent)}, and suggests no code for them."


def _heard_once(source: RunResults) -> str:
    n = int(source["members"]["heard_once"].sum())
    return sentence_case(f"{number_shown(n, source.profile)} things were heard only once.") if n else ""
