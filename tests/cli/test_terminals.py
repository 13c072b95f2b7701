"""Every command prints on every terminal, and takes only what it can keep."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from sample import ROOT, SAMPLE
from small_study import add_vectors, build_study

from pipeline.codebook.codebook import Code, Codebook, write_codebook
from pipeline.review.theme_edits import rename_wish
from pipeline.review.theme_requests import ask_in_study


COMMANDS = (
    ("status",),
    ("check",),
    ("theme", "list"),
    ("loop",),
    ("easyread", "--start"),
    ("quote", "where"),
)


def themes(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(os.fsencode, arguments)],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "120"} | environment,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study whose theme and codes have Welsh names, with marks that Latin-1 has not."""
    folder = tmp_path_factory.mktemp("terminal") / "study"
    study = add_vectors(build_study(folder))
    shutil.copy(SAMPLE / "responses.csv", folder)
    ask_in_study(folder, lambda study: rename_wish(study, 1, "Y tŷ – ‘dŵr’ ▸ £5"), by="Siân Ŵyn")
    write_codebook(Codebook((Code("dŵr", label="Dŵr a thŷ"), Code("dŵr-2", label="Dŵr a thŷ"))), study.codebook)
    return folder


@pytest.mark.parametrize("encoding", ["latin-1"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_prints_on_a_terminal_that_lacks_signs(study, command, encoding):
    (study / "easyread.csv").unlink(missing_ok=True)
    words = [*command[:2], study] if command[0] in ("theme", "quote") else [command[0], study, *command[1:]]
    found = themes(*words, PYTHONIOENCODING=encoding)
    assert found.returncode in (0, 11) and found.stdout.decode(encoding)
    assert b"fault of the program" not in found.stderr and b"Traceback" not in found.stderr


def test_what_a_terminal_lacks_is_written_in_signs_like_it(study):
    found = themes("theme", "list", study, PYTHONIOENCODING="latin-1").stdout.decode("latin-1")
    assert "Y ty - 'dwr' > £5" in found and "Siân Wyn" in found
    assert "Y tŷ – ‘dŵr’ ▸ £5" in themes("theme", "list", study, PYTHONIOENCODING="utf-8").stdout.decode()
    assert "\"Y ty - 'dwr' > £5\"" in found


def test_errors_and_help_print_on_such_a_terminal_too(tmp_path):
    (tmp_path / "dŵr.csv").write_text("code,label\n", encoding="utf-8")
    found = themes("codebook", "check", tmp_path / "dŵr.csv", PYTHONIOENCODING="latin-1")
    assert found.returncode == 12 and found.stderr.startswith(b"Error: dwr.csv: no codes stand below")
    assert themes("--help", PYTHONIOENCODING="latin-1").returncode == 0


def test_json_loses_nothing_on_such_a_terminal(study):
    here = json.loads(themes("check", study, "--json", PYTHONIOENCODING="latin-1").stdout)
    there = json.loads(themes("check", study, "--json", PYTHONIOENCODING="utf-8").stdout)
    assert here["problems"] == there["problems"] and "dŵr" in str(here["problems"])


def test_an_argument_that_is_no_text_is_refused_before_anything_is_written(study):
    for words in (["theme", "rename", study, "1", b"caf\xe9"], ["new", study.parent / "new", "--from", b"caf\xe9.csv"]):
        found = themes(*words, PYTHONIOENCODING="utf-8")
        assert found.returncode == 2 and "not text here" in found.stderr.decode()
    assert not (study.parent / "new").exists()
    assert "caf" not in themes("theme", "list", study).stdout.decode()


def test_commands_run_where_the_locale_is_c(study):
    found = themes("status", study, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert found.returncode == 0 and b"What helps & what hinders <pilot>" in found.stdout
