"""No hidden figure of a whole release can be worked out, however the groups nest, cross and overlap."""

import numpy as np
import pytest
from made_up_studies import SINGLE, made_up
from release_attack import attack_release

from pipeline.methods.disclosure import PROFILES


@pytest.mark.parametrize("profile", PROFILES)
def test_no_hidden_figure_of_a_made_up_study_can_be_worked_out(profile):
    draw = np.random.default_rng(21)
    for _ in range(2):
        made = made_up(draw, profile)
        hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES[profile])
        assert len(hidden) > 20
        assert [one for one in hidden if one.recovered] == []
