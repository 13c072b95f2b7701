"""Differences between two surveys: as a library has them where people differ, and narrower where they are the same."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from pipeline.methods.groups.wave_difference import correlation_of_shares, difference_of_shares


def interval(n, base, earlier, earlier_base, correlation=0.0):
    arrays = (np.array([float(value)]) for value in (n, base, earlier, earlier_base))
    return difference_of_shares(*arrays, correlation=correlation)[:, 0]


@pytest.mark.parametrize(
    ("n", "base", "earlier", "earlier_base"), [(56, 70, 48, 80), (9, 10, 3, 10), (0, 20, 5, 40), (8, 8, 1, 9)]
)
def test_other_people_give_newcombes_interval(n, base, earlier, earlier_base):
    found = interval(n, base, earlier, earlier_base)
    assert found[0] == pytest.approx(n / base - earlier / earlier_base)
    assert found[1:] == pytest.approx(confint_proportions_2indep(n, base, earlier, earlier_base, method="newcomb"))


def test_a_missing_figure_gives_none():
    assert np.isnan(interval(np.nan, 10, 3, 10)).all() and np.isnan(interval(3, 10, 3, np.nan)).all()


def covered(rng, *, again, people=120, shares=(0.4, 0.5)):
    """Draw two waves of which `again` are the same people, and say whether the interval holds the true difference."""
    habit = rng.normal(size=2 * people - again)
    now, then = habit[:people], habit[people - again :]
    cuts = [np.quantile(rng.normal(size=20_000), 1 - share) for share in shares]
    said = [
        (0.95 * wave + np.sqrt(1 - 0.95**2) * rng.normal(size=people)) > cut for wave, cut in zip((then, now), cuts, strict=True)
    ]
    both = [said[1][people - again :, None], said[0][:again, None]]
    correlation = correlation_of_shares(*both, base=people, earlier_base=people)
    low, high = interval(said[1].sum(), people, said[0].sum(), people, correlation)[1:]
    return low <= shares[1] - shares[0] <= high, high - low


@pytest.mark.parametrize("again", [0, 60, 120])
def test_the_interval_holds_the_truth_as_often_as_it_says(again):
    rng = np.random.default_rng(7)
    found = [covered(rng, again=again) for _ in range(300)]
    assert 0.91 <= np.mean([holds for holds, _ in found]) <= 0.985


def test_the_same_people_tell_smaller_changes_apart():
    rng = np.random.default_rng(7)
    widths = {again: np.mean([covered(rng, again=again)[1] for _ in range(40)]) for again in (0, 60, 120)}
    assert widths[0] > 1.1 * widths[60] > 1.1 * 1.1 * widths[120]
