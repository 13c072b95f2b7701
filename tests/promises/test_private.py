"""Other people on the machine read nothing of a study."""

import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_study import build_study

from pipeline.cli import main
from pipeline.decisions.backup import back_up
from pipeline.decisions.store import open_store, store_path
from pipeline.errors import ReviewError
from pipeline.review.web.server import serve
from pipeline.runtime.private_folders import FOLDERS, others_may, warning
from pipeline.study.study import load_study


@pytest.fixture
def shared():
    """A folder to which everybody on the machine can come, as a home may be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def study(shared):
    return build_study(shared / "study")


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_reads_what_people_decided(study):
    path = store_path(study)
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        kept = [path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))]
        assert [rights(file) for file in kept] == [0o600] * 3


def test_a_store_of_an_earlier_version_is_closed_to_others_when_it_is_opened(study):
    path = store_path(study)
    # Left open, as a program that was killed leaves it, so that there is a log.
    earlier = sqlite3.connect(path, isolation_level=None)
    earlier.execute("PRAGMA journal_mode = WAL")
    earlier.execute("CREATE TABLE earlier (words TEXT)")
    kept = [path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))]
    for file in kept:
        file.chmod(0o644)
    with open_store(study):
        assert [rights(file) for file in kept] == [0o600] * 3
    assert earlier.execute("SELECT count(*) FROM earlier").fetchone() == (0,)
    earlier.close()


def test_folders_that_the_program_makes_are_for_the_owner(study):
    for name in FOLDERS:
        (study.folder / name).mkdir(exist_ok=True)
        (study.folder / name).chmod(0o755)
    CliRunner().invoke(main, ["status", str(study.folder)])
    assert {name: rights(study.folder / name) for name in FOLDERS} == dict.fromkeys(FOLDERS, 0o700)


def test_a_folder_made_by_a_command_is_closed_when_it_ends(study):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
    for command in (["backup", str(study.folder), "--no-key"], ["pack", str(study.folder), "--n", "2"]):
        assert CliRunner().invoke(main, command).exit_code == 0
    assert rights(study.folder / "backups") == rights(study.folder / "exports") == 0o700


def test_a_backup_is_for_the_owner_wherever_it_stands(study, shared):
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
    assert rights(back_up(study, shared / "backup.zip", passphrase=None).path) == 0o600


def test_a_folder_that_is_a_link_to_another_place_is_left_as_it_is(study, shared):
    (shared / "drive").mkdir(mode=0o755)
    (study.folder / "exports").symlink_to(shared / "drive")
    CliRunner().invoke(main, ["status", str(study.folder)])
    assert rights(shared / "drive") == 0o755


@pytest.mark.parametrize(("mode", "may"), [(0o700, ""), (0o711, ""), (0o755, "read"), (0o777, "write"), (0o1777, "read")])
def test_what_others_may_do_in_a_studys_folder_is_told(shared, mode, may):
    folder = shared / "study"
    folder.mkdir()
    folder.chmod(mode)
    assert others_may(folder) == may
    assert bool(warning(folder)) is bool(may) and (not may or f"chmod 700 {folder}" in warning(folder))


def test_a_folder_in_a_closed_one_is_closed(shared):
    folder = shared / "home" / "study"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    folder.parent.chmod(0o700)
    assert others_may(folder) == ""


@pytest.mark.parametrize("command", ["status", "check"])
def test_commands_say_who_else_could_come_in(study, command):
    study.folder.chmod(0o755)
    assert (
        "Other people on this machine can open the folder study" in CliRunner().invoke(main, [command, str(study.folder)]).stderr
    )
    study.folder.chmod(0o700)
    assert "Other people" not in CliRunner().invoke(main, [command, str(study.folder)]).output


def test_a_team_server_is_not_started_where_others_may_change_the_store(study):
    study.folder.chmod(0o777)
    with pytest.raises(ReviewError, match=r"change what is in it.*Nothing was started"):
        serve(study, tell=print, behind_tls="https://review.example.org", browser=False)


def test_a_new_study_is_the_owners_alone(shared):
    export_file = shared / "export.csv"
    export_file.write_text("id,What helps?\n" + "".join(f"{n},The bus was late again on day {n}\n" for n in range(30)))
    done = CliRunner().invoke(main, ["new", str(shared / "mine"), "--from", str(export_file)])
    assert done.exit_code == 0, done.output
    assert rights(shared / "mine") == 0o700 and load_study(shared / "mine")
