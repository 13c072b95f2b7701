"""The report counts what people read as facts, gives shares only where reading tells them, and says what would tell them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_study import CODES, build_tables

from pipeline.codebook.codebook import Codebook
from pipeline.report.blocks import Chart, Figure, Paragraph, TableBlock
from pipeline.report.code_shares import next_step, share_rows
from pipeline.report.easyread import draft_ideas
from pipeline.report.formats.csv_tables import write_tables
from pipeline.report.sections.in_short_section import in_short
from pipeline.report.sections.shares_section import CHECKED, shares
from pipeline.tables.parquet import empty_table
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.estimate import estimate


@pytest.fixture(scope="module")
def unread_tables(study_settings):
    return build_tables(study_settings, all_read=False)


@pytest.fixture(scope="module")
def study_settings(tmp_path_factory):
    from small_study import build_study

    return build_study(tmp_path_factory.mktemp("shares") / "study")


@pytest.fixture
def unread(source, unread_tables):
    """What the report is made from where nobody has read anything."""
    return replace(
        source, tables={**source.tables, **{name: unread_tables[name] for name in source.tables if name in unread_tables.frames}}
    )


@pytest.fixture
def audited(source, unread_tables):
    """The same after people read 120 excerpts drawn at random, and agreed with what the program suggests."""
    frames = unread_tables.frames
    segments, codings = frames["segments"], frames["codings"]
    drawn = segments.iloc[np.random.default_rng(4).choice(len(segments), 120, replace=False)]
    codes = codings.groupby("segment_id")["code"].agg("|".join).reindex(drawn["segment_id"]).fillna("")
    decisions = pd.DataFrame({"segment_id": drawn["segment_id"], "text_id": drawn["text_id"], "codes": codes.to_numpy()})
    decisions = decisions.assign(
        decision_id=range(1, 121), reviewer="Ana", reviewer_group="family", drawn="random audit", blind=True, channel="web",
        outcome=np.where(decisions["codes"] == "", "none", "codes"), made_at="2026-11-30T10:00:00Z",
    )  # fmt: skip
    codings = codings.assign(status=codings["status"].mask(codings["segment_id"].isin(drawn["segment_id"]), "accepted"))
    settings, people = source.study.settings, frames["people"]
    counts, _ = count(codings, segments, frames["comments"], people, frames["ratings"], Codebook(CODES), settings=settings)
    read = (codings, frames["suggestions"], decisions, empty_table("discussions"), empty_table("lessons"))
    estimates = estimate(segments, frames["comments"], people, *read, counts, Codebook(CODES), settings=settings)
    return replace(source, tables={**source.tables, "codings": codings, "counts": counts, "estimates": estimates})


def test_before_anybody_read_there_is_no_share_and_the_step_that_tells_it(unread):
    section = shares(unread)
    (paragraph,) = section.blocks
    assert isinstance(paragraph, Paragraph)
    assert "have read none" in paragraph.text and "No share of a code is given" in paragraph.text
    assert "200 excerpts drawn at random" in paragraph.text and "minutes for one person" in paragraph.text
    assert "%" not in paragraph.text
    (points,) = in_short(unread, ()).blocks
    assert not any("The code " in sentence for sentence in points.items)


def test_after_an_audit_each_share_has_its_interval_the_least_number_of_people_and_how_much_was_checked(audited):
    section = shares(audited)
    tables = [
        block.table if isinstance(block, Chart) else block for block in section.blocks if isinstance(block, Chart | TableBlock)
    ]
    rows = {row[0]: row[1:] for row in tables[0].rows}
    assert tables[0].header[-1] == CHECKED
    cell, checked = rows["Too little time"][0], rows["Too little time"][-1]
    assert isinstance(cell, Figure) and cell.people.startswith("at least ")
    row = share_rows(audited).query("question == 'any' and code == 'time' and level == 'everyone'").iloc[0]
    truth = audited["codings"].merge(audited["segments"])["code"].eq("time").sum() / len(audited["segments"])
    assert row["low"] <= truth <= row["high"]
    # 120 of all excerpts were read.
    assert abs(int(checked.rstrip("%")) - 100 * 120 / len(audited["segments"])) < 12
    assert "drawn at random" in section.blocks[0].text


def test_what_was_read_by_choice_says_how_many_at_least_and_does_not_rank(audited):
    estimates = audited["estimates"].assign(method="none", share=np.nan, low=np.nan, high=np.nan)
    section = shares(replace(audited, tables={**audited.tables, "estimates": estimates}))
    (table,) = [block for block in section.blocks if isinstance(block, TableBlock)]
    assert [row[0] for row in table.rows] == [code.name for code in CODES if code.name in {row[0] for row in table.rows}]
    assert any(str(cell).startswith("at least ") for row in table.rows for cell in row)
    assert not any(isinstance(cell, Figure) for row in table.rows for cell in row)


def test_the_table_of_counts_holds_no_share_of_what_was_read_so_far(audited, tmp_path):
    write_tables(audited, tmp_path)
    counts = pd.read_csv(tmp_path / "counts.csv")
    assert counts["n"].notna().any() and counts[["share", "low", "high"]].isna().all(axis=None)
    assert pd.read_csv(tmp_path / "estimates.csv")["share"].notna().any()


def test_the_minutes_say_that_they_are_a_guess_until_decisions_were_timed(source):
    assert "a guess until more people have decided" in next_step(source)
    assert "in about 100 minutes" in next_step(source)


def test_under_rounding_the_table_says_that_percentages_are_of_rounded_numbers(source):
    (table,) = [block.table for block in shares(source).blocks if isinstance(block, Chart)]
    assert table.note.endswith("Percentages are of the rounded numbers, so in small groups they may be off by a few points.")


def test_estimates_of_excerpts_are_not_of_rounded_numbers(audited):
    shown = [block for block in shares(audited).blocks if isinstance(block, Chart | TableBlock)]
    tables = [block.table if isinstance(block, Chart) else block for block in shown]
    assert not any("rounded numbers" in table.note for table in tables)


def test_the_easy_read_says_or_more_as_long_as_not_all_is_read(source, unread, audited):
    said = {
        name: [idea.text for idea in draft_ideas(study) if "talked about this" in idea.text]
        for name, study in (("all", source), ("none", unread), ("audit", audited))
    }
    assert said["none"] == []
    assert said["all"] and all("people talked about this" in text for text in said["all"])
    assert said["audit"] and all("people or more talked about this" in text for text in said["audit"])
