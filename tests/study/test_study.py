import numpy as np
import pytest

from pipeline.errors import StudyError
from pipeline.study.compact_settings import compacted
from pipeline.study.study import load_study
from pipeline.study.study_settings import Intake
from pipeline.tables.parquet import Vectors, write_table


MINIMAL = 'schema = 1\nname = "A study"\n[intake]\nfile = "export.csv"\n'


def write(tmp_path, text):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_only_the_export_must_be_named(tmp_path):
    study = load_study(write(tmp_path, MINIMAL))
    assert study.settings.embed.model == "voices"
    assert study.source == tmp_path / "export.csv"
    assert study.codebook is None


@pytest.mark.parametrize(
    ("made_by", "line", "model"),
    [
        ("minilm bf16", "", "minilm"),
        ("minilm fp32, centred", '[embed]\nprecision = "fp32"\n', "minilm"),
        ("minilm bf16", '[embed]\nmodel = "voices"\n', "voices"),
        ("voices bf16", "", "voices"),
        ("static fp32", "", "voices"),
    ],
)
def test_a_study_that_names_no_model_keeps_the_one_it_was_run_with_when_the_default_changed(tmp_path, made_by, line, model):
    path = tmp_path / "derived" / "vectors.parquet"
    path.parent.mkdir()
    write_table("vectors", Vectors(("a",), np.ones((1, 3), dtype=np.float16), made_by, "0"), path)
    assert load_study(write(tmp_path, MINIMAL + line)).settings.embed.model == model


@pytest.mark.parametrize(
    ("line", "place", "hint"),
    [
        ("[clustre]\nseed = 1\n", "clustre", "cluster"),
        ("[cluster]\nsed = 1\n", "cluster → sed", "seed"),
        ('[intake.questions.q]\ncolunm = "Q"\n', "intake → questions → q → colunm", "column"),
        ("[zzz]\n", "zzz", "Remove it"),
    ],
)
def test_unknown_setting_is_named_with_the_nearest_one(tmp_path, line, place, hint):
    with pytest.raises(StudyError, match="not right") as caught:
        load_study(write(tmp_path, MINIMAL + line))
    assert f"{place} is not a setting" in str(caught.value)
    assert hint in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    text = 'schema = 1\n[intake]\nlayout = "tall"\n[count]\nprofile = "lax"\n'
    with pytest.raises(StudyError) as caught:
        load_study(write(tmp_path, text))
    message = str(caught.value)
    for place in ("name is missing", "intake → file is missing", "intake → layout", "count → profile"):
        assert place in message


def test_broken_toml_names_the_line(tmp_path):
    with pytest.raises(StudyError, match="line 2"):
        load_study(write(tmp_path, 'schema = 1\nname = "A\n'))


def test_folder_without_study_says_how_to_make_one(tmp_path):
    with pytest.raises(StudyError, match="themes new"):
        load_study(tmp_path)


def test_a_grid_that_would_hide_a_closed_question_of_the_same_name_is_refused(tmp_path):
    grid = '[intake.grids.care]\ncolumns = ["Care: kind", "Care: on time"]\nscale = [1, 5]\n'
    other = '[intake.ratings.care_2]\ncolumn = "Second care visit"\n'
    with pytest.raises(StudyError, match="the grid care calls its column number 2 care_2, and so is a closed question called"):
        load_study(write(tmp_path, MINIMAL + grid + other))
    assert set(load_study(write(tmp_path, MINIMAL + grid)).settings.intake.ratings) == {"care_1", "care_2"}


def test_grids_that_the_program_writes_take_no_name_that_a_question_has():
    ratings = {f"q{n}": {"column": f"Q {n}", "scale": [1, 5]} for n in range(30)} | {"grid_1_2": {"column": "Grid 1 2"}}
    settings, _ = compacted({"intake": {"file": "export.csv", "ratings": ratings}}, {})
    plan = Intake.model_validate(settings["intake"])
    assert {rating.column for rating in plan.ratings.values()} == {rating["column"] for rating in ratings.values()}
