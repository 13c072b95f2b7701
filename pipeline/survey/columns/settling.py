"""What a person says a column is for, where it could not be told with any certainty."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

from pipeline.errors import StudyError
from pipeline.runtime.plurals import listed
from pipeline.study.study_settings import Intake
from pipeline.survey.columns.column import Column, shown
from pipeline.survey.columns.placing import put_question, put_rating
from pipeline.survey.columns.plan import Plan
from pipeline.survey.columns.several_choices import commonest_sign, single_choices


Use = Literal["open", "closed", "several", "group", "consent", "unused"]
USES: tuple[Use, ...] = get_args(Use)

_QUOTING = "May we quote what you wrote?"
_SETTLED = "as you said, "
_MOSTLY_DIFFERENT, _MANY = 0.5, 12


def use_of(intake: Intake, column: str) -> Use:
    """Return what the settings take a column for."""
    consent = intake.consent
    if consent and column in (consent.column, *consent.questions.values()):
        return "consent"
    if column in intake.attributes:
        return "group"
    for rating in intake.ratings.values():
        if column in (rating.column, *rating.columns.values()):
            return "several" if rating.separator or rating.columns else "closed"
    is_open = any(column in (question.column, *question.columns) for question in intake.questions.values())
    return "open" if is_open else "unused"


def uses_for(layout: str) -> tuple[Use, ...]:
    """Return what a column can be for: where each row is an answer, questions stand in a column of their own."""
    return USES if layout == "wide" else ("group", "consent", "unused")


def settle_columns(plan: Plan, uses: Mapping[str, Use]) -> None:
    """Place the columns that a person has settled, before any is guessed; consent and groups are placed with the others.

    Raises
    ------
    StudyError
        If a column is not in the export, or cannot be what it is said to be.
    """
    columns = {column.name: column for column in plan.columns}
    unknown = [shown(name) for name in uses if name not in columns]
    if unknown:
        raise StudyError(f"The export has no column {listed(unknown)}. Give the names as they stand in its heading row.")
    consents = [name for name, use in uses.items() if use == "consent"]
    if len(consents) > 1:
        raise StudyError(
            f"{listed([shown(name) for name in consents])} are all said to hold consent, and one column can. Choose the one that "
            "asks who may be quoted."
        )
    for name, use in uses.items():
        _settle(plan, columns[name], use)


def settled(plan: Plan, uses: Mapping[str, Use], use: Use) -> Sequence[Column]:
    """Return the columns that a person says are for something, in the order of the export."""
    columns = [column for column in plan.columns if uses.get(column.name) == use]
    # Whatever its heading says, a plain "yes" now means that the person may be quoted.
    return [replace(column, wording=_QUOTING) for column in columns] if use == "consent" else columns


def _settle(plan: Plan, column: Column, use: Use) -> None:
    choices = single_choices(column) if use in ("closed", "group") else None
    if choices:
        # What was written beside the options is read with the open answers.
        plan.choices[column.name] = choices
    if use == "open":
        put_question(plan, plan.asked(column), column=column.name, of=[column], because=_SETTLED)
    elif use == "closed":
        if not choices and column.n >= _MANY and column.distinct > _MOSTLY_DIFFERENT * column.n:
            raise StudyError(
                f"{shown(column.name)} has {column.distinct:,} different answers from {column.n:,} people. As a closed question "
                "each would be printed as an option, in the person's own words. Choose another use."
            )
        put_rating(plan, plan.asked(column), {"column": column.name}, of=[column], because=f"{_SETTLED}one option each")
    elif use == "several":
        sign = commonest_sign(column)
        if not sign:
            raise StudyError(
                f"{shown(column.name)} has no sign between its options, such as a comma or a semicolon, so it cannot hold "
                "several. Choose another use."
            )
        because = f"{_SETTLED}several choices in one cell"
        put_rating(plan, plan.asked(column), {"column": column.name, "separator": sign}, of=[column], because=because)
    elif use == "unused":
        plan.leave([column], "is left out, as you said, and stays in the vault")
