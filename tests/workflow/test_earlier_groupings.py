"""Exports of one study by different groups, and of people who came and went, give no hidden figure away together."""

import numpy as np
import pandas as pd
import pytest
from made_up_releases import release
from made_up_studies import SINGLE, draw_attributes, draw_groupings, draw_study
from release_attack import attack_over_time, attack_releases
from small_study import build_study, build_tables, without

from pipeline.methods.disclosure import PROFILES
from pipeline.report import EXPORTS
from pipeline.study.study import load_study
from pipeline.workflow.released_figures import note_as_released, read_ledger
from pipeline.workflow.results import read_results


TABLES = ("counts", "closed", "voices", "response_rates")


@pytest.mark.parametrize(
    ("profile", "seed", "kind", "order"),
    [
        ("small", 4, "overlapping", ("fine", "other")),
        ("small", 6, "nested", ("other", "fine")),
        ("small", 2, "crossed", ("fine", "other")),
        ("strict", 4, "overlapping", ("fine", "other")),
        ("strict", 7, "nested", ("other", "fine")),
        ("standard", 1, "overlapping", ("fine", "other")),
        ("standard", 6, "nested", ("other", "fine")),
    ],
)
def test_no_hidden_figure_follows_from_two_exports_by_different_groups(tmp_path, profile, seed, kind, order):
    draw = np.random.default_rng([1, seed])
    said = draw_study(draw, draw_groupings(draw, kind))
    released = [release(tmp_path, said, (group,), profile) for group in order]
    hidden = attack_releases(released, said.persons, said.asked, frozenset([SINGLE]), PROFILES[profile])
    assert len(hidden) > 20
    assert [figure for figure in hidden if figure.recovered] == []


def test_the_ledger_remembers_what_was_withheld_beside_an_export_by_other_groups(tmp_path):
    draw = np.random.default_rng([1, 6])
    said = draw_study(draw, draw_groupings(draw, "nested"))
    second = [release(tmp_path, said, groups, "small") for groups in (("other",), ("fine",))][1]
    again = release(tmp_path, said, ("fine",), "small")
    for name in TABLES:
        pd.testing.assert_frame_equal(second[name], again[name])


def test_the_same_export_once_more_hides_nothing_more(tmp_path):
    draw = np.random.default_rng(5)
    said = draw_study(draw, draw_attributes(draw, 150))
    first, second = (release(tmp_path, said, tuple(said.persons), "small") for _ in range(2))
    for name in TABLES:
        pd.testing.assert_frame_equal(first[name], second[name])


def test_groups_that_cross_too_many_others_are_withheld_and_named(tmp_path):
    draw = np.random.default_rng(6)
    said = draw_study(draw, {"by ten": draw.integers(0, 10, 300), "by nine": draw.integers(0, 9, 300)})
    first = release(tmp_path, said, ("by ten",), "small")
    second = release(tmp_path, said, ("by nine",), "small")
    assert first["counts"].query("`group` == 'by ten'")["n"].notna().any()
    for name in TABLES:
        by_group = second[name][second[name]["group"] == "by nine"]
        assert len(by_group) and by_group["n"].isna().all(), name
    assert "“by nine”" in second["notes"][-1] and "60 kinds" in second["notes"][-1]
    assert not [figure for figure in read_ledger(load_study(tmp_path)) if figure.attribute == "by nine" and figure.shown > 0]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("leaving", [False, True])
def test_what_an_export_hid_does_not_follow_when_ten_people_come_or_go(tmp_path, profile, leaving):
    draw = np.random.default_rng([1, 3])
    n_people = 150
    said = draw_study(draw, {"fine": draw.choice(3, n_people, p=[0.6, 0.33, 0.07])})
    pair = [said.of(list(said.persons.index)[:-10]), said]
    if leaving:
        pair.reverse()
    released = [(release(tmp_path, some, ("fine",), profile), frozenset(some.persons.index)) for some in pair]
    hidden = attack_over_time(*released, said.persons, said.asked, frozenset([SINGLE]), PROFILES[profile])
    before = [figure for figure in hidden if not figure.cell[0].endswith(" later")]
    assert before and [figure for figure in before if figure.recovered] == []


def test_a_theme_whose_figure_is_withheld_has_no_rank_among_those_that_are_shown(tmp_path):
    study = build_study(tmp_path / "study", profile="small")
    note_as_released(study, [read_results(study, EXPORTS["tables"].tables)])
    tables = build_tables(study)
    without(study, tables, set(tables["comments"]["response_id"].drop_duplicates().iloc[40:44]))
    (again,) = note_as_released(study, [read_results(study, EXPORTS["tables"].tables)])
    voices, ranks = again["voices"], again["theme_ranks"].query("weighting == 'within'")
    withheld = voices[voices["n"].isna()].merge(voices[voices["n"].notna()][["group", "level"]].drop_duplicates())
    both = ranks.merge(withheld[["level", "theme_id"]], on=["level", "theme_id"])
    assert len(both) and both["rank"].isna().all()
    for _, those in ranks.dropna(subset="rank").groupby("level"):
        assert sorted(those["rank"]) == sorted(those["rank"].rank(method="min"))
