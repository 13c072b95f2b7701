"""The appendix says what the study's records hold, and asks a person for what they cannot."""

import re
import tomllib
from dataclasses import replace

import pandas as pd
import pytest
from docx import Document
from sample import ROOT

from pipeline.report import export
from pipeline.report.appendix import NOT_APPLICABLE, TO_WRITE, build_appendix, reporting_lists
from pipeline.report.content import build_report
from pipeline.report.sections.story_section import NOT_APPROVED
from pipeline.report.study_facts import FACTS, fact
from pipeline.study.study_settings import Consent


LISTS = tomllib.loads((ROOT / "pipeline" / "report" / "reporting_lists.toml").read_text(encoding="utf-8"))["lists"]
EXPECTED = {"gripp2-short": 5, "gripp2-long": 34, "coreq": 32, "srqr": 21, "uk-standards": 6, "machine-use": 10, "audit-trail": 6}


@pytest.fixture
def unread(source):
    """What the report is made from before anybody has read anything."""
    return source


@pytest.fixture
def source(unread):
    """A study of which two people have read forty excerpts before they saw a suggestion, and half of what they read alike."""
    rows = [
        {
            "decision_id": 2 * place + number, "segment_id": segment.segment_id, "text_id": segment.text_id, "reviewer": reviewer,
            "reviewer_group": group, "codes": ("", "trust")[number], "outcome": ("none", "codes")[number],
            "drawn": "random audit", "blind": True, "channel": "web", "made_at": "2026-11-30T10:00:00Z", "note": "",
        }
        for place, segment in enumerate(unread["segments"].head(40).itertuples())
        for number, (reviewer, group) in enumerate((("Anwen", "lived experience"), ("Rhodri", "researcher")))
    ]  # fmt: skip
    quotes = unread["quotes"].assign(approved=True)
    return replace(unread, tables={**unread.tables, "decisions": pd.DataFrame(rows), "quotes": quotes})


def items(source):
    return {f"{entry.name} {item.number}": item for entry in reporting_lists(source) for item in entry.items}


def test_every_list_is_whole_and_each_item_can_be_met():
    assert {entry["name"]: len(entry["items"]) for entry in LISTS} == EXPECTED
    for entry in LISTS:
        numbers = [item["number"] for item in entry["items"]]
        assert len(set(numbers)) == len(numbers)
        for item in entry["items"]:
            assert set(item.get("facts", ())) <= set(FACTS)
            assert item.get("facts") or item.get("prompt") or item.get("why_not"), item


def test_every_fact_is_asked_for():
    assert {name for entry in LISTS for item in entry["items"] for name in item.get("facts", ())} == set(FACTS)


def test_three_items_in_five_are_filled_where_people_have_reviewed(source):
    applicable = [item for entry in reporting_lists(source) for item in entry.applicable]
    assert sum(item.is_filled for item in applicable) >= 0.6 * len(applicable)


def test_nothing_is_said_of_people_who_have_not_begun(source):
    empty = replace(source, tables={**source.tables, "decisions": source["decisions"].iloc[:0]})
    for name in ("coders", "blind", "double", "decided", "changed", "audit", "disagreements"):
        assert fact(name, empty) is None, name
    assert "Nobody has decided on 100%" in fact("unread", empty).sentence


def test_people_who_coded_are_counted_by_group_and_never_named(source):
    sentence = "2 people coded: 1 in the group “lived experience” and 1 in the group “researcher”."
    assert fact("coders", source).sentence == sentence
    text = " ".join(item.text for item in items(source).values())
    assert "Anwen" not in text and "Rhodri" not in text


def test_what_people_decided_otherwise_than_the_program_is_counted(source):
    suggestions = source["suggestions"]
    first = suggestions[suggestions["suggested"]].iloc[0]
    segment = source["segments"].query("text_id == @first.text_id").iloc[0]
    one = source["decisions"].iloc[:1].assign(
        segment_id=segment["segment_id"], text_id=first["text_id"], outcome="none", codes="", reviewer="Ana"
    )  # fmt: skip
    beside = replace(source, tables={**source.tables, "decisions": one})
    assert fact("changed", beside).sentence.endswith("0% gave the same codes and 100% others or none.")


def test_consent_is_told_without_the_name_of_a_column_and_themes_without_those_set_aside(source):
    intake = source.study.settings.intake
    asked = intake.model_copy(update={"consent": Consent(column="q17_ok_to_quote", quote=("Yes",))})
    study = replace(source.study, settings=source.study.settings.model_copy(update={"intake": asked}))
    assert fact("consent", replace(source, study=study)).sentence.startswith("People were asked whether they may be quoted.")
    n = len(source["themes"])
    themes = source["themes"].assign(set_aside=[place == 0 for place in range(n)])
    aside = replace(source, tables={**source.tables, "themes": themes})
    assert fact("themes", aside).sentence.startswith(f"{n - 1} themes: ")
    (method,) = [section for section in build_report(aside).sections if section.name == "how-it-was-done"]
    assert f"sorted these into {n - 1} themes" in method.blocks[0].text


def test_findings_are_told_as_the_report_tells_them(source):
    assert fact("findings", source).sentence.endswith(NOT_APPROVED)


def test_only_quotations_that_may_still_leave_are_said_to_be_approved(source):
    comments = source["comments"].assign(consent="no")
    assert fact("quotes", source) is not None
    assert fact("quotes", replace(source, tables={**source.tables, "comments": comments})) is None


def test_how_many_excerpts_there_are_does_not_follow_from_how_many_were_read(source):
    assert not re.search(r"\d+ excerpts", fact("decided", source).sentence)


def test_what_does_not_apply_says_why_and_what_no_record_holds_is_asked(source):
    every = items(source)
    assert every["coreq 19"].text.startswith(NOT_APPLICABLE)
    assert every["srqr 21"].text.startswith(TO_WRITE)
    assert not [key for key, item in every.items() if not item.text]


def test_it_holds_no_words_of_anybody_who_answered(source):
    text = " ".join(str(row) for section in build_appendix(source).sections for block in section.blocks for row in [block])
    assert not [answer for answer in source["comments"]["text"].dropna() if len(answer) > 20 and answer in text]


def test_it_is_written_as_a_page_and_for_word(study):
    page, document = export(study, to=["appendix"])
    assert (page.name, document.name) == ("appendix.html", "appendix.docx")
    text = page.read_text(encoding="utf-8")
    assert all(entry["title"] in text for entry in LISTS)
    assert len(Document(str(document)).tables) == len(LISTS)
