import sqlite3
import threading

import pytest

from pipeline.decisions.store import decisions, open_store, store_path
from pipeline.errors import ReviewError
from pipeline.review.writer import open_writer


def add(writer, segment, reviewer="Ann", **more):
    given = {"outcome": "none", "key": f"{reviewer}-{segment}"} | more
    return writer.write(lambda store: store.decide(segment_id=segment, text_id="t", reviewer=reviewer, **given))


@pytest.fixture
def writer(study):
    with open_writer(study) as found:
        found.write(lambda store: store.add_reviewer("Ann", "lived experience"))
        yield found


def test_what_was_answered_is_there_for_others(study, writer):
    made = add(writer, "s1")
    assert decisions(study)["decision_id"].tolist() == [made.decision_id]


def test_many_at_once_lose_nothing_and_double_nothing(study, writer):
    def save(name):
        for number in range(10):
            made[name].append(add(writer, f"s{number}", name).decision_id)
            add(writer, f"s{number}", name)

    names = [f"R{n}" for n in range(12)]
    made = {name: [] for name in names}
    for name in names:
        writer.write(lambda store, name=name: store.add_reviewer(name, "researcher"))
    threads = [threading.Thread(target=save, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(decisions(study)["decision_id"]) == sorted(number for numbers in made.values() for number in numbers)
    assert len(decisions(study)) == 120
    with open_store(study) as store:
        assert store.verify() == []


def test_one_who_fails_undoes_no_other(study, writer):
    gate, answers = threading.Event(), {}

    def wait(store):
        gate.wait(10)

    def ask(name, job):
        try:
            answers[name] = writer.write(job)
        except Exception as error:
            answers[name] = error

    def half(store):
        store.decide(segment_id="half", text_id="t", reviewer="Ann", outcome="none")
        raise KeyError("x")

    jobs = {
        "wait": wait,
        "good": lambda store: store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none").segment_id,
        "half": half,
        "refused": lambda store: store.decide(segment_id="s2", text_id="t", reviewer="Nobody", outcome="none"),
        "broken": lambda store: store.decide(segment_id="s3", text_id="t", reviewer="Ann", outcome="none", drawn="by taste"),
        "last": lambda store: store.decide(segment_id="s4", text_id="t", reviewer="Ann", outcome="none").segment_id,
    }
    threads = [threading.Thread(target=ask, args=pair) for pair in jobs.items()]
    for thread in threads:
        thread.start()
    # The rest gather behind the first, and so share a transaction.
    gate.set()
    for thread in threads:
        thread.join()
    assert (answers["good"], answers["last"]) == ("s1", "s4")
    assert isinstance(answers["half"], KeyError) and isinstance(answers["refused"], ReviewError)
    assert isinstance(answers["broken"], ReviewError) and "breaks a rule" in str(answers["broken"])
    assert sorted(decisions(study)["segment_id"]) == ["s1", "s4"]


def test_a_commit_that_fails_is_told_to_all_who_wait(study, writer):
    def cut_short(store):
        store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none")
        store.connection.execute("ROLLBACK")

    with pytest.raises((ReviewError, sqlite3.OperationalError)):
        writer.write(cut_short)
    assert decisions(study).empty
    assert add(writer, "s2").segment_id == "s2"


def test_nothing_is_taken_in_after_the_end(study):
    with open_writer(study) as writer:
        pass
    with pytest.raises(ReviewError, match="being closed"):
        writer.write(lambda store: store.verify())


def test_a_store_that_cannot_be_opened_is_said_at_once(study):
    store_path(study).write_bytes(b"no database at all" * 400)
    with pytest.raises(ReviewError, match="put a backup in its place"), open_writer(study):
        pass
