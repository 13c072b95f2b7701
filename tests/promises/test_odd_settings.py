"""Settings at absurd values, and a study.toml that is none: a sentence each, through the command line."""

import os
import shutil
import socket

import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows

from pipeline.cli import main


ABSURD = ["0", "-1", "1e308", "-1e308", "nan", "inf", "-inf", "9" * 30, "9" * 5000, '"x"', "[]", "{}", '""', "1979-05-27"]
NUMBERS = [
    ("cluster", "n_themes"),
    ("cluster", "late"),
    ("cluster", "seed"),
    ("code", "min_precision"),
    ("code", "seed"),
    ("review", "coders"),
    ("quote", "per_code"),
    ("quote", "per_group"),
    ("quote", "per_person"),
    ("run", "workers"),
]
RIGHT = {("cluster", "late"): {"0"}, ("cluster", "seed"): {"0"}, ("code", "seed"): {"0"}}


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def is_a_sentence(found):
    return "fault of the program" not in found.output and "Traceback" not in found.output and found.stderr.startswith("Error: ")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("settings") / "study"
    folder.mkdir()
    write_rows(folder / "responses.csv", sample_rows(60))
    shutil.copy(SAMPLE / "codebook.csv", folder)
    return folder


def write(study, more="", *, change=("", "")):
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace(*change)
    (study / "study.toml").write_text(text + more, encoding="utf-8")


@pytest.mark.parametrize("value", ABSURD, ids=range(len(ABSURD)))
@pytest.mark.parametrize(("section", "name"), NUMBERS)
def test_a_number_that_makes_no_sense_is_a_sentence_that_names_the_setting(study, section, name, value):
    write(study, f"\n[{section}]\n{name} = {value}\n")
    found = themes("status", study)
    if value in RIGHT.get((section, name), ()):
        assert found.exit_code == 0
        return
    assert found.exit_code == 10 and is_a_sentence(found)
    # A number of thousands of digits is refused by TOML itself.
    assert f"{section} → {name}: " in found.stderr or "digits" in found.stderr
    assert "Input should" not in found.stderr and "{" not in found.stderr


@pytest.mark.parametrize("scale", ["[nan, 4]", "[1, inf]", "[-1e308, 1e308]", "[1]", "[1, 2, 3]", '["a", "b"]'])
def test_a_scale_that_is_none_is_a_sentence(study, scale):
    write(study, change=("scale = [1, 4]", f"scale = {scale}"))
    found = themes("check", study)
    assert found.exit_code in (10, 11) and "fragmented" in found.output and "scale" in found.output
    assert "fault of the program" not in found.output


@pytest.mark.parametrize("scale", ["[4, 1]", "[1, 1]"])
def test_a_scale_that_does_not_rise_is_a_warning(study, scale):
    write(study, change=("scale = [1, 4]", f"scale = {scale}"))
    assert "the scale must rise" in themes("check", study).output


def test_more_themes_than_the_answers_hold_are_told_of_by_check(study):
    write(study, "\n[cluster]\nn_themes = 100000000\n")
    assert "cluster → n_themes: 100000000 is too large. Write a number up to 1,000." in themes("check", study).stderr
    write(study, "\n[cluster]\nn_themes = 900\n")
    found = themes("check", study)
    assert found.exit_code == 11 and "[cluster] n_themes: 900 themes are asked for, and the export holds about" in found.stdout
    write(study, "\n[cluster]\nn_themes = 12\n")
    assert themes("check", study).exit_code == 0


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"x = " + b"[" * 100_000, "nested too deeply"),
        (b"x = " + b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b"x = " + b"{a = " * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
        (b"[" + b".".join([b"a"] * 5_000) + b"]\nx = 1\n", "not a setting"),
        (b'schema = 1\nname = "caf\xe9"\n', "line 2"),
        (b"\xff\xfes\0c\0h\0e\0m\0a\0", "UTF-8"),
        (b"schema = 1\n\0\0\0\n", "line 2"),
        (b'schema = 1\nname = "a"\n[intake]\nfile = "a\\u0000b"\n', "NUL"),
        (b"x = " + b"9" * 5_000, "digits"),
        (b"# " + b"x" * 3_000_000, "larger than 2 MB"),
        (b"".join(b"k%d = 1\n" % number for number in range(20_000)), "more things"),
        (b"", "name is missing"),
        (b"intake = 3\n", "intake"),
    ],
    ids=range(13),
)
def test_a_study_file_that_is_none_is_a_sentence(study, data, says):
    (study / "study.toml").write_bytes(data)
    for command in ("check", "status", "run"):
        found = themes(command, study)
        assert found.exit_code == 10 and is_a_sentence(found), found.output
        assert says in found.stderr and len(found.stderr) < 3_000


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "dangling", "socket"])
def test_a_study_file_that_is_no_file_is_a_sentence_and_never_waited_for(study, kind, tmp_path):
    put(kind, study / "study.toml")
    found = themes("check", study)
    assert found.exit_code == 10 and found.stderr.startswith("Error: study.toml: it is a")
    remove(study / "study.toml")


def put(kind, path):
    """Put what is no file in a place, such as a pipe that nobody writes to."""
    remove(path)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "dangling":
        path.symlink_to(path.with_name("nowhere.csv"))
    else:
        here = os.getcwd()
        os.chdir(path.parent)  # the address of a socket has few letters
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
        os.chdir(here)


def remove(path):
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
