"""Who took part: how many people of each group were asked, answered, and left blank."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import Profile, disclose
from pipeline.report.blocks import Block, Fold, Paragraph, Section, Table
from pipeline.report.source import Source
from pipeline.report.wording import by, fewer_than, number, people, percent, sentence_case
from pipeline.stages.clean import EMPTY


NOT_STATED = "Not stated"
COLUMNS = ("asked", "answered", "blank")


def taking_part(source: Source) -> Section:
    """Return who was asked, who answered and who is missing, for everyone and by group."""
    persons = answered_by(source["comments"])
    blocks: list[Block] = [Paragraph(_sentence(persons)), _by_question(source)]
    for place, group in enumerate(source.groups, start=1):
        blocks += _by_group(source, group, place)
    if not source.groups:
        blocks.append(Paragraph("The study names no groups, so people are not compared by group."))
    return Section("who-took-part", "Who took part", tuple(blocks))


def answered_by(comments: pd.DataFrame) -> "pd.Series[bool]":
    """Return, for each person asked, whether they wrote anything under any question."""
    return (comments["set_aside"].fillna("") != EMPTY).groupby(comments["response_id"]).any()


def _sentence(persons: "pd.Series[bool]") -> str:
    asked, answered = len(persons), int(persons.sum())
    share = f" ({percent(answered / asked)})" if asked else ""
    blank = asked - answered
    rest = f" {people(blank)} left every question blank." if blank else " Nobody left every question blank."
    return (
        f"{people(asked)} were asked at least one open question. {people(answered)}{share} wrote something under at least "
        f"one.{rest}"
    )


def _by_question(source: Source) -> Table:
    comments = source["comments"]
    rows = []
    for question, found in comments.groupby("question", sort=False):
        persons = answered_by(found)
        asked, answered = len(persons), int(persons.sum())
        rows.append(
            (source.wording(str(question)), number(asked), number(answered), number(asked - answered), percent(answered / asked))
        )
    header = ("Open question", "Asked", "Answered", "Left blank", "Share who answered")
    caption = "People asked each open question, and how many answered"
    return Table("asked-by-question", caption, header, tuple(rows), numeric=(1, 2, 3, 4))


def _by_group(source: Source, group: str, place: int) -> Iterator[Block]:
    answered = source["comments"].groupby("question", sort=False)
    name = f"asked-by-group-{place}"
    yield _table(source, source["comments"], group=group, name=name, of="at least one open question")
    tables = [
        _table(source, found, group=group, name=f"{name}-{position}", of=f"“{source.wording(str(question))}”")
        for position, (question, found) in enumerate(answered, start=1)
    ]
    if len(tables) > 1:
        yield Fold(f"The same for each question, {by(group)}", tuple(tables))


def _table(source: Source, comments: pd.DataFrame, *, group: str, name: str, of: str) -> Table:
    counts = _counts(comments, source["people"], group)
    shown = protect(counts, source.profile)
    rows = tuple(
        (str(level), *(_written(shown.at[level, column], counts.at[level, column], source.profile) for column in COLUMNS))
        for level in counts.index
    )
    return Table(
        name=name,
        caption=f"People asked and answering {of}, {by(group)}",
        header=(sentence_case(group), "Asked", "Answered", "Left blank"),
        rows=rows,
        numeric=(1, 2, 3),
        note=f"{sentence_case(source.profile.rule)}.",
    )


def _counts(comments: pd.DataFrame, people: pd.DataFrame, group: str) -> pd.DataFrame:
    level = people[people["attribute"] == group].drop_duplicates("response_id").set_index("response_id")["value"]
    persons = answered_by(comments)
    levels = persons.index.to_series().map(level).fillna(NOT_STATED)
    counts = persons.groupby(levels).agg(["size", "sum"])
    return pd.DataFrame({"asked": counts["size"], "answered": counts["sum"], "blank": counts["size"] - counts["sum"]})


def _written(shown: Any, count: Any, profile: Profile) -> str:
    if not np.isnan(shown):
        return number(shown)
    return fewer_than(profile) if count < profile.fewest else "not shown"


def protect(counts: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return counts of people with the small ones hidden, and with them those from which they could be worked out."""
    shown = pd.DataFrame(disclose(counts.to_numpy(float), profile), counts.index, counts.columns)
    if profile.round_to > 1:
        return shown
    # Unrounded, the levels add up to everyone and asked = answered + blank: a gap alone can be worked out.
    for column in shown:
        if shown[column].isna().sum() == 1 and len(shown) > 1:
            shown.loc[shown[column].idxmin(), column] = np.nan
    shown.loc[shown.isna().any(axis=1), ["answered", "blank"]] = np.nan
    return shown
