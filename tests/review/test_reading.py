import pandas as pd
import pytest
from saying import say

from pipeline.errors import ReviewError
from pipeline.review.captions import captions
from pipeline.review.reading import code_cards, read_excerpt


@pytest.fixture
def excerpt(room):
    return room.material().tables.excerpts[0]


def test_the_whole_answer_and_the_question_are_there(room, excerpt):
    shown = read_excerpt(room, excerpt, "Ann")
    tables = room.material().tables
    segment = tables.segments.iloc[0]
    comment = tables["comments"].set_index("comment_id").loc[segment["comment_id"]]
    assert shown.before + shown.words + shown.after == comment["text"] and shown.words == segment["text"]
    assert shown.question in ("What gets in the way?", "What helps?")


def test_a_few_people_are_not_named_by_their_group(room):
    """Five leaders may be named; were there four, nobody could be told to be one."""
    groups = set(room.material().tables.groups.values())
    assert groups == {"People who use services", "Family & friends", "Care workers", "Leaders"}
    people = room.material().tables["people"]
    leaders = people.index[people["value"] == "Leaders"]
    assert "Leaders" not in captions(people.drop(leaders[0]), ["group"]).values()


def test_a_caption_is_coarsened_until_enough_share_it():
    rows = [("A", "north", 6), ("A", "south", 2), ("A", "west", 3), ("B", "north", 3)]
    people = [(g, r, f"{g}{r}{n}") for g, r, many in rows for n in range(many)]
    table = pd.DataFrame(
        [(who, "group", g) for g, _, who in people] + [(who, "region", r) for _, r, who in people],
        columns=["response_id", "attribute", "value"],
    )
    found = captions(table, ["group", "region"])
    assert {who[:-1]: caption for who, caption in found.items()} == {"Anorth": "A, north", "Asouth": "A", "Awest": "A"}
    # With the three of the west gone, "A" alone would mean the two of the south.
    fewer = captions(table[~table["response_id"].str.startswith("Awest")], ["group", "region"])
    assert set(fewer.values()) == {"A, north"}


def test_nothing_is_suggested_and_nobody_heard_before_ones_own_answer(room, excerpt):
    say(room, "Ben", excerpt, "time")
    shown = read_excerpt(room, excerpt, "Ann")
    assert (shown.own, shown.version, shown.hint, shown.others, shown.complete) == (None, 0, None, (), False)


def test_after_it_the_suggestion_comes_with_reason_and_runner_up(room, excerpt):
    made = say(room, "Ann", excerpt, "time", note="so little of it")
    shown = read_excerpt(room, excerpt, "Ann")
    assert (shown.own, shown.version) == (made, made.decision_id)
    likely = [*shown.hint.suggested, shown.hint.runner_up]
    assert all(one.because and one.label for one in likely)
    assert shown.hint.runner_up not in shown.hint.suggested
    assert bool(shown.hint.suggested) != bool(shown.hint.abstained)


def test_skipping_shows_nothing(room, excerpt):
    say(room, "Ann", excerpt, "skip")
    assert read_excerpt(room, excerpt, "Ann").hint is None


def test_others_are_heard_when_all_have_answered(room, excerpt):
    say(room, "Ann", excerpt, "time")
    assert read_excerpt(room, excerpt, "Ann").others == ()
    say(room, "Ben", excerpt, "trust")
    assert [made.reviewer for made in read_excerpt(room, excerpt, "Ann").others] == ["Ben"]
    assert read_excerpt(room, excerpt, "Di").others == ()


def test_an_excerpt_that_is_gone_is_said(room):
    with pytest.raises(ReviewError, match="no longer in the study"):
        read_excerpt(room, "gone", "Ann")


def test_codes_are_searched_by_label_and_meaning(room):
    assert [card.code for card in code_cards(room)] == ["forms", "time", "trust", "money", "transport"]
    assert [card.code for card in code_cards(room, "PAPERWORK way")] == ["forms"]
    assert code_cards(room, "nothing like it") == ()


def test_the_codebook_is_read_again_when_somebody_edits_it(room, study):
    assert room.material() is room.material()
    text = study.codebook.read_text(encoding="utf-8-sig")
    study.codebook.write_text(text.replace("Paperwork in the way.", "Papers and papers."), encoding="utf-8-sig")
    before = room.material().tables
    assert code_cards(room)[0].definition == "Papers and papers."
    assert room.material().tables is before
