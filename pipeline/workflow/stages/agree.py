"""Measure how far people agree with each other, and the model with them."""

from types import SimpleNamespace

import pandas as pd

from pipeline.methods.agreement.agreement_table import to_table
from pipeline.methods.agreement.measure import measure_agreement


def agree(
    blind_answers: pd.DataFrame,
    segments: pd.DataFrame,
    suggestions: pd.DataFrame,
    lessons: pd.DataFrame,
    *,
    settings: SimpleNamespace,
) -> pd.DataFrame:
    """Return the agreement of groups; how single people compare with the model is for `themes agreement` and no table."""
    comparisons = measure_agreement(blind_answers, segments, suggestions, lessons).comparisons
    return to_table(tuple(comparison for comparison in comparisons if comparison.kind != "model and person"))
