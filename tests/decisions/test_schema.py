import gzip
import sqlite3
from pathlib import Path

import pytest

from pipeline.decisions.schema import MIGRATIONS
from pipeline.decisions.store import decisions, open_store, read_review, store_path, verify_store


RELEASED = sorted(Path(__file__).parent.glob("store_schema_*.sqlite.gz"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.name)
def old(request, study):
    """A study whose store an earlier version of the program wrote."""
    store_path(study).write_bytes(gzip.decompress(request.param.read_bytes()))
    return study


def test_every_released_schema_but_this_one_has_a_fixture():
    assert len(RELEASED) >= len(MIGRATIONS) - 1


def test_an_old_store_keeps_its_rows_and_its_chain(old):
    assert verify_store(old) == "All rows are as they were written. Decisions among them: 4."
    found = decisions(old)
    assert found["decision_id"].tolist() == [1, 2, 3] and found["codes"].tolist() == ["time|trust", "", ""]
    assert read_review(old, "lessons")["decision_id"].tolist() == [1, 2]
    assert read_review(old, "theme_edits")["withdrawn"].tolist() == [True]
    assert read_review(old, "discussions").empty and read_review(old, "approvals").empty


def test_an_old_store_goes_on_where_it_was(old):
    with open_store(old) as store:
        assert store.connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert store.made_with("k1") == 1
        made = store.decide(segment_id="s9", text_id="t9", reviewer="Ann", outcome="none", seconds=12.5, new_code="Buses")
        assert (made.decision_id, made.seconds, made.new_code) == (5, 12.5, "Buses")
        assert store.verify() == []


def test_an_old_store_takes_decisions_from_other_programs_and_still_refuses_changes(old):
    with open_store(old) as store:
        made = store.decide(segment_id="s9", text_id="t9", reviewer="Ann", outcome="none", channel="import")
        assert made.channel == "import" and store.verify() == []
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            store.connection.execute("DELETE FROM decisions")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            store.connection.execute("INSERT INTO withdrawals VALUES (9, 99, NULL, 'x', 'x', 'x', 'x')")
