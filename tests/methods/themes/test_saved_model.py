"""Saved themes come back as they were, hold no answer, and say when new answers are about something else."""

import json

import numpy as np
import pytest

from pipeline.errors import ModelError
from pipeline.methods.themes.distinct_texts import unit
from pipeline.methods.themes.drift import measure_drift, nearness_of_fitted, quantiles_of
from pipeline.methods.themes.saved_model import SavedTheme, SavedThemes, load, said_by_enough, save, words_of_enough


THEMES = (
    SavedTheme("t1", "Late buses", ("bus", "late"), 1, "Getting there", ("a", "b"), 0.9, named=True, agreed_code="travel"),
    SavedTheme("t2", "Kind staff", (), 2, "Staff", (), set_aside=True),
)
SAVED = SavedThemes(THEMES, np.eye(2, 5, dtype=np.float32), (0.1, 0.5, 0.9), 40, "minilm fp32", "abc")
MIDDLES = np.eye(3, 24)


def around(middles, n, *, seed, spread=0.15):
    """Return n texts' vectors around each middle, and the middle of each."""
    draw = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(middles)), n)
    return unit(middles[labels] + spread * draw.normal(size=(len(labels), middles.shape[1]))), labels


def saved_quantiles(n=200):
    vectors, labels = around(MIDDLES, n, seed=1)
    centres = unit(np.array([vectors[labels == theme].sum(axis=0) for theme in range(3)]))
    return quantiles_of(nearness_of_fitted(vectors, labels, centres)), centres


def test_themes_come_back_as_they_were_saved(tmp_path):
    save(SAVED, tmp_path / "themes")
    back = load(tmp_path / "themes")
    assert (back.themes, back.quantiles, back.n_texts, back.embedder, back.sha256) == (
        THEMES,
        SAVED.quantiles,
        40,
        "minilm fp32",
        "abc",
    )
    assert back.centroids.dtype == np.float32 and (back.centroids == SAVED.centroids).all()
    assert {path.name for path in (tmp_path / "themes").iterdir()} == {"themes.json", "centroids.safetensors"}


@pytest.mark.parametrize("harm", ["gone", "cut", "other middles", "no themes"])
def test_what_is_not_whole_is_refused_with_a_sentence(tmp_path, harm):
    save(SAVED, tmp_path)
    facts = tmp_path / "themes.json"
    if harm == "gone":
        facts.unlink()
    elif harm == "cut":
        facts.write_text(facts.read_text(encoding="utf-8")[:90], encoding="utf-8")
    elif harm == "other middles":
        (tmp_path / "centroids.safetensors").write_bytes(b"something else")
    else:
        found = json.loads(facts.read_text(encoding="utf-8"))
        del found["themes"]
        facts.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ModelError, match=r"freeze"):
        load(tmp_path)


def test_only_words_of_three_different_texts_are_kept():
    texts = ["The bus was late", "Late bus again", "Buses are late", "One late bus", "Zebedee was late", "Zebedee was late"]
    assert words_of_enough(texts, ("bus", "late", "zebedee")) == ("bus", "late")
    assert said_by_enough(texts, "Late, bus") and not said_by_enough(texts, "Late, Zebedee")
    assert not said_by_enough(texts, "late bus"), "only two texts hold the two words together"
    assert not said_by_enough(texts, "")


def test_answers_like_the_first_do_not_drift():
    quantiles, centres = saved_quantiles()
    like, _ = around(MIDDLES, 200, seed=2)
    found = measure_drift((like @ centres.T).max(axis=1), quantiles)
    assert found.share.low <= 0.05 <= found.share.high and not found.has_drifted
    assert "still fit" in found.sentence()


def test_a_tenth_about_something_new_is_drift():
    quantiles, centres = saved_quantiles()
    like, _ = around(MIDDLES, 90, seed=2)
    new, _ = around(np.eye(24)[[9]], 30, seed=3)
    found = measure_drift((np.vstack([like, new]) @ centres.T).max(axis=1), quantiles)
    assert found.n == 300 and found.n_far >= 30 and found.has_drifted
    assert "something new" in found.sentence()


def test_few_texts_in_a_theme_do_not_flatter_the_first_survey():
    # A text is half of a theme of two; only compared with the other one does it say how near a new text would be.
    draws = [np.mean([measure_drift(*_new_and_saved(seed)).share.estimate]) for seed in range(20)]
    assert np.mean(draws) < 0.15


def _new_and_saved(seed):
    vectors, labels = around(np.eye(8, 24), 3, seed=100 + seed)
    centres = unit(np.array([vectors[labels == theme].sum(axis=0) for theme in range(8)]))
    new, _ = around(np.eye(8, 24), 30, seed=200 + seed)
    return (new @ centres.T).max(axis=1), quantiles_of(nearness_of_fitted(vectors, labels, centres))


def test_nobody_new_is_said():
    assert "No text" in measure_drift([], (0.0, 1.0) + (1.0,) * 19).sentence()
