"""The bank of quotations is balanced: no group, no person and no run of answers fills it alone."""

from types import SimpleNamespace

import pandas as pd

from pipeline.methods.disclosure.quoted_passages import quoted_id
from pipeline.study.study_settings import Count, Intake, Quote
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.quote import quote


SHORT = "we need far more time"
TELLING = " ".join(["They ask us on a Monday and decide on the Tuesday,", "so nobody who works shifts can ever answer."])


def picked(people, *, plan=None, texts=(), **more):
    """Return what is picked; `people` is a list of group, code, similarity, status and frame, one person each unless named.

    `texts` are the words of the first of them; the others say what is short.
    """
    rows = pd.DataFrame(people, columns=["person", "group", "code", "similarity", "status", "frame"])
    rows["id"] = [f"s{n:03d}" for n in rows.index]
    known = rows.drop_duplicates("person")
    settings = SimpleNamespace(
        count=Count(groups=("group",), **more), intake=Intake(file="x.csv", attributes=("group",)), quote=plan or Quote()
    )
    comments = rows.rename(columns={"id": "comment_id", "person": "response_id"})[["comment_id", "response_id", "frame"]]
    tables = (
        rows.rename(columns={"id": "segment_id"})[["segment_id", "code", "status"]],
        pd.DataFrame(
            {
                "segment_id": rows["id"],
                "comment_id": rows["id"],
                "text_id": rows["id"],
                "start": 0,
                "end": [len(text) for text in [*texts, *[SHORT] * len(rows)][: len(rows)]],
                "text": [*texts, *[SHORT] * len(rows)][: len(rows)],
            }
        ),
        comments.assign(consent="quote"),
        pd.DataFrame({"response_id": known["person"], "attribute": "group", "value": known["group"]}),
        pd.DataFrame({"text_id": rows["id"], "similarity": rows["similarity"]}),
        pd.DataFrame({"text_id": rows["id"], "code": rows["code"], "score": 0.9}),
        empty_table("approvals"),
    )
    found = check_table("quotes", quote(*tables, settings=settings))
    return found.merge(rows[["id", "person", "group"]], left_on="segment_id", right_on="id")


def voices(n, group, code="time", similarity=0.8, status="suggested", frame="better", first=0):
    return [(f"{group}-{first + i}", group, code, similarity - i / 1000, status, frame) for i in range(n)]


def test_no_group_fills_the_bank_of_a_code():
    found = picked([*voices(60, "Workers"), *voices(30, "Leaders"), *voices(20, "Family")])
    assert found["group"].value_counts().max() == 2
    assert set(found["group"]) == {"Workers", "Leaders", "Family"}


def test_a_group_that_seldom_speaks_of_a_code_is_heard_as_a_minority():
    found = picked([*voices(60, "Workers"), *voices(9, "Leaders")])
    assert set(found.loc[found["group"] == "Leaders", "reason"]) == {"minority"}
    assert "minority" not in set(found.loc[found["group"] == "Workers", "reason"])


def test_what_was_read_in_two_ways_or_said_against_the_run_is_dissenting():
    contested = voices(1, "Workers", status="contested", first=100)
    against = voices(1, "Leaders", frame="good", first=100)
    found = picked([*voices(60, "Workers"), *voices(40, "Leaders"), *contested, *against]).set_index("person")
    assert found.loc[["Workers-100", "Leaders-100"], "reason"].tolist() == ["dissenting", "dissenting"]


def test_typical_and_distinct_voices_are_told_apart():
    found = picked(voices(60, "Workers"), plan=Quote(per_group=6))
    assert found["reason"].value_counts().to_dict() == {"typical": 3, "distinct": 3}
    assert "Workers-59" in set(found["person"])


def test_a_person_is_heard_once_unless_more_is_asked_for():
    both = [
        (person, group, code, 0.8, "suggested", "better")
        for person, group, *_ in voices(3, "Workers")
        for code in ("time", "trust")
    ]
    people = [*both, *voices(10, "Workers", code="time", first=50)]
    assert picked(people)["person"].is_unique
    assert picked(both, plan=Quote(per_person=2))["person"].value_counts().max() == 2


def test_the_code_with_fewest_voices_picks_first():
    shared = [("x", "Workers", "rare", 0.8, "suggested", "better"), ("x", "Workers", "time", 0.9, "suggested", "better")]
    found = picked([*shared, *voices(20, "Workers")]).set_index("person")
    assert found.loc["x", "code"] == "rare"


def test_a_caption_that_few_people_share_is_left_out():
    found = picked([*voices(60, "Workers"), *voices(4, "Judges")])
    assert set(found.loc[found["group"] == "Judges", "caption"]) == {""}
    assert set(picked(voices(4, "Judges"), profile="small")["caption"]) == {""}


def test_a_quotation_that_tells_something_by_itself_is_picked_before_a_few_words():
    people = voices(60, "Workers")
    found = picked(people, plan=Quote(per_group=1), texts=[SHORT, SHORT, SHORT, TELLING])
    assert found["text"].tolist() == [TELLING]


def test_a_quotation_of_more_words_than_are_read_is_not_preferred():
    people = voices(60, "Workers")
    found = picked(people, plan=Quote(per_group=1), texts=[" ".join(["word"] * 60), TELLING])
    assert found["text"].tolist() == [TELLING]


def test_a_short_excerpt_is_quoted_with_its_neighbours_unless_it_was_approved_alone():
    said = ["We need time.", "They ask on a Monday and decide on the Tuesday."]
    segments = pd.DataFrame({"segment_id": ["a", "b"], "comment_id": "1", "text_id": ["a", "b"], "text": said})
    segments = segments.assign(start=[0, 14], end=[13, 14 + len(said[1])])
    settings = SimpleNamespace(count=Count(), intake=Intake(file="x.csv"), quote=Quote(per_person=2))
    tables = {
        "codings": pd.DataFrame({"segment_id": ["b"], "code": "time", "status": "accepted"}),
        "segments": segments,
        "comments": pd.DataFrame({"comment_id": ["1"], "response_id": "p", "frame": "better", "consent": "quote"}),
        "people": pd.DataFrame({"response_id": ["p"], "attribute": "age", "value": "40"}),
        "members": pd.DataFrame({"text_id": ["a", "b"], "similarity": 0.8}),
        "suggestions": pd.DataFrame({"text_id": ["b"], "code": "time", "score": 0.9}),
    }

    def quoted(**approval):
        approvals = pd.DataFrame([approval]) if approval else empty_table("approvals")
        return quote(*tables.values(), approvals, settings=settings).set_index("segment_id")

    assert quoted().at["b", "text"] == " ".join(said)
    alone = quoted(segment_id="b", text_id="b", outcome="approved", wording="")
    assert alone.at["b", "approved"] and alone.at["b", "text"] == said[1]
    whole_id = quoted_id(" ".join(said), said[1], "b")
    whole = quoted(segment_id="b", text_id=whole_id, outcome="approved", wording="")
    assert whole.at["b", "approved"] and whole.at["b", "text"] == " ".join(said)


def test_few_words_are_picked_where_nobody_said_more():
    assert picked(voices(60, "Workers"), plan=Quote(per_group=2))["text"].tolist() == [SHORT, SHORT]


def test_what_people_gave_the_code_is_picked_before_what_the_program_did():
    people = [*voices(50, "Workers"), *voices(1, "Workers", status="accepted", similarity=0.9, first=50)]
    found = picked(people, plan=Quote(per_group=1), texts=[TELLING])
    assert "Workers-50" in set(found["person"])
