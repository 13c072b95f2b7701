"""What a group says more than others: exact tests with false-discovery control, and shares that few people do not decide."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


Floats = NDArray[np.float64]

# People added to each group who speak as everybody does, so that one person's word is not a whole group's.
PRIOR_PEOPLE = 10
CLEAR, SIGN, TIMES, FEWEST = 0.05, 1.0, 1.5, 2


@dataclass(frozen=True)
class StandingOut:
    """For each level and theme, float or bool (n_levels, n_themes): what people of other levels do, and the evidence.

    `clear` holds the false-discovery rate at 5 % over all comparisons (one-sided Fisher's exact test; Benjamini and Hochberg
    1995). `sign` is weaker: the log-odds with an informative prior (Monroe, Colaresi and Quinn 2008) lie one standard error
    or more above those elsewhere, the share is half as much again or more, and at least two people said it; it is there to be
    read, not to be relied on.
    """

    elsewhere: Floats
    clear: NDArray[np.bool_]
    sign: NDArray[np.bool_]


def standing_out(speakers: Floats, base: Floats) -> StandingOut:
    """Compare each level with all others: `speakers` (n_levels, n_themes) and `base` (n_levels,) count people."""
    from scipy.stats import false_discovery_control, hypergeom

    others, other_base = speakers.sum(axis=0) - speakers, (base.sum() - base)[:, None]
    elsewhere = others / np.where(other_base > 0, other_base, np.nan)
    # The chance of so many or more: the survival function at one less.
    chance = hypergeom.sf(speakers - 1, base.sum(), speakers.sum(axis=0), base[:, None])
    rates = false_discovery_control(chance.ravel()).reshape(chance.shape) if chance.size else chance
    comparable = (other_base > 0) & (speakers >= FEWEST)
    apart = _distance(speakers, base[:, None], others, other_base) >= SIGN
    # Multiplied out, since a group may have nobody in it.
    more = speakers * other_base >= TIMES * others * base[:, None]
    return StandingOut(elsewhere, (rates <= CLEAR) & comparable, apart & more & comparable)


def tempered_shares(speakers: Floats, base: Floats) -> Floats:
    """Return each level's shares, drawn towards everyone's by ten people who speak as everybody does; (n_levels, n_themes)."""
    prior = PRIOR_PEOPLE * speakers.sum(axis=0) / max(base.sum(), 1)
    return np.asarray((speakers + prior) / (base[:, None] + PRIOR_PEOPLE))


def _distance(speakers: Floats, base: Floats, others: Floats, other_base: Floats) -> Floats:
    prior = PRIOR_PEOPLE * (speakers + others) / np.maximum(base + other_base, 1)
    # Half a person keeps the logarithm finite where everybody says it, or nobody.
    inside, elsewhere = speakers + prior + 0.5, others + prior + 0.5
    silent, other_silent = base + PRIOR_PEOPLE - speakers - prior + 0.5, other_base + PRIOR_PEOPLE - others - prior + 0.5
    return np.asarray((np.log(inside / silent) - np.log(elsewhere / other_silent)) / np.sqrt(1 / inside + 1 / elsewhere))
