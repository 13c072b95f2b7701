"""What every embedder offers, and what a transformer behind one offers to it."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Anything that turns texts into unit vectors without a network."""

    @property
    def name(self) -> str:
        """What the model is called."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def sha256(self) -> str:
        """What stands for the model's files."""

    @property
    def precision(self) -> str:
        """What the model computes in."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""


class SentenceModel(Protocol):
    """A transformer that turns rows of token ids into vectors."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, as many as the model reads."""

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the places of texts to be read together, given how many tokens each has."""

    def sentence_vectors(self, rows: Sequence[list[int]]) -> NDArray[np.float32]:
        """Return a vector for each row of token ids, as `batches` puts them together: float32 (n_rows, dimension)."""
