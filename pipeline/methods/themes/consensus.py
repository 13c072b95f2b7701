"""Coordinates that many maps of the texts agree on, and the resamples that show how steady they are."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.themes.distinct_texts import unit
from pipeline.methods.themes.load_bertopic import load_umap
from pipeline.methods.themes.neighbours import Neighbours
from pipeline.runtime.threads import side_by_side


Places = NDArray[np.float64]
Labels = NDArray[np.intp]

RESAMPLES, SHARE = 16, 0.9
# Neighbours and dimensions of the spectral maps of one resample; each resample adds one UMAP. Spectral maps are steady,
# UMAP is nearer to people's codes, and the mixture keeps most of both.
SPECTRAL = ((15, 8), (30, 10), (40, 12), (50, 16))
UMAP_NEIGHBOURS, UMAP_DIMENSIONS, UMAP_ROUNDS = 20, 5, 50
# The curve that UMAP finds for a least distance of 0, 1 / (1 + a d^2b). In single precision, as coordinates are, the powers take
# four fifths of the time.
UMAP_CURVE = {"a": np.float32(1.93280840), "b": np.float32(0.79049497)}
MOST_NEIGHBOURS = 64


@dataclass(frozen=True)
class Detail:
    """How many groups the small maps are cut into, and how many axes of what they agree on are kept."""

    sizes: tuple[int, ...]
    kept: int


# The fine maps tell up to 128 themes apart; for as many as a codebook holds, coarse ones agree as well with people's codes.
COARSE, FINE = Detail((8, 12, 16, 24), 32), Detail((8, 16, 32, 64), 128)


@dataclass(frozen=True)
class Consensus:
    """Where maps agree that n texts lie: texts that are grouped together again and again lie together."""

    axes: Places

    def places(self, n_themes: int) -> Places:
        """Return unit rows in as many dimensions as there are themes, float (n, n_themes)."""
        return unit(self.axes[:, :n_themes])

    def group(self, n_themes: int, *, seed: int, starts: int = 10) -> Labels:
        """Return the group of each text, int (n,)."""
        return k_means(self.places(n_themes), n_themes, seed=seed, starts=starts)


@dataclass(frozen=True)
class Resample:
    """A consensus found anew from a part of the texts: their rows among all (m,), and where they lie."""

    rows: NDArray[np.intp]
    consensus: Consensus


def resample(neighbours: Neighbours, *, seed: int, detail: Detail = COARSE) -> list[Resample]:
    """Draw parts of the texts and find each part's consensus from its own maps."""
    draw = np.random.default_rng(seed)
    n = len(neighbours)
    parts = [np.sort(draw.permutation(n)[: round(SHARE * n)]) for _ in range(RESAMPLES)]

    def look(i: int) -> Resample:
        return Resample(parts[i], _consensus_of_part(neighbours, parts[i], detail, seed=seed + i))

    return side_by_side(look, range(RESAMPLES))


def join(resamples: Sequence[Resample], n_texts: int, *, detail: Detail = COARSE) -> Consensus:
    """Join the consensus of all resamples into one for all texts."""
    seen = np.zeros(n_texts)
    blocks = []
    for part in resamples:
        block = np.zeros((n_texts, part.consensus.axes.shape[1]))
        block[part.rows] = part.consensus.axes
        seen[part.rows] += 1
        blocks.append(block)
    return _agree(np.hstack(blocks) / np.sqrt(np.maximum(seen, 1))[:, None], detail.kept)


@contextmanager
def without_known_warnings() -> Iterator[None]:
    """Keep quiet about what is as it should be; for all threads at once, since one's filters would undo another's."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # Texts that lie in one place make fewer groups than were asked for.
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        # UMAP warns that new texts cannot be placed on its map; none are.
        warnings.filterwarnings("ignore", message="precomputed_knn")
        yield


def k_means(places: Places, n_groups: int, *, seed: int, starts: int) -> Labels:
    """Group places with the best of several starts, int (n,)."""
    from sklearn.cluster import KMeans

    labels = KMeans(n_groups, n_init=starts, random_state=seed).fit_predict(places)
    return np.asarray(labels, dtype=np.intp)


def _consensus_of_part(neighbours: Neighbours, rows: NDArray[np.intp], detail: Detail, *, seed: int) -> Consensus:
    groupings = []
    for places, sizes in _maps(neighbours, rows, detail.sizes, seed=seed):
        groupings += [k_means(places, size, seed=seed, starts=1) for size in sizes]
    return _agree(np.hstack([_shares(labels) for labels in groupings]), detail.kept)


def _maps(
    neighbours: Neighbours, rows: NDArray[np.intp], sizes_wanted: Sequence[int], *, seed: int
) -> Iterator[tuple[Places, list[int]]]:
    n = len(rows)
    sizes = sorted({max(2, min(size, n // 5)) for size in sizes_wanted})
    for i, (most, dimensions) in enumerate(SPECTRAL):
        near = neighbours.among(rows, max(4, min(most, n // 6)))
        yield spectral_map(near, min(dimensions, n // 5), seed=seed), sizes[i % 2 :: 2]
    yield umap_map(neighbours.among(rows, max(4, min(UMAP_NEIGHBOURS, n // 6))), seed=seed), sizes


def spectral_map(neighbours: Neighbours, dimensions: int, *, seed: int) -> Places:
    """Map texts by the slowest modes of a walk from neighbour to neighbour: unit rows, float (n, dimensions + 1)."""
    from scipy.sparse import diags
    from scipy.sparse.linalg import eigsh

    graph = neighbours.graph()
    scale = diags(1 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel()))
    start = np.random.default_rng(seed).standard_normal(len(neighbours))
    values, modes = eigsh(scale @ graph @ scale, dimensions + 1, which="LA", v0=start, tol=1e-5)
    return unit(modes * np.maximum(values, 0))


def umap_map(neighbours: Neighbours, *, seed: int) -> Places:
    """Map texts with UMAP from a random start, in one thread, so that the seed decides all: float (n, dimensions)."""
    n, most = neighbours.rows.shape
    rows = np.hstack([np.arange(n)[:, None], neighbours.rows])
    gaps = np.hstack([np.zeros((n, 1)), 1 - neighbours.alike]).astype(np.float32)
    model = load_umap()(
        n_neighbors=most + 1,
        n_components=UMAP_DIMENSIONS,
        **UMAP_CURVE,
        init="random",
        n_jobs=1,
        random_state=seed,
        n_epochs=UMAP_ROUNDS,
        precomputed_knn=(rows, gaps),
    )
    return np.asarray(model.fit_transform(np.zeros((n, 1), dtype=np.float32)), dtype=float)


def _shares(labels: Labels) -> Places:
    columns = np.eye(labels.max() + 1)[labels]
    return np.asarray(columns / np.sqrt(np.maximum(columns.sum(axis=0), 1)))


def _agree(evidence: Places, kept: int) -> Consensus:
    from scipy.linalg import LinAlgError, svd

    together = evidence @ evidence.sum(axis=0)
    scaled = evidence / np.sqrt(np.maximum(together, 1e-12))[:, None]
    try:
        left, strengths, _ = svd(scaled, full_matrices=False, check_finite=False)
    except LinAlgError:
        # The quick way fails on a few matrices that repeat themselves; the slow one does not.
        left, strengths, _ = svd(scaled, full_matrices=False, check_finite=False, lapack_driver="gesvd")
    return Consensus(left[:, :kept] * strengths[:kept])
