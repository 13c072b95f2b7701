"""Whatever people write in whatever way, what is appended is found to be as it was written."""

import math
import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saying import say

from pipeline.decisions.hash_chain import START, append, faults, row_sha256
from pipeline.decisions.schema import IDENTITY, migrate
from pipeline.decisions.store import open_store, verify_store
from pipeline.erasure.decision_rows import Taken, erase_from_store
from pipeline.errors import ReviewError
from pipeline.methods.text.cutting import Cutter
from pipeline.methods.text.passages import Wording


# Tables that others point at come first.
TABLES = ("reviewers", "decisions", *(name for name in IDENTITY if name not in {"reviewers", "decisions"}))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12) | st.sampled_from(
    [
        "",
        "7",
        "7.0",
        "007",
        "1e3",
        " 7 ",
        "nan",
        "é",
        "e\u0301",
        "a\r\nb",
        "a\rb",
        "a\0b",
        "\ufeffx",
        "\U0001f9f6",
        "None",
        "true",
    ]
)
NUMBERS = st.booleans() | st.integers(0, 2**63 - 1) | st.floats(0, allow_infinity=True) | st.sampled_from([-0.0, 3, 3.0, 0.1])
MIXED = TEXTS | NUMBERS | st.none()
JSON = st.sampled_from(["[]", "{}", ' [ "e\u0301" ] ', '["\\ud800"]', "7", "1.0", "null"]) | st.integers(0, 9) | st.floats(0, 9)


def seconds():
    return st.none() | NUMBERS.filter(lambda value: not math.isnan(value)) | st.just("3")


def columns_of(table):
    """Return what may be appended to each column of a table, in other types than its own wherever SQLite takes them."""
    chained = {"made_at": TEXTS | NUMBERS}
    by = {"by": TEXTS | NUMBERS}
    number = st.sampled_from([1, 1.0, True, "1"])
    rows = {
        "reviewers": {
            "name": TEXTS.filter(bool) | NUMBERS,
            "reviewer_group": TEXTS.filter(bool) | NUMBERS,
            "role": MIXED_NOT_NULL,
        },
        "decisions": {
            **dict.fromkeys(("segment_id", "text_id", "reviewer_group"), MIXED_NOT_NULL),
            **{"reviewer": st.just("Ann"), "codes": TEXTS.filter(bool) | NUMBERS, "outcome": st.just("codes")},
            **{"drawn": st.just("uncertain"), "blind": st.sampled_from([True, False, 1, 0, 1.0, "1"]), "channel": st.just("web")},
            **{"note": MIXED, "idempotency_key": MIXED, "seconds": seconds(), "new_code": MIXED},
        },
        "withdrawals": {"decision_id": number, **by},
        "learnings": {"up_to": number, "effort": st.just("quick"), "accepted_by": MIXED_NOT_NULL},
        "theme_edits": {"action": st.just("rename"), "texts": JSON, "detail": MIXED_NOT_NULL, **by},
        "roles": {"reviewer": st.just("Ann"), "role": st.just("co-analyst"), **by},
        "discussions": {
            **dict.fromkeys(("segment_id", "text_id", "codes"), MIXED_NOT_NULL),
            **{"outcome": st.just("agreed"), "readings": JSON, "up_to": number, "note": MIXED, "idempotency_key": MIXED, **by},
        },
        "code_edits": {
            **{"kind": st.just("change"), "code": TEXTS.filter(bool) | NUMBERS, "changes": JSON, "why": MIXED_NOT_NULL},
            **{"idempotency_key": MIXED, **by},
        },
        "code_votes": {"code_edit_id": number, "vote": st.just("agree"), "why": MIXED_NOT_NULL, **by},
        "code_outcomes": {"code_edit_id": number, "outcome": st.just("accepted"), "why": MIXED_NOT_NULL, **by},
        "reopenings": {"code_outcome_id": number, "up_to": number, "segments": JSON, **by},
        "approvals": {
            **dict.fromkeys(("segment_id", "text_id", "reason"), MIXED_NOT_NULL),
            **{"outcome": st.just("reworded"), "wording": TEXTS.filter(bool) | NUMBERS, "idempotency_key": MIXED, **by},
        },
        "retractions": {"subject": st.just("approval"), "number": number, **by},
        "showings": {
            "reviewer": st.just("Ann"),
            "text_id": MIXED_NOT_NULL,
            "place": TEXTS.filter(bool) | NUMBERS,
            "up_to": number,
        },
        "packings": {"reviewer": MIXED_NOT_NULL, "drawn": st.just("random audit"), "segments": JSON},
        "suggestion_outcomes": {
            **dict.fromkeys(("segment_id", "text_id", "why"), MIXED_NOT_NULL),
            **{"decision_id": number, "outcome": st.just("merged"), "code": TEXTS.filter(bool) | NUMBERS},
            **{"code_edit_id": st.none(), **by},
        },
        "concerns": {
            **dict.fromkeys(("segment_id", "text_id", "note"), MIXED_NOT_NULL),
            **{"kind": st.just("worry"), "idempotency_key": MIXED, **by},
        },
        "concern_outcomes": {
            **dict.fromkeys(("segment_id", "text_id", "why"), MIXED_NOT_NULL),
            **{"concern_id": number, "outcome": st.just("done"), **by},
        },
        "memos": {
            **dict.fromkeys(("segment_id", "text_id", "code"), MIXED_NOT_NULL),
            **{"first_id": st.none(), "kind": st.just("method"), "place": st.just("study"), "note": TEXTS.filter(bool) | NUMBERS},
            **{"idempotency_key": MIXED, **by},
        },
        "shares": {"size": st.sampled_from([40, 40.0, "40"]), "drawn": st.just("uncertain"), "audit": number, **by},
    }
    return {**rows[table], **chained}


MIXED_NOT_NULL = TEXTS | NUMBERS


@pytest.mark.parametrize("table", TABLES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_appended_to_any_table_always_verifies(table, data):
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        append(connection, "reviewers", {"name": "Ann", "reviewer_group": "family", "role": "co-analyst", "made_at": "now"})
        n_before = len(connection.execute(f"SELECT * FROM {table}").fetchall())
        for _ in range(2):
            row = data.draw(st.fixed_dictionaries(columns_of(table)))
            try:
                append(connection, table, row)
            except sqlite3.IntegrityError:
                # Some things may be there only once, such as a name. What is refused must leave nothing behind.
                continue
        assert faults(connection) == []
        assert len(connection.execute(f"SELECT * FROM {table}").fetchall()) > n_before
        assert not connection.in_transaction


@pytest.mark.parametrize("table", sorted(IDENTITY))
def test_the_rows_above_fill_every_column(table):
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    missing = columns - set(columns_of(table)) - {IDENTITY[table], "previous", "sha256"}
    assert missing <= ({"edit_id"} if table == "withdrawals" else set())


@pytest.mark.parametrize("seconds", [0, 1, 3, 3600, -0.0, 2.5, float("nan"), None])
def test_time_spent_on_an_excerpt_is_kept_and_is_not_taken_for_tampering(review, study, seconds):
    say(review, "Ann", min(review.last_run().tables.segment_ids), "time", seconds=seconds)
    assert verify_store(study) == "All rows are as they were written. Decisions among them: 1."


def test_rows_of_which_an_earlier_version_hashed_whole_seconds_are_accepted_and_counted(study):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none", seconds=2.5)
        write_as_before(store.connection, seconds=3)
        store.decide(segment_id="s3", text_id="t", reviewer="Ann", outcome="none", seconds=4)
        assert store.verify() == []
    words = verify_store(study)
    assert words.startswith("All rows are as they were written. Decisions among them: 3.")
    assert "1 of them was sealed by an earlier version" in words


def test_another_number_of_seconds_is_still_found(study):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        write_as_before(store.connection, seconds=3)
        store.connection.execute("DROP TRIGGER decisions_no_update")
        store.connection.execute("UPDATE decisions SET seconds = 4")
    with pytest.raises(ReviewError, match="decisions: row 1 is not what was written"):
        verify_store(study)


def test_a_row_that_was_emptied_verifies_whatever_else_it_holds(study):
    with open_store(study) as store:
        store.add_theme_edit("rename", [["t1"], ["half a character \ud800"]], "Phones", "Ann")
    assert erase_from_store(study, Taken(frozenset({"t1"}), (), Cutter(Wording()), {})) == 1
    assert verify_store(study).startswith("All rows are as they were written.")


@pytest.mark.parametrize("note", ["[sic] she was there", "{{ 7 * 7 }}${window.hurt=1}", "[", "{" * 3_000])
def test_a_note_that_begins_with_a_bracket_is_no_list_and_is_erased_like_any_other(study, note):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        for segment in ("s1", "s2"):
            store.decide(segment_id=segment, text_id=segment, reviewer="Ann", outcome="none", note=note, new_code=note)
    assert erase_from_store(study, Taken(frozenset({"s1"}), (), Cutter(Wording()), {})) == 1
    with open_store(study) as store:
        erased, kept = store.frame("SELECT note FROM decisions ORDER BY decision_id")["note"]
    assert (erased, kept) == ("erased", note)
    assert verify_store(study).startswith("All rows are as they were written.")


def test_half_a_character_is_refused_in_a_sentence_and_leaves_nothing(study):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        with pytest.raises(ReviewError, match="half a character"):
            store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none", note="x\ud800")
        assert store.history().empty and store.verify() == []


def write_as_before(connection, *, seconds):
    """Write a decision as the first versions did: with the hash of what was handed in, not of what was kept."""
    last = connection.execute("SELECT decision_id, sha256 FROM decisions ORDER BY 1 DESC LIMIT 1").fetchone()
    row = {
        "decision_id": last[0] + 1 if last else 1,
        "segment_id": "s2",
        "text_id": "t",
        "reviewer": "Ann",
        "reviewer_group": "family",
    }
    row |= {"codes": "", "outcome": "none", "drawn": "uncertain", "blind": 1, "channel": "web", "seconds": seconds}
    row |= {"made_at": "2026-01-05T10:15:00+00:00", "previous": last[1] if last else START}
    row["sha256"] = row_sha256(row)
    columns, places = ", ".join(row), ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO decisions ({columns}) VALUES ({places})", list(row.values()))
