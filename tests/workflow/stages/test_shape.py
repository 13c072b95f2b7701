"""People's edits show in the themes, the count of people is theirs, and an edit that finds nothing is listed."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipeline.codebook.codebook import Code, Codebook
from pipeline.methods.themes.titles import MIXED
from pipeline.tables.parquet import Vectors, check_table, empty_table
from pipeline.workflow.stages.shape import shape


NOTHING = SimpleNamespace()
BOOK = Codebook((Code("buses", label="Public transport", plain_label="Buses and trains"), Code("staff", label="Staff")))
WORDS = {"a": "bus driver late", "b": "nurse kind ward", "c": "nurse busy ward"}


def found():
    """Three themes of six texts, each text said by one of six people; theme b and c are alike."""
    rows = [(theme, i) for theme in WORDS for i in range(6)]
    texts = pd.DataFrame({"text_id": [f"{t}{i}" for t, i in rows], "text": [f"{WORDS[t]} {i}" for t, i in rows], "n": 1})
    texts = texts.assign(frame="neutral")
    middles = {"a": [1.0, 0, 0], "b": [0, 1.0, 0], "c": [0, 1.0, 0.3]}
    matrix = np.array([np.array(middles[t]) + 0.01 * i for t, i in rows])
    vectors = Vectors(tuple(texts["text_id"]), (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float16))
    themes = pd.DataFrame({"theme_id": list(WORDS), "keywords": [*WORDS.values()], "title": [*WORDS.values()]})
    themes = themes.assign(exemplars=["a0", "b0", "c0"], stability=0.9, family=[1, 2, 2], family_title="", named=False)
    themes = themes.assign(set_aside=False, agreed_code=None, guide_code=None)
    members = texts[["text_id"]].assign(theme_id=[t for t, _ in rows], similarity=0.5, heard_once=False)
    members = members.assign(late=False, found_from=len(texts), guided_by="")
    segments = texts[["text_id", "text"]].assign(segment_id=texts["text_id"], comment_id=texts["text_id"])
    people = [f"person {i}" if t != "c" else f"person {i % 2}" for t, i in rows]
    comments = pd.DataFrame({"comment_id": texts["text_id"], "response_id": people, "language": "en"})
    centroids = Vectors(tuple(WORDS), np.eye(3).astype(np.float16))
    return themes, members, centroids, texts, vectors, segments, comments


def edits(*rows):
    """Each row: action, lists of texts, detail."""
    frame = pd.DataFrame(rows, columns=["action", "texts", "detail"])
    frame["texts"] = frame["texts"].map(json.dumps)
    numbered = frame.assign(edit_id=range(1, len(frame) + 1), by="Ana", made_at="2026-01-01", withdrawn=False)
    return check_table("theme_edits", numbered) if len(frame) else empty_table("theme_edits")


def valences():
    """What each text does: theme a complains, b praises with chances of 0.8, and c is in a language that is not read."""
    ids = found()[3]["text_id"]
    of_theme = {"a": (0, 1, 0), "b": (0.8, 0.1, 0.1), "c": (np.nan,) * 3}
    rows = pd.DataFrame([of_theme[text_id[0]] for text_id in ids], columns=["praise", "complaint", "suggestion"])
    return check_table("valences", rows.assign(text_id=ids, valence=None, mixed=0.0, neutral=0.0))


def shaped(*rows, withdrawn=(), frozen=None):
    asked = edits(*rows)
    asked["withdrawn"] = asked["edit_id"].isin(withdrawn)
    themes, members, centroids, shaping = shape(*found(), asked, frozen, BOOK, valences(), settings=NOTHING)
    assert centroids.ids == tuple(themes["theme_id"]) and len(centroids.matrix) == len(themes)
    assert set(members["theme_id"]) == set(themes["theme_id"]), "nobody is left out"
    return check_table("themes", themes).set_index("number"), check_table("members", members), check_table("shaping", shaping)


def of(theme):
    return [f"{theme}{i}" for i in range(6)]


def test_without_edits_themes_are_as_found_and_counted_by_people():
    themes, _, shaping = shaped()
    assert themes["theme_id"].tolist() == ["a", "b", "c"]
    assert themes["n_people"].tolist() == [6, 6, 2] and themes["rare"].tolist() == [False, False, True]
    assert shaping.empty


def test_a_title_and_a_code_of_people_are_marked_as_theirs():
    themes, _, shaping = shaped(("rename", [of("b")], "Kind nurses"), ("map", [of("b")], "staff"))
    assert themes.loc[2, ["title", "named", "agreed_code"]].tolist() == ["Kind nurses", True, "staff"]
    assert not themes.loc[1, "named"]
    assert shaping[["result", "themes"]].to_numpy().tolist() == [["done", "2"], ["done", "2"]]


def test_a_title_is_what_several_people_said_and_never_one_persons_words():
    themes, _, _ = shaped(("rename", [of("b")], "Kind nurses"))
    titles = themes.set_index("theme_id")["title"]
    assert "bus driver" in titles["a"].lower() and titles["a"][0].isupper()
    assert titles["b"] == "Kind nurses", "people's title stands"
    assert titles["c"] == MIXED, "two people said it, so no words of theirs stand there"


def in_two_languages(*, english, welsh):
    """Two themes of texts that the same people said in English and in Welsh."""
    rows = [(t, lang, i) for t in "ab" for lang, n in (("en", english), ("cy", welsh)) for i in range(n)]
    said = {
        "a": {"en": "the bus driver came late", "cy": "gyrrwr bws yn hwyr"},
        "b": {"en": "a kind nurse", "cy": "nyrs garedig"},
    }
    texts = pd.DataFrame({"text_id": [f"{t}{lang}{i}" for t, lang, i in rows], "text": [said[t][lang] for t, lang, _ in rows]})
    matrix = np.array([[1.0, 0] if t == "a" else [0, 1.0] for t, _, _ in rows]).astype(np.float16)
    words = {"a": "bus, gyrrwr, driver", "b": "nyrs, nurse"}
    themes = pd.DataFrame({"theme_id": ["a", "b"], "keywords": [*words.values()], "title": "", "exemplars": ["aen0", "ben0"]})
    themes = themes.assign(stability=0.9, family=[1, 2], family_title="", named=False, set_aside=False, agreed_code=None)
    members = texts[["text_id"]].assign(theme_id=[t for t, _, _ in rows], similarity=0.5, heard_once=False)
    comments = texts[["text_id"]].set_axis(["comment_id"], axis=1)
    comments = comments.assign(response_id=[f"{lang}{i}" for _, lang, i in rows], language=[lang for _, lang, _ in rows])
    valence = texts[["text_id"]].assign(valence=None, praise=0.0, complaint=0.0, suggestion=0.0, mixed=0.0, neutral=0.0)
    return shape(
        themes.assign(guide_code=None),
        members.assign(late=False, found_from=len(rows), guided_by=""),
        Vectors(("a", "b"), np.eye(2).astype(np.float16)),
        texts.assign(n=1, frame="neutral"),
        Vectors(tuple(texts["text_id"]), matrix),
        texts.assign(segment_id=texts["text_id"], comment_id=texts["text_id"]),
        comments,
        edits(),
        None,
        Codebook(()),
        check_table("valences", valence),
        settings=NOTHING,
    )[0].set_index("theme_id")


def test_a_theme_is_named_by_english_words_and_holds_what_was_said_in_another_language():
    themes = in_two_languages(english=5, welsh=4)
    assert themes["title"].to_dict() == {"a": "Bus driver came late", "b": "Kind nurse"}
    assert themes["keywords"].to_dict() == {"a": "bus, driver", "b": "nurse"}
    assert themes["n_people"].tolist() == [9, 9]


def test_where_most_answers_are_in_another_language_its_words_name_themes():
    themes = in_two_languages(english=2, welsh=6)
    assert "gyrrwr" in themes.loc["a", "keywords"] and "bws" in themes.loc["a", "title"].lower()


def test_of_a_large_theme_a_sample_is_read_for_its_title(monkeypatch):
    monkeypatch.setattr("pipeline.workflow.stages.shape.TITLED_FROM", 3)
    assert "bus driver" in shaped()[0]["title"].iloc[0].lower(), "three people of the sample said it"
    monkeypatch.setattr("pipeline.workflow.stages.shape.TITLED_FROM", 2)
    assert shaped()[0]["title"].iloc[0] == MIXED, "in the sample two people said it"


def test_a_saved_theme_keeps_the_title_it_was_saved_with():
    assert shaped(frozen=object())[0].set_index("theme_id")["title"].to_dict() == WORDS


def test_merged_themes_count_each_person_once_and_get_words_of_both():
    themes, members, _ = shaped(("merge", [of("b"), of("c")], ""))
    assert themes["n_people"].tolist() == [6, 6] and themes["n_texts"].sum() == 18
    merged = themes[themes["n_texts"] == 12].iloc[0]
    assert {"nurse", "ward"} <= set(merged["keywords"].split(", ")) and pd.isna(merged["stability"])
    assert set(merged["exemplars"].split()) <= {*of("b"), *of("c")}
    inside = members[members["theme_id"] == merged["theme_id"]]
    assert len(inside) == 12 and (inside["similarity"] > 0.9).all()


def test_a_split_theme_is_two_and_taking_the_edit_back_makes_it_one():
    halves = ("split", [of("a")[:3], of("a")[3:]], "")
    assert len(shaped(halves)[0]) == 4
    themes, _, shaping = shaped(halves, withdrawn=[1])
    assert len(themes) == 3 and shaping.empty


def test_a_theme_set_aside_comes_last_and_keeps_its_people():
    themes, _, _ = shaped(("set aside", [of("a")], ""))
    assert themes["set_aside"].tolist() == [False, False, True]
    assert themes.loc[3, ["theme_id", "n_people"]].tolist() == ["a", 6]


def test_an_edit_about_texts_that_are_gone_is_listed_as_lost():
    _, _, shaping = shaped(("rename", [["x", "y", "z"]], "Lost"))
    assert shaping[["result", "themes"]].to_numpy().tolist() == [["no longer finds its theme", ""]]


@pytest.mark.parametrize("asked", [(), (("rename", [["x", "y", "z"]], "Lost"),)])
def test_no_answers_make_no_themes_and_lose_no_edit(asked):
    nothing = Vectors((), np.zeros((0, 3), np.float16))
    empty = [empty_table(name) for name in ("found_themes", "found_members", "texts", "segments", "comments")]
    rows = (empty[0], empty[1], nothing, empty[2], nothing, empty[3], empty[4])
    made = shape(*rows, edits(*asked), None, BOOK, empty_table("valences"), settings=NOTHING)
    assert made[0].empty and made[1].empty and len(made[3]) == len(asked)


def test_a_theme_that_stands_for_a_code_bears_its_plain_label_and_no_two_the_same():
    rows = found()
    rows[0]["guide_code"] = ["buses", "staff", "staff"]
    themes, *_ = shape(*rows, edits(("map", [of("a")], "buses")), None, BOOK, valences(), settings=NOTHING)
    assert themes.set_index("theme_id")["title"].to_dict() == {"a": "Buses and trains", "b": "Staff", "c": "Staff (2)"}


def test_a_text_on_its_own_is_in_no_theme_and_no_edit_takes_it_in():
    rows = found()
    rows[1].loc[rows[1]["text_id"] == "a5", "theme_id"] = None
    themes, members, _, shaping = shape(*rows, edits(("merge", [of("a"), of("b")], "")), None, BOOK, valences(), settings=NOTHING)
    assert members.set_index("text_id")["theme_id"].isna().pipe(lambda alone: alone[alone].index.tolist()) == ["a5"]
    assert themes["n_texts"].sum() == 17 and shaping["result"].tolist() == ["done"]


def test_a_theme_has_the_shares_of_its_excerpts_that_praise_complain_and_suggest_also_after_a_merge():
    shares = ["praise", "complaint", "suggestion"]
    themes = shaped()[0].set_index("theme_id")
    assert themes.loc["a", shares].tolist() == [0, 1, 0]
    assert themes.loc["b", shares].tolist() == [0.8, 0.1, 0.1]
    assert themes.loc["c", shares].isna().all()
    merged = shaped(("merge", [of("a"), of("b")], ""))[0]
    assert merged.loc[1, shares].tolist() == [0.4, 0.55, 0.05]
    rows = found()
    # Said a second time by another person, it counts twice.
    more = rows[5].iloc[[0] * 6].assign(segment_id=list("uvwxyz"))
    themes, *_ = shape(
        *rows[:5],
        pd.concat([rows[5], more]),
        rows[6],
        edits(),
        None,
        BOOK,
        valences().assign(complaint=np.where(rows[3]["text_id"] == "a0", 1.0, 0.0)),
        settings=NOTHING,
    )
    assert themes.set_index("theme_id").loc["a", "complaint"] == pytest.approx(7 / 12, abs=1e-4)
