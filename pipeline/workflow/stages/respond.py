"""Count how many people of each group were asked, wrote something, and left it blank, and what became of every answer."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import PROFILES, Profile, disclose, hide_crossing
from pipeline.methods.disclosure.cells import EVERYONE, shares_of
from pipeline.methods.disclosure.open_questions import open_questions, persons_asked
from pipeline.study.study_settings import compared_groups
from pipeline.tables.lookup import factorize, levels
from pipeline.tables.parquet import empty_table


NOT_STATED = "Not stated"
ANSWERED, BLANK = "answered", "blank"
READ, ALL = "read", "all"


def respond(comments: pd.DataFrame, people: pd.DataFrame, *, settings: SimpleNamespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who wrote something by question and for any, and what became of the answers, after disclosure control."""
    if comments.empty:
        return empty_table("response_rates"), empty_table("accounts")
    profile = PROFILES[settings.count.profile]
    return _rates(comments, people, compared_groups(settings), profile), _accounts(comments, profile)


def _rates(comments: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...], profile: Profile) -> pd.DataFrame:
    asked = persons_asked(comments)
    (numbers,), ids = factorize(asked["response_id"])
    everyone: pd.Categorical[Any] = pd.Categorical([EVERYONE]).take(np.zeros(len(ids), dtype=np.int8))
    group_levels = {EVERYONE: everyone, **levels(people, ids, groups, unknown=NOT_STATED)}
    cells = _cells(asked.assign(response_id=numbers), group_levels)
    opened = open_questions(comments, people, groups, profile)
    base = opened.asked @ opened.classes.parts.T.astype(float) < profile.fewest
    answered = (cells["value"] == ANSWERED).to_numpy()
    no_answered, no_blank, no_base = (
        opened.hidden(figures, cells, unknown=NOT_STATED) for figures in (opened.no_answered, opened.no_blank, base)
    )
    hidden = pd.DataFrame({"base": no_base, "n": np.where(answered, no_answered, no_blank)}, index=cells.index)
    return shares_of(cells, hidden, profile).rename(columns={"estimate": "share"})


def _cells(persons: pd.DataFrame, group_levels: dict[str, pd.Categorical]) -> pd.DataFrame:
    # People whose value is not known are a level, so that all add up to everyone.
    rows = pd.concat([_by_level(persons, group, level) for group, level in group_levels.items()])
    # In the order in which they are met from person to person, whatever the group.
    rows = rows.sort_values("first", kind="stable", ignore_index=True)
    cells = rows[["question", "group", "level"]].assign(base=rows["size"].astype(float))
    counts = {ANSWERED: rows["sum"].astype(float), BLANK: (rows["size"] - rows["sum"]).astype(float)}
    return pd.concat([cells.assign(value=value, n=n) for value, n in counts.items()], ignore_index=True)


def _by_level(persons: pd.DataFrame, group: str, level: pd.Categorical) -> pd.DataFrame:
    rows = persons.assign(level=level.take(persons["response_id"].to_numpy()), row=np.arange(len(persons), dtype=np.int32))
    asked = rows.groupby(["question", "level"], sort=False, observed=True)
    sizes = asked.agg(size=("answered", "size"), sum=("answered", "sum"), first=("row", "min")).reset_index()
    return sizes.assign(group=group, level=sizes["level"].astype("str"))


def became_of(comments: pd.DataFrame) -> "pd.Series[str]":
    """Return what became of each answer: read, or why it was set aside."""
    return comments["set_aside"].astype(object).where(comments["set_aside"].notna(), READ)


def _accounts(comments: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    outcomes = became_of(comments).value_counts().sort_index()
    counts = np.asarray(outcomes, dtype=np.float64)
    # All answers in sum are shown, so that a single hidden number could be worked out: a second one goes with it.
    gone = hide_crossing(counts[:, None], profile, unknown=False)[:, 0]
    n = disclose(np.append(counts, counts.sum()), profile)
    return pd.DataFrame({"became": [*outcomes.index, ALL], "n": np.where(gone, np.nan, n)})
