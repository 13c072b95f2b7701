"""The report once, as frozen values computed from the study's tables; formats compute nothing."""

from dataclasses import replace

from pipeline.consent import quotable_words
from pipeline.report.blocks import Report
from pipeline.report.placing import placed_themes
from pipeline.report.sections.accounts import set_aside
from pipeline.report.sections.agreement import how_people_agreed
from pipeline.report.sections.came_of_it import came_of_it
from pipeline.report.sections.closed import closed_questions
from pipeline.report.sections.codebook import codebook
from pipeline.report.sections.disagreements import disagreements
from pipeline.report.sections.doubts import heard_once, not_sure
from pipeline.report.sections.in_short import in_short
from pipeline.report.sections.method import checked_share, how_it_was_done
from pipeline.report.sections.missing import missing
from pipeline.report.sections.shares import shares
from pipeline.report.sections.side_by_side import side_by_side
from pipeline.report.sections.smaller_groups import smaller_groups
from pipeline.report.sections.taking_part import taking_part
from pipeline.report.sections.themes import themes
from pipeline.report.sections.waves import waves
from pipeline.report.source import Source
from pipeline.report.wording import percent


NOTICE = (
    "This page is for the research team and not for publication. A program made it from the answers to a survey. Read it "
    "together with people who know what the answers are about, and check before you rely on it. Identifiers that were found "
    "are masked, and a person must check that none is left."
)


def build_report(source: Source) -> Report:
    """Return the whole report of a study; it is built once for all forms that are made of a source."""
    if "report" not in source.kept:
        source.kept["report"] = _build(source)
    found: Report = source.kept["report"]
    return found


def _build(source: Source) -> Report:
    words = quotable_words(source["texts"], source["segments"], source["comments"])
    placed = placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)
    counted = tuple(theme for theme in placed if not theme.set_aside)
    return Report(
        title=source.study.settings.name,
        banner=banner(checked_share(source["codings"])),
        notice=NOTICE,
        sections=(
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
            waves(replace(source, tables={**source.tables, "themes": source.named_themes})),
            how_it_was_done(source),
        ),
    )


def banner(checked: float) -> str:
    """Say how far people have checked what the program suggests."""
    if not checked:
        return "Not yet checked by people"
    return "Checked by people" if checked == 1 else f"People have checked {percent(checked)} of the suggested codes so far"
