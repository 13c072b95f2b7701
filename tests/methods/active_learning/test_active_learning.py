"""Learning from people's corrections: what would change, how good it is, when to stop, slips, and what to review next."""

import numpy as np
import pytest

from pipeline.codebook.codebook import Code, Codebook
from pipeline.errors import DataError
from pipeline.methods.active_learning import advice, compare, estimate, find_slips, next_to_review
from pipeline.methods.active_learning.cross_validate import CodedTexts, cross_validate, in_steps
from pipeline.methods.active_learning.intervals import Interval, paired_difference, wilson
from pipeline.methods.active_learning.stopping import kappa
from pipeline.methods.coder import CodebookClassifier


NO_GAIN = Interval(np.nan, np.nan, np.nan)
NOBODY = np.zeros(4, dtype=bool)
CHANCES = np.array([[0.9, 0.1], [0.52, 0.1], [0.1, 0.3], [0.05, 0.05]])
HALVES = np.array([0.5, 0.5])


def drawn(order, *, decided=NOBODY, n=4, seed=1, **known):
    return next_to_review(CHANCES, HALVES, decided, order, n=n, seed=seed, **known).tolist()


def test_uncertain_excerpts_are_those_nearest_to_a_threshold():
    assert drawn("uncertain")[:2] == [1, 2]


@pytest.mark.parametrize("order", ["uncertain", "rare codes first"])
def test_what_is_decided_is_not_asked_again(order):
    assert 1 not in drawn(order, decided=np.array([False, True, False, False]))


def test_rare_codes_come_first_though_a_common_one_is_likelier():
    assert drawn("rare codes first", counts=np.array([50, 0]))[0] == 2
    assert drawn("rare codes first", counts=np.array([0, 0]))[0] == 0


def test_an_audit_draws_every_excerpt_equally_often_decided_or_not():
    decided = np.array([True, True, False, False])
    first = [drawn("random audit", decided=decided, n=1, seed=seed)[0] for seed in range(2_000)]
    assert np.allclose(np.bincount(first) / 2_000, 0.25, atol=0.04)


def test_a_longer_audit_goes_on_from_the_shorter_one():
    short = drawn("random audit", n=2)
    assert drawn("random audit", n=4)[:2] == short
    audited = np.isin(np.arange(4), short)
    assert drawn("random audit", audited=audited) == drawn("random audit", n=4)[2:]


def test_an_unknown_order_is_refused():
    with pytest.raises(DataError, match="rare codes first"):
        drawn("best first")


def test_no_more_is_drawn_than_there_is():
    empty = next_to_review(np.zeros((0, 2)), HALVES, np.zeros(0, dtype=bool), "rare codes first", n=5, seed=1)
    assert len(empty) == 0
    assert len(drawn("rare codes first", n=50)) == 4


def test_wilson_intervals_are_those_of_the_textbook():
    # Newcombe 1998 (Statistics in Medicine 17: 857), table I, method 3.
    assert wilson(81, 263) == pytest.approx((81 / 263, 0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_an_audit_of_all_excerpts_leaves_no_doubt_and_of_half_less_than_of_few():
    assert wilson(30, 40, n_all=40) == (0.75, 0.75, 0.75)
    half, few = wilson(30, 40, n_all=80), wilson(30, 40, n_all=80_000)
    assert half.high - half.low < few.high - few.low


def test_paired_differences_have_no_sign_where_little_differs():
    assert paired_difference(3, 1, 100).low < 0 < paired_difference(3, 1, 100).high
    assert paired_difference(30, 2, 100).low > 0


def test_an_audit_counts_excerpts_that_are_just_right_and_codes_that_are():
    agreed = np.array([[True, False], [True, True], [False, False], [False, True]] * 5)
    suggested = np.array([[True, False], [True, False], [False, True], [False, True]] * 5)
    found = estimate(suggested, agreed, n_all=1_000)
    assert (found.n, found.accuracy.estimate, found.precision.estimate, found.recall.estimate) == (20, 0.5, 0.75, 0.75)
    assert found.accuracy.low < 0.5 < found.accuracy.high


def test_an_audits_interval_holds_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    agreed = rng.random((400, 3)) < 0.3
    suggested = agreed ^ (rng.random((400, 3)) < 0.1)
    truth = (agreed == suggested).all(axis=1).mean()
    samples = [
        next_to_review(np.zeros((400, 3)), np.zeros(3), agreed[:, 0], "random audit", n=60, seed=seed) for seed in range(300)
    ]
    found = [estimate(suggested[rows], agreed[rows], n_all=400).accuracy for rows in samples]
    assert np.mean([one.estimate for one in found]) == pytest.approx(truth, abs=0.01)
    assert np.mean([one.low <= truth <= one.high for one in found]) > 0.92


def test_an_audit_of_few_excerpts_is_refused_in_a_sentence():
    with pytest.raises(DataError, match="9 excerpts is too few"):
        estimate(np.ones((9, 2), dtype=bool), np.ones((9, 2), dtype=bool), n_all=100)


def test_changes_tell_the_four_kinds_apart():
    before = np.array([[False], [True], [False], [True], [True]])
    after = np.array([[True], [False], [True], [False], [True]])
    agreed = np.array([[True], [False], [False], [True], [True]])
    found = compare(before, after, agreed, seed=1)
    assert [counts.tolist() for counts in (found.added, found.dropped, found.wrong, found.lost)] == [[1], [1], [1], [1]]
    assert (found.gains.tolist(), found.losses.tolist(), found.net[0].estimate) == ([2], [2], 0)


def test_a_clear_gain_has_an_interval_above_nothing_and_the_same_one_each_time():
    rng = np.random.default_rng(1)
    agreed = rng.random((200, 4)) < 0.3
    before, after = agreed & (rng.random((200, 4)) < 0.4), agreed & (rng.random((200, 4)) < 0.9)
    found = compare(before, after, agreed, seed=1)
    assert found.before < found.after
    assert found.gained.low > 0
    assert compare(before, after, agreed, seed=1).gained == found.gained


def test_nothing_said_by_anybody_is_no_agreement_at_all():
    nothing = np.zeros((5, 2), dtype=bool)
    assert np.isnan(compare(nothing, nothing, nothing, seed=1).after)


def test_kappa_is_one_for_the_same_and_about_nought_for_unrelated_answers():
    rng = np.random.default_rng(1)
    one, other = rng.random((4_000, 5)) < 0.2, rng.random((4_000, 5)) < 0.2
    assert kappa(one, one) == 1
    assert kappa(one, other) == pytest.approx(0, abs=0.03)


def test_review_may_stop_when_three_steps_changed_next_to_nothing():
    steady = np.random.default_rng(1).random((300, 5)) < 0.2
    moved = steady ^ (np.random.default_rng(2).random((300, 5)) < 0.05)
    assert str(advice([steady] * 4, step=20, gained=NO_GAIN)).startswith("More review would change little")
    assert str(advice([steady, steady, steady, moved], step=20, gained=NO_GAIN)).startswith("More review still pays")


def test_with_few_decisions_there_is_no_advice_yet():
    steady = np.ones((300, 5), dtype=bool)
    found = advice([steady] * 3, step=20, gained=NO_GAIN)
    assert not found.enough
    assert str(found).startswith("It is too early")


def test_what_is_listed_for_a_second_look_are_slips_and_a_good_part_of_them():
    rng = np.random.default_rng(1)
    truth = rng.random((400, 3)) < 0.3
    chances = np.clip(np.where(truth, 0.85, 0.1) + rng.normal(0, 0.08, truth.shape), 0, 1)
    slipped = rng.random(truth.shape) < 0.03
    given = truth ^ slipped
    found = find_slips(chances, given)
    assert all(slipped[slip.row, slip.code] for slip in found)
    # A threshold is a mean, so about half of all slips lie beyond it: the list is short rather than complete.
    assert len(found) > 0.4 * slipped.sum()
    assert all((slip.kind == "given, looks wrong") == given[slip.row, slip.code] for slip in found)


def test_a_code_that_was_hardly_ever_given_is_not_judged():
    given = np.zeros((50, 1), dtype=bool)
    given[:4] = True
    assert find_slips(np.where(given, 0.01, 0.99), given) == []


class Letters:
    """Vectors of letter counts: an embedder that needs no model."""

    name, dimension, sha256, precision = "letters", 26, "", "fp32"

    def encode(self, texts):
        rows = np.array([[text.lower().count(chr(97 + place)) for place in range(26)] for text in texts], dtype=np.float32)
        rows = rows.reshape(-1, 26)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


CODER = CodebookClassifier(
    Codebook((Code("waiting", label="waiting", examples=("a long wait",)), Code("food", label="food", examples=("good soup",)))),
    embedder=Letters(),
)
TEXTS = [f"{what} {number}" for number in range(12) for what in ("zzz quux", "we wait", "soup today")]


def material(codes):
    return CodedTexts(TEXTS, [""] * len(TEXTS), Letters().encode(TEXTS), np.arange(len(codes)), codes, [None] * len(TEXTS))


def test_what_is_held_out_does_not_know_the_texts_own_decision():
    """One odd text is given a code that nothing else explains: only a coder that saw it would repeat it."""
    texts = [*TEXTS[1::3], *TEXTS[2::3], "zzz quux"]
    codes = [["waiting"]] * 12 + [["food"]] * 12 + [["food"]]
    given = CodedTexts(texts, [""] * 25, Letters().encode(texts), np.arange(25), codes, [None] * 25)
    flipped = CodedTexts(texts, [""] * 25, given.vectors, given.rows, [*codes[:-1], ["waiting"]], given.hints)
    here, there = (cross_validate(CODER, one, one.rows, learnt=one.rows, seed=1).chances[-1] for one in (given, flipped))
    assert here.tolist() == there.tolist()


def test_the_same_words_are_held_out_together():
    texts, found = ["We wait", "we wait ", "soup", "bread", "tea", "we queue"], []
    for twin in (["food"], ["waiting"]):
        codes = [["waiting"], twin, ["food"], ["food"], ["food"], ["waiting"]]
        given = CodedTexts(texts, [""] * 6, Letters().encode(texts), np.arange(6), codes, [None] * 6)
        found.append(cross_validate(CODER, given, given.rows, learnt=given.rows, seed=1).chances[0].tolist())
    assert found[0] == found[1]


def test_steps_go_back_as_far_as_there_are_decisions_and_end_with_all():
    given = material([["food"], [], ["food"]] * 4)
    rows = np.arange(12, 36)
    assert len(in_steps(CODER, given, rows, step=4, n_steps=3)) == 4
    assert len(in_steps(CODER, given, rows, step=8, n_steps=3)) == 2
