"""`themes learn`: what people are shown, and that nothing is learnt or changed without their word."""

import csv
import json
import shutil

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from sample import sample_rows

from pipeline import run
from pipeline.cli import main
from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.decisions.store import open_store, store_path
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.runtime.files import content_id
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES, Vectors, check_table, empty_table, read_table, write_table
from pipeline.training import accept_findings, show_learning
from pipeline.training.evidence import read_evidence
from pipeline.workflow.manifest import Manifest, write_manifest
from pipeline.workflow.stages.code import rows_to_learn


pytestmark = pytest.mark.model

SETTINGS = """
schema = 1
name = "Meals on the ward"
codebook = "codebook.csv"
[intake]
file = "responses.csv"
[intake.questions.said]
column = "said"
[embed]
model = "static"
"""
CODES = (
    Code("food", label="Food", definition="What there is to eat.", examples=("The soup was cold.", "Lovely puddings.")),
    Code("waiting", label="Waiting", definition="How long things take.", examples=("Hours until somebody came.",)),
    Code("noise", label="Noise", definition="How loud it is.", examples=("Doors slam all night.",)),
)
SAID = {
    "food": ("the toast was burnt again {}", "more fruit on the trolley please {}", "gravy and mash like at home {}"),
    "waiting": ("we sat in the corridor {} hours", "nobody answered the bell for {} minutes", "a queue of {} before me"),
    "noise": ("the radio blared past {}", "trolleys rattling at {} in the morning", "bed {} shouted all night"),
    "": ("my cousin drove here {} times", "the curtains in room {} are green", "it rained on day {}"),
}
TEXTS = [(said.format(number), code) for number in range(2, 9) for code, forms in SAID.items() for said in forms]


def _table(study, name):
    return read_table(name, study.folder / TABLES[name].file)


def _write(study, name, rows):
    (study.folder / TABLES[name].file).parent.mkdir(exist_ok=True)
    write_table(name, check_table(name, pd.DataFrame(rows)), study.folder / TABLES[name].file)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study with the tables that learning reads; not to be changed by tests."""
    folder = tmp_path_factory.mktemp("made") / "study"
    folder.mkdir()
    (folder / "study.toml").write_text(SETTINGS, encoding="utf-8")
    write_codebook(Codebook(CODES), folder / "codebook.csv")
    study = load_study(folder)
    texts = [{"text_id": content_id("neutral", text), "text": text, "frame": "neutral", "n": 1} for text, _ in TEXTS]
    _write(study, "texts", texts)
    places = [(row["text_id"], row["text"]) for row in texts]
    segments = [
        {"segment_id": content_id(key, "0"), "comment_id": key, "start": 0, "end": len(text), "text": text, "text_id": key}
        for key, text in places
    ]
    _write(study, "segments", segments)
    for name in ("themes", "members"):
        write_table(name, empty_table(name), folder / TABLES[name].file)
    matrix = load_embedder("static").encode([text for text, _ in TEXTS]).astype(np.float16)
    write_table("vectors", Vectors(tuple(row["text_id"] for row in texts), matrix), folder / TABLES["vectors"].file)
    write_manifest(study, Manifest(name="Meals on the ward", seed=42))
    return folder


@pytest.fixture
def study(made, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(made, folder)
    return load_study(folder)


def decide(study, places, *, who="Ana", **changed):
    """Let a person code these texts as they were meant; `changed` may give other codes, or say how they were drawn."""
    segments = _table(study, "segments")
    with open_store(study) as store, store.together():
        store.add_reviewer(who, "family")
        for place in places:
            codes = [TEXTS[place][1]] if TEXTS[place][1] else []
            said = {"outcome": "codes" if codes else "none", "codes": codes, **changed}
            row = segments.iloc[place]
            store.decide(segment_id=row["segment_id"], text_id=row["text_id"], reviewer=who, **said)


def learn(study, *options, **kept):
    return CliRunner().invoke(main, ["learn", str(study.folder), *options], **kept)


def learnt(study):
    with open_store(study) as store:
        return store.learnings()


def test_with_no_decisions_it_says_what_to_type_first(study):
    result = learn(study)
    assert result.exit_code == 15
    assert "themes pack" in result.stderr
    assert "themes unpack" in result.stderr
    assert not store_path(study).exists()


def test_decisions_that_say_nothing_teach_nothing(study):
    decide(study, range(3), outcome="not sure", codes=[])
    result = learn(study)
    assert result.exit_code == 15
    assert "3 are unsure or skipped" in result.stderr


def test_gains_and_losses_are_shown_and_no_is_no(study):
    decide(study, range(60))
    result = learn(study, input="n\n")
    assert result.exit_code == 0
    assert "60 decisions by one person on 60 texts, 60 of them new" in result.stdout
    assert "newly right newly wrong" in result.stdout
    assert "On the 60 texts people agree on" in result.stdout
    assert "needs an audit: `themes pack" in result.stdout
    assert learnt(study).empty


def test_learning_is_better_than_the_codebook_alone_on_texts_it_has_not_seen(study):
    decide(study, range(60))
    found = json.loads(learn(study, "--json").stdout)["changes"]
    assert found["gained"]["low"] > 0
    assert sum(code["found"] for code in found["codes"].values()) > 0


def test_json_asks_nothing_and_changes_nothing(study):
    decide(study, range(40))
    before = sorted(study.folder.rglob("*"))
    result = learn(study, "--json")
    assert json.loads(result.stdout)["texts"] == {"n": 40, "agreed": 40, "contested": 0}
    assert learnt(study).empty
    assert [path for path in sorted(study.folder.rglob("*")) if not path.name.startswith("review.sqlite-")] == before


def test_yes_lets_the_coder_learn_what_was_shown_and_says_what_applies_it(study):
    decide(study, range(40))
    result = learn(study, "--yes", "--by", "Ana")
    assert f"`themes run {study.folder}` applies it" in result.stdout
    assert learnt(study)[["up_to", "effort", "accepted_by"]].to_numpy().tolist() == [[40, "quick", "Ana"]]
    again = learn(study, "--yes")
    assert "all of them learnt already" in again.stdout
    assert len(learnt(study)) == 1


def test_a_decision_made_while_the_question_stood_is_not_learnt_unseen(study):
    decide(study, range(20))
    found = show_learning(study.folder)
    decide(study, range(20, 25))
    accept_findings(found, by="Ana")
    with open_store(study) as store:
        assert len(store.lessons()) == 20
    assert read_evidence(study).n_new == 5


def test_texts_people_differ_on_are_counted_and_judge_nothing(study):
    decide(study, range(40))
    decide(study, range(5), who="Ben", outcome="codes", codes=["noise", "food"])
    found = json.loads(learn(study, "--json").stdout)
    assert found["texts"] == {"n": 40, "agreed": 35, "contested": 5}
    assert "People differ on 5 texts" in learn(study, input="n\n").stdout


def talk(study, place, codes, outcome="agreed"):
    """Record what came of talking about a text."""
    row = _table(study, "segments").iloc[place]
    readings = json.dumps([{"codes": [code], "sentence": "So we read it.", "people": []} for code in ("noise", "food")])
    with open_store(study) as store:
        store.append(
            "discussions",
            segment_id=row["segment_id"],
            text_id=row["text_id"],
            outcome=outcome,
            codes=codes,
            readings=readings,
            up_to=store.last_decision(),
            note=None,
            by="Ana",
            idempotency_key=f"{place} {codes}",
        )


def test_what_people_agreed_on_when_they_talked_is_learnt_and_not_what_each_said_first(study):
    decide(study, range(40))
    decide(study, range(3), who="Ben", outcome="codes", codes=["noise", "food"])
    talk(study, 0, "noise")
    talk(study, 1, "")
    talk(study, 2, "", outcome="contested")
    found = read_evidence(study)
    given = found.votes.groupby("row")["given"].agg(list)
    assert given[0] == [("noise",)] * 2 and given[1] == [()] * 2
    assert len(set(given[2])) == 2, "a contested text keeps both readings"
    assert json.loads(learn(study, "--json").stdout)["texts"] == {"n": 40, "agreed": 39, "contested": 1}
    learn(study, "--yes", "--by", "Ana")
    assert read_evidence(study).n_new == 0
    with open_store(study) as store:
        learnt = store.lessons()
    assert learnt.loc[learnt["text_id"] == _table(study, "segments").iloc[0]["text_id"], "codes"].tolist() == ["noise"] * 2


def test_what_can_no_longer_be_learnt_is_left_out_and_counted(study):
    decide(study, range(30))
    with open_store(study) as store:
        store.decide(segment_id="gone", text_id="gone", reviewer="Ana", outcome="none")
    decide(study, [30], outcome="skip", codes=[])
    write_codebook(Codebook(CODES[:2]), study.codebook)
    n_noise = sum(code == "noise" for _, code in TEXTS[:30])
    found = json.loads(learn(study, "--json").stdout)
    assert found["left_out"] == {"unsure": 1, "text_gone": 1, "code_gone": n_noise}
    assert found["decisions"]["n"] == 30 - n_noise


def test_it_judges_just_what_a_run_would_learn(study):
    decide(study, range(30))
    decide(study, range(5), who="Ben", outcome="none", codes=[])
    with open_store(study) as store:
        store.add_learning(up_to=35, effort="quick", accepted_by="Ana")
        rows, codes = rows_to_learn(_table(study, "texts"), read_codebook(study.codebook), store.lessons())
    found = read_evidence(study)
    for material in (found.before, found.after):
        assert material.rows.tolist() == [row for row, given in zip(rows, codes, strict=True) if given is not None]
        assert material.codes == [given for given in codes if given is not None]


def test_an_audit_takes_only_excerpts_drawn_at_random_and_coded_unseen(study):
    decide(study, range(20))
    decide(study, range(20, 35), drawn="random audit")
    decide(study, range(35, 40), drawn="random audit", blind=False)
    decide(study, [40], drawn="random audit", outcome="skip", codes=[])
    result = learn(study, input="n\n")
    assert f"Audit: of 15 excerpts drawn at random from {len(TEXTS)}," in result.stdout
    assert "Left out are 1 excerpt people were unsure of" in result.stdout


def test_a_small_audit_is_a_sentence_and_no_error(study):
    decide(study, range(20), drawn="given order")
    decide(study, range(20, 24), drawn="random audit")
    result = learn(study, input="n\n")
    assert result.exit_code == 0
    assert "An audit of 4 excerpts is too few" in result.stdout


def test_a_likely_slip_is_listed_by_its_excerpt_without_words(study):
    decide(study, range(70))
    slipped = next(place for place, (_, code) in enumerate(TEXTS) if code == "food" and place > 20)
    decide(study, [slipped], outcome="none", codes=[])
    assert learn(study, input="n\n").exit_code == 0
    with (study.exports / "second_look.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    segment = _table(study, "segments").iloc[slipped]["segment_id"]
    assert {"segment_id": segment, "code": "food", "kind": "not given, looks right"} in rows
    assert not any(text in (study.exports / "second_look.csv").read_text(encoding="utf-8") for text, _ in TEXTS)


def test_a_second_look_is_short_enough_to_take_and_says_how_many_more_there_are(study):
    decide(study, range(60))
    decide(study, [place for place in range(40) if TEXTS[place][1]], who="Bo", outcome="none", codes=[])
    found = json.loads(learn(study, "--json").stdout)
    assert len(found["second_look"]) == 10 < found["doubted"], "of 91 decisions no more than ten"


def test_when_all_is_decided_there_is_nothing_left_to_review(study):
    decide(study, range(len(TEXTS)))
    assert "nothing left to review" in learn(study, input="n\n").stdout


def test_a_study_that_was_not_run_says_so(study):
    decide(study, range(3))
    (study.folder / TABLES["vectors"].file).unlink()
    result = learn(study)
    assert result.exit_code == 11
    assert "vectors" in result.stderr or "run" in result.stderr


def test_a_study_without_a_codebook_has_nothing_to_learn(study):
    decide(study, range(3))
    text = (study.folder / "study.toml").read_text(encoding="utf-8").replace('codebook = "codebook.csv"', "")
    (study.folder / "study.toml").write_text(text, encoding="utf-8")
    result = learn(study)
    assert result.exit_code == 12
    assert "codebook" in result.stderr


def test_a_model_without_layers_cannot_learn_thoroughly(study):
    decide(study, range(3))
    result = learn(study, "--thorough", "--yes")
    assert result.exit_code == 13
    assert "use minilm" in result.stderr
    assert learnt(study).empty


def test_what_people_agreed_is_the_same_after_learning_and_another_run(make_study):
    """The whole line: decide, learn, run; excerpts people decided on keep their codings, the others may change."""
    folder = make_study(sample_rows(12))
    settings = (folder / "study.toml").read_text(encoding="utf-8").replace('model = "static"', 'model = "minilm"')
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    study = load_study(folder)
    write_codebook(Codebook(read_codebook(study.codebook).codes[:4]), study.codebook)
    run(study, until="settle")
    segments, codes = _table(study, "segments"), [code.code for code in read_codebook(study.codebook).codes]
    with open_store(study) as store, store.together():
        store.add_reviewer("Ana", "family")
        for place, row in enumerate(segments.head(24).itertuples()):
            given = [codes[place % 3]] if place % 4 else []
            store.decide(
                segment_id=row.segment_id, text_id=row.text_id, reviewer="Ana", outcome="codes" if given else "none", codes=given
            )
    run(study, until="settle")
    before = _table(study, "codings")
    assert learn(study, "--yes").exit_code == 0
    after_run = run(study, until="settle")
    after, decided = _table(study, "codings"), set(segments["segment_id"].head(24))
    columns = ["segment_id", "code", "reviewers"]
    kept = [one.loc[one["segment_id"].isin(decided), columns].to_numpy().tolist() for one in (before, after)]
    assert kept[0] == kept[1]
    assert len(kept[0]) == 18
    assert after_run.stage("code").rows_in["lessons"] == 24
    _thoroughly(study, codings=kept[0], decided=decided)


def _thoroughly(study, *, codings, decided):
    """The same study goes on: a fine-tuned model is kept in it, and the next run suggests by it."""
    quick = _table(study, "suggestions")
    result = learn(study, "--thorough", "--yes")
    assert result.exit_code == 0, result.stderr
    assert {"model.safetensors", "head.safetensors", "coder.json", "README.md"} <= {path.name for path in study.tuned.iterdir()}
    assert not study.unfinished.exists()
    assert learnt(study)["effort"].tolist() == ["quick", "thorough"]
    run(study, until="settle")
    assert not np.allclose(
        _table(study, "suggestions").groupby("text_id")["score"].max(), quick.groupby("text_id")["score"].max()
    )
    after = _table(study, "codings")
    assert after.loc[after["segment_id"].isin(decided), ["segment_id", "code", "reviewers"]].to_numpy().tolist() == codings
    shorter = Codebook(read_codebook(study.codebook).codes[:3])
    write_codebook(shorter, study.codebook)
    assert run(study, until="code").stage("code").rows_out["suggestions"], "an older model does not stop a run"
