"""What is counted as people answer is what counting everything anew would give."""

import random

import pytest
from saying import key, say

from pipeline.review.coding import take_back
from pipeline.review.discussions import agree, ask_to_talk, n_to_discuss, talk_about, to_discuss, undo_discussion
from pipeline.review.effort import how_are_we_doing
from pipeline.review.practice import practice_excerpts
from pipeline.review.queue import ahead
from pipeline.tables.parquet import TABLES, write_table


PEOPLE = ("Ann", "Ben", "Di")


def do_something(review, draw, excerpts):
    """Answer, skip, take back, talk, or undo a talk, as chance has it."""
    state, one, who = review.state(), draw.choice(excerpts), draw.choice(PEOPLE)
    own = state.of(who, one)
    what = draw.choice(["say", "say", "say", "say", "skip", "take back", "talk", "ask", "undo"])
    if what in ("say", "skip"):
        say(review, who, one, draw.choice(["time", "forms", "none", "not sure"]) if what == "say" else "skip")
    elif what == "take back" and own:
        take_back(review, own.decision_id, who)
    elif one in state.complete.every:
        talk = talk_about(review, one)
        if what == "talk":
            agree(review, one, ("time",), by=who, version=talk.version, key=key())
        elif what == "ask" and who in state.readers(one):
            ask_to_talk(review, one, by=who, note="", key=key())
        elif talk.discussion:
            undo_discussion(review, talk.discussion.discussion_id, by=who)


def check(review):
    """Compare what pages are told with a count of each excerpt."""
    state, here = review.state(), review.last_run().tables.segment_ids
    for who in PEOPLE:
        told = ahead(review, who)
        done = {one for one in here if state.is_done(who, one)}
        skipped = {one for one in here if (own := state.of(who, one)) and own.outcome == "skip"}
        assert (told.answered, told.skipped) == (len(done - skipped), len(skipped))
        assert told.waiting == sum(one not in done and one not in state.complete.every for one in here)
    doing = how_are_we_doing(review)
    assert doing.complete == sum(one in state.complete.every for one in here)
    assert doing.begun == sum(bool(state.readers(one)) for one in here)
    waiting = to_discuss(review, n=1_000)
    assert n_to_discuss(review) == doing.to_discuss == len(waiting)
    assert [one.segment_id for one in waiting] == sorted(one.segment_id for one in waiting)


@pytest.mark.parametrize("seed", range(3))
def test_counts_stay_right_whatever_people_do_and_after_another_run(review, study, seed):
    draw, excerpts = random.Random(seed), review.last_run().tables.excerpts[:8]
    for step in range(60):
        do_something(review, draw, excerpts)
        if step % 10 == 9:
            check(review)
    segments, gone = review.last_run().tables.segments, set(excerpts[::2])
    left = segments[~segments["segment_id"].isin(gone)].reset_index(drop=True)
    write_table("segments", left, study.folder / TABLES["segments"].file)
    assert not gone & review.last_run().tables.segment_ids
    check(review)
    every = practice_excerpts(review, 100)
    assert not gone & set(every)
    rounds = [practice_excerpts(review, 2, round_number=number) for number in range(len(every))]
    assert {one for found in rounds for one in found} == set(every)
