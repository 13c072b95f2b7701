import numpy as np
import pytest

from pipeline.errors import DataError
from pipeline.methods.estimates import estimate_shares


SHARE = 0.3


def answered(seed, *, n_people=600, each=2):
    """Return codes, chances of a biased model and people: excerpts of one person are alike."""
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(n_people), each)
    mind = np.repeat(rng.normal(size=n_people), each)
    # Above the normal distribution's 70th percentile.
    truth = (mind + rng.normal(size=len(people))) / np.sqrt(2) > 0.5244
    # Half of what it should say, so that its own share would be wrong by far.
    chances = (0.1 + 0.25 * truth + 0.06 * np.tanh(mind)).clip(0, 1)
    return truth[:, None], chances[:, None], people


def simulated(n_draws=200, n_audited=150, **options):
    rng = np.random.default_rng(7)
    truth, chances, people = answered(1)
    half = np.arange(len(people)) < len(people) // 2
    groups = np.array([np.ones(len(people), dtype=bool), half, ~half])
    shares = np.array([truth[group].mean() for group in groups])
    covered, width, alone = [], [], []
    for _ in range(n_draws):
        rows = rng.choice(len(people), n_audited, replace=False)
        estimates = estimate_shares(truth[rows], rows, chances, people=people, groups=groups, **options)
        plain = estimate_shares(truth[rows], rows, np.zeros_like(chances), people=people, groups=groups, **options)
        covered.append((estimates.low[:, 0] <= shares) & (shares <= estimates.high[:, 0]))
        width.append(estimates.high[:, 0] - estimates.low[:, 0])
        alone.append(plain.high[:, 0] - plain.low[:, 0])
    return np.mean(covered, axis=0), np.mean(width, axis=0) / np.mean(alone, axis=0)


def test_intervals_hold_the_share_overall_and_by_group_and_are_narrower_than_the_audits():
    covered, width = simulated()
    # The model's own share is out by half; 200 draws of 95 % lie between these.
    assert ((covered >= 0.91) & (covered <= 0.99)).all()
    assert (width <= 0.75).all()


def test_shares_of_everybody_who_might_answer_are_covered_too():
    rng, held = np.random.default_rng(3), []
    for seed in range(150):
        truth, chances, people = answered(seed, n_people=200)
        rows = rng.choice(len(people), 150, replace=False)
        estimates = estimate_shares(truth[rows], rows, chances, people=people, beyond=True)
        held.append(estimates.low[0, 0] <= SHARE <= estimates.high[0, 0])
    assert 0.90 <= np.mean(held) <= 0.99


def test_a_model_that_knows_nothing_leaves_the_audit_as_it_is():
    truth, _, people = answered(1)
    rows = np.arange(0, len(people), 8)
    noise = np.random.default_rng(2).random((len(people), 1))
    estimates = estimate_shares(truth[rows], rows, noise, people=people)
    assert estimates.tuning[0] < 0.2
    assert estimates.share[0, 0] == pytest.approx(truth[rows].mean(), abs=0.01)


def test_a_rare_code_gets_the_cautious_interval_of_the_audit_alone():
    n = 400
    chances = np.full((n, 1), 0.02)
    labels = np.zeros((100, 1), dtype=bool)
    estimates = estimate_shares(labels, np.arange(100), chances, people=np.arange(n), beyond=True)
    assert not estimates.corrected[0, 0]
    # Wilson's interval of none in a hundred: none is not never.
    assert (estimates.share[0, 0], estimates.low[0, 0]) == pytest.approx((0, 0))
    assert estimates.high[0, 0] == pytest.approx(0.0370, abs=1e-3)


def test_of_fewer_than_ten_nothing_is_estimated():
    chances = np.full((50, 2), 0.5)
    groups = np.array([np.arange(50) < 9, np.arange(50) >= 0])
    labels = np.zeros((20, 2), dtype=bool)
    estimates = estimate_shares(labels, np.arange(20), chances, people=np.arange(50), groups=groups)
    assert np.isnan(estimates.share[0]).all()
    assert not np.isnan(estimates.share[1]).any()
    assert estimates.n_audited.tolist() == [9, 20]


def test_weights_are_obeyed():
    truth, chances, people = answered(1)
    weights = np.where(truth[:, 0], 3.0, 1.0)
    rows = np.random.default_rng(5).choice(len(people), 400, replace=False)
    estimates = estimate_shares(truth[rows], rows, chances, people=people, weights=weights)
    weighted = np.average(truth[:, 0], weights=weights)
    assert estimates.low[0, 0] <= weighted <= estimates.high[0, 0]
    assert weighted - truth.mean() > 0.2


def test_people_who_repeat_themselves_do_not_make_the_interval_narrower():
    truth, chances, people = answered(1, each=1)
    rows = np.arange(0, 600, 4)
    once = estimate_shares(truth[rows], rows, chances, people=people, beyond=True)
    four = np.repeat(np.arange(600), 4)
    all_said = np.flatnonzero(np.isin(four, rows))
    again = estimate_shares(truth[four][all_said], all_said, chances[four], people=four, beyond=True)
    assert again.high[0, 0] - again.low[0, 0] == pytest.approx(once.high[0, 0] - once.low[0, 0], rel=0.02)


def test_an_excerpt_cannot_be_audited_twice():
    with pytest.raises(DataError, match="more than once"):
        estimate_shares(np.zeros((2, 1)), [3, 3], np.zeros((9, 1)), people=np.arange(9))
