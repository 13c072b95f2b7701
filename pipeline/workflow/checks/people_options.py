"""Check what people may do with their options: consent, scales and the groups they belong to."""

from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

import pandas as pd

from pipeline.methods.redact.name_cells import is_persons_name
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.study.study_settings import Rating
from pipeline.survey.columns.column import Column, is_no_answer, shown
from pipeline.survey.columns.consent import TIERS, asks_for, is_a_box, is_unticked, may_speak_of_consent, refuses
from pipeline.survey.columns.group_levels import offered_groups
from pipeline.survey.columns.personal_shapes import holds_names
from pipeline.survey.columns.roles import is_personal
from pipeline.survey.columns.several_choices import chosen
from pipeline.workflow.checks.check_context import SHOWN_FROM, CheckContext, Problem


_MOST_NUMBERS = 5
_MOST_LEVELS = 60
_MOST_OF_A_COLUMN = 2
"""How many groups that are spelt in several ways are named for each column; the others are counted."""


def check_consent(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for answers on consent that `study.toml` does not name, and for options that nobody chose."""
    plan = context.plan.consent
    yield from _check_unused_consent(context)
    if plan is None or plan.column not in context.frame:
        return
    yield from _check_box(context, context.column(plan.column))
    tiers: dict[str, list[str]] = defaultdict(list)
    for tier in TIERS:
        for option in getattr(plan, tier):
            tiers[option.strip().casefold()].append(tier)
    answers = context.frame[plan.column].str.casefold()
    unnamed = context.frame.index[(answers != "") & ~answers.isin(list(tiers))]
    if len(unnamed):
        place = context.place(rows=unnamed, column=plan.column)
        text = f"{n_of(len(unnamed), 'answer')} not named under [intake.consent], so allowing analysis only."
        yield Problem("warning", f"{place}{text} Name them there if they allow more, or less.")
    for option, named in tiers.items():
        if len(named) > 1:
            yield Problem("warning", f"study.toml, [intake.consent]: {shown(option)} is under {' and '.join(named)}. Keep one.")
        elif option not in set(answers):
            yield Problem("warning", f"study.toml, [intake.consent]: nobody chose {shown(option)}. Check how it is spelt.")


def _check_unused_consent(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for each column that asks for leave and is not used: somebody's no may stand in it."""
    plan = context.plan.consent
    used = {plan.column, *plan.questions.values()} if plan else set()
    for name in context.frame.columns:
        if name in used or not may_speak_of_consent(column := context.column(str(name))):
            continue
        refusing = sum(int(n) for value, n in column.counts.items() if refuses(str(value), column))
        if asks_for(column) == "taking part":
            left = column.cells.fillna("").map(lambda value, column=column: is_unticked(value, column))
            refusing += int(left.sum()) if is_a_box(column) else 0
            if not refusing:
                # Everybody who is in the export agreed.
                continue
        refused = f", and {n_of(refusing, 'row')} of it {'says' if refusing == 1 else 'say'} no" if refusing else ""
        hint = "Name it under [intake.consent] if it says what may be done with answers; if not, nothing need be done."
        if asks_for(column) == "taking part":
            hint = (
                "Name it under [intake.consent], or take the rows that say no out of the export: they are analysed as it stands."
            )
        yield Problem("warning", f"{context.place(column=column.name)}speaks of consent and is not used for it{refused}. {hint}")


def _check_box(context: CheckContext, column: Column) -> Iterator[Problem]:
    """Yield a problem where people left the box of consent to take part blank, since they are analysed all the same."""
    plan = context.plan.consent
    if plan is None or plan.otherwise == "none" or asks_for(column) != "taking part" or not is_a_box(column):
        return
    left = context.frame[plan.column].map(lambda value: is_unticked(value, column)).astype(bool)
    blank = context.frame.index[left & ~context.frame[plan.column].isin(list(plan.none))]
    if len(blank):
        people = n_of(len(blank), "person left the consent box blank", "people left the consent box blank")
        text = f"{people}. They are analysed like everybody else, and not quoted."
        hint = 'If a blank box means no, write otherwise = "none" under [intake.consent].'
        yield Problem("warning", f"{context.place(rows=blank, column=plan.column)}{text} {hint}")


def check_scales(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for answers that stand outside the scale of their question."""
    for name, rating in context.plan.ratings.items():
        # An option with a column of its own is ticked or not, and stands on no scale.
        if rating.column not in context.frame or rating.columns:
            continue
        if rating.scale and rating.scale[0] >= rating.scale[1]:
            yield Problem("warning", f"study.toml, [intake.ratings.{name}]: the scale must rise, as in [1, 5].")
        elif rating.labels:
            yield from _check_labels(context, name, rating)
        elif rating.scale:
            yield from _check_numbers(context, name, rating)


def _answers(context: CheckContext, rating: Rating) -> "pd.Series[str]":
    """Return the answers to a closed question, each on the row it stands in, but those that give none."""
    cells = context.frame[rating.column]
    if rating.options:
        # Whatever else stands there is a write-in.
        cells = chosen(cells, rating.separator, rating.options)
    elif rating.separator:
        cells = cells.str.split(rating.separator, regex=False).explode().str.strip()
    cells = cells[cells != ""]
    silent = {value for value in cells.unique() if is_no_answer(value)}
    return cells[~cells.isin(silent)]


def _check_numbers(context: CheckContext, name: str, rating: Rating) -> Iterator[Problem]:
    low, high = rating.scale or (0.0, 0.0)
    answers = _answers(context, rating)
    numbers = pd.to_numeric(answers, errors="coerce")
    words = answers.index[numbers.isna()]
    if len(words):
        place = context.place(rows=words, column=rating.column)
        text = f"{n_of(len(words), 'answer')} of {shown(name)} not written as a number, so not scored."
        yield Problem("warning", f"{place}{text} Correct them, or give each option its score under labels.")
    outside = numbers[(numbers < low) | (numbers > high)]
    if len(outside):
        place = context.place(rows=outside.index, column=rating.column)
        beyond = sorted(outside.unique())
        values = ", ".join(f"{number:g}" for number in beyond[:_MOST_NUMBERS]) + ("…" if len(beyond) > _MOST_NUMBERS else "")
        text = f"{n_of(len(outside), 'answer')} outside the scale {low:g} to {high:g} ({values}), so not scored."
        yield Problem("warning", f"{place}{text} Correct the scale of {shown(name)}, or the rows.")


def _check_labels(context: CheckContext, name: str, rating: Rating) -> Iterator[Problem]:
    answers = _answers(context, rating)
    unknown = answers[~answers.isin(list(rating.labels))]
    if len(unknown):
        place = context.place(rows=unknown.index, column=rating.column)
        text = f"{n_of(len(unknown), 'answer')} not among the labels of {shown(name)}, so not scored."
        spelt = unknown.str.casefold().isin([label.casefold() for label in rating.labels])
        hint = "Some differ only in capitals." if spelt.any() else "Add them to the labels, or correct the rows."
        yield Problem("warning", f"{place}{text} {hint}")
    if rating.scale:
        low, high = rating.scale
        beyond = [label for label, score in rating.labels.items() if not low <= score <= high]
        if beyond:
            text = f"{n_of(len(beyond), 'label')} scored outside the scale {low:g} to {high:g}."
            yield Problem("warning", f"study.toml, [intake.ratings.{name}]: {text}")


def check_levels(context: CheckContext) -> Iterator[Problem]:
    """Yield a problem for groups spelt in several ways, and for attributes that could show who a person is."""
    for name in context.plan.attributes:
        if name not in context.frame:
            continue
        column = context.column(name)
        if is_personal(column) or holds_names(column, is_persons_name) or column.distinct > _MOST_LEVELS:
            text = f"{column.distinct:,} different values could show who a person is, also in captions of quotes."
            yield Problem("warning", f"{context.place(column=name)}{text} Take it out of attributes, or make few groups.")
            continue
        yield from _check_own_groups(context, name)
        yield from _check_spelling(context, name)


def _check_own_groups(context: CheckContext, name: str) -> Iterator[Problem]:
    """Yield a warning where what stands in the column of a group seems to be people's own words."""
    people = context.people.drop_duplicates()
    cells = context.frame.loc[people.index, name]
    cells = cells[cells != ""]
    others = cells.index[~cells.isin(offered_groups(cells))]
    if len(others) and name not in context.plan.group_options:
        seem = n_of(len(others), "person seems", "people seem")
        text = f"{seem} to have written something of their own, which is counted as “Other”."
        hint = "To have groups kept that were offered, list all that were under [intake.group_options]."
        yield Problem("warning", f"{context.place(rows=others, column=name)}{text} {hint}")


def _check_spelling(context: CheckContext, name: str) -> Iterator[Problem]:
    cells = context.frame[name]
    counts = cells[cells != ""].value_counts()
    spelt: dict[str, list[str]] = defaultdict(list)
    for level in counts.index:
        spelt[one_line(level.casefold())].append(level)
    problems = list(_spellings(context, name, spelt))
    yield from problems[:_MOST_OF_A_COLUMN]
    more = len(problems) - _MOST_OF_A_COLUMN
    if more > 0:
        text = f"{n_of(more, 'more group')} of this column {agreeing(more, 'is', 'are')} spelt in several ways, too."
        yield Problem("warning", f"{context.place(column=name)}{text}")


def _spellings(context: CheckContext, name: str, spelt: dict[str, list[str]]) -> Iterator[Problem]:
    cells = context.frame[name]
    counts = cells[cells != ""].value_counts()
    common = [level for level in counts.index if counts[level] >= SHOWN_FROM]
    for levels in spelt.values():
        rare = [level for level in levels if counts[level] < SHOWN_FROM]
        if len(levels) > 1:
            named = " and ".join(shown(level) for level in levels if level not in rare)
            others = n_of(len(rare), "rarer spelling") if rare else ""
            rows = cells.index[cells.isin(levels[1:])]
            text = f"one group is spelt in several ways ({' and '.join(filter(None, (named, others)))}), which counts as several."
            yield Problem("warning", f"{context.place(rows=rows, column=name)}{text} Spell it in one way.")
        elif rare and (meant := _meant(levels[0], common)):
            rows = cells.index[cells == levels[0]]
            text = f"a group spelt nearly like {shown(meant)} counts as another group. Correct it if it is the same."
            yield Problem("warning", f"{context.place(rows=rows, column=name)}{text}")


def _meant(level: str, common: list[str]) -> str | None:
    # "18-24" and "18-25" are spelt nearly alike and are different groups.
    if any(letter.isdigit() for letter in level):
        return None
    matches = get_close_matches(level.casefold(), [other.casefold() for other in common], n=1, cutoff=0.9)
    return next((other for other in common if other.casefold() == matches[0]), None) if matches else None
