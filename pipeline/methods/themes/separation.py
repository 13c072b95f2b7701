"""How far apart groups of texts lie, which tells few broad themes from many fine ones."""

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.consensus import Labels, k_means
from pipeline.runtime.threads import side_by_side


# Below this many texts the look is noise; beyond the most, it tells no more and takes long.
FEWEST_LOOKED, MOST_LOOKED = 500, 2_000
# In 36 samples of 500 to 1,200 NHS answers the look rose by 0.005 at most; in 16 samples of banking questions of 45 intents
# and more, by 0.03 at least.
CLEARLY_APART = 0.02


def separation(vectors: NDArray[np.float64], labels: Labels) -> float:
    """Return the mean silhouette, -1 to 1, of groups (n,) by the cosine of unit rows (n, d); Rousseeuw 1987.

    From the first 2,000 rows, which are a uniform sample where rows come in the order of their hashed ids.
    """
    from sklearn.metrics import silhouette_score

    vectors, labels = vectors[:MOST_LOOKED], labels[:MOST_LOOKED]
    if not 1 < len(np.unique(labels)) < len(labels):
        return -1.0
    return float(silhouette_score(vectors, labels, metric="cosine"))


def in_many_groups(vectors: NDArray[np.float64], usual: int, *, seed: int) -> bool:
    """Say at a first look whether texts lie clearly farther apart in two and four times the usual number of groups."""
    if len(vectors) < FEWEST_LOOKED:
        return False
    looked = vectors[:MOST_LOOKED]

    def look(times: int) -> float:
        return separation(looked, k_means(looked, usual * times, seed=seed, starts=3))

    # That which takes longest comes first, so that the others are done beside it.
    *finer, apart = side_by_side(look, (4, 2, 1))
    return bool(np.mean(finer) > apart + CLEARLY_APART)
