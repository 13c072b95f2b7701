"""No command leaves words outside the study, whenever it is killed; what it leaves inside is cleared by the next."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import openpyxl
import pytest
from faulty import ROOT
from sample import SAMPLE, sample_rows

from pipeline.codebook.codebook import Code, Codebook, write_codebook
from pipeline.runtime.scratch import HALF_WRITTEN, clear_half_written, scratch, scratch_of
from pipeline.workflow.runner import run


# Counts what is opened to be written and what is taken away or renamed, dies at one of these, and says what lies elsewhere.
WATCHED = """
import os, signal, sys
left, study, elsewhere = int(sys.argv.pop(1)), os.path.realpath(sys.argv.pop(1)), os.path.realpath(sys.argv.pop(1))
n = 0
def watch(event, arguments):
    global n
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path, mode, flags = os.path.realpath(os.fsdecode(arguments[0])), arguments[1], arguments[2]
        if not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or path.startswith(("/dev/", "/proc/")):
            return
        if not path.startswith((study, elsewhere)) and "__pycache__" not in path:
            os.write(2, f"OUTSIDE {path}\\n".encode())
    elif event not in ("os.remove", "os.rename", "shutil.rmtree"):
        return
    n += 1
    if n == left:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
from pipeline.cli import main
try:
    main(sys.argv[1:])
finally:
    print(f"EVENTS {n}", flush=True)
"""
WORDS = "The quoll meeting"
FORMS = ("xlsx", "quotes", "pdf", "review", "sav", "qdpx")
COMMANDS = {
    "pack": ["pack", "STUDY", "--n", "40", "--out", "STUDY/exports/packed.xlsx"],
    "export": [
        "export",
        "STUDY",
        "--to",
        "xlsx",
        "--to",
        "quotes",
        "--to",
        "pdf",
        "--to",
        "review",
        "--to",
        "sav",
        "--to",
        "qdpx",
    ],
    "erase": ["erase", "STUDY", "R-quoll-0001", "--yes"],
    "run": ["run", "STUDY", "--force", "--until", "gather"],
    "convert": ["codebook", "convert", "STUDY/codebook.csv", "STUDY/book.xlsx"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study whose export is a workbook, so that erasing writes a workbook, too."""
    folder = tmp_path_factory.mktemp("scratch") / "study"
    (folder / "vault").mkdir(parents=True)
    question = "What makes co-production work well?"
    rows = [dict(row) for row in sample_rows(60) if row[question]]
    for place, row in enumerate(rows):
        row |= {question: f"{WORDS} number {place} helped us a lot.", "respondent": f"R-quoll-{place:04}"}
        row["May we quote you?"] = "Yes, in my words"
    book = openpyxl.Workbook()
    for cells in (list(rows[0]), *(list(row.values()) for row in rows)):
        book.active.append(cells)
    book.save(folder / "vault" / "responses.xlsx")
    write_codebook(
        Codebook((Code("meetings", label="Meetings", definition="Meetings", examples=(WORDS,)),)), folder / "codebook.csv"
    )
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.xlsx"')
    text = text.replace("recall_first", "# recall_first")
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n', encoding="utf-8")
    run(folder)
    return folder


def begin(command, left, study, elsewhere):
    arguments = [part.replace("STUDY", str(study)) for part in COMMANDS[command]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(elsewhere), "HOME": str(elsewhere), "XDG_CACHE_HOME": ""}
    line = [sys.executable, "-c", WATCHED, str(left), str(study), str(elsewhere), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


def holding(folder):
    return [path for path in folder.rglob("*") if path.is_file() and WORDS.encode() in path.read_bytes()]


def temporary(folder):
    return [
        path for path in folder.rglob("*") if path.name.startswith((HALF_WRITTEN, "openpyxl.")) or path.name in ("tmp", ".tmp")
    ]


@pytest.mark.model
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_killed_leaves_no_words_outside_and_the_next_clears_what_is_inside(command, made, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    whole = begin(command, 0, shutil.copytree(made, tmp_path / "whole"), elsewhere)
    assert whole.returncode == 0, whole.stderr
    assert "OUTSIDE" not in whole.stderr
    assert [path for path in elsewhere.iterdir() if not path.name.startswith(".")] == [] and holding(elsewhere) == []
    assert temporary(tmp_path / "whole") == []
    events = int(whole.stdout.rpartition("EVENTS ")[2])
    seen = set()
    for point in sorted({max(1, round(events * share)) for share in (0.3, 0.6, 0.8, 0.95)}):
        study = shutil.copytree(made, tmp_path / f"killed{point}")
        killed = begin(command, point, study, elsewhere)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert "OUTSIDE" not in killed.stderr and holding(elsewhere) == []
        assert [path for path in elsewhere.iterdir() if not path.name.startswith(".")] == []
        seen |= {path.name for path in temporary(study)}
        with scratch_of(study):
            pass
        if command == "convert":
            write_codebook(Codebook((Code("a", label="A"),)), study / "another.xlsx")
        assert temporary(study) == []
    assert seen, "it was killed while something lay there"


def test_libraries_write_into_the_study_for_its_owner_alone_and_all_is_as_before_afterwards(tmp_path):
    (tmp_path / "vault").mkdir()
    before = tempfile.gettempdir(), os.environ.get("TMPDIR")
    with scratch_of(tmp_path):
        with tempfile.NamedTemporaryFile() as file:
            assert file.name.startswith(str(tmp_path / "vault" / "tmp"))
        assert (tmp_path / "vault" / "tmp").stat().st_mode & 0o077 == 0
        assert os.environ["TMPDIR"] == tempfile.gettempdir()
        line = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
        child = subprocess.run(line, capture_output=True, text=True, check=False)
        assert child.stdout.strip() == tempfile.gettempdir()
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == before
    assert list(tmp_path.iterdir()) == [tmp_path / "vault"] and list((tmp_path / "vault").iterdir()) == []


def test_what_another_command_is_writing_is_left_to_it(tmp_path):
    (tmp_path / "exports").mkdir()
    program = """
import sys, pathlib
from pipeline.tables.parquet import write_atomically
from pipeline.runtime.scratch import scratch_of
study = pathlib.Path(sys.argv[1])
def write(path):
    path.write_text("half")
    print(path, flush=True)
    input()
with scratch_of(study):
    write_atomically(study / "exports" / "a.csv", write)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], env=environment, cwd=ROOT, **pipes) as other:
        other.stdout.readline()
        (theirs,) = (tmp_path / "vault" / "tmp").iterdir()
        with scratch_of(tmp_path):
            assert theirs.is_dir() and tempfile.gettempdir() != str(theirs)
        assert theirs.is_dir() and len(list((tmp_path / "exports").iterdir())) == 1
        other.communicate("\n")
    assert other.returncode == 0 and [path.name for path in (tmp_path / "exports").iterdir()] == ["a.csv"]


def test_files_that_people_hide_are_theirs(tmp_path):
    for name in (".settings", ".DS_Store", ".gitignore"):
        (tmp_path / name).write_text("mine")
    (tmp_path / f"{HALF_WRITTEN}abc.csv").write_text("half")
    clear_half_written(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".DS_Store", ".gitignore", ".settings"]


def test_where_it_cannot_be_made_nothing_is_written_elsewhere(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with scratch(tmp_path / "file" / "tmp"), pytest.raises(OSError), tempfile.NamedTemporaryFile():
        pass


def test_a_command_leaves_no_core_file():
    program = (
        "import ctypes, resource\n"
        "from pipeline.cli import main\n"
        "try:\n    main(['codebook', 'check', 'no.csv'])\n"
        "except SystemExit:\n    pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), getattr(ctypes.CDLL(None), 'prctl', lambda *a: 0)(3, 0, 0, 0, 0))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def with_cores():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    line = [sys.executable, "-c", program]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env=environment, cwd=ROOT, preexec_fn=with_cores)
    assert done.stdout.splitlines()[-1] == "(0, 0) 0"
