"""The export's table as `study.toml` reads it: without rows that are nobody's, and with a column for each question."""

import pandas as pd

from pipeline.study.study_settings import Intake


_BETWEEN_BOXES = "\n"


def planned_frame(frame: pd.DataFrame, plan: Intake) -> pd.DataFrame:
    """Return the table without the rows to leave out, each row under the number it had, and with columns that are made.

    A question with several boxes, and a closed question of a long export, have no column of their own in the file.
    """
    frame = frame[~left_out(frame, plan)]
    made = {}
    for question in plan.questions.values():
        if question.columns and set(question.columns) <= set(frame.columns):
            made[question.column] = _joined(frame, question.columns)
    for wording in closed_wordings(plan):
        if plan.question in frame and plan.text in frame and wording not in frame:
            asked = frame[plan.question].fillna("").str.strip() == wording
            made[wording] = frame[plan.text].where(asked)
    return frame.assign(**made) if made else frame


def left_out(frame: pd.DataFrame, plan: Intake) -> "pd.Series[bool]":
    """Tell for each row whether [intake] leave_out names it."""
    is_out = pd.Series(data=False, index=frame.index)
    for column, values in plan.leave_out.items():
        if column in frame:
            named = {value.strip().casefold() for value in values}
            is_out |= frame[column].fillna("").str.strip().str.casefold().isin(named)
    return is_out


def closed_wordings(plan: Intake) -> list[str]:
    """Return the closed questions of a long export, whose answers stand among those to open ones."""
    if plan.layout == "wide":
        return []
    return list(dict.fromkeys(rating.column for rating in plan.ratings.values() if rating.column))


def _joined(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return what each person wrote into several boxes as one answer, each box on a line."""
    boxes = [frame[column].fillna("").str.strip() for column in columns]
    joined = boxes[0]
    for box in boxes[1:]:
        between = pd.Series(_BETWEEN_BOXES, index=frame.index).where((joined != "") & (box != ""), "")
        joined = joined + between + box
    return joined.where(joined != "").astype("str")
