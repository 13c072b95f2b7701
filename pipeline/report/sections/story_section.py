"""The story: what a reader should take away, on one page, with the rule by which it was picked told at the end of the report."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report.blocks import Block, Chart, Paragraph, Quotations, QuotedWords, ReportSection, StoryFinding, StoryFindings
from pipeline.report.numbers_in_words import number, people, sentence_case
from pipeline.report.placed_themes import PlacedTheme
from pipeline.report.quote_bank import quotes_of
from pipeline.report.sections.method_section import checked_share
from pipeline.report.sections.story_findings import (
    FEWEST_FINDINGS,
    MOST_CONTRASTS,
    MOST_FINDINGS,
    contrast_chart,
    contrasts,
    how_picked,
    theme_findings,
    themes_told,
    what_is_charted,
)
from pipeline.report.sections.taking_part_section import everyone_asked
from pipeline.runtime.plurals import n_of
from pipeline.study.report_findings import ProposedFinding, keep_proposals, standing_findings
from pipeline.study.study import Study
from pipeline.workflow.results import RunResults


NAME, HEADING = "story", "The story"
PICKED = "picked findings"
NOT_APPROVED = "Nobody has approved these findings yet: a rule picked them."
NOTHING_YET = "There is nothing to tell yet: no question by group, and no theme, has enough people to be shown."
MOST_QUOTES = 3
# Words of a quotation that tells something by itself and is read at a glance.
TELLING, WHOLE, AT_A_GLANCE = 8, 15, 50
_MASK = re.compile(r"\[[^\]]+ \d+\]")
"""What stands for a name that was masked: a reader of one page stumbles over it."""


def story(source: RunResults, placed: Sequence[PlacedTheme], words: Words) -> ReportSection:
    """Return the findings, a chart of the first, what people said about it, and what to keep in mind."""
    picked = findings(source, placed)
    source.kept[PICKED] = picked
    items, standing = as_decided(source.study, picked)
    if not picked:
        return ReportSection(NAME, HEADING, (Paragraph(NOTHING_YET), Paragraph(limits(source), stands_out=True)))
    chart = story_chart(source)
    quotes = _quotes(_told_first(placed, items), words)
    blocks: list[Block] = [*([Paragraph(standing)] if standing else []), StoryFindings(items), *([chart] if chart else [])]
    blocks.append(Quotations(quotes, "" if quotes else words.none))
    return ReportSection(NAME, HEADING, (*blocks, Paragraph(limits(source), stands_out=True)))


def as_decided(study: Study, picked: Sequence[StoryFinding]) -> tuple[tuple[StoryFinding, ...], str]:
    """Return the findings as the report prints them, and the sentence that says whether people approved them.

    Those that somebody approved, in the team's words and order; all that the rule picks as long as nobody approved any.
    """
    if not all(finding.key for finding in picked):
        return tuple(picked), ""
    of = {finding.key: finding for finding in picked}
    in_report = standing_findings(study, [ProposedFinding(finding.key, finding.sentence) for finding in picked]).in_report
    approved = [finding for finding in in_report if finding.approved]
    items = tuple(replace(of[finding.proposed.finding], sentence=finding.row.sentence) for finding in approved)
    if not approved:
        # Words that somebody began to change are not printed before anybody approved them.
        return tuple(of[finding.proposed.finding] for finding in in_report), NOT_APPROVED if in_report else ""
    waiting = len(in_report) - len(approved)
    return items, f"{sentence_case(n_of(waiting, 'more finding waits', 'more findings wait'))} to be approved." if waiting else ""


def keep_picked(source: RunResults) -> None:
    """Keep the findings that the rule picked, for people to approve on the review page."""
    picked: tuple[StoryFinding, ...] = source.kept.get(PICKED, ())
    keep_proposals(source.study, [ProposedFinding(finding.key, finding.sentence) for finding in picked if finding.key])


def findings(source: RunResults, placed: Sequence[PlacedTheme]) -> tuple[StoryFinding, ...]:
    """Return three to five findings where there are so many: those that the team wrote, or else those that the rule picks."""
    if own := source.study.settings.report.findings:
        themes_told(source, placed)
        return tuple(StoryFinding(sentence) for sentence in own)
    apart = tuple(contrast.finding for contrast in contrasts(source)[:MOST_CONTRASTS])
    room = MOST_FINDINGS - len(apart)
    themes = tuple(theme_findings(source, placed, min(room, max(2, FEWEST_FINDINGS - len(apart)))))
    return (*apart, *themes)


def story_chart(source: RunResults) -> Chart | None:
    """Return the chart of the largest difference, if there is one."""
    apart = contrasts(source)
    return contrast_chart(apart[0], what_is_charted(apart[0])) if apart else None


def _quotes(placed: Sequence[PlacedTheme], words: Words) -> tuple[QuotedWords, ...]:
    """Return a quotation of each of the first themes, no two of the same group while there is another, and say of which."""
    picked: list[QuotedWords] = []
    for other_groups in (True, False):
        for theme in placed:
            if len(picked) < MOST_QUOTES and not any(quote in picked for quote in _telling(theme, words)):
                speakers = {quote.who for quote in picked} if other_groups else set()
                picked += [quote for quote in _telling(theme, words) if quote.who not in speakers][:1]
    return tuple(picked)


def _told_first(placed: Sequence[PlacedTheme], findings: Sequence[StoryFinding]) -> tuple[PlacedTheme, ...]:
    """Return the themes with those first that a finding is of: a quotation beside findings reads as an example of one."""
    keys = [finding.key.split() for finding in findings]
    order = {words[1]: place for place, words in enumerate(keys) if words[:1] == ["theme"]}
    return tuple(sorted(placed, key=lambda theme: order.get(theme.theme_id, len(keys))))


def _telling(theme: PlacedTheme, words: Words) -> tuple[QuotedWords, ...]:
    # A whole thought first; the order stays as it is among those of one kind.
    quotes = sorted(quotes_of(words, theme.exemplars), key=lambda quote: len(quote.words.split()) < WHOLE)
    return tuple(
        replace(quote, about=theme.name)
        for quote in quotes
        if TELLING <= len(quote.words.split()) <= AT_A_GLANCE and not _MASK.search(quote.words)
    )


def limits(source: RunResults) -> str:
    """Say in a few sentences what these findings cannot tell."""
    return f"Keep in mind: {' '.join(_limits(source))}"


def _limits(source: RunResults) -> Iterator[str]:
    asked, _, blank = everyone_asked(source)
    if not np.isnan([asked, blank]).any() and asked:
        yield f"{number(blank)} of {people(asked)} who were asked wrote nothing."
    yield "Whoever was not asked is not heard here."
    if (step := source.profile.round_to) > 1:
        off = _points_off(source)
        far = f", so they may be off by up to {off} points" if off else ""
        # A percentage of the true numbers would undo their rounding.
        yield f"Numbers of people are rounded to the nearest {step}, and percentages are of rounded numbers{far}."
    checked = checked_share(source["codings"])
    if not checked:
        yield "Nobody has checked yet what the program makes of the written answers, so this page tells themes as it sorted them."
    elif checked < 1:
        yield "People have checked only some of what the program makes of the written answers, so no topic has a share here."
    else:
        yield "A figure says how many people brought something up, not how much it matters to them."


def _points_off(source: RunResults) -> int:
    # What the team wrote itself holds the figures that it chose.
    shown = () if source.study.settings.report.findings else contrasts(source)[:MOST_CONTRASTS]
    return max((contrast.points_off for contrast in shown), default=0)


def how_the_story_was_picked(source: RunResults) -> ReportSection:
    """Return the rule by which the findings were picked."""
    return ReportSection("how-the-story-was-picked", "How the findings were picked", (Paragraph(how_picked(source)),))
