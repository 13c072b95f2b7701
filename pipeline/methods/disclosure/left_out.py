"""Attributes by which nothing is shown, since people would be of too many kinds in all of them together."""

from collections.abc import Sequence

import pandas as pd

from pipeline.methods.disclosure.linked_tables import MOST_CLASSES
from pipeline.methods.disclosure.single_base_tables import classes_by
from pipeline.tables.lookup import factorize, levels


def left_out_note(response_ids: pd.Series, people: pd.DataFrame, groups: Sequence[str]) -> str:
    """Say by which attributes no figure is shown, and what to do about it; empty where all are worked with."""
    _, persons = factorize(response_ids)
    classes = classes_by(levels(people, persons, groups), len(persons))
    names = [f"“{group}”" for group in classes.left_out()]
    if not names:
        return ""
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"No figures are shown by {listed}: with the attributes that stand before in `[count] groups`, people would be of more "
        f"than {MOST_CLASSES} kinds, and figures by group could not be protected. Put first what matters most, or compare fewer "
        "or coarser attributes."
    )
