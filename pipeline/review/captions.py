"""Say who spoke, by the study's groups, and never so closely that few people fit the description."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd


FEWEST = 5
"""So many people share a caption at least, or it is not shown."""


def captions(people: pd.DataFrame, attributes: Sequence[str]) -> dict[str, str]:
    """Return a caption for each person who shares it with at least four others, by response_id.

    It holds as many of the attributes, in the order given, as that allows; the last are left out first. Only those who are
    shown a caption count as sharing it: or else a coarse one, among finer ones, would give away the few who have it.
    """
    known: dict[str, dict[str, str]] = {attribute: {} for attribute in attributes}
    for row in people[people["attribute"].isin(attributes)].itertuples(index=False):
        known[str(row.attribute)][str(row.response_id)] = str(row.value)
    left = sorted({person for values in known.values() for person in values})
    found: dict[str, str] = {}
    for n in range(len(attributes), 0, -1):
        worded = {who: ", ".join(filter(None, (known[one].get(who, "") for one in attributes[:n]))) for who in left}
        shared = Counter(worded.values())
        found |= {who: caption for who, caption in worded.items() if caption and shared[caption] >= FEWEST}
        left = [who for who in left if who not in found]
    return found
