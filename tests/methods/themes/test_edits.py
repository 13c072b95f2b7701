"""What people ask of themes stands when the themes are found again, or is reported as lost; never dropped in silence."""

import numpy as np
import pytest

from pipeline.methods.themes.edits import Edit, apply_edits, as_found, divide, nearest_members, steady_halves


SIZES = (60, 40, 30)


def groups(sizes=SIZES, *, prefix="t", seed=0):
    """Return ids, vectors and labels of texts that lie about as many middles; the first group has two halves."""
    draw = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    middles = np.eye(8)[labels]
    middles[labels == 0, 7] = np.where(np.arange((labels == 0).sum()) % 3 == 0, 0.8, -0.8)
    vectors = middles + draw.normal(scale=0.1, size=middles.shape)
    return [f"{prefix}{i}" for i in range(len(labels))], vectors / np.linalg.norm(vectors, axis=1, keepdims=True), labels


def members(ids, vectors, labels, label):
    return nearest_members(ids, vectors, np.flatnonzero(labels == label))


def later(ids, vectors, labels, *, new=13):
    """Return the texts of a later run: a tenth are gone, others have come, and the groups have other numbers."""
    fresh_ids, fresh, fresh_labels = groups((new // 3, new // 3, new - 2 * (new // 3)), prefix="new", seed=5)
    kept = np.arange(len(ids)) % 10 != 4
    some = np.array([0, 1, 2])[np.concatenate([labels[kept], fresh_labels])]
    return [*np.array(ids)[kept], *fresh_ids], np.concatenate([vectors[kept], fresh]), 2 - some


def shaped(ids, vectors, labels, *edits):
    return apply_edits(as_found(labels, int(labels.max()) + 1), ids, vectors, edits)


def test_a_title_stays_with_its_theme_when_a_tenth_of_the_answers_is_other():
    first = groups()
    rename = Edit(1, "rename", (members(*first, 1),), "Getting through by phone")
    shape, (outcome,) = shaped(*later(*first), rename)
    assert {label: title for label, (title, _) in shape.titles.items()} == {1: "Getting through by phone"}
    assert outcome.result == "done"
    shape, _ = shaped(*later(*groups()), Edit(1, "rename", (members(*first, 0),), "The bus"))
    assert shape.titles == {2: ("The bus", 1)}, "the theme has another number now"


def test_a_title_that_was_taken_out_leaves_the_theme_the_one_before():
    first = groups()
    given, emptied = (Edit(number, "rename", (members(*first, 1),), title) for number, title in ((1, "By phone"), (2, "")))
    shape, outcomes = shaped(*first, given, emptied)
    assert shape.titles == {1: ("By phone", 1)} and [outcome.result for outcome in outcomes] == ["done", "overtaken"]
    assert shaped(*first, emptied)[0].titles == {}


def test_merged_themes_are_one_and_a_later_title_is_that_of_the_whole():
    first = groups()
    merge = Edit(1, "merge", (members(*first, 1), members(*first, 2)))
    shape, _ = shaped(*first, merge)
    (made,) = shape.made
    rename = Edit(2, "rename", (members(*first[:2], shape.labels, made),), "Staff")
    shape, outcomes = shaped(*later(*first), rename, merge)
    (made,) = shape.made
    assert shape.titles == {made: ("Staff", 2)}
    assert (shape.labels == made).sum() == (later(*first)[2] < 2).sum()
    assert shape.alive == (2, made)
    assert [outcome.result for outcome in outcomes] == ["done", "done"]


def test_parts_of_a_split_theme_stay_apart_and_share_out_new_answers_by_meaning():
    ids, vectors, labels = first = groups()
    parts = divide(vectors, np.flatnonzero(labels == 0), 2, seed=1)
    assert [len(part) for part in parts] == [40, 20]
    split = Edit(1, "split", tuple(nearest_members(ids, vectors, part) for part in parts))
    then = later(*first)
    shape, (outcome,) = shaped(*then, split)
    assert outcome == outcome.__class__(1, "done", (3, 4))
    assert set(shape.labels[then[2] == 2]) == {3, 4}
    assert all((then[1][shape.labels == 3, 7] < 0) & (then[2][shape.labels == 3] == 2)), "the larger part"
    assert all(then[1][shape.labels == 4, 7] > 0)


def test_a_wish_that_new_themes_fulfil_by_themselves_says_so():
    ids, vectors, labels = first = groups()
    merge = Edit(1, "merge", (members(*first, 1), members(*first, 2)))
    split = Edit(2, "split", (members(*first, 0), members(*first, 1)))
    shape, outcomes = shaped(ids, vectors, np.minimum(labels, 1), merge, split)
    assert [outcome.result for outcome in outcomes] == ["already so", "already so"]
    assert shape.made == ()


def test_edits_are_carried_out_in_the_order_they_were_made():
    first = groups()
    one, other = (Edit(i, "rename", (members(*first, 0),), title) for i, title in ((1, "Before"), (2, "After")))
    for edits in ((one, other), (other, one)):
        shape, outcomes = shaped(*first, *edits)
        assert shape.titles[0] == ("After", 2)
        assert [outcome.result for outcome in outcomes] == ["overtaken", "done"]


def test_an_edit_whose_texts_are_gone_or_scattered_is_listed_as_lost_and_changes_nothing():
    first = groups()
    ids, labels = first[0], first[2]
    gone = Edit(1, "rename", (("x", "y", "z"),), "Nothing left")
    scattered = Edit(2, "set aside", (tuple(ids[row] for row in (0, 1, 60, 61, 100, 101)),))
    half_gone = Edit(3, "merge", (members(*first, 1), ("x", "y", "z")))
    shape, outcomes = shaped(*first, gone, scattered, half_gone)
    assert [outcome.result for outcome in outcomes] == ["no longer finds its theme"] * 3
    np.testing.assert_array_equal(shape.labels, labels)
    assert not shape.titles and not shape.aside


def test_two_answers_that_are_left_of_many_do_not_stand_for_a_theme():
    ids, vectors, labels = groups()
    left = (*ids[:2], *(f"old{i}" for i in range(90)))
    shape, (outcome,) = shaped(ids, vectors, labels, Edit(1, "rename", (left,), "Two left"))
    assert outcome.result == "no longer finds its theme" and not shape.titles


def test_set_aside_and_restored():
    first = groups()
    aside = Edit(1, "set aside", (members(*first, 2),))
    shape, _ = shaped(*first, aside)
    assert shape.aside == {2: 1} and shape.alive == (0, 1, 2)
    shape, outcomes = shaped(*first, aside, Edit(2, "restore", (members(*first, 2),)))
    assert not shape.aside
    assert [outcome.result for outcome in outcomes] == ["overtaken", "done"]


def test_a_merged_theme_keeps_the_title_and_code_people_gave_its_largest_part():
    first = groups()
    edits = (
        Edit(1, "rename", (members(*first, 1),), "Larger"),
        Edit(2, "rename", (members(*first, 2),), "Smaller"),
        Edit(3, "map", (members(*first, 2),), "staff"),
        Edit(4, "merge", (members(*first, 2), members(*first, 1))),
    )
    shape, outcomes = shaped(*first, *edits)
    (made,) = shape.made
    assert shape.titles[made][0] == "Larger" and shape.codes[made][0] == "staff"
    assert shape.sources[made] == (1, 2)
    assert [outcome.result for outcome in outcomes] == ["done", "overtaken", "done", "done"]
    assert all(outcome.labels == (made,) for outcome in outcomes)


@pytest.mark.parametrize("n_parts", [2, 3])
def test_a_theme_of_texts_that_are_all_alike_cannot_be_divided(n_parts):
    assert len(divide(np.tile([1.0, 0.0], (9, 1)), np.arange(9), n_parts, seed=0)) == 1


def test_a_theme_without_answers_stays_listed():
    ids, vectors, labels = groups()
    shape, _ = apply_edits(as_found(labels, 4), ids, vectors, ())
    assert shape.alive == (0, 1, 2, 3)


def test_a_theme_of_two_kinds_of_texts_falls_in_two_and_one_of_one_kind_does_not():
    _, vectors, labels = groups()
    halves = steady_halves(vectors, np.flatnonzero(labels == 0), seed=1)
    assert [len(half) for half in halves] == [40, 20]
    assert {bool(side) for side in vectors[halves[1], 7] > 0} == {True}
    assert steady_halves(vectors, np.flatnonzero(labels == 1), seed=1) == []
    assert steady_halves(vectors, np.flatnonzero(labels == 0)[:20], seed=1) == [], "too few texts to tell"


def test_a_theme_that_falls_into_all_but_a_few_and_a_few_stays_whole():
    _, vectors, labels = groups((60, 40, 30))
    rows = np.flatnonzero(labels == 0)
    few = [*rows[vectors[rows, 7] < 0], *rows[vectors[rows, 7] > 0][:4]]
    assert steady_halves(vectors, np.array(few), seed=1) == []


def test_themes_that_are_joined_under_a_title_bear_it():
    first = groups()
    rename = Edit(1, "rename", (members(*first, 1),), "Kind staff")
    merge = Edit(2, "merge", (members(*first, 1), members(*first, 2)), "What makes it work")
    shape, _ = shaped(*first, rename, merge)
    assert shape.titles[shape.made[0]] == ("What makes it work", 2)
