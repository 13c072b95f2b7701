"""Say whether more review would still change what is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.methods.active_learning.intervals import Booleans, Interval, wilson


# Bloodgood and Vijay-Shanker (2009): stop when successive models agree so far, on average over the last three steps.
STEADY, STEPS = 0.99, 3


@dataclass(frozen=True)
class Advice:
    """Whether review may stop: how alike the suggestions of successive coders are, and how much the last step changed.

    `kappas` compare each coder with the next, oldest first; `changed` is the share of texts whose suggestions the last
    step changed; `gained` what the later half of the decisions added in F1 with people.
    """

    enough: bool
    kappas: tuple[float, ...]
    changed: Interval
    gained: Interval
    step: int

    def __str__(self) -> str:
        """Return the advice in a sentence or two."""
        learnt = (
            ""
            if np.isnan(self.gained.estimate)
            else (
                f" The later half of the decisions changed the agreement with people (F1) by {_signed(self.gained.estimate)}"
                f" (95 % interval {_signed(self.gained.low)} to {_signed(self.gained.high)})."
            )
        )
        if len(self.kappas) < STEPS:
            return (
                f"It is too early to say when to stop: that needs {STEPS} steps of {self.step} decided texts and a start."
                + learnt
            )
        verdict = "More review would change little" if self.enough else "More review still pays"
        return (
            f"{verdict}: the last {self.step} decided texts changed the suggestions of {self.changed.estimate:.1%} of the other"
            f" texts ({self.changed.low:.1%} to {self.changed.high:.1%}), and over the last {STEPS} such steps suggestions agreed"
            f" with those before at a kappa of {np.mean(self.kappas[-STEPS:]):.3f}; from {STEADY} on they are steady." + learnt
        )


def advice(successive: Sequence[Booleans], *, step: int, gained: Interval) -> Advice:
    """Return whether review may stop, from what successive coders suggest for the same texts nobody has decided on.

    `successive` are bool (n_texts, n_codes), each by a coder that learnt from `step` more decided texts than the one
    before. The rule is that of Bloodgood and Vijay-Shanker (2009, "A method for stopping active learning based on
    stabilizing predictions"): a mean kappa of 0.99 over three steps; the difference in F1 between two such coders is then
    below 4 (1 - 0.99) / 0.99 = 0.04 (Bloodgood and Grothendieck 2013). `gained` is what the later half of the decisions
    added, held out. It says when suggestions are steady, not that they are right: for that, audit.
    """
    kappas = tuple(kappa(earlier, later) for earlier, later in pairwise(successive))
    enough = len(kappas) >= STEPS and float(np.mean(kappas[-STEPS:])) >= STEADY
    changed = Interval(np.nan, np.nan, np.nan)
    if kappas:
        moved = (successive[-1] != successive[-2]).any(axis=1)
        changed = wilson(int(moved.sum()), len(moved))
    return Advice(enough, kappas, changed, gained, step)


def kappa(first: Booleans, second: Booleans) -> float:
    """Return how far two sets of yes and no agree beyond chance (Cohen 1960), over all cells; 1 where both say one thing."""
    yes, also = float(first.mean()), float(second.mean())
    chance = yes * also + (1 - yes) * (1 - also)
    return 1.0 if chance == 1 else (float((first == second).mean()) - chance) / (1 - chance)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
