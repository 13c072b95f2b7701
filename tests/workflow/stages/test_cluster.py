"""What becomes of found themes when a few of their texts go and others come, and when that is too much to keep them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.coder.fit import for_people
from pipeline.methods.themes.titles import MIXED
from pipeline.tables.parquet import Vectors, check_table, empty_table
from pipeline.workflow.stages.cluster import cluster, guide_of


WORDS = {"bus": "bus driver", "nurse": "kind nurse", "room": "cold room"}
AT = {"bus": [1.0, 0, 0], "nurse": [0, 1.0, 0], "room": [0, 0, 1.0]}
EARLIER = [f"{theme}{i}" for theme in WORDS for i in range(10)]


def theme_of(text_id):
    return text_id.rstrip("-0123456789")


def texts_of(ids):
    texts = pd.DataFrame({"text_id": sorted(ids)})
    themes = texts["text_id"].map(theme_of)
    texts["text"] = [f"the {WORDS[theme]} again, {one}" for theme, one in zip(themes, texts["text_id"], strict=True)]
    # The lower its number, the nearer a text is to the middle of its theme.
    rows = np.array([AT[theme] for theme in themes]) + np.outer(texts["text_id"].str[-1].astype(int), [0, 0, 0.03])
    matrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)
    return texts.assign(frame="neutral", n=1), Vectors(tuple(texts["text_id"]), matrix, "static fp32", "abc")


def found(**words):
    """Three themes found from EARLIER, each with its first two texts as examples."""
    themes = pd.DataFrame({"theme_id": list(WORDS), "keywords": [(WORDS | words)[name] for name in WORDS]})
    themes = themes.assign(title=themes["keywords"], exemplars=[f"{name}0 {name}1" for name in WORDS], stability=0.9, family=1)
    themes = check_table(
        "found_themes", themes.assign(family_title="again", named=False, set_aside=False, agreed_code=None, guide_code=None)
    )
    ids = sorted(EARLIER)
    members = pd.DataFrame({"text_id": ids, "theme_id": [*map(theme_of, ids)], "similarity": 0.5, "heard_once": False})
    members = members.assign(late=False, found_from=len(ids), guided_by="")
    return themes, check_table("found_members", members), Vectors(tuple(WORDS), np.eye(3, dtype=np.float16), "static fp32", "abc")


def clustered(ids, *, earlier=None, share=0.2, codes=(), edits=None):
    settings = SimpleNamespace(cluster=SimpleNamespace(n_themes=None, seed=42, late=share))
    suggestions, asked = empty_table("suggestions"), empty_table("theme_edits") if edits is None else edits
    given = (*texts_of(ids), suggestions, Codebook(tuple(map(Code, codes))), asked, None)
    themes, members, middles = cluster(*given, settings=settings, earlier=earlier or found())
    assert middles.ids == tuple(themes["theme_id"])
    return check_table("found_themes", themes), check_table("found_members", members).set_index("text_id")


def is_anew(members):
    return not members["late"].any() and set(members["found_from"]) == {len(members)}


def without(*gone):
    return [one for one in EARLIER if one not in gone]


def test_a_new_text_joins_the_theme_it_is_nearest_to_and_the_others_stay():
    earlier = found()
    # Where a text was counts, even where another theme would be nearer.
    earlier[1].loc[earlier[1]["text_id"] == "bus3", "theme_id"] = "room"
    themes, members = clustered([*EARLIER, "bus-4", "room-0"], earlier=earlier)
    assert members.loc[["bus-4", "room-0", "bus3"], "theme_id"].tolist() == ["bus", "room", "room"]
    assert members.index[members["late"]].tolist() == ["bus-4", "room-0"] and set(members["found_from"]) == {30}
    assert members.loc["bus3", "similarity"] == 0.5 and members.loc["room-0", "similarity"] == pytest.approx(1, abs=1e-3)
    pd.testing.assert_frame_equal(themes, earlier[0])


def test_late_texts_and_those_that_are_gone_count_together_and_from_when_themes_were_found():
    _, members = clustered([*without("bus7", "bus8", "bus9"), "bus-1", "bus-2"])
    assert not is_anew(members)
    earlier = (found()[0], members.reset_index(), found()[2])
    assert not is_anew(clustered([*members.index, "bus-3"], earlier=earlier)[1])
    assert is_anew(clustered([*members.index, "bus-3", "bus-4"], earlier=earlier)[1])
    assert is_anew(clustered(members.index.drop(["room8", "room9"]), earlier=earlier)[1])


def test_an_example_that_is_gone_gives_way_to_the_nearest_that_is_not_late():
    themes, members = clustered([*without("nurse0"), "nurse-0"])
    assert not is_anew(members)
    chosen = dict(zip(themes["theme_id"], themes["exemplars"].str.split(), strict=True))
    assert chosen["bus"] == ["bus0", "bus1"]
    assert chosen["nurse"][0] == "nurse1" and "nurse-0" not in chosen["nurse"]


def test_themes_are_found_anew_when_a_word_or_a_theme_has_nobody_left():
    assert not is_anew(clustered(without("bus5"))[1])
    assert is_anew(clustered(without("bus5"), earlier=found(bus="bus strike"))[1])
    whole = [f"nurse{i}" for i in range(10)]
    assert is_anew(clustered([*without(*whole)], share=0.5)[1])


def test_themes_of_another_language_model_are_not_kept():
    themes, members, middles = found()
    other = Vectors(middles.ids, middles.matrix, "minilm fp32", "def")
    assert is_anew(clustered(EARLIER, earlier=(themes, members, other))[1])


def test_other_codes_in_the_codebook_find_themes_anew_unless_people_have_worked_on_them():
    assert is_anew(clustered([*EARLIER, "bus-1"], codes=("transport",))[1])
    asked = {
        "edit_id": 1,
        "action": "rename",
        "texts": "[]",
        "detail": "Late buses",
        "by": "Ana",
        "made_at": "",
        "withdrawn": False,
    }
    edits = check_table("theme_edits", pd.DataFrame([asked]))
    assert not is_anew(clustered([*EARLIER, "bus-1"], codes=("transport",), edits=edits)[1])
    assert is_anew(clustered([*EARLIER, "bus-1"], codes=("transport",), edits=edits.assign(withdrawn=True))[1])


def test_themes_of_an_earlier_version_that_people_have_worked_on_stay():
    themes, members, middles = found()
    earlier = themes.drop(columns="guide_code"), members.drop(columns="guided_by"), middles
    asked = {
        "edit_id": 1,
        "action": "rename",
        "texts": "[]",
        "detail": "Late buses",
        "by": "Ana",
        "made_at": "",
        "withdrawn": False,
    }
    edits = check_table("theme_edits", pd.DataFrame([asked]))
    kept, placed = clustered([*EARLIER, "bus-1"], earlier=earlier, codes=("transport",), edits=edits)
    assert kept["theme_id"].tolist() == list(WORDS) and placed.loc["bus-1", "theme_id"] == "bus"
    assert is_anew(clustered([*EARLIER, "bus-1"], earlier=earlier, codes=("transport",))[1])


def test_suggestions_guide_by_text_and_code():
    suggestions = pd.DataFrame({"text_id": ["b", "a", "b", "gone"], "code": ["x", "y", "y", "x"], "score": [0.9, 0.4, 0.1, 1.0]})
    guide = guide_of(pd.Series(["a", "b"]), suggestions.assign(even=0.5), ["x", "y"])
    np.testing.assert_allclose(guide, [[0, 0.4], [0.9, 0.1]])
    assert guide_of(pd.Series(["c"]), suggestions, ["x", "y"]) is None


@pytest.mark.parametrize("n_decided", [0, 50, 400])
def test_what_was_likelier_than_not_before_all_were_made_less_sure_guides_as_such(n_decided):
    slope, level = for_people(n_decided)
    moved = [1 / (1 + np.exp(-(slope * np.log(chance / (1 - chance)) + level))) for chance in (0.5, 0.2)]
    suggestions = pd.DataFrame({"text_id": ["a", "b"], "code": "x", "score": moved}).assign(even=1 / (1 + np.exp(-level)))
    assert moved[0] < 0.5
    np.testing.assert_allclose(guide_of(pd.Series(["a", "b"]), suggestions, ["x"]), [[0.5], [0.2]], atol=1e-6)


def test_a_theme_whose_title_is_nobodys_words_stays_when_an_example_is_gone():
    themes, members, middles = found()
    earlier = themes.assign(title=MIXED, family_title=f"{MIXED} (2)"), members, middles
    assert not is_anew(clustered(without("nurse0"), earlier=earlier)[1])
