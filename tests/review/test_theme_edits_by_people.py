import numpy as np
import pytest
from saying import key

from pipeline.decisions.store import read_review
from pipeline.errors import CodebookError, DataError
from pipeline.review.codebook_changes import code_edits
from pipeline.review.theme_edits import aside_wish, map_wish, merge_wish, rename_wish, restore_wish, split_wish
from pipeline.review.theme_requests import ask_of_themes, propose_code_from, theme_card, theme_cards, theme_edits, undo_theme_edit
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


@pytest.fixture
def with_vectors(study):
    """The small study with vectors, as a run makes them."""
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    return study


def test_a_theme_is_shown_with_its_code_its_words_and_who_said_it(review):
    cards = theme_cards(review)
    assert [card.number for card in cards] == list(range(1, len(cards) + 1))
    found = next(card for card in cards if "rushed" in card.title)
    assert (found.code, found.code_label, found.code_by) == ("time", "Too little time", "the model")
    assert found.exemplars and all(review.last_run().tables.text_id(one) for one, _ in found.exemplars)
    assert next(card for card in cards if "dog" in card.title).code_by == "nobody"


def test_few_people_of_a_group_are_not_counted_out(review):
    voices = review.last_run().tables["voices"]
    for card in theme_cards(review):
        for one in card.said_by:
            row = voices[(voices["theme_id"] == card.theme_id) & (voices["level"] == one.level)].iloc[0]
            assert (one.n is None) == bool(row["suppressed"]) and (one.n is None or one.n >= 5)
    assert any(one.n is None for card in theme_cards(review) for one in card.said_by if one.level == "Leaders")


def test_what_people_ask_is_kept_for_the_next_run(with_vectors, review):
    asked = [
        ask_of_themes(review, rename_wish(review.study, 1, "No time"), by="Ann"),
        ask_of_themes(review, merge_wish(review.study, [1, 2]), by="Ann"),
        ask_of_themes(review, aside_wish(review.study, 3), by="Ben"),
        ask_of_themes(review, restore_wish(review.study, 3), by="Ben"),
        ask_of_themes(review, map_wish(review.study, 2, "Trust & respect"), by="Di"),
        ask_of_themes(review, split_wish(review.study, 1, into=2), by="Di"),
    ]
    edits = read_review(with_vectors, "theme_edits")
    assert edits["edit_id"].tolist() == asked
    assert edits["action"].tolist() == ["rename", "merge", "set aside", "restore", "map", "split"]
    assert [(one.action, one.result) for one in theme_edits(review)][:2] == [
        ("split", "waits to be carried out"),
        ("map", "waits to be carried out"),
    ]
    undo_theme_edit(review, asked[0], by="Ben")
    assert asked[0] not in [one.edit_id for one in theme_edits(review)]


def test_what_cannot_be_asked_is_said(with_vectors, review):
    with pytest.raises(DataError, match="no theme 99"):
        rename_wish(review.study, 99, "x")
    with pytest.raises(DataError, match="no theme 99"):
        theme_card(review, 99)
    with pytest.raises(DataError, match="two different themes"):
        merge_wish(review.study, [1, 1])
    with pytest.raises(CodebookError, match="no code 'tiem'"):
        map_wish(review.study, 1, "tiem")


def test_a_new_code_from_a_theme_takes_only_words_of_people_who_agreed_to_be_quoted(review):
    from small_study import PRIVATE

    card = next(card for card in theme_cards(review) if "trust" in card.title)
    made = propose_code_from(review, card.number, label="Being believed", definition="…", why="", by="Ann", key=key())
    assert code_edits(review)[0] == made
    examples = next(change.after for change in made.changes if change.field == "examples")
    assert examples.startswith("She said") and not any(words in examples for words in PRIVATE)
