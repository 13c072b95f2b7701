"""Which answers are the same: told by numbers, whatever the parts in which they come."""

import pandas as pd
import pytest

from pipeline.runtime.files import content_id
from pipeline.tables import lazy
from pipeline.workflow.stages.distinct import as_id, as_numbers, different_answers


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_the_same_words_have_one_place_and_places_are_in_the_order_of_coming(rows, monkeypatch):
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", rows)
    said = pd.DataFrame(
        {"text": ["b", None, "a", "b ", " ", "c", "a", "b"], "consent": ["quote"] * 5 + ["none"] + ["analyse"] * 2}
    )
    places, ids = different_answers(said)
    assert places.tolist() == [0, -1, 1, 2, -1, -1, 1, 0]
    assert [as_id(one) for one in ids] == [content_id(text) for text in ("b", "a", "b ")]


def test_where_nothing_was_said_there_is_nothing_to_tell_apart():
    places, ids = different_answers(pd.DataFrame({"text": [], "consent": []}))
    assert len(places) == len(ids) == 0


def test_an_id_is_a_number_and_back():
    ids = ["0000000000000000", "00000000000000a1", "ffffffffffffffff"]
    assert [as_id(one) for one in as_numbers(ids).tolist()] == ids
