"""Themes: the same answers give the same themes, nobody is left out, and people can see why there are so many."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sample import ROOT, SHARED, needs_shared

from pipeline import ThemeFinder
from pipeline.errors import DataError
from pipeline.methods.themes import heard_once
from pipeline.methods.themes.bertopic_model import nearest
from pipeline.methods.themes.clustering import centroids, merge_near_duplicates
from pipeline.methods.themes.distinct_texts import UnitRows, unit
from pipeline.methods.themes.neighbours import find_neighbours
from pipeline.methods.themes.separation import in_many_groups, separation
from pipeline.methods.themes.stability import best_overlap, clearest, numbers_to_try, steadiest, usual_number
from pipeline.methods.themes.tokens import stem, telling_words, word_weights


SUBJECTS = {
    "money": ["funding", "budget", "grant", "cost", "payment", "fee", "invoice", "spending", "wage", "price"],
    "transport": ["bus", "taxi", "train", "journey", "driver", "lift", "parking", "station", "route", "minibus"],
    "food": ["lunch", "dinner", "menu", "kitchen", "meal", "soup", "bread", "tea", "biscuit", "vegetables"],
    "meetings": ["agenda", "minutes", "chair", "meeting", "venue", "zoom", "room", "workshop", "notes", "facilitator"],
    "respect": ["listened", "respect", "trust", "heard", "dignity", "honest", "equal", "valued", "kindness", "welcome"],
}
FILLERS = [
    "the",
    "was",
    "we",
    "a",
    "our",
    "it",
    "and",
    "very",
    "when",
    "they",
    "for",
    "with",
    "had",
    "so",
    "much",
    "still",
    "often",
    "nearly",
    "here",
    "again",
]


def word_vector(word):
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(48)


def vectors_of(texts):
    """Vectors that know which words go together: a word lies near its subject."""
    of_subject = {word: word_vector(subject) for subject, known in SUBJECTS.items() for word in known}
    rows = [
        sum((1.5 * of_subject.get(word, 0) + 0.5 * word_vector(word) for word in text.lower().split()), np.zeros(48))
        for text in texts
    ]
    return np.array([row / (np.linalg.norm(row) or 1) for row in rows], dtype=np.float32).reshape(-1, 48)


def answers(n, *, seed=0, subjects=tuple(SUBJECTS)):
    """Return n invented answers, each about one subject, and the subjects."""
    draw = np.random.default_rng(seed)
    about = draw.choice(subjects, n)
    texts = []
    for subject in about:
        words = [*draw.choice(SUBJECTS[subject], 3, replace=False), *draw.choice(FILLERS, draw.integers(2, 7))]
        texts.append(" ".join(draw.permutation(words)))
    return texts, about


def found_in(texts, *, seed=None):
    """Return what people see of the themes, and the theme of each different text; rows shuffled if a seed is given."""
    order = np.arange(len(texts)) if seed is None else np.random.default_rng(seed).permutation(len(texts))
    shuffled = [texts[i] for i in order]
    finder = ThemeFinder().fit(shuffled, vectors_of(shuffled))
    seen = [
        [theme.title, theme.keywords, theme.n_texts, theme.stability, theme.family, [shuffled[i] for i in theme.exemplars]]
        for theme in finder.themes_
    ]
    return json.dumps([seen, finder.n_themes_reason_, sorted(zip(shuffled, finder.labels_.tolist(), strict=True))])


@pytest.fixture(scope="module")
def fitted():
    texts, about = answers(200)
    return ThemeFinder().fit(texts, vectors_of(texts)), texts, about


def test_the_same_answers_give_the_same_themes_again_and_shuffled():
    # Two fits in one program; more answers are compared between programs below.
    texts, _ = answers(120)
    assert found_in(texts) == found_in(texts, seed=1)


def test_the_same_answers_give_the_same_themes_shuffled_and_with_other_threads():
    runs = [
        subprocess.Popen(
            [sys.executable, __file__, str(threads), "300", "1200"],
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "NUMBA_NUM_THREADS": str(threads), "PYTHONPATH": python_path()},
            stdout=subprocess.PIPE,
            text=True,
        )
        for threads in (1, 2)
    ]
    one, two = (run.communicate(timeout=300)[0] for run in runs)
    assert all(run.returncode == 0 for run in runs)
    assert json.loads(one) == json.loads(two)


def python_path():
    return os.pathsep.join([str(ROOT), str(ROOT / "tests")])


def test_every_answer_is_in_a_theme_or_on_its_own(fitted):
    finder, texts, _ = fitted
    assert len(finder.labels_) == len(texts)
    assert set(finder.labels_) - {-1} == set(range(len(finder.themes_)))
    assert sum(theme.n_texts for theme in finder.themes_) == len(texts) - (finder.labels_ == -1).sum()
    assert (finder.labels_ == -1).mean() < 0.05


def test_themes_are_numbered_from_the_most_frequent(fitted):
    sizes = [theme.n_texts for theme in fitted[0].themes_]
    assert sizes == sorted(sizes, reverse=True)
    assert [theme.number for theme in fitted[0].themes_] == list(range(1, len(sizes) + 1))


def test_a_theme_holds_one_subject(fitted):
    finder, _, about = fitted
    pure = sum(max(np.unique(about[finder.labels_ == label], return_counts=True)[1]) for label in range(len(finder.themes_)))
    assert pure / len(about) > 0.95


def test_keywords_name_the_subject_and_are_no_stop_words(fitted):
    finder, _, about = fitted
    for label, theme in enumerate(finder.themes_):
        subjects, counts = np.unique(about[finder.labels_ == label], return_counts=True)
        assert theme.keywords[0] in SUBJECTS[subjects[counts.argmax()]]
        assert not set(theme.keywords) & {"the", "was", "we", "our", "very", "they"}


def test_exemplars_are_distinct_answers_of_the_theme(fitted):
    finder, texts, _ = fitted
    for label, theme in enumerate(finder.themes_):
        assert 1 <= len({texts[row] for row in theme.exemplars}) == len(theme.exemplars) <= 5
        assert set(finder.labels_[list(theme.exemplars)]) == {label}


def test_stability_is_given_for_all_and_for_each(fitted):
    finder = fitted[0]
    assert 0.5 < finder.stability_ <= 1
    assert all(0 < theme.stability <= 1 for theme in finder.themes_)
    assert f"{finder.stability_:.2f}" in finder.n_themes_reason_


def test_themes_join_into_families_and_into_one(fitted):
    finder = fitted[0]
    k = len(finder.themes_)
    assert finder.hierarchy_.shape == (k - 1, 4) and finder.hierarchy_[-1, 3] == k
    families = [theme.family for theme in finder.themes_]
    assert families[0] == 1 and set(families) == set(range(1, max(families) + 1))


def test_centroids_are_unit_rows(fitted):
    centroids = fitted[0].centroids_
    assert centroids.shape == (len(fitted[0].themes_), 48) and centroids.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(centroids, axis=1), 1, atol=1e-5)


def test_a_text_seen_keeps_its_theme_and_another_joins_the_nearest(fitted):
    finder, texts, about = fitted
    assert finder.transform(texts, vectors_of(texts)).tolist() == finder.labels_.tolist()
    new = ["lunch and soup and bread again", "taxi to the train station"]
    placed = finder.transform(new, vectors_of(new))
    for label, subject in zip(placed, ("food", "transport"), strict=True):
        assert np.mean(about[finder.labels_ == label] == subject) > 0.9


def test_duplicates_count_but_draw_no_themes_of_their_own():
    texts, _ = answers(120)
    repeated = [*texts, *["no"] * 200, *texts[:5]]
    vectors = vectors_of(repeated)
    finder = ThemeFinder().fit(repeated, vectors)
    once = ThemeFinder().fit([*texts, "no"], vectors[:121])
    assert finder.labels_[120] == finder.labels_[319] and sum(theme.n_texts for theme in finder.themes_) == len(repeated)
    assert len(finder.themes_) == len(once.themes_)
    assert grouped(finder.labels_[:121]) == grouped(once.labels_)


def grouped(labels):
    return sorted(np.flatnonzero(labels == label).tolist() for label in set(labels.tolist()))


def test_weights_are_summed_and_order_the_themes():
    texts, about = answers(100)
    weights = np.where(about == "food", 5.0, 0.5)
    finder = ThemeFinder(n_themes=5).fit(texts, vectors_of(texts), weights=weights)
    assert sum(theme.weight for theme in finder.themes_) == pytest.approx(weights.sum())
    assert finder.themes_[0].keywords[0] in SUBJECTS["food"]


def test_ids_say_which_texts_are_one():
    texts, _ = answers(80)
    ids = [f"{i % 40:04}" for i in range(80)]
    labels = ThemeFinder().fit_predict(texts, vectors_of(texts), ids=ids)
    assert labels[:40].tolist() == labels[40:].tolist()


def test_two_subjects_make_two_themes_that_are_far_apart():
    texts, _ = answers(150, subjects=("money", "food"))
    finder = ThemeFinder().fit(texts, vectors_of(texts))
    likeness = finder.centroids_ @ finder.centroids_.T - np.eye(len(finder.themes_))
    assert likeness.max() < 0.95
    assert finder.n_themes_reason_.startswith("2 themes")


def test_merging_stops_at_groups_that_differ():
    vectors = np.array([[1, 0], [0.99, 0.141], [0, 1], [0.1, 0.995]])
    assert merge_near_duplicates(np.array([3, 1, 2, 0]), vectors).tolist() in ([0, 0, 1, 1], [1, 1, 0, 0])


def test_a_rare_theme_is_kept():
    texts, _ = answers(150, subjects=("money", "transport", "meetings"))
    rare = [f"the {one} and {two} at lunch" for one, two in zip(SUBJECTS["food"], SUBJECTS["food"][1:], strict=False)][:7]
    finder = ThemeFinder().fit([*texts, *rare], vectors_of([*texts, *rare]))
    theme = set(finder.labels_[150:].tolist())
    assert len(theme) == 1 and finder.themes_[theme.pop()].n_texts == 7


@pytest.mark.parametrize("n", [1, 2, 11, 14])
def test_too_few_answers_make_one_theme(n):
    texts, _ = answers(n)
    finder = ThemeFinder().fit(texts, vectors_of(texts))
    assert finder.labels_.tolist() == [0] * n
    (theme,) = finder.themes_
    assert theme.n_texts == n and theme.stability is None and theme.exemplars
    assert finder.stability_ is None and finder.n_themes_reason_.startswith("1 theme, because there")


def test_no_answers_have_no_themes():
    finder = ThemeFinder().fit([], np.zeros((0, 48)))
    assert finder.themes_ == [] and finder.labels_.shape == (0,) and finder.centroids_.shape == (0, 48)
    assert finder.n_themes_reason_ == "No themes, because there are no answers."
    assert finder.transform(["late"], np.ones((1, 48))).tolist() == [-1]


def test_fifty_answers_hold_several_themes():
    texts, about = answers(50, subjects=("money", "food", "transport"))
    finder = ThemeFinder().fit(texts, vectors_of(texts))
    assert len(finder.themes_) >= 3
    assert all(len(set(about[finder.labels_ == label])) == 1 for label in range(len(finder.themes_)))


@pytest.mark.parametrize("texts", [["no"] * 60, [""], ["👍"] * 3 + ["??"], ["the"], [" ", "\n", ""], [str(i) for i in range(60)]])
def test_answers_without_words_do_no_harm(texts):
    finder = ThemeFinder().fit(texts, np.zeros((len(texts), 4)))
    assert len(finder.labels_) == len(texts) and min(finder.labels_) == 0


def test_different_texts_with_one_vector_do_no_harm():
    texts, _ = answers(80)
    assert len(ThemeFinder().fit_predict(texts, np.ones((80, 4)))) == 80


def test_as_many_themes_as_were_asked_for():
    texts, _ = answers(90)
    finder = ThemeFinder(n_themes=4).fit(texts, vectors_of(texts))
    assert len(finder.themes_) == 4
    assert finder.n_themes_reason_.startswith("4 themes, because so many were asked for.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"vectors": np.ones((2, 3))}, "3 texts but 2 vectors"),
        ({"vectors": np.ones((3, 3)), "weights": [1]}, "3 texts but 1 weights"),
        ({"vectors": np.ones((3, 3)), "ids": ["a"]}, "3 texts but 1 ids"),
        ({"vectors": np.ones(3)}, "one row per text"),
        ({"vectors": np.full((3, 3), np.nan)}, "missing or infinite"),
    ],
)
def test_input_of_the_wrong_shape_is_refused(arguments, said):
    with pytest.raises(DataError, match=said) as caught:
        ThemeFinder().fit(["Sioned was late"] * 3, **arguments)
    assert "Sioned" not in str(caught.value)


def test_it_can_be_cloned_as_scikit_learn_does():
    from sklearn.base import clone

    copy = clone(ThemeFinder("static", n_themes=7).set_params(seed=3))
    assert copy.get_params() == {"embedder": "static", "n_themes": 7, "seed": 3}


@pytest.mark.model
def test_texts_are_embedded_where_no_vectors_are_given():
    texts, about = answers(60, subjects=("food", "transport"))
    finder = ThemeFinder("static", n_themes=2).fit(texts)
    assert finder.centroids_.shape[0] == 2
    assert len(set(about[finder.transform(texts) == 0])) == 1


def test_what_is_unlike_anything_else_was_heard_once():
    texts = ["the bus was late", "the bus was very late", "my swan hates trombones", "??", "food"]
    vectors = np.array([[1, 0, 0, 0], [0.9, 0.435, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, -1]])
    assert heard_once(texts, vectors).tolist() == [False, False, True, False, False]
    assert heard_once([], np.zeros((0, 4))).shape == (0,)


@pytest.mark.parametrize(
    ("agreements", "n", "chosen"),
    [
        ({10: 0.80, 14: 0.75, 20: 0.70}, 500, 14),  # less than clearly better: the usual number
        ({10: 0.90, 14: 0.75, 20: 0.70}, 500, 10),
        ({10: 0.70, 14: 0.75, 20: 0.90}, 500, 20),
        ({3: 0.82, 14: 0.75, 20: 0.74}, 500, 14),  # few themes come back more steadily, and say less
        ({4: 0.5, 6: 0.5, 12: 0.5}, 50, 6),
    ],
)
def test_the_usual_number_unless_another_is_clearly_steadier(agreements, n, chosen):
    assert steadiest(agreements, n) == chosen


@pytest.mark.parametrize(("n", "usual"), [(12, 2), (50, 6), (112, 14), (4_000, 14)])
def test_the_usual_number_grows_with_the_answers(n, usual):
    assert usual_number(n) == usual
    assert usual in numbers_to_try(n) and max(numbers_to_try(n)) <= 2 * usual


@pytest.mark.parametrize(
    ("agreements", "apart", "chosen"),
    [
        ({14: 0.80, 28: 0.80, 56: 0.78}, {14: 0.18, 28: 0.22, 56: 0.23}, 56),
        ({14: 0.80, 28: 0.80, 56: 0.60}, {14: 0.18, 28: 0.22, 56: 0.23}, 28),  # 56 comes back clearly less steadily
        ({14: 0.80, 28: 0.80, 56: 0.80}, {14: 0.18, 28: 0.19, 56: 0.17}, None),  # not clearly farther apart
        ({14: 0.80, 28: 0.80}, {}, None),
    ],
)
def test_more_themes_only_where_they_lie_clearly_farther_apart(agreements, apart, chosen):
    assert clearest(agreements, apart, 900) == chosen


def test_more_themes_are_tried_only_where_each_would_have_answers_enough():
    assert max(numbers_to_try(900, many=True)) == 80
    assert max(numbers_to_try(500, many=True)) == 56
    assert numbers_to_try(100, many=True) == numbers_to_try(100)


def many_groups(n_groups, n_each):
    """Return texts in many groups, each with words of its own, and unit vectors round a middle for each group."""
    draw = np.random.default_rng(0)
    about = np.repeat(np.arange(n_groups), n_each)
    texts = [
        " ".join([*(f"word{chr(97 + group % 26)}{group}x{i}" for i in draw.choice(6, 3)), *draw.choice(FILLERS, 4)])
        for group in about
    ]
    vectors = draw.standard_normal((n_groups, 48))[about] + 0.7 * draw.standard_normal((len(about), 48))
    return texts, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), about


def test_many_fine_groups_get_many_themes():
    texts, vectors, about = many_groups(40, 15)
    finder = ThemeFinder().fit(texts, vectors)
    pure = sum(max(np.unique(about[finder.labels_ == label], return_counts=True)[1]) for label in range(len(finder.themes_)))
    assert len(finder.themes_) >= 30 and pure / len(about) > 0.7
    assert "sets themes farthest apart (silhouette" in finder.n_themes_reason_


def test_a_few_broad_subjects_keep_the_usual_numbers():
    texts, _ = answers(600)
    assert not in_many_groups(vectors_of(texts).astype(float), 14, seed=0)
    finder = ThemeFinder().fit(texts, vectors_of(texts))
    assert len(finder.themes_) <= 28 and "silhouette" not in finder.n_themes_reason_


def test_separation_needs_more_than_one_group():
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    assert separation(vectors, np.array([0, 0, 1, 1])) == pytest.approx(1)
    assert separation(vectors, np.zeros(4, dtype=int)) == -1


def test_overlap_is_that_of_the_best_match():
    labels = np.array([0, 0, 1, 1, 1])
    assert best_overlap(np.array([False, False, True, True, False]), labels) == pytest.approx(2 / 3)
    assert best_overlap(np.zeros(5, dtype=bool), labels) == 0


def test_the_nearest_come_first_and_ties_keep_their_order():
    texts = ["late bus", "late bus", "late bus", "kind staff"]
    vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], dtype=float)
    near = find_neighbours(vectors, word_weights(texts), most=2)
    assert near.rows[:3].tolist() == [[1, 2], [0, 2], [0, 1]]
    part = near.among(np.array([0, 2, 3]), most=2)
    assert part.rows[:2].tolist() == [[1, -1], [0, -1]]


def test_words_are_compared_by_their_stems_and_masks_are_not_words():
    assert {stem(word) for word in ("waiting", "waited", "waits")} == {"wait"}
    assert telling_words("[name 1] didn't answer, nothing was said to Siân’s ŵyn 3 times") == [
        "answer",
        "nothing",
        "said",
        "siân's",
        "ŵyn",
        "times",
    ]


@needs_shared
@pytest.mark.model
def test_the_benchmark_runs(capsys):
    import runpy

    benchmark = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "themes.py"))
    benchmark["main"](["--shared", str(SHARED), "--smoke", "--only", "ours"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["left_out"] < 0.1 and figures["ami"] > 0.1


if __name__ == "__main__":
    shuffle, *sizes = map(int, sys.argv[1:])
    print(json.dumps([found_in(answers(n)[0], seed=shuffle) for n in sizes]))


def test_rows_made_when_they_are_asked_for_are_those_made_at_once(monkeypatch):
    monkeypatch.setattr("pipeline.methods.themes.distinct_texts.BLOCK", 7)
    half = np.random.default_rng(3).normal(size=(40, 6)).astype(np.float16)
    lazy, whole = UnitRows(half), unit(half.astype(np.float64))
    labels = nearest(whole, np.eye(6))
    np.testing.assert_array_equal(nearest(lazy, np.eye(6)), labels)
    np.testing.assert_array_equal(centroids(labels, lazy), centroids(labels, whole))
    np.testing.assert_array_equal(UnitRows(half, np.arange(39, -1, -1))[np.array([0, 5])], whole[[39, 34]])
