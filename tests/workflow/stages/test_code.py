"""What people said of themes reaches the coder, for texts near a theme's middle and codes the codebook has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.themes.saved_model import SavedTheme, SavedThemes
from pipeline.tables.parquet import Vectors
from pipeline.workflow.stages.code import hints_of


BOOK = Codebook((Code("waiting", label="Waiting"), Code("food", label="Food")))


def edits(*rows):
    """Each row: action, lists of text ids, detail."""
    frame = pd.DataFrame(rows, columns=["action", "texts", "detail"])
    frame["texts"] = frame["texts"].map(json.dumps)
    return frame.assign(edit_id=range(1, len(frame) + 1), by="Ana", made_at="2026-01-01", withdrawn=False)


def hinted(*rows, withdrawn=(), frozen=None):
    texts = pd.DataFrame({"text_id": ["a", "b", "c", "d"]})
    vectors = Vectors(tuple("abcd"), np.eye(4, dtype=np.float16), "static fp32", "abc")
    asked = edits(*rows)
    asked["withdrawn"] = asked["edit_id"].isin(withdrawn)
    return hints_of(texts, vectors, asked, frozen, BOOK)


def test_the_texts_nearest_to_a_theme_are_hinted_at_the_code_people_gave_it():
    nearest_first = ["c", "a", "gone", "b"]
    assert hinted(("map", [nearest_first], "food")) == [None, None, "food", None]
    assert hinted(("rename", [nearest_first], "food")) == [None] * 4


def test_the_last_word_of_people_on_a_theme_counts_and_what_they_took_back_does_not():
    asked = ("map", [["c"]], "food"), ("map", [["c"]], "waiting")
    assert hinted(*asked)[2] == "waiting" and hinted(*asked, withdrawn=[2])[2] == "food"


def test_a_code_that_left_the_codebook_is_no_hint():
    assert hinted(("map", [["c"]], "weather"), ("map", [["a"]], "waiting")) == ["waiting", None, None, None]


def test_without_edits_there_are_no_hints():
    assert hinted() == [None] * 4


def test_the_codes_of_saved_themes_hint_at_the_texts_nearest_to_them():
    themes = tuple(
        SavedTheme(name, name, (), 1, "All", (), agreed_code=code) for name, code in (("t1", "food"), ("t2", "weather"))
    )
    middles = np.eye(4, dtype=np.float32)[:2]
    assert hinted(frozen=SavedThemes(themes, middles, (), 4, "static fp32", "abc"))[:2] == ["food", None]
    assert hinted(frozen=SavedThemes(themes, middles, (), 4, "minilm", "other")) == [None] * 4


CODED_AFRESH = """
from hashlib import sha256
from types import SimpleNamespace

import pandas as pd

from pipeline.runtime.files import content_id
from pipeline.tables.parquet import Vectors, empty_table
from pipeline.codebook.codebook import read_codebook
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.workflow.stages.code import code
from pipeline.study.study_settings import CodingSettings, Embed

words = pd.read_csv("corpora/coproduction/responses.csv", dtype=str, keep_default_na=False).to_numpy().ravel().tolist()
said = sorted({text for text in words if len(text) > 40})[:900]
texts = pd.DataFrame({"text_id": [content_id(text) for text in said], "text": said, "frame": "neutral"})
embedder = load_embedder("static")
vectors = Vectors(tuple(texts["text_id"]), embedder.encode(said))
settings = SimpleNamespace(embed=Embed(model="static"), code=CodingSettings())
codebook = read_codebook("corpora/coproduction/codebook.csv")
lessons, edits = map(empty_table, ("lessons", "theme_edits"))
found = code(texts, vectors, codebook, lessons, None, edits, None, settings=settings, embedder=embedder)
print(len(texts), sha256(found["score"].to_numpy().tobytes()).hexdigest())
"""


def coded_afresh(threads):
    root = Path(__file__).parents[3]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", CODED_AFRESH]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout


def test_a_program_that_has_loaded_nothing_yet_gives_the_same_digits_by_several_threads():
    assert coded_afresh(2) == coded_afresh(1)
