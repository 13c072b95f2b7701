"""Say who spoke, by their groups, and never so closely that few people fit the description."""

from collections import Counter
from collections.abc import Mapping, Sequence


FEWEST = 5
"""So many people share a caption at least, or it is not shown."""


def captions(known: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return a caption for each person who shares it with at least four others.

    `known` holds what is known of people, by person: one mapping an attribute, the most telling first. A caption holds as many
    of the attributes as that allows; the last are left out first. Only those who are shown a caption count as sharing it: or
    else a coarse one, among finer ones, would give away the few who have it.
    """
    left = sorted({person for values in known for person in values})
    found: dict[str, str] = {}
    for n in range(len(known), 0, -1):
        worded = {who: ", ".join(filter(None, (values.get(who, "") for values in known[:n]))) for who in left}
        shared = Counter(worded.values())
        found |= {who: caption for who, caption in worded.items() if caption and shared[caption] >= FEWEST}
        left = [who for who in left if who not in found]
    return found
