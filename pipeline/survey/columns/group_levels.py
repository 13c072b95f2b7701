"""The names of groups: what was offered to people, and never what somebody wrote beside it."""

import re
from collections.abc import Sequence

import pandas as pd

from pipeline.survey.columns.column import Column, is_no_answer, plain
from pipeline.survey.columns.several_choices import is_written_in, single_choices
from pipeline.survey.columns.vocabulary import whole


OTHER = "Other"
_SAYS_OTHER = whole("write_in_alone")
# Among fewer people an option is often chosen once.
_MANY = 20
_DIGIT = re.compile(r"\d")


def group_levels(values: "pd.Series[str]", options: Sequence[str] = ()) -> "pd.Series[str]":
    """Return the group of each person, with whatever was not offered counted as "Other".

    `values` hold one cell for each person, none of them blank; without `options` those that were offered are told by how often
    they come back.
    """
    offered = list(options) or offered_groups(values)
    other = next((option for option in offered if _SAYS_OTHER.fullmatch(plain(option))), OTHER)
    return values.where(values.isin(offered), other)


def offered_groups(values: "pd.Series[str]") -> list[str]:
    """Return which of the values of an attribute may be the name of a group: all but what looks written by one person."""
    choices = single_choices(Column("", "", values))
    if choices:
        return list(choices.options)
    counts = values.value_counts()
    levels = [str(value) for value in counts.index if not is_written_in(str(value))]
    coming_back = sum(int(counts[level]) > 1 for level in levels)
    if len(values) < _MANY or coming_back < 2:
        return levels
    # A band of ages that one person is in is an option; a word that one person has may be their own.
    return [level for level in levels if counts[level] > 1 or _DIGIT.search(level) or is_no_answer(level)]
