"""Examples in the codebook: who has read it has seen how they are coded."""

from pipeline.codebook.codebook import Codebook
from pipeline.runtime.plain_text import plain_words


def examples_in(codebook: Codebook) -> frozenset[str]:
    """Return the examples of all codes as they are compared."""
    texts = (text for code in codebook.codes for text in (*code.examples, *code.counter_examples, *code.borderline))
    return frozenset(plain_words(text) for text in texts) - {""}
