"""Two exports of a study together say no more of anybody than one alone."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_study import Tables, build_study, build_tables, count_again, save, without

from pipeline.errors import DataError
from pipeline.methods.disclosure import PROFILES
from pipeline.report import EXPORTS, export
from pipeline.workflow.released_figures import ledger_path, note_as_released, read_ledger
from pipeline.workflow.results import read_results


def exported(study):
    (source,) = note_as_released(study, [read_results(study, EXPORTS["tables"].tables)])
    return source


@pytest.fixture
def unrounded(tmp_path):
    return build_study(tmp_path / "study", profile="standard")


def figures(source):
    return source["counts"].set_index(["question", "code", "group", "level"])[["n", "base"]]


def test_the_first_export_shows_what_the_tables_hold_and_notes_it_in_the_vault(unrounded):
    source = exported(unrounded)
    pd.testing.assert_frame_equal(source["counts"], read_results(unrounded, ("counts",))["counts"], check_dtype=False)
    assert source.notes == ()
    assert read_ledger(unrounded) and ledger_path(unrounded).parent == unrounded.vault


def test_one_person_fewer_changes_no_figure_and_the_export_says_so(unrounded):
    first = exported(unrounded)
    without(unrounded, build_tables(unrounded), set(first["comments"]["response_id"].head(1)))
    again = exported(unrounded)
    pd.testing.assert_frame_equal(figures(first), figures(again))
    assert "differ from an earlier release by fewer than 10 people" in again.notes[0]


def test_who_took_part_and_what_became_of_answers_is_given_as_before_when_one_person_leaves(tmp_path):
    study = build_study(tmp_path / "study", profile="small")
    first = exported(study)
    silent = first["comments"][first["comments"]["set_aside"] == "empty"]["response_id"].iloc[0]
    without(study, build_tables(study), {silent})
    now, again = read_results(study, EXPORTS["tables"].tables), exported(study)
    for name in ("response_rates", "accounts"):
        assert not now[name].equals(first[name]), "the run itself counts one person fewer"
        pd.testing.assert_frame_equal(first[name], again[name], check_dtype=False)


def test_many_people_fewer_give_new_figures(unrounded):
    first = exported(unrounded)
    without(unrounded, build_tables(unrounded), set(first["comments"]["response_id"].drop_duplicates().head(30)))
    again = exported(unrounded)
    base = figures(again)["base"].xs("everyone", level="level").max()
    assert base <= figures(first)["base"].xs("everyone", level="level").max() - 20


def test_steps_of_one_person_add_up_until_they_may_be_shown(unrounded):
    people = list(exported(unrounded)["comments"]["response_id"].drop_duplicates())
    tables = build_tables(unrounded)
    bases = []
    for n in range(0, 24, 6):
        without(unrounded, tables, set(people[:n]))
        bases.append(figures(exported(unrounded))["base"].max())
    # In between, what is off by too much for the one and by too little for the other is not shown.
    steps = -np.diff([base for base in bases if not np.isnan(base)])
    assert set(steps[steps > 0]) and min(steps[steps > 0]) >= 9, "each step that shows is of about ten people or more"


def test_a_person_who_was_erased_is_still_a_difference(unrounded):
    from pipeline.workflow.released_figures import write_ledger

    first = exported(unrounded)
    gone = set(first["comments"]["response_id"].head(1))
    write_ledger(
        unrounded,
        [replace(one, people=one.people - gone, erased=len(one.people & gone)) for one in read_ledger(unrounded)],
    )
    without(unrounded, build_tables(unrounded), gone)
    pd.testing.assert_frame_equal(figures(first), figures(exported(unrounded)))


def test_a_damaged_ledger_stops_the_export(unrounded):
    exported(unrounded)
    ledger_path(unrounded).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"vault/ledger\.jsonl"):
        export(unrounded, to=["tables"])


def test_the_ledger_holds_nobodys_words(unrounded):
    exported(unrounded)
    text = ledger_path(unrounded).read_text(encoding="utf-8")
    words = build_tables(unrounded)["texts"]["text"]
    assert json.loads(text.splitlines()[0]) and not [one for one in words if one in text]


def test_figures_of_one_run_beside_answers_of_another_are_refused_and_not_kept(unrounded):
    tables = build_tables(unrounded)
    old = {name: tables[name] for name in ("counts", "closed", "response_rates", "accounts", "voices", "theme_ranks")}
    without(unrounded, tables, set(tables["comments"]["response_id"].drop_duplicates().head(60)))
    now = {name: read_results(unrounded, (name,))[name] for name in tables.frames if name not in old}
    save(unrounded, Tables({**now, **old}))
    with pytest.raises(DataError, match="themes run"):
        export(unrounded, to=["tables"])
    assert read_ledger(unrounded) == []


def test_a_figure_that_was_never_true_is_not_repeated_for_good(unrounded):
    from pipeline.workflow.released_figures import write_ledger

    first = exported(unrounded)
    # As one export beside an unfinished run left it: what was shown is of many more people than are said to be behind it.
    write_ledger(unrounded, [replace(one, shown=2 * one.shown + 100) for one in read_ledger(unrounded)])
    again, true = figures(exported(unrounded)), figures(first)
    assert not ((again - true).abs() > 0).any(axis=None)
    assert again["base"].equals(true["base"]) and again["n"].notna().mean() > 0.9 * true["n"].notna().mean()


def test_a_figure_that_people_have_all_but_overruled_is_not_repeated(unrounded):
    tables = build_tables(unrounded)
    coded = tables["codings"].merge(tables["segments"], on="segment_id").merge(tables["comments"], on="comment_id")
    many = coded[coded["code"] == "forms"].drop_duplicates("response_id")

    def left_with(n):
        """Give the code `transport` to so many people, and release it."""
        given = many.head(n)[["segment_id"]].assign(code="transport", status="accepted", reviewers=1)
        frames = {**tables.frames, "codings": pd.concat([tables["codings"], given], ignore_index=True)}
        count_again(unrounded, frames)
        return exported(unrounded)

    def transport(source):
        return figures(source).loc[("any", "transport", "everyone", "everyone"), "n"]

    assert transport(left_with(12)) == 12
    again = left_with(11)
    assert np.isnan(transport(again)), "the same people were read otherwise: 12 is known to be wrong, 11 may not be told"
    assert "people have decided otherwise since" in " ".join(again.notes)
    assert transport(left_with(12)) == 12, "what holds again is shown again"
    assert np.isnan(transport(left_with(2)))


def test_a_figure_within_the_rounding_is_not_known_to_be_wrong(tmp_path):
    study = build_study(tmp_path / "study", profile="strict")
    tables = build_tables(study)
    coded = tables["codings"].merge(tables["segments"], on="segment_id").merge(tables["comments"], on="comment_id")
    many = coded[coded["code"] == "forms"].drop_duplicates("response_id")

    def shown(n):
        given = many.head(n)[["segment_id"]].assign(code="transport", status="accepted", reviewers=1)
        count_again(study, {**tables.frames, "codings": pd.concat([tables["codings"], given], ignore_index=True)})
        return figures(exported(study)).loc[("any", "transport", "everyone", "everyone"), "n"]

    assert shown(12) == 10
    assert shown(8) == 10, "the reader is told that 10 is between 8 and 12"
    assert np.isnan(shown(13)), "13 would be 15, and 10 is not true"


@pytest.mark.parametrize("profile", ["strict", "standard", "small"])
def test_no_figure_that_is_given_as_before_is_further_off_than_the_export_says(tmp_path, profile):
    study = build_study(tmp_path / "study", profile=profile)
    tables = build_tables(study)
    source = exported(study)
    people, first = list(source["comments"]["response_id"].drop_duplicates()), figures(source)
    # Up to the number of people that is borne, and beyond it.
    for n in (2, 5, 11):
        without(study, tables, set(people[:n]))
        now, again = figures(read_results(study, ("counts",))), figures(exported(study))
        most = PROFILES[profile].tolerance + PROFILES[profile].slack
        assert not ((again - now).abs() > most).any(axis=None), n
        assert n > PROFILES[profile].tolerance or again["base"].equals(first["base"]), "what is given as before is there"


def test_a_scale_that_was_turned_round_gives_new_means(unrounded):
    first = exported(unrounded)["closed"]
    tables = build_tables(unrounded)
    ratings = tables["ratings"]
    turned = ratings.assign(score=ratings["score"].where(ratings["question"] != "forms", 50 - ratings["score"]))
    count_again(unrounded, {**tables.frames, "ratings": turned})
    again = exported(unrounded)["closed"]
    before, now = (one[(one["question"] == "forms") & (one["group"] == "everyone")]["estimate"].item() for one in (first, again))
    assert now == pytest.approx(50 - before, abs=0.011)


def test_answers_set_aside_for_another_reason_are_not_said_to_be_read(tmp_path):
    study = build_study(tmp_path / "study", profile="standard")
    first = exported(study)["accounts"].set_index("became")["n"]
    tables = build_tables(study)
    comments = tables["comments"]
    # One of the two answers of thirty people: each of them still has another that is read.
    read = comments[comments["set_aside"].isna()]
    both = read.groupby("response_id").filter(lambda rows: len(rows) == 2).drop_duplicates("response_id").head(30)
    aside = comments["set_aside"].mask(comments["comment_id"].isin(both["comment_id"]), "non-answer")
    kept = tables["segments"][~tables["segments"]["comment_id"].isin(both["comment_id"])]
    frames = {**tables.frames, "comments": comments.assign(set_aside=aside), "segments": kept}
    without(study, Tables(frames), set())
    assert exported(study)["accounts"].set_index("became")["n"]["read"] != first["read"]
