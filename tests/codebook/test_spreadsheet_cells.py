"""No cell of a codebook runs in a spreadsheet, and what is read back is what was typed, by us or by others."""

import csv
import re

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.codebook.edit_file import add_code, change_code, reword_cells
from pipeline.runtime.spreadsheet_cells import FORMULA, guarded, unguarded


SIGNS = [
    "=1+1",
    "+44",
    "-1",
    "@SUM(1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1",
    "﹣1",
    "\u200b=1",
    "\u2066@x",
    "=cmd|' /c x'!A0",
]
SIGNS += ['=HYPERLINK("http://127.0.0.1";"x")', "'=1+1", "''=1+1"]
# As a spreadsheet might: by itself, and with no knowledge of how the program tells a formula.
RUNS = re.compile("[\\s\u200b\u2066\x00]*[-=+@＝＋－＠﹦﹣﹢﹫]")
TYPED = st.one_of(
    st.text(max_size=8),
    st.builds(str.__add__, st.text("'= -+@\t\r\n\u200b＝\x00", max_size=4), st.text("a'=|1", max_size=3)),
)


def rows_of(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


@given(TYPED)
@settings(max_examples=500)
def test_what_is_typed_is_read_back_and_never_runs(text):
    assert unguarded(guarded(text)) == text
    assert not RUNS.match(guarded(text)) and not FORMULA.match(guarded(text))


@pytest.mark.parametrize("text", ["'tis so", "'", "''", "it's", "", "x = 1", "'quoted'"])
def test_an_apostrophe_that_somebody_typed_is_theirs(text):
    assert guarded(text) == unguarded(text) == text


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_codebook_is_read_back_whatever_its_cells_begin_with(sign, suffix, tmp_path):
    book = Codebook(
        (Code("sums", label=sign, definition=sign, include=sign, examples=(sign.replace("|", "/"), "b"), proposed_by=sign),)
    )
    write_codebook(book, tmp_path / f"book{suffix}")
    assert read_codebook(tmp_path / f"book{suffix}") == book
    if suffix == ".csv":
        assert not [cell for row in rows_of(tmp_path / "book.csv") for cell in row if RUNS.match(cell)]
        return
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "book.xlsx").active for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells if RUNS.match(cell.value)), "it stays text when somebody clicks into it"


@given(st.lists(TYPED, min_size=4, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_codebook_survives_a_round_trip(tmp_path_factory, typed):
    label, definition, include, example = (" ".join(re.sub("[\x00-\x1f|]", "", text).split()) for text in typed)
    book = Codebook((Code("a-code", "", label or "x", definition, include, "", tuple(filter(None, [example]))),))
    path = tmp_path_factory.mktemp("trip") / "book.csv"
    write_codebook(book, path)
    assert read_codebook(path) == book


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_codebook_of_others_keeps_its_meaning_and_what_runs_in_it_is_stopped_when_it_is_next_written(delimiter, tmp_path):
    path = tmp_path / "book.csv"
    lines = [["code", "label", "definition"], ["a", "'tis", "=1+1"], ["-b", "'=kept as text", "'"]]
    path.write_text("\n".join(delimiter.join(line) for line in lines), encoding="utf-8")
    before = read_codebook(path)
    assert [(code.code, code.label, code.definition) for code in before.codes] == [
        ("a", "'tis", "=1+1"),
        ("-b", "=kept as text", "'"),
    ]
    change_code(path, "-b", {"include": "@home"})
    assert rows_of(path, delimiter)[1:] == [["a", "'tis", "'=1+1"], ["'-b", "'=kept as text", "'", "'@home"]]
    after = read_codebook(path)
    assert after.codes[0] == before.codes[0] and after.codes[1].include == "@home"


def test_what_people_propose_is_written_as_text_and_can_be_changed_and_cut(tmp_path):
    path = tmp_path / "book.csv"
    write_codebook(Codebook((Code("a", label="A"),)), path)
    add_code(path, "=new", {"label": "=1+1", "examples": "@one\n-two"})
    change_code(path, "=new", {"definition": "+44"})
    reword_cells(path, lambda row, column, cell: cell.removeprefix("@one|"))
    code = read_codebook(path)["=new"]
    assert (code.label, code.definition, code.examples) == ("=1+1", "+44", ("-two",))
    assert not [cell for row in rows_of(path) for cell in row if RUNS.match(cell)]
