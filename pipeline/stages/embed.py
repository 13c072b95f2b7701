"""Turn unique texts into vectors."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.artefacts import Vectors
from pipeline.methods.embed import load_embedder


def embed(texts: pd.DataFrame, *, settings: SimpleNamespace) -> Vectors:
    """Return one unit vector for each text, as float16."""
    embedder = load_embedder(settings.embed.model, precision=settings.embed.precision)
    matrix = embedder.encode(texts["text"].tolist())
    return Vectors(tuple(texts["text_id"]), matrix.astype(np.float16), f"{embedder.name} {embedder.precision}", embedder.sha256)
