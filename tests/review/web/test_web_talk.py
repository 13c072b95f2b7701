import pytest
from saying import say


@pytest.fixture
def apart(review):
    """An excerpt that Ann and Ben read differently."""
    segment_id = next(iter(review.last_run().tables.row_of))
    say(review, "Ann", segment_id, "time", note="They were hurried.")
    say(review, "Ben", segment_id, "forms", note="It is the paper.")
    return segment_id


def test_nothing_to_talk_about_is_said(ann):
    ann.get("/talk")
    assert ann.page.status_code == 200 and "There is nothing to talk about yet." in ann.page.text


def test_an_excerpt_is_not_talked_about_before_all_have_read_it(ann, review):
    segment_id = next(iter(review.last_run().tables.row_of))
    say(review, "Ben", segment_id, "forms", note="It is the paper.")
    assert ann.get(f"/talk/{segment_id}").status_code == 409 and "It is the paper." not in ann.page.text
    assert "It is the paper." not in ann.get("/talk").text and "It is the paper." not in ann.get(f"/excerpt/{segment_id}").text


def test_both_readings_stand_side_by_side_with_their_notes(ann, apart):
    ann.get("/talk")
    assert f"/talk/{apart}" in ann.page.text
    ann.get(f"/talk/{apart}")
    for words in ("Ann</bdi> (lived experience)", "Ben</bdi> (researcher)", "They were hurried.", "It is the paper."):
        assert words in ann.page.text
    told = ann.get("/agreement").text
    assert "People read 0 of 1 excerpt in the same way." in told.partition("<details")[0]


def test_agreeing_is_kept_and_can_be_undone(ann, review, apart):
    ann.get(f"/talk/{apart}")
    ann.send(outcome="agreed", codes=["time"], note="Ben came round")
    assert ann.path == "/talk" and "Kept: agreed on Too little time." in ann.page.text
    assert "There is nothing to talk about yet." in ann.page.text
    ann.press("Undo")
    assert ann.path == f"/talk/{apart}" and "The talk is open again." in ann.page.text
    assert f"/talk/{apart}" in ann.get("/talk").text


def test_both_readings_may_stand_with_a_sentence_for_each(ann, review, apart):
    ann.get(f"/talk/{apart}")
    fields = {"sentence-0": "Hurry is what hurts.", "sentence-1": "Paper is what hurts."}
    ann.send(outcome="contested", **fields)
    assert "Kept: both readings stand." in ann.page.text and "Contested: both readings stand." in ann.page.text
    ann.get(f"/talk/{apart}")
    assert "Hurry is what hurts." in ann.page.text and "Paper is what hurts." in ann.page.text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "Choose what came of your talk."),
        ({"outcome": "contested", "sentence-0": "Only one."}, "Write a sentence for each reading"),
        ({"outcome": "agreed"}, "Tick the codes you agree on"),
        ({"outcome": "agreed", "none": "y", "codes": ["time"]}, "Tick the codes you agree on"),
        ({"outcome": "agreed", "codes": ["nonsense"]}, "The codebook has changed"),
    ],
)
def test_what_is_missing_is_said_and_no_word_is_lost(ann, apart, fields, wrong):
    ann.get(f"/talk/{apart}")
    ann.send(note="we spoke for long", **fields)
    assert ann.page.status_code == 422 and wrong in ann.page.text and "we spoke for long" in ann.page.text
    assert fields.get("sentence-0", "") in ann.page.text


def test_an_outcome_recorded_meanwhile_is_shown_and_no_word_is_lost(ann, another, apart):
    ann.get(f"/talk/{apart}")
    ben = another().be("Ben")
    ben.get(f"/talk/{apart}")
    ben.send(outcome="agreed", codes=["forms"], note="Ben's note")
    ann.send(outcome="agreed", codes=["time"], note="Ann's words")
    assert ann.page.status_code == 409 and "Ann&#39;s words" in ann.page.text and "Ben&#39;s note" in ann.page.text
    ann.send(outcome="agreed", codes=["time"], note="Ann's words")
    assert "Kept: agreed on Too little time." in ann.page.text
