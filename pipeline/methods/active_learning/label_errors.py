"""List codes in people's own decisions that deserve a second look."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.active_learning.intervals import Booleans


Kind = Literal["given, looks wrong", "not given, looks right"]

# A threshold that is the mean of fewer chances is chance itself.
FEWEST = 5


class Slip(NamedTuple):
    """A decision's row and a code's column where people and a coder that did not see the decision differ clearly."""

    row: int
    code: int
    kind: Kind
    chance: float
    """How likely the coder takes the code to be right."""


def find_slips(chances: NDArray[np.float64], answers: Booleans) -> list[Slip]:
    """Return likely slips in what people gave, the least likely decision first; nothing is changed.

    `chances` are held out, float (n_decisions, n_codes); `answers` is bool of the same shape. Confident learning (Northcutt,
    Jiang and Chuang 2021), each code by itself: a code not given looks right when its chance reaches the mean chance of the
    code where it was given; a given one looks wrong when its chance is no more than the mean where it was not. Either
    way the coder must also think the people's answer less likely than not. Codes given fewer than 5 times are left out.
    """
    judged = answers.sum(axis=0) >= FEWEST
    missing = ~answers & (chances >= np.maximum(_means(chances, answers), 0.5)) & judged
    doubtful = answers & (chances <= np.minimum(_means(chances, ~answers), 0.5)) & judged
    slips = [Slip(row, code, "not given, looks right", float(chances[row, code])) for row, code in np.argwhere(missing).tolist()]
    slips += [Slip(row, code, "given, looks wrong", float(chances[row, code])) for row, code in np.argwhere(doubtful).tolist()]
    # By how much the coder believes in what people decided; rows and codes settle ties, so that the list is the same each time.
    return sorted(slips, key=lambda slip: (slip.chance if answers[slip.row, slip.code] else 1 - slip.chance, slip.row, slip.code))


def _means(chances: NDArray[np.float64], where: Booleans) -> NDArray[np.float64]:
    n = where.sum(axis=0)
    return np.asarray(np.where(n, (chances * where).sum(axis=0) / np.maximum(n, 1), 0.5))
