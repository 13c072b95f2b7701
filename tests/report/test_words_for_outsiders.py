"""A reader who never saw the tool can read the report: no words of ours, no commands, no theme that pretends to be news."""

import math
from dataclasses import replace

import pytest
from reading import read_page
from reading_age import reading_age
from test_content import comparison
from test_story import answers

from pipeline.methods.disclosure import PROFILES
from pipeline.methods.themes.titles import MIXED
from pipeline.report.blocks import InWorkbook, Paragraph, StoryFindings
from pipeline.report.comparison_blocks import comparison_table, difference_blocks
from pipeline.report.content import build_report, build_summary
from pipeline.report.echoed_questions import echoed_questions
from pipeline.report.formats.html import render
from pipeline.report.group_comparison import differences
from pipeline.report.placed_themes import placed_themes
from pipeline.report.printed_report import printed
from pipeline.report.sections.story_section import limits


OURS = (
    "different things said", "meaning unit", "leaves out", "points)", "by answer to", "themes pack", "themes export",
    "study.toml", "seed", "minilm", "steadiness", "a sign", "`", "read before use", "cannot tell these groups apart",
    "higher among",
)  # fmt: skip


def page_of(source):
    return read_page(render(printed(build_report(source)))).text


def with_theme(source, **changes):
    themes = source["themes"].copy()
    for column, value in changes.items():
        themes.loc[themes.index[0], column] = value
    return replace(source, tables={**source.tables, "themes": themes})


@pytest.mark.parametrize("word", OURS)
def test_a_report_has_no_word_that_only_we_know(source, word):
    mixed = with_theme(source, title=MIXED)
    assert word not in page_of(mixed).casefold()


def asked_the_same(source):
    """Return the source where the first theme holds answers to one question and bears its words."""
    question = source.study.settings.intake.questions
    name = next(iter(question))
    same = with_theme(source, title=source.wording(name).removesuffix("?"))
    return replace(same, tables={**same.tables, "comments": same["comments"].assign(question=name)}), source.wording(name)


def test_a_theme_that_repeats_a_question_is_no_finding_and_says_so(source):
    same, wording = asked_the_same(source)
    placed = placed_themes(same.named_themes, same["theme_codes"], same["members"], same.profile)
    assert echoed_questions(same, placed) == {placed[0].theme_id: wording}
    text = page_of(same)
    assert f"repeats the question “{wording}” and holds every kind of answer to it" in text
    assert f"more people spoke of “{placed[0].name}”" not in text.casefold()
    assert "than of anything else that no question named" in text


def test_a_theme_with_news_in_its_title_repeats_no_question(source):
    same, _ = asked_the_same(source)
    news = with_theme(same, title="Buses never come")
    placed = placed_themes(news.named_themes, news["theme_codes"], news["members"], news.profile)
    assert echoed_questions(news, placed) == {}


@pytest.mark.parametrize(("profile", "said"), [("strict", True), ("standard", False)])
def test_what_percentages_are_of_is_said_where_numbers_are_rounded(source, profile, said):
    settings = source.study.settings
    changed = settings.model_copy(update={"count": settings.count.model_copy(update={"profile": profile})})
    of = replace(source, study=replace(source.study, settings=changed))
    assert of.profile == PROFILES[profile]
    assert ("percentages are of rounded numbers" in limits(of)) is said


def test_each_difference_beyond_chance_is_in_the_workbook_with_its_interval():
    found = comparison(Carers=(0.2, 0.1, 0.3), Leaders=(0.55, 0.45, 0.65), Families=(0.3, 0.2, 0.4))
    table_of_figures = comparison_table(found, "codes", caption="People who spoke of each code", first="Code")
    (_, kept) = difference_blocks(found, table_of_figures)
    assert isinstance(kept, InWorkbook)
    assert kept.blocks[0].rows == (
        ("Trust", "Leaders (55%)", "Families (30%)", "25 (11 to 39)"),
        ("Trust", "Leaders (55%)", "Carers (20%)", "35 (21 to 49)"),
    )


def test_groups_that_are_not_shown_are_not_called_alike():
    found = comparison(Carers=(0.4, 0.3, 0.5), Leaders=(0.5, 0.4, 0.6), Few=(math.nan, math.nan, math.nan))
    assert "On “Trust” the groups whose figures may be shown do not clearly differ" in differences(found)[0]


def test_the_measure_of_reading_ages_knows_easy_from_hard():
    assert reading_age("The cat sat on the mat. It was red.") < 8
    assert reading_age("Notwithstanding organisational heterogeneity, implementation necessitated deliberation.") > 20


def test_the_story_is_understood_at_fourteen(source):
    told = build_summary(with_closed(source)).sections[0].blocks
    sentences = [finding.sentence for block in told if isinstance(block, StoryFindings) for finding in block.items]
    text = " ".join([*sentences, *(block.text for block in told if isinstance(block, Paragraph))])
    assert len(sentences) >= 3 and reading_age(text) <= 14


def with_closed(source):
    """Return the source with a difference between groups to tell."""
    return replace(source, tables={**source.tables, "closed": answers(0.87, 0.25, 0.5)})
