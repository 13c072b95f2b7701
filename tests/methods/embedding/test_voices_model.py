"""The model `voices`: layers of its own on MiniLM's, checked when loaded, and made again by the program beside it."""

import importlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import label_ranking_average_precision_score

from pipeline.errors import ModelError
from pipeline.methods.coder.tuning.network import Network, load_base
from pipeline.methods.coder.tuning.tuned import Tuned, load, save
from pipeline.methods.embedding.embedders import EMBEDDERS, load_embedder, model_folder, model_sha256
from pipeline.methods.embedding.model_files import MODELS, SUMS, is_installed, own_layers


pytestmark = pytest.mark.model

TEXTS = ["They never told us what came of it.", "the bus", "Meetings about us, without us.", "Nobody rang back about the bus."]
ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "corpora" / "voices"


def test_it_is_another_model_than_the_one_it_began_as():
    ours, theirs = (load_embedder(name, precision="fp32").encode(TEXTS) for name in ("voices", "minilm"))
    likeness = (ours * theirs).sum(axis=1)
    assert (likeness < 0.999).all() and (likeness > 0.3).all()
    assert len({model_sha256(name) for name in EMBEDDERS}) == len(EMBEDDERS)


def test_it_ranks_the_codes_of_a_study_it_has_not_seen_better_than_the_one_it_began_as(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    answers = importlib.import_module("coded").read_answers(None).take(200)
    named = [f"{code.name}: {code.definition}" for code in answers.codebook.codes]

    def lrap(name):
        model = load_embedder(name, precision="fp32")
        return label_ranking_average_precision_score(answers.truth, model.encode(answers.texts) @ model.encode(named).T)

    assert lrap("voices") > lrap("minilm") + 0.03


def test_layers_that_are_not_the_ones_listed_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / "voices"
    shutil.copytree(MODELS / "voices", folder)
    monkeypatch.setitem(SUMS, "voices", folder / "SHA256SUMS")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the one listed in models/voices/SHA256SUMS"):
        EMBEDDERS["voices"](precision="fp32", device="cpu")
    weights.unlink()
    with pytest.raises(ModelError, match=r"model\.safetensors is missing"):
        EMBEDDERS["voices"](precision="fp32", device="cpu")


def test_somebodys_own_folder_of_that_name_keeps_its_own_layers(tmp_path):
    (tmp_path / "voices").symlink_to(model_folder("minilm"))
    own = load_embedder(tmp_path / "voices", precision="fp32")
    np.testing.assert_array_equal(own.encode(TEXTS), load_embedder("minilm", precision="fp32").encode(TEXTS))


def test_a_thorough_coder_begins_with_its_layers_and_keeps_them(tmp_path):
    base = load_base(model_folder("voices"), layers=own_layers("voices"))
    facts = {"base": "voices", "lessons": 2, "decisions": 2, "rounds": 1, "seed": 1}
    save(Tuned(base, Network(base, 2), ("a", "b"), {"0": np.zeros(2)}, facts), tmp_path / "coder", base=model_folder("voices"))
    kept = load(tmp_path / "coder").base
    for there, expected in zip(kept.below(TEXTS), base.below(TEXTS), strict=True):
        assert torch.equal(there, expected)
    assert not torch.equal(kept.below(TEXTS)[0], load_base(model_folder("minilm")).below(TEXTS)[0])


@pytest.mark.parametrize("model", [name for name in ("voices", "multilingual") if is_installed(name)])
def test_the_program_that_makes_it_makes_the_same_weights_twice(model, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    for part in ("answers", "codebooks"):
        (tmp_path / part).mkdir()
    for name in ("housing-tenants", "transport-access"):
        lines = (CORPUS / "answers" / f"{name}.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:25]
        (tmp_path / "answers" / f"{name}.csv").write_text("".join(lines), encoding="utf-8")
        shutil.copy(CORPUS / "codebooks" / f"{name}.csv", tmp_path / "codebooks")
    training, n_threads = importlib.import_module("unseen").training_program(), torch.get_num_threads()
    try:
        for turn in ("first", "second"):
            training.main(["--model", model, "--corpus", str(tmp_path), "--out", str(tmp_path / turn), "--steps", "2"])
    finally:
        torch.set_num_threads(n_threads)
    first, second = ((tmp_path / turn / "model.safetensors").read_bytes() for turn in ("first", "second"))
    assert first == second
    assert first != (MODELS / model / "model.safetensors").read_bytes()
    assert (tmp_path / "first" / "SHA256SUMS").read_text() == (tmp_path / "second" / "SHA256SUMS").read_text()
