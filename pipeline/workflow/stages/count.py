"""Count how many people of each group spoke of each code, as people decided, and how they answered the closed questions."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.methods.disclosure import PROFILES, Profile, disclose
from pipeline.methods.disclosure.cells import ANY, EVERYONE, shares_of
from pipeline.methods.disclosure.linked_tables import Classes
from pipeline.methods.disclosure.open_questions import OpenQuestions, by_question, open_questions
from pipeline.methods.disclosure.single_base_tables import classes_by, hide_choices, hide_means
from pipeline.study.study_settings import Intake, compared_groups
from pipeline.tables.lookup import factorize, index_in, levels, take
from pipeline.tables.parquet import empty_table


DECIDED = ("accepted", "added")
"""What people have decided of a coding; a suggestion is no fact, and neither is what they differ on."""
Levels = dict[str, pd.Categorical]
"""For each group the level of each person, missing where it is not known."""


def count(
    codings: pd.DataFrame,
    segments: pd.DataFrame,
    comments: pd.DataFrame,
    people: pd.DataFrame,
    ratings: pd.DataFrame,
    codebook: Codebook,
    *,
    settings: SimpleNamespace,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return counts of people by code and group, and the closed questions by group, after disclosure control.

    Only codes that people decided on count: as long as not all excerpts are read, a count says "at least so many".
    """
    profile = PROFILES[settings.count.profile]
    groups = compared_groups(settings)
    (answered, rated), persons = factorize(comments["response_id"], ratings["response_id"])
    everyone: pd.Categorical[Any] = pd.Categorical([EVERYONE]).take(np.zeros(len(persons), dtype=np.int8))
    asked = [group for group in groups if group in set(people["attribute"])]
    group_levels = {EVERYONE: everyone, **levels(people, persons, asked)}
    reviewed = float((codings["status"] != "suggested").mean()) if len(codings) else 0.0
    usable = comments["set_aside"].isna().to_numpy()
    answers = pd.DataFrame({"person": answered[usable], "question": pd.Categorical(comments["question"])[usable]})
    spoken = _spoken(codings[codings["status"].isin(DECIDED)], segments, comments.loc[usable, "comment_id"], answers)
    opened = open_questions(comments, people, groups, profile)
    counts = _open(
        answers,
        spoken.assign(at=index_in(persons, opened.persons)[spoken["person"]]),
        group_levels,
        opened,
        codebook=codebook,
        profile=profile,
    )
    chosen = pd.DataFrame(
        {
            "person": rated,
            "question": pd.Categorical(ratings["question"]),
            "value": pd.Categorical(ratings["value"]),
            "score": ratings["score"].array,
        }
    )
    return counts.assign(reviewed=reviewed), _closed(chosen, group_levels, profile=profile, plan=settings.intake)


def _spoken(codings: pd.DataFrame, segments: pd.DataFrame, comment_ids: pd.Series, answers: pd.DataFrame) -> pd.DataFrame:
    """Return who spoke of which code in answer to which question; the rows of `answers` are the comments with these ids."""
    segment = index_in(codings["segment_id"], segments["segment_id"])
    codes, segment = pd.Categorical(codings["code"])[segment >= 0], segment[segment >= 0]
    comment = index_in(take(segments["comment_id"], segment), comment_ids)
    return answers.take(comment[comment >= 0]).assign(code=codes[comment >= 0])


def _open(
    answers: pd.DataFrame,
    spoken: pd.DataFrame,
    group_levels: Levels,
    opened: OpenQuestions,
    *,
    codebook: Codebook,
    profile: Profile,
) -> pd.DataFrame:
    if answers.empty or not len(codebook):
        return empty_table("counts").drop(columns="reviewed")
    base = _of_each_and_any(answers, [], group_levels, "base")
    counts = _of_each_and_any(spoken, ["code"], group_levels, "n")
    cells = base.merge(pd.DataFrame({"code": [code.code for code in codebook.codes]}), how="cross")
    cells = cells.merge(counts, how="left", on=["question", "code", "group", "level"]).fillna({"n": 0})
    hidden = pd.DataFrame({"base": opened.hidden(opened.no_base, cells), "n": True}, index=cells.index)
    codes = [code.code for code in codebook.codes]
    of_each = [spoken[spoken["code"] == code] for code in codes]
    speakers = [by_question(opened.classes, rows["at"].to_numpy(), rows["question"], opened.questions) for rows in of_each]
    hidden_of = dict(zip(codes, opened.of_codes(np.array(speakers), profile), strict=True))
    for code in codes:
        rows = cells[cells["code"] == code]
        hidden.loc[rows.index, "n"] = opened.hidden(hidden_of[code], rows)
    return shares_of(cells, hidden, profile).rename(columns={"estimate": "share"})


def _of_each_and_any(rows: pd.DataFrame, keys: list[str], group_levels: Levels, name: str) -> pd.DataFrame:
    parts = [
        _people(rows, ["question", *keys], group_levels, name),
        _people(rows.assign(question=ANY), ["question", *keys], group_levels, name),
    ]
    return _sorted(pd.concat(parts), name)


def _people(rows: pd.DataFrame, keys: list[str], group_levels: Levels, name: str) -> pd.DataFrame:
    # One group after another to spare memory.
    once = rows[["person", *keys]].drop_duplicates()
    parts = [
        once[keys]
        .assign(group=group, level=level.take(once["person"].to_numpy()))
        .groupby([*keys, "group", "level"], observed=True)
        .size()
        for group, level in group_levels.items()
    ]
    counted = pd.concat([part.rename(name).reset_index().astype(dict.fromkeys(part.index.names, "str")) for part in parts])
    return _sorted(counted, name)


def _sorted(counted: pd.DataFrame, name: str) -> pd.DataFrame:
    return counted.sort_values([str(column) for column in counted if column != name], ignore_index=True)


def _closed(ratings: pd.DataFrame, group_levels: Levels, *, profile: Profile, plan: Intake) -> pd.DataFrame:
    if ratings.empty:
        return empty_table("closed")
    # A mean is of scores, and only a scale or labels give them.
    scaled = ratings["question"].isin([name for name, rating in plan.ratings.items() if rating.scale or rating.labels])
    parts = [_means(ratings[scaled], group_levels, profile), _options(ratings[~scaled], group_levels, profile)]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else empty_table("closed")


def _options(rows: pd.DataFrame, group_levels: Levels, profile: Profile) -> pd.DataFrame:
    if rows.empty:
        return rows
    base = _people(rows, ["question"], group_levels, "base")
    chosen = _people(rows, ["question", "value"], group_levels, "n")
    cells = base.merge(rows[["question", "value"]].drop_duplicates().astype("str"), on="question")
    cells = cells.merge(chosen, how="left", on=["question", "value", "group", "level"]).fillna({"n": 0})
    return shares_of(cells, _hidden_options(rows, cells, group_levels, profile), profile).assign(measure="share")


def _hidden_options(rows: pd.DataFrame, cells: pd.DataFrame, group_levels: Levels, profile: Profile) -> pd.DataFrame:
    """Return which bases and counts of each question and option must not be shown: bool columns `base` and `n`."""
    hidden = pd.DataFrame({"base": True, "n": True}, index=cells.index)
    classes = classes_by(group_levels, len(group_levels[EVERYONE]))
    for question, asked in cells.groupby("question", sort=False):
        those = rows[rows["question"] == question]
        persons, options = those["person"].to_numpy(), list(dict.fromkeys(asked["value"]))
        chosen = np.array([classes.count(np.unique(persons[(those["value"] == option).to_numpy()])) for option in options])
        base = classes.count(np.unique(persons))
        # Each in one option, so that options and groups both add up.
        single = not those["person"].duplicated().any()
        gone = hide_choices(classes, base, chosen, profile, single=single)
        figures = _figure_places(classes, asked)
        hidden.loc[asked.index, "base"] = gone[0, figures]
        hidden.loc[asked.index, "n"] = gone[[1 + options.index(value) for value in asked["value"]], figures]
    return hidden


def _figure_places(classes: Classes, rows: pd.DataFrame) -> list[int]:
    place = {name: at for at, name in enumerate(classes.names)}
    return [place[str(group), str(level)] for group, level in zip(rows["group"], rows["level"], strict=True)]


def _means(rows: pd.DataFrame, group_levels: Levels, profile: Profile) -> pd.DataFrame:
    scored = rows[["person", "question", "score"]].dropna(subset="score")
    if scored.empty:
        return scored
    means = pd.concat([_scored(scored, group, level) for group, level in group_levels.items()])
    # In the order in which they are met from rating to rating, whatever the group.
    means = means.sort_values("first", kind="stable", ignore_index=True)
    means["base"] = means["count"].astype(float)
    base = disclose(means["base"].to_numpy(), profile)
    classes = classes_by(group_levels, len(group_levels[EVERYONE]))
    # Which levels may be shown is decided by question, as each has its own people.
    for question, asked in means.groupby("question", sort=False):
        those = scored.loc[scored["question"] == question, "person"].to_numpy()
        gone = hide_means(classes, classes.count(np.unique(those)), profile)
        base[asked.index[gone[_figure_places(classes, asked)]]] = np.nan
    # Many digits give away how many people a mean is of; a group of one mind has said what each of its people did.
    half = _half_width(means).round(2)
    shown = means["mean"].round(2).where(~np.isnan(base) & (means["std"] > 0))
    shown = shown.mask(_leaves_one_mind(scored, group_levels, means, shown.isna()))
    return means[["question", "group", "level"]].assign(
        measure="mean",
        value="",
        n=np.nan,
        base=base,
        estimate=shown,
        low=shown - half,
        high=shown + half,
        suppressed=shown.isna(),
    )


def _leaves_one_mind(rows: pd.DataFrame, group_levels: Levels, means: pd.DataFrame, hidden: pd.Series) -> pd.Series:
    """Say which means, with everyone's, tell what all those besides said: whose mean is hidden, and who all said the same."""
    tells = pd.Series(data=False, index=means.index)
    for (question, group), asked in means[means["group"] != EVERYONE].groupby(["question", "group"], sort=False):
        those = rows[rows["question"] == question]
        level = group_levels[str(group)].take(those["person"].to_numpy())
        besides = those.loc[~level.isin(asked.loc[~hidden[asked.index], "level"]), "score"]
        tells[asked.index] = besides.nunique() == 1
    return tells


def _scored(rows: pd.DataFrame, group: str, level: pd.Categorical) -> pd.DataFrame:
    rows = rows.assign(level=level.take(rows["person"].to_numpy()), row=np.arange(len(rows), dtype=np.int32))
    parts = rows.groupby(["question", "level"], sort=False, observed=True)
    figures = {name: ("score", name) for name in ("mean", "std", "count")}
    scores = parts.agg(**figures, first=("row", "min")).reset_index()
    return scores.astype({"question": "str", "level": "str"}).assign(group=group)


def _half_width(means: pd.DataFrame) -> pd.Series:
    from scipy.stats import t

    freedom = (means["count"] - 1).clip(lower=1)
    error = means["std"] / means["count"].pow(0.5)
    return error * pd.Series(t.ppf(0.975, freedom), index=means.index)
