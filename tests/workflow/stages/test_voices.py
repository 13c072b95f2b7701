"""A small group's own themes are named, chance is not, and nobody can be worked out from the figures."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.methods.groups.overrepresentation import standing_out, tempered_shares
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.voices import voices


def tables(spoken, *, aside=()):
    """`spoken` maps each group to its people's themes, such as {"Carers": ["ab", "a", …]}; one text for each."""
    rows = [(level, f"{level}{i}", theme) for level, said in spoken.items() for i, themes in enumerate(said) for theme in themes]
    frame = pd.DataFrame(rows, columns=["level", "person", "theme"])
    ids = [f"t{i}" for i in frame.index]
    names = sorted(frame["theme"].unique())
    themes = pd.DataFrame({"theme_id": names, "set_aside": [name in aside for name in names]})
    members = pd.DataFrame({"text_id": ids, "theme_id": frame["theme"]})
    segments = pd.DataFrame({"text_id": ids, "comment_id": ids})
    comments = pd.DataFrame({"comment_id": ids, "response_id": frame["person"]})
    people = frame.drop_duplicates("person").rename(columns={"person": "response_id", "level": "value"})
    return themes, members, segments, comments, people[["response_id", "value"]].assign(attribute="group")


def found(spoken, *, aside=(), profile="strict"):
    settings = SimpleNamespace(count=SimpleNamespace(groups=("group",), profile=profile), intake=SimpleNamespace(attributes=()))
    said, ranks = voices(*tables(spoken, aside=aside), settings=settings)
    return check_table("voices", said).set_index(["level", "theme_id"]), check_table("theme_ranks", ranks)


LARGE = ["a"] * 150 + ["b"] * 50
SMALL = ["c"] * 9 + ["a"] * 6


def test_a_theme_of_a_small_group_stands_out_clearly_with_its_figures():
    said, _ = found({"Users": [*LARGE, *["c"] * 10], "Carers": SMALL})
    row = said.loc[("Carers", "c")]
    assert row["evidence"] == "clear"
    assert (row["n"], row["base"], row["elsewhere"]) == (10, 15, 10 / 210)
    assert row["low"] < row["share"] < row["high"]
    assert said.loc[("Carers", "a"), "evidence"] == "none"


def test_a_theme_of_one_group_alone_stands_out_but_its_figure_would_show_that_no_other_said_it():
    said, _ = found({"Users": LARGE, "Carers": SMALL})
    row = said.loc[("Carers", "c")]
    assert row["evidence"] == "clear" and row["suppressed"] and np.isnan(row["elsewhere"])


def test_a_figure_that_is_hidden_has_no_rank_beside_those_that_are_shown():
    said, ranks = found({"Users": [*LARGE, *["c"] * 30], "Carers": SMALL, "Leaders": ["a"] * 30 + ["c"] * 20 + ["b"] * 12})
    hidden = said["suppressed"]
    hidden = hidden[~hidden.groupby("level").transform("all")]
    assert hidden.any() and not hidden.all()
    within = ranks[ranks["weighting"] == "within"].set_index(["level", "theme_id"])["rank"]
    assert within[hidden[hidden].index].isna().all() and within[hidden[~hidden].index].notna().all()


def test_five_people_are_named_as_a_sign_without_any_figure():
    said, _ = found({"Users": LARGE + ["c"] * 3, "Leaders": ["c", "c", "a", "b", "a"]})
    row = said.loc[("Leaders", "c")]
    assert row["evidence"] in {"clear", "a sign"} and row["suppressed"]
    assert row[["n", "base", "share", "low", "high", "elsewhere"]].isna().all()


def test_one_person_alone_is_no_sign():
    said, _ = found({"Users": LARGE, "Leaders": ["c", "a", "b", "a", "a"]})
    assert said.loc[("Leaders", "c"), "evidence"] == "none"


def test_a_little_more_than_elsewhere_is_no_sign():
    said, _ = found({"Users": ["a"] * 90 + ["b"] * 110, "Carers": ["a"] * 52 + ["b"] * 48})
    assert said.loc[("Carers", "a"), "evidence"] == "none"


def test_equal_groups_move_a_small_groups_theme_up():
    _, ranks = found({"Users": LARGE, "Carers": ["c"] * 30 + ["a"] * 6})
    rank = ranks.set_index(["weighting", "level", "theme_id"])
    assert rank.loc[("people", "", "c"), "rank"] == 3
    assert rank.loc[("equal groups", "", "c"), ["rank", "change"]].tolist() == [2, 1]
    assert rank.loc[("within", "Carers", "c"), ["rank", "change"]].tolist() == [1, 2]
    assert np.isnan(rank.loc[("within", "Carers", "a"), "rank"]), "six people are too few to show"


def test_a_theme_set_aside_is_not_compared():
    said, ranks = found({"Users": LARGE, "Carers": SMALL}, aside=("c",))
    assert "c" not in set(said.index.get_level_values("theme_id")) | set(ranks["theme_id"])


def test_a_study_without_groups_or_themes_compares_nothing():
    said, ranks = voices(
        *[empty_table(name) for name in ("themes", "members", "segments", "comments", "people")],
        settings=SimpleNamespace(count=SimpleNamespace(groups=("group",), profile="strict"), intake=None),
    )
    assert check_table("voices", said).empty and check_table("theme_ranks", ranks).empty


def test_chance_alone_rarely_stands_out_clearly():
    draw = np.random.default_rng(3)
    base = np.array([300.0, 120, 40, 12])
    false = [
        standing_out(draw.binomial(base[:, None].astype(int), 0.2, (4, 14)).astype(float), base).clear.any() for _ in range(200)
    ]
    assert np.mean(false) <= 0.08


def test_one_person_does_not_speak_for_a_whole_group():
    shares = tempered_shares(np.array([[10.0, 90.0], [1.0, 0.0]]), np.array([100.0, 1.0]))
    assert shares[1, 0] < 0.3
    assert abs(shares[0, 0] - 0.1) < 0.02


def test_people_whose_words_are_all_on_their_own_spoke_of_no_theme():
    spoken = {"Users": [*LARGE, *["c"] * 10], "Carers": SMALL}
    themes, members, segments, comments, people = tables({**spoken, "Carers": [*SMALL, *["z"] * 20]})
    alone = members.assign(theme_id=members["theme_id"].where(members["theme_id"] != "z"))
    settings = SimpleNamespace(count=SimpleNamespace(groups=("group",), profile="strict"), intake=SimpleNamespace(attributes=()))
    said, _ = voices(themes[themes["theme_id"] != "z"], alone, segments, comments, people, settings=settings)
    expected, _ = found(spoken)
    pd.testing.assert_frame_equal(said.set_index(["level", "theme_id"]), expected, check_dtype=False, check_like=True)
