"""Suggest codes for each text, with a reason, or keep silent with one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.artefacts import Vectors, empty_table
from pipeline.codebook import Codebook
from pipeline.methods.coder import CodebookClassifier, Suggestion


def code(texts: pd.DataFrame, vectors: Vectors, codebook: Codebook, *, settings: SimpleNamespace) -> pd.DataFrame:
    """Return the best codes of each text with scores and reasons, and whether each is suggested."""
    if texts.empty or not len(codebook):
        return empty_table("suggestions")
    words, frames, matrix = texts["text"].tolist(), texts["frame"].tolist(), vectors.matrix.astype(np.float32)
    coder = CodebookClassifier(
        codebook, embedder=settings.embed.model, seed=settings.code.seed, min_precision=settings.code.min_precision
    )
    # Texts nobody has coded yet lend the coder their words.
    suggestions = coder.fit(words, frames=frames, vectors=matrix).suggest(words, frames=frames, vectors=matrix)
    return pd.DataFrame(
        [row for text_id, suggestion in zip(texts["text_id"], suggestions, strict=True) for row in _rows(text_id, suggestion)]
    )


def _rows(text_id: str, suggestion: Suggestion) -> list[dict[str, object]]:
    return [
        {
            "text_id": text_id,
            "code": found.code,
            "score": found.score,
            "suggested": found.suggested,
            "abstained": suggestion.abstained,
            "because": found.because,
            "rank": rank,
        }
        for rank, found in enumerate(suggestion.codes, start=1)
    ]
