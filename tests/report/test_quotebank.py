"""The bank of quotations: only approved words leave, each with what is known of it, in four forms; and where they went."""

import csv
from dataclasses import replace
from datetime import date

import docx
import openpyxl
import pytest
from click.testing import CliRunner
from reading import read_page
from small_study import PRIVATE, Tables, save

from pipeline.cli import main
from pipeline.decisions.store import open_store
from pipeline.errors import StudyError
from pipeline.report import export
from pipeline.report.formats.quote_files import _by_code, _report
from pipeline.report.formats.quotes_page import render_page
from pipeline.report.formats.word import as_document
from pipeline.report.quote_bank import TABLES, quote_bank
from pipeline.study.quote_uses import FILE, note_use, read_uses
from pipeline.workflow.results import read_results


@pytest.fixture
def bank(study, tables):
    """Return the bank of a study in which two people read the first approved quotation."""
    quotes = tables["quotes"]
    first = quotes[quotes["approved"] & (quotes["consent"] == "quote")].iloc[0]
    text_of = tables["segments"].set_index("segment_id")["text_id"]
    with open_store(study) as store:
        for name, group in (("Ann", "lived experience"), ("Bo", "researcher"), ("Cy", "researcher")):
            store.add_reviewer(name, group)
            codes = [first["code"]] if name != "Cy" else ["money"]
            row = {"segment_id": first["segment_id"], "text_id": text_of[first["segment_id"]]}
            store.decide(reviewer=name, outcome="codes", codes=codes, **row)
    codings = tables["codings"].copy()
    codings.loc[(codings["segment_id"] == first["segment_id"]) & (codings["code"] == first["code"]), "status"] = "contested"
    save(study, Tables({**tables.frames, "codings": codings}))
    export(study, to=["quotes"])
    return quote_bank(read_results(study, TABLES))


def read_rows(study, name):
    with (study.exports / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_provenance_says_the_answer_the_codes_who_agreed_and_whether_it_is_contested(bank, tables):
    one = next(one for one in bank.quotations if one.contested)
    assert one.agreed_by == "lived experience (1) and researcher (1)"
    answer = tables["segments"].set_index("segment_id").at[one.quote, "comment_id"]
    assert one.answer == answer and one.code in one.codes
    others = [found for found in bank.quotations if not found.contested]
    assert {found.agreed_by for found in others} == {"nobody yet: the program suggested this code"}


def test_the_four_forms_hold_the_same_quotations_and_no_others(bank, study):
    said = sorted(one.words for one in bank.quotations)
    assert said and sorted(row["words"].removeprefix("'") for row in read_rows(study, "quotes.csv")) == said
    sheet = openpyxl.load_workbook(study.exports / "quotes.xlsx")["Quotations"]
    cells = [cell.value for row in sheet for cell in row]
    document = docx.Document(str(study.exports / "quotes.docx"))
    written = [cell.text for table in document.tables for cell in table.columns[0].cells]
    page = read_page((study.exports / "quotes.html").read_text(encoding="utf-8"))
    shown = [quote.text for quote in page.find_all("blockquote")]
    for words in said:
        assert words in cells and f"“{words}”" in written and " ".join(words.split()) in shown
    assert len(shown) == len(said)


def test_withheld_candidates_are_listed_with_the_reason_and_without_a_word(bank, study, tables):
    words = set(tables["quotes"]["text"]) - {one.words for one in bank.quotations}
    for name in ("withheld.csv", "quotes.html"):
        text = (study.exports / name).read_text(encoding="utf-8-sig")
        assert "no rewording has been approved" in text
        assert not [said for said in (*words, *PRIVATE) if said in text]


def test_the_page_is_whole_without_a_script_and_only_its_own_may_run(bank, study):
    import base64
    import hashlib
    import re

    html = (study.exports / "quotes.html").read_text(encoding="utf-8")
    page = read_page(html)
    assert not [one for one in page.find_all("article") if "hidden" in one.attributes]
    assert "hidden" in page.find_all("form")[0].attributes
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html and "default-src 'none'" in html
    assert "<script>alert" not in html.replace(script, "")


def test_where_a_quotation_was_used_is_noted_and_shown(bank, study):
    one = bank.quotations[0]
    ids = [found.quote for found in bank.quotations]
    note_use(study, one.quote, where="=Annual report", page="12", by="Ann", when=date(2026, 3, 1), ids=ids)
    note_use(study, one.quote, where="A talk", page="", by="Ann", when=date(2026, 3, 2), ids=ids)
    assert "'=Annual report" in (study.folder / FILE).read_text(encoding="utf-8-sig")
    assert [use.where for use in read_uses(study)] == ["=Annual report", "A talk"]
    (again,) = [
        found
        for found in quote_bank(read_results(study, TABLES)).quotations
        if found.quote == one.quote and found.code == one.code
    ]
    assert again.used == ("=Annual report, page 12", "A talk")


def test_a_withdrawal_finds_every_page(bank, study, tables):
    one = bank.quotations[0]
    runner = CliRunner()
    done = runner.invoke(main, ["quote", "used", str(study.folder), one.quote, "--where", "Annual report", "--page", "12"])
    assert done.exit_code == 0 and "Annual report, page 12" in done.output
    assert "In use" in runner.invoke(main, ["quote", "where", str(study.folder)]).output
    comments = tables["comments"].copy()
    comments.loc[comments["comment_id"] == one.answer, "consent"] = "analyse"
    save(study, Tables({**tables.frames, "comments": comments}))
    listed = runner.invoke(main, ["quote", "where", str(study.folder)]).output
    assert listed.startswith(f"TAKE OUT: {one.quote} in Annual report, page 12")
    assert "no longer, agree to be quoted" in listed
    save(study, Tables({**tables.frames, "quotes": tables["quotes"][tables["quotes"]["segment_id"] != one.quote]}))
    assert "TAKE OUT" in runner.invoke(main, ["quote", "where", str(study.folder)]).output


@pytest.mark.parametrize("quote", ["0" * 16, "../../x", ""])
def test_only_quotations_that_may_leave_can_be_noted(study, quote):
    with pytest.raises(StudyError, match="No quotation in this study"):
        note_use(study, quote, where="x", page="", by="a", when=date(2026, 3, 1), ids=["a"])
    assert not (study.folder / FILE).exists()


def test_a_register_that_was_broken_in_a_spreadsheet_is_not_added_to(study):
    (study.folder / FILE).write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(StudyError, match="the column quote is missing"):
        note_use(study, "a", where="x", page="", by="a", when=date(2026, 3, 1), ids=["a"])


def test_a_bank_in_which_nobody_has_approved_anything_is_written_all_the_same(study, tables):
    save(study, Tables({**tables.frames, "quotes": tables["quotes"].assign(approved=False)}))
    export(study, to=["quotes"])
    assert read_rows(study, "quotes.csv") == []
    assert "Nobody has approved a quotation yet" in (study.exports / "quotes.html").read_text(encoding="utf-8")


def test_an_excerpt_under_two_codes_is_counted_once(bank):
    twice = replace(bank, quotations=(*bank.quotations, replace(bank.quotations[0], code="Another")))
    assert twice.n_approved == bank.n_approved == len({one.quote for one in bank.quotations})
    assert f"{bank.n_approved} approved," in read_page(render_page("t", "n", twice)).find_all("header")[0].text


def test_a_rewording_is_no_quotation_in_any_form(bank):
    reworded = replace(bank.quotations[0], words="They are sorry.", reworded=True)
    page = read_page(render_page("t", "n", replace(bank, quotations=(reworded,))))
    assert not page.find_all("blockquote") and "In other words: They are sorry." in " ".join(page.text.split())
    table = as_document(_report("t", bank, _by_code(replace(bank, quotations=(reworded,))))).tables[0]
    assert table.cell(1, 0).text == "In other words: They are sorry."
