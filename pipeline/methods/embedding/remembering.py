"""An embedder that reads each text once: a coder that is fitted a dozen times embeds the codebook's words each time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.embedding.embedder import Embedder


class RememberingEmbedder:
    """Gives the vectors of another embedder, and keeps them in memory as long as it is there itself."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def __deepcopy__(self, memo: object) -> "RememberingEmbedder":
        """Return itself: copies of a coder share what was read."""
        return self

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.embedder.name

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.embedder.dimension

    @property
    def sha256(self) -> str:
        """What stands for the model's files."""
        return self.embedder.sha256

    @property
    def precision(self) -> str:
        """What the model computes in."""
        return self.embedder.precision

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self.embedder.encode(new), strict=True))
        rows = [self._vectors[text] for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)
