"""What people type to shape themes shows after the next run, and can be taken back."""

import shutil

import pytest
from click.testing import CliRunner
from small_study import build_study

from pipeline.cli import main
from pipeline.decisions.store import read_review
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study whose themes are as found."""
    import numpy as np

    study = build_study(tmp_path_factory.mktemp("shaping") / "study")
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    members = read_table("members", study.folder / TABLES["members"].file)
    draw = np.random.default_rng(0)
    matrix = draw.normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    assert members["text_id"].tolist() == texts["text_id"].tolist()
    return study.folder


@pytest.fixture
def study(finished, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(finished, folder)
    return folder


def themes(*words):
    return CliRunner().invoke(main, ["theme", *map(str, words)])


def test_a_title_is_kept_with_the_texts_of_its_theme(study):
    said = themes("rename", study, 1, "No time to think", "--by", "Ana")
    assert said.exit_code == 0 and "Edit 1" in said.output and "themes run" in said.output
    (edit,) = read_review(load_study(study), "theme_edits").to_dict("records")
    assert (edit["action"], edit["detail"], edit["by"]) == ("rename", "No time to think", "Ana")
    assert "rename “No time to think”, by Ana: waits for `themes run`" in themes("list", study).output


def test_an_edit_taken_back_is_no_longer_listed_but_on_record(study):
    themes("aside", study, 2)
    assert "is taken back" in themes("undo", study, 1).output
    assert "Edits by people" not in themes("list", study).output
    assert read_review(load_study(study), "theme_edits")["withdrawn"].tolist() == [True]


def test_a_theme_is_mapped_to_a_code_by_id_or_label(study):
    for named in ("trust", "Trust & respect", " TRUST "):
        assert themes("map", study, 1, named).exit_code == 0
    assert read_review(load_study(study), "theme_edits")["detail"].tolist() == ["trust"] * 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("rename", 99, "Title"), "There is no theme 99"),
        (("rename", 1, "  "), "A title has 1 to 120 characters"),
        (("merge", 3, 3), "two different themes"),
        (("map", 1, "trsut"), "Did you mean trust?"),
        (("undo", 7), "no edit of themes with the number 7"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_keeps_nothing(study, words, sentence):
    said = themes(words[0], study, *words[1:])
    assert said.exit_code > 1 and sentence in said.output and "Traceback" not in said.output
    assert read_review(load_study(study), "theme_edits").empty
