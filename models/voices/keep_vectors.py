"""Make the vectors of the invented answers that come with the program, so that no study waits for them.

    python models/voices/keep_vectors.py [voices minilm]

Only the co-production answers are kept: they are many, and its codebook is the template that most studies begin with.
"""

import sys
from collections.abc import Sequence

from pipeline.codebook.codebook import read_codebook
from pipeline.codebook.templates import TEMPLATES
from pipeline.codebook.written_answers import keep_vectors, written_answers
from pipeline.methods.embedding.embedders import load_embedder


def main(names: Sequence[str]) -> None:
    """Write a file of vectors for each of these language models."""
    written = written_answers(read_codebook(TEMPLATES["coproduction"]))
    texts = tuple(dict.fromkeys((*written.texts, *written.excerpts.texts)))
    for name in names:
        embedder = load_embedder(name)
        print(f"{name}: {keep_vectors(embedder.sha256, texts, embedder.encode(texts)).name}, {len(texts):,} vectors")


if __name__ == "__main__":
    main(sys.argv[1:] or ["voices", "minilm"])
