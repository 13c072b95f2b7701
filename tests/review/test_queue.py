from datetime import timedelta

import pytest
from saying import NOW, say

from pipeline.errors import ReviewError
from pipeline.review.coding import take_back
from pipeline.review.queue import ahead, let_go, next_excerpt


def walk(review, who, n, order="given order", said="time"):
    """Answer n excerpts one after the other, and return them."""
    read = []
    for _ in range(n):
        read.append(next_excerpt(review, who, order, now=NOW))
        say(review, who, read[-1], said, drawn=order)
    return read


def test_the_same_excerpt_comes_until_it_is_answered(review):
    first = next_excerpt(review, "Ann", now=NOW)
    assert next_excerpt(review, "Ann", now=NOW) == first
    say(review, "Ann", first, "time")
    assert next_excerpt(review, "Ann", now=NOW) not in (first, None)


def test_two_people_of_different_groups_read_the_same(review):
    assert walk(review, "Ann", 4) == walk(review, "Ben", 4)


def test_once_enough_have_answered_it_comes_to_nobody_else(review):
    read = walk(review, "Ann", 3)
    walk(review, "Ben", 3)
    assert not set(read) & set(walk(review, "Di", 10))


def test_a_group_reads_what_its_own_have_not(review):
    assert not set(walk(review, "Ann", 4)) & set(walk(review, "Cy", 4))


def test_the_own_group_reads_it_when_nothing_else_is_left(review):
    every = review.last_run().tables.excerpts
    for segment_id in every:
        say(review, "Ann", segment_id, "time")
    assert next_excerpt(review, "Cy", now=NOW) in every


def test_as_many_as_wanted_hold_an_excerpt_at_once(review):
    places = [next_excerpt(review, who, now=NOW) for who in ("Ann", "Ben", "Di")]
    assert places[0] == places[1] != places[2]
    assert next_excerpt(review, "Di", now=NOW + timedelta(minutes=5)) == places[2]


def test_a_held_place_is_given_back_in_time_or_when_somebody_stops(review):
    held = next_excerpt(review, "Ann", now=NOW)
    next_excerpt(review, "Ben", now=NOW)
    let_go(review, "Ann")
    assert next_excerpt(review, "Di", now=NOW) == held
    assert next_excerpt(review, "Cy", now=NOW + timedelta(minutes=31)) == held


def test_what_was_skipped_does_not_come_back_to_that_person(review):
    first = next_excerpt(review, "Ann", now=NOW)
    say(review, "Ann", first, "skip")
    every = walk(review, "Ann", len(review.last_run().tables.excerpts) - 1)
    assert first not in every and next_excerpt(review, "Ann", now=NOW) is None
    assert next_excerpt(review, "Cy", now=NOW) == first


def test_a_withdrawn_answer_makes_it_wait_again(review):
    first = next_excerpt(review, "Ann", now=NOW)
    made = say(review, "Ann", first, "time")
    before = ahead(review, "Ann")
    take_back(review, made.decision_id, "Ann")
    after = ahead(review, "Ann")
    assert (before.answered, after.answered, after.waiting - before.waiting) == (1, 0, 1)


@pytest.mark.parametrize("order", ["uncertain", "rare codes first"])
def test_the_same_words_come_once_in_an_order_that_teaches(review, order):
    text_id = review.last_run().tables.text_id
    texts = [text_id(one) for one in walk(review, "Ann", 8, order)]
    assert len(set(texts)) == 8
    assert {text_id(one) for one in walk(review, "Ben", 8, order)} == set(texts)


def test_uncertain_excerpts_come_first(review):
    """Only what the coder is not sure of lies between its thresholds in the small study."""
    first = next_excerpt(review, "Ann", "uncertain", now=NOW)
    margins = review.last_run().tables.ranked(review.last_run().tables.text_id(first))
    assert margins["abstained"].notna().any() or margins["score"].between(0.1, 0.9).all()


def test_an_audit_is_drawn_by_chance_and_the_same_for_all(review):
    ann, ben = walk(review, "Ann", 5, "random audit"), walk(review, "Ben", 5, "random audit")
    assert ann == ben != sorted(ann)
    assert ann == review.last_run().tables.shuffled(42)[:5]


def test_how_far_a_person_is(review):
    n = len(review.last_run().tables.excerpts)
    walk(review, "Ann", 3)
    say(review, "Ann", next_excerpt(review, "Ann", now=NOW), "skip")
    found = ahead(review, "Ann")
    assert (found.answered, found.skipped, found.waiting) == (3, 1, n - 4)
    walk(review, "Ben", 3)
    assert ahead(review, "Di").waiting == n - 3


def test_somebody_unknown_or_an_order_unknown_is_refused(review):
    with pytest.raises(ReviewError, match="no reviewer 'Nobody'"):
        next_excerpt(review, "Nobody", now=NOW)
    with pytest.raises(ReviewError, match="no order 'by taste'"):
        next_excerpt(review, "Ann", "by taste", now=NOW)
