"""In the team's own copy each theme opens to its facts and its words within the answers; nothing of it is in any other copy."""

from dataclasses import replace

from reading import read_page
from small_study import PRIVATE

from pipeline.report.blocks import Fold, ListEntry
from pipeline.report.content import FOR_THE_TEAM_UNASKED, build_report
from pipeline.report.formats.html import render
from pipeline.report.printed_report import printed
from pipeline.report.sections.theme_explorer import MOST_EXCERPTS


def entries(source, *, for_team):
    (themes,) = [section for section in printed(build_report(source, for_team=for_team)).sections if section.name == "themes"]
    inside = [inner for block in themes.blocks for inner in (block.blocks if isinstance(block, Fold) else (block,))]
    return [block for block in inside if isinstance(block, ListEntry)]


def unasked(source):
    """Return the source of a survey that did not ask whether people may be quoted."""
    comments = source["comments"].assign(consent="analyse")
    assert source.study.settings.intake.consent is None
    return replace(source, tables={**source.tables, "comments": comments})


def test_each_theme_opens_to_its_facts_and_its_words_within_the_answers(source):
    opened = entries(source, for_team=True)
    assert len(opened) == len(source["themes"])
    facts = dict(opened[0].facts)
    assert {"In a sentence", "People", "How steady", "Place in the codebook"} <= facts.keys()
    quotes = [quote for entry in opened for quote in entry.quotations.items]
    assert quotes and all(len(entry.quotations.items) <= MOST_EXCERPTS for entry in opened)
    answers = set(source["comments"]["text"].dropna())
    around = [quote for quote in quotes if quote.before or quote.after]
    for quote in around:
        assert any(quote.before in answer and quote.words in answer and quote.after in answer for answer in answers)


def test_no_context_leaves_in_a_report_for_others(source):
    assert all(
        not quote.before and not quote.after for entry in entries(source, for_team=False) for quote in entry.quotations.items
    )


def test_words_of_people_who_did_not_agree_are_not_shown_where_they_were_asked(source):
    page = render(printed(build_report(source, for_team=True)))
    assert not [words for words in PRIVATE if words in page]


def test_where_nobody_was_asked_the_team_reads_the_words_and_others_do_not(source):
    survey = unasked(source)
    assert any(entry.quotations.items for entry in entries(survey, for_team=True))
    assert FOR_THE_TEAM_UNASKED in read_page(render(printed(build_report(survey, for_team=True)))).text
    assert not any(entry.quotations.items for entry in entries(survey, for_team=False))
