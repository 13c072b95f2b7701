"""The benchmarks run, say what they ran on, and count as they say they do."""

import json
import subprocess
import sys

import bench
import engines
import estimates
import faults
import fuzzing
import numpy as np
import page_time
import pages
import pandas as pd
import pytest
import reporting
import review_store
import scoring
import speed
from coded import FEWEST_ROWS, SYNTHETIC, read_answers
from setfit_peer import MOST_PAIRS, draw_pairs, pairs_each

from pipeline import run
from pipeline.tables.parquet import TABLES, read_table


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """Run the coding part as `make bench` does where the shared folder is absent."""
    absent = tmp_path_factory.mktemp("empty") / "shared"
    command = [sys.executable, "tests/benchmarks/bench.py", "--shared", str(absent), "--only", "coding", "masking", "--smoke"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=bench.ROOT)
    return done.stderr, json.loads(done.stdout)


@pytest.mark.model
def test_without_the_shared_folder_the_sample_study_is_scored_and_every_row_says_so(smoke):
    said, found = smoke
    rows = found["coding on the sample study"]["rows"]
    assert {row["data"] for row in rows} == {SYNTHETIC}
    assert {"ours, quick", "TF-IDF + SVC", "codebook centroids"} <= {row["who"] for row in rows}
    assert "the sample study is measured" in said
    assert "left out" in found["masking on the sample study"]["rows"][0]


@pytest.mark.model
def test_the_coder_ranks_codes_better_than_its_peers_on_the_sample(smoke):
    rows = smoke[1]["coding on the sample study"]["rows"]
    ours = {row["decisions"]: row["lrap"] for row in rows if row["who"] == "ours, quick"}
    assert ours and all(row["lrap"] < ours[row["decisions"]] for row in rows if not row["who"].startswith("ours"))


@pytest.mark.model
def test_the_page_shows_the_figures_and_the_curve_counts_every_pair(smoke):
    found = smoke[1]
    page = pages.as_markdown(found)
    ours = next(row for row in found["coding on the sample study"]["rows"] if row["who"] == "ours, quick")
    assert "## Coding on the sample study" in page and "TF-IDF + SVC" in page and f"{ours['lrap']:.3f}" in page
    assert "goal" not in page
    assert sum(part["n"] for part in ours["calibration"]) == ours["texts"] * ours["scored_codes"]


def test_rows_measured_again_take_the_places_of_the_old_ones_and_others_stay():
    old, new = {"processor": "old"}, {"processor": "new"}
    before = {"machine": old, "rows": [row("ours, quick", 0.1), row("ours, thorough", 0.2)]}
    found = bench.merged(before, {"machine": new, "rows": [row("ours, quick", 0.3)]})
    assert {one["who"]: one["lrap"] for one in found["rows"]} == {"ours, thorough": 0.2, "ours, quick": 0.3}
    assert found["machine"] == new and found["rows"][0]["machine"] == old


def row(who, lrap):
    return {"who": who, "decisions": "100", "lrap": lrap}


def test_only_codes_with_enough_answers_are_scored():
    answers = read_answers(None)
    n = answers.truth.sum(axis=0)
    assert answers.data == SYNTHETIC and (n[answers.scored] >= FEWEST_ROWS - 2).all()
    assert answers.truth[:, answers.scored].any(axis=1).all()
    assert len(set(answers.texts)) == len(answers.texts)


def test_a_threshold_is_never_chosen_on_the_fold_it_is_used_in():
    # The second fold's scores are of another size: a threshold chosen on it would find every code there.
    truth = np.tile([[True, False], [False, True]], (20, 1))
    chances = np.where(truth, 0.9, 0.6)
    chances[20:] /= 10
    first, second = np.arange(20), np.arange(20, 40)
    found = scoring.chosen_f1(truth, chances, [(second, first), (first, second)], probabilities=False)
    alone = scoring.ranking(truth[20:], chances[20:])
    assert alone["micro_f1_best"] == 1.0 and found["micro_f1"] < 0.7
    assert scoring.chosen_f1(truth, chances, [(first[:0], first)], probabilities=False) == {}


def test_f1_is_that_of_scikit_learn():
    from sklearn.metrics import f1_score

    generator = np.random.default_rng(1)
    truth, given = generator.random((2, 60, 5)) < 0.3
    given[:, 4] = truth[:, 4] = False
    assert scoring.micro_f1(truth, given) == pytest.approx(f1_score(truth, given, average="micro"))
    assert scoring.macro_f1(truth, given) == pytest.approx(f1_score(truth, given, average="macro", zero_division=0))


def test_rare_and_common_codes_are_compared_at_the_same_precision():
    truth = np.zeros((300, 2), dtype=bool)
    truth[:10, 0], truth[:200, 1] = True, True
    chances = truth * 0.5
    chances[:5, 0] = 0.0
    found = {
        (one["codes"], one["precision"]): one["recall"] for one in scoring.rare_and_common(truth, chances, n=truth.sum(axis=0))
    }
    assert found["under 50 texts", 0.7] == 0.5
    assert found["200 texts and more", 0.7] == 1.0


def test_calibration_sees_through_chances_that_are_too_high():
    truth = np.arange(100)[:, None] < 30
    honest, boasting = np.full((100, 1), 0.3), np.full((100, 1), 0.8)
    assert scoring.calibration(truth, honest)["ece"] == pytest.approx(0, abs=1e-9)
    assert scoring.calibration(truth, boasting)["ece_first"] == pytest.approx(0.5)
    assert scoring.calibration(truth, boasting)["calibration"] == [{"predicted": 0.8, "observed": 0.3, "n": 100}]


def test_pairs_are_alike_when_they_share_a_code_and_no_more_than_there_is_time_for():
    truth = np.array([[True, False], [True, True], [False, True], [False, False]])
    pairs = list(draw_pairs(truth, 3, seed=1))
    assert all((truth[one] & truth[other]).any() == bool(alike) for one, other, alike in pairs)
    assert pairs == list(draw_pairs(truth, 3, seed=1))
    assert 2 * pairs_each(100) * 100 <= MOST_PAIRS and pairs_each(5) == 20


def test_the_stores_benchmark_loses_nothing_and_times_every_page(tmp_path):
    saved = review_store.writers(tmp_path / "writers", n_writers=3, n_each=4)
    assert (saved["decisions"], saved["lost"], saved["chain_faults"]) == (12, 0, 0)
    found = review_store.large(tmp_path / "large", n_excerpts=400, n_decisions=600, times=3)
    assert found["excerpts"] == 400 and {"read, uncertain", "decide", "talk", "find", "more like this"} <= found["p95_ms"].keys()


def test_every_page_is_timed_while_several_people_look(tmp_path):
    found = page_time.measure(tmp_path, n_excerpts=400, n_decisions=600, n_people=2, rounds=1, pause=0)
    assert found["pages"] == 2 * 17 and {"/", "/talk/one", "read", "answer", "found"} <= found["p95_ms"].keys()


def test_the_stores_benchmark_kills_a_server_and_finds_every_acknowledged_decision(tmp_path):
    found = review_store.killed(tmp_path, n_kills=1, n_all=300)
    assert (found["kills"], found["acknowledged"], found["lost"], found["doubled"]) == (1, 300, 0, 0)


def test_a_stage_is_timed_in_its_own_process_as_answers_grow(capsys):
    speed.main(["--smoke", "--only", "growth", "whole"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["answers"] for row in rows[:3]] == [30, 60, 90]
    assert all(row["cpu s"] > 0 and row["peak MB"] > 0 for row in rows[:3]) and "exponent" in rows[3]
    assert [row["run"] for row in rows[4:]] == ["cold", "wall s of each stage", "nothing changed"]
    assert rows[4]["disk MB"] > 0


def test_answers_drawn_again_differ_from_each_other():
    assert len(set(speed.answers(None, 9_000))) - len(set(speed.answers(None, 8_000))) == 1_000


def test_in_a_benchmark_of_growth_something_is_known_of_each_person(tmp_path):
    study = speed.study_of(tmp_path / "study", speed.answers(None, 40), model="static", people=True)
    run(study, until="intake")
    tables = {name: read_table(name, study / TABLES[name].file) for name in ("responses", "people", "ratings")}
    assert set(tables["responses"]["consent"]) == {"quote", "analyse"}
    assert len(tables["people"]) == 80 and len(tables["ratings"]) == 40


def test_growth_is_judged_by_the_characters_that_are_read_too(tmp_path):
    study = speed.study_of(tmp_path / "study", ["We waited.", "no", "They rang back."], model="static")
    assert speed.characters_read(study) == 0
    speed.themes(study, "--until", "clean")
    assert speed.characters_read(study) == len("We waited.") + len("They rang back.")


def test_growth_is_judged_beyond_what_the_fewest_answers_take():
    assert speed.exponent([(1, 10.0), (11, 11.0), (101, 20.0)]) == pytest.approx(1.0)
    assert speed.exponent([(1, 10.0), (11, 10.3), (101, 10.2)]) is None


def test_the_page_has_a_table_for_each_thing_that_was_timed():
    rows = [
        {"measured": "runs", "run": "cold", "cpu s": 31.5},
        {"measured": "growth", "stage": "clean", "cpu s": 9.25},
        {"measured": "growth", "stage": "clean", "exponent": 1.03},
    ]
    told = {"processor": "2 cores", "python": "3", "versions": ""}
    page = pages.as_markdown({"speed": {"machine": told, "how": "On a busy machine.", "rows": rows}})
    assert "On a busy machine." in page and "| cold | 31.5 |" in page and "| clean | 1.030 |" in page


def test_answers_that_are_drawn_again_are_other_peoples_and_other_words():
    table = pd.DataFrame({"response_id": ["aaaa01", "aaaa02"], "text": ["We waited.", ""]})
    first, second = (reporting._again(table, number) for number in (0, 1))
    assert first["text"].tolist() == ["We waited.", ""] and second["text"].tolist() == ["We waited. 1", ""]
    assert not set(first["response_id"]) & set(second["response_id"])


def test_tables_made_by_workers_are_compared_with_those_of_one_process(capsys):
    engines.main(["--answers", "40", "--workers", "1"])
    alone, spread = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert alone["tables"] == spread["tables"]
    assert spread["worker_mb"] > 0


def test_a_reader_is_fuzzed_and_what_breaks_it_is_kept(tmp_path):
    results = tmp_path / "fuzzing.json"
    fuzzing.main(["--only", "easyread.csv", "--seconds", "10", "--blind", "--results", str(results)])
    found = json.loads(results.read_text())["easyread.csv"]
    assert found["files"] > 20 and (found["broke"], found["died"]) == ({}, 0)
    assert (tmp_path / "fuzzing" / "easyread.csv" / "corpus" / "seed-0").is_file()


def test_what_faults_gave_is_added_up_over_stages_and_files():
    found = {"killed: intake": "20 of 20", "killed: clean": "19 of 20; not 7", "asked to stop": "40 of 40"}
    assert faults._summary(found) == {"killed": "39 of 40", "asked to stop": "40 of 40"}


def test_a_quick_look_at_disclosure_attacks_as_many_studies_as_it_is_asked_to():
    command = [sys.executable, "tests/benchmarks/disclosure.py", "--studies", "1", "--pairs", "2", "--profile", "small"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=bench.ROOT)
    found = json.loads(done.stdout)
    attack = found["attack"]["small"]
    assert attack["studies"] == 1 and attack["hidden figures attacked"] > 0
    assert (attack["recovered"], found["differencing"]["small"]) == (0, {"planted": 2, "caught": 2})


@pytest.mark.model
def test_audits_are_simulated_and_the_estimates_hold_the_share(tmp_path, capsys):
    estimates.main(["--smoke", "--shared", str(tmp_path / "absent"), "--audited", "150"])
    (row,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert row["data"] == SYNTHETIC
    assert row["coverage"] >= 0.85
    assert row["width_corrected"] <= 1
