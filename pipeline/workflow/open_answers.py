"""The answers to open questions, without the answers to closed ones that stand among or beside them."""

from collections.abc import Iterator

import pandas as pd

from pipeline.study.study_settings import Intake, Question
from pipeline.survey.columns.several_choices import written_in
from pipeline.workflow.planned_frame import closed_wordings


def answers_to(question: Question, plan: Intake, frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the cells of a question; of one that people wrote beside a closed question's options, only what they wrote."""
    cells = frame[question.column]
    if not question.write_ins:
        return cells
    separator, options = plan.options_beside(question.write_ins)
    return written_in(cells, separator, options) if options else cells


def open_columns(plan: Intake, frame: pd.DataFrame) -> Iterator[tuple[str, "pd.Series[str]"]]:
    """Yield each column in which open answers stand, and those answers, on the rows they have in the planned table."""
    if plan.layout == "wide":
        for question in plan.questions.values():
            if question.column in frame:
                yield question.column, answers_to(question, plan, frame)
    elif plan.text in frame:
        cells = frame[plan.text]
        yield plan.text, cells[~frame[plan.question].isin(closed_wordings(plan))] if plan.question in frame else cells
