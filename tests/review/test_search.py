import sqlite3

import numpy as np
import pytest
from small_study import build_tables, save

from pipeline.decisions.store import store_path
from pipeline.review.search import as_query, find, more_like
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


def words(found):
    return {one.words for one in found.excerpts}


def test_answers_that_hold_all_the_words_are_found(review):
    found = find(review, "MINUTES think", n=3)
    assert words(found) == {"Ten minutes is no time to think."} and len(found.excerpts) == 3
    answers = review.last_run().tables["comments"]
    assert found.n_all == int((answers["text"] == "Ten minutes is no time to think.").sum())
    assert found.excerpts[0].question and "Too little time" in found.excerpts[0].codes
    assert find(review, "minutes think", n=3, start=found.n_all - 1).excerpts[0] not in found.excerpts


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("minut*", True),
        ("minut", False),
        ('"no time"', True),
        ('"time no"', False),
        ("mínutes", True),
        ("minutes zebra", False),
    ],
)
def test_phrases_beginnings_and_accents(review, typed, there):
    assert bool(find(review, typed).n_all) == there


@pytest.mark.parametrize(
    "typed", ["", "  ", '"', "*", "AND", "NOT (", "a OR", "text:x", '";--', "NEAR(a b)", "^a", "a'b", "-", "{x}"]
)
def test_nothing_that_is_typed_is_an_operator_or_an_error(review, typed):
    assert find(review, typed).n_all >= 0
    assert as_query("NOT forty") == '"NOT" AND "forty"'


def test_what_was_set_aside_is_not_found(review):
    assert find(review, "n/a").n_all == 0


def test_the_index_is_made_in_derived_and_again_when_answers_change(review, study):
    assert find(review, "zebra").n_all == 0
    path = study.derived / "find.sqlite"
    assert path.is_file() and store_path(study).read_bytes().count(b"Forty pages") == 0
    made = path.stat().st_mtime_ns
    find(review, "forty")
    assert path.stat().st_mtime_ns == made
    tables = build_tables(study)
    tables.frames["comments"].loc[tables["comments"]["set_aside"].isna(), "text"] += " zebra"
    save(study, tables)
    assert find(review, "zebra").n_all > 100


def test_a_damaged_index_is_made_again(review, study):
    find(review, "forty")
    (study.derived / "find.sqlite").write_bytes(b"no database" * 1000)
    assert find(review, "forty").n_all > 0
    with sqlite3.connect(study.derived / "find.sqlite") as connection:
        connection.execute("DROP TABLE stamp")
    connection.close()
    assert find(review, "forty").n_all > 0


def test_more_like_this_finds_the_nearest_of_other_words(review, study):
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    angles = np.linspace(0, 1, len(texts))
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    tables = review.last_run().tables
    start = tables.of_text[texts["text_id"][4]][0]
    found = more_like(review, start, n=3)
    near = {texts["text_id"][place] for place in (2, 3, 5, 6)}
    assert {tables.text_id(one.segment_id) for one in found[:2]} == {texts["text_id"][3], texts["text_id"][5]}
    assert {tables.text_id(one.segment_id) for one in found} <= near
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_without_vectors_nothing_is_alike(review):
    assert more_like(review, review.last_run().tables.excerpts[0]) == ()
