import multiprocessing
import sqlite3

import pytest

from pipeline.decisions.store import decisions, open_store, read_review, store_path, verify_store
from pipeline.errors import ReviewError


def decide(store, segment="s1", reviewer="Ann", codes=("time",), **more):
    outcome = more.pop("outcome", "codes" if codes else "none")
    return store.decide(segment_id=segment, text_id="t1", reviewer=reviewer, outcome=outcome, codes=codes, **more)


@pytest.fixture
def store(study):
    with open_store(study) as found:
        found.add_reviewer("Ann", "lived experience")
        found.add_reviewer("Ben", "researcher", "researcher")
        yield found


def tamper(study, sql):
    """Do what no program of ours does: change the file behind the store's back."""
    connection = sqlite3.connect(store_path(study))
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(sql)
    connection.commit()
    connection.close()


def test_asking_makes_no_file(study):
    assert decisions(study).empty and read_review(study, "lessons").empty and read_review(study, "theme_edits").empty
    assert "nothing to verify" in verify_store(study)
    assert not store_path(study).exists()


def test_a_decision_is_there_when_the_store_is_opened_again(study, store):
    made = decide(
        store, codes=("time", "trust"), drawn="uncertain", blind=False, channel="web", made_at="2026-01-02T03:04:05+00:00"
    )
    (row,) = decisions(study).to_dict("records")
    assert row == {
        "decision_id": made.decision_id,
        "segment_id": "s1",
        "text_id": "t1",
        "reviewer": "Ann",
        "reviewer_group": "lived experience",
        "codes": "time|trust",
        "outcome": "codes",
        "drawn": "uncertain",
        "blind": False,
        "channel": "web",
        "made_at": "2026-01-02T03:04:05+00:00",
    }


def test_a_later_decision_stands_and_the_earlier_is_kept(store):
    first, second = decide(store), decide(store, codes=())
    assert store.decisions()["decision_id"].tolist() == [second.decision_id]
    assert store.history()["decision_id"].tolist() == [first.decision_id, second.decision_id]
    assert store.history()["stands"].tolist() == [False, True]


def test_two_people_have_a_decision_each(store):
    decide(store)
    decide(store, reviewer="ben", codes=())
    assert store.decisions()["reviewer"].tolist() == ["Ann", "Ben"]


def test_withdrawing_brings_back_what_was_said_before(store):
    first, second = decide(store), decide(store, codes=("trust",))
    store.withdraw(second.decision_id, "Ann")
    store.withdraw(second.decision_id, "Ann")
    assert store.decisions()["decision_id"].tolist() == [first.decision_id]
    store.withdraw(first.decision_id, "Ann")
    assert store.decisions().empty
    assert store.history()["withdrawn_by"].tolist() == ["Ann", "Ann"]


def test_a_double_click_is_one_decision(store):
    assert decide(store, key="a") == decide(store, key="a", codes=("trust",))
    assert len(store.history()) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codes": (), "outcome": "codes"}, "exactly when"),
        ({"codes": ("time",), "outcome": "not sure"}, "exactly when"),
        ({"codes": ("ti|me",)}, "holds a '|'"),
        ({"reviewer": "Cy"}, "no reviewer 'Cy'"),
        ({"drawn": "by taste"}, "breaks a rule"),
    ],
)
def test_what_contradicts_itself_is_refused(study, change, said):
    with pytest.raises(ReviewError, match=said), open_store(study) as found:
        found.add_reviewer("Ann", "lived experience")
        decide(found, **change)
    assert decisions(study).empty


def test_a_name_belongs_to_one_person(store):
    assert store.add_reviewer("  ann ", "Lived experience") == "Ann"
    with pytest.raises(ReviewError, match="is in the group 'lived experience' already"):
        store.add_reviewer("ANN", "family")


def test_all_or_nothing(store):
    with pytest.raises(RuntimeError), store.together():
        decide(store)
        raise RuntimeError
    assert store.history().empty and store.verify() == []


def test_the_coder_learns_only_what_was_accepted(store):
    decide(store, "s1")
    decide(store, "s2", codes=(), outcome="skip")
    last = decide(store, "s3")
    assert store.lessons().empty
    store.add_learning(up_to=last.decision_id, effort="quick", accepted_by="Ben")
    changed = decide(store, "s1", codes=("trust",))
    decide(store, "s4")
    assert store.lessons()["segment_id"].tolist() == ["s3"]
    store.add_learning(up_to=changed.decision_id, effort="quick", accepted_by="Ben")
    assert store.lessons()["segment_id"].tolist() == ["s3", "s1"]
    with pytest.raises(ReviewError, match="numbered up to 5"):
        store.add_learning(up_to=6, effort="quick", accepted_by="Ben")


def test_edits_of_themes_are_kept_and_may_be_taken_back(store):
    first = store.add_theme_edit("merge", [["t1", "t2"], ["t3"]], "", "Ann")
    store.add_theme_edit("rename", [["t1"]], "Phones", "Ben")
    store.withdraw_theme_edit(first, "Ben")
    found = store.theme_edits()
    assert found["withdrawn"].tolist() == [True, False]
    assert found["texts"].tolist() == ['[["t1", "t2"], ["t3"]]', '[["t1"]]']
    with pytest.raises(ReviewError, match="no edit of themes with the number 9"):
        store.withdraw_theme_edit(9, "Ben")


@pytest.mark.parametrize("table", ["reviewers", "decisions", "withdrawals", "learnings", "theme_edits"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET made_at = 'x'", "DELETE FROM {}"])
def test_nothing_is_changed_or_deleted(store, table, sql):
    made = decide(store)
    store.withdraw(made.decision_id, "Ann")
    store.add_learning(up_to=1, effort="quick", accepted_by="Ann")
    store.add_theme_edit("rename", [["t1"]], "Phones", "Ben")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        store.connection.execute(sql.format(table))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE decisions SET codes = 'trust' WHERE decision_id = 2", "decisions: row 2 is not what was written"),
        ("UPDATE decisions SET note = 'x' WHERE decision_id = 2", "decisions: row 2 is not what was written"),
        ("DELETE FROM decisions WHERE decision_id = 2", "decisions: row 2 is missing"),
        ("DELETE FROM decisions WHERE decision_id > 1", "decisions: rows 2 to 3 are missing"),
        ("DELETE FROM decisions", "decisions: rows 1 to 3 are missing"),
        ("UPDATE reviewers SET reviewer_group = 'family' WHERE name = 'Ann'", "reviewers: row 1 is not what was written"),
    ],
)
def test_tampering_is_found(study, sql, said):
    with open_store(study) as found:
        found.add_reviewer("Ann", "lived experience")
        for segment in ("s1", "s2", "s3"):
            decide(found, segment)
    assert "Decisions among them: 3" in verify_store(study)
    tamper(study, sql)
    with pytest.raises(ReviewError, match=said):
        verify_store(study)


def test_a_newer_store_is_refused_and_left_alone(study, store):
    decide(store)
    store.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ReviewError, match="newer version of Many Voices \\(schema 99"):
        decisions(study)


def test_a_damaged_store_is_said_in_a_sentence(study):
    store_path(study).write_bytes(b"no database at all" * 400)
    with pytest.raises(ReviewError, match=r"is damaged .*put a backup in its place"):
        decisions(study)


def _write_twenty(study, name):
    with open_store(study) as found:
        found.add_reviewer(name, "researcher")
        for number in range(20):
            decide(found, f"s{number}", reviewer=name)


def test_several_writers_at_once_lose_nothing(study):
    processes = [multiprocessing.get_context("spawn").Process(target=_write_twenty, args=(study, f"R{n}")) for n in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert len(decisions(study)) == 40
    with open_store(study) as found:
        assert found.verify() == []
