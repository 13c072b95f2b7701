"""Turn unique texts into vectors."""

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.artefacts import Vectors
from pipeline.engines import PART_OF_MODEL, Engine, parts_of
from pipeline.methods.embed import Embedder, load_embedder
from pipeline.study import Embed


def embed(
    texts: pd.DataFrame, *, settings: SimpleNamespace, embedder: Embedder, engine: Engine = map, earlier: Vectors | None = None
) -> Vectors:
    """Return one unit vector for each text, as float16; texts that have one in `earlier` keep it."""
    if earlier is None:
        return _vectors(texts, settings.embed, embedder, engine)
    ids = texts["text_id"].tolist()
    place = {row: position for position, row in enumerate(earlier.ids)}
    is_new = np.array([row not in place for row in ids], dtype=bool)
    fresh = _vectors(texts[is_new], settings.embed, embedder, engine)
    matrix = np.empty((len(ids), earlier.matrix.shape[1]), dtype=np.float16)
    matrix[is_new] = fresh.matrix
    matrix[~is_new] = earlier.matrix[[place[row] for row in ids if row in place]]
    return Vectors(tuple(ids), matrix, fresh.model, fresh.sha256)


def _vectors(texts: pd.DataFrame, plan: Embed, embedder: Embedder, engine: Engine) -> Vectors:
    said = texts["text"].tolist()
    # Texts of like length together need the fewest batches.
    order = np.argsort([len(text) for text in said], kind="stable")
    rows = [order[part] for part in parts_of(len(said), most=PART_OF_MODEL)]
    matrix = np.zeros((len(said), embedder.dimension), dtype=np.float16)
    for places, found in zip(rows, engine(_work(plan, embedder), [[said[row] for row in part] for part in rows]), strict=True):
        matrix[places] = found
    return Vectors(tuple(texts["text_id"]), matrix, f"{embedder.name} {embedder.precision}", embedder.sha256)


def _work(plan: Embed, embedder: Embedder) -> Callable[[Sequence[str]], NDArray[np.float16]]:
    if plan.device == "cpu":
        return partial(_encoded, embedder)
    # The precision is settled here, so that it is the same on all machines whatever their processors.
    return partial(_encoded_there, model=plan.model, precision=embedder.precision, device=plan.device)


def _encoded(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float16]:
    return embedder.encode(texts).astype(np.float16)


def _encoded_there(texts: Sequence[str], *, model: str, precision: str, device: str) -> NDArray[np.float16]:
    return _encoded(load_embedder(model, precision=precision, device=device), texts)
