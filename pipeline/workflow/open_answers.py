"""The answers to one open question in an export of a row a person."""

import pandas as pd

from pipeline.study.study_settings import Intake, Question
from pipeline.survey.columns.several_choices import written_in


def answers_to(question: Question, plan: Intake, frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the cells of a question; of one that people wrote beside a closed question's options, only what they wrote."""
    cells = frame[question.column]
    closed = plan.ratings.get(question.write_ins)
    return cells if closed is None else written_in(cells, closed.separator, closed.options)
