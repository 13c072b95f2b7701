"""A backup can be made while people decide, comes back whole, and never takes the place of anything in silence."""

import json
import shutil
import sqlite3
import threading
import zipfile
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.decisions.backup import back_up
from pipeline.decisions.store import decisions, open_store, store_path, verify_store
from pipeline.erasure.restore import restore
from pipeline.errors import ReviewError


NOW = datetime(2026, 1, 5, 10, 15, tzinfo=UTC)


def decide(study, *segments, reviewer="Ann", code="time"):
    with open_store(study) as store:
        store.add_reviewer(reviewer, "family")
        for segment in segments:
            store.decide(segment_id=segment, text_id="t", reviewer=reviewer, outcome="codes", codes=[code])


def repacked(path, target, **changes):
    """Write a backup again with some of its parts changed, as damage or a forger would leave it."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.split(".")[0], lambda content: content)(old.read(name)))
    return target


def test_a_backup_comes_back_and_what_was_there_is_moved_aside(study):
    decide(study, "s1", "s2")
    made = back_up(study, passphrase=None, now=NOW)
    assert made.path == study.folder / "backups/study-20260105-101500.zip" and made.n_decisions == 2
    decide(study, "s1", "s3", code="trust")
    study.codebook.write_text("code\nother\n", encoding="utf-8")
    found = restore(study, made.path, now=NOW)
    assert decisions(study)[["segment_id", "codes"]].values.tolist() == [["s1", "time"], ["s2", "time"]]
    assert "Decisions among them: 2" in verify_store(study) and "Too little time" in study.codebook.read_text(
        encoding="utf-8-sig"
    )
    connection = sqlite3.connect(found.aside / "review.sqlite")
    assert connection.execute("SELECT count(*) FROM decisions").fetchone()[0] == 4
    connection.close()
    assert (found.aside / study.codebook.name).read_text(encoding="utf-8") == "code\nother\n"


def test_a_backup_comes_back_where_there_is_nothing_yet(study, built, tmp_path):
    decide(study, "s1")
    made = back_up(study, tmp_path / "kept.zip", passphrase=None)
    store_path(study).unlink()
    assert restore(study, made.path).backup.n_decisions == 1
    assert len(decisions(study)) == 1


def test_a_backup_holds_what_people_wrote_and_no_answers(study, tmp_path):
    (study.vault / "names.txt").write_text("Zebedee", encoding="utf-8")
    decide(study, "s1")
    with zipfile.ZipFile(back_up(study, tmp_path / "kept.zip", passphrase=None).path) as archive:
        assert sorted(archive.namelist()) == ["backup.json", "codebook.csv", "review.sqlite", "study.toml"]
        assert not any(b"Zebedee" in archive.read(name) or b"signatures" in archive.read(name) for name in archive.namelist())
    assert (tmp_path / "kept.zip").stat().st_mode & 0o077 == 0


def test_a_backup_is_whole_while_people_go_on_deciding(study, tmp_path):
    decide(study, *[f"before {number}" for number in range(30)])
    begun, stop = threading.Barrier(4), threading.Event()

    def write(name):
        begun.wait()
        for number in range(10_000):
            if stop.is_set():
                return
            decide(study, f"{name} {number}", reviewer=name)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("Bel", "Cy", "Dee")]
    for writer in writers:
        writer.start()
    begun.wait()
    made = [back_up(study, tmp_path / f"{number}.zip", passphrase=None) for number in range(3)]
    stop.set()
    for writer in writers:
        writer.join()
    assert len(decisions(study)) > made[-1].n_decisions or made[-1].n_decisions > 30
    counts = [found.n_decisions for found in made]
    assert counts == sorted(counts) and counts[0] >= 30
    assert restore(study, made[0].path).backup.n_decisions == counts[0] == len(decisions(study))
    assert {f"before {number}" for number in range(30)} <= set(decisions(study)["segment_id"])


def test_nothing_is_written_over_or_made_of_nothing(study, tmp_path):
    with pytest.raises(ReviewError, match="nothing to back up"):
        back_up(study, passphrase=None)
    decide(study, "s1")
    back_up(study, tmp_path / "kept.zip", passphrase=None)
    with pytest.raises(ReviewError, match="never written over another"):
        back_up(study, tmp_path / "kept.zip", passphrase=None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"codebook": lambda content: content + b" "}, "damaged: codebook.csv is not as it was written"),
        ({"review": lambda content: content[:-4096] + bytes(4096)}, "damaged: review.sqlite"),
        ({"backup": lambda content: b"{}"}, "no backup of a study"),
        ({"backup": lambda content: content.replace(b"codebook.csv", b"../../outside")}, "a part that no backup of ours has"),
        ({"backup": lambda content: content.replace(b"What helps", b"Other")}, "is a backup of .Other"),
    ],
)
def test_a_backup_that_is_not_sound_changes_nothing(study, tmp_path, changes, said):
    decide(study, "s1")
    made = back_up(study, tmp_path / "kept.zip", passphrase=None)
    decide(study, "s2")
    with pytest.raises(ReviewError, match=said):
        restore(study, repacked(made.path, tmp_path / "bad.zip", **changes))
    assert len(decisions(study)) == 2 and not (study.folder / "backups").exists()
    assert not list(study.folder.glob(".backup-*"))


def test_a_store_that_was_tampered_with_is_neither_backed_up_nor_restored(study, tmp_path):
    decide(study, "s1")
    made = back_up(study, tmp_path / "kept.zip", passphrase=None)
    with zipfile.ZipFile(made.path) as archive:
        archive.extract("review.sqlite", tmp_path)
    connection = sqlite3.connect(tmp_path / "review.sqlite")
    connection.execute("DROP TRIGGER decisions_no_update")
    connection.execute("UPDATE decisions SET codes = 'trust'")
    connection.commit()
    connection.close()
    forged = (tmp_path / "review.sqlite").read_bytes()

    def with_its_hash(content):
        import hashlib

        record = json.loads(content)
        record["sha256"]["review.sqlite"] = hashlib.sha256(forged).hexdigest()
        return json.dumps(record).encode()

    bad = repacked(made.path, tmp_path / "bad.zip", review=lambda content: forged, backup=with_its_hash)
    with pytest.raises(ReviewError, match="decisions: row 1 is not what was written"):
        restore(study, bad)
    shutil.copyfile(tmp_path / "review.sqlite", store_path(study))
    with pytest.raises(ReviewError, match="The store is not as it was written"):
        back_up(study, tmp_path / "other.zip", passphrase=None)
    assert not (tmp_path / "other.zip").exists()


def test_a_store_in_use_is_left_alone(study, tmp_path):
    decide(study, "s1")
    made = back_up(study, tmp_path / "kept.zip", passphrase=None)
    with open_store(study) as store:
        with pytest.raises(ReviewError, match="is in use"):
            restore(study, made.path)
        store.add_reviewer("Zed", "family")
    restore(study, made.path)


def test_a_damaged_store_gives_way_to_a_backup_and_is_kept(study, tmp_path):
    decide(study, "s1")
    made = back_up(study, tmp_path / "kept.zip", passphrase=None)
    store_path(study).write_bytes(b"no database at all" * 400)
    found = restore(study, made.path)
    assert len(decisions(study)) == 1 and (found.aside / "review.sqlite").read_bytes().startswith(b"no database")


def test_by_command(study):
    decide(study, "s1")
    said = CliRunner().invoke(main, ["backup", str(study.folder), "--no-key"]).output
    assert ": checked; 1 decision.\nIt holds people's names and notes" in said
    back = CliRunner().invoke(main, ["restore", str(study.folder), said.split(": checked")[0]]).output
    assert ": 1 decision." in back and "What was there before is in" in back
    missing = CliRunner().invoke(main, ["restore", str(study.folder), "nowhere.zip"])
    assert missing.exit_code == 15 and "there is no such file" in missing.output
