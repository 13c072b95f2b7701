from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.methods.text import language
from pipeline.study.study_settings import Segment
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.gather import gather
from pipeline.workflow.stages.segment import segment


IDEAS = SimpleNamespace(segment=Segment())
PARAGRAPHS = SimpleNamespace(segment=Segment(unit="paragraph"))


def comments(texts, set_aside=None):
    rows = {
        "comment_id": [f"c{i}" for i in range(len(texts))],
        "text": texts,
        "frame": "neutral",
        "set_aside": [set_aside] * len(texts),
    }
    return pd.DataFrame(rows)


def split(text, how=IDEAS):
    return segment(comments([text]), settings=how)["text"].tolist()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It was good. They never rang back.", ["It was good.", "They never rang back."]),
        ("Lovely meeting but nothing ever came of it", ["Lovely meeting", "but nothing ever came of it"]),
        ("We were all listened to, but nothing ever came of it", ["We were all listened to,", "but nothing ever came of it"]),
        ("but nothing came of it", ["but nothing came of it"]),
        ("nothing but talk", ["nothing but talk"]),
        ("Good but slow", ["Good but slow"]),
        ("- money\n- time\n\n- trust", ["- money", "- time", "- trust"]),
        ("one line", ["one line"]),
        ("I rang [e-mail 3] four times. [name 105] was kind", ["I rang [e-mail 3] four times.", "[name 105] was kind"]),
    ],
)
def test_each_idea_is_a_segment(text, parts):
    assert split(text) == parts


def test_paragraphs_of_documents_stay_whole():
    text = "First point. It goes on.\n\nSecond point, but longer than the first."
    assert split(text, PARAGRAPHS) == ["First point. It goes on.", "Second point, but longer than the first."]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=120), min_size=1, max_size=4))
def test_offsets_reproduce_the_text_and_lose_no_letter(texts):
    texts = [text.strip() or "x" for text in texts]
    found = segment(comments(texts), settings=IDEAS)
    for comment_id, text in zip((f"c{i}" for i in range(len(texts))), texts, strict=True):
        rows = found[found["comment_id"] == comment_id]
        assert [text[start:end] for start, end in zip(rows["start"], rows["end"], strict=True)] == rows["text"].tolist()
        said = sum(character.isalnum() for character in text)
        assert sum(character.isalnum() for part in rows["text"] for character in part) == said
        assert len(rows) >= 1


def test_same_words_under_one_frame_are_one_text():
    rows = comments(["More time.", "More time.", "Trust."])
    found = segment(rows, settings=IDEAS)
    texts = check_table("texts", gather(found, rows, settings=IDEAS))
    assert found["text"].tolist() == ["More time.", "More time.", "Trust."]
    assert dict(zip(texts["text"], texts["n"], strict=True)) == {"More time.": 2, "Trust.": 1}
    assert texts["text_id"].is_monotonic_increasing


def test_the_same_words_under_another_kind_of_question_are_another_text():
    rows = comments(["More time.", "More time."]).assign(frame=["good", "better"])
    texts = gather(segment(rows, settings=IDEAS), rows, settings=IDEAS)
    assert sorted(zip(texts["text"], texts["frame"], texts["n"], strict=True)) == [
        ("More time.", "better", 1),
        ("More time.", "good", 1),
    ]


def test_what_is_set_aside_has_no_segments():
    rows = comments(["n/a"], set_aside="non-answer")
    found = check_table("segments", segment(rows, settings=IDEAS))
    assert found.empty and check_table("texts", gather(found, rows, settings=IDEAS)).empty


def test_no_comments_give_no_segments():
    found = segment(empty_table("comments"), settings=IDEAS)
    assert found.empty


def test_only_comments_that_are_not_spelt_by_their_segments_are_split_anew(monkeypatch):
    before = ["It was good. They never rang back.", "Jo rang. Nobody came.", "Slow - but kind", "It is gone. Really."]
    after = ["It was good. They never rang back.", "[name 1] rang. Nobody came.", "Slow - but kind", "They wait. We wait."]
    split_again = []
    starts = language.sentence_starts
    monkeypatch.setattr(
        "pipeline.workflow.stages.segment.sentence_starts", lambda texts: split_again.extend(texts) or starts(texts)
    )
    earlier = segment(comments(before), settings=IDEAS)
    fresh = segment(comments(after), settings=IDEAS)
    split_again.clear()
    found = segment(comments(after).iloc[::-1], settings=IDEAS, earlier=earlier.iloc[:-1])
    assert split_again == ["They wait. We wait.", "Nnnnnnnn rang. Nobody came."]
    pd.testing.assert_frame_equal(*(table.sort_values("segment_id", ignore_index=True) for table in (found, fresh)))


@given(st.text(alphabet=" \nab.,-", max_size=40))
def test_a_comment_is_split_in_the_same_way_whether_or_not_it_was_before(text):
    rows = comments([text.strip() or "x"])
    made = segment(rows, settings=IDEAS)
    pd.testing.assert_frame_equal(segment(rows, settings=IDEAS, earlier=made), made)
