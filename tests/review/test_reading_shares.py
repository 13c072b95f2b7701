import pytest
from saying import say

from pipeline.errors import ReviewError
from pipeline.review.reading_shares import Share, set_share, share_left, share_of


def test_nobody_is_asked_for_a_number_until_a_facilitator_sets_one(review):
    assert share_of(review) is None and share_left(review, "Ann") is None
    set_share(review, Share(40, "given order"), by="Ben")
    set_share(review, Share(0, "given order"), by="Ben")
    assert share_left(review, "Ann") is None


def test_what_is_left_goes_by_what_was_read_or_skipped_and_by_ones_own_pace(review):
    set_share(review, Share(5, "uncertain"), by="Ben")
    before = share_left(review, "Ann")
    assert (before.left, before.size, before.seconds, before.next_part) == (5, 5, 225, (5, "uncertain"))
    for place, segment_id in enumerate(review.last_run().tables.excerpts[:4]):
        say(review, "Ann", segment_id, "skip" if place == 3 else "time", seconds=20)
    after = share_left(review, "Ann")
    # Eighty seconds, the skipped one's too, for three answers.
    assert (after.left, round(after.seconds)) == (1, 27) and share_left(review, "Cy").left == 5


def test_the_fair_sample_comes_first_and_is_a_part_of_the_share(review):
    with pytest.raises(ReviewError, match="cannot be larger than the share"):
        set_share(review, Share(5, "uncertain", audit=6), by="Ben")
    set_share(review, Share(5, "uncertain", audit=2), by="Ben")
    assert share_left(review, "Ann").next_part == (2, "random audit")
    for segment_id in review.last_run().tables.shuffled(42)[:2]:
        say(review, "Ann", segment_id, "time", drawn="random audit")
    assert share_left(review, "Ann").next_part == (3, "uncertain")
