"""Praise, complaint and suggestion are told apart, what is not likely is not told, and the shipped model is the one we fitted."""

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.methods.embedding.embedders import load_embedder, model_sha256
from pipeline.methods.valence import valence_model
from pipeline.methods.valence.clues import CLUES, N_COLUMNS, clue_columns
from pipeline.methods.valence.valence_model import VALENCES, load_valence_model, valences_of


TEXTS = {
    ("The staff were kind and explained everything", "good"): "praise",
    ("Can't fault them, brilliant from start to finish", "open"): "praise",
    ("They never listen and nobody phones back", "barriers"): "complaint",
    ("It was rushed and I was talked over, a waste of my time", "open"): "complaint",
    ("Send the papers out a week before and pay people for their time", "ideas"): "suggestion",
    ("There should be a named person you can ring", "ideas"): "suggestion",
}


@pytest.mark.model
@pytest.mark.parametrize("name", ["voices", "minilm"])
def test_plain_praise_complaints_and_suggestions_are_told_apart(name):
    model, embedder = load_valence_model(model_sha256(name)), load_embedder(name)
    texts, aims = zip(*TEXTS, strict=True)
    chances = model.chances(texts, embedder.encode(texts), aims)
    assert chances.shape == (len(texts), len(VALENCES)) and np.allclose(chances.sum(axis=1), 1)
    assert valences_of(chances) == list(TEXTS.values())


@pytest.mark.model
def test_the_same_words_mean_another_thing_under_another_question():
    model, embedder = load_valence_model(model_sha256("voices")), load_embedder("voices")
    text = "More time with the staff"
    matrix = np.repeat(embedder.encode([text]), 2, axis=0)
    ideas, barriers = model.chances([text, text], matrix, ["ideas", "barriers"])
    suggestion = VALENCES.index("suggestion")
    assert ideas[suggestion] > 0.7 > barriers[suggestion]


def test_another_language_model_has_no_valence_model():
    assert load_valence_model(model_sha256("static")) is None
    assert load_valence_model("") is None


def test_a_valence_model_that_was_altered_is_refused(tmp_path, monkeypatch):
    for path in valence_model.FOLDER.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    altered = tmp_path / f"{model_sha256('voices')[:16]}.npz"
    altered.write_bytes(altered.read_bytes() + b"!")
    monkeypatch.setattr(valence_model, "FOLDER", tmp_path)
    load_valence_model.cache_clear()
    with pytest.raises(ModelError, match="is not the one listed in"):
        load_valence_model(model_sha256("voices"))
    load_valence_model.cache_clear()


def test_what_is_not_likely_enough_is_not_told():
    assert valences_of(np.array([[0.3, 0.3, 0.2, 0.1, 0.1], [0.1, 0.6, 0.1, 0.1, 0.1], [np.nan] * 5])) == [
        None,
        "complaint",
        None,
    ]


def test_clues_are_counted_as_a_reader_would():
    names = list(CLUES)
    row = clue_columns(["We should never be talked over, but staff are kind"], ["open"])[0]
    assert row.shape == (N_COLUMNS,)
    for clue in ("wish", "negation", "but", "praise", "blame"):
        assert row[names.index(clue)] > 0
    assert row[names.index("question mark")] == 0
    assert clue_columns(["Couldn\N{RIGHT SINGLE QUOTATION MARK}t fault them"], ["open"])[0][names.index("no fault")] > 0


def test_no_texts_have_no_clues():
    assert clue_columns([], []).shape == (0, N_COLUMNS)
