"""A study moves to a machine that has only its export and settings, by a backup; and nobody who was erased moves with it."""

import shutil

import pytest
from faulty import themes
from sample import sample_rows

from pipeline.decisions.store import decisions, open_store
from pipeline.study.study import load_study
from pipeline.tables.parquet import read_table


pytestmark = pytest.mark.model
PASSPHRASE = "four words, none alike"


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A study in which people decided, somebody was erased and a report was made; its backup; and a folder elsewhere."""
    from sample import SAMPLE, write_rows

    base = tmp_path_factory.mktemp("machines")
    old, new = base / "old" / "study", base / "new" / "study"
    for folder in (old, new):
        folder.mkdir(parents=True)
        write_rows(folder / "responses.csv", sample_rows(60))
        text = (SAMPLE / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(
            text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8"
        )
    shutil.copy(SAMPLE / "codebook.csv", old)
    (base / "passphrase.txt").write_text(PASSPHRASE + "\n", encoding="utf-8")
    erased, later = (row["respondent"] for row in sample_rows(2))
    assert [themes("run", old).returncode, themes("erase", old, erased, "--yes").returncode] == [0, 0]
    decide_on_all(old)
    assert [themes("run", old).returncode, themes("release", old, "--to", "html", "--yes").returncode] == [0, 0]
    made = themes("backup", old, base / "kept.zip", "--passphrase-file", base / "passphrase.txt")
    assert (made.returncode, made.stderr) == (0, "") and "NO KEY" not in made.stdout
    return base, old, new, erased, later


def decide_on_all(folder):
    study = load_study(folder)
    with open_store(study) as store, store.together():
        store.add_reviewer("Ann", "family")
        for row in study.table("segments").itertuples():
            store.decide(segment_id=row.segment_id, text_id=row.text_id, reviewer="Ann", outcome="none", note=f"N {row.text_id}")


def ids(folder):
    return set(read_table("responses", folder / "vault" / "responses.parquet")["response_id"])


def test_all_decisions_stand_on_a_new_machine_and_nobody_who_was_erased_is_there(moved):
    base, old, new, _, _ = moved
    asked = themes("restore", new, base / "kept.zip")
    assert asked.returncode == 15 and "locked with a passphrase" in asked.stderr and not (new / "review.sqlite").exists()
    (base / "wrong.txt").write_text("not the passphrase", encoding="utf-8")
    wrong = themes("restore", new, base / "kept.zip", "--passphrase-file", base / "wrong.txt")
    assert wrong.returncode == 15 and "does not open this backup" in wrong.stderr and not (new / "vault" / "key").exists()
    back = themes("restore", new, base / "kept.zip", "--passphrase-file", base / "passphrase.txt")
    assert (back.returncode, back.stderr) == (0, "")
    assert themes("run", new).returncode == 0
    assert ids(new) == ids(old)
    made = decisions(load_study(new))
    assert len(made) > 50 and set(made["segment_id"]) <= set(load_study(new).table("segments")["segment_id"])
    assert set(load_study(new).table("codings")["status"]) == set(load_study(old).table("codings")["status"])
    assert "no longer in the data" not in themes("status", new).stdout
    ledgers = [(folder / "vault" / "ledger.jsonl").read_text(encoding="utf-8") for folder in (old, new)]
    assert ledgers[0] == ledgers[1] != ""


def test_an_older_backup_does_not_bring_back_who_was_erased_since(moved, tmp_path):
    base, old, _, _, later = moved
    folder = tmp_path / "study"
    shutil.copytree(old, folder)
    study = load_study(folder)
    before = ids(folder)
    assert themes("erase", folder, later, "--yes").returncode == 0
    (gone,) = before - ids(folder)
    emptied = {row["decision_id"] for row in decisions(study).to_dict("records") if row["segment_id"] == "erased"}
    for lost in (False, True):
        if lost:
            (folder / "review.sqlite").unlink()
        back = themes("restore", folder, base / "kept.zip")
        assert back.returncode == 0 and "emptied again" in back.stdout and "left as they are" in back.stdout
        made = decisions(study)
        assert set(made.loc[made["segment_id"] == "erased", "decision_id"]) == emptied
        with open_store(study) as store:
            notes = store.frame("SELECT note FROM decisions WHERE segment_id = 'erased'")["note"]
            assert len(notes) >= 2 and set(notes) == {"erased"}
        assert themes("verify", folder).returncode == 0
    assert themes("run", folder).returncode == 0 and gone not in ids(folder)


def test_a_backup_without_its_key_says_so_and_another_key_is_refused(moved, tmp_path):
    _, old, new, _, _ = moved
    made = themes("backup", old, tmp_path / "bare.zip", "--no-key")
    assert made.returncode == 0 and "THIS BACKUP HOLDS NO KEY" in made.stdout
    folder = tmp_path / "study"
    folder.mkdir()
    for name in ("responses.csv", "study.toml"):
        shutil.copy(new / name, folder)
    back = themes("restore", folder, tmp_path / "bare.zip")
    assert back.returncode == 0 and "THE VAULT'S KEY IS MISSING" in back.stdout
    assert "vault/key is missing" in themes("run", folder).stderr
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    assert "not the key that this study was begun with" in themes("run", folder).stderr
    shutil.copy(old / "vault" / "key", folder / "vault" / "key")
    assert themes("run", folder, "--until", "intake").returncode == 0


def test_without_a_terminal_or_a_passphrase_nothing_is_written(moved, tmp_path):
    _, old, _, _, _ = moved
    made = themes("backup", old, tmp_path / "kept.zip")
    assert made.returncode == 15 and "--passphrase-file" in made.stderr and not (tmp_path / "kept.zip").exists()
    (tmp_path / "short.txt").write_text("short", encoding="utf-8")
    made = themes("backup", old, tmp_path / "kept.zip", "--passphrase-file", tmp_path / "short.txt")
    assert made.returncode == 15 and "too short" in made.stderr and not (tmp_path / "kept.zip").exists()
