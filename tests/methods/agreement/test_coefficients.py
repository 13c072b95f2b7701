"""Coefficients of agreement against published values, other libraries, and what must be so."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from pipeline.methods.agreement import (
    CodingMatrix,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    estimate,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    masi,
    percentage,
    resample,
    specific,
)


SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "agreement"
EXPECTED = json.loads((SHARED / "expected_values.json").read_text()) if SHARED.is_dir() else {}
NAN = float("nan")
COEFFICIENTS = {
    "percentage": percentage,
    "krippendorff": krippendorff_alpha,
    "fleiss": fleiss_kappa,
    "gwet": gwet_ac1,
    "conger": conger_kappa,
    "bp": brennan_prediger,
}


def codings(*coders):
    """Return the codings of coders who gave these letters or numbers; a blank is a missing value."""
    values = np.array([list(coder) for coder in coders], dtype=object).T
    found, _ = pd.factorize(values.ravel(), sort=True)
    numbers = np.where(values.ravel() == " ", NAN, found.astype(float))
    return CodingMatrix.of(numbers.reshape(values.shape))


def crossed(table):
    """Return the codings of two coders from how often each pair of categories was given."""
    pairs = [(row, column) for row, counts in enumerate(table) for column, n in enumerate(counts) for _ in range(n)]
    return CodingMatrix.of(np.array(pairs, dtype=float))


def tallied(rows):
    """Return codings from how many coders gave each category to each excerpt."""
    return CodingMatrix.of(np.array([[place for place, n in enumerate(row) for _ in range(n)] for row in rows], dtype=float))


# Fleiss' example of ten subjects, fourteen raters and five categories, as it is found in many textbooks.
FLEISS = (
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
)  # fmt: skip


@pytest.mark.parametrize(
    ("found", "coefficient", "value", "digits"),
    [
        # Krippendorff (2011), Computing Krippendorff's alpha-reliability: A, binary; B, nominal.
        (codings("0100000010", "1110010000"), krippendorff_alpha, 0.095, 3),
        (codings("aabbdcccedda", "babbbccceddd"), krippendorff_alpha, 0.692, 3),
        (tallied(FLEISS), fleiss_kappa, 0.210, 3),
        # Two readers of fifty grant proposals, a common example of Cohen's kappa.
        (crossed([[20, 5], [10, 15]]), cohen_kappa, 0.4, 3),
        # Gwet (2002), Kappa statistic is not satisfactory: kappa falls below nought where 94 % agree, AC1 does not.
        (crossed([[118, 5], [2, 0]]), cohen_kappa, -0.0234, 4),
        (crossed([[118, 5], [2, 0]]), gwet_ac1, 0.9408, 4),
        (crossed([[118, 5], [2, 0]]), percentage, 0.944, 3),
    ],
)
def test_published_values(found, coefficient, value, digits):
    assert round(float(coefficient(found)), digits) == value


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_without_any_difference_is_one(metric):
    assert krippendorff_alpha(codings("1234", "1234", "12 4"), metric=metric) == pytest.approx(1)


def test_alpha_of_ranks_counts_what_lies_between():
    near, far = codings("1122334", "1122335"), codings("1122334", "5122334")
    assert krippendorff_alpha(near, metric="ordinal") > krippendorff_alpha(far, metric="ordinal")
    # By hand: of 7 pairs one is 1 apart; the sum of the squared differences of the 14 values, each with each, is 538.
    assert float(krippendorff_alpha(near, metric="interval")) == pytest.approx(1 - (1 / 7) / (538 / (14 * 13)))


@pytest.mark.skipif(not EXPECTED, reason="the shared tables of ratings are not on this machine")
@pytest.mark.parametrize(
    ("name", "coefficient"), [(name, coefficient) for name, values in EXPECTED.items() for coefficient in values]
)
def test_every_expected_value_to_its_last_digit(name, coefficient):
    table = pd.read_csv(SHARED / f"{name}.csv")
    found, _ = pd.factorize(table.to_numpy(dtype=object).ravel(), sort=True)
    letters = np.where(found < 0, NAN, found.astype(float)).reshape(table.shape)
    numeric = table.dtypes.map(pd.api.types.is_numeric_dtype).all()
    ratings = CodingMatrix.of(table.to_numpy(float) if numeric else letters)
    value = EXPECTED[name][coefficient]
    got = COEFFICIENTS[coefficient](ratings) if coefficient in COEFFICIENTS else krippendorff_alpha(ratings, metric=coefficient)
    assert f"{float(got):.{len(str(value).split('.')[1])}f}" == str(value)


@pytest.mark.parametrize("seed", range(5))
def test_other_libraries_say_the_same_where_nothing_is_missing(seed):
    ratings = np.random.default_rng(seed).integers(0, 4, size=(30, 3))
    two, three = CodingMatrix.of(ratings[:, :2].astype(float)), CodingMatrix.of(ratings.astype(float))
    assert float(cohen_kappa(two)) == pytest.approx(cohen_kappa_score(ratings[:, 0], ratings[:, 1]))
    assert float(fleiss_kappa(three)) == pytest.approx(statsmodels_fleiss(three.totals))
    assert float(conger_kappa(two)) == pytest.approx(float(cohen_kappa(two)))


def test_cohens_kappa_is_for_two_and_ignores_what_one_coded():
    with pytest.raises(ValueError, match="two coders"):
        cohen_kappa(codings("ab", "ab", "ab"))
    assert cohen_kappa(codings("aabb ", "abbba")) == pytest.approx(cohen_kappa(codings("aabb", "abbb")))


def test_what_one_person_alone_coded_is_no_agreement():
    alone, without = codings("aabb  ", "abbbab"), codings("aabb", "abbb")
    for coefficient in (percentage, krippendorff_alpha):
        assert coefficient(alone) == pytest.approx(coefficient(without))


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_an_excerpt_that_counts_twice_is_as_two(name):
    ratings = np.array([[0, 0, 1], [1, 1, 1], [2, NAN, 2], [0, 1, NAN], [2, 2, 0], [1, NAN, NAN]])
    often = np.array([2.0, 1, 0, 3, 1, 1])
    repeated = CodingMatrix.of(np.repeat(ratings, often.astype(int), axis=0), np.arange(3.0))
    found = COEFFICIENTS[name](CodingMatrix.of(ratings), np.stack([np.ones(6), often]))
    assert found.shape == (2,)
    assert found.tolist() == pytest.approx([float(COEFFICIENTS[name](one)) for one in (CodingMatrix.of(ratings), repeated)])


def test_a_group_of_one_is_as_a_coder():
    one, other = np.array([[0.0, 0, 1, 1, 2]]).T, np.array([[0.0, 1, 1, 1, 2]]).T
    groups = CodingMatrix.between(CodingMatrix.of(one, np.arange(3.0)), CodingMatrix.of(other, np.arange(3.0)))
    coders = CodingMatrix.of(np.hstack([one, other]))
    for coefficient in (percentage, krippendorff_alpha, cohen_kappa, gwet_ac1, fleiss_kappa):
        assert coefficient(groups) == pytest.approx(coefficient(coders))


def test_between_groups_only_pairs_across_count():
    # Within the second group nobody agrees; each of its members agrees with the first person half the time.
    first, second = np.array([[0.0], [1.0]]), np.array([[0.0, 1.0], [1.0, 0.0]])
    found = CodingMatrix.between(*(CodingMatrix.of(side, np.arange(2.0)) for side in (first, second)))
    assert float(percentage(found)) == 0.5


def test_where_everybody_says_the_same_chance_is_unknown():
    found = codings("aaaa", "aaaa")
    assert percentage(found) == 1 and np.isnan(krippendorff_alpha(found)) and np.isnan(cohen_kappa(found))
    assert estimate(krippendorff_alpha, found, resample(4, seed=1)).value is None
    told = estimate(percentage, found, resample(4, seed=1))
    assert (told.value, told.low, told.high) == (1, None, None)


def test_an_interval_holds_the_value_narrows_and_comes_again():
    few, many = crossed([[20, 5], [10, 15]]), crossed([[200, 50], [100, 150]])
    wide, narrow = (estimate(cohen_kappa, found, resample(len(found.votes), seed=7)) for found in (few, many))
    assert wide == estimate(cohen_kappa, few, resample(50, seed=7))
    assert wide.low < wide.value < wide.high and narrow.high - narrow.low < (wide.high - wide.low) / 2
    # The textbooks' large-sample error of this kappa is 0.13.
    assert (wide.high - wide.low) / 3.92 == pytest.approx(0.13, abs=0.02)


def test_how_often_the_other_gives_it_too():
    # Of 10 answers "yes", 6 were met by the other's "yes".
    found = crossed([[93, 2], [2, 3]])
    assert float(specific(found, 1)) == pytest.approx(6 / 10)
    assert float(percentage(found)) == pytest.approx(0.96)


def test_sets_of_codes_with_something_in_common_are_less_apart():
    sets = [frozenset(), frozenset("a"), frozenset("ab"), frozenset("bc"), frozenset("d")]
    apart = masi(sets)
    assert apart[1, 2] == pytest.approx(1 - 2 / 3 / 2) and apart[2, 3] == pytest.approx(1 - 1 / 3 / 3)
    assert apart[0, 1] == apart[1, 4] == 1 and (np.diag(apart) == 0).all() and (apart == apart.T).all()
