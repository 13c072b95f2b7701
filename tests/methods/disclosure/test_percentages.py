"""Why percentages are of the figures that are shown: beside a rounded number, a percentage of the true one says more."""

import numpy as np
import pytest

from pipeline.methods.disclosure import PROFILES, disclose


STRICT = PROFILES["strict"]


def fewest_possible(base):
    """Return how many numbers fit, at the worst, both a rounded number and a whole percentage of the true one."""
    n = np.arange(STRICT.fewest, base + 1, dtype=float)
    shown, percent = disclose(n, STRICT), np.floor(100 * n / base + 0.5)
    numbers, sizes = np.unique(shown, return_counts=True)
    pairs, n_alike = np.unique(1000 * shown + percent, return_counts=True)
    return n_alike[np.isin(pairs // 1000, numbers[sizes == STRICT.round_to])].min()


def test_no_group_is_so_large_that_a_true_percentage_tells_no_more_than_the_rounding():
    left = {base: fewest_possible(base) for base in range(40, 3001)}
    assert [base for base, n in left.items() if n == STRICT.round_to] == [500, 1500, 2500]
    assert left[60] == left[100] == left[225] == 1 and left[1000] == 2


@pytest.mark.parametrize(("base", "points"), [(100, 4), (225, 2), (500, 1)])
def test_percentages_of_rounded_numbers_are_near_the_true_ones(base, points):
    off = []
    for people in range(base, base + STRICT.round_to):
        n = np.arange(STRICT.fewest, people + 1, dtype=float)
        shown = disclose(n, STRICT) / disclose(np.array(float(people)), STRICT)
        off.append(np.abs(shown - n / people).max() * 100)
    assert points / 2 < max(off) <= points
