"""How many themes there are, and how steadily they come back when some answers are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.consensus import SHARE, Consensus, Labels, Resample


NUMBERS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28)
# Few themes always come back more steadily than many and say less, so numbers far from a codebook's are not tried.
USUAL, ANSWERS_A_THEME = 14, 8
LEAST_OF_USUAL, MOST_OF_USUAL = 0.7, 2
# Another draw of resamples moves the agreement by up to about this much, so less decides nothing.
CLEARLY = 0.1


@dataclass(frozen=True)
class Grouping:
    """The theme of each text, int (n,), and the themes found again in parts of the texts, whose rows are given."""

    labels: Labels
    again: tuple[Labels, ...]
    rows: tuple[NDArray[np.intp], ...]

    @property
    def n_themes(self) -> int:
        """Return the number of themes."""
        return len(np.unique(self.labels))

    @property
    def agreement(self) -> float:
        """Return the mean adjusted Rand index between the themes and those found again; 1 is perfect."""
        from sklearn.metrics import adjusted_rand_score

        pairs = zip(self.rows, self.again, strict=True)
        return float(np.mean([adjusted_rand_score(self.labels[rows], found) for rows, found in pairs]))

    def stability(self, theme: int) -> float:
        """Return the mean Jaccard index, 0 to 1, between a theme and its best match in each part."""
        pairs = zip(self.rows, self.again, strict=True)
        return float(np.mean([best_overlap(self.labels[rows] == theme, found) for rows, found in pairs]))


@dataclass(frozen=True)
class Choice:
    """A grouping, and the sentence that says why it has so many themes."""

    grouping: Grouping
    reason: str


def choose(consensus: Consensus, resamples: Sequence[Resample], *, n_themes: int | None, seed: int) -> Choice:
    """Group the texts into as many themes as were asked for, or else as come back most steadily."""
    n_texts = len(consensus.axes)
    numbers = [n_themes] if n_themes else numbers_to_try(n_texts)
    groupings = {number: group(resamples, consensus.group(number, seed=seed), seed=seed) for number in numbers}
    agreements = {number: found.agreement for number, found in groupings.items()}
    chosen = steadiest(agreements, n_texts)
    why = "because so many were asked for" if n_themes else _why(agreements, chosen, n_texts)
    themes = "1 theme" if chosen == 1 else f"{chosen} themes"
    return Choice(groupings[chosen], f"{themes}, {why}.")


def group(resamples: Sequence[Resample], labels: Labels, *, seed: int) -> Grouping:
    """Find as many themes as labels (n,) hold again in every resample."""
    number = len(np.unique(labels))
    again = tuple(part.consensus.group(number, seed=seed, starts=2) for part in resamples)
    return Grouping(labels, again, tuple(part.rows for part in resamples))


def usual_number(n_texts: int) -> int:
    """Return how many themes people would expect of so many different answers: those of a codebook, fewer below 112."""
    return max(2, min(USUAL, n_texts // ANSWERS_A_THEME))


def numbers_to_try(n_texts: int) -> list[int]:
    """Return the numbers from somewhat below to twice the usual one."""
    usual = usual_number(n_texts)
    return [number for number in NUMBERS if usual * LEAST_OF_USUAL <= number <= usual * MOST_OF_USUAL]


def steadiest(agreements: Mapping[int, float], n_texts: int) -> int:
    """Return the usual number of themes, or the one that comes back most steadily where that is clearly better."""
    usual = _usual_of(agreements, n_texts)
    best = max(agreements, key=lambda number: agreements[number])
    return best if agreements[best] > agreements[usual] + CLEARLY else usual


def best_overlap(members: NDArray[np.bool_], labels: Labels) -> float:
    """Return the Jaccard index between a set of texts (n,) and the group in labels (n,) that matches it best."""
    sizes = np.bincount(labels)
    shared = np.bincount(labels[members], minlength=len(sizes))
    return float((shared / np.maximum(sizes + members.sum() - shared, 1)).max())


def found_again(agreement: float) -> str:
    """Say how well themes found again in resamples agree with the themes."""
    return (
        f"Found again in samples of {SHARE:.0%} of the answers, the themes agree with these by {agreement:.2f} "
        "(adjusted Rand index; 1 is perfect)."
    )


def _usual_of(agreements: Mapping[int, float], n_texts: int) -> int:
    return min(agreements, key=lambda number: abs(number - usual_number(n_texts)))


def _why(agreements: Mapping[int, float], chosen: int, n_texts: int) -> str:
    usual, tried = _usual_of(agreements, n_texts), f"of the numbers tried, {min(agreements)} to {max(agreements)}"
    if chosen == usual:
        return f"the usual number for {n_texts:,} different answers, because {tried}, none came back clearly more steadily"
    return f"because {tried}, that one came back clearly most steadily (with the usual {usual}: {agreements[usual]:.2f})"
