"""Tables the team keeps: read however a spreadsheet saved them, and changed at no cost to what people wrote."""

import csv

import pytest

from pipeline.errors import StudyError
from pipeline.runtime.edited_csv import add_row, change_row, read_rows, remove_row, start_table


COLUMNS = ("about", "said")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept.csv"


def cells(path, delimiter=","):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_what_looks_like_a_formula_is_kept_as_text_and_read_back_as_it_was(path):
    for said in ("=1+1", "\u200b=1+1", "'tis so", "@home", "-5", "plain"):
        add_row(path, COLUMNS, {"about": "x", "said": said})
    assert [row["said"] for row in read_rows(path, COLUMNS).values()] == ["=1+1", "\u200b=1+1", "'tis so", "@home", "-5", "plain"]
    assert [row[1] for row in cells(path)[1:-1]] == ["'=1+1", "'\u200b=1+1", "''tis so", "'@home", "'-5"]


def test_a_row_is_named_by_the_number_a_spreadsheet_shows_blank_rows_counted(path):
    path.write_text('about,said\n\na,"two\nlines"\n,\nb,c\n', encoding="utf-8")
    assert read_rows(path, COLUMNS) == {3: {"about": "a", "said": "two lines"}, 5: {"about": "b", "said": "c"}}


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_columns_and_notes_of_other_people_stay_when_a_cell_is_changed(path, delimiter):
    lines = [["said", "our notes", "about"], ["s", "keep, me", "a"], ["t", "and me", "b"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(lines)
    change_row(path, COLUMNS, 3, {"said": "changed"})
    add_row(path, COLUMNS, {"about": "c", "said": "u"})
    remove_row(path, COLUMNS, 2)
    assert cells(path, delimiter) == [["said", "our notes", "about"], ["changed", "and me", "b"], ["u", "", "c"]]


def test_a_row_is_added_below_a_last_line_that_was_not_ended(path):
    path.write_text("about,said\na,b", encoding="utf-8")
    add_row(path, COLUMNS, {"about": "c", "said": "d"})
    assert [row["about"] for row in read_rows(path, COLUMNS).values()] == ["a", "c"]


def test_what_stands_beside_the_table_is_not_lost_in_silence(path):
    path.write_text("about,said\na,b,c\n", encoding="utf-8")
    with pytest.raises(StudyError, match="to the right of the last column in row 2"):
        read_rows(path, COLUMNS)


def test_a_table_that_is_there_is_not_started_again(path):
    start_table(path, COLUMNS, [("a", "b")])
    with pytest.raises(StudyError, match="there already"):
        start_table(path, COLUMNS, [])
    assert len(read_rows(path, COLUMNS)) == 1
