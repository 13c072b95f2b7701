"""Measure agreement among people, between groups, and between people and the model.

Only excerpts that both sides coded count: a person who was never asked about an excerpt has not agreed with anybody. "None of
these" is an answer, the empty set of codes; "not sure" and a skipped excerpt are none, and neither is the model's silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.methods.agreement import (
    BootstrapEstimate,
    CodingMatrix,
    cohen_kappa,
    estimate,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    masi,
    percentage,
    resample,
    specific,
)
from pipeline.methods.agreement.comparisons import (
    FEWEST_EXCERPTS,
    FEWEST_GIVEN,
    AgreementResult,
    CodeAgreement,
    CoderComparison,
    Kind,
    SetAgreement,
)


CodeSet = frozenset[str]
Answers = Mapping[str, list[CodeSet]]
"""For each excerpt the sets of codes it was given, one a person."""
MODEL = "model"
_NONE = BootstrapEstimate(None)


def measure_agreement(
    blind: pd.DataFrame, segments: pd.DataFrame, suggestions: pd.DataFrame, lessons: pd.DataFrame, *, seed: int = 42
) -> AgreementResult:
    """Return how far people agree; `blind` has each person's last blind answer to an excerpt.

    The model is compared only on texts that it has not learnt from, or it would be praised for repeating what it was told.
    """
    asked_of = segments.loc[segments["segment_id"].isin(blind["segment_id"]), ["segment_id", "text_id"]]
    matched = blind.merge(asked_of, on=["segment_id", "text_id"])
    people = matched[matched["outcome"].isin(["codes", "none"])].sort_values(["reviewer", "segment_id"])
    # "None of these" is stored without codes and splits into one empty text; it is the empty set here.
    people = people.assign(given=people["codes"].map(lambda codes: frozenset(codes.split("|")) - {""}))
    asked = people.drop_duplicates("segment_id")
    learnt = asked["text_id"].isin(lessons["text_id"])
    model = _model(asked[~learnt], suggestions)
    return AgreementResult(
        comparisons=tuple(_comparisons(people, model, seed)),
        n_answers=len(people),
        n_not_answers=len(matched) - len(people),
        n_silent=int((~learnt).sum()) - len(model),
        n_learnt=int(learnt.sum()),
    )


def _model(asked: pd.DataFrame, suggestions: pd.DataFrame) -> Answers:
    of_these = suggestions["suggested"] & suggestions["text_id"].isin(asked["text_id"])
    suggested = suggestions[of_these].groupby("text_id")["code"].agg(frozenset)
    # Where the model suggests nothing it has kept silent, and not said that none of the codes fits.
    modelled = asked.assign(given=asked["text_id"].map(suggested)).dropna(subset="given")
    return {segment: [codes] for segment, codes in zip(modelled["segment_id"], modelled["given"], strict=True)}


def _comparisons(people: pd.DataFrame, model: Answers, seed: int) -> Iterator[CoderComparison]:
    if people.empty:
        return
    # "Researcher" and "researcher" are one group; it is called as the first has it.
    groups = {str(rows["reviewer_group"].iloc[0]): rows for _, rows in people.groupby(people["reviewer_group"].str.casefold())}
    yield _within(people, "everyone", "", seed)
    yield from (_within(rows, "within", name, seed) for name, rows in groups.items())
    for first, second in combinations(groups, 2):
        n_people = groups[first]["reviewer"].nunique() + groups[second]["reviewer"].nunique()
        yield _between(_answers(groups[first]), _answers(groups[second]), "between", (first, second), n_people, seed)
    persons = {str(name): rows for name, rows in people.groupby("reviewer")}
    sides: tuple[tuple[Kind, Mapping[str, pd.DataFrame]], ...] = (("model and group", groups), ("model and person", persons))
    for kind, parts in sides:
        for name, rows in parts.items():
            yield _between(model, _answers(rows), kind, (MODEL, name), rows["reviewer"].nunique(), seed)


def _answers(rows: pd.DataFrame) -> Answers:
    answers: dict[str, list[CodeSet]] = {}
    for segment, codes in zip(rows["segment_id"], rows["given"], strict=True):
        answers.setdefault(segment, []).append(codes)
    return answers


def _within(rows: pd.DataFrame, kind: Kind, name: str, seed: int) -> CoderComparison:
    # An excerpt that one person coded tells nothing about agreement.
    answers = {segment: sets for segment, sets in _answers(rows).items() if len(sets) > 1}
    n_people = rows["reviewer"].nunique()
    measured = _Excerpts([answers], pair=n_people == 2)
    return measured.compared(kind, (name, ""), n_people, seed)


def _between(first: Answers, second: Answers, kind: Kind, names: tuple[str, str], n_people: int, seed: int) -> CoderComparison:
    both = sorted(first.keys() & second.keys())
    measured = _Excerpts([{segment: side[segment] for segment in both} for side in (first, second)], pair=True)
    return measured.compared(kind, names, n_people, seed)


class _Excerpts:
    """The answers to excerpts that are compared: of people with each other, or of one side with the other."""

    def __init__(self, sides: list[Answers], *, pair: bool) -> None:
        self.sides = sides
        self.pair = pair
        self.n = len(sides[0])
        # In an order of their own, so that the same answers have the same categories whatever the order of rows.
        every = {codes for side in sides for answers in side.values() for codes in answers}
        self.sets = sorted(every, key=lambda codes: (len(codes), sorted(codes)))

    def compared(self, kind: Kind, names: tuple[str, str], n_people: int, seed: int) -> CoderComparison:
        facts = CoderComparison(kind, *names, n_people, self.n, "Cohen's kappa" if self.pair else "Fleiss' kappa", None)
        if self.n < FEWEST_EXCERPTS:
            return facts
        weights = resample(self.n, seed=seed)
        codes = tuple(self.of_code(code, weights) for code in sorted(frozenset().union(*self.sets)))
        return replace(facts, overall=self.overall(weights), codes=codes)

    def overall(self, weights: NDArray[np.float64]) -> SetAgreement:
        codings = self.codings({codes: number for number, codes in enumerate(self.sets)}, len(self.sets))
        alpha = partial(krippendorff_alpha, difference=masi(self.sets))
        return SetAgreement(
            estimate(percentage, codings, weights), estimate(alpha, codings, weights), *self.kappa_and_ac1(codings, weights)
        )

    def of_code(self, code: str, weights: NDArray[np.float64]) -> CodeAgreement:
        codings = self.codings({codes: int(code in codes) for codes in self.sets}, 2)
        n_given = int((codings.totals[:, 1] > 0).sum())
        if n_given < FEWEST_GIVEN:
            return CodeAgreement(code, n_given, too_few=True, same=_NONE, when_one=_NONE, alpha=_NONE, kappa=_NONE, ac1=_NONE)
        kappa, ac1 = self.kappa_and_ac1(codings, weights)
        return CodeAgreement(
            code,
            n_given,
            too_few=False,
            same=estimate(percentage, codings, weights),
            when_one=estimate(lambda resampled, often: specific(resampled, 1, often), codings, weights),
            alpha=estimate(krippendorff_alpha, codings, weights),
            kappa=kappa,
            ac1=ac1,
        )

    def kappa_and_ac1(self, codings: CodingMatrix, weights: NDArray[np.float64]) -> tuple[BootstrapEstimate, BootstrapEstimate]:
        kappa = cohen_kappa if self.pair else fleiss_kappa
        return estimate(kappa, codings, weights), estimate(gwet_ac1, codings, weights)

    def codings(self, place: Mapping[CodeSet, int], n_categories: int) -> CodingMatrix:
        sides = [_codings(side, place, n_categories) for side in self.sides]
        return CodingMatrix.between(*sides) if len(sides) == 2 else sides[0]


def _codings(answers: Answers, place: Mapping[CodeSet, int], n_categories: int) -> CodingMatrix:
    """Return codings with a column for an excerpt's first answer, its second and so on.

    Who gave which matters to Cohen's kappa alone; of two people the first by name is always in the first column.
    """
    most = max(len(sets) for sets in answers.values())
    ratings = np.full((len(answers), most), np.nan)
    for row, sets in enumerate(answers.values()):
        ratings[row, : len(sets)] = [place[codes] for codes in sets]
    return CodingMatrix.of(ratings, np.arange(n_categories, dtype=float))
