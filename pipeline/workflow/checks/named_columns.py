"""Check that the columns `study.toml` names are in the export and hold what they should."""

from collections.abc import Iterator
from difflib import get_close_matches

import pandas as pd

from pipeline.runtime.plurals import n_of
from pipeline.survey.columns.column import plain, shown
from pipeline.workflow.checks.check_context import SHOWN_FROM, CheckContext, Problem


def check_columns(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for each column that is named in `study.toml` and missing from the export."""
    columns = [str(name) for name in context.export.frame.columns]
    for setting, column in _named(context):
        if not column:
            yield Problem("error", f"study.toml, {setting}: no column is named. Say which column holds the answers.")
        elif column not in columns:
            nearest = nearest_to(column, columns)
            hint = f"Did you mean {shown(nearest)}?" if nearest else "Copy its name from the first row of the export."
            yield Problem("error", f"study.toml, {setting}: {context.study.source.name} has no column {shown(column)}. {hint}")


def check_questions(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for each open question nobody answered, and one where there is no open question."""
    plan, frame = context.plan, context.frame
    if plan.layout == "long":
        yield from _check_wordings(context)
        return
    if not plan.questions:
        text = "study.toml, [intake.questions]: no open question is named, so there are no answers to find themes in."
        yield Problem("warning", text)
    for name, question in plan.questions.items():
        if question.write_ins and not plan.options_beside(question.write_ins)[1]:
            text = f"write_ins = {shown(question.write_ins)} names no closed question or attribute that lists its options."
            yield Problem("error", f"study.toml, [intake.questions.{name}]: {text} Name one, or take the line out.")
        if question.column in frame and not (frame[question.column] != "").any():
            place = context.place(column=question.column)
            yield Problem("warning", f"{place}no one answered the question {shown(name)}. Is it the right column?")


def check_weights(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem when a survey weight is no number of 0 or more."""
    column = context.plan.weight
    if column is None or column not in context.frame:
        return
    weights = pd.to_numeric(context.frame[column], errors="coerce")
    wrong = context.frame.index[weights.isna() | (weights < 0)]
    if len(wrong):
        place = context.place(rows=wrong, column=column)
        yield Problem("error", f"{place}{n_of(len(wrong), 'weight')} missing or no number of 0 or more. Correct them.")


def check_ids(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for people who stand in several rows, and for rows without an id."""
    plan, frame = context.plan, context.frame
    if plan.id is None or plan.id not in frame:
        return
    blank = frame.index[frame[plan.id] == ""]
    if len(blank):
        place = context.place(rows=blank, column=plan.id)
        yield Problem("warning", f"{place}{n_of(len(blank), 'row')} without an id; each counts as a person of its own.")
    # In a long export a person has a row for each question.
    keys = [plan.id] + ([plan.question] if plan.layout == "long" and plan.question in frame else [])
    again = frame.index[(frame[plan.id] != "") & frame.duplicated(keys, keep=False)]
    if len(again):
        place = context.place(rows=again, column=plan.id)
        answers = "the same person answers the same question in several rows" if len(keys) > 1 else "ids stand in several rows"
        yield Problem("warning", f"{place}{answers}. Their answers count as one person's; correct the ids if they are not.")


def nearest_to(name: str, names: list[str]) -> str | None:
    """Return the name that is spelt most like the one given, if any is."""
    by_words = {plain(other): other for other in names}
    matches = get_close_matches(plain(name), list(by_words), n=1, cutoff=0.7)
    return by_words[matches[0]] if matches else None


def _named(context: CheckContext) -> Iterator[tuple[str, str]]:
    plan = context.plan
    single = {"id": plan.id, "weight": plan.weight, "received": plan.received}
    if plan.layout == "long":
        single |= {"text": plan.text, "question": plan.question}
    yield from ((f"[intake] {key}", column) for key, column in single.items() if column is not None)
    yield from (("[intake] attributes", column) for column in plan.attributes)
    yield from (("[intake.group_options]", column) for column in plan.group_options if column not in plan.attributes)
    if plan.consent:
        yield "[intake.consent] column", plan.consent.column
    if plan.layout == "wide":
        for name, question in plan.questions.items():
            yield from ((f"[intake.questions.{name}]", column) for column in question.columns or (question.column,))
    yield from (("[intake] leave_out", column) for column in plan.leave_out)
    for name, rating in plan.ratings.items():
        options = list(rating.columns.values())
        # A closed question of a long export is named by its wording, as open ones are.
        if options or plan.layout == "wide":
            yield from ((f"[intake.ratings.{name}]", column) for column in options or [rating.column])


def _check_wordings(context: CheckContext) -> Iterator[Problem]:
    plan, frame = context.plan, context.frame
    if plan.question is None or plan.question not in frame:
        return
    asked = frame[plan.question].value_counts()
    # A rarer wording may be what somebody wrote, so it is not proposed.
    common = [str(wording) for wording, n in asked.items() if n >= SHOWN_FROM]
    for name, question in plan.questions.items():
        wording = question.column or name
        if wording not in asked:
            nearest = nearest_to(wording, common)
            hint = f"Did you mean {shown(nearest)}?" if nearest else "Copy the wording from the export."
            place = context.place(column=plan.question)
            yield Problem("warning", f"{place}no row asks {shown(wording)}, which [intake.questions.{name}] names. {hint}")
