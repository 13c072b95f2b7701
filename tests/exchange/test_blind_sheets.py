"""Sheets and paper forms tell nothing of how an excerpt is coded, and are believed in nothing but the answers."""

import csv

import docx
import openpyxl
import pytest

from pipeline.decisions.showings import note_shown
from pipeline.decisions.store import decisions, open_store
from pipeline.exchange.sheets.pack import pack
from pipeline.exchange.sheets.unpack import unpack
from pipeline.tables.parquet import TABLES, read_table, write_table


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def come_back(study, path, rows, reviewer="Ann"):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return unpack(study, path, reviewer=reviewer, group="family")


def packed(study, tmp_path, name="sheet.csv", **more):
    return rows_of(pack(study, n=6, out=tmp_path / name, **more)[0])


def drawn(study):
    return decisions(study).set_index("segment_id")["drawn"].to_dict()


def words_in(path):
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()]
    return [one.text for one in docx.Document(path).paragraphs] if path.suffix == ".docx" else rows_of(path)


@pytest.mark.parametrize("name", ["sheet.csv", "sheet.xlsx", "form.docx"])
def test_no_sheet_depends_on_what_the_program_or_others_say(study, tmp_path, name):
    before = words_in(pack(study, n=6, out=tmp_path / f"before-{name}", reviewer="Ann")[0])
    frame = read_table("suggestions", study.folder / TABLES["suggestions"].file)
    write_table("suggestions", frame.assign(code="money"), study.folder / TABLES["suggestions"].file)
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    with open_store(study) as store:
        store.add_reviewer("Ben", "researcher")
        for row in segments.head(200).itertuples():
            given = {"segment_id": row.segment_id, "text_id": row.text_id, "reviewer": "Ben", "note": "Ben's note"}
            store.decide(**given, outcome="codes", codes=["money"])
    assert words_in(pack(study, n=6, out=tmp_path / f"after-{name}", reviewer="Ann")[0]) == before


def test_an_audit_that_is_typed_into_a_sheet_is_none(study, tmp_path):
    rows = [row | {"your_codes": "time", "drawn": "random audit"} for row in packed(study, tmp_path)]
    came = come_back(study, tmp_path / "back.csv", rows)
    assert came.added == 6 and set(drawn(study).values()) == {"given order"}
    assert "no audit that was packed here for this person drew it" in came.as_text()


def test_an_audit_stays_one_whatever_the_sheet_says(study, tmp_path):
    rows = [row | {"your_codes": "time", "drawn": "given order"} for row in packed(study, tmp_path, order="random audit")]
    come_back(study, tmp_path / "back.csv", rows)
    assert set(drawn(study).values()) == {"random audit"}


def test_an_audit_that_was_drawn_for_somebody_else_is_nobody_elses(study, tmp_path):
    rows = packed(study, tmp_path, order="random audit", reviewer="Ben")
    came = come_back(study, tmp_path / "back.csv", [row | {"your_codes": "time"} for row in rows])
    assert set(drawn(study).values()) == {"given order"} and "count for no audit" in came.as_text()


def test_a_sheet_that_was_drawn_twice_says_by_which_order_it_came(study, tmp_path):
    audit = packed(study, tmp_path, "audit.csv", order="random audit", reviewer="Ann")
    given = rows_of(pack(study, n=500, out=tmp_path / "given.csv", reviewer="Ann")[0])
    both = [row for row in given if row["excerpt"] == audit[0]["excerpt"]]
    come_back(study, tmp_path / "one.csv", [both[0] | {"your_codes": "time"}])
    come_back(study, tmp_path / "two.csv", [audit[1] | {"your_codes": "time"}])
    assert drawn(study) == {audit[0]["excerpt"]: "given order", audit[1]["excerpt"]: "random audit"}


def test_what_the_page_has_shown_is_not_blind_on_a_sheet_either(study, tmp_path):
    """Ann looked at a quotation with its code on the page, and sends back the sheet that she had filled in or not by then."""
    rows = packed(study, tmp_path)
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    text_of = segments.set_index("segment_id")["text_id"]
    shown = rows[0]["excerpt"]
    with open_store(study) as store, store.together():
        store.add_reviewer("Ann", "family")
        note_shown(store, "Ann", [text_of[shown]], place="quote")
    come_back(study, tmp_path / "back.csv", [row | {"your_codes": "time"} for row in rows])
    made = decisions(study)
    assert (made["blind"] == (made["text_id"] != text_of[shown])).all() and not made["blind"].all()


def test_an_answer_on_a_sheet_after_one_on_the_page_is_not_blind(study, tmp_path):
    rows = packed(study, tmp_path)
    segments = read_table("segments", study.folder / TABLES["segments"].file).set_index("segment_id")
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        given = {"segment_id": rows[0]["excerpt"], "text_id": segments["text_id"][rows[0]["excerpt"]], "reviewer": "Ann"}
        store.decide(**given, outcome="none", channel="web")
    come_back(study, tmp_path / "back.csv", [rows[0] | {"your_codes": "time"}])
    with open_store(study) as store:
        assert store.history()["blind"].tolist() == [True, False]
        assert store.blind_answers()["outcome"].tolist() == ["none"]


def test_a_sheet_on_which_the_same_words_stand_twice_is_blind_in_both(study, tmp_path):
    rows = rows_of(pack(study, n=40, out=tmp_path / "sheet.csv")[0])
    assert len({row["words_to_code"] for row in rows}) < len(rows)
    come_back(study, tmp_path / "back.csv", [row | {"your_codes": "time"} for row in rows])
    assert decisions(study)["blind"].all()
