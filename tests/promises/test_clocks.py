"""A machine whose clock was lost, or runs far ahead, writes what it writes on others."""

import time
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner
from small_study import add_vectors, build_study

from pipeline.cli import main
from pipeline.codebook.codebook import read_codebook


MOMENTS = {"1970": 86_400, "1979": 315_000_000, "2100": 4_115_000_000, "2110": 4_431_000_000}


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture(params=MOMENTS.values(), ids=MOMENTS.keys())
def study(request, tmp_path, monkeypatch):
    """A small study on a machine whose clock stands at another year; zip archives know 1980 to 2107 only."""
    folder = add_vectors(build_study(tmp_path / "study")).folder
    monkeypatch.setattr(time, "time", lambda: float(request.param))
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(request.param))
    return folder


def test_every_export_is_written_whatever_the_clock_says(study):
    for command in ("loop", "easyread"):
        assert themes(command, study, "--start").exit_code == 0
    kinds = ("docx", "xlsx", "qdpx", "review", "tables", "quotes", "loop", "easyread", "team")
    exported = themes("export", study, *(part for kind in kinds for part in ("--to", kind)))
    assert exported.exit_code == 0, exported.output
    archives = [path for path in exported.stdout.split() if path.endswith((".docx", ".xlsx", ".qdpx"))]
    assert len(archives) >= 3 and all(zipfile.ZipFile(path).testzip() is None for path in archives)


def test_codebooks_and_sheets_to_fill_in_are_written_whatever_the_clock_says(study, tmp_path):
    book = tmp_path / "book.xlsx"
    assert themes("codebook", "convert", study / "codebook.csv", book).exit_code == 0
    assert read_codebook(book) == read_codebook(study / "codebook.csv")
    for suffix in ("xlsx", "docx", "csv"):
        packed = themes("pack", study, "--out", tmp_path / f"sheet.{suffix}")
        assert packed.exit_code == 0, packed.output
    assert openpyxl.load_workbook(tmp_path / "sheet.xlsx").sheetnames


def test_backups_are_made_and_put_back_whatever_the_clock_says(study, tmp_path):
    assert themes("theme", "rename", study, "1", "Forms").exit_code == 0
    made = themes("backup", study, tmp_path / "kept.zip", "--no-key")
    assert made.exit_code == 0, made.output
    assert themes("restore", study, tmp_path / "kept.zip").exit_code == 0
    assert "Forms" in themes("theme", "list", study).stdout
