"""Who gave which category to which excerpt, in the form that every coefficient is computed from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CodingMatrix:
    """The votes of coders: for each excerpt and coder the share each category has of the vote, all 0 where there is none.

    One person's vote goes to one category. A group that is compared with another has one vote, parted among its members.
    """

    votes: Floats
    """(n_excerpts, n_coders, n_categories)."""
    categories: Floats
    """The value each category stands for, ascending; its number where it has none."""

    @classmethod
    def of(cls, ratings: Floats, categories: Floats | None = None) -> "CodingMatrix":
        """Make codings from values, a row an excerpt and a column a coder, NaN where a coder gave none."""
        values = np.unique(ratings[~np.isnan(ratings)]) if categories is None else categories
        return cls((ratings[:, :, None] == values).astype(float), values)

    @classmethod
    def between(cls, first: "CodingMatrix", second: "CodingMatrix") -> "CodingMatrix":
        """Set two groups, who coded the same excerpts into the same categories, against each other as two coders."""
        return cls(np.stack([first.as_one_vote, second.as_one_vote], axis=1), first.categories)

    @cached_property
    def totals(self) -> Floats:
        """For each excerpt how many votes each category has."""
        return np.asarray(self.votes.sum(axis=1))

    @cached_property
    def n_votes(self) -> Floats:
        """For each excerpt how many coders gave a category."""
        return np.asarray(self.totals.sum(axis=1).round())

    @cached_property
    def as_one_vote(self) -> Floats:
        """For each excerpt the share of its coders that gave each category."""
        return self.totals / np.maximum(self.n_votes, 1)[:, None]

    @cached_property
    def paired(self) -> "CodingMatrix":
        """Those of the excerpts that at least two coded; no other says anything about agreement."""
        return CodingMatrix(self.votes[self.n_votes >= 2], self.categories)

    def apart(self, difference: Floats) -> Floats:
        """Return for each excerpt, coded by two or more, the mean difference between two of its coders."""
        # All pairs of votes, less those of a coder with themselves; each pair counts twice above and below.
        everybody = np.einsum("nc,nc->n", self.totals @ difference, self.totals)
        oneself = np.einsum("ngc,ngc->n", self.votes @ difference, self.votes)
        return np.asarray((everybody - oneself) / (self.n_votes * (self.n_votes - 1)))
