"""Memos: written on the page, read by those who may, kept in every version, and found by words."""

import pytest
from saying import key, say

from pipeline.decisions.store import open_store, verify_store
from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.memos import readable_memos, rewrite_memo, write_memo


@pytest.fixture
def excerpt(review):
    return review.last_run().tables.excerpts[0]


def test_a_memo_is_written_changed_and_found_and_its_first_version_can_still_be_read(ann, another, study):
    ann.get("/codebook/code/time")
    assert "/memos/new/code/time" in ann.page.text
    ann.get("/memos/new/code/time")
    ann.send(to="note", kind="analytic", note="")
    assert ann.page.status_code == 422 and "Write your memo." in ann.page.text
    ann.send(to="note", kind="analytic", note="Time is about respect.")
    assert ann.heading == "Memos" and "Your memo is kept." in ann.page.text and "Time is about respect." in ann.page.text
    ann.get("/memos/1")
    ann.send(to="note", kind="decision", note="Time is about power.")
    assert "Time is about power." in ann.page.text and "Earlier versions" in ann.page.text
    assert "Time is about respect." in ann.page.text, "the version before stays"
    ben = another().be("Ben")
    assert "Time is about power." in ben.get("/memos").text and "/memos/1" not in ben.page.text
    assert ben.get("/memos/1").status_code == 404, "only its author writes it anew"
    for words, is_there in (("power ann", True), ("DECISION", True), ("time", True), ("elsewhere", False)):
        ben.get("/memos")
        ben.send(to="words", words=words)
        assert ("Time is about power." in ben.page.text) is is_there, words
    with open_store(study) as store:
        assert [row["note"] for row in store.rows("memos")] == ["Time is about respect.", "Time is about power."]
    assert "as they were written" in verify_store(study)


def test_a_memo_on_an_excerpt_is_read_by_its_author_and_by_those_who_have_read_the_excerpt(ann, another, review, excerpt):
    ann.get(f"/excerpt/{excerpt}")
    ann.send(button="memo", note="half a thought")
    assert ann.path == f"/memos/new/excerpt/{excerpt}"
    ann.send(to="note", kind="reflexive", note="This is me, ten years ago.")
    assert "This is me, ten years ago." in ann.page.text
    assert "half a thought" in ann.get(f"/excerpt/{excerpt}").text, "what was typed beside the codes waits"
    ben = another().be("Ben")
    assert "ten years ago" not in ben.get("/memos").text
    ben.send(to="words", words="ten years")
    assert "This is me" not in ben.page.text
    say(review, "Ben", excerpt, "time")
    assert "This is me, ten years ago." in ben.get("/memos").text


def test_a_memo_sent_twice_is_one_and_an_older_window_overwrites_nothing(review):
    once = key()
    number = write_memo(review, kind="method", note="We read in pairs.", by="Ann", key=once)
    assert write_memo(review, kind="method", note="We read in pairs.", by="Ann", key=once) == number
    rewrite_memo(review, number, kind="method", note="In threes.", by="Ann", version=number, key=key())
    with pytest.raises(StaleError):
        rewrite_memo(review, number, kind="method", note="Alone.", by="Ann", version=number, key=key())
    with pytest.raises(ReviewError, match="Only who wrote"):
        rewrite_memo(review, number, kind="method", note="Alone.", by="Ben", version=number, key=key())
    (memo,) = readable_memos(review, "Ben")
    assert [version.note for version in memo.versions] == ["We read in pairs.", "In threes."]
