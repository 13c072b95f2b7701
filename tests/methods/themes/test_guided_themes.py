"""Themes guided by a codebook: what a code explains makes its theme, what none explains is found, and what fits nowhere stays."""

import numpy as np
import pytest
from test_finder import SUBJECTS, answers, vectors_of

from pipeline import ThemeFinder
from pipeline.errors import DataError
from pipeline.methods.themes.bertopic_model import placed
from pipeline.methods.themes.clustering import far
from pipeline.methods.themes.coherence import mixtures
from pipeline.methods.themes.guided import codes_that_explain


CODES = ["money", "food", "respect"]


def guide_for(about, *, sure=0.7):
    """Chances as a coder gives them that knows some of the subjects, and of the others only that they are none of these."""
    draw = np.random.default_rng(1)
    guide = draw.uniform(0, 0.12, (len(about), len(CODES)))
    for row, subject in enumerate(about):
        if subject in CODES:
            guide[row, CODES.index(subject)] = sure
    return guide


def spoken_answers(n):
    """Answers of which those about transport and meetings share a phrase, as people do who speak of one thing."""
    texts, about = answers(n)
    phrase = {"transport": "the bus route", "meetings": "papers before the meeting"}
    return [
        f"{phrase[subject]}. {text}" if subject in phrase else text for text, subject in zip(texts, about, strict=True)
    ], about


@pytest.fixture(scope="module")
def guided():
    texts, about = spoken_answers(240)
    return ThemeFinder().fit(texts, vectors_of(texts), guide=guide_for(about)), texts, about


def test_a_theme_of_a_code_says_so_and_holds_what_the_code_explains(guided):
    finder, _, about = guided
    code_of = {theme.code: place for place, theme in enumerate(finder.themes_) if theme.code is not None}
    assert sorted(code_of) == [0, 1, 2]
    for code, place in code_of.items():
        assert set(about[finder.labels_ == place]) == {CODES[code]}


def test_what_no_code_explains_makes_themes_without_a_code(guided):
    finder, _, about = guided
    new = [place for place, theme in enumerate(finder.themes_) if theme.code is None]
    assert new
    assert set(about[np.isin(finder.labels_, new)]) == {"transport", "meetings"}
    assert finder.n_themes_reason_.startswith(f"{len(finder.themes_)} themes: 3 stand for codes of the codebook.")
    assert f"{len(new)} themes that no code stands for" in finder.n_themes_reason_.replace("1 theme ", "1 themes ")


def test_a_text_whose_code_is_no_likelier_than_not_is_on_its_own(guided):
    _, texts, about = guided
    guide = guide_for(about)
    money = np.flatnonzero(about == "money")
    guide[money[:6], 0] = 0.25
    finder = ThemeFinder().fit(texts, vectors_of(texts), guide=guide)
    theme = next(place for place, theme in enumerate(finder.themes_) if theme.code == 0)
    assert set(finder.labels_[money[:6]]) == {-1} and set(finder.labels_[money[6:]]) == {theme}
    assert "6 more are on their own, since no code fits surely enough." in finder.n_themes_reason_


def test_what_no_code_explains_and_nobody_puts_in_the_same_words_makes_no_theme(guided):
    texts, about = answers(240)
    finder = ThemeFinder().fit(texts, vectors_of(texts), guide=guide_for(about))
    assert all(theme.code is not None for theme in finder.themes_)
    assert set(finder.labels_[np.isin(about, ["transport", "meetings"])]) == {-1}


def test_texts_that_come_after_are_placed_by_the_rule_that_themes_were_found_by():
    vectors = np.array([[1, 0, 0], [1, 0, 0], [0.1, 0.9, 0.1], [0.9, 0.1, 0.3]])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    guide = np.array([[0.6, 0.1], [0.3, 0.1], [0.0, 0.1], [0.1, 0.1]])
    centres, codes = np.eye(3)[:2], (0, None)
    assert placed(vectors, centres, guide, codes).tolist() == [0, -1, 1, -1]
    assert placed(vectors, centres, guide, (0, 1)).tolist() == [0, -1, -1, -1]
    assert placed(vectors, centres, None, codes).tolist() == [0, 0, 1, 0]


def test_guided_themes_do_not_hang_on_the_order_of_rows(guided):
    finder, texts, about = guided
    order = np.random.default_rng(2).permutation(len(texts))
    shuffled = [texts[row] for row in order]
    again = ThemeFinder().fit(shuffled, vectors_of(shuffled), guide=guide_for(about)[order])
    assert again.labels_.tolist() == finder.labels_[order].tolist()
    assert again.n_themes_reason_ == finder.n_themes_reason_


def test_a_guide_that_knows_nothing_of_the_answers_changes_nothing():
    texts, _ = answers(120)
    alone = ThemeFinder().fit(texts, vectors_of(texts))
    clueless = ThemeFinder().fit(texts, vectors_of(texts), guide=np.full((len(texts), 4), 0.01))
    assert clueless.labels_.tolist() == alone.labels_.tolist() and clueless.n_themes_reason_ == alone.n_themes_reason_


def test_as_many_guided_themes_as_were_asked_for():
    texts, about = answers(240)
    finder = ThemeFinder(n_themes=4).fit(texts, vectors_of(texts), guide=guide_for(about))
    assert len(finder.themes_) <= 4 and sum(theme.code is not None for theme in finder.themes_) == 3


def test_fifteen_answers_are_enough_and_fewer_say_why_there_is_one_theme():
    texts, about = answers(15, subjects=("money", "food"))
    finder = ThemeFinder().fit(texts, vectors_of(texts), guide=guide_for(about))
    assert len(finder.themes_) > 1
    few = ThemeFinder().fit(texts[:14], vectors_of(texts[:14]), guide=guide_for(about[:14]))
    assert few.n_themes_reason_ == (
        "1 theme, because there are only 14 answers, 14 of them different; themes are told apart from 15 answers up."
    )


def test_a_code_of_too_few_texts_gives_way_to_the_next():
    chances = np.array([[0.9, 0.3]] * 3 + [[0.1, 0.8]] * 6 + [[0.1, 0.1]])
    assert codes_that_explain(chances).tolist() == [1] * 9 + [-1]
    assert set(codes_that_explain(np.vstack([chances, [[0.1, 0.8]]]), most=1).tolist()) == {1, -1}


def test_a_text_no_nearer_to_its_group_than_strangers_are_is_far():
    draw = np.random.default_rng(0)
    middles = np.repeat(np.eye(8)[:2], 20, axis=0)
    vectors = middles + 0.1 * draw.standard_normal((40, 8))
    vectors[5] = -np.eye(8)[0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = np.repeat([0, 1], 20)
    assert np.flatnonzero(far(labels, vectors)).tolist() == [5]
    assert not far(np.zeros(40, dtype=int), vectors).any()


def test_a_group_that_shares_no_words_is_a_mixture():
    alike = [f"the {SUBJECTS['food'][n % 3]} was cold" for n in range(12)]
    unlike = [f"{chr(97 + n) * 4} and {chr(98 + n) * 6}" for n in range(12)]
    rest = [f"bus {n} route driver" for n in range(100)]
    labels = np.repeat([0, 1, 2], [12, 12, 100])
    assert mixtures([*alike, *unlike, *rest], labels) == [1]


@pytest.mark.parametrize(
    ("guide", "said"), [(np.ones((2, 3)), "3 texts but 2 rows of the guide"), (np.full((3, 2), np.nan), "guide holds a missing")]
)
def test_a_guide_of_the_wrong_shape_is_refused(guide, said):
    with pytest.raises(DataError, match=said):
        ThemeFinder().fit(["late"] * 3, np.ones((3, 3)), guide=guide)
