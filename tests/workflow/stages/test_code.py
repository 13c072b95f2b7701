"""What people said of themes reaches the coder, for texts near a theme's middle and codes the codebook has."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

from pipeline.codebook.codebook import Code, Codebook
from pipeline.workflow.stages.code import hints_of


BOOK = Codebook((Code("waiting", label="Waiting"), Code("food", label="Food")))


def hinted(agreed, similarity=(0.9, 0.9, 0.9)):
    texts = pd.DataFrame({"text_id": ["a", "b", "c"]})
    members = pd.DataFrame({"text_id": ["c", "a"], "theme_id": ["t1", "t2"], "similarity": similarity[:2]})
    themes = pd.DataFrame({"theme_id": ["t1", "t2"], "agreed_code": agreed})
    return hints_of(texts, themes, members, BOOK)


def test_a_text_is_hinted_at_the_code_people_gave_its_theme():
    assert hinted(["food", None]) == [None, None, "food"]


def test_a_code_that_left_the_codebook_is_no_hint():
    assert hinted(["weather", "waiting"]) == ["waiting", None, None]


def test_without_themes_there_are_no_hints():
    nothing = pd.DataFrame({"theme_id": [], "agreed_code": []})
    texts, members = pd.DataFrame({"text_id": ["a"]}), pd.DataFrame({"text_id": [], "theme_id": [], "similarity": []})
    assert hints_of(texts, nothing, members, BOOK) == [None]


CODED_AFRESH = """
from hashlib import sha256
from types import SimpleNamespace

import pandas as pd

from pipeline.tables.parquet import Vectors, content_id, empty_table
from pipeline.codebook.codebook import read_codebook
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.workflow.stages.code import code
from pipeline.study.study import Coding, Embed

words = pd.read_csv("corpora/coproduction/responses.csv", dtype=str, keep_default_na=False).to_numpy().ravel().tolist()
said = sorted({text for text in words if len(text) > 40})[:900]
texts = pd.DataFrame({"text_id": [content_id(text) for text in said], "text": said, "frame": "neutral"})
embedder = load_embedder("static")
vectors = Vectors(tuple(texts["text_id"]), embedder.encode(said))
settings = SimpleNamespace(embed=Embed(model="static"), code=Coding())
codebook = read_codebook("corpora/coproduction/codebook.csv")
lessons, themes, members = map(empty_table, ("lessons", "themes", "members"))
found = code(texts, vectors, codebook, lessons, None, themes, members, settings=settings, embedder=embedder)
print(len(texts), sha256(found["score"].to_numpy().tobytes()).hexdigest())
"""


def coded_afresh(threads):
    root = Path(__file__).parents[3]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", CODED_AFRESH]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout


def test_a_program_that_has_loaded_nothing_yet_gives_the_same_digits_by_several_threads():
    assert coded_afresh(2) == coded_afresh(1)
