"""What each question of a long export is: open, closed, or one whose answers are not read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.survey.columns.column import Column
from pipeline.survey.columns.roles import is_personal
from pipeline.survey.columns.scales import Scale, find_scales, is_choice


_FEWEST = 6
"""Answers from which on options can be said to come back."""


@dataclass
class LongQuestions:
    """The questions of a long export by what their answers are."""

    open: list[Column] = field(default_factory=list)
    scales: dict[str, Scale] = field(default_factory=dict)
    choices: list[Column] = field(default_factory=list)
    personal: list[Column] = field(default_factory=list)
    unread: list[Column] = field(default_factory=list)
    """Numbers and dates that are neither answers in words nor a scale."""

    def not_read(self) -> Iterator[tuple[list[Column], str]]:
        """Yield the questions whose rows are left out, and why."""
        if self.personal:
            yield self.personal, "can show who a person is, and what was answered stays in the vault"
        if self.unread:
            yield self.unread, "holds numbers that are no scale, or dates, and is not read"


def sort_questions(question: Column, text: Column) -> LongQuestions:
    """Sort the questions of a long export by the answers that stand beside them."""
    asked = question.cells.fillna("").str.strip()
    columns = [Column(str(wording), str(wording), text.cells[asked == wording]) for wording in question.counts.index]
    sorted_ = LongQuestions()
    for column in columns:
        if column.n and not column.is_prose and is_personal(column):
            sorted_.personal.append(column)
        elif _is_closed(column):
            sorted_.choices.append(column)
        elif column.numbers is not None or column.is_moment:
            sorted_.unread.append(column)
        else:
            sorted_.open.append(column)
    sorted_.scales = find_scales([*sorted_.choices, *sorted_.unread])
    sorted_.choices = [column for column in sorted_.choices if column.name not in sorted_.scales]
    sorted_.unread = [column for column in sorted_.unread if column.name not in sorted_.scales]
    return sorted_


def _is_closed(column: Column) -> bool:
    if column.is_prose or column.is_moment or not column.options:
        return False
    if column.numbers is not None:
        return False
    # Few words that come back again and again, in more answers than there are options.
    return column.is_yes_no or (is_choice(column) and column.n >= 3 * column.distinct and column.n >= _FEWEST)
