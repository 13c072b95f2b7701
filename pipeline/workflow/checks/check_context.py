"""What the checks look at, and the sentences they find."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from pipeline.study.study import Study
from pipeline.study.study_settings import Intake
from pipeline.survey.columns.column import Column, shown
from pipeline.survey.readers import Export
from pipeline.workflow.planned_frame import planned_frame


_MOST_ROWS = 8
SHOWN_FROM = 3
"""How many people must share a level before its name is shown: a rarer one may be what somebody wrote."""


@dataclass(frozen=True)
class Problem:
    """Something to put right: an error stops the run, a warning does not."""

    severity: Literal["error", "warning"]
    sentence: str


@dataclass(frozen=True)
class CheckContext:
    """A study with its export as it was read."""

    study: Study
    export: Export

    @property
    def plan(self) -> Intake:
        """The settings of the export."""
        return self.study.settings.intake

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The export's cells without the spaces at their ends; an empty text where nothing stands."""
        frame = planned_frame(self.export.frame.reset_index(drop=True), self.plan)
        return frame.fillna("").apply(lambda cells: cells.str.strip()) if len(frame.columns) else frame

    @cached_property
    def people(self) -> "pd.Series[str]":
        """Who stands in each row: the id, or the row itself where there is none."""
        # A sign that no id begins with, so that row 3 is not taken for the person with the id 3.
        rows = pd.Series([f"\x1f{row}" for row in self.frame.index], index=self.frame.index, dtype="str")
        if self.plan.id is None or self.plan.id not in self.frame:
            return rows
        return self.frame[self.plan.id].where(self.frame[self.plan.id] != "", rows)

    def column(self, name: str) -> Column:
        """Return a column as its heading and cells."""
        # What the plan puts together of several columns or rows stands in no column of the export.
        cells = self.export.frame[name] if name in self.export.frame else self.frame[name]
        return Column(name, self.export.questions.get(name, name), cells)

    def place(self, *, rows: Iterable[int] = (), column: str = "") -> str:
        """Say where something is in the export: file, sheet, rows and column, with a colon after it."""
        sheet = f"sheet {shown(self.export.sheet)}" if self.export.sheet else ""
        numbers = [self.export.first_row + int(row) for row in rows]
        parts = (self.study.source.name, sheet, _rows(numbers), f"column {shown(column)}" if column else "")
        return f"{', '.join(filter(None, parts))}: "


def _rows(numbers: list[int]) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    # The last place is the last row's where all fit, and the number of those left out where they do not.
    first = ", ".join(str(number) for number in numbers[: min(_MOST_ROWS, len(numbers) - 1)])
    left = len(numbers) - _MOST_ROWS
    return f"rows {first} and {f'{left:,} more' if left > 0 else numbers[-1]}"
