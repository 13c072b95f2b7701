"""No hidden figure of a whole release can be worked out, however the groups nest, cross and overlap."""

import numpy as np
import pytest
from made_up_studies import SINGLE, made_up, made_up_choices, many_attributes
from release_attack import attack_choices, attack_release

from pipeline.methods.disclosure import PROFILES
from pipeline.methods.disclosure.linked_tables import classes_of


@pytest.mark.parametrize("profile", PROFILES)
def test_no_hidden_figure_of_a_made_up_study_can_be_worked_out(profile):
    draw = np.random.default_rng(21)
    for _ in range(2):
        made = made_up(draw, profile)
        hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES[profile])
        assert len(hidden) > 20
        assert [one for one in hidden if one.recovered] == []


@pytest.mark.parametrize(
    ("state", "recovered_before"),
    [
        (
            (24297880379639859612956643178825160880, 261136684632268670825940853076396136793, 1, 2110701809),
            "how many whose group is not known left all blank, and how many of a small group spoke of any theme",
        ),
        (
            (227848758051183238747290395082609637609, 261136684632268670825940853076396136793, 1, 3070353836),
            "how many whose group is not known left all blank, from how many of them wrote something",
        ),
    ],
)
def test_no_hidden_figure_follows_from_all_codes_or_themes_together(state, recovered_before):
    draw = np.random.default_rng()
    place, step, *kept = state
    draw.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": place, "inc": step},
        "has_uint32": kept[0],
        "uinteger": kept[1],
    }
    made = made_up(draw, "strict")
    hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES["strict"])
    assert hidden and [figure for figure in hidden if figure.recovered] == [], recovered_before


@pytest.mark.parametrize(
    ("seed", "recovered_before"),
    [
        # A reader who knows just what rounding lets was left with less than by what is shown in any case.
        (51, "how many of a group answered"),
        (99, "how many answered whose group is not known"),
        (144, "how many answered whose group is not known, where another attribute nests"),
        # The base of an option was hidden while the question was protected, and the option with it, unprotected.
        (94, "an option without its base"),
        (216, "all options without their base"),
        # How many answered was how many chose the one option there was.
        (202, "everybody's answer"),
    ],
)
def test_no_hidden_figure_of_a_closed_question_can_be_worked_out(seed, recovered_before):
    closed, persons = made_up_choices(np.random.default_rng(seed), "strict")
    hidden = attack_choices(closed, persons, frozenset([SINGLE]), PROFILES["strict"])
    assert hidden and [figure for figure in hidden if figure.recovered] == [], recovered_before


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
