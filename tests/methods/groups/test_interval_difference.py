import pytest

from pipeline.methods.active_learning.intervals import wilson
from pipeline.methods.groups.interval_difference import difference


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # Newcombe 1998 (Statistics in Medicine 17: 873), table II, method 10.
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_two_shares_differ_by_newcombes_interval(first, second, low, high):
    found = difference(wilson(*first), wilson(*second))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.told_apart


def test_the_other_way_round_is_the_same_difference():
    first, second = wilson(20, 40), wilson(25, 40)
    ahead, behind = difference(first, second), difference(second, first)
    assert ahead == pytest.approx((-behind.estimate, -behind.high, -behind.low))
    assert not ahead.told_apart
