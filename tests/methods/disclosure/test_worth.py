"""What is hidden to protect a few costs a reader as little as it can: what is read first is hidden last."""

import numpy as np
import pytest

from pipeline.methods.disclosure import PROFILES
from pipeline.methods.disclosure.linked_tables import LinkedBlock, hide_linked


EVERYONE, GROUP_A, GROUP_B = range(3)
FIRST, SECOND, ANY = range(3)


@pytest.fixture
def block():
    """Return how many of two groups spoke of a code in answer to one question, to another and to any: few of A to the second."""
    counts = np.array([[11.0, 20.0], [4.0, 36.0], [11.0, 37.0]])
    parts = np.array([[1, 1], [1, 0], [0, 1]], dtype=bool)
    hidden = counts @ parts.T < PROFILES["standard"].fewest
    any_of = [{FIRST: 1.0, ANY: -1.0}, {SECOND: 1.0, ANY: -1.0}, {ANY: 1.0, FIRST: -1.0, SECOND: -1.0}]
    kept = np.zeros_like(hidden)
    return LinkedBlock(parts, counts, np.full_like(counts, 60.0), hidden, kept, any_of, {}, worth=np.array([0.0, 0.0, 1.0]))


def test_a_single_question_gives_way_before_what_groups_said_over_all_questions(block):
    gone = hide_linked(block, PROFILES["standard"])
    assert gone[SECOND].all(), "everyone's number under the second question, and B's, would tell how many of A there are"
    assert not gone[ANY].any()


def test_of_figures_of_one_worth_everyones_is_hidden_last(block):
    block.worth = None
    gone = hide_linked(block, PROFILES["standard"])
    assert not gone[:, EVERYONE].any() and gone[SECOND, GROUP_A]
