from types import SimpleNamespace

import pandas as pd

from pipeline.methods.themes.titles import MIXED
from pipeline.tables.parquet import check_table, empty_table
from pipeline.workflow.stages.match import match


NOTHING = SimpleNamespace()


def tables(scores):
    """Return two themes of four texts each; `scores` gives, for each theme, the probability of `time` in its texts."""
    ids = [f"t{i}" for i in range(8)]
    themes = pd.DataFrame({"theme_id": ["a", "b"], "title": ["About a", "About b"]})
    themes = themes.assign(agreed_code=None, guide_code=None)
    members = pd.DataFrame({"text_id": ids, "theme_id": ["a"] * 4 + ["b"] * 4})
    texts = pd.DataFrame({"text_id": ids, "n": 1})
    time = pd.DataFrame({"text_id": ids, "code": "time", "score": [scores[0]] * 4 + [scores[1]] * 4})
    trust = time.assign(code="trust", score=0.01)
    return themes, members, pd.concat([time, trust]), texts


def placed(scores):
    return check_table("theme_codes", match(*tables(scores), settings=NOTHING)).set_index("theme_id")


def test_a_theme_whose_answers_stand_out_for_a_code_bears_it():
    found = placed((0.6, 0.01)).loc["a"]
    # 0.6 is not three times the mean of 0.305 over all answers: with two themes of one size nothing can stand out so far.
    assert found["status"] == "new"
    many = tables((0.6, 0.01))
    rest = pd.DataFrame({"text_id": [f"r{i}" for i in range(40)], "theme_id": "b"})
    members = pd.concat([many[1], rest])
    texts = pd.concat([many[3], rest[["text_id"]].assign(n=1)])
    found = match(many[0], members, many[2], texts, settings=NOTHING).set_index("theme_id").loc["a"]
    assert (found["code"], found["runner_up"], found["status"]) == ("time", "trust", "suggested")


def test_a_theme_that_no_code_fits_says_so_and_offers_a_name():
    found = placed((0.02, 0.02)).loc["b"]
    assert pd.isna(found["code"])
    assert (found["proposed"], found["runner_up"], found["status"]) == ("About b", "time", "new")


def test_without_suggestions_every_theme_is_new():
    themes, members, _, texts = tables((0, 0))
    found = match(themes, members, empty_table("suggestions"), texts, settings=NOTHING)
    assert set(check_table("theme_codes", found)["status"]) == {"new"}


def test_no_themes_need_no_place():
    assert match(*[empty_table(name) for name in ("themes", "members", "suggestions", "texts")], settings=NOTHING).empty


def test_a_code_that_people_gave_a_theme_stands_whatever_the_model_says():
    themes, *rest = tables((0.6, 0.01))
    found = match(themes.assign(agreed_code=[None, "trust"]), *rest, settings=NOTHING).set_index("theme_id").loc["b"]
    assert (found["code"], found["status"], found["proposed"], found["runner_up"]) == ("trust", "agreed", "", "time")


def test_a_theme_that_a_code_brought_together_bears_it_however_often_it_is_said():
    themes, *rest = tables((0.4, 0.4))
    found = match(themes.assign(guide_code=["time", "gone"]), *rest, settings=NOTHING).set_index("theme_id")
    assert found.loc["a", ["code", "status", "proposed"]].tolist() == ["time", "suggested", ""]
    assert found.loc["b", "status"] == "new", "the codebook no longer has the code"


def test_a_mixed_theme_proposes_no_name():
    themes, *rest = tables((0.02, 0.02))
    found = match(themes.assign(title=f"{MIXED} (2)"), *rest, settings=NOTHING)
    assert found["proposed"].tolist() == ["", ""]
