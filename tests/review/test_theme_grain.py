"""All themes can be made broader or finer by one step, kept as edits that can be taken back, and it is said what changes."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from small_study import add_vectors

from pipeline.cli import main
from pipeline.codebook.codebook import Codebook, read_codebook, write_codebook
from pipeline.decisions.store import read_review
from pipeline.errors import DataError, ReviewError
from pipeline.review.theme_edits import rename_wish
from pipeline.review.theme_grain import change_grain
from pipeline.review.theme_requests import ask_in_study, undo_edits
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


def themes_of(study):
    return read_table("themes", study.folder / TABLES["themes"].file)


def change_themes(study, **columns):
    write_table("themes", themes_of(study).assign(**columns), study.folder / TABLES["themes"].file)


@pytest.fixture
def ready(study):
    return add_vectors(study)


def exemplars_named(study, edits):
    """Return for each edit the numbers of the themes it is about."""
    members = read_table("members", study.folder / TABLES["members"].file).set_index("text_id")["theme_id"]
    numbers = themes_of(study).set_index("theme_id")["number"]
    return [sorted({numbers[members[text_id]] for part in json.loads(texts) for text_id in part}) for texts in edits["texts"]]


def test_broader_joins_the_themes_of_each_family_and_says_so(ready):
    change = change_grain(ready, "broader", by="Ann")
    edits = read_review(ready, "theme_edits")
    families = themes_of(ready).groupby("family")["number"].agg(sorted).tolist()
    joined = [numbers for numbers in families if len(numbers) > 1]
    assert edits["action"].tolist() == ["merge"] * len(joined) and edits["edit_id"].tolist() == list(change.edit_ids)
    assert sorted(exemplars_named(ready, edits)) == sorted(joined)
    assert f"{len(themes_of(ready))} themes become {len(families)}." in change.sentence


def test_themes_of_codes_with_one_parent_are_joined_under_its_name(ready):
    path = ready.folder / "codebook.csv"
    codes = [replace(code, parent="Red tape" if code.code in ("forms", "time") else "") for code in read_codebook(path).codes]
    write_codebook(Codebook(tuple(codes)), path)
    themes = themes_of(ready)
    guide = [{"forms": "forms", "hurry": "time"}.get(title.split(",")[0]) for title in themes["title"]]
    change_themes(ready, family=range(1, len(themes) + 1), guide_code=guide)
    change_grain(ready, "broader", by="Ann")
    edits = read_review(ready, "theme_edits")
    wanted = sorted(themes.loc[[code is not None for code in guide], "number"])
    assert exemplars_named(ready, edits) == [wanted] and edits["detail"].tolist() == ["Red tape"]


def test_a_theme_that_was_set_aside_is_not_joined(ready):
    themes = themes_of(ready)
    first = themes.loc[themes["family"].duplicated(keep=False), "family"].iloc[0]
    change_themes(ready, set_aside=themes["family"].eq(first) & themes["family"].duplicated())
    change_grain(ready, "broader", by="Ann")
    aside = set(themes_of(ready).query("set_aside")["number"])
    assert not aside & {number for numbers in exemplars_named(ready, read_review(ready, "theme_edits")) for number in numbers}


@pytest.mark.parametrize(("families", "words"), [("apart", "No two themes"), ("one", "one theme of everything")])
def test_where_nothing_can_be_joined_it_is_said_and_nothing_is_kept(ready, families, words):
    n = len(themes_of(ready))
    change_themes(ready, family=range(1, n + 1) if families == "apart" else 1)
    with pytest.raises(DataError, match=words):
        change_grain(ready, "broader", by="Ann")
    assert read_review(ready, "theme_edits").empty


def test_where_no_theme_falls_in_two_it_is_said(ready):
    with pytest.raises(DataError, match="No theme falls into two groups"):
        change_grain(ready, "finer", by="Ann")


def test_finer_divides_the_themes_that_fall_in_two(ready):
    members = read_table("members", ready.folder / TABLES["members"].file)
    texts = read_table("texts", ready.folder / TABLES["texts"].file)
    # The small study has few texts; here one theme has 40, of two kinds.
    ids = [f"{place:016x}" for place in range(40)]
    theme = themes_of(ready).set_index("number").loc[2]
    more = members.iloc[[0] * 40].assign(text_id=ids, theme_id=theme["theme_id"], similarity=0.5)
    kinds = np.eye(8)[[place % 2 for place in range(40)]] + np.random.default_rng(0).normal(scale=0.05, size=(40, 8))
    before = read_table("vectors", ready.folder / TABLES["vectors"].file)
    own = np.tile(np.eye(before.matrix.shape[1])[0], (len(texts), 1))
    matrix = np.vstack([own, np.pad(kinds, ((0, 0), (0, own.shape[1] - 8)))]).astype(np.float16)
    write_table("members", pd.concat([members, more], ignore_index=True), ready.folder / TABLES["members"].file)
    write_table("vectors", Vectors((*texts["text_id"], *ids), matrix), ready.folder / TABLES["vectors"].file)
    change = change_grain(ready, "finer", by="Ann")
    (edit,) = read_review(ready, "theme_edits").to_dict("records")
    halves = [set(part) & set(ids) for part in json.loads(edit["texts"])]
    assert edit["action"] == "split" and sorted(len(half) for half in halves) == [20, 20]
    assert change.sentence.startswith("Theme 2 is divided in two: ")


def test_edits_that_wait_for_a_run_come_first(ready):
    ask_in_study(ready.folder, lambda study: rename_wish(study, 1, "No time"), by="Ann")
    with pytest.raises(DataError, match="Carry it out first"):
        change_grain(ready, "broader", by="Ann")


def test_the_command_says_how_to_take_all_of_it_back(ready):
    made = CliRunner().invoke(main, ["theme", "broader", str(ready.folder), "--by", "Ann"])
    edits = read_review(ready, "theme_edits")["edit_id"].tolist()
    assert made.exit_code == 0 and f"themes theme undo {ready.folder} {' '.join(map(str, edits))}" in made.output
    back = CliRunner().invoke(main, ["theme", "undo", str(ready.folder), *map(str, edits)])
    assert back.exit_code == 0 and "taken back" in back.output
    assert read_review(ready, "theme_edits")["withdrawn"].all()


def test_where_one_of_several_edits_is_not_there_none_is_taken_back(ready):
    change = change_grain(ready, "broader", by="Ann")
    with pytest.raises(ReviewError, match="no edit of themes with the number 99"):
        undo_edits(ready.folder, [*change.edit_ids, 99], by="Ann")
    assert not read_review(ready, "theme_edits")["withdrawn"].any()
