"""Vectors of a model that points every text the same way, made fit to tell texts apart.

Some models give all texts nearly one direction (Mu and Viswanath 2018; Ethayarajh 2019), so that themes cannot be told
apart. What all directions share is measured on texts of our own, and taken away: a text's vector so depends neither on the
other texts of a survey nor on when it came.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.embedding.embedder import Embedder


COLLAPSED = 0.5
"""Mean cosine of texts that have nothing in common from which on a model is centred; it is .36 and .12 for the shipped ones."""
MARK = ", centred"
"""What is put behind the name of a model that is centred."""
NOTE = (
    "The language model points different texts nearly the same way. What they share was taken away, so that themes could be told "
    'apart; read the themes with care, and try [embed] model = "minilm" in study.toml.'
)
_SAME = 1e-3
_PROBES = (
    "The bus was late again this morning.",
    "She plays the violin in an orchestra.",
    "Money",
    "They listened to us and changed the letter.",
    "Water boils at one hundred degrees.",
    "My father kept bees behind the garage.",
    "The council closed the library in spring.",
    "Nobody told me who would be at the meeting.",
    "Fresh bread smells of home.",
    "The forms are far too long, and no one reads them.",
    "A red kite circled above the hill.",
    "I could not get an appointment for six weeks.",
    "Our team won the cup on penalties.",
    "The lift is broken, so I cannot come in my wheelchair.",
    "Stars are born in clouds of gas.",
    "Thank you for the tea and the warm room.",
    "Trains to Cardiff leave every hour.",
    "He forgot the password of his computer.",
    "Staff were kind, and explained each step.",
    "Tomatoes need sun and a little patience.",
    "The contract was signed without reading it.",
    "Snow fell on the harbour all night.",
    "Why was the interpreter not paid?",
    "Yes",
)


@dataclass(frozen=True)
class CentredEmbedder:
    """A model whose vectors are taken from their common middle, float32 (dimension,), and made of length one again."""

    model: "Embedder"
    middle: NDArray[np.float32]

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.model.name + MARK

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.model.dimension

    @property
    def sha256(self) -> str:
        """What stands for the model's files."""
        return self.model.sha256

    @property
    def precision(self) -> str:
        """What the model computes in."""
        return self.model.precision

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""
        rows = self.model.encode(texts) - self.middle
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def centred_if_collapsed(model: "Embedder") -> "Embedder":
    """Return the model as it is, or centred where texts that have nothing in common point the same way.

    ModelError where it gives all texts one vector, or none that is a number.
    """
    rows = model.encode(_PROBES).astype(np.float64)
    if not np.isfinite(rows).all():
        raise ModelError(f"The language model {model.name} gives vectors that are no numbers. Use another, such as minilm.")
    likeness = mean_cosine(rows)
    if likeness < COLLAPSED:
        return model
    middle = rows.mean(axis=0)
    if np.linalg.norm(rows - middle, axis=1).max() < _SAME:
        raise ModelError(f"The language model {model.name} gives every text the same vector. Use another, such as minilm.")
    return CentredEmbedder(model, middle.astype(np.float32))


def mean_cosine(rows: NDArray[np.float64]) -> float:
    """Return the mean cosine of each two of several unit rows (n, d)."""
    total, n = rows.sum(axis=0), len(rows)
    return float((total @ total - np.square(rows).sum()) / (n * (n - 1)))
