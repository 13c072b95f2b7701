"""Simulate audits of the NHS answers, and print how often 95 % intervals of shares hold the share and how wide they are, as JSON.

    python tests/benchmarks/estimates.py [--shared ../shared] [--draws 1000] [--audited 100 300] [--chances FILE] [--smoke]

The coder knows the codebook only, and its chances are kept as a study keeps them: those of the three likeliest codes, and of
codes likely enough to suggest. Excerpts are drawn at random, people's codes of them are read, and shares are estimated. The
share that an interval should hold is that of the codes people gave to all these answers. Groups are the two trusts and the kinds
of service with 300 answers or more. Where the shared folder is absent the sample study stands in, in one group.

`coverage` is of all codes with 20 answers or more, `coverage_corrected` of those whose share the coder had a say in;
`width` and `width_corrected` compare with Wilson's interval of the audit alone. `coder_alone` is how often the coder's own
share lies in the estimate's interval.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from coded import FEWEST_ROWS, NO_CODES, SAMPLE, _nhs, _sample
from numpy.typing import NDArray

from pipeline import CodebookClassifier
from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.methods.estimates import estimate_shares


ROOT = Path(__file__).resolve().parents[2]
MEASURED = "Shares of codes from an audit and the coder"
NAMED, FEWEST_IN_GROUP, SMOKE = 3, 300, 400


@dataclass(frozen=True, eq=False)
class Survey:
    """Answers with people's codes, the coder's chances of them, both (n_answers, n_codes), people and groups."""

    data: str
    truth: NDArray[np.bool_]
    chances: NDArray[np.float64]
    people: NDArray[np.str_]
    groups: NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--audited", nargs="*", type=int, default=[100, 300])
    parser.add_argument("--chances", type=Path, help="a file that keeps the coder's chances from one time to the next")
    parser.add_argument("--smoke", action="store_true", help="few answers and draws, to see that it works")
    options = parser.parse_args(arguments)
    survey = read_survey(options.shared, options.chances, most=SMOKE if options.smoke else None)
    for n in options.audited:
        for row in simulated(survey, n, draws=20 if options.smoke else options.draws):
            sys.stdout.write(json.dumps({"measured": MEASURED, **row}) + "\n")
            sys.stdout.flush()


def read_survey(shared: Path, kept: Path | None, *, most: int | None) -> Survey:
    """Return the shared NHS answers, or those of the sample study, with what the coder makes of them."""
    folder = shared / "data" / "nhs-fft"
    nhs = folder.is_dir()
    codebook = read_codebook((folder if nhs else SAMPLE) / "codebook.csv")
    rows = (_nhs(folder) if nhs else _sample(codebook))[:most]
    rows = rows.assign(person=rows["respondent_id" if nhs else "respondent"], service=rows.get("service_type_1", ""))
    named = {code.label if nhs else code.code: code.code for code in codebook.codes}
    ids = [code.code for code in codebook.codes]
    coded = [{named[code] for code in codes.split("|") if code in named} for codes in rows["codes"]]
    truth = np.array([[code in codes for code in ids] for codes in coded])
    chances = _chances(codebook, rows, kept)
    counted = (truth.sum(axis=0) >= FEWEST_ROWS) & ~np.isin([code.label for code in codebook.codes], sorted(NO_CODES))
    columns = [rows["service"], *([rows["trust"]] if nhs else [])]
    levels = [(column == level).to_numpy() for column in columns for level in sorted(column.unique())]
    everyone = np.ones(len(rows), dtype=bool)
    groups = [everyone, *(level for level in levels if FEWEST_IN_GROUP <= level.sum() < len(rows))]
    data = "NHS answers (shared)" if nhs else "sample study (synthetic)"
    return Survey(data, truth[:, counted], chances[:, counted], rows["person"].to_numpy(str), np.array(groups))


def _chances(codebook: Codebook, rows: pd.DataFrame, kept: Path | None) -> NDArray[np.float64]:
    if kept and kept.is_file():
        return np.asarray(np.load(kept)["chances"])
    coder = CodebookClassifier(codebook).fit()
    chances = coder.predict_proba(rows["text"].tolist(), frames=rows["frame"].tolist())
    likeliest = np.argsort(np.argsort(-chances, axis=1, kind="stable"), axis=1) < NAMED
    chances = np.where(likeliest | (chances >= coder.thresholds_), chances, 0.0)
    if kept:
        np.savez(kept, chances=chances)
    return chances


def simulated(survey: Survey, n_audited: int, *, draws: int, seed: int = 11) -> Iterator[dict[str, Any]]:
    """Yield coverage and width, overall and by group, over many audits of so many answers."""
    rng = np.random.default_rng(seed)
    shares = np.array([survey.truth[group].mean(axis=0) for group in survey.groups])
    own = np.array([survey.chances[group].mean(axis=0) for group in survey.groups])
    silent = np.zeros_like(survey.chances)
    figures = []
    for _ in range(draws):
        rows = rng.choice(len(survey.truth), n_audited, replace=False)
        labels, options = survey.truth[rows], {"people": survey.people, "groups": survey.groups}
        estimates = estimate_shares(labels, rows, survey.chances, **options)
        # With no chances nothing is corrected: what is left is the audit, whose interval is asked of the method itself.
        alone = estimate_shares(labels, rows, silent, **options)
        wilson = _wilson_width(labels, survey.groups[:, rows], survey.groups)
        inside = (estimates.low <= shares) & (shares <= estimates.high)
        figures.append(
            np.array(
                [
                    ~np.isnan(estimates.share),
                    inside,
                    estimates.corrected,
                    (alone.low <= shares) & (shares <= alone.high),
                    (estimates.low <= own) & (own <= estimates.high),
                    estimates.high - estimates.low,
                    wilson,
                ]
            )
        )
    for who, place in (("everyone", slice(0, 1)), ("groups", slice(1, None))):
        if len(survey.groups[place]):
            yield {
                "data": survey.data,
                "answers": len(survey.truth),
                "codes": survey.truth.shape[1],
                "audited": n_audited,
                "draws": draws,
                "of": who,
                **_summary(np.array(figures)[:, :, place]),
            }


def _summary(figures: NDArray[np.float64]) -> dict[str, float]:
    estimated, inside, corrected, alone, own, width, wilson = (figures[:, place] for place in range(7))
    shown, common = estimated.astype(bool), corrected.astype(bool)
    return {
        "coverage": round(float(inside[shown].mean()), 3),
        "coverage_corrected": round(float(inside[common].mean()), 3),
        "coverage_audit_alone": round(float(alone[shown].mean()), 3),
        "coder_alone": round(float(own[shown].mean()), 3),
        "width": round(float((width[shown] / wilson[shown]).mean()), 3),
        "width_corrected": round(float((width[common] / wilson[common]).mean()), 3),
        "corrected": round(float(corrected[shown].mean()), 3),
        "too_few_audited": round(float(1 - shown.mean()), 3),
    }


def _wilson_width(labels: NDArray[np.bool_], drawn: NDArray[np.bool_], groups: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how wide Wilson's interval of the audit alone is, by group and code, narrowed as the audit nears the whole."""
    from pipeline.methods.active_learning.intervals import wilson

    widths = np.full((len(groups), labels.shape[1]), np.nan)
    for place, (part, group) in enumerate(zip(drawn, groups, strict=True)):
        for code, n in enumerate(labels[part].sum(axis=0)):
            interval = wilson(int(n), int(part.sum()), n_all=float(group.sum()))
            widths[place, code] = interval.high - interval.low
    return widths


if __name__ == "__main__":
    main()
