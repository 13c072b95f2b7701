"""No hidden count can be worked out: tables are attacked with a linear program that knows all that is shown."""

import numpy as np
import pytest
from disclosure_attack import attack_breakdown, attack_crossing, planted_pairs, random_breakdown, random_crossing, recovered
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.methods.disclosure import PROFILES, Breakdown, disclose, hide, hide_crossing
from pipeline.methods.disclosure.differencing import Released, against_earlier


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_hidden_part_of_a_breakdown_can_be_worked_out(profile):
    draw = np.random.default_rng(11)
    ranges = [found for _ in range(25) for found in attack_breakdown(*random_breakdown(draw), profile)]
    assert len(ranges) > 100
    assert recovered(ranges, profile) == 0


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_hidden_cell_of_a_table_can_be_worked_out(profile):
    draw = np.random.default_rng(12)
    ranges = [found for _ in range(8) for found in attack_crossing(*random_crossing(draw), profile)]
    assert len(ranges) > 30
    assert recovered(ranges, profile) == 0


def test_the_attack_finds_what_is_only_hidden_where_it_is_small():
    whole = Breakdown(93.0, (np.array([50.0, 40.0, 3.0, 0.0]),))
    naive = [np.isnan(disclose(part, PROFILES["standard"])) for part in whole.parts]
    ranges = attack_breakdown(whole, [], PROFILES["standard"], hidden_parts=naive)
    assert (3.0, 3.0) in [(round(low, 6), round(high, 6)) for low, high in ranges]


def test_what_is_hidden_of_a_breakdown_is_no_more_than_it_takes():
    gone = hide(Breakdown(93.0, (np.array([50.0, 40.0, 3.0, 0.0]),)), PROFILES["standard"])
    assert not gone.total
    assert gone.parts[0].tolist() == [False, True, True, True]


def test_people_whose_group_is_not_known_are_protected_too():
    gone = hide(Breakdown(93.0, (np.array([50.0, 41.0, 2.0]),)), PROFILES["standard"])
    assert gone.parts[0].tolist() == [False, True, True]


def test_nobody_whose_group_is_not_known_needs_no_protection():
    gone = hide(Breakdown(91.0, (np.array([50.0, 41.0, 0.0]),)), PROFILES["standard"])
    assert gone.parts[0].tolist() == [False, False, True]


def test_a_group_of_one_mind_is_hidden():
    base = Breakdown(60.0, (np.array([30.0, 30.0, 0.0]),))
    said = Breakdown(42.0, (np.array([30.0, 12.0, 0.0]),))
    gone = hide(said, PROFILES["standard"], of=(base, hide(base, PROFILES["standard"])))
    assert gone.parts[0][0], "who knows a person is in the group would know what they said"


def test_a_table_that_may_show_all_shows_all():
    assert not hide_crossing(np.full((3, 3), 30.0), PROFILES["strict"], unknown=False).any()


counts = st.lists(st.integers(0, 60), min_size=2, max_size=7)


@settings(max_examples=60, deadline=None)
@given(parts=counts, unknown=st.integers(0, 20), profile=st.sampled_from(list(PROFILES.values())))
def test_nothing_small_is_ever_shown_and_hiding_is_the_same_in_any_order(parts, unknown, profile):
    whole = Breakdown(float(sum(parts) + unknown), (np.array([*parts, unknown], dtype=float),))
    gone = hide(whole, profile)
    assert gone.parts[0][: len(parts)][np.array(parts) < profile.fewest].all()
    turned = hide(Breakdown(whole.total, (np.array([*reversed(parts), unknown], dtype=float),)), profile)
    assert sorted(np.array(parts)[gone.parts[0][:-1]]) == sorted(np.array(parts[::-1])[turned.parts[0][:-1]])


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
