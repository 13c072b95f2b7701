"""How many themes there are, and how steadily they come back when some answers are left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import log2

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.consensus import SHARE, Consensus, Labels, Resample
from pipeline.methods.themes.separation import CLEARLY_APART, separation
from pipeline.runtime.threads import side_by_side


NUMBERS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28)
# Tried besides where a first look says that answers lie in many groups, as questions to a help desk do.
MORE = (34, 40, 48, 56, 68, 80)
USUAL, ANSWERS_A_THEME = 14, 8
MOST_OF_USUAL, ANSWERS_A_FINE_THEME = 2, 20
# Few themes come back more steadily than many and say less. In ten mixtures of 4 to 75 codes of invented answers, twice as many
# themes were worth this much agreement: in nine of them the number so chosen then agrees
# with the codes within 0.03 of the best.
WORTH_OF_TWICE = 0.05
# Less than this, on that scale, is what another draw of resamples may bring, and decides nothing.
CLEARLY = 0.06
# A number of themes that sets them farther apart may come back less steadily by so much.
LESS_STEADY = 0.1
# Resamples that show whether a number of themes may come back more steadily than the usual one.
LOOKED = 4
# So many numbers that are ahead at a first look are looked at closely.
LOOKED_AT_CLOSELY = 3


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
        return float(np.mean([adjusted_rand_score(self.labels[rows], labels) for rows, labels in pairs]))

    def stability(self, theme: int) -> float:
        """Return the mean Jaccard index, 0 to 1, between a theme and its best match in each part."""
        pairs = zip(self.rows, self.again, strict=True)
        return float(np.mean([best_overlap(self.labels[rows] == theme, labels) for rows, labels in pairs]))


@dataclass(frozen=True)
class Choice:
    """A grouping, and the sentence that says why it has so many themes."""

    grouping: Grouping
    reason: str


def choose(
    consensus: Consensus,
    resamples: Sequence[Resample],
    *,
    n_themes: int | None,
    seed: int,
    vectors: NDArray[np.float64] | None = None,
) -> Choice:
    """Group the texts into as many themes as were asked for, or else as come back most steadily.

    Unit `vectors` (n, d) are given where texts lie in many groups: then more themes are tried, and the number that sets
    them apart most clearly is taken, unless it comes back clearly less steadily than the usual one.
    """
    n_texts = len(consensus.axes)
    numbers = [n_themes] if n_themes else numbers_to_try(n_texts, many=vectors is not None)
    wanted = numbers if vectors is not None else _promising(consensus, resamples, numbers, seed=seed)
    groupings = _found_again(resamples, _labels(consensus, wanted, seed=seed, starts=10), seed=seed)
    agreements = {number: grouping.agreement for number, grouping in groupings.items()}
    apart = {} if vectors is None else {number: separation(vectors, grouping.labels) for number, grouping in groupings.items()}
    chosen = clearest(agreements, apart, n_texts) or steadiest(agreements, n_texts)
    tried = f"of the numbers tried, {min(numbers)} to {max(numbers)}"
    why = "because so many were asked for" if n_themes else _why(agreements, apart, chosen, n_texts, tried=tried)
    themes = "1 theme" if chosen == 1 else f"{chosen} themes"
    return Choice(groupings[chosen], f"{themes}, {why}.")


def group(resamples: Sequence[Resample], labels: Labels, *, seed: int) -> Grouping:
    """Find as many themes as labels (n,) hold again in every resample."""
    return _found_again(resamples, {0: labels}, seed=seed)[0]


def _promising(consensus: Consensus, resamples: Sequence[Resample], numbers: Sequence[int], *, seed: int) -> list[int]:
    """Return the usual number of themes, and those ahead of it at a first look; one that is behind is not clearly steadier."""
    first = _found_again(resamples[:LOOKED], _labels(consensus, numbers, seed=seed, starts=2), seed=seed)
    worth = {number: _worth(number, grouping.agreement) for number, grouping in first.items()}
    usual = _usual_of(numbers, len(consensus.axes))
    ahead = sorted((number for number in numbers if worth[number] > worth[usual]), key=lambda number: -worth[number])
    return sorted({usual, *ahead[:LOOKED_AT_CLOSELY]})


def _labels(consensus: Consensus, numbers: Sequence[int], *, seed: int, starts: int) -> dict[int, Labels]:
    groups = side_by_side(lambda number: consensus.group(number, seed=seed, starts=starts), numbers)
    return dict(zip(numbers, groups, strict=True))


def _found_again(resamples: Sequence[Resample], labels: Mapping[int, Labels], *, seed: int) -> dict[int, Grouping]:
    """Find the themes of each number of themes again in every resample."""

    def look(pair: tuple[int, Resample]) -> Labels:
        number, part = pair
        return part.consensus.group(len(np.unique(labels[number])), seed=seed, starts=2)

    again = iter(side_by_side(look, product(labels, resamples)))
    rows = tuple(part.rows for part in resamples)
    return {number: Grouping(own, tuple(islice(again, len(resamples))), rows) for number, own in labels.items()}


def usual_number(n_texts: int) -> int:
    """Return how many themes people would expect of so many different answers: those of a codebook, fewer below 112."""
    return max(2, min(USUAL, n_texts // ANSWERS_A_THEME))


def numbers_to_try(n_texts: int, *, many: bool = False) -> list[int]:
    """Return the numbers up to twice the usual one, with 20 answers a theme beyond it; if many, up to 80, with 8."""
    usual = usual_number(n_texts)
    most = max(usual, min(usual * MOST_OF_USUAL, n_texts // ANSWERS_A_FINE_THEME))
    few = [number for number in NUMBERS if number <= most]
    return few + [number for number in MORE if many and number <= n_texts // ANSWERS_A_THEME]


def clearest(agreements: Mapping[int, float], apart: Mapping[int, float], n_texts: int) -> int | None:
    """Return the number whose themes lie farthest apart among those not clearly less steady than the usual, if clearly so."""
    usual = _usual_of(agreements, n_texts)
    steady = [number for number in apart if agreements[number] >= agreements[usual] - LESS_STEADY]
    best = max(steady, key=lambda number: apart[number], default=usual)
    return best if best != usual and apart[best] > apart[usual] + CLEARLY_APART else None


def steadiest(agreements: Mapping[int, float], n_texts: int) -> int:
    """Return the usual number of themes, or the one that comes back most steadily for so many where that is clearly better."""
    usual = _usual_of(agreements, n_texts)
    worth = {number: _worth(number, agreement) for number, agreement in agreements.items()}
    best = max(worth, key=lambda number: worth[number])
    return best if worth[best] > worth[usual] + CLEARLY else usual


def _worth(number: int, agreement: float) -> float:
    return agreement + WORTH_OF_TWICE * log2(number)


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


def _usual_of(numbers: Iterable[int], n_texts: int) -> int:
    return min(numbers, key=lambda number: abs(number - usual_number(n_texts)))


def _why(agreements: Mapping[int, float], apart: Mapping[int, float], chosen: int, n_texts: int, *, tried: str) -> str:
    usual = _usual_of(agreements, n_texts)
    if clearest(agreements, apart, n_texts):
        return (
            f"because {tried}, that one sets themes farthest apart (silhouette {apart[chosen]:.2f}; with the usual {usual}: "
            f"{apart[usual]:.2f}) without their coming back clearly less steadily"
        )
    if chosen != usual:
        steadily = "came back clearly most steadily for so many"
        return f"because {tried}, that one {steadily} (with the usual {usual}: {agreements[usual]:.2f})"
    better = "came back clearly more steadily for so many" + (" or lay clearly farther apart" if apart else "")
    return f"the usual number for {n_texts:,} different answers, because {tried}, none {better}"
