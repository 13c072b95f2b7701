import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
import time

import pandas as pd
import pytest
from sample import ROOT, sample_rows

from pipeline import run
from pipeline.errors import DataError, ReviewError, StudyError
from pipeline.review.theme_edits import rename_wish
from pipeline.review.theme_requests import ask_in_study
from pipeline.review.theme_run import ThemeRuns
from pipeline.study.study import load_study
from pipeline.tables import lazy
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow import runner
from pipeline.workflow.stages import STAGES


pytestmark = pytest.mark.model


def table(folder, name):
    return read_table(name, folder / TABLES[name].file)


def ran(before, after):
    """Return the stages that were carried out between two manifests."""
    return [record.name for record in after.stages if record != before.stage(record.name)]


def themes_of(folder):
    """Return each text's theme, which is what must not change."""
    return table(folder, "members").set_index("text_id")["theme_id"].sort_index()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study that has been run once, not to be changed by tests."""
    from sample import SAMPLE, write_rows

    folder = tmp_path_factory.mktemp("finished") / "study"
    folder.mkdir()
    write_rows(folder / "responses.csv", sample_rows(110))
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8") + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder, run(folder)


@pytest.fixture
def study(finished, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(finished[0], folder)
    return folder


def test_every_table_is_made_and_described(finished):
    folder, manifest = finished
    resources = json.loads((folder / "derived/manifest.json").read_text(encoding="utf-8"))["resources"]
    described = {resource["name"]: resource for resource in resources}
    assert set(described) == {name for name, table in TABLES.items() if not table.decided}
    for name, resource in described.items():
        assert (folder / resource["path"]).stat().st_size == resource["bytes"]
        assert resource["sensitivity"] == TABLES[name].sensitivity
    assert [record.name for record in manifest.stages] == [stage.name for stage in STAGES]


def test_every_answer_is_accounted_for(finished):
    _, manifest = finished
    accounts = manifest.accounts
    assert accounts["rows_in"] == 110 * 3
    assert accounts["coded"] + accounts["withdrawn"] + sum(accounts["set_aside"].values()) == accounts["rows_in"]


def test_everybody_is_in_a_theme_or_counted_as_on_their_own(finished):
    members, themes = table(finished[0], "members"), table(finished[0], "themes")
    alone = members["theme_id"].isna()
    assert themes["n_texts"].sum() + alone.sum() == len(members) and not alone.all()
    assert set(members["text_id"]) == set(table(finished[0], "texts")["text_id"])


def test_rows_are_those_of_the_stage_that_made_a_table_last_also_when_it_was_another_in_an_earlier_version(study):
    path = study / "derived" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    record = next(record for record in manifest["stages"] if record["name"] == "read")
    manifest["stages"].insert(0, record | {"name": "formerly", "rows_out": {"answers": 1}})
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert run(study, until="clean", force=True).stage("clean").rows_in["answers"] == len(table(study, "answers")) > 1


def test_the_second_run_does_nothing(study, finished):
    files = {path: path.stat().st_mtime_ns for path in study.rglob("*.parquet")}
    assert ran(finished[1], run(study)) == []
    assert files == {path: path.stat().st_mtime_ns for path in study.rglob("*.parquet")}


def test_a_changed_codebook_embeds_nothing_again_and_leaves_the_themes_as_they_are(study, finished):
    path = study / "codebook.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Tokenism", "Tokenism and show"), encoding="utf-8")
    again = ran(finished[1], run(study))
    assert "code" in again
    # Titles may bear a code's label; the themes themselves stay, as the codes are the same.
    assert not {"intake", "read", "clean", "segment", "embed"} & set(again)
    for name in ("found_themes", "found_members"):
        pd.testing.assert_frame_equal(table(study, name), table(finished[0], name))


def test_a_run_makes_no_store_of_decisions(finished):
    assert not (finished[0] / "review.sqlite").exists()


def test_decisions_are_settled_at_once_and_learnt_from_only_when_accepted(study, finished):
    from pipeline.decisions.store import open_store

    segment = table(study, "segments").iloc[0]
    with open_store(load_study(study)) as store:
        store.add_reviewer("Ann", "lived experience")
        ids = {"segment_id": segment["segment_id"], "text_id": segment["text_id"]}
        made = store.decide(**ids, reviewer="Ann", outcome="codes", codes=["tokenism"])
    decided = run(study)
    assert "settle" in ran(finished[1], decided) and not {"cluster", "shape", "code"} & set(ran(finished[1], decided))
    codings = table(study, "codings")
    assert codings.loc[codings["segment_id"] == segment["segment_id"], ["code", "reviewers"]].values.tolist() == [["tokenism", 1]]
    with open_store(load_study(study)) as store:
        talk = {**ids, "outcome": "agreed", "codes": "rigid-rules", "readings": "[]", "up_to": made.decision_id, "by": "Ann"}
        talked = store.append("discussions", **talk)
    assert "settle" in ran(decided, run(study))
    codings = table(study, "codings")
    assert codings.loc[codings["segment_id"] == segment["segment_id"], "code"].tolist() == ["rigid-rules"]
    with open_store(load_study(study)) as store:
        store.retract("discussion", talked, "Ann")
    decided = run(study)
    with open_store(load_study(study)) as store:
        store.add_learning(up_to=made.decision_id, effort="quick", accepted_by="Ann")
    learnt = run(study)
    assert "code" in ran(decided, learnt) and "shape" not in ran(decided, learnt)
    assert ran(learnt, run(study)) == []
    after = table(study, "codings")
    assert after.loc[after["segment_id"] == segment["segment_id"], ["code", "reviewers"]].values.tolist() == [["tokenism", 1]]


def test_new_answers_are_added_and_only_they_are_embedded(study, finished, monkeypatch):
    from sample import write_rows

    from pipeline.methods.embedding.embedders import StaticEmbedder

    before = table(study, "vectors")
    write_rows(study / "responses.csv", sample_rows(120))
    embedded = []
    encode = StaticEmbedder.encode
    monkeypatch.setattr(StaticEmbedder, "encode", lambda self, texts: embedded.append(len(texts)) or encode(self, texts))
    run(study, until="embed")
    after = table(study, "vectors")
    new = set(after.ids) - set(before.ids)
    # Calls before the last are those that look for harm, which has vectors of its own.
    assert embedded[-1] == len(new) and 0 < len(new) < len(after)
    rows = {text: row for row, text in enumerate(after.ids)}
    kept = [text for text in before.ids if text in rows]
    old = {text: row for row, text in enumerate(before.ids)}
    assert (after.matrix[[rows[text] for text in kept]] == before.matrix[[old[text] for text in kept]]).all()


def test_of_new_answers_only_those_are_read_and_of_others_when_a_known_name_is_added(study, monkeypatch):
    from sample import write_rows

    from pipeline.methods.redact import Redactor

    read = []
    find_all = Redactor.find_all
    monkeypatch.setattr(Redactor, "find_all", lambda self, said, **more: read.append(len(said)) or find_all(self, said, **more))
    before = table(study, "answers")
    write_rows(study / "responses.csv", sample_rows(120))
    run(study, until="clean")
    after = table(study, "answers")
    assert 0 < sum(read) <= len(set(after["answer_id"]) - set(before["answer_id"])) < len(after) / 5
    read.clear()
    settings = study / "study.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("# known_names", "known_names"), encoding="utf-8")
    run(study, until="clean")
    assert sum(read) > len(after) / 2


def test_rows_in_another_order_give_the_same_themes(study, finished):
    from sample import write_rows

    write_rows(study / "responses.csv", list(reversed(sample_rows(110))))
    run(study)
    pd.testing.assert_series_equal(themes_of(study), themes_of(finished[0]))


def test_a_fresh_study_gives_the_same_themes(finished, make_study):
    folder = make_study(sample_rows(110))
    run(folder)
    pd.testing.assert_series_equal(themes_of(folder), themes_of(finished[0]))


def test_a_run_that_was_cut_short_goes_on(finished, make_study):
    folder = make_study(sample_rows(110))
    first = run(folder, until="embed")
    second = run(folder)
    assert ran(first, second)[:2] == ["code", "cluster"]
    pd.testing.assert_series_equal(themes_of(folder), themes_of(finished[0]))


def test_a_damaged_table_is_made_again(study, finished):
    path = study / "derived" / "themes.parquet"
    sound = path.read_bytes()
    path.write_bytes(sound[:-100])
    run(study)
    pd.testing.assert_frame_equal(table(study, "themes"), table(finished[0], "themes"))


def test_derived_may_be_deleted_at_any_time(study, finished):
    shutil.rmtree(study / "derived")
    run(study)
    pd.testing.assert_series_equal(themes_of(study), themes_of(finished[0]))


def test_a_run_holds_no_table_that_no_later_stage_needs(make_study, monkeypatch):
    held = []
    drop = runner._Run.drop_large_tables
    monkeypatch.setattr(runner._Run, "drop_large_tables", lambda self, later: (drop(self, later), held.append({*self.values})))
    run(make_study(sample_rows(60)), until="segment")
    after = dict(zip([stage.name for stage in STAGES], held, strict=False))
    assert "responses" in after["intake"] and "source" not in after["intake"]
    assert "comments" in after["clean"] and "responses" not in after["clean"]
    assert after["segment"] == set()


def test_large_tables_are_let_go_and_read_in_part_and_the_same_tables_come_out(study, finished, monkeypatch):
    held = set()
    drop = runner._Run.drop_large_tables
    monkeypatch.setattr(runner._Run, "drop_large_tables", lambda self, later: (drop(self, later), held.update(self.values)))
    monkeypatch.setattr(runner, "KEPT_ROWS", 0)
    # Parts of so few rows that each table has several.
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", 17)
    shutil.rmtree(study / "derived")
    run(study)
    assert not held & {"responses", "comments", "segments", "texts", "vectors", "members", "suggestions"}
    for path in (finished[0] / "derived").glob("*.parquet"):
        if path.stem in {"suggestions", "theme_codes"}:
            # Products of few rows at a time end in other digits; parts are many times larger than 17 otherwise.
            here, there = (read_table(path.stem, folder / "derived" / path.name) for folder in (study, finished[0]))
            pd.testing.assert_frame_equal(here, there, check_exact=False, rtol=1e-4)
        else:
            assert (study / "derived" / path.name).read_bytes() == path.read_bytes(), path.name


MODELS_BEGUN = """
import sys
import psutil
from pipeline import run

run(sys.argv[1])
module = "pipeline.methods.embedding.embedder_process"
print(sum(module in child.cmdline() for child in psutil.Process().children()), "torch" in sys.modules)
"""


def test_the_language_model_is_loaded_only_where_something_hangs_on_it_and_never_here(make_study):
    folder = make_study(sample_rows(40))
    settings, codebook = folder / "study.toml", folder / "codebook.csv"
    settings.write_text(settings.read_text(encoding="utf-8").replace('model = "static"', 'model = "minilm"'), encoding="utf-8")

    def run_alone():
        command = [sys.executable, "-c", MODELS_BEGUN, str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert run_alone() == "1 False\n"
    with settings.open("a", encoding="utf-8") as file:
        file.write("[quote]\nper_code = 2\n")
    assert run_alone() == "0 False\n"
    codebook.write_text(codebook.read_text(encoding="utf-8") + "more,More,Said more than once\n", encoding="utf-8")
    assert run_alone() == "1 False\n"


def test_force_runs_everything_again(study):
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*.parquet")}
    run(study, force=True)
    assert all(path.stat().st_mtime_ns > then for path, then in before.items())


def test_the_vault_is_for_its_owner_only(finished):
    vault = finished[0] / "vault"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in vault.iterdir())


def test_a_second_run_at_the_same_time_is_refused(study):
    with (study / "derived" / ".lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"process {os.getpid()}, since 10:00:00 UTC")
        file.flush()
        with pytest.raises(StudyError, match=f"process {os.getpid()}, since 10:00:00 UTC"):
            run(study)


def test_an_unknown_stage_is_named_with_those_there_are(study):
    with pytest.raises(StudyError, match=r"'emded'.*embed"):
        run(study, until="emded")


def test_a_missing_export_is_named(study):
    (study / "responses.csv").unlink()
    with pytest.raises(DataError, match=r"responses\.csv"):
        run(study)


def test_a_damaged_manifest_is_not_passed_over(study):
    (study / "derived" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"manifest\.json is damaged"):
        run(study)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_survey_that_few_answered_is_run_without_a_fault(make_study, n):
    rows = [row for row in sample_rows() if row["What makes co-production work well?"]][: max(n, 1)]
    if n == 0:
        rows = [dict.fromkeys(rows[0], "") | {"respondent": "R1"}]
    folder = make_study(rows)
    manifest = run(folder)
    assert manifest.accounts["rows_in"] == len(rows) * 3


def test_a_study_without_a_codebook_still_has_themes(make_study):
    folder = make_study(sample_rows(60))
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('codebook = "codebook.csv"', ""), encoding="utf-8")
    run(folder)
    assert (table(folder, "theme_codes")["status"] == "new").all()
    assert table(folder, "suggestions").empty
    assert load_study(folder).codebook is None


def test_what_was_asked_of_themes_is_carried_out_beside_the_page_and_nothing_before_the_themes_is_run(study, finished):
    """The excerpts stay as they are while people read them, though the study's settings have changed since the run."""
    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[segment]\nunit = "paragraph"\n')
    number = int(table(study, "themes")["number"].min())
    ask_in_study(study, lambda loaded: rename_wish(loaded, number, "Being heard"), by="Ann")
    runs = ThemeRuns()
    runs.start(load_study(study), by="Fay")
    with pytest.raises(ReviewError, match="Fay has begun this already"):
        runs.start(load_study(study), by="Gil")
    heard = set()
    while runs.last.state == "running":
        heard.add((runs.last.stage, runs.last.n))
        time.sleep(0.05)
    assert runs.last.state == "done", runs.last.sentence
    assert "Being heard" in set(table(study, "themes")["title"]) and len(table(study, "shaping")) == 1
    assert table(study, "segments").equals(table(finished[0], "segments")), "no excerpt changed under those who read"
    assert {n for stage, n in heard if stage} == {len(STAGES) - [stage.name for stage in STAGES].index("cluster")}
