import pytest
from saying import say

from pipeline.errors import ReviewError
from pipeline.methods.disclosure.indirect_identifiers import captions
from pipeline.review.excerpts import code_cards, read_excerpt
from pipeline.review.run_tables import FEWEST


@pytest.fixture
def excerpt(review):
    return review.last_run().tables.excerpts[0]


def test_the_whole_answer_and_the_question_are_there(review, excerpt):
    shown = read_excerpt(review, excerpt, "Ann")
    tables = review.last_run().tables
    segment = tables.segments.iloc[0]
    comment = tables["comments"].set_index("comment_id").loc[segment["comment_id"]]
    assert shown.before + shown.words + shown.after == comment["text"] and shown.words == segment["text"]
    assert shown.question in ("What gets in the way?", "What helps?")


def test_a_group_of_few_people_is_not_said(review):
    """Five leaders may be named; were there four, nobody could be told to be one."""
    groups = review.last_run().tables.groups
    assert set(groups.values()) == {"People who use services", "Family & friends", "Care workers", "Leaders"}
    leader = next(who for who, group in groups.items() if group == "Leaders")
    assert "Leaders" not in captions({who: [group] for who, group in groups.items() if who != leader}, FEWEST).values()


def test_nothing_is_suggested_and_nobody_heard_before_ones_own_answer(review, excerpt):
    say(review, "Ben", excerpt, "time")
    shown = read_excerpt(review, excerpt, "Ann")
    assert (shown.own, shown.version, shown.hint, shown.others, shown.complete) == (None, 0, None, (), False)


def test_after_it_the_suggestion_comes_with_reason_and_runner_up(review, excerpt):
    made = say(review, "Ann", excerpt, "time", note="so little of it")
    shown = read_excerpt(review, excerpt, "Ann")
    assert (shown.own, shown.version) == (made, made.decision_id)
    likely = [*shown.hint.suggested, shown.hint.runner_up]
    assert all(one.because and one.label for one in likely)
    assert shown.hint.runner_up not in shown.hint.suggested
    assert bool(shown.hint.suggested) != bool(shown.hint.abstained)


def test_skipping_shows_nothing(review, excerpt):
    say(review, "Ann", excerpt, "skip")
    assert read_excerpt(review, excerpt, "Ann").hint is None


def test_others_are_heard_when_all_have_answered(review, excerpt):
    say(review, "Ann", excerpt, "time")
    assert read_excerpt(review, excerpt, "Ann").others == ()
    say(review, "Ben", excerpt, "trust")
    assert [made.reviewer for made in read_excerpt(review, excerpt, "Ann").others] == ["Ben"]
    assert read_excerpt(review, excerpt, "Di").others == ()


def test_an_excerpt_that_is_gone_is_said(review):
    with pytest.raises(ReviewError, match="no longer in the study"):
        read_excerpt(review, "gone", "Ann")


def test_codes_are_searched_by_label_and_meaning(review):
    assert [card.code for card in code_cards(review)] == ["forms", "time", "trust", "money", "transport"]
    assert [card.code for card in code_cards(review, "PAPERWORK way")] == ["forms"]
    assert code_cards(review, "nothing like it") == ()


def test_a_codebook_that_is_broken_meanwhile_stops_nobody(review, study):
    right = study.codebook.read_bytes()
    study.codebook.write_text("shade,depth\nred,dark\n", encoding="utf-8")
    assert len(code_cards(review)) == 5 and review.last_run().codebook_fault
    study.codebook.write_bytes(right)
    assert review.last_run().codebook_fault == ""


def test_the_codebook_is_read_again_when_somebody_edits_it(review, study):
    assert review.last_run() is review.last_run()
    text = study.codebook.read_text(encoding="utf-8-sig")
    study.codebook.write_text(text.replace("Paperwork in the way.", "Papers and papers."), encoding="utf-8-sig")
    before = review.last_run().tables
    assert code_cards(review)[0].definition == "Papers and papers."
    assert review.last_run().tables is before
