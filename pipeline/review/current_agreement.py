"""Agreement in a study as it stands now, from its store and its tables."""

import pandas as pd

from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.store import read_review
from pipeline.methods.agreement.agreement_table import from_table
from pipeline.methods.agreement.comparisons import AgreementResult, CoderComparison
from pipeline.methods.agreement.measure import measure_agreement
from pipeline.review.session import ReviewSession
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, empty_table, read_table


AT_ONCE_UP_TO = 200
"""Decisions for which agreement is measured while somebody waits."""


def agreement(study: Study) -> AgreementResult:
    """Return how far people and the model agree; DataError if the study has not been run yet."""
    blind, lessons = read_review(study, "blind_answers"), read_review(study, "lessons")
    return measure_agreement(blind, _made(study, "segments"), _made(study, "suggestions"), lessons)


def agreement_at_once(review: ReviewSession) -> AgreementResult | None:
    """Return how far people agree as it stands now, or None where that takes longer than anybody waits for a page.

    Intervals are a thousand resamples for each comparison: with 500 decisions that is half a second, with 100,000 minutes.
    """
    state = review.state()
    if state.n_decisions > AT_ONCE_UP_TO:
        return None
    return review.kept("agreement", (state.stamp, review.last_run().tables.stamp), lambda: agreement(review.study))


def how_many_alike(review: ReviewSession) -> tuple[int, int]:
    """Return how many excerpts all their readers have read, and how many they read alike; 0 and 0 where one person reads."""
    if review.coders < 2:
        return 0, 0
    state = review.state()
    return state.complete.n_here, state.complete.n_here - state.differing.n_here


def agreement_of_last_run(review: ReviewSession) -> tuple[CoderComparison, ...]:
    """Return how far people agreed at the last run; nothing if nobody had answered by then."""
    return from_table(review.last_run().tables["agreement"])


def _made(study: Study, name: str) -> pd.DataFrame:
    table = read_table(name, study.folder / TABLES[name].file)
    return table if isinstance(table, pd.DataFrame) else empty_table(name)


def code_labels(study: Study) -> dict[str, str]:
    """Return what people call each code of a study."""
    return read_codebook(study.codebook).plain_names if study.codebook else {}
