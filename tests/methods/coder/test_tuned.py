"""The thorough coder: it learns what the quick one misses, goes on after an interruption, and keeps no words."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline import CodebookClassifier
from pipeline.codebook.codebook import Code, Codebook
from pipeline.errors import CodebookError, ModelError
from pipeline.methods.coder.calibration import thresholds
from pipeline.methods.coder.tuning.tuned import load, save
from pipeline.methods.embedding.embedders import load_embedder, model_folder


WAITING = Code("waiting", label="Waiting", examples=("We waited for weeks.", "Nobody rang back for a month."))
FOOD = Code("food", label="Food", examples=("The meals were lovely.", "Lunch was cold again."))
BOOK = Codebook((WAITING, FOOD))
CANARY = "Zebulon Quillfeather"
# "Weather" is this group's word for waiting: only people's decisions say so.
SAID = [f"It was {weather} weather with {CANARY} at gate {n}." for n, weather in enumerate(["bad", "foul", "grim", "poor"] * 3)]
OTHER = [f"The {meal} tasted of {taste}." for meal in ("soup", "stew", "pie") for taste in ("home", "salt", "tin", "care")]
TEXTS = [*SAID, *OTHER]
CODES = [*[["waiting"]] * len(SAID), *[["food"]] * len(OTHER)]


class StoppedError(Exception):
    """Somebody pressed Ctrl-C."""


def thorough(**parameters):
    return CodebookClassifier(BOOK, effort="thorough", **parameters)


@pytest.fixture(scope="module")
def coder():
    return thorough().fit(TEXTS, CODES)


@pytest.fixture(scope="module")
def kept(coder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "coder"
    save(coder.tuned_, folder, base=model_folder("minilm"))
    return folder


def test_it_learns_what_only_people_said(coder):
    alone = coder.tuned_.chances(["Grim weather again.", "A pie with salt."], ["", ""])
    assert alone.argmax(axis=1).tolist() == [0, 1]
    assert coder.predict_proba(["Grim weather again."]).argmax() == 0


def test_a_training_that_was_interrupted_ends_as_one_that_was_not(coder, tmp_path):
    def stop(done):
        if done > 0.7:
            raise StoppedError

    with pytest.raises(StoppedError):
        thorough(keep=tmp_path, progress=stop).fit(TEXTS, CODES)
    shares = []
    again = thorough(keep=tmp_path, progress=shares.append).fit(TEXTS, CODES)
    assert min(shares) > 0.5, "it went on from where it stopped"
    np.testing.assert_array_equal(again.predict_proba(TEXTS), coder.predict_proba(TEXTS))


def test_a_kept_model_says_the_same_without_learning_again(coder, kept):
    def never(done):
        raise AssertionError("nothing is to be learnt")

    again = thorough(tuned=load(kept), progress=never).fit(TEXTS, CODES)
    np.testing.assert_allclose(again.predict_proba(TEXTS), coder.predict_proba(TEXTS), atol=1e-6)


def test_a_kept_model_holds_no_words_of_anybody(kept):
    files = [path for path in kept.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".safetensors", ".json", ".md", ".txt"}
    assert not [path.name for path in files if b"Quillfeather" in path.read_bytes() or b"quillfeather" in path.read_bytes()]
    assert "fine-tuned" in (kept / "README.md").read_text(encoding="utf-8")


def test_its_vectors_can_serve_the_themes(kept):
    vectors = load_embedder(kept).encode(["Grim weather.", "Foul weather.", "A tasty pie."])
    assert vectors.shape == (3, 384)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_what_it_learnt_from_is_judged_by_networks_that_had_not_seen_it(coder):
    seen = coder.tuned_.chances(SAID, [""] * len(SAID))[:, 0]
    held_out = coder.tuned_.held_out_chances(SAID, [""] * len(SAID))[:, 0]
    assert held_out.mean() < seen.mean()


def test_a_codebook_with_other_codes_needs_another_learning(kept):
    more = Codebook((WAITING, FOOD, replace(FOOD, code="drink", label="Drink")))
    with pytest.raises(ModelError, match="themes learn --thorough"):
        CodebookClassifier(more, effort="thorough", tuned=load(kept)).fit()


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no fine-tuned coder"):
        load(tmp_path)


def test_a_code_that_must_not_be_missed_is_suggested_from_where_nine_in_ten_are_found():
    chances = np.tile(np.linspace(0.05, 0.95, 40)[:, None], (1, 2))
    truth = np.random.default_rng(1).random((40, 2)) < chances
    careful = thresholds(chances, truth, weights=np.ones(40), min_precision=0.9)
    eager = thresholds(chances, truth, weights=np.ones(40), min_precision=0.9, recall_first=[0])
    assert (chances[truth[:, 0], 0] >= eager[0]).mean() >= 0.9 > (chances[truth[:, 0], 0] >= careful[0]).mean()
    assert eager[1] == careful[1]


def test_a_code_to_find_first_must_be_in_the_codebook():
    with pytest.raises(CodebookError, match="'harm'"):
        CodebookClassifier(BOOK, recall_first=["harm"]).fit()
