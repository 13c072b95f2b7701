"""Agreement in a study as it stands now, from its store and its tables."""

import pandas as pd

from pipeline.agreement import Agreement, measure_agreement
from pipeline.artefacts import TABLES, empty_table, read_table
from pipeline.codebook import read_codebook
from pipeline.review.store import read_review
from pipeline.study import Study


def agreement(study: Study) -> Agreement:
    """Return how far people and the model agree; DataError if the study has not been run yet."""
    blind, lessons = read_review(study, "blind_answers"), read_review(study, "lessons")
    return measure_agreement(blind, _made(study, "segments"), _made(study, "suggestions"), lessons)


def _made(study: Study, name: str) -> pd.DataFrame:
    table = read_table(name, study.folder / TABLES[name].file)
    return table if isinstance(table, pd.DataFrame) else empty_table(name)


def code_labels(study: Study) -> dict[str, str]:
    """Return what people call each code of a study."""
    codes = read_codebook(study.codebook).codes if study.codebook else ()
    return {code.code: code.plain_label or code.name for code in codes}
