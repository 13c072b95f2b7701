"""Who took part: how many people of each group were asked, answered, and left blank."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import Profile, disclose, hide_crossing
from pipeline.report.blocks import Block, Fold, Paragraph, Section, Table
from pipeline.report.source import Source
from pipeline.report.wording import NOT_SHOWN, by, number, percent, sentence_case
from pipeline.stages.clean import EMPTY


NOT_STATED = "Not stated"
COLUMNS = ("asked", "answered", "blank")


def taking_part(source: Source) -> Section:
    """Return who was asked, who answered and who is missing, for everyone and by group."""
    persons = answered_by(source["comments"])
    blocks: list[Block] = [Paragraph(_sentence(persons, source.profile)), _by_question(source)]
    for place, group in enumerate(source.groups, start=1):
        blocks += _by_group(source, group, place)
    if not source.groups:
        blocks.append(Paragraph("The study names no groups, so people are not compared by group."))
    return Section("who-took-part", "Who took part", tuple(blocks))


def answered_by(comments: pd.DataFrame) -> "pd.Series[bool]":
    """Return, for each person asked, whether they wrote anything under any question."""
    return (comments["set_aside"].fillna("") != EMPTY).groupby(comments["response_id"]).any()


def _sentence(persons: "pd.Series[bool]", profile: Profile) -> str:
    counts = _by_level(persons, pd.Series("everyone", index=persons.index))
    if persons.empty:
        return "Nobody was asked an open question."
    asked, answered, blank = (str(cell) for cell in _written(counts, profile)["everyone"])
    share = f" ({percent(int(answered.replace(',', '')) / int(asked.replace(',', '')))})" if answered[:1].isdigit() else ""
    return (
        f"Asked at least one open question: {asked} people. Wrote something under at least one: {answered}{share}. Left every "
        f"question blank: {blank}."
    )


def _by_question(source: Source) -> Table:
    rows = []
    for question, found in source["comments"].groupby("question", sort=False):
        persons = answered_by(found)
        counts = _by_level(persons, pd.Series("everyone", index=persons.index))
        rows.append((source.wording(str(question)), *_written(counts, source.profile)["everyone"]))
    header = ("Open question", "Asked", "Answered", "Left blank")
    caption = "People asked each open question, and how many answered"
    note = f"{sentence_case(source.profile.rule)}."
    return Table("asked-by-question", caption, header, tuple(rows), numeric=(1, 2, 3), note=note)


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
    rows = tuple((level, *cells) for level, cells in _written(counts, source.profile).items())
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
    return _by_level(persons, persons.index.to_series().map(level).fillna(NOT_STATED))


def _by_level(persons: "pd.Series[bool]", levels: "pd.Series[str]") -> pd.DataFrame:
    counts = persons.groupby(levels).agg(["size", "sum"])
    return pd.DataFrame({"answered": counts["sum"], "blank": counts["size"] - counts["sum"]})


def _written(counts: pd.DataFrame, profile: Profile) -> dict[str, tuple[str, ...]]:
    """Return, for each level, how many were asked, answered and left it blank, as it may be shown."""
    whole = counts.assign(asked=counts["answered"] + counts["blank"])
    shown = whole.mask(protect(counts, profile)).apply(lambda column: disclose(column.to_numpy(float), profile))
    return {
        str(level): tuple(NOT_SHOWN if np.isnan(row[column]) else number(row[column]) for column in COLUMNS)
        for level, row in zip(counts.index, shown.to_dict("records"), strict=True)
    }


def protect(counts: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Return where people who answered, left blank and were asked must be hidden: levels and both kinds add up."""
    gone = hide_crossing(counts[["answered", "blank"]].to_numpy(float), profile, unknown=False)
    return pd.DataFrame(gone[:-1], index=counts.index, columns=["answered", "blank", "asked"])
