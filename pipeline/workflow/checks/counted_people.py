"""Count who was asked, who answered and who left each question blank, and what disclosure control leaves to show."""

from collections.abc import Iterator

import pandas as pd

from pipeline.methods.disclosure import PROFILES
from pipeline.study.study_settings import compared_groups
from pipeline.survey.columns.column import shown
from pipeline.survey.columns.group_levels import group_levels
from pipeline.workflow.checks.check_context import SHOWN_FROM, CheckContext, Problem
from pipeline.workflow.open_answers import answers_to
from pipeline.workflow.planned_frame import closed_wordings


EVERYONE = "everyone"
OTHER_QUESTIONS = "(other questions)"
RARE = f"(levels of fewer than {SHOWN_FROM} people)"
COLUMNS = ["question", "group", "level", "asked", "answered", "blank"]


def count_people(context: CheckContext) -> pd.DataFrame:
    """Return how many people of each group were asked, answered and left blank, one row a question and level."""
    asked = _asked(context)
    if asked.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = asked.merge(_levels(context), on="person")
    keys = ["question", "group", "level"]
    counts = rows.groupby(keys, sort=False)["answered"].agg(["size", "sum"]).reset_index()
    counts = counts.rename(columns={"size": "asked", "sum": "answered"}).astype({"asked": int, "answered": int})
    counts["blank"] = counts["asked"] - counts["answered"]
    # Questions and groups as study.toml names them, the largest level of a group first.
    order = {key: counts[key].map({name: place for place, name in enumerate(counts[key].unique())}) for key in keys[:2]}
    counts = counts.assign(**{f"_{key}": places for key, places in order.items()})
    return counts.sort_values(["_question", "_group", "asked"], ascending=[True, True, False], ignore_index=True)[COLUMNS]


def check_disclosure(context: CheckContext, people: pd.DataFrame) -> Iterator[Problem]:
    """Yield a problem where too few people answered for any figure of a group to be shown."""
    profile = context.study.settings.count.profile
    fewest = PROFILES[profile].fewest
    most = people.groupby("group", sort=False)["answered"].max() if len(people) else pd.Series(dtype=int)
    for group, n in most.items():
        if n < fewest:
            whom = "no figure at all can" if group == EVERYONE else f"no figure of {shown(str(group))} can"
            text = f"profile “{profile}” shows figures from {fewest} people on, and at most {n} answered, so {whom} be shown."
            yield Problem("warning", f"study.toml, [count] profile: {text} Compare fewer, larger groups.")


def _asked(context: CheckContext) -> pd.DataFrame:
    plan, frame = context.plan, context.frame
    if plan.layout == "long":
        if plan.text not in frame:
            return pd.DataFrame()
        wording = frame[plan.question] if plan.question in frame else pd.Series("answer", index=frame.index)
        named = {question.column or name: name for name, question in plan.questions.items()}
        frame = frame[~wording.isin(closed_wordings(plan))]
        wording = wording.loc[frame.index]
        question = wording.map(named).astype(object).fillna(OTHER_QUESTIONS)
        parts = [
            pd.DataFrame({"person": context.people.loc[frame.index], "question": question, "answered": frame[plan.text] != ""})
        ]
    else:
        parts = [
            pd.DataFrame({"person": context.people, "question": name, "answered": answers_to(question, plan, frame) != ""})
            for name, question in plan.questions.items()
            if question.column in frame
        ]
    if not parts:
        return pd.DataFrame()
    # A person may stand in several rows, and has answered a question that is answered in one of them.
    rows = pd.concat(parts, ignore_index=True)
    return rows.groupby(["person", "question"], sort=False)["answered"].max().reset_index()


def _levels(context: CheckContext) -> pd.DataFrame:
    # A level that hardly anybody has may be what a person wrote, so it is not named.
    people = context.people.drop_duplicates()
    parts = [pd.DataFrame({"person": people, "group": EVERYONE, "level": EVERYONE})]
    for group in compared_groups(context.study.settings):
        if group in context.frame:
            cells = context.frame.loc[people.index, group]
            levels = group_levels(cells[cells != ""], context.plan.group_options.get(group, ())).reindex(
                cells.index, fill_value=""
            )
            rare = levels.map(levels.value_counts()) < SHOWN_FROM
            levels = levels.mask(rare, RARE).mask(levels == "", "(blank)")
            parts.append(pd.DataFrame({"person": people, "group": group, "level": levels}))
    return pd.concat(parts, ignore_index=True)
