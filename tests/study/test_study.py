import pytest

from pipeline.errors import StudyError
from pipeline.study.study import load_study


MINIMAL = 'schema = 1\nname = "A study"\n[intake]\nfile = "export.csv"\n'


def write(tmp_path, text):
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_only_the_export_must_be_named(tmp_path):
    # A study that names no model keeps the one it began with, whatever new studies are given.
    study = load_study(write(tmp_path, MINIMAL))
    assert study.settings.embed.model == "minilm"
    assert study.source == tmp_path / "export.csv"
    assert study.codebook is None


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
