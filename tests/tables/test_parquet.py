import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.runtime.files import write_atomically
from pipeline.tables.parquet import TABLES, Vectors, check_table, empty_table, read_table, write_table


TEXTS = pd.DataFrame({"text_id": ["a", "b"], "text": ["one", "two"], "frame": ["good", "better"], "n": [1, 2]})


def test_table_comes_back_as_it_was_written(tmp_path):
    path = tmp_path / "texts.parquet"
    write_table("texts", check_table("texts", TEXTS), path)
    pd.testing.assert_frame_equal(read_table("texts", path), check_table("texts", TEXTS))


def test_vectors_come_back_bit_for_bit(tmp_path):
    matrix = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float16)
    path = tmp_path / "vectors.parquet"
    write_table("vectors", Vectors(tuple("abcdefg"), matrix, "static int8", "ff"), path)
    found = read_table("vectors", path)
    assert found.ids == tuple("abcdefg")
    assert (found.model, found.sha256) == ("static int8", "ff")
    np.testing.assert_array_equal(found.matrix, matrix)


def test_vectors_of_several_parts_come_back_in_their_order_and_the_same_file_is_written_each_time(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.tables.parquet.ROWS", 3)
    matrix = np.random.default_rng(0).normal(size=(8, 5)).astype(np.float16)
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"
    for path in (one, other):
        write_table("vectors", Vectors(tuple("abcdefgh"), matrix), path)
    found = read_table("vectors", one)
    assert found.ids == tuple("abcdefgh")
    np.testing.assert_array_equal(found.matrix, matrix)
    assert one.read_bytes() == other.read_bytes()


def test_no_vectors_come_back_as_none_of_that_width(tmp_path):
    path = tmp_path / "vectors.parquet"
    write_table("vectors", Vectors((), np.zeros((0, 4), np.float16)), path)
    assert read_table("vectors", path).matrix.shape == (0, 4)


def test_broken_contract_names_columns_and_rows_but_no_value():
    wrong = TEXTS.assign(frame=["good", "CANARY"], n=[0, 1]).assign(text_id="a")
    with pytest.raises(DataError) as caught:
        check_table("texts", wrong)
    message = str(caught.value)
    assert "column frame" in message and "column n" in message and "column text_id" in message
    assert "rows 2" in message
    assert "CANARY" not in message


@pytest.mark.parametrize("change", [{"extra": ["x", "y"]}, None])
def test_columns_are_those_of_the_contract(change):
    wrong = TEXTS.assign(**change) if change else TEXTS.drop(columns="n")
    with pytest.raises(DataError, match="texts is not as it should be"):
        check_table("texts", wrong)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.model])
def test_empty_tables_keep_their_contract(name, tmp_path):
    path = tmp_path / "t.parquet"
    write_table(name, empty_table(name), path)
    assert list(read_table(name, path).columns) == list(empty_table(name).columns)


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.model])
def test_every_column_says_what_it_holds(name):
    columns = TABLES[name].model.to_schema().columns
    assert all(column.description for column in columns.values())


def test_what_identifies_people_lies_in_the_vault():
    assert {name for name, table in TABLES.items() if table.file.startswith("vault/")} == {"responses", "answers", "masks"}


def test_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("before")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_damaged_file_is_named(tmp_path):
    path = tmp_path / "texts.parquet"
    write_table("texts", TEXTS, path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"texts\.parquet is damaged"):
        read_table("texts", path)
