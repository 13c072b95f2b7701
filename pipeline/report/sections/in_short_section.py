"""In short: three to six plain sentences made from the figures."""

import math
from collections.abc import Sequence

from pipeline.methods.disclosure.cells import ANY
from pipeline.report.blocks import Points, ReportSection
from pipeline.report.code_shares import grounds, largest_share
from pipeline.report.echoed_questions import not_echoing
from pipeline.report.numbers_in_words import number, number_shown, people, percent, sentence_case
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.sections.doubts_section import silences, texts_of
from pipeline.report.sections.taking_part_section import everyone_asked, least_answered
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.workflow.results import RunResults


def in_short(source: RunResults, placed: Sequence[PlacedTheme]) -> ReportSection:
    """Return the findings in a few sentences."""
    sentences = (
        _answered(source),
        _largest(source, placed),
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
            return f"At least {number(least)} of {people(asked)} who were asked wrote something, be it only “n/a”."
        return f"{people(asked)} were asked. How many of them wrote something is not shown, as that would say too much of a few."
    return f"{number(answered)} of {people(asked)} who were asked wrote something, be it only “n/a”."


def _largest(source: RunResults, placed: Sequence[PlacedTheme]) -> str:
    if not placed:
        return "No themes were found."
    first = not_echoing(source, placed)[0]
    beside = "" if first is placed[0] else ", beside what a question asked for"
    largest = f"{sentence_case(first.people)} spoke of the largest{beside}, “{first.name}”."
    return f"The answers fall into {n_of(len(placed), 'theme')}. {largest}"


def _new(source: RunResults, placed: Sequence[PlacedTheme]) -> str:
    if not source.labels:
        return "There is no codebook yet to compare the themes with."
    new = sum(theme.code is None for theme in placed)
    if placed and not new:
        return "Each of them is like one of the topics that the team had listed beforehand (its codebook)."
    like = n_of(len(placed) - new, "theme is like one", "themes are each like one")
    are_not = f"{number(new)} {agreeing(new, 'is', 'are')} not"
    return f"{sentence_case(like)} of the topics that the team had listed beforehand (its codebook); {are_not}."


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
    return f"The program is not sure what {texts_of(source, silent)} are about, and sorts them under no topic of that list."


def _heard_once(source: RunResults) -> str:
    n = int(source["members"]["heard_once"].sum())
    return (
        sentence_case(f"{number_shown(n, source.profile)} things were said by one person only, and nothing else is like them.")
        if n
        else ""
    )
