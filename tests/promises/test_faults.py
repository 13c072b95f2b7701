"""Whatever stops a run, no result is half written, old ones stay, and the same command goes on from there."""

import shutil
import signal

import pytest
from faulty import SHORT_OF_DISK, SHORT_OF_MEMORY, killed_at, leftovers_of, python, renames_of_a_run, state_of, stopped_by, themes
from sample import sample_rows

from pipeline.decisions.store import open_store
from pipeline.errors import BusyError, DataError, ReviewError
from pipeline.report import export
from pipeline.study.study import load_study
from pipeline.workflow.runner import only_run, run


pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def whole(tmp_path_factory, ready):
    """A study that has been run without a fault."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    shutil.copytree(ready, folder)
    return folder, renames_of_a_run(folder)


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A study that has not been run; its key is given, so that two copies have the same pseudonyms."""
    from sample import SAMPLE, write_rows

    folder = tmp_path_factory.mktemp("ready") / "study"
    (folder / "vault").mkdir(parents=True)
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    write_rows(folder / "responses.csv", sample_rows(40))
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8")
    return folder


@pytest.fixture
def fresh(ready, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(ready, folder)
    return folder


@pytest.fixture
def done(whole, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(whole[0], folder)
    return folder


@pytest.mark.parametrize(("share", "when"), [(0.3, "before"), (0.7, "after")])
def test_a_run_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(whole, fresh, share, when):
    folder, renames = whole
    assert killed_at(round(share * renames), when, "run", fresh) == -signal.SIGKILL
    assert themes("run", fresh).returncode == 0
    assert state_of(fresh) == state_of(folder)
    assert leftovers_of(fresh) == []


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_stop_stops_without_a_traceback(fresh, sent, status):
    found, said = stopped_by(sent, fresh)
    assert found == status
    assert "Traceback" not in said and "goes on from there" in said


def test_where_files_may_not_grow_the_old_results_stay_and_the_file_is_named(done):
    before = state_of(done)
    found = python(SHORT_OF_DISK, 2_000, "run", done, "--force")
    assert found.returncode == 74 and "Traceback" not in found.stderr
    assert "could not be written" in found.stderr
    assert state_of(done) == before


@pytest.mark.parametrize("megabytes", [500, 700, 1_600])
def test_where_memory_is_short_a_sentence_says_so(done, megabytes):
    # With so much, OpenBLAS once asked for more without end while it was loaded.
    before = state_of(done)
    found = python(SHORT_OF_MEMORY, megabytes, "run", done, "--force")
    assert found.returncode == 71 and "Traceback" not in found.stderr
    assert "not enough memory" in found.stderr and state_of(done) == before


def test_names_of_folders_and_files_may_be_as_odd_as_people_make_them(ready, tmp_path):
    folder = tmp_path / ("-a café \n\u202e \U0001f98a '\" $HOME; " + "x" * 150)
    shutil.copytree(ready, folder)
    (folder / "responses.csv").rename(folder / "-- ŵy \u202ereponses \U0001f9f6.csv")
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8").replace('"responses.csv"', '"-- ŵy \\u202ereponses \\U0001F9F6.csv"')
    settings.write_text(text, encoding="utf-8")
    assert themes("run", folder).returncode == 0
    assert themes("export", "--to", "html", "--to", "tables", "--", folder).returncode == 0
    assert (folder / "exports" / "report.html").is_file()


def test_a_second_run_is_refused_at_once_and_says_who_runs(fresh):
    (fresh / "derived").mkdir()
    with only_run(load_study(fresh)), pytest.raises(BusyError, match="process"):
        run(fresh)
    assert BusyError("").exit_code == 75


@pytest.mark.parametrize("name", ["counts", "themes", "vectors"])
def test_a_flipped_bit_is_found_before_it_is_used_and_mended_by_a_run(done, name):
    path = done / "derived" / f"{name}.parquet"
    before = state_of(done)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    if name != "vectors":
        with pytest.raises(DataError, match=f"{name}.parquet is not what the last run wrote"):
            export(done, to=["tables"])
    run(done)
    assert state_of(done) == before


def test_a_store_of_a_newer_program_is_refused_in_plain_words(fresh):
    study = load_study(fresh)
    with open_store(study) as store:
        store.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ReviewError, match="newer version of Many Voices"), open_store(study):
        pass


def test_settings_of_a_newer_program_are_refused_in_plain_words(fresh):
    path = fresh / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("schema = 1", "schema = 9"), encoding="utf-8")
    found = themes("run", fresh)
    assert found.returncode == 10 and "schema" in found.stderr and "Traceback" not in found.stderr
