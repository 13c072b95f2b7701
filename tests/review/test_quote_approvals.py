import pytest
from saying import key

from pipeline.decisions.store import read_review, verify_store
from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError
from pipeline.review.quote_approvals import approve, approve_rewording, quote_candidates, refuse_quote, undo_approval
from pipeline.review.worries import settle_worry, tell


def candidate(review, consent="quote"):
    return next(one for one in quote_candidates(review, waiting=True) if one.consent == consent)


def test_candidates_come_in_the_codebooks_order_each_excerpt_once(review):
    found = quote_candidates(review)
    quotes = review.last_run().tables["quotes"]
    assert {one.segment_id for one in found} == set(quotes["segment_id"]) and len(found) == quotes["segment_id"].nunique()
    order = ["forms", "time", "trust", "money"]
    places = [order.index(one.codes[0]) for one in found]
    assert places == sorted(places)
    assert any(one.to_check for one in found)


def test_a_quotation_is_approved_and_then_waits_no_longer(review, study):
    one = candidate(review)
    made = approve(review, one.segment_id, by="Ann", version=one.version, key=key())
    assert (made.outcome, made.by) == ("approved", "Ann")
    assert one.segment_id not in [other.segment_id for other in quote_candidates(review, waiting=True)]
    (row,) = read_review(study, "approvals").to_dict("records")
    assert (row["segment_id"], row["outcome"], row["text_id"]) == (
        one.segment_id,
        "approved",
        review.last_run().tables.text_id(one.segment_id),
    )


def test_who_agreed_to_rewording_only_is_reworded(review):
    one = candidate(review, "paraphrase")
    with pytest.raises(ReviewError, match="agreed to rewording only"):
        approve(review, one.segment_id, by="Ann", version=0, key=key())
    for words in ("", f" {one.text.upper()}!! "):
        with pytest.raises(ReviewError, match="in other words"):
            approve_rewording(review, one.segment_id, words, by="Ann", version=0, key=key())
    assert (
        approve_rewording(review, one.segment_id, " In  other words ", by="Ann", version=0, key=key()).wording == "In other words"
    )


def test_refusing_needs_a_reason_and_can_be_undone(review, study):
    one = candidate(review)
    with pytest.raises(ReviewError, match="say why"):
        refuse_quote(review, one.segment_id, " ", by="Ann", version=0, key=key())
    made = refuse_quote(review, one.segment_id, "Her mother would know.", by="Ann", version=0, key=key())
    assert made.reason == "Her mother would know."
    undo_approval(review, made.approval_id, by="Ben")
    assert candidate(review) == one and read_review(study, "approvals").empty
    assert "as they were written" in verify_store(study)


def test_two_who_decide_at_once_see_each_other(review):
    one, once = candidate(review), key()
    first = approve(review, one.segment_id, by="Ann", version=0, key=once)
    assert approve(review, one.segment_id, by="Ann", version=0, key=once) == first
    with pytest.raises(StaleError) as stale:
        refuse_quote(review, one.segment_id, "Too close.", by="Ben", version=0, key=key())
    assert (stale.value.yours, stale.value.stands) == ("Too close.", first)
    assert refuse_quote(review, one.segment_id, "Too close.", by="Ben", version=first.approval_id, key=key()).outcome == "refused"


def test_what_somebody_flagged_is_offered_again_once_it_is_dealt_with(review):
    one = candidate(review)
    worry = tell(review, one.segment_id, "name", by="Ben", note="", key=key())
    assert one.segment_id not in [other.segment_id for other in quote_candidates(review)]
    with pytest.raises(ReviewError, match="facilitator"):
        approve(review, one.segment_id, by="Ann", version=0, key=key())
    settle_worry(review, worry.concern_id, by="Fay", how="It is the name of a town.", version=worry.version)
    assert candidate(review) == one


def test_who_does_not_agree_is_not_quoted(review):
    tables = review.last_run().tables
    comments = tables["comments"].set_index("comment_id")
    analysed = next(
        one
        for one, said in zip(tables.excerpts, tables.segments["comment_id"], strict=True)
        if comments.at[said, "consent"] == "analyse"
    )
    with pytest.raises(ReviewError, match="does not, or no longer, agree"):
        approve_rewording(review, analysed, "Other words", by="Ann", version=0, key=key())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("{said} x", "of its .* words stand in the same order"),
        ("{swapped}", "words stand in the same order"),
        ("{hidden}", "words stand in the same order"),
        ("Ring Olwen Pritchard on 07700 900123.", r"name \(words 2 to 3\), phone \(words 5 to 6\)"),
        ("They live at 14 Orchard Lane, SW1A 1AA.", "address|postcode"),
        ("The oldest nurse of all was not heard.", "age and role"),
    ],
)
def test_what_tells_who_it_was_is_no_rewording(review, study, words, why):
    one = candidate(review, "paraphrase")
    first, second, *others = one.text.split()
    tricks = {"said": one.text, "swapped": " ".join([second, first, *others]), "hidden": "\u200b".join(one.text)}
    with pytest.raises(ReviewError, match=why) as refused:
        approve_rewording(review, one.segment_id, words.format(**tricks), by="Ann", version=0, key=key())
    assert "Olwen" not in str(refused.value) and read_review(study, "approvals").empty
