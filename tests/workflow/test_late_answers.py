"""A few answers that come after the themes were found join them; many, another setting or an erasure find themes anew."""

import shutil

import pandas as pd
import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows

from pipeline.cli import main
from pipeline.erasure import erase
from pipeline.report import export
from pipeline.study.study import load_study
from pipeline.tables import lazy
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow import runner
from pipeline.workflow.runner import run


pytestmark = pytest.mark.model

FIRST = sample_rows(40)
LATER, LATEST, MANY = ([*FIRST, *sample_rows()[-n:]] for n in (2, 5, 14))
SENTENCE = "texts came after the themes were found and joined them; `themes run --force` finds themes anew."


def table(folder, name):
    return read_table(name, folder / TABLES[name].file)


def themes(*words):
    said = CliRunner().invoke(main, [*map(str, words)])
    assert said.exit_code == 0, said.output
    return said.output


def with_setting(folder, old, new):
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A study that has been run, not to be changed by tests."""
    folder = tmp_path_factory.mktemp("late") / "study"
    folder.mkdir()
    write_rows(folder / "responses.csv", FIRST)
    shutil.copy(SAMPLE / "codebook.csv", folder)
    more = '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n[cluster]\nlate = 0.1\n'
    (folder / "study.toml").write_text((SAMPLE / "study.toml").read_text(encoding="utf-8") + more, encoding="utf-8")
    run(folder)
    return folder


@pytest.fixture(scope="module")
def after(before, tmp_path_factory):
    """The study with two more people's answers, and what the run said; not to be changed by tests."""
    folder = shutil.copytree(before, tmp_path_factory.mktemp("after") / "study")
    write_rows(folder / "responses.csv", LATER)
    return folder, themes("run", folder)


@pytest.fixture
def study(after, tmp_path):
    return shutil.copytree(after[0], tmp_path / "study")


def is_found_anew(folder):
    members = table(folder, "found_members")
    return not members["late"].any() and set(members["found_from"]) == {len(members)}


def test_late_answers_join_large_tables_as_they_do_small_ones(before, after, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "KEPT_ROWS", 0)
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", 17)
    folder = shutil.copytree(before, tmp_path / "study")
    write_rows(folder / "responses.csv", LATER)
    run(folder)
    for name in ("answers", "comments", "segments", "texts", "vectors", "found_themes", "found_members", "themes", "members"):
        file = TABLES[name].file
        assert (folder / file).read_bytes() == (after[0] / file).read_bytes(), name


def test_themes_stay_as_they_were_and_every_new_answer_is_in_one(before, after):
    was, now = (table(folder, "themes").set_index("theme_id").sort_index() for folder in (before, after[0]))
    assert len(was) > 3
    kept = ["title", "keywords", "exemplars", "stability", "family", "family_title"]
    pd.testing.assert_frame_equal(now[kept], was[kept])
    earlier, members = (table(folder, "members").set_index("text_id") for folder in (before, after[0]))
    stayed = members.loc[earlier.index]
    pd.testing.assert_frame_equal(stayed.drop(columns="heard_once"), earlier.drop(columns="heard_once"))
    assert members.index.tolist() == table(after[0], "texts")["text_id"].tolist()
    assert len(members) > len(earlier) and set(members["theme_id"].dropna()) == set(was.index)
    assert members.loc[~members.index.isin(earlier.index), "theme_id"].notna().all(), (
        "without a codebook, those that came late join the nearest"
    )
    assert now["n_texts"].sum() == members["theme_id"].notna().sum() and (now["n_people"] >= was["n_people"]).all()


def test_how_many_came_late_is_said_by_the_run_the_status_and_the_report(before, after):
    folder, said = after
    n = len(table(folder, "texts")) - len(table(before, "texts"))
    assert f"{n} {SENTENCE}" in said.splitlines()
    assert f"{n} {SENTENCE}" in themes("status", folder).splitlines()
    assert "joined them" not in themes("status", before)
    export(load_study(folder), to=["html"])
    report = (folder / "exports" / "report.html").read_text(encoding="utf-8")
    assert f"{5 * round(n / 5) if n > 7 else 'Fewer than 8'} " in report and "came in after the themes were found" in report


def test_several_small_waves_add_up_until_themes_are_found_anew(study):
    write_rows(study / "responses.csv", LATEST)
    n_late = table(study, "found_members")["late"].sum()
    run(study, until="cluster")
    assert table(study, "found_members")["late"].sum() > n_late
    assert not is_found_anew(study)
    write_rows(study / "responses.csv", MANY)
    assert "joined them" not in themes("run", study, "--until", "cluster")
    assert is_found_anew(study)


def test_another_share_lets_themes_be_until_it_is_exceeded_and_another_seed_does_not(study, tmp_path):
    with_setting(study, "late = 0.1", "late = 0.2")
    run(study, until="cluster")
    assert not is_found_anew(study)
    other = shutil.copytree(study, tmp_path / "other")
    with_setting(other, "late = 0.2", "late = 0.2\nseed = 7")
    run(other, until="cluster")
    assert is_found_anew(other)
    with_setting(study, "late = 0.2", "late = 0")
    run(study, until="cluster")
    assert is_found_anew(study)


def test_themes_found_anew_by_force_are_those_of_a_study_that_never_grew(study, before, tmp_path):
    run(study, until="cluster", force=True)
    fresh = shutil.copytree(before, tmp_path / "fresh")
    shutil.rmtree(fresh / "derived")
    write_rows(fresh / "responses.csv", LATER)
    run(fresh, until="cluster")
    for name in ("found_themes", "found_members"):
        pd.testing.assert_frame_equal(table(study, name), table(fresh, name))


def test_a_withdrawn_answer_leaves_its_theme_and_all_examples(study):
    write_rows(study / "responses.csv", LATER[1:])
    run(study, until="shape")
    members = table(study, "members")
    assert members["text_id"].tolist() == table(study, "texts")["text_id"].tolist()
    assert not is_found_anew(study)
    assert {one for row in table(study, "themes")["exemplars"] for one in row.split()} <= set(members["text_id"])


def test_after_an_erasure_nothing_is_kept_that_the_person_was_in(study):
    n = len(table(study, "texts"))
    erase(study, LATER[1]["respondent"])
    run(study, until="cluster")
    assert 0 < n - len(table(study, "texts")) < 0.05 * n
    assert is_found_anew(study)
