"""Numbers with their words, and lists, are written in one way on every page, in every file and in every message."""

import pytest

from pipeline.runtime.plurals import agreeing, listed, n_of


@pytest.mark.parametrize(("n", "written"), [(0, "0 excerpts"), (1, "1 excerpt"), (2, "2 excerpts"), (2000.4, "2,000 excerpts")])
def test_a_number_goes_with_its_noun(n, written):
    assert n_of(n, "excerpt") == written


def test_nouns_and_verbs_of_their_own_agree_too():
    assert [n_of(n, "person", "people") for n in (1, 3)] == ["1 person", "3 people"]
    assert [f"{n} {agreeing(n, 'waits', 'wait')}" for n in (0, 1, 2)] == ["0 wait", "1 waits", "2 wait"]


@pytest.mark.parametrize(("items", "written"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_a_list_is_written_as_it_is_read_aloud(items, written):
    assert listed(items) == written
