"""What a question asks for is read from its wording, and from its frame where that does not tell."""

import pytest

from pipeline.methods.valence.question_aims import aim_of


@pytest.mark.parametrize(
    ("wording", "aim"),
    [
        ("What gets in the way of good co-production?", "barriers"),
        ("What was not so good?", "barriers"),
        ("What stops your organisation from working well with the people it supports?", "barriers"),
        ("What could we do better?", "ideas"),
        ("If you could change one thing, what would it be?", "ideas"),
        ("What would have helped you?", "ideas"),
        ("What makes co-production work well?", "good"),
        ("What do you like about your job?", "good"),
        ("Overall, how was your experience?", "open"),
        ("Would you recommend us as a place to work? Why?", "open"),
        ("What was good and what was bad about it?", "open"),
    ],
)
def test_the_wording_tells_what_a_question_asks_for_whatever_the_frame(wording, aim):
    assert {aim_of(wording, frame) for frame in ("good", "better", "neutral")} == {aim}


@pytest.mark.parametrize(("frame", "aim"), [("good", "good"), ("better", "better"), ("neutral", "open"), ("", "open")])
def test_where_the_wording_tells_nothing_the_frame_does(frame, aim):
    assert aim_of("Q3", frame) == aim
