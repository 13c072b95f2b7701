"""Examples in the codebook: who has read it has seen how they are coded."""

import re

from pipeline.codebook.codebook import Codebook


def examples_in(codebook: Codebook) -> frozenset[str]:
    """Return the examples of all codes as they are compared."""
    texts = (text for code in codebook.codes for text in (*code.examples, *code.counter_examples, *code.borderline))
    return frozenset(plain_words(text) for text in texts) - {""}


def plain_words(text: str) -> str:
    """Return the words of a text in lower case, without what stands between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))
