"""No hidden count can be worked out: tables are attacked with a linear program that knows all that is shown."""

import numpy as np
import pandas as pd
import pytest
from disclosure_attack import attack_crossing, planted_pairs, random_crossing, recovered
from hypothesis import given, settings
from hypothesis import strategies as st
from release_attack import Release

from pipeline.methods.disclosure import PROFILES, hide_crossing
from pipeline.methods.disclosure.differencing import Released, against_earlier
from pipeline.methods.disclosure.linked_tables import Classes, classes_of
from pipeline.methods.disclosure.single_base_tables import hide_means, hide_themes


def parted(*sizes: int, unknown: int = 0) -> Classes:
    """Return classes of people by one attribute, with so many in each level."""
    levels = np.repeat([*range(len(sizes)), -1], [*sizes, unknown])
    return classes_of({"group": levels}, {"group": "abcdefg"}, len(levels), "everyone")


def hidden_parts(*sizes: int, unknown: int = 0, profile: str = "standard") -> list[bool]:
    """Return what is hidden of numbers of people, everyone's first and those of unknown group last."""
    classes = parted(*sizes, unknown=unknown)
    return hide_means(classes, classes.count(np.arange(sum(sizes) + unknown)), PROFILES[profile]).tolist()


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_hidden_cell_of_a_table_can_be_worked_out(profile):
    draw = np.random.default_rng(12)
    ranges = [found for _ in range(8) for found in attack_crossing(*random_crossing(draw), profile)]
    assert len(ranges) > 30
    assert recovered(ranges, profile) == 0


def test_the_attack_finds_what_is_only_hidden_where_it_is_small():
    persons = pd.DataFrame({"group": ["a"] * 50 + ["b"] * 40 + ["c"] * 20})
    release = Release(persons, {}, PROFILES["standard"])
    said = release.item("said")
    for group, level, shown in (("everyone", "everyone", 63), ("group", "a", 30), ("group", "b", 30), ("group", "c", np.nan)):
        release.figure((said, group, level), float(shown))
    (found,) = release.hidden()
    assert (found.low, found.high, found.recovered) == (3, 3, True)


def test_what_is_hidden_of_a_breakdown_is_no_more_than_it_takes():
    assert hidden_parts(50, 40, 3) == [False, False, True, True, True]


def test_people_whose_group_is_not_known_are_protected_too():
    assert hidden_parts(50, 41, unknown=2) == [False, False, True, True]


def test_nobody_whose_group_is_not_known_needs_no_protection():
    assert hidden_parts(50, 41) == [False, False, False, True]


def test_a_group_of_one_mind_is_hidden():
    classes = parted(30, 30)
    said = classes.count(np.arange(42))
    no_base = np.array([False, False, False, True])
    gone = hide_themes(classes, classes.count(np.arange(60)), said[None], no_base, PROFILES["standard"])
    assert gone[0, 1], "who knows a person is in the group would know what they said"


def test_a_table_that_may_show_all_shows_all():
    assert not hide_crossing(np.full((3, 3), 30.0), PROFILES["strict"], unknown=False).any()


counts = st.lists(st.integers(0, 60), min_size=2, max_size=7)


@settings(max_examples=60, deadline=None)
@given(parts=counts, unknown=st.integers(0, 20), profile=st.sampled_from(list(PROFILES)))
def test_nothing_small_is_ever_shown_and_hiding_is_the_same_in_any_order(parts, unknown, profile):
    parts = [part for part in parts if part]
    gone = np.array(hidden_parts(*parts, unknown=unknown, profile=profile)[1:-1], dtype=bool)
    assert gone[np.array(parts, dtype=int) < PROFILES[profile].fewest].all()
    turned = np.array(hidden_parts(*reversed(parts), unknown=unknown, profile=profile)[1:-1], dtype=bool)
    assert sorted(np.array(parts, dtype=int)[gone]) == sorted(np.array(parts[::-1], dtype=int)[turned])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_two_releases_differ_by_a_few_people(profile):
    pairs = list(planted_pairs(np.random.default_rng(13), 20, profile))
    assert all(pair.told_apart(pair.second) for pair in pairs)
    beside = [against_earlier(pair.second, pair.first, profile) for pair in pairs]
    assert [pair.told_apart(shown) for pair, shown in zip(pairs, beside, strict=True)] == [0] * len(pairs)


def figure(part, people, shown, item="code"):
    return Released(item, part, frozenset(people), shown, PROFILES["standard"].fewest)


def people(first, last):
    return [f"p{number}" for number in range(first, last)]


def test_merging_a_hidden_group_into_a_shown_one_does_not_show_it_after_all():
    first = [
        figure("all|all", people(0, 100), 100.0),
        figure("group|a", people(0, 20), np.nan),
        figure("group|b", people(20, 60), 40.0),
        figure("group|c", people(60, 96), 36.0),
        figure("group|d", people(96, 100), np.nan),
    ]
    second = [
        first[0],
        figure("group|a or b", people(0, 60), 60.0),
        figure("group|c", people(60, 96), 36.0),
        figure("group|d", people(96, 100), np.nan),
    ]
    shown = against_earlier(second, first, PROFILES["standard"])
    assert np.isnan(shown[1].shown), "60 less the 40 of b are the 20 of a, and then d follows"
    assert shown[2].shown == 36.0


def test_a_new_breakdown_says_nothing_of_the_few_who_have_left_since():
    first = [figure("all|all", people(0, 100), 100.0)]
    second = [
        figure("all|all", people(3, 100), 97.0),
        figure("region|north", people(3, 50), 47.0),
        figure("region|south", people(50, 100), 50.0),
    ]
    shown = [one.shown for one in against_earlier(second, first, PROFILES["standard"])]
    assert shown[0] == 100.0 and np.isnan(shown[1:]).all()


def test_merging_groups_that_were_shown_shows_their_sum():
    first = [figure("group|a", people(0, 30), 30.0), figure("group|b", people(30, 60), 30.0)]
    second = [figure("group|a or b", people(0, 60), 60.0)]
    assert [one.shown for one in against_earlier(second, first, PROFILES["standard"])] == [60.0]
