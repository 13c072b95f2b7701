"""Guesses about columns that a person should settle, each with the figures that speak against it and no answer's words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.runtime.plurals import n_of
from pipeline.study.study_settings import Intake
from pipeline.survey.columns.column import Column, shown
from pipeline.survey.columns.roles import is_personal
from pipeline.survey.columns.several_choices import several_choices


_FEWEST = 12
"""Answers from which on shares say something."""
_PIECES = re.compile(r"\s*[;|\n,/]\s*")
_OFTEN = 3
_MOSTLY = 0.6
_SELDOM_DIFFERENT = 0.4
_LONG_HEADING = 4


@dataclass(frozen=True)
class Doubt:
    """A sentence on what may have been guessed wrongly, and the column that it is about."""

    text: str
    column: str

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


def doubts_of(columns: Sequence[Column], plan: Intake) -> Iterator[Doubt]:
    """Yield what is doubtful in the settings of an export."""
    by_name = {column.name: column for column in columns}
    if plan.layout == "wide":
        for question in plan.questions.values():
            # What was written beside options is short and comes back, as it should.
            if question.column in by_name and not getattr(question, "write_ins", ""):
                yield from _of_open(by_name[question.column])
    for name in plan.attributes:
        if name in by_name:
            yield from _of_group(by_name[name])
    if plan.layout == "wide":
        yield from _of_unused([column for column in columns if column.name not in named_columns(plan)])


def named_columns(plan: Intake) -> set[str]:
    """Return the columns that the settings name."""
    names = {plan.id, plan.weight, plan.received, *plan.attributes, *plan.leave_out}
    names |= {plan.text, plan.question} if plan.layout == "long" else set()
    if plan.consent:
        names |= {plan.consent.column, *plan.consent.questions.values()}
    for question in plan.questions.values():
        names |= {question.column, *question.columns}
    for rating in plan.ratings.values():
        names |= {rating.column, *rating.columns.values()}
    return {name for name in names if name}


def _of_open(column: Column) -> Iterator[Doubt]:
    if column.n < _FEWEST:
        return
    figures = f"{n_of(column.n, 'answer')}, {column.distinct:,} different"
    is_repeated = column.spoken.nunique() < _SELDOM_DIFFERENT * len(column.spoken)
    if is_repeated or column.distinct < _SELDOM_DIFFERENT * column.n:
        text = f"{shown(column.name)} is taken for an open question, but its answers come back: {figures}. Is it a closed one?"
        yield Doubt(text, column.name)
    elif share := _share_of_repeated_pieces(column):
        text = (
            f"{shown(column.name)} is taken for an open question, but its answers seem to be options put together: {share:.0%} "
            f"of their pieces come back ({figures}). If people ticked options, make it a closed question with separator = …."
        )
        yield Doubt(text, column.name)
    elif column.numbers is not None or column.is_moment:
        yield Doubt(f"{shown(column.name)} is taken for an open question, but holds numbers or dates ({figures}).", column.name)
    elif column.n_words.mean() < 2:
        words = f"{column.n_words.mean():.1f} words"
        text = f"{shown(column.name)} is taken for an open question, but its answers have {words} each ({figures})."
        yield Doubt(text, column.name)


def _share_of_repeated_pieces(column: Column) -> float:
    """Return which share of the pieces of answers comes back, if it is most; else 0."""
    cells = column.spoken.head(2_000)
    pieces = cells.str.split(_PIECES, regex=True).explode().str.strip()
    pieces = pieces[pieces.str.len() > 1]
    if len(pieces) < 1.3 * len(cells):
        return 0.0
    often = pieces.map(pieces.value_counts()) >= _OFTEN
    return float(often.mean()) if often.mean() >= _MOSTLY else 0.0


def _of_group(column: Column) -> Iterator[Doubt]:
    if column.n >= _FEWEST and column.distinct > column.n / 3:
        text = (
            f"{shown(column.name)} is taken for a group, but {n_of(column.n, 'person is', 'people are')} in {column.distinct:,} "
            "different ones, which may tell who somebody is. Take it out of attributes, or make few groups."
        )
        yield Doubt(text, column.name)


def _of_unused(columns: Sequence[Column]) -> Iterator[Doubt]:
    for column in columns:
        asks = column.wording.rstrip(" *").endswith("?") or len(column.headings[1].split()) >= _LONG_HEADING
        if not asks or column.n < _FEWEST or column.numbers is not None or column.is_moment:
            continue
        # What shows who people are must not be read as answers, and options put together, as in a ranking, are none.
        if is_personal(column) or several_choices(column):
            continue
        words = column.n_words.mean()
        if words >= 3 and column.variety >= 0.5 and column.has_words:
            text = (
                f"{shown(column.name)} is not used, though people may have answered it in their own words: "
                f"{n_of(column.n, 'answer')}, {column.distinct:,} different, of {words:.0f} words each. If it is an open "
                "question, name it under [intake.questions]."
            )
            yield Doubt(text, column.name)
