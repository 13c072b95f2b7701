"""The coder: what it learns from a codebook and from people, when it keeps silent, and the reasons it gives."""

import doctest
import hashlib
import importlib
from dataclasses import replace

import numpy as np
import pytest
from sample import ROOT, SHARED, needs_shared
from sklearn.base import clone

from pipeline import CodebookClassifier
from pipeline.codebook.codebook import Code, Codebook
from pipeline.errors import CodebookError, DataError, ModelError
from pipeline.methods.coder import classifier
from pipeline.methods.coder.calibration import LIKENESS, Calibration, calibrate, thresholds
from pipeline.methods.coder.fit import for_people
from pipeline.methods.coder.kernel_ridge import Features, TaughtTexts, learn, likeness
from pipeline.methods.coder.shares_by_frame import shifted, shifts_by_frame
from pipeline.methods.coder.weak_labels import theme_hints
from pipeline.methods.embedding.embedders import load_embedder


class WordEmbedder:
    """Vectors that say which words a text has: a small embedder that needs no model."""

    name, dimension, sha256, precision = "words", 64, "", "fp32"

    def __init__(self, refused=()):
        self.refused = set(refused)

    def encode(self, texts):
        assert not self.refused & set(texts), "these texts came with vectors"
        rows = [sum((self.word(word) for word in text.lower().split()), np.zeros(64)) for text in texts]
        return np.array([row / (np.linalg.norm(row) or 1) for row in rows], dtype=np.float32).reshape(-1, 64)

    @staticmethod
    def word(word):
        seed = int.from_bytes(hashlib.sha256(word.strip(".,!?").encode()).digest()[:4], "big")
        return np.random.default_rng(seed).standard_normal(64)


WAITING = Code(
    "waiting",
    label="Waiting",
    definition="How long people wait for an answer. Delays of any kind.",
    examples=("we waited weeks for a reply", "a long delay before anybody rang", "the reply came months late"),
)
FOOD = Code(
    "food",
    label="Food",
    definition="Meals and drinks.",
    include="Biscuits at meetings.",
    examples=("the lunch was lovely", "cold soup and bad bread for lunch", "tea and biscuits were served"),
)
TRUST = Code(
    "trust",
    label="Trust",
    definition="Whether people believe each other.",
    examples=("I trust the team", "they believe what we say", "nobody believes the council"),
)
CODEBOOK = Codebook((WAITING, FOOD, TRUST))
OUTSIDE = "parking spaces near my house cost nothing"
FAR = "My password expired again"


def coder_for(*codes, **parameters):
    return CodebookClassifier(Codebook(codes) if codes else CODEBOOK, embedder=WordEmbedder(), **parameters)


@pytest.fixture(scope="module")
def untaught():
    return coder_for().fit()


def top(coder, text, **known):
    return coder.classes_[coder.predict_proba([text], **known)[0].argmax()]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("we waited months", "waiting"),
        ("the soup was cold and bad", "food"),
        ("people believe the team", "trust"),
        ("delays of some kind", "waiting"),  # only the definition says so
        ("biscuits at the meetings", "food"),  # only the inclusion says so
    ],
)
def test_the_codebook_alone_is_enough_to_begin_with(untaught, text, code):
    assert top(untaught, text) == code


def test_fit_returns_the_coder_with_the_codes_in_the_codebooks_order():
    coder = coder_for()
    assert coder.fit() is coder
    assert coder.classes_ == ("waiting", "food", "trust")


def test_probabilities_are_of_each_code_on_its_own(untaught):
    chances = untaught.predict_proba(["we waited weeks for a reply. the lunch was lovely", OUTSIDE])
    assert chances.shape == (2, 3)
    assert ((chances >= 0) & (chances <= 1)).all()
    assert chances[0].sum() > 1 > chances[1].sum()


def test_each_sentence_of_an_answer_counts(untaught):
    found = untaught.suggest(["we waited weeks for a reply. the lunch was lovely. " + OUTSIDE])[0]
    assert {one.code for one in found.codes if one.suggested} == {"waiting", "food"}


def test_candidates_come_best_first_with_those_suggested_marked(untaught):
    found = untaught.suggest(["we waited weeks for a reply"])[0]
    scores = [one.score for one in found.codes]
    assert scores == sorted(scores, reverse=True)
    assert (found.codes[0].code, found.codes[0].suggested) == ("waiting", True)
    assert found.abstained is None


def test_the_reason_is_the_nearest_phrase_of_the_codebook(untaught):
    lunch, delays = untaught.suggest(["cold soup and bread", "delays of any kind at all"])
    assert lunch.codes[0].because == "cold soup and bad bread for lunch"
    assert delays.codes[0].because == "Delays of any kind."


def test_an_answer_is_not_its_own_reason(untaught):
    assert untaught.suggest(["the lunch was lovely"])[0].codes[0].because in {*FOOD.examples[1:], "Food", "Meals and drinks."}


def test_the_words_that_weighed_most_are_words_of_the_answer(untaught):
    words = untaught.suggest(["Soup again, with bread"])[0].words
    assert set(words) <= {"soup", "bread", "with", "again"} and {"soup", "bread"} & set(words)


@pytest.mark.parametrize("text", ["", "   ", "?!", "hm", "no idea"])
def test_it_says_when_a_text_is_too_short(untaught, text):
    assert untaught.suggest([text])[0].abstained == "too short"


def test_one_word_is_enough_where_it_names_a_code():
    coder = coder_for(WAITING, replace(FOOD, examples=(*FOOD.examples, "lunch", "soup"))).fit()
    assert coder.suggest(["lunch"])[0].codes[0].suggested


def test_it_says_when_an_answer_is_outside_the_codebook(untaught):
    found = untaught.suggest([FAR])[0]
    assert found.abstained == "outside the codebook"
    assert not any(one.suggested for one in found.codes)


def test_that_it_is_not_sure_is_no_evidence_that_the_codebook_has_no_code(untaught):
    found = untaught.suggest([OUTSIDE])[0]
    assert found.abstained == "not sure enough"
    assert 0.15 <= found.codes[0].score < untaught.thresholds_.min()


def test_it_says_when_two_codes_tie():
    examples = ("we sat there for hours", "hours and hours of sitting", "they left us sitting there")
    turned = tuple(" ".join(reversed(text.split())) for text in examples)
    # What they include is alike too, as it is compared with the text.
    one, other = (replace(code, definition="", include="sitting there") for code in (WAITING, TRUST))
    coder = coder_for(replace(one, examples=examples), replace(other, examples=turned), FOOD).fit()
    found = coder.suggest(["hours there we sat again for"])[0]
    assert found.abstained == "two codes tie"
    assert {one.code for one in found.codes[:2]} == {"waiting", "trust"}


def test_with_one_code_only_it_still_knows_what_is_outside():
    coder = coder_for(FOOD).fit()
    inside, outside = coder.predict_proba(["the lunch was lovely", OUTSIDE])[:, 0]
    assert inside > 0.5 > outside
    assert coder.suggest([FAR])[0].abstained == "outside the codebook"


def test_an_example_of_two_codes_teaches_both():
    shared = "they believe we can wait"
    codes = [replace(code, examples=(*code.examples, shared)) for code in (WAITING, TRUST)]
    chances = coder_for(*codes, FOOD).fit().predict_proba([shared])[0]
    assert min(chances[:2]) > 0.5 > chances[2]


def test_a_counter_example_speaks_against_its_code():
    against = replace(FOOD, counter_examples=("lunch hour is too short for a meeting",))
    text = "lunch hour is too short"
    before, after = (coder_for(code, WAITING).fit().predict_proba([text])[0, 0] for code in (FOOD, against))
    assert after < 0.7 * before


def test_a_counter_example_may_be_another_codes_example():
    shared = "the reply to my lunch order came late"
    coder = coder_for(
        replace(FOOD, counter_examples=(shared,)), replace(WAITING, examples=(*WAITING.examples, shared)), TRUST
    ).fit()
    assert top(coder, shared) == "waiting"


def test_people_teach_it_what_the_codebook_does_not_say():
    texts = ["minibus never came", "no minibus again", "where was the minibus", "minibus broke down"]
    coder = coder_for().fit(texts, [["waiting"]] * 4)
    assert coder.suggest(["that minibus"])[0].codes[0][:1] == ("waiting",)
    assert coder.suggest(["still no minibus again"])[0].codes[0].because in texts


def test_a_rare_code_is_learnt_beside_a_common_one():
    common = [f"the lunch was {word} lovely" for word in ("very", "quite", "so", "really")] * 8
    rare = ["my pension form got lost", "they lost my pension letter"]
    texts = [f"{text} {number}" for number, text in enumerate(common)] + rare
    coder = coder_for(WAITING, FOOD, Code("loss", label="Loss")).fit(texts, [["food"]] * len(common) + [["loss"]] * 2)
    assert top(coder, "the pension letter was lost") == "loss"


def test_several_codes_of_one_answer_are_learnt():
    texts = ["queueing in the canteen", "canteen queueing is slow", "queueing for the canteen again"]
    chances = coder_for().fit(texts, [["waiting", "food"]] * 3).predict_proba(["queueing at the canteen"])[0]
    assert min(chances[:2]) > chances[2]


def test_no_code_is_a_decision_too():
    text = "the lunch was lovely thank you"
    before = coder_for().fit().predict_proba([text])[0, 1]
    assert coder_for().fit([text, "thank you the lunch"], [[], []]).predict_proba([text])[0, 1] < before


def test_the_heavier_of_two_opinions_prevails():
    text = "gravel everywhere in spring"
    coders = [coder_for().fit([text, text], [["food"], ["trust"]], weights=weights) for weights in ([3, 1], [1, 3])]
    assert [top(coder, text) for coder in coders] == ["food", "trust"]


def test_a_decision_without_weight_teaches_nothing():
    texts = ["gravel everywhere in spring"] * 2
    with_it = coder_for().fit(texts, [["food"], ["trust"]], weights=[1, 0])
    without = coder_for().fit(texts[:1], [["food"]])
    np.testing.assert_array_equal(with_it.predict_proba(texts), without.predict_proba(texts))


def test_the_same_answer_means_another_thing_in_another_frame():
    decided = [("not a thing", "better", ["trust"]), ("not a thing", "good", ["waiting"])]
    texts, frames, codes = zip(*decided, strict=True)
    coder = coder_for().fit(texts, codes, frames=frames)
    better, good = coder.predict_proba(["not a thing"] * 2, frames=["better", "good"])
    assert better[2] > good[2] and good[0] > better[0]


def test_unread_answers_lend_their_words():
    unread = ["the lunch was lovely and the pudding too", "cold soup for lunch and pudding", "pudding after the lunch"] * 3
    texts = [f"{text} {number}" for number, text in enumerate(unread)]
    before, after = coder_for().fit(), coder_for().fit(texts)
    assert after.predict_proba(["pudding"])[0, 1] > before.predict_proba(["pudding"])[0, 1]
    assert coder_for().fit(texts, [None] * 9).classes_ == after.classes_


def test_asking_for_more_precision_never_suggests_more(untaught):
    texts = [*WAITING.examples, *FOOD.examples, "a reply at lunch", "soup delay", "the team waited", OUTSIDE]
    counts = [
        sum(one.suggested for found in coder_for(min_precision=wanted).fit().suggest(texts) for one in found.codes)
        for wanted in (0.5, 0.8, 1.0)
    ]
    assert counts[0] >= counts[1] >= counts[2]


def test_the_same_material_gives_the_same_coder():
    texts, codes = ["minibus never came", "soup was off", "we wait"], [["waiting"], ["food"], None]
    one, other = (coder_for().fit(texts, codes).suggest([*texts, OUTSIDE]) for _ in range(2))
    assert one == other


def test_texts_that_come_with_vectors_are_not_embedded_again():
    texts = ["minibus never came. it was late", "soup was off, but warm", "we wait"]
    vectors = WordEmbedder().encode(texts)
    coder = CodebookClassifier(CODEBOOK, embedder=WordEmbedder(refused=texts))
    coder.fit(texts, [["waiting"], ["food"], None], vectors=vectors)
    assert coder.predict_proba(texts, vectors=vectors).shape == (3, 3)
    assert len(coder.suggest(texts, vectors=vectors.astype(np.float16))) == 3


def test_vectors_change_nothing_for_single_sentences():
    texts, codes = ["minibus never came", "soup was off", "we wait"], [["waiting"], ["food"], None]
    vectors = WordEmbedder().encode(texts)
    without = coder_for().fit(texts, codes).predict_proba(texts)
    np.testing.assert_allclose(coder_for().fit(texts, codes, vectors=vectors).predict_proba(texts, vectors=vectors), without)


def test_vectors_of_more_texts_in_another_order_do_as_well():
    texts, codes = ["minibus never came", "soup was off", "minibus never came", "we wait"], [["waiting"], ["food"], [], None]
    vectors = WordEmbedder().encode(["we wait", "not asked about", "soup was off", "minibus never came"])
    taught = coder_for().fit(texts, codes, vectors=vectors, rows=[3, 2, 3, 0])
    expected = coder_for().fit(texts, codes, vectors=vectors[[3, 2, 3, 0]])
    assert taught.suggest(texts) == expected.suggest(texts)
    np.testing.assert_array_equal(taught.predict_proba([*texts, OUTSIDE]), expected.predict_proba([*texts, OUTSIDE]))


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param((Code("a", label="Waiting for replies"),), id="one code without anything else"),
        pytest.param((Code("a"), Code("b")), id="ids only"),
        pytest.param((Code("!", label="?"), Code("…", label="—")), id="no words at all"),
        pytest.param((replace(FOOD, examples=()), WAITING), id="a code without examples"),
        pytest.param((replace(FOOD, definition="", include=""), WAITING), id="a code without definition"),
        pytest.param((replace(FOOD, examples=("soup",) * 4), replace(WAITING, examples=("soup",))), id="the same examples"),
        pytest.param((replace(FOOD, exclude="Waiting for food.", counter_examples=FOOD.examples),), id="contradicting itself"),
    ],
)
@pytest.mark.parametrize("decisions", [0, 1, 6], ids="{} decisions".format)
def test_a_thin_codebook_is_no_obstacle(codes, decisions):
    texts = ["soup", "soup", "we wait for replies", "", "?", "lovely soup. and bread"]
    given = [[codes[0].code]] * decisions + [None] * (6 - decisions)
    coder = coder_for(*codes).fit(texts, given)
    chances = coder.predict_proba(texts)
    assert chances.shape == (6, len(codes)) and np.isfinite(chances).all()
    phrases = {code.name for code in codes} | {text for code in codes for text in code.examples} | set(texts)
    assert len(coder.suggest(texts)) == 6
    assert all(one.because in phrases or "." in one.because for found in coder.suggest(texts) for one in found.codes)


@pytest.mark.parametrize("vectors", [None, np.zeros((0, 64), dtype=np.float32)])
def test_no_texts_give_no_suggestions(untaught, vectors):
    assert untaught.predict_proba([], vectors=vectors).shape == (0, 3)
    assert untaught.suggest([], vectors=vectors) == []
    assert coder_for().fit([], [], vectors=vectors).classes_ == untaught.classes_


def test_more_texts_than_fit_in_one_slice(untaught, monkeypatch):
    texts = [*WAITING.examples, *FOOD.examples, OUTSIDE]
    whole = untaught.predict_proba(texts)
    monkeypatch.setattr(classifier, "_SLICE", 2)
    np.testing.assert_allclose(untaught.predict_proba(texts), whole, atol=1e-6)
    assert len(untaught.suggest(texts)) == 7


def test_an_empty_codebook_is_refused():
    with pytest.raises(CodebookError, match="no codes"):
        CodebookClassifier(Codebook(()), embedder=WordEmbedder()).fit()


SECRET = "my neighbour Gwen told me"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"codes": [["food"], ["fod"]]}, CodebookError, "Text 1 is given the code 'fod'"),
        ({"codes": [["food"]]}, DataError, "2 texts but 1 codes"),
        ({"codes": ["food", "food"]}, DataError, "a list of code ids"),
        ({"frames": ["good"]}, DataError, "2 texts but 1 frames"),
        ({"frames": ["good", "bad"]}, DataError, "'bad'"),
        ({"weights": [1, -1]}, DataError, "negative"),
        ({"weights": [1, float("nan")]}, DataError, "no number"),
        ({"vectors": np.zeros((1, 64))}, DataError, "2 texts but 1 vectors"),
        ({"vectors": np.zeros((3, 64)), "rows": [1]}, DataError, "2 texts but 1 rows"),
        ({"vectors": np.zeros((3, 64)), "rows": [1, 3]}, DataError, "3 vectors, and a row is not among them"),
        ({"vectors": np.zeros((3, 64)), "rows": [-1, 1]}, DataError, "3 vectors, and a row is not among them"),
        ({"vectors": np.zeros((2, 3))}, ModelError, "coder's own model"),
        ({"texts": [SECRET, None]}, DataError, "Text 1 is no text"),
    ],
)
def test_what_does_not_fit_together_is_refused_without_quoting_anybody(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        coder_for().fit(**{"texts": [SECRET, SECRET], **arguments})
    assert "Gwen" not in str(caught.value)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"effort": "heroic"}, "effort"),
        ({"effort": "thorough"}, "no layers that could learn"),
        ({"min_precision": 70}, "between 0 and 1"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(parameters, words):
    with pytest.raises(ModelError, match=words):
        coder_for(**parameters).fit()


@pytest.mark.parametrize("ask", ["predict_proba", "suggest"])
def test_it_must_be_fitted_first(ask):
    with pytest.raises(ModelError, match="fit"):
        getattr(coder_for(), ask)(["soup"])


def test_it_is_cloned_and_set_like_an_estimator_of_scikit_learn():
    coder = coder_for(min_precision=0.8).fit()
    copy = clone(coder)
    assert copy.get_params()["min_precision"] == 0.8 and not hasattr(copy, "classes_")
    assert copy.set_params(min_precision=0.6).min_precision == 0.6
    with pytest.raises(ModelError, match="precision"):
        copy.set_params(precision=0.6)


def random_features(n, seed):
    from scipy.sparse import csr_matrix

    draw = np.random.default_rng(seed)
    vectors = draw.standard_normal((n, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Features(vectors, csr_matrix(draw.random((n, 5)) * (draw.random((n, 5)) > 0.5)), np.zeros((n, 3)))


def test_holding_out_a_lesson_is_the_same_as_never_having_had_it():
    features, others = random_features(40, seed=1), random_features(40, seed=2)
    draw = np.random.default_rng(3)
    shares, weights = (draw.random((40, 3)) > 0.6).astype(float), draw.random(40) + 0.5
    held_out = learn(TaughtTexts(features, shares, weights)).held_out(np.arange(40))
    found = held_out.scores(others, np.arange(40))
    for row in (0, 17, 39):
        rest = np.delete(np.arange(40), row)
        without = learn(TaughtTexts(features.take(rest), shares[rest], weights[rest])).model
        np.testing.assert_allclose(held_out.own[row], without.scores(features.take(np.array([row])))[0], atol=1e-3)
        np.testing.assert_allclose(found[row], without.scores(others.take(np.array([row])))[0], atol=1e-3)


def test_what_written_answers_teach_is_believed_less_until_people_have_decided():
    alone, some, many = map(for_people, (0, 50, 10_000))
    assert alone[0] < some[0] < many[0] <= 1 and alone[1] < some[1] < many[1] <= 0
    curve = Calibration(LIKENESS, np.array([LIKENESS.slope]), np.full(2, LIKENESS.level))
    scores = np.array([[0.3, 0.6], [0.7, 0.1]])
    believed, less = curve.probabilities(scores), curve.moved(*alone).probabilities(scores)
    assert (less[believed > 0.2] < believed[believed > 0.2]).all()
    assert (np.argsort(less, axis=1) == np.argsort(believed, axis=1)).all()
    np.testing.assert_allclose(curve.moved(*many).probabilities(scores), believed, atol=0.01)


def test_many_lessons_are_held_out_as_few_are_and_in_any_order():
    features = random_features(1_100, seed=1)
    draw = np.random.default_rng(3)
    shares, weights = (draw.random((1_100, 3)) > 0.6).astype(float), draw.random(1_100) + 0.5
    learnt = learn(TaughtTexts(features, shares, weights))
    rows = draw.permutation(1_100)[:450]
    held_out = learnt.held_out(rows)
    influence = learnt.influences(rows)[rows, np.arange(450)]
    np.testing.assert_allclose(held_out.surprises * influence[:, None], learnt.model.pulls[rows], rtol=1e-3, atol=1e-4)
    kernel = likeness(features, features).astype(float) + np.diag(1 / weights)
    np.testing.assert_allclose(learnt.system @ learnt.system.T, kernel, atol=1e-3)


def test_what_is_learnt_bit_by_bit_is_the_same_as_learnt_at_once():
    features, others = random_features(40, seed=1), random_features(20, seed=2)
    draw = np.random.default_rng(3)
    shares, weights = (draw.random((40, 3)) > 0.6).astype(float), draw.random(40) + 0.5
    parts = [TaughtTexts(features.take(rows), shares[rows], weights[rows]) for rows in (np.arange(25), np.arange(25, 40))]
    whole = learn(TaughtTexts(features, shares, weights))
    joined = learn(parts[0]).joined(parts[1])
    np.testing.assert_allclose(joined.model.scores(others), whole.model.scores(others), atol=1e-3)
    rows = np.array([3, 30])
    np.testing.assert_allclose(joined.held_out(rows).own, whole.held_out(rows).own, atol=1e-3)


def test_a_code_that_answers_to_one_question_bear_more_often_becomes_likelier_there_and_only_there():
    draw = np.random.default_rng(6)
    truth = np.zeros((600, 2), dtype=bool)
    truth[:300, 0], truth[300:, 0], truth[:, 1] = draw.random(300) < 0.6, draw.random(300) < 0.05, draw.random(600) < 0.2
    # A coder that knows nothing of the questions: it finds the code usual everywhere.
    odds = 2.5 * (truth - 0.5) + draw.normal(0, 1, (600, 2)) - 0.5
    chances, frames = 1 / (1 + np.exp(-odds)), np.repeat(np.eye(3)[:2], 300, axis=0)
    shifts = shifts_by_frame(chances, frames)
    moved = shifted(chances, frames @ shifts)
    before, after = (np.abs(each[:300, 0].mean() - truth[:300, 0].mean()) for each in (chances, moved))
    assert after < before / 2 and shifts[0, 0] > 0 > shifts[1, 0]
    assert np.abs(shifts[:2, 1]).max() < 0.3 and not shifts[2].any()


def test_of_very_many_decided_texts_it_learns_from_as_many_as_it_can_hold(monkeypatch):
    monkeypatch.setattr(classifier, "MOST_DECIDED", 3)
    texts = [f"parking again {word}" for word in ("here", "there", "now", "then", "always", "never")]
    coder = coder_for().fit(texts, [["trust"]] * 6)
    assert coder.predict_proba(["parking again"])[0].argmax() == 2


def test_texts_without_a_kind_of_question_stay_as_they_are():
    chances = np.random.default_rng(7).random((50, 3))
    np.testing.assert_allclose(shifts_by_frame(chances, np.zeros((50, 3))), 0)
    one_kind = np.repeat([[1.0, 0, 0]], 50, axis=0)
    np.testing.assert_allclose(shifted(chances, one_kind @ shifts_by_frame(chances, one_kind)), chances, atol=1e-6)


def test_a_coder_that_learns_its_own_guesses_becomes_no_surer_of_them():
    texts = [
        f"{word} again, {other}"
        for word in ("we waited", "lunch was", "I trust", "parking", "the meals", "a delay")
        for other in ("not good", "we were glad", "on Tuesday")
    ]
    before, after = coder_for().fit(), coder_for().fit(texts, [None] * len(texts))
    sure = [coder.predict_proba(texts).max(axis=1).mean() for coder in (before, after)]
    assert abs(sure[1] - sure[0]) < 0.05


def test_probabilities_come_true():
    draw = np.random.default_rng(4)
    scores = draw.random((3000, 2))
    odds = np.exp(3.5 * np.log(scores + 0.05) + [3.0, 1.0])
    truth = (draw.random((3000, 2)) < odds / (1 + odds)).astype(float)
    chances = calibrate(scores, truth, weights=np.ones(3000)).probabilities(scores)
    for low in (0.0, 0.3, 0.6):
        there = (chances >= low) & (chances < low + 0.3)
        assert abs(chances[there].mean() - truth[there].mean()) < 0.05


def test_a_code_that_is_often_wrong_needs_a_higher_probability():
    draw = np.random.default_rng(5)
    chances = draw.random((2000, 2))
    truth = (draw.random((2000, 2)) < chances * [1.0, 0.8]).astype(float)
    usual, often_wrong = thresholds(chances, truth, weights=np.ones(2000), min_precision=0.75)
    assert often_wrong > usual
    right = truth[chances[:, 1] >= often_wrong, 1]
    assert right.mean() >= 0.73


@pytest.mark.model
def test_the_example_in_the_documentation_runs():
    tests = doctest.DocTestFinder(recurse=False).find(CodebookClassifier, globs={})
    assert doctest.DocTestRunner().run(tests[0]).failed == 0


@needs_shared
@pytest.mark.model
def test_suggestions_on_real_answers_are_as_good_as_promised(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "benchmarks"))
    coding = importlib.import_module("coding")
    answers = coding.read_answers(SHARED).take(300)
    figures = coding.score_coder(answers, coding.Remembering(load_embedder("minilm")), "codebook")
    assert figures["lrap"] >= 0.693
    assert figures["precision"] >= 0.7
    assert figures["coverage"] >= 0.5


SPOKEN = [f"the {thing} by the {place}" for thing in ("bench", "lamp", "gate") for place in ("pond", "mill", "wood", "inn")]


def test_the_code_that_people_gave_a_theme_is_a_hint_for_its_texts():
    hinted = coder_for().fit(SPOKEN, [None] * len(SPOKEN), hints=["trust"] * len(SPOKEN))
    unhinted = coder_for().fit(SPOKEN, [None] * len(SPOKEN))
    asked = ["a lamp near the inn"]
    assert top(hinted, asked[0]) == "trust"
    assert hinted.predict_proba(asked)[0, 2] > unhinted.predict_proba(asked)[0, 2]


def test_a_decision_outweighs_a_hint():
    codes = [["food"]] * 6 + [None] * 6
    coder = coder_for().fit(SPOKEN, codes, hints=["trust"] * len(SPOKEN))
    assert top(coder, SPOKEN[0]) == "food"


def test_a_hint_must_be_a_code_of_the_codebook():
    with pytest.raises(CodebookError, match="'weather'"):
        coder_for().fit(["rain"], [None], hints=["weather"])


def test_only_the_texts_nearest_a_themes_middle_are_given_its_code():
    labels, near = np.array([0] * 10 + [1] * 10 + [-1]), np.array([*range(10), *range(10), 99.0])
    hints = theme_hints(labels, near, ["food", None])
    assert hints == [None] * 7 + ["food"] * 3 + [None] * 11
