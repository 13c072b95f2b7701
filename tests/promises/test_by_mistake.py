"""Mistakes that people make with files and commands: each ends in a sentence, loses nothing and brings nobody back."""

import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile

import pytest
from click.testing import CliRunner
from sample import sample_rows

from pipeline.cli import main
from pipeline.decisions.backup import back_up
from pipeline.decisions.store import open_store, verify_store
from pipeline.erasure import erase
from pipeline.erasure.restore import restore
from pipeline.errors import BusyError, DataError, ReviewError
from pipeline.study.erasures import read_tombstones
from pipeline.study.lock import held
from pipeline.study.study import load_study
from pipeline.tables.parquet import read_table
from pipeline.workflow.runner import run


PASSPHRASE = "four words, none alike"
FIRST, SECOND, THIRD = (row["respondent"] for row in sample_rows(3))


@pytest.fixture
def folder(make_study):
    """A study on which somebody decided."""
    made = make_study(sample_rows(12))
    run(made, until="segment")
    study = load_study(made)
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        for row in study.table("segments").itertuples():
            store.decide(segment_id=row.segment_id, text_id=row.text_id, reviewer="Ann", outcome="none")
    return made


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def people(folder):
    return set(read_table("responses", folder / "vault" / "responses.parquet")["response_id"])


def kept(folder, path, passphrase=PASSPHRASE):
    return back_up(load_study(folder), path, passphrase=passphrase).path


@pytest.mark.parametrize("name", ["erased.json", "erased_decisions.json"])
@pytest.mark.parametrize("data", [b"\xff\xfe\0", b"[]", b"[" * 100_000, b'{"salt": "zz", "stones": [], "marks": [[]]}'])
def test_damaged_marks_of_erased_people_are_a_sentence(folder, tmp_path, name, data):
    kept(folder, tmp_path / "kept.zip")
    erase(folder, FIRST)
    (folder / "vault" / name).write_bytes(data)
    for command in (("erase", folder, SECOND, "--yes"), ("restore", folder, tmp_path / "kept.zip")):
        done = themes(*command)
        assert done.exit_code == 11 and "is damaged" in done.stderr and "new folder" in done.stderr


def test_nobody_comes_back_when_their_marks_are_lost(folder):
    export = (folder / "responses.csv").read_bytes()
    erase(folder, FIRST)
    run(folder, until="segment")
    left = people(folder)
    (folder / "vault" / "erased.json").unlink()
    (folder / "responses.csv").write_bytes(export)
    for command in (("run", folder, "--until", "segment"), ("erase", folder, SECOND, "--yes")):
        done = themes(*command)
        assert done.exit_code == 11 and "erased.json is missing" in done.stderr
    assert people(folder) == left


def test_lost_marks_come_back_with_a_backup_that_knows_of_them(folder, tmp_path):
    erase(folder, FIRST)
    made = kept(folder, tmp_path / "kept.zip")
    stones = read_tombstones(load_study(folder))
    (folder / "vault" / "erased.json").unlink()
    restore(load_study(folder), made, passphrase=PASSPHRASE)
    assert read_tombstones(load_study(folder)) == stones


def test_two_machines_that_erased_one_person_each_are_not_taken_for_equals(folder, tmp_path):
    erase(folder, FIRST)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    erase(folder, SECOND)
    erase(other, THIRD)
    made = kept(other, tmp_path / "kept.zip")
    here = load_study(folder)
    with pytest.raises(ReviewError, match="locked with a passphrase"):
        restore(here, made)
    back = restore(here, made, passphrase=PASSPHRASE)
    assert len(read_tombstones(here).stones) == 3 and any("left as they are" in note for note in back.notes)


def test_a_restore_waits_for_whoever_works_on_the_study(folder, tmp_path):
    made = kept(folder, tmp_path / "kept.zip")
    before = (folder / "review.sqlite").read_bytes()
    with held(load_study(folder), "An erasure"), pytest.raises(BusyError, match="An erasure of this study is under way"):
        restore(load_study(folder), made, passphrase=PASSPHRASE)
    assert (folder / "review.sqlite").read_bytes() == before
    restore(load_study(folder), made, passphrase=PASSPHRASE)


def test_a_damaged_line_of_the_ledger_is_left_out_and_told(folder, tmp_path):
    ledger = folder / "vault" / "ledger.jsonl"
    figure = json.dumps({"item": "a", "part": "b", "people": ["x"], "shown": 10.0})
    ledger.write_text(figure + "\n", encoding="utf-8")
    made = kept(folder, tmp_path / "kept.zip")
    ledger.write_bytes(b"\xff\xfe\n" + figure.encode() + b"\n[\n")
    back = restore(load_study(folder), made, passphrase=PASSPHRASE)
    assert any("2 lines of vault/ledger.jsonl were damaged" in note for note in back.notes)
    assert [json.loads(line)["item"] for line in ledger.read_text(encoding="utf-8").splitlines()] == ["a"] * 2
    assert [path.read_bytes()[:2] for path in folder.glob("vault/before-restore-*/ledger.jsonl")] == [b"\xff\xfe"]


RECORDS = [{"n_erased": "abc"}, {"n_erased": float("inf")}, {"erased": [1]}, {"erased": {}}, {"vault": None}]


@pytest.mark.parametrize("change", RECORDS)
def test_a_backup_whose_record_is_not_right_is_a_sentence(folder, tmp_path, change):
    made, bad = kept(folder, tmp_path / "kept.zip"), tmp_path / "bad.zip"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "backup.json":
                record = {**json.loads(data), **change}
                data = json.dumps({key: value for key, value in record.items() if value is not None}).encode()
            new.writestr(name, data)
    with pytest.raises(ReviewError, match="Nothing was changed"):
        restore(load_study(folder), bad, passphrase=PASSPHRASE)


def test_a_backup_says_when_the_codebook_is_not_there(folder, tmp_path):
    settings = folder / "study.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"codebook.csv"', '"gone.csv"'), encoding="utf-8")
    assert "gone.csv" in settings.read_text(encoding="utf-8")
    done = themes("backup", folder, tmp_path / "kept.zip", "--no-key")
    assert done.exit_code == 0 and "THE CODEBOOK gone.csv IS NOT IN IT" in done.stdout


def test_a_store_that_is_a_link_to_nowhere_is_not_taken_for_no_store(folder, tmp_path):
    (folder / "review.sqlite").rename(tmp_path / "away.sqlite")
    (folder / "review.sqlite").symlink_to(tmp_path / "gone.sqlite")
    before = people(folder)
    for command in (("verify", folder), ("status", folder), ("erase", folder, FIRST, "--yes"), ("backup", folder, "--no-key")):
        done = themes(*command)
        assert done.exit_code == 15 and "a link to something that is not there" in done.stderr
    assert people(folder) == before
    with pytest.raises(ReviewError, match="cannot be opened"):
        verify_store(load_study(folder))


def test_an_erasure_does_not_wait_for_a_pipe(folder):
    os.mkfifo(folder / "loop.csv")
    done = []
    # Of its own, so that a wait is a failure and not a test without end.
    waiting = threading.Thread(target=lambda: done.append(erase(folder, FIRST)), daemon=True)
    waiting.start()
    waiting.join(120)
    assert done and any("loop.csv: it is a pipe" in sentence for sentence in done[0].done)


def test_a_pipe_in_the_place_of_the_lock_is_a_sentence(folder):
    (folder / "derived" / ".lock").unlink()
    os.mkfifo(folder / "derived" / ".lock")
    done = themes("run", folder, "--until", "intake")
    assert "derived/.lock" in done.stderr and "it is a pipe" in done.stderr and "fault of the program" not in done.stderr


def test_a_question_to_nobody_ends_without_a_fault_of_the_program(folder):
    command = [sys.executable, "-m", "pipeline", "erase", str(folder), FIRST]
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Aborted" in done.stderr and "fault of the program" not in done.stderr


def test_a_passphrase_is_not_read_from_a_device_without_end(folder, tmp_path):
    done = themes("backup", folder, tmp_path / "kept.zip", "--passphrase-file", "/dev/zero")
    assert done.exit_code == 15 and "longer than a passphrase" in done.stderr and not (tmp_path / "kept.zip").exists()


def test_a_folder_in_the_place_of_a_file_is_called_by_its_name(folder):
    (folder / "vault" / "key.check").unlink()
    (folder / "vault" / "key.check").mkdir()
    done = themes("run", folder, "--until", "intake")
    assert done.exit_code == 74 and done.stderr.startswith("Error: key.check could not be written")


@pytest.mark.parametrize("options", [("--number", "99", "--by", "Ann"), ("--all", "--by", "  ")])
def test_a_confirmation_of_nothing_or_by_nobody_is_refused(made, options):
    done = themes("confirm", made, *options)
    assert done.exit_code == 2 and "Error" in done.stderr and not (made / "confirmed_texts.csv").exists()


def test_a_title_that_cannot_be_seen_is_refused(made):
    from pipeline.review.theme_edits import rename_wish
    from pipeline.review.theme_requests import ask_in_study

    with pytest.raises(DataError, match="Nothing of this title can be seen"):
        ask_in_study(made, lambda study: rename_wish(study, 1, "\u200b\u202e"), by="Ann")
    assert ask_in_study(made, lambda study: rename_wish(study, 1, "\u200bSeen"), by="Ann") == 1


@pytest.fixture
def made(tmp_path):
    """A study that has been run."""
    from small_study import add_vectors, build_study

    return add_vectors(build_study(tmp_path / "small")).folder
