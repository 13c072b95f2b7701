"""A coder that is fitted again and again reads each text once."""

from copy import deepcopy

import numpy as np

from pipeline.methods.embedding.embedders import load_embedder
from pipeline.methods.embedding.remembering import RememberingEmbedder


class Counting:
    """The static embedder, with the texts that it was asked for."""

    def __init__(self):
        self.embedder = load_embedder("static")
        self.name, self.dimension = self.embedder.name, self.embedder.dimension
        self.sha256, self.precision = self.embedder.sha256, self.embedder.precision
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return self.embedder.encode(texts)


def test_each_text_is_read_once_also_by_copies_and_the_vectors_are_the_same():
    counting = Counting()
    remembering = RememberingEmbedder(counting)
    texts = ["cold soup", "late bus", "cold soup"]
    first = remembering.encode(texts)
    again = deepcopy(remembering).encode(["late bus", "kind staff"])
    assert counting.asked == ["cold soup", "late bus", "kind staff"]
    np.testing.assert_array_equal(first, counting.embedder.encode(texts))
    np.testing.assert_array_equal(again[0], first[1])
    assert remembering.encode([]).shape == (0, counting.dimension) and remembering.sha256 == counting.sha256
