"""What a reader meets when the report is opened: the story, few tables, each thing once, the method last, and nothing empty."""

from dataclasses import replace

import pandas as pd
import pytest
from docx import Document
from reading import Element, read_page
from test_story import answers

from pipeline.report import export
from pipeline.report.blocks import Heading, TableBlock
from pipeline.report.content import build_report
from pipeline.report.formats.html import render
from pipeline.report.formats.word import as_document
from pipeline.report.printed_report import CHAPTERS, PRINTED, printed
from pipeline.report.report_tables import report_tables


ORDER = ["The story", "In short", "Who spoke", "Themes", "Groups", "How it was done, and what to keep in mind"]


@pytest.fixture
def report(source):
    return printed(build_report(source))


@pytest.fixture
def main(report) -> Element:
    return read_page(render(report)).find_all("main")[0]


def test_the_story_comes_first_and_the_method_last(main):
    """Of the small study nothing came yet, so "What came of it" is not there."""
    assert [heading.text for heading in main.find_all("h2")] == ORDER


def test_every_section_of_the_content_has_its_place(source):
    placed = [name for chapter in CHAPTERS for name in chapter.parts]
    assert sorted(placed) == sorted(section.name for section in build_report(source).sections)


def test_there_are_at_most_eight_tables_on_the_page_and_in_word(report, main):
    assert len(PRINTED) <= 8
    assert 1 <= len(main.find_all("table")) <= 8
    assert len(as_document(report).tables) == len(main.find_all("table"))


def test_a_report_of_the_small_study_is_read_in_minutes(main):
    assert len(main.text.split()) < 2500


def test_what_is_not_shown_is_said_once(source, main):
    rule = source.profile.rule
    assert main.text.casefold().count(rule.casefold()) == 1


def test_why_no_words_are_shown_is_said_once(source):
    waiting = replace(source, tables={**source.tables, "quotes": source["quotes"].assign(approved=False)})
    page = read_page(render(printed(build_report(waiting))))
    assert page.text.count("No words are shown here") == 1


def test_no_section_is_empty_and_what_there_is_not_is_said_at_the_end(main):
    for section in main.find_all("section"):
        heading = section.find_all("h2", "h3", "h4")[0].text
        assert len(section.text.split()) > len(heading.split()) + 8, heading
    last = main.find_all("section")[-1].text
    for silent in ("Two groups side by side: ", "How people agreed: ", "What came of it: ", "What changed since the last wave: "):
        assert silent in last


def test_no_heading_stands_over_nothing(report):
    for section in report.sections:
        for block, following in zip(section.blocks, [*section.blocks[1:], Heading("end", level=2)], strict=True):
            assert not isinstance(block, Heading) or not isinstance(following, Heading) or following.level > block.level


def test_every_table_is_in_the_workbook_and_the_report_says_where(source, report, main):
    everything = list(report_tables(build_report(source)))
    assert {table.name for table in report_tables(report)} <= {table.name for table in everything}
    assert f"holds {len(everything)} tables, with the settings" in main.text
    (closed,) = [place for place, table in enumerate(everything, start=1) if table.name == "options-1-1"]
    assert f"Every figure: table {closed} of the workbook" in main.text
    for block in (block for section in report.sections for block in section.blocks):
        assert not isinstance(block, TableBlock) or block.name in PRINTED


def test_a_reader_is_sent_to_no_form_that_was_not_written_together_with_the_report(source):
    alone = read_page(render(printed(build_report(source), beside=("html",)))).text
    assert "table" in alone and "report.xlsx" not in alone and "of the workbook" not in alone and "folder “charts”" not in alone
    assert "Not written together with this report: the workbook with all tables and the charts as pictures" in alone


def test_an_export_of_the_page_alone_names_no_workbook_and_one_of_both_does(study):
    for forms, names_it in ((["html"], False), (["html", "xlsx"], True)):
        export(study, to=forms)
        assert ("report.xlsx" in (study.exports / "report.html").read_text(encoding="utf-8")) is names_it


def test_a_comparison_by_a_second_attribute_is_left_to_the_workbook(source):
    settings = source.study.settings
    two = settings.model_copy(update={"count": settings.count.model_copy(update={"groups": ("group", "again")})})
    closed = pd.concat([answers(0.87, 0.25, 0.5), answers(0.87, 0.25, 0.5).assign(group="again")])
    both = replace(source, study=replace(source.study, settings=two), tables={**source.tables, "closed": closed})
    whole = build_report(both)
    assert {"options-1-1", "options-2-1"} <= {table.name for table in report_tables(whole)}
    page = read_page(render(printed(whole)))
    assert [figure.attributes["id"] for figure in page.find_all("figure") if "options" in figure.attributes["id"]] == [
        "chart-options-1-1"
    ]


def test_word_has_the_same_parts_and_no_more(report, main):
    headings = [paragraph.text for paragraph in as_document(report).paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == [*ORDER]
    assert isinstance(as_document(report), type(Document()))


def test_a_study_with_next_to_nothing_still_has_a_whole_page(source):
    """Without answers, groups and codebook there is no chapter that stands empty, and the method is there."""
    settings = source.study.settings
    bare = settings.model_copy(
        update={
            "count": settings.count.model_copy(update={"groups": ()}),
            "codebook": None,
            "intake": settings.intake.model_copy(update={"attributes": ()}),
        }
    )
    nothing = replace(
        source,
        tables={name: frame.iloc[:0] for name, frame in source.tables.items()},
        manifest=replace(source.manifest, accounts={"rows_in": 0, "coded": 0, "withdrawn": 0, "set_aside": {}}),
        codebook=replace(source.codebook, codes=()),
        study=replace(source.study, settings=bare),
    )
    page = read_page(render(printed(build_report(nothing)))).find_all("main")[0]
    headings = [heading.text for heading in page.find_all("h2")]
    assert headings[0] == "The story" and headings[-1] == ORDER[-1] and "Themes" not in headings and "Groups" not in headings
    assert "There is nothing to tell yet" in page.text
    assert "No themes were found, because there are no answers to read." in page.text
