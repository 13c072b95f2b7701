"""Count how many people of each group were asked, wrote something, and left it blank, and what became of every answer."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.accounting import EMPTY
from pipeline.artefacts import empty_table
from pipeline.methods.disclosure import PROFILES, Profile, disclose, hide_crossing
from pipeline.methods.disclosure.cells import EVERYONE, crossed, shares_of, with_any


NOT_STATED = "Not stated"
ANSWERED, BLANK = "answered", "blank"
READ, ALL = "read", "all"


def respond(comments: pd.DataFrame, people: pd.DataFrame, *, settings: SimpleNamespace) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who wrote something by question and for any, and what became of the answers, after disclosure control."""
    if comments.empty:
        return empty_table("response_rates"), empty_table("accounts")
    profile = PROFILES[settings.count.profile]
    groups = settings.count.groups or settings.intake.attributes[:1]
    return _rates(comments, people, groups, profile), _accounts(comments, profile)


def _rates(comments: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...], profile: Profile) -> pd.DataFrame:
    persons = persons_asked(comments)
    cells = _cells(persons.merge(levels_asked(persons, people, groups), on="response_id"))
    hidden = pd.concat([crossed(rows, profile) for _, rows in cells.groupby("question", sort=False)])
    return shares_of(cells, hidden.loc[cells.index], profile).rename(columns={"estimate": "share"})


def persons_asked(comments: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person and question, and for any, with whether they wrote something, even if it cannot be read."""
    asked = with_any(comments[["response_id", "question"]].assign(answered=comments["set_aside"] != EMPTY))
    return asked.groupby(["question", "response_id"], sort=False)["answered"].any().reset_index()


def levels_asked(asked: pd.DataFrame, people: pd.DataFrame, groups: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per person and level; people whose value is not known are a level, too, so that all add up to everyone."""
    everyone = asked[["response_id"]].drop_duplicates()
    parts = [everyone.assign(group=EVERYONE, level=EVERYONE)]
    for group in groups:
        known = people[people["attribute"] == group].drop_duplicates("response_id").set_index("response_id")["value"]
        parts.append(everyone.assign(group=group, level=everyone["response_id"].map(known).astype(object).fillna(NOT_STATED)))
    return pd.concat(parts, ignore_index=True)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    found = rows.groupby(["question", "group", "level"], sort=False)["answered"].agg(["size", "sum"]).reset_index()
    cells = found[["question", "group", "level"]].assign(base=found["size"].astype(float))
    counts = {ANSWERED: found["sum"].astype(float), BLANK: (found["size"] - found["sum"]).astype(float)}
    return pd.concat([cells.assign(value=value, n=n) for value, n in counts.items()], ignore_index=True)


def became_of(comments: pd.DataFrame) -> "pd.Series[str]":
    """Return what became of each answer: read, or why it was set aside."""
    return comments["set_aside"].astype(object).where(comments["set_aside"].notna(), READ)


def _accounts(comments: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    found = became_of(comments).value_counts().sort_index()
    counts = np.asarray(found, dtype=np.float64)
    gone = hide_crossing(counts[:, None], profile, unknown=False)[:, 0]
    n = disclose(np.append(counts, counts.sum()), profile)
    return pd.DataFrame({"became": [*found.index, ALL], "n": np.where(gone, np.nan, n)})
