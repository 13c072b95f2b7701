"""How many meaning units and different things there are in all, as it may be shown beside what is hidden of their parts."""

import numpy as np
import pandas as pd

from pipeline.methods.disclosure import disclose
from pipeline.report.numbers_in_words import NOT_SHOWN, number_shown
from pipeline.workflow.results import RunResults
from pipeline.workflow.stages.respond import READ


def units_shown(source: RunResults) -> str:
    """Write how many meaning units there are.

    Where every answer is one, their number is that of the answers that were read, and no more may be shown of it than of that.
    """
    return number_shown(len(source["segments"]), source.profile) if _read_is_shown(source) else NOT_SHOWN


def texts_shown(source: RunResults) -> str:
    """Write how many different things were said: not where it would give away how many make up a theme that is hidden."""
    return number_shown(len(source["texts"]), source.profile) if texts_are_shown(source) else NOT_SHOWN


def texts_are_shown(source: RunResults) -> bool:
    """Say whether the number of different things said gives no hidden figure away: they are the answers, and add up by theme."""
    themes = source["themes"]
    hidden = (themes["n_people"] < source.profile.fewest) | np.isnan(disclose(themes["n_texts"].to_numpy(float), source.profile))
    return _read_is_shown(source) and not hidden.any()


def _read_is_shown(source: RunResults) -> bool:
    accounts = source["accounts"]
    return bool(pd.notna(accounts.loc[accounts["became"] == READ, "n"]).all())
