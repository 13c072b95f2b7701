"""A backup from anywhere writes nothing but its own parts, to their own places, and brings nobody back who was erased."""

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime

import pytest

from pipeline.decisions.backup import back_up
from pipeline.decisions.sign_ins import save_draft
from pipeline.decisions.store import decisions, open_store, store_path, verify_store
from pipeline.erasure.decision_rows import Taken, erase_from_store
from pipeline.erasure.restore import restore
from pipeline.errors import ReviewError
from pipeline.methods.text.cutting import Cutter
from pipeline.methods.text.passages import Wording
from pipeline.study.erasures import ErasureRegister, write_tombstones
from pipeline.study.study import load_study
from pipeline.study.vault import keep_key


PASSPHRASE = "four words, none alike"
NOW = datetime(2026, 1, 5, 10, 15, tzinfo=UTC)
X, Y = "a" * 16, "b" * 16
WORDS = "the brass bell above the door"


@pytest.fixture
def kept(study, tmp_path):
    """A backup of a study in which one person decided on the excerpts of X and Y."""
    keep_key(study, b"k" * 32)
    decide(study, X, Y)
    return back_up(study, tmp_path / "kept.zip", passphrase=PASSPHRASE)


def decide(study, *segments, note=WORDS):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        for segment in segments:
            store.decide(segment_id=segment, text_id=segment, reviewer="Ann", outcome="none", note=f"{note} {segment}")


def forged(path, target, parts, settings=None):
    """Write a backup with more parts, named and hashed in its record as if they belonged there."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        content = {name: old.read(name) for name in old.namelist()}
        record = json.loads(content.pop("backup.json"))
        content |= parts
        if settings:
            content["study.toml"] = settings(content["study.toml"])
        record["sha256"] = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
        for name, data in {"backup.json": json.dumps(record).encode(), **content}.items():
            new.writestr(name, data)
    return target


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name",
    [
        *("vault/key", "vault/ledger.jsonl", "vault/erased.json", "vault/responses.csv", "exports/report.html"),
        *(".git/hooks/post-checkout", "derived/manifest.json", "models/coder/head.safetensors", "review.sqlite-wal"),
        *("/etc/cron.d/evil", "../outside.csv", "other.csv", "a\\b.csv"),
    ],
)
def test_a_part_that_no_backup_of_ours_has_is_refused(study, kept, tmp_path, name):
    before = files_of(tmp_path)
    bad = forged(kept.path, tmp_path / "bad.zip", {name: b"x"})
    with pytest.raises(ReviewError, match="a part that no backup of ours has"):
        restore(study, bad)
    assert files_of(tmp_path) == before | {bad.relative_to(tmp_path): bad.read_bytes()}


@pytest.mark.parametrize(
    "codebook",
    [
        "../codebook.csv",
        "/tmp/codebook.csv",
        "vault/key",
        "vault/x.csv",
        ".git/x.csv",
        "exports/report.html",
        "backups/x.csv",
        "~/x.exe",
    ],
)
def test_a_codebook_that_the_settings_name_elsewhere_is_refused(study, kept, tmp_path, codebook):
    bad = forged(
        kept.path,
        tmp_path / "bad.zip",
        {codebook: b"code\nx\n"},
        settings=lambda text: text.replace(b'"codebook.csv"', json.dumps(codebook).encode()),
    )
    before = files_of(study.folder)
    with pytest.raises(ReviewError, match="a part that no backup of ours has"):
        restore(study, bad)
    assert files_of(study.folder) == before


def test_a_codebook_in_a_folder_of_the_study_comes_back(study, kept, tmp_path):
    (study.folder / "books").mkdir()
    study.codebook.rename(study.folder / "books" / "mine.csv")
    path = study.folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"codebook.csv"', '"./books/mine.csv"'), encoding="utf-8")
    moved = load_study(study.folder)
    made = back_up(moved, tmp_path / "moved.zip", passphrase=None)
    shutil.rmtree(study.folder / "books")
    restore(moved, made.path)
    assert "Too little time" in moved.codebook.read_text(encoding="utf-8-sig")


def test_a_codebook_outside_the_study_is_named_as_left_out(study, kept, tmp_path):
    outside = tmp_path / "team.csv"
    study.codebook.rename(outside)
    study.codebook.symlink_to(outside)
    made = back_up(study, tmp_path / "other.zip", passphrase=None)
    assert made.left_out == "codebook.csv"
    with zipfile.ZipFile(made.path) as archive:
        assert "codebook.csv" not in archive.namelist()


@pytest.mark.parametrize("name", ["codebook.csv", "review.sqlite", "study.toml", "backups", "vault", "vault/key"])
@pytest.mark.parametrize("is_broken", [False, True])
def test_nothing_is_written_through_a_link(study, kept, tmp_path, name, is_broken):
    place, outside = study.folder / name, tmp_path / "outside"
    if place.exists():
        place.rename(outside)
    elif not is_broken:
        outside.mkdir()
    place.symlink_to(outside if not is_broken or name == "study.toml" else tmp_path / "nowhere")
    before = files_of(outside) if outside.is_dir() else outside.read_bytes() if outside.exists() else None
    with pytest.raises(ReviewError, match=f"{name} is a link to another place"):
        restore(study, kept.path, passphrase=PASSPHRASE)
    assert before == (files_of(outside) if outside.is_dir() else outside.read_bytes() if outside.exists() else None)
    assert not (tmp_path / "nowhere").exists() and place.is_symlink()


def test_a_part_that_is_larger_than_such_a_part_may_be_is_refused(study, kept, tmp_path):
    text = (study.folder / "study.toml").read_bytes()
    bad = forged(kept.path, tmp_path / "bad.zip", {"study.toml": text + b"# padding\n" * 150_000})
    with pytest.raises(ReviewError, match="damaged or no backup"):
        restore(study, bad)
    deep = tmp_path / "deep.zip"
    with zipfile.ZipFile(deep, "w") as archive:
        archive.writestr("backup.json", "[" * 200_000)
    with pytest.raises(ReviewError, match="damaged or no backup"):
        restore(study, deep)
    assert len(decisions(study)) == 2


@pytest.mark.parametrize(
    "rule",
    [
        "CREATE TRIGGER quiet AFTER INSERT ON decisions BEGIN DELETE FROM drafts; END",
        "CREATE VIEW others AS SELECT 'x' AS decision_id",
    ],
)
def test_a_store_with_a_rule_of_somebody_elses_is_refused(study, kept, tmp_path, rule):
    with zipfile.ZipFile(kept.path) as archive:
        archive.extract("review.sqlite", tmp_path)
    with closing(sqlite3.connect(tmp_path / "review.sqlite")) as connection:
        connection.execute(rule)
        connection.commit()
    bad = forged(kept.path, tmp_path / "bad.zip", {"review.sqlite": (tmp_path / "review.sqlite").read_bytes()})
    with pytest.raises(ReviewError, match="a rule that is none of ours"):
        restore(study, bad)


def erase(study, segment):
    write_tombstones(study, ErasureRegister().with_stone(f"person {segment}", "all"))
    return erase_from_store(study, Taken(frozenset({segment}), (WORDS + " " + segment,), Cutter(Wording()), {}))


def noted(study):
    with open_store(study) as store:
        return dict(store.frame("SELECT decision_id, note FROM decisions").values.tolist())


@pytest.mark.parametrize("store_is_lost", [False, True])
def test_what_was_erased_after_the_backup_is_erased_again(study, kept, store_is_lost):
    with open_store(study) as store:
        save_draft(store, "Ann", f"excerpt/{X}", {"note": [WORDS]}, now=NOW)
    assert erase(study, X) == 1
    if store_is_lost:
        store_path(study).unlink()
    found = restore(study, kept.path, passphrase=PASSPHRASE)
    assert noted(study) == {1: "erased", 2: f"{WORDS} {Y}"} and decisions(study)["segment_id"].tolist() == ["erased", Y]
    assert verify_store(study).startswith("All rows are as they were written.")
    assert f"{WORDS} {X}".encode() not in store_path(study).read_bytes()
    assert any("emptied again" in note for note in found.notes)
    again = restore(study, kept.path, passphrase=PASSPHRASE)
    assert noted(study)[1] == "erased" and found.backup.n_decisions == again.backup.n_decisions == 2


def test_a_row_that_was_not_there_when_the_person_was_erased_is_emptied_too(study, kept, tmp_path):
    decide(study, X)
    newer = back_up(study, tmp_path / "newer.zip", passphrase=PASSPHRASE)
    restore(study, kept.path)
    erase(study, X)
    restore(study, newer.path)
    assert noted(study) == {1: "erased", 2: f"{WORDS} {Y}", 3: "erased"}
    assert verify_store(study).startswith("All rows are as they were written.")


def test_what_the_team_wrote_does_not_come_back_from_before_an_erasure(study, kept):
    study.codebook.write_text("code,label\nforms,Cut since\n", encoding="utf-8")
    (study.folder / "study.toml").write_bytes((study.folder / "study.toml").read_bytes() + b"# since\n")
    erase(study, X)
    found = restore(study, kept.path)
    assert "Cut since" in study.codebook.read_text(encoding="utf-8")
    assert (study.folder / "study.toml").read_bytes().endswith(b"# since\n")
    assert any("codebook.csv" in note and "left as they are" in note for note in found.notes)


def test_words_that_may_no_longer_be_quoted_do_not_come_back(study, kept, tmp_path):
    with open_store(study) as store:
        row = {"segment_id": X, "text_id": X, "outcome": "reworded", "wording": WORDS, "reason": "", "by": "Ann"}
        store.append("approvals", **row)
    made = back_up(study, tmp_path / "approved.zip", passphrase=PASSPHRASE)
    erase_from_store(study, Taken(frozenset({X}), (WORDS,), Cutter(Wording()), {}), whole=False)
    store_path(study).unlink()
    restore(study, made.path)
    with open_store(study) as store:
        assert store.frame("SELECT wording FROM approvals")["wording"].tolist() == ["erased"]
    assert noted(study)[1] == f"{WORDS} {X}"


def test_people_who_were_erased_under_another_key_are_not_forgotten(study, kept):
    keep_key(study, b"o" * 32)
    write_tombstones(study, ErasureRegister().with_stone("somebody", "all"))
    made = back_up(study, study.folder.parent / "theirs.zip", passphrase=PASSPHRASE)
    (study.vault / "erased.json").unlink()
    keep_key(study, b"k" * 32)
    write_tombstones(study, ErasureRegister().with_stone("somebody else", "all"))
    before = store_path(study).read_bytes()
    with pytest.raises(ReviewError, match="their marks cannot be joined"):
        restore(study, made.path, passphrase=PASSPHRASE)
    assert store_path(study).read_bytes() == before and (study.vault / "key").read_bytes() == b"k" * 32
