"""What is no file, or somebody's own, in the place of a file: a sentence, nothing waited for, and nothing written over."""

import errno
import os
import shutil

import pytest
from click.testing import CliRunner
from sample import SAMPLE
from small_study import add_vectors, build_study
from test_odd_settings import put

from pipeline.cli import main


KINDS = ["pipe", "folder", "device", "dangling", "socket"]


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def is_refused(found, *codes):
    assert found.exit_code in (codes or (2, 10, 11, 12, 13, 15)), found.output
    assert "fault of the program" not in found.output and "Traceback" not in found.output
    return "Error" in found.stderr


@pytest.fixture
def study(tmp_path):
    folder = add_vectors(build_study(tmp_path / "study")).folder
    shutil.copy(SAMPLE / "responses.csv", folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_a_plain_file_is_opened_as_an_export_codebook_sheet_or_backup(study, tmp_path, kind):
    for suffix in ("csv", "xlsx", "zip", "qdpx", "qdc"):
        put(kind, tmp_path / f"odd.{suffix}")
    sheet, book = tmp_path / "odd.csv", tmp_path / "odd.xlsx"
    # A folder may be an export, of documents; this one holds none.
    assert is_refused(themes("new", tmp_path / "new", "--from", sheet))
    assert is_refused(themes("new", tmp_path / "new", "--from", study / "responses.csv", "--codebook", book))
    assert not (tmp_path / "new").exists()
    for path in (sheet, book, tmp_path / "odd.qdc"):
        assert is_refused(themes("codebook", "check", path))
        assert is_refused(themes("codebook", "convert", path, tmp_path / "made.csv"))
    assert is_refused(themes("unpack", study, sheet, "--reviewer", "Ann"))
    assert is_refused(themes("restore", study, tmp_path / "odd.zip"))
    assert is_refused(themes("import", study, tmp_path / "odd.qdpx"))
    assert is_refused(themes("verify", study, "--against", tmp_path / "odd.zip"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["responses.csv", "codebook.csv", "loop.csv", "easyread.csv", "quotes_used.csv"])
def test_nothing_but_a_plain_file_is_opened_in_a_study(study, name, kind):
    put(kind, study / name)
    found = [themes(*command) for command in (("check", study), ("loop", study), ("easyread", study), ("quote", "where", study))]
    for one in found:
        is_refused(one, 0, 10, 11, 12)
    assert any("it is a" in one.output or "holds no documents" in one.output for one in found)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_a_folder_of_documents_with_a_pipe_in_it_is_not_waited_for(tmp_path, kind):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "one.txt").write_text("They listened.", encoding="utf-8")
    put(kind, tmp_path / "documents" / "two.txt")
    found = themes("new", tmp_path / "study", "--from", tmp_path / "documents")
    assert is_refused(found) and "Take out two.txt" in found.stderr


@pytest.mark.parametrize("name", ["responses.csv", "codebook.csv", "filled.xlsx"])
def test_no_command_writes_over_a_file_that_is_there(study, tmp_path, name):
    path = study / name
    if not path.exists():
        path.write_bytes(b"what somebody filled in")
    before = path.read_bytes()
    assert themes("theme", "rename", study, "1", "Forms").exit_code == 0
    for command in (
        ("pack", study, "--out", path),
        ("backup", study, path, "--no-key"),
        ("verify", study, "--seal", path),
        ("codebook", "new", path),
        ("codebook", "convert", study / "codebook.csv", path),
    ):
        found = themes(*command)
        assert is_refused(found) and "is there already" in found.stderr
    assert path.read_bytes() == before


def test_a_link_to_nowhere_is_not_written_over_either(study, tmp_path):
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "nowhere.csv")
    assert is_refused(themes("codebook", "convert", study / "codebook.csv", link))
    assert is_refused(themes("pack", study, "--out", link))
    assert link.is_symlink() and not link.exists()


@pytest.mark.parametrize("name", ["exports", "exports/report.html"])
def test_a_file_where_a_folder_belongs_and_the_other_way_round_is_a_sentence(study, name):
    path = study / name
    if name == "exports":
        path.write_text("mine", encoding="utf-8")
    else:
        path.mkdir(parents=True)
    found = themes("export", study, "--to", "html")
    assert (found.exit_code == 74 and "belongs" in found.stderr) or "stands there" in found.stderr
    assert "fault of the program" not in found.stderr


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("loop.csv", b"about,action\0\n"),
        ("loop.csv", b"\xff\xfe\0\0"),
        ("easyread.csv", b"\x80" * 50),
        ("quotes_used.csv", b"[" * 100_000),
        ("codebook.csv", b"code,label\n\0,\0\n"),
        ("codebook.csv", b"\x00\x01\x02" * 99),
        ("derived/manifest.json", b"[" * 100_000),
        ("derived/manifest.json", b'{"stages": [], "acc'),
        ("derived/manifest.json", b"[]"),
        ("derived/manifest.json", b"\xff\xff"),
        ("derived/themes.parquet", b"PAR1 and nothing"),
    ],
)
def test_rubbish_in_a_file_of_the_study_is_a_sentence(study, name, data):
    (study / name).write_bytes(data)
    commands = (("check", study), ("status", study), ("loop", study), ("easyread", study), ("quote", "where", study))
    found = [themes(*command) for command in (*commands, ("export", study, "--to", "html"))]
    for one in found:
        is_refused(one, 0, 10, 11, 12)
    assert any(one.exit_code for one in found)


def test_a_study_without_a_single_answer_is_run_and_exported(tmp_path):
    (tmp_path / "export.csv").write_text("id,What?\n1,hello there\n", encoding="utf-8")
    assert themes("new", tmp_path / "study", "--from", tmp_path / "export.csv").exit_code == 0
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study" / "study.toml").write_text(text.replace("voices", "static"), encoding="utf-8")
    assert themes("run", tmp_path / "study").exit_code == 0
    for command in (("export", "{}", "--to", "html"), ("easyread", "{}", "--start"), ("theme", "list", "{}")):
        found = themes(*(part.format(tmp_path / "study") for part in command))
        assert found.exit_code == 0, found.output


def test_documents_whose_names_are_in_another_encoding_are_read(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in (b"caf\xe9.txt", b"caf\xe8.txt"):
        path = os.path.join(os.fsencode(folder), name)
        try:
            with open(path, "wb") as file:
                file.write(b"They listened to us, and changed the letter.")
        except OSError as fault:  # pragma: no cover
            if fault.errno == errno.EILSEQ:
                pytest.skip("this file system keeps text only")
            raise
    assert themes("new", tmp_path / "study", "--from", folder).exit_code == 0
    assert themes("check", tmp_path / "study").exit_code == 0


def test_more_columns_than_any_spreadsheet_has_are_refused(tmp_path):
    wide = ",".join(f"c{number}" for number in range(100_000))
    (tmp_path / "wide.csv").write_text(f"{wide}\n{wide}\n", encoding="utf-8")
    found = themes("new", tmp_path / "study", "--from", tmp_path / "wide.csv")
    assert found.exit_code == 11 and "100,000 columns" in found.stderr
