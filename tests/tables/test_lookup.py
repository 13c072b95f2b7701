"""Rows of one table are found in another by their place, whatever the ids look like."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runtime.files import content_id
from pipeline.tables.lookup import factorize, index_in, is_duplicate, levels, take


AS_THEY_ARE, AS_HASHES = "as they are", "as hashes"


def column(names, how=AS_THEY_ARE, parts=1):
    """Return ids as a column that was read in so many parts."""
    ids = [content_id(name) if how == AS_HASHES else name for name in names]
    ends = np.linspace(0, len(ids), parts + 1).astype(int)
    cut = [pd.Series(ids[begin:end], dtype="str") for begin, end in pairwise(ends)]
    return pd.concat(cut, ignore_index=True)


hows = pytest.mark.parametrize("how", [AS_THEY_ARE, AS_HASHES])
names = st.lists(st.sampled_from("abcdefgh"), max_size=20)


@given(names, names, st.sampled_from([AS_THEY_ARE, AS_HASHES]), st.integers(1, 3))
def test_each_id_is_found_where_it_first_stands(wanted, among, how, parts):
    found = index_in(column(wanted, how, parts), column(among, how, parts))
    assert found.tolist() == [among.index(name) if name in among else -1 for name in wanted]


def test_hashes_and_other_ids_are_never_taken_for_each_other():
    hashed = column(["a", "b"], AS_HASHES)
    assert index_in(hashed, column(["a", "b"])).tolist() == [-1, -1]
    assert index_in(hashed, hashed.str.upper()).tolist() == [-1, -1]
    assert index_in(pd.Series(["0" * 16, "0" * 15]), pd.Series(["0" * 15, "0" * 16])).tolist() == [1, 0]


@hows
@pytest.mark.parametrize("parts", [1, 3])
def test_ids_are_numbered_over_several_columns(how, parts):
    one, other = column("abca", how, parts), column("cxb", how, parts)
    (of_one, of_other), ids = factorize(one, other)
    assert ids.is_unique and set(ids) == {*one, *other}
    assert ids.iloc[of_one].tolist() == one.tolist() and ids.iloc[of_other].tolist() == other.tolist()


@pytest.mark.parametrize("parts", [1, 3])
def test_what_stands_at_places_is_taken_in_their_order_and_as_often(parts):
    assert take(column("abcdef", parts=parts), np.array([4, 0, 4], dtype=np.int32)).tolist() == ["e", "a", "e"]
    assert take(column("abcdef", parts=parts), np.array([], dtype=np.int32)).empty


@hows
def test_only_what_has_stood_before_is_repeated(how):
    assert is_duplicate(column("abab", how)).tolist() == [False, False, True, True]
    assert is_duplicate(column("abab", how), column("xyxz")).tolist() == [False, False, True, False]
    assert is_duplicate(column("abcd", how), column("xxxx")).tolist() == [False] * 4


@hows
def test_each_person_has_the_first_level_of_a_group(how):
    people = pd.DataFrame(
        {
            "response_id": column("abax", how),
            "attribute": ["role", "role", "role", "region"],
            "value": ["nurse", "carer", "doctor", "north"],
        }
    )
    found = levels(people, column("bac", how), ["role", "region"])
    assert [value if isinstance(value, str) else None for value in found["role"]] == ["carer", "nurse", None]
    assert found["region"].isna().all()
    assert list(levels(people, column("bac", how), ["role"], unknown="Not stated")["role"]) == ["carer", "nurse", "Not stated"]
    assert list(levels(people, column("bac", how), ["role"], unknown="carer")["role"]) == ["carer", "nurse", "carer"]
