"""Say how good suggestions are, from excerpts that were drawn at random."""

from dataclasses import dataclass

from pipeline.errors import DataError
from pipeline.methods.active_learning.intervals import Booleans, Interval, wilson


# Of fewer excerpts an interval says next to nothing.
FEWEST = 10


@dataclass(frozen=True)
class Audit:
    """How suggestions compare with what people said of n excerpts drawn at random from n_all.

    `accuracy` is the share of excerpts whose suggested codes are all and only those people gave; `precision` the share
    of suggested codes people gave too; `recall` the share of codes people gave that were suggested.
    """

    n: int
    n_all: int
    accuracy: Interval
    precision: Interval
    recall: Interval


def estimate(suggested: Booleans, agreed: Booleans, *, n_all: int) -> Audit:
    """Return how good suggestions are in all `n_all` excerpts, judged by a simple random sample of them.

    Both arrays are bool (n, n_codes). Wilson intervals, narrowed as the sample nears the whole; for precision and recall
    the codes of an excerpt count one by one. The suggestions must be those of a coder that did not learn from these excerpts.

    Raises
    ------
    DataError
        There are fewer than 10 excerpts.
    """
    n = len(agreed)
    if n < FEWEST:
        raise DataError(f"An audit of {n} excerpts is too few to say how good suggestions are; draw at least {FEWEST} at random.")
    right = int((suggested == agreed).all(axis=1).sum())
    # Codes were not drawn, excerpts were: the codes in all excerpts are estimated by the part that was drawn.
    both, part = int((suggested & agreed).sum()), n / max(n, n_all)
    return Audit(
        n,
        max(n, n_all),
        wilson(right, n, n_all=max(n, n_all)),
        *(wilson(both, n_codes, n_all=n_codes / part) for n_codes in (int(suggested.sum()), int(agreed.sum()))),
    )
