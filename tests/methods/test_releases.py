"""No hidden figure of a whole release can be worked out, however the groups nest, cross and overlap."""

import numpy as np
import pytest
from made_up_studies import SINGLE, made_up, many_attributes
from release_attack import attack_release

from pipeline.methods.disclosure import PROFILES
from pipeline.methods.disclosure.linked import classes_of


@pytest.mark.parametrize("profile", PROFILES)
def test_no_hidden_figure_of_a_made_up_study_can_be_worked_out(profile):
    draw = np.random.default_rng(21)
    for _ in range(2):
        made = made_up(draw, profile)
        hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES[profile])
        assert len(hidden) > 20
        assert [one for one in hidden if one.recovered] == []


def test_of_many_crossed_attributes_those_that_stand_first_are_shown_and_the_others_not_at_all():
    draw = np.random.default_rng(3)
    made = made_up(draw, "small", many_attributes(draw, 300))
    for name in ("counts", "closed", "response_rates", "voices"):
        table = made.tables[name]
        assert not table.loc[table["group"] == "crossed 0", "base"].isna().all(), name
        later = table["group"].isin(["crossed 2", "crossed 3"])
        assert later.any() and table.loc[later, ["n", "base"]].isna().all(axis=None), name


def test_the_classes_of_many_attributes_are_no_more_than_can_be_worked_out_quickly():
    levels = {f"attribute {number}": np.random.default_rng(number).integers(0, 6, 2000) for number in range(6)}
    classes = classes_of(levels, dict.fromkeys(levels, "abcdef"), 2000, "everyone")
    # 36 of the first two; the third would make 216.
    assert classes.parts.shape == (1 + 6 * 7, 36)
    assert classes.parts[:15].any(axis=1).sum() == 13 and not classes.parts[15:].any()
