"""A quotation of few words takes up its neighbours; what people decided holds for the words that they read, and no others."""

import pandas as pd
import pytest

from pipeline.methods.disclosure.quoted_passages import QuotedPart, passage, quoted_id
from pipeline.report.quote_bank import FLAGGED, NEIGHBOUR, approved_words, release


LONG = "They ask us on a Monday and decide on the Tuesday, so nobody who works shifts can ever answer."


def pieces(*texts, gap=1):
    """Return the excerpts of an answer that stand `gap` characters apart."""
    start, made = 0, []
    for text in texts:
        made.append(QuotedPart(start, start + len(text), text))
        start += len(text) + gap
    return made


@pytest.mark.parametrize(
    ("texts", "own", "quoted"),
    [
        # One that tells something by itself stays alone.
        ((LONG, "Time."), 0, LONG),
        # What follows comes first, and then what stands before it.
        (("Time.", LONG), 0, f"Time. {LONG}"),
        ((LONG, "Time."), 1, f"{LONG} Time."),
        (("We asked.", "Time.", "Nobody came."), 1, "We asked. Time. Nobody came."),
        # Never more than 50 words.
        (("word " * 49 + "end.", "Time."), 1, "Time."),
        # Never so that the words together point at the person.
        (("The oldest of all was not heard.", "She is a nurse of 84."), 0, "The oldest of all was not heard."),
    ],
)
def test_a_short_excerpt_takes_up_its_neighbours(texts, own, quoted):
    assert passage(pieces(*texts), own) == quoted


def test_nothing_is_taken_over_words_that_were_left_out():
    assert passage(pieces("Time.", LONG, gap=20), 0) == "Time."


QUOTED = f"Time. {LONG}"
SEGMENTS = pd.DataFrame(
    {
        "segment_id": ["a", "b", "c"],
        "comment_id": ["1", "1", "2"],
        "text_id": ["ta", "tb", "tc"],
        "text": ["Time.", LONG, LONG],
    }
)
COMMENTS = pd.DataFrame({"comment_id": ["1", "2"], "consent": "quote", "set_aside": None})


def leaving(text_id, *, refused=(), flagged=(), outcome="approved"):
    """Return what leaves of the passage of excerpt a, about which people decided as the words with `text_id` were shown."""
    quotes = pd.DataFrame({"segment_id": ["a"], "code": "time", "text": QUOTED, "caption": "", "reason": "typical"})
    quotes = quotes.assign(consent="quote", approved=False, wording="", refused=False)
    made = [("a", text_id, outcome), *[(other, f"t{other}", "refused") for other in refused]]
    approvals = pd.DataFrame(made, columns=["segment_id", "text_id", "outcome"]).assign(wording="", stands=True)
    return release(quotes, SEGMENTS, COMMENTS, approvals, flagged), approved_words(quotes, SEGMENTS, COMMENTS, approvals, flagged)


def test_what_was_approved_leaves_in_the_words_that_were_read():
    whole, words = leaving(quoted_id(QUOTED, "Time.", "ta"))
    assert whole.approved["text"].tolist() == [QUOTED]
    # With neighbours it is still what was said, and no rewording.
    assert words.quotable == {"ta": QUOTED} and not words.reworded
    before, _ = leaving("ta")
    assert before.approved["text"].tolist() == ["Time."]
    other, _ = leaving("another text")
    assert other.approved.empty


@pytest.mark.parametrize(
    ("closed", "why"),
    [
        ({"flagged": ["b"]}, [FLAGGED]),
        ({"flagged": ["a"]}, [FLAGGED]),
        ({"refused": ["b"]}, [NEIGHBOUR]),
        # The same words of another person are theirs.
        ({"flagged": ["c"], "refused": ["c"]}, []),
    ],
)
def test_a_quotation_stays_that_takes_up_what_somebody_flagged_or_decided_against(closed, why):
    sorted_out, _ = leaving(quoted_id(QUOTED, "Time.", "ta"), **closed)
    assert sorted_out.withheld["why"].tolist() == why


def test_the_excerpt_alone_still_leaves_where_only_its_neighbour_was_flagged():
    sorted_out, _ = leaving("ta", flagged=["b"])
    assert sorted_out.approved["text"].tolist() == ["Time."]
