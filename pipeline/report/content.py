"""The report once, as frozen values computed from the study's tables; formats compute nothing."""

from dataclasses import replace

from pipeline.methods.disclosure.quotable_words import quotable_words
from pipeline.report.blocks import Report
from pipeline.report.draft_mark import marked
from pipeline.report.numbers_in_words import percent
from pipeline.report.placed_themes import placed_themes
from pipeline.report.quote_bank import approved_words, consent_was_asked
from pipeline.report.sections.accounts_section import set_aside
from pipeline.report.sections.actions_section import came_of_it
from pipeline.report.sections.agreement_section import how_people_agreed
from pipeline.report.sections.closed_section import closed_questions
from pipeline.report.sections.codebook_section import codebook
from pipeline.report.sections.disagreements_section import disagreements
from pipeline.report.sections.doubts_section import heard_once, not_sure
from pipeline.report.sections.in_short_section import in_short
from pipeline.report.sections.method_section import checked_share, how_it_was_done
from pipeline.report.sections.missing_section import missing
from pipeline.report.sections.shares_section import shares
from pipeline.report.sections.side_by_side_section import side_by_side
from pipeline.report.sections.smaller_groups_section import smaller_groups
from pipeline.report.sections.story_section import how_the_story_was_picked, story
from pipeline.report.sections.taking_part_section import taking_part
from pipeline.report.sections.themes_section import themes
from pipeline.report.sections.waves_section import waves
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.quote import who_said


APPROVED = "This page shows nobody's words but those that people have approved."
CHECK = (
    "A program made it from the answers to a survey. Read it together with people who know what the answers are about, and check "
    "before you rely on it. Identifiers that were found are masked, and a person must check that none is left."
)
FOR_THE_TEAM = (
    "For the team only, not to be passed on: this copy shows words of people who agreed to be quoted, before anybody has "
    "approved each of them. A release, in exports/released/, shows only what was approved."
)


FOR_THE_TEAM_UNASKED = (
    "For the team only, not to be passed on: this copy shows what people wrote. The survey did not ask whether they may be "
    "quoted, so the report in exports/ shows nobody's words."
)


def build_report(source: RunResults, *, for_team: bool = False) -> Report:
    """Return the whole report of a study; `for_team`, with words that nobody has approved yet.

    It is built once for all forms that are made of a source.
    """
    name = "report for the team" if for_team else "report"
    if name not in source.kept:
        source.kept[name] = _build(source, for_team=for_team)
    report: Report = source.kept[name]
    return report


def _build(source: RunResults, *, for_team: bool) -> Report:
    if for_team:
        captions = who_said(source["people"], source.study.settings, fewest=source.profile.fewest)
        comments = source["comments"]
        if not consent_was_asked(source):
            # Nobody was asked, so nothing may be passed on; those who analyse the answers must read them all the same.
            comments = comments.assign(consent="quote")
        words = quotable_words(source["texts"], source["segments"], comments, captions)
    else:
        words = approved_words(source["quotes"], source["segments"], source["comments"], source.approvals, source.flagged)
    # In the themes' section those that people set aside are listed; all other sections count without them.
    placed = placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)
    counted = tuple(theme for theme in placed if not theme.set_aside)
    report = Report(
        title=source.study.settings.name,
        banner=banner(checked_share(source["codings"])),
        notice=f"{_for_the_team(source)} {CHECK}" if for_team else f"{APPROVED} {CHECK}",
        sections=(
            story(source, counted, words),
            in_short(source, counted),
            taking_part(source),
            missing(source),
            themes(source, placed, words),
            codebook(source, counted),
            smaller_groups(source, counted),
            shares(source),
            side_by_side(source),
            closed_questions(source),
            disagreements(source, words),
            not_sure(source),
            heard_once(source, words),
            set_aside(source),
            how_people_agreed(source),
            came_of_it(source),
            # What changed names themes, too, and must hold back the same words.
            waves(replace(source, tables={**source.tables, "themes": source.named_themes})),
            how_the_story_was_picked(source),
            how_it_was_done(source),
        ),
    )
    # The team's own copy says already that it stays with the team.
    return report if for_team else marked(report, source)


def _for_the_team(source: RunResults) -> str:
    return FOR_THE_TEAM if consent_was_asked(source) else FOR_THE_TEAM_UNASKED


def build_summary(source: RunResults) -> Report:
    """Return the story alone, with the rule by which it was picked."""
    report = build_report(source)
    alone = tuple(section for section in report.sections if section.name in ("story", "how-the-story-was-picked"))
    return replace(report, sections=alone, kind="What people said: the main findings")


def banner(checked: float) -> str:
    """Say how far people have checked what the program suggests."""
    if not checked:
        return "Not yet checked by people"
    return "Checked by people" if checked == 1 else f"People have checked {percent(checked)} of the suggested codes so far"
