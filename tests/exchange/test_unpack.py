import csv
import random

import pytest

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.decisions.store import decisions, open_store
from pipeline.errors import ReviewError
from pipeline.exchange.sheets.pack import pack
from pipeline.exchange.sheets.unpack import unpack
from pipeline.report import export
from pipeline.tables.parquet import TABLES, read_table


GROUP = "lived experience"


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def sheet(study, tmp_path):
    """A sheet of eight excerpts, nothing filled in yet."""
    return read(pack(study, n=8, out=tmp_path / "blank.csv")[0])


@pytest.fixture
def come_back(study, tmp_path):
    """Unpack a sheet with these rows, as Ann."""

    def take_in(rows, reviewer="Ann", name="filled.csv"):
        return unpack(study, write(tmp_path / name, rows), reviewer=reviewer, group=GROUP)

    return take_in


def said(study):
    return {row["segment_id"]: (row["outcome"], row["codes"]) for row in decisions(study).to_dict("records")}


def test_a_filled_sheet_becomes_decisions(study, sheet, come_back):
    sheet[0]["your_codes"], sheet[1]["none_of_these"], sheet[2]["not_sure"] = "time|trust", "yes", "x"
    found = come_back(sheet)
    assert (found.added, found.blank, found.problems) == (3, 5, ())
    assert said(study) == {
        sheet[0]["excerpt"]: ("codes", "time|trust"),
        sheet[1]["excerpt"]: ("none", ""),
        sheet[2]["excerpt"]: ("not sure", ""),
    }
    made = decisions(study)
    assert set(made["channel"]) == {"workbook"} and made["blind"].all() and set(made["reviewer_group"]) == {GROUP}


def test_the_exported_sheet_comes_back_too(study, come_back):
    rows = read(export(study, to=["review"])[0])
    rows[3]["your_codes"] = "forms"
    assert come_back(rows).added == 1


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("time", "time"),
        (" TIME ", "time"),
        ("Too little  time", "time"),
        ("Trust & Respect; time", "trust|time"),
        ("time, trust", "time|trust"),
        ("time|time", "time"),
        ("trust;\ntime;", "trust|time"),
        ("'money", "money"),
        ("They don’t ask, they tell", "told"),
        ("they don't ask, they tell, time", None),
        ("Waiting", None),
        ("|", None),
    ],
)
def test_codes_may_be_written_as_people_write_them(study, sheet, come_back, written, codes):
    extra = (
        Code("told", label="Told", plain_label="They don't ask, they tell"),
        Code("wait-a", label="Waiting"),
        Code("wait-b", label="Waits", plain_label="Waiting"),
    )
    write_codebook(Codebook((*read_codebook(study.codebook).codes, *extra)), study.codebook)
    sheet[0]["your_codes"] = written
    found = come_back(sheet)
    if codes is None:
        assert found.added == 0 and len(found.problems) == 1 and decisions(study).empty
    else:
        assert said(study) == {sheet[0]["excerpt"]: ("codes", codes)}


@pytest.mark.parametrize(
    ("cells", "explained"),
    [
        ({"your_codes": "tims"}, "row 2, column your_codes: the entry is no code of this study. Is time meant?"),
        ({"your_codes": "time; SECRETWORDS"}, "row 2, column your_codes: entry 2 is no code of this study."),
        ({"your_codes": "time", "none_of_these": "yes"}, "row 2, columns your_codes and none_of_these"),
        ({"not_sure": "SECRETWORDS"}, 'row 2, column not_sure: write "yes"'),
        ({"excerpt": "SECRETWORDS", "your_codes": "time"}, "row 2, column excerpt: this study has no such excerpt"),
        ({"excerpt": "", "your_codes": "time"}, "row 2, column excerpt: is empty"),
        ({"drawn": "SECRETWORDS", "your_codes": "time"}, "row 2, column drawn: was changed"),
    ],
)
def test_a_row_that_cannot_be_used_is_explained_without_its_words(study, sheet, come_back, cells, explained):
    sheet[0] |= cells
    sheet[4]["your_codes"] = "forms"
    found = come_back(sheet)
    assert explained in found.as_text() and "SECRETWORDS" not in found.as_text()
    assert said(study) == {sheet[4]["excerpt"]: ("codes", "forms")}


def test_no_counts_as_left_empty(study, sheet, come_back):
    sheet[0] |= {"your_codes": "time", "none_of_these": "No", "not_sure": "FALSE"}
    assert come_back(sheet).added == 1


def test_rows_that_contradict_each_other_are_both_left_out(study, sheet, come_back):
    sheet[0]["your_codes"] = "time"
    again = sheet[0] | {"your_codes": "trust"}
    sheet[1]["your_codes"] = "forms"
    found = come_back([*sheet, again, sheet[1]])
    assert found.problems == ("rows 2 and 10: they answer one excerpt differently; keep what is meant.",)
    assert said(study) == {sheet[1]["excerpt"]: ("codes", "forms")}


def test_the_same_sheet_twice_changes_nothing(study, sheet, come_back):
    sheet[0]["your_codes"], sheet[1]["none_of_these"] = "time", "yes"
    come_back(sheet)
    before = decisions(study)
    random.Random(1).shuffle(sheet)
    found = come_back(sheet[:-1] if sheet[-1]["your_codes"] == sheet[-1]["none_of_these"] == "" else sheet)
    assert (found.added, found.changed, found.unchanged) == (0, (), 2)
    assert decisions(study).equals(before)


def test_a_changed_answer_becomes_a_later_decision(study, sheet, come_back):
    sheet[0]["your_codes"] = sheet[1]["your_codes"] = "time"
    come_back(sheet)
    sheet[0]["your_codes"] = "trust"
    found = come_back(sheet)
    assert (found.added, found.changed, found.unchanged) == (0, (2,), 1)
    assert "the later answer stands, the earlier is kept" in found.as_text()
    assert said(study)[sheet[0]["excerpt"]] == ("codes", "trust")
    with open_store(study) as store:
        assert len(store.history()) == 3


def test_an_old_sheet_does_not_undo_what_was_said_since(study, sheet, come_back):
    sheet[0]["your_codes"] = "time"
    come_back(sheet)
    come_back([sheet[0] | {"your_codes": "trust"}], name="later.csv")
    found = come_back(sheet)
    assert found.superseded == (2,)
    assert said(study)[sheet[0]["excerpt"]] == ("codes", "trust")


def test_a_later_sheet_without_the_row_keeps_it(study, sheet, come_back):
    sheet[0]["your_codes"] = "time"
    come_back(sheet)
    come_back([sheet[1] | {"your_codes": "trust"}], name="later.csv")
    assert len(said(study)) == 2


def test_a_note_is_kept(study, sheet, come_back):
    sheet[0] |= {"your_codes": "time", "note": "could also be trust"}
    come_back(sheet)
    with open_store(study) as store:
        assert store.history()["note"].tolist() == ["could also be trust"]


def test_two_people_keep_their_own_answers(study, sheet, come_back):
    sheet[0]["your_codes"] = "time"
    come_back(sheet)
    come_back([sheet[0] | {"your_codes": "trust"}], reviewer="Ben")
    assert sorted(decisions(study)["codes"]) == ["time", "trust"]


def test_the_group_is_asked_for_once(study, sheet, tmp_path):
    sheet[0]["your_codes"] = "time"
    path = write(tmp_path / "filled.csv", sheet)
    with pytest.raises(ReviewError, match="--group"):
        unpack(study, path, reviewer="Ann")
    assert decisions(study).empty
    unpack(study, path, reviewer="Ann", group=GROUP)
    assert unpack(study, path, reviewer="ann").unchanged == 1


def test_a_file_that_is_no_sheet_is_refused(study, tmp_path):
    path = write(tmp_path / "other.csv", [{"name": "a", "your codes": "b"}])
    with pytest.raises(ReviewError, match="no column excerpt"):
        unpack(study, path, reviewer="Ann", group=GROUP)


@pytest.mark.parametrize("order", ["given order", "uncertain", "rare codes first"])
def test_what_has_been_decided_is_not_packed_again(study, tmp_path, order):
    rows = read(pack(study, order=order, n=5, out=tmp_path / "a.csv")[0])
    assert len(rows) == 5 and {row["drawn"] for row in rows} == {order}
    for row in rows:
        row["none_of_these"] = "yes"
    unpack(study, write(tmp_path / "b.csv", rows), reviewer="Ann", group=GROUP)
    assert set(decisions(study)["drawn"]) == {order}
    seen = {row["excerpt"] for row in rows}
    others = read(pack(study, order=order, n=5, out=tmp_path / "c.csv")[0])
    assert not seen & {row["excerpt"] for row in others}
    for_ben = read(pack(study, order=order, n=5, out=tmp_path / "d.csv", reviewer="Ben")[0])
    assert {row["excerpt"] for row in for_ben} == seen or order == "rare codes first"


def test_an_audit_draws_from_decided_excerpts_too_and_keeps_what_it_drew(study, tmp_path):
    everything = read(pack(study, n=100_000, out=tmp_path / "all.csv")[0])
    for row in everything:
        row["your_codes"] = "time"
    unpack(study, write(tmp_path / "b.csv", everything), reviewer="Ann", group=GROUP)
    audit = read(pack(study, order="random audit", n=10, out=tmp_path / "audit.csv")[0])
    for row in audit:
        row["your_codes"] = "time"
    assert unpack(study, write(tmp_path / "c.csv", audit), reviewer="Ann").unchanged == 10
    drawn = decisions(study).set_index("segment_id")["drawn"]
    assert set(drawn[drawn == "random audit"].index) == {row["excerpt"] for row in audit}
    # An answer that is changed elsewhere stays in the audit, and the next audit draws others.
    unpack(study, write(tmp_path / "d.csv", [audit[0] | {"your_codes": "trust", "drawn": "uncertain"}]), reviewer="Ann")
    assert (decisions(study)["drawn"] == "random audit").sum() == 10
    more = read(pack(study, order="random audit", n=10, out=tmp_path / "more.csv")[0])
    assert not {row["excerpt"] for row in audit} & {row["excerpt"] for row in more}


def test_a_sheet_that_is_there_is_not_written_over(study, tmp_path):
    pack(study, n=2, out=tmp_path / "a.csv")
    with pytest.raises(ReviewError, match="is there already"):
        pack(study, n=2, out=tmp_path / "a.csv")


def test_nothing_left_is_said(study, tmp_path):
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    with open_store(study) as store:
        store.add_reviewer("Ann", GROUP)
        with store.together():
            for row in segments.itertuples():
                store.decide(segment_id=row.segment_id, text_id=row.text_id, reviewer="Ann", outcome="none")
    with pytest.raises(ReviewError, match="Nothing is left to review"):
        pack(study, out=tmp_path / "a.csv")
