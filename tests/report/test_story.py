"""The first page tells a reader what to take away, by a rule and not by hand, and claims nothing that nobody has checked."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from docx import Document
from reading import read_page
from small_study import PRIVATE, SETTINGS, build_study, build_tables

from pipeline.errors import PrivacyError, StudyError
from pipeline.methods.disclosure import PROFILES, disclose
from pipeline.methods.disclosure.quotable_words import Words
from pipeline.report import EXPORTS, export
from pipeline.report.blocks import Chart, Paragraph, Quotations, QuotedWords, StoryFindings, quote_in_words
from pipeline.report.content import build_report, build_summary
from pipeline.report.formats.html import render
from pipeline.report.placed_themes import placed_themes
from pipeline.report.report_tables import report_tables
from pipeline.report.sections.story_findings import LEAST_BASE, contrasts
from pipeline.report.sections.story_section import NOT_APPROVED, limits, story_chart
from pipeline.report.sections.story_section import story as tell_story
from pipeline.study.report_findings import approve_finding, proposals, show_finding, standing_findings
from pipeline.study.study import load_study
from pipeline.workflow.results import read_results


GROUPS = ("Care workers", "Leaders", "Family & friends")


def with_table(source, name, frame):
    return replace(source, tables={**source.tables, name: frame})


@pytest.fixture
def all_read(source):
    """What the report is made from where people have read everything."""
    return source


@pytest.fixture
def source(all_read, built):
    """The same where nobody has read anything."""
    unread = build_tables(built, all_read=False).frames
    return replace(all_read, tables={**all_read.tables, **{name: unread[name] for name in all_read.tables if name in unread}})


def answers(*shares, question="change", value="=Yes", base=100, width=0.08, suppressed=False):
    """Return rows of the table `closed`: the share of each group that gave one answer."""
    return pd.DataFrame(
        [
            {"question": question, "measure": "share", "value": value, "group": "group", "level": level, "n": share * base,
             "base": base, "estimate": share, "low": share - width, "high": share + width, "suppressed": suppressed}
            for level, share in zip(GROUPS, shares, strict=False)
        ]
    )  # fmt: skip


def story(source):
    first = build_report(source).sections[0]
    assert first.name == "story"
    return first


def sentences(source):
    return [finding.sentence for block in story(source).blocks if isinstance(block, StoryFindings) for finding in block.items]


def test_the_story_comes_first_with_findings_a_chart_and_its_limits(source):
    told = with_table(source, "closed", answers(0.87, 0.25, 0.5))
    page = read_page(render(build_report(told)))
    main = page.find_all("main")[0]
    first = main.find_all("section")[0]
    assert first.find_all("h2")[0].text == "The story"
    found = first.find_all("ol")[0].find_all("li")
    assert 3 <= len(found) <= 5
    assert all(re.search(r"\d", finding.text) for finding in found)
    assert len(first.find_all("svg")) == 1
    assert "Keep in mind:" in first.text


def test_the_largest_difference_between_groups_is_told_first_with_both_figures(source):
    closed = pd.concat([answers(0.87, 0.25, 0.5), answers(0.6, 0.3, 0.4, question="other", value="Often")])
    first, second, *_ = sentences(with_table(source, "closed", closed))
    assert "87% of Care workers answered “=Yes”, against 25% of Leaders" in first
    assert "60% of Care workers" in second


def test_of_one_question_one_answer_is_told(source):
    closed = pd.concat([answers(0.87, 0.25, 0.5), answers(0.1, 0.7, 0.4, value="No")])
    told = [sentence for sentence in sentences(with_table(source, "closed", closed)) if sentence.startswith("Asked")]
    assert len(told) == 1 and "87%" in told[0]


@pytest.mark.parametrize(
    "closed",
    [
        pytest.param(answers(0.87, 0.25, 0.5, base=LEAST_BASE - 1), id="too few people"),
        pytest.param(answers(0.6, 0.5, 0.55), id="intervals overlap"),
        pytest.param(answers(0.87, 0.25, 0.5, suppressed=True), id="not shown"),
    ],
)
def test_what_chance_or_few_people_can_make_is_no_finding(source, closed):
    assert not [sentence for sentence in sentences(with_table(source, "closed", closed)) if sentence.startswith("Asked")]


def test_nothing_that_nobody_has_checked_is_told_as_a_share(source):
    told = sentences(with_table(source, "closed", answers(0.87, 0.25, 0.5)))
    themes = [sentence for sentence in told if not sentence.startswith("Asked")]
    assert themes and all(re.search(r"\d+", sentence) and "%" not in sentence for sentence in themes)
    assert "Nobody has checked yet" in story(source).blocks[-1].text


def test_differences_in_codes_are_told_once_people_have_read_everything(source, all_read):
    told, untold = (sentences(with_table(each, "closed", each["closed"].iloc[:0])) for each in (all_read, source))
    assert any(re.search(r"“.+” was raised by \d+% of .+, against \d+% of ", line) for line in told)
    assert not any("was raised by" in line or "%" in line for line in untold)


def test_a_theme_has_the_same_number_in_the_story_as_in_the_table_of_themes(source):
    """A reader who finds 75 on one page and 80 on the next trusts neither: where it is rounded, it says so."""
    (table,) = [table for table in report_tables(build_report(source)) if table.name == "all-themes"]
    rows = {row[0].partition(". ")[2]: row[1] for row in table.rows}
    (told,) = [line for line in sentences(source) if "more people spoke of" in line or "what most people" in line]
    name, n = re.search(r"“(.+?)”", told).group(1), re.search(r"about (\d+)", told).group(1)
    assert rows[name] == n and source.profile.round_to > 1


def with_scale_ends(source, ends):
    reporting = source.study.settings.report.model_copy(update={"scale_ends": ends})
    settings = source.study.settings.model_copy(update={"report": reporting})
    return replace(source, study=replace(source.study, settings=settings))


def test_a_mean_says_which_way_its_scale_goes(source):
    means = answers(3.6, 2.9, 3.3, question="forms", value="", width=0.1).assign(measure="mean")
    asked = with_table(source, "closed", means)
    (plain,) = [line for line in sentences(asked) if "gave a mean of" in line]
    assert "Care workers gave a mean of 3.60" in plain and "on a scale from 1 to 4, where 4 is the highest" in plain
    told = with_scale_ends(asked, {"forms": ("no problem", "a great problem")})
    assert any("on a scale from 1 (no problem) to 4 (a great problem)" in line for line in sentences(told))
    page = read_page(render(build_report(told))).text
    assert "scores from 1 (no problem) to 4 (a great problem)" in page


def test_ends_of_a_scale_that_no_question_has_are_named(source):
    with pytest.raises(StudyError, match=r"\[report.scale_ends\].*'form'"):
        build_report(with_scale_ends(source, {"form": ("low", "high")}))


def test_a_quotation_of_the_story_says_of_which_theme_it_is_and_findings_come_first(source):
    placed = placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)
    # Each theme has a sentence long enough to tell something by itself.
    spoken = {text_id: f"They said this about {theme.title} and meant it well" for theme in placed for text_id in theme.exemplars}
    words = Words(spoken, who={text_id: f"Speaker {place}" for place, text_id in enumerate(spoken)})
    blocks = tell_story(source, placed, words).blocks
    quotes = [quote for block in blocks if isinstance(block, Quotations) for quote in block.items]
    told = " ".join(item.sentence for block in blocks if isinstance(block, StoryFindings) for item in block.items)
    assert len(quotes) == 3 and all(quote.about.casefold() in quote.words.casefold() for quote in quotes)
    is_told = [f"“{quote.about}”" in told for quote in quotes]
    assert is_told[0] and is_told == sorted(is_told, reverse=True)
    assert f"on “{quotes[0].about}”" in quote_in_words(quotes[0])


def test_no_figure_of_the_story_is_one_that_may_not_be_shown(source):
    hidden = source["voices"].assign(suppressed=True, n=float("nan"), share=float("nan"), evidence="clear")
    assert not any("more often than everybody else" in sentence for sentence in sentences(with_table(source, "voices", hidden)))


def test_the_rule_is_printed_with_how_many_comparisons_it_looked_at(source):
    (rule,) = [part for part in build_report(source).sections if part.name == "how-the-story-was-picked"]
    assert "by a rule and not by hand" in rule.blocks[0].text
    n = (
        source["closed"].query("measure == 'share'")["value"].nunique()
        + source["closed"].query("measure == 'mean'")["question"].nunique()
    )
    assert f"It looked at {n} answers and scores by group" in rule.blocks[0].text


def test_quotations_of_the_story_say_who_spoke_and_are_of_approved_words_only(source):
    quotes = [quote for block in story(source).blocks if isinstance(block, Quotations) for quote in block.items]
    approved = set(source["quotes"].loc[source["quotes"]["approved"], "text"])
    assert len(quotes) <= 3 and all(quote.words in approved and quote.who for quote in quotes)
    assert not [text for text in PRIVATE if text in repr(story(source))]


def test_where_nobody_has_approved_words_the_story_says_so(source):
    waiting = with_table(source, "quotes", source["quotes"].assign(approved=False))
    (said,) = [block for block in story(waiting).blocks if isinstance(block, Quotations)]
    assert said.items == () and "nobody has approved any yet" in said.note


def test_words_that_are_not_the_persons_own_stand_in_no_quotation_marks():
    from pipeline.report.blocks import Report, ReportSection
    from pipeline.report.formats.word import as_document

    said = Quotations((QuotedWords("They are sorry.", "Leaders", reworded=True), QuotedWords("I am sorry.", "Leaders")))
    report = Report("R", "b", "n", (ReportSection("s", "S", (said,)),))
    page = read_page(render(report))
    assert [quotation.text for quotation in page.find_all("q")] == ["I am sorry."]
    assert "In other words: They are sorry." in " ".join(page.find_all("main")[0].text.split())
    text = "\n".join(paragraph.text for paragraph in as_document(report).paragraphs)
    assert "“I am sorry.”\n— Leaders" in text and "In other words: They are sorry.\n— Leaders" in text


def test_the_story_alone_is_a_page_and_a_word_file(tmp_path):
    study = build_study(tmp_path / "study")
    page, document = export(study, to=["summary"])
    headings = [heading.text for heading in read_page(page.read_text(encoding="utf-8")).find_all("main")[0].find_all("h2")]
    assert headings == ["The story", "How the findings were picked"]
    text = "\n".join(paragraph.text for paragraph in Document(str(document)).paragraphs)
    report = build_summary(read_results(study, EXPORTS["summary"].tables))
    (told,) = [block for block in report.sections[0].blocks if isinstance(block, StoryFindings)]
    assert NOT_APPROVED in text and all(finding.sentence in text for finding in told.items)


def test_a_finding_that_somebody_approved_is_printed_in_their_words_and_the_next_takes_the_place_of_one_left_out(tmp_path):
    study = build_study(tmp_path / "study")
    export(study, to=["summary"])
    first, *others = standing_findings(study, proposals(study)).in_report
    approve_finding(study, first, f"In short: {first.row.sentence}", by="Fay", when=date(2026, 11, 30))
    show_finding(study, others[0].row, shown=False)
    page, _ = export(study, to=["summary"])
    main = read_page(page.read_text(encoding="utf-8")).find_all("main")[0].text
    assert f"In short: {first.row.sentence}" in main and NOT_APPROVED not in main
    assert others[0].row.sentence not in main
    assert others[0].row.finding not in {finding.finding for finding in proposals(study)}


def test_the_team_may_write_the_findings_or_leave_some_out_and_the_report_says_so(tmp_path):
    own = '\n[report]\nfindings = ["People want to be asked."]\n'
    study = build_study(tmp_path / "own")
    (study.folder / "study.toml").write_text(SETTINGS.replace("PROFILE", "strict") + own, encoding="utf-8")
    written = read_results(load_study(study.folder), EXPORTS["html"].tables)
    assert sentences(written) == ["People want to be asked."]
    assert "The team wrote the findings" in repr(build_report(written))

    out = build_study(tmp_path / "out")
    (out.folder / "study.toml").write_text(
        SETTINGS.replace("PROFILE", "strict") + '\n[report]\nleave_out = ["change", "theme 1"]\n', encoding="utf-8"
    )
    left = read_results(load_study(out.folder), EXPORTS["html"].tables)
    told = with_table(left, "closed", answers(0.87, 0.25, 0.5))
    assert not any(sentence.startswith("Asked") for sentence in sentences(told))
    assert "The team left out: change and theme 1." in repr(build_report(left))


def test_what_is_left_out_must_be_there(tmp_path):
    study = build_study(tmp_path / "study")
    text = SETTINGS.replace("PROFILE", "strict") + '\n[report]\nleave_out = ["theme 99"]\n'
    (study.folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="there is no closed question or theme 'theme 99'"):
        export(load_study(study.folder), to=["html"])


def test_the_teams_own_findings_are_looked_at_before_they_leave(tmp_path):
    study = build_study(tmp_path / "study")
    named = '\n[report]\nfindings = ["Ring Olwen Pritchard on 07700 900123."]\n'
    (study.folder / "study.toml").write_text(SETTINGS.replace("PROFILE", "strict") + named, encoding="utf-8")
    with pytest.raises(PrivacyError, match="findings, entry 1"):
        export(load_study(study.folder), to=["summary"])


def test_a_study_of_which_nothing_may_be_shown_says_so(source):
    empty = {
        name: frame.iloc[:0] for name, frame in source.tables.items() if name in ("closed", "voices", "themes", "theme_codes")
    }
    told = story(replace(source, tables={**source.tables, **empty}))
    assert isinstance(told.blocks[0], Paragraph) and not [block for block in told.blocks if isinstance(block, Chart)]


TRUE = ((79, 91), (15, 61))
"""People who gave an answer, and people asked it: 86.8 % and 24.6 %."""


def as_shown(profile):
    """Return what the table `closed` shows of them under a profile."""
    shown = [tuple(disclose(np.array(pair, float), PROFILES[profile])) for pair in TRUE]
    rows = [answers(n / base, base=base).iloc[0].to_dict() for n, base in shown]
    return pd.DataFrame(rows).assign(level=GROUPS[: len(TRUE)])


def test_the_first_page_says_how_far_percentages_of_rounded_numbers_may_be_off(source):
    told = with_table(source, "closed", as_shown("strict"))
    contrast = contrasts(told)[0]
    (most,) = re.findall(r"percentages are of rounded numbers, so they may be off by up to (\d+) points", limits(told))
    for cell, (n, base) in zip((contrast.high, contrast.low), TRUE, strict=True):
        assert abs(cell.value - n / base) * 100 <= int(most) <= 8
    assert "percentages of numbers rounded to the nearest 5" in story_chart(told).subtitle


def test_where_nothing_is_rounded_percentages_are_true_and_nothing_is_said_of_it(tmp_path):
    study = build_study(tmp_path / "study", profile="standard")
    told = with_table(read_results(study, EXPORTS["html"].tables), "closed", as_shown("standard"))
    assert "87% of Care workers answered “=Yes”, against 25% of Leaders" in sentences(told)[0]
    assert "rounded" not in limits(told) and "rounded" not in story_chart(told).subtitle
