"""What people said of themes reaches the coder, for texts near a theme's middle and codes the codebook has."""

import pandas as pd

from pipeline.codebook import Code, Codebook
from pipeline.stages.code import hints_of


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
