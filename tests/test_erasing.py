"""A person who is erased is in no file any more, everybody else is, and a re-import does not bring them back."""

import json
import zipfile

import pandas as pd
import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows

from pipeline.artefacts import read_table
from pipeline.cli import main
from pipeline.erasing import erase
from pipeline.errors import StudyError
from pipeline.freezing import freeze_themes
from pipeline.packing import pack
from pipeline.report import export
from pipeline.review.store import open_store, verify_store
from pipeline.runner import run
from pipeline.study import load_study


pytestmark = pytest.mark.model

QUESTION = "What makes co-production work well?"
CANARIES = [f"zqcanary{letter}" for letter in "abcdefghijklmnopqrst"]
ERASED, KEPT = CANARIES[:5], CANARIES[5:]


def canary_rows():
    """Return rows of 20 people who each say one word that nobody else says, among others'."""
    rows = [dict(row) for row in sample_rows(110) if row[QUESTION]]
    for place, canary in enumerate(CANARIES):
        rows[place][QUESTION] = f"The {canary} meeting helped us, because people listened to what we said."
        rows[place]["respondent"] = f"person-{canary}"
        rows[place]["May we quote you?"] = "Yes, in my words"
    return rows


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A study that has been run, reviewed, shaped, frozen, packed and exported, and then had five people erased."""
    import shutil

    folder = tmp_path_factory.mktemp("erasing") / "study"
    (folder / "vault").mkdir(parents=True)
    write_rows(folder / "vault" / "responses.csv", canary_rows())
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n', encoding="utf-8")
    study = load_study(folder)
    run(study)
    pack(study, n=500)
    _review(study)
    run(study)
    export(study, to=["html", "tables", "quotes", "review"])
    freeze_themes(folder)
    before = {canary: files_with(folder, canary) for canary in CANARIES}
    done = [sentence for canary in ERASED for sentence in erase(folder, f"person-{canary}").done]
    return study, before, done


def _review(study):
    segments = read_table("segments", study.derived / "segments.parquet")
    with open_store(study) as store:
        store.add_reviewer("Ann", "lived experience")
        for row in segments[segments["text"].str.contains("zqcanary")].itertuples():
            store.decide(
                segment_id=row.segment_id, text_id=row.text_id, reviewer="Ann", outcome="none", note=f"About: {row.text}"
            )
            store.add_theme_edit("rename", [[row.text_id]], f"Title with {row.text}", "Ann")


def files_with(folder, words):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and holds(path, words))


def holds(path, words):
    needles = [words.encode(), words.encode("utf-16-le"), words.upper().encode()]
    return any(needle in data for data in contents(path) for needle in needles)


def contents(path):
    """Return a file's bytes, and what they hold when they are unpacked."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield str(pd.read_parquet(path).to_dict("list")).encode()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def test_before_they_are_erased_they_are_in_many_files(lived_in):
    for found in lived_in[1].values():
        assert {"vault/responses.csv", "vault/responses.parquet", "derived/comments.parquet", "review.sqlite"} <= set(found)
        assert {"exports/review.csv", "exports/sheet.xlsx"} <= set(found)


@pytest.mark.parametrize("canary", ERASED)
def test_no_file_holds_an_erased_person(lived_in, canary):
    assert files_with(lived_in[0].folder, canary) == []


def test_everybody_else_is_still_there(lived_in):
    for canary in KEPT:
        found = files_with(lived_in[0].folder, canary)
        assert {"vault/responses.csv", "vault/responses.parquet", "derived/comments.parquet", "review.sqlite"} <= set(found)


def test_ids_of_the_erased_are_gone_with_them(lived_in):
    study = lived_in[0]
    people = read_table("people", study.derived / "people.parquet")["response_id"]
    vectors = read_table("vectors", study.derived / "vectors.parquet")
    texts = read_table("texts", study.derived / "texts.parquet")
    assert people.nunique() == len(canary_rows()) - len(ERASED)
    assert set(vectors.ids) == set(texts["text_id"])


def test_earlier_exports_that_held_them_are_named(lived_in):
    said = " ".join(lived_in[2])
    assert "exports/review.csv held words of theirs and is deleted" in said
    assert "exports/sheet.xlsx held words of theirs" in said
    assert "backups" in said


def test_the_chain_of_decisions_is_whole_and_others_decisions_stand(lived_in):
    study = lived_in[0]
    assert verify_store(study).startswith("All rows are as they were written")
    with open_store(study) as store:
        history = store.history()
    assert (history["segment_id"] == "erased").sum() >= len(ERASED)
    assert history["note"].str.contains("zqcanaryf").any()


def test_tampering_with_an_emptied_row_is_still_found(lived_in, tmp_path):
    import shutil
    import sqlite3

    copy = tmp_path / "study"
    shutil.copytree(lived_in[0].folder, copy)
    with sqlite3.connect(copy / "review.sqlite") as connection:
        connection.execute("DROP TRIGGER decisions_no_update")
        connection.execute("UPDATE decisions SET outcome = 'skip' WHERE segment_id = 'erased'")
    connection.close()
    with open_store(load_study(copy)) as store:
        assert "is not what was written" in " ".join(store.verify())


def test_a_second_import_of_the_same_export_does_not_bring_them_back(lived_in, tmp_path):
    import shutil

    copy = tmp_path / "study"
    shutil.copytree(lived_in[0].folder, copy)
    write_rows(copy / "vault" / "responses.csv", canary_rows())
    run(load_study(copy))
    export(load_study(copy), to=["review"])
    for canary in ERASED:
        assert files_with(copy, canary) == ["vault/responses.csv"]
    assert "exports/review.csv" in files_with(copy, KEPT[0])


def test_the_mark_that_keeps_them_out_names_nobody(lived_in):
    found = json.loads((lived_in[0].vault / "erased.json").read_text(encoding="utf-8"))
    assert len(found["stones"]) == len(ERASED)
    assert "person" not in json.dumps(found)


@pytest.fixture
def small(make_study):
    folder = make_study(canary_rows()[:60])
    run(folder)
    return folder


def responses_of(folder, canary):
    frame = pd.read_parquet(folder / "vault" / "responses.parquet")
    return frame[frame["response_id"].isin(frame.loc[frame["text"].fillna("").str.contains(canary), "response_id"])]


def answers_of(folder, person):
    frame = pd.read_parquet(folder / "vault" / "responses.parquet")
    return frame[frame["response_id"] == person].reset_index(drop=True)


def test_one_answer_may_be_withdrawn_alone(small):
    person = responses_of(small, ERASED[0])["response_id"].iloc[0]
    before = answers_of(small, person)
    question = before.loc[before["text"].fillna("").str.contains(ERASED[0]), "question"].iloc[0]
    erase(small, f"person-{ERASED[0]}", question=question)
    run(small)
    after = answers_of(small, person)
    assert files_with(small, f"The {ERASED[0]} meeting") == []
    assert len(after) == len(before) and after.loc[after["question"] == question, "text"].isna().all()
    others = before["question"] != question
    assert after.loc[after["question"] != question, "text"].fillna("").tolist() == before.loc[others, "text"].fillna("").tolist()


def test_being_quoted_may_be_withdrawn_alone(small):
    erase(small, f"person-{ERASED[0]}", quotes_only=True)
    run(small)
    assert set(responses_of(small, ERASED[0])["consent"]) == {"analyse"}
    assert set(responses_of(small, ERASED[1])["consent"]) == {"quote"}
    export(small, to=["html"])
    assert "exports/report.html" not in files_with(small, ERASED[0])


def test_nobody_of_that_id_changes_nothing(small):
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file() and path.name != ".lock"}
    with pytest.raises(StudyError, match="nobody with that id"):
        erase(small, "person-nobody")
    assert {path: path.read_bytes() for path in before} == before
    assert not (small / "vault" / "erased.json").exists()


def test_the_command_asks_before_it_erases(small):
    refused = CliRunner().invoke(main, ["erase", str(small), f"person-{ERASED[0]}"], input="n\n")
    assert refused.exit_code == 1 and files_with(small, ERASED[0])
    done = CliRunner().invoke(main, ["erase", str(small), f"person-{ERASED[0]}", "--yes"])
    assert done.exit_code == 0 and "backups" in done.output
    assert files_with(small, ERASED[0]) == []
