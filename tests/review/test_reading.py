import pytest
from saying import say

from pipeline.errors import ReviewError
from pipeline.methods.disclosure.indirect_identifiers import captions
from pipeline.review.excerpts import code_cards, read_excerpt
from pipeline.review.run_tables import FEWEST


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


def test_a_group_of_few_people_is_not_said(room):
    """Five leaders may be named; were there four, nobody could be told to be one."""
    groups = room.material().tables.groups
    assert set(groups.values()) == {"People who use services", "Family & friends", "Care workers", "Leaders"}
    leader = next(who for who, group in groups.items() if group == "Leaders")
    assert "Leaders" not in captions({who: [group] for who, group in groups.items() if who != leader}, FEWEST).values()


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


def test_a_codebook_that_is_broken_meanwhile_stops_nobody(room, study):
    right = study.codebook.read_bytes()
    study.codebook.write_text("code,colour\nx,red\n", encoding="utf-8")
    assert len(code_cards(room)) == 5 and "column 'label'" in room.material().codebook_fault
    study.codebook.write_bytes(right)
    assert room.material().codebook_fault == ""


def test_the_codebook_is_read_again_when_somebody_edits_it(room, study):
    assert room.material() is room.material()
    text = study.codebook.read_text(encoding="utf-8-sig")
    study.codebook.write_text(text.replace("Paperwork in the way.", "Papers and papers."), encoding="utf-8-sig")
    before = room.material().tables
    assert code_cards(room)[0].definition == "Papers and papers."
    assert room.material().tables is before
