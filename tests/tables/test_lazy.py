"""Tables that stay on the disk: what is read of them is what was written, whichever rows and in whatever parts."""

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.tables import lazy, parquet
from pipeline.tables.lazy import LazyTable, batches, lazy_vectors, take
from pipeline.tables.parquet import Vectors, read_table, write_table


TEXTS = pd.DataFrame(
    {"text_id": [f"{n:016x}" for n in range(25)], "text": [f"said {n}" for n in range(25)], "frame": "good", "n": 1}
)
NUMBERS = np.arange(75, dtype=np.float16).reshape(25, 3)
VECTORS = Vectors(tuple(TEXTS["text_id"]), NUMBERS, "static fp32", "abc")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Files whose rows are stored four at a time, and read seven at a time."""
    monkeypatch.setattr(parquet, "ROWS", 4)
    monkeypatch.setattr(parquet, "ROWS_OF_TABLE", 4)
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", 7)
    write_table("texts", TEXTS, tmp_path / "texts.parquet")
    write_table("vectors", VECTORS, tmp_path / "vectors.parquet")
    return tmp_path


def test_the_parts_of_a_table_are_its_rows_in_their_order(folder):
    parts = list(batches(LazyTable("texts", folder / "texts.parquet")))
    assert max(map(len, parts)) == 7
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), read_table("texts", folder / "texts.parquet"))


def test_columns_are_read_whole_and_only_those_that_were_asked_for(folder):
    found = LazyTable("texts", folder / "texts.parquet", ("text_id", "n"))
    assert found["text_id"].tolist() == TEXTS["text_id"].tolist()
    assert list(next(found.parts())) == ["text_id", "n"]


@pytest.mark.parametrize("rows", [[3], [24, 0, 7, 7, 1], [], list(range(25))])
def test_rows_come_in_the_order_in_which_they_are_asked_for(folder, rows):
    found = take(LazyTable("texts", folder / "texts.parquet"), rows)
    assert found["text"].tolist() == [f"said {row}" for row in rows]
    pd.testing.assert_frame_equal(found, take(read_table("texts", folder / "texts.parquet"), rows))


@pytest.mark.parametrize("rows", [slice(None), slice(3, 9), np.array([24, 2, 2]), np.arange(25) % 3 == 0, slice(25, 30)])
def test_numbers_are_read_as_an_array_s_rows_are(folder, rows):
    found = lazy_vectors(folder / "vectors.parquet")
    assert (found.matrix[rows] == NUMBERS[rows]).all() and found.matrix.shape == NUMBERS.shape
    assert (list(found.ids), found.model, found.sha256) == (list(VECTORS.ids), VECTORS.model, VECTORS.sha256)


def test_a_table_that_comes_in_parts_is_the_file_that_it_is_whole(folder):
    assert write_table("texts", iter([TEXTS[:1], TEXTS[1:1], TEXTS[1:14], TEXTS[14:]]), folder / "parts.parquet") == 25
    assert (folder / "parts.parquet").read_bytes() == (folder / "texts.parquet").read_bytes()
    halves = [Vectors(VECTORS.ids[part], NUMBERS[part], VECTORS.model, VECTORS.sha256) for part in (slice(11), slice(11, None))]
    assert write_table("vectors", iter(halves), folder / "halves.parquet") == 25
    assert (folder / "halves.parquet").read_bytes() == (folder / "vectors.parquet").read_bytes()


def test_a_table_without_rows_has_one_part_without_rows(folder):
    write_table("texts", TEXTS[:0], folder / "none.parquet")
    found = LazyTable("texts", folder / "none.parquet")
    assert found.empty and [len(part) for part in batches(found)] == [0]
    assert take(found, []).empty


def test_a_damaged_file_is_told_by_its_name(folder):
    (folder / "texts.parquet").write_bytes(b"not a table")
    with pytest.raises(DataError, match=r"texts\.parquet is damaged"):
        LazyTable("texts", folder / "texts.parquet")
