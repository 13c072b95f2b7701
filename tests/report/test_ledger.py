"""Two exports of a study together say no more of anybody than one alone."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_study import Tables, build_study, build_tables, save

from pipeline.errors import DataError
from pipeline.report import EXPORTS, export
from pipeline.report.ledger import beside_earlier_exports, ledger_path, read_ledger
from pipeline.report.source import read_source
from pipeline.stages.count import count
from pipeline.stages.respond import respond
from pipeline.stages.voices import voices


def exported(study):
    (source,) = beside_earlier_exports(study, [read_source(study, EXPORTS["tables"].tables)])
    return source


def without(study, tables, gone):
    """Run the study's figures again without some people."""
    kept = {
        name: frame[~frame["response_id"].isin(gone)] if "response_id" in frame else frame
        for name, frame in tables.frames.items()
    }
    kept["segments"] = kept["segments"][kept["segments"]["comment_id"].isin(kept["comments"]["comment_id"])]
    kept["codings"] = kept["codings"][kept["codings"]["segment_id"].isin(kept["segments"]["segment_id"])]
    from types import SimpleNamespace

    from small_study import CODES

    from pipeline.codebook import Codebook

    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    frames = [kept[name] for name in ("codings", "segments", "comments", "people", "ratings")]
    kept["counts"], kept["closed"] = count(*frames, Codebook(CODES), settings=settings)
    kept["response_rates"], kept["accounts"] = respond(kept["comments"], kept["people"], settings=settings)
    frames = [kept[name] for name in ("themes", "members", "segments", "comments", "people")]
    kept["voices"], kept["theme_ranks"] = voices(*frames, settings=settings)
    save(study, Tables(kept))


@pytest.fixture
def unrounded(tmp_path):
    return build_study(tmp_path / "study", profile="standard")


def figures(source):
    return source["counts"].set_index(["question", "code", "group", "level"])[["n", "base"]]


def test_the_first_export_shows_what_the_tables_hold_and_notes_it_in_the_vault(unrounded):
    source = exported(unrounded)
    pd.testing.assert_frame_equal(source["counts"], read_source(unrounded, ("counts",))["counts"], check_dtype=False)
    assert source.notes == ()
    assert read_ledger(unrounded) and ledger_path(unrounded).parent == unrounded.vault


def test_one_person_fewer_changes_no_figure_and_the_export_says_so(unrounded):
    first = exported(unrounded)
    without(unrounded, build_tables(unrounded), set(first["comments"]["response_id"].head(1)))
    again = exported(unrounded)
    pd.testing.assert_frame_equal(figures(first), figures(again))
    assert "differ from an earlier export by fewer than 10 people" in again.notes[0]


def test_who_took_part_and_what_became_of_answers_is_given_as_before_when_one_person_leaves(tmp_path):
    study = build_study(tmp_path / "study", profile="small")
    first = exported(study)
    silent = first["comments"][first["comments"]["set_aside"] == "empty"]["response_id"].iloc[0]
    without(study, build_tables(study), {silent})
    now, again = read_source(study, EXPORTS["tables"].tables), exported(study)
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
    for n in range(0, 24, 3):
        without(unrounded, tables, set(people[:n]))
        bases.append(figures(exported(unrounded))["base"].max())
    steps = -np.diff(bases)
    assert set(steps[steps > 0]) and min(steps[steps > 0]) >= 9, "each step that shows is of about ten people or more"


def test_a_person_who_was_erased_is_still_a_difference(unrounded):
    from pipeline.report.ledger import write_ledger

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
