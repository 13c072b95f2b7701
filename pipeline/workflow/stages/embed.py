"""Turn unique texts into vectors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.methods.embedding.embedder import Embedder
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.runtime.executors import PART_OF_MODEL, Executor, parts_of
from pipeline.study.study_settings import Embed
from pipeline.tables import lookup
from pipeline.tables.lazy import LazyTable, Rows, batches
from pipeline.tables.parquet import Vectors


def embed(
    texts: Rows, *, settings: SimpleNamespace, embedder: Embedder, engine: Executor = map, earlier: Vectors | None = None
) -> Vectors | Iterator[Vectors]:
    """Return one unit vector for each text, as float16; texts that have one in `earlier` keep it."""
    work = partial(_vectors, plan=settings.embed, embedder=embedder, engine=engine)
    parts = map(work, batches(texts)) if earlier is None else _with_earlier(texts, earlier, work)
    if isinstance(texts, LazyTable):
        return parts
    vectors = list(parts)
    ids = tuple(chain.from_iterable(part.ids for part in vectors))
    return replace(vectors[0], ids=ids, matrix=np.concatenate([part.matrix for part in vectors]))


def _with_earlier(texts: Rows, earlier: Vectors, work: Callable[[pd.DataFrame], Vectors]) -> Iterator[Vectors]:
    places = lookup.index_in(texts["text_id"], pd.Series(earlier.ids, dtype="str"))
    for part in batches(texts):
        earlier_rows, places = places[: len(part)], places[len(part) :]
        fresh = work(part[earlier_rows < 0])
        matrix = np.empty((len(part), earlier.matrix.shape[1]), dtype=np.float16)
        matrix[earlier_rows < 0] = fresh.matrix
        matrix[earlier_rows >= 0] = earlier.matrix[earlier_rows[earlier_rows >= 0]]
        yield replace(fresh, ids=tuple(part["text_id"]), matrix=matrix)


def _vectors(texts: pd.DataFrame, *, plan: Embed, embedder: Embedder, engine: Executor) -> Vectors:
    wordings = texts["text"].tolist()
    # Texts of like length together need the fewest batches.
    order = np.argsort([len(text) for text in wordings], kind="stable")
    rows = [order[part] for part in parts_of(len(wordings), most=PART_OF_MODEL)]
    matrix = np.zeros((len(wordings), embedder.dimension), dtype=np.float16)
    parts = [[wordings[row] for row in part] for part in rows]
    for places, encoded in zip(rows, engine(_work(plan, embedder), parts), strict=True):
        matrix[places] = encoded
    return Vectors(tuple(texts["text_id"]), matrix, f"{embedder.name} {embedder.precision}", embedder.sha256)


def _work(plan: Embed, embedder: Embedder) -> Callable[[Sequence[str]], NDArray[np.float16]]:
    # Otherwise the model is loaded where the work is done.
    if plan.device == "cpu":
        return partial(_encoded, embedder)
    # The precision is settled here, so that it is the same on all machines whatever their processors.
    return partial(_encoded_there, model=plan.model, precision=embedder.precision, device=plan.device)


def _encoded(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float16]:
    return embedder.encode(texts).astype(np.float16)


def _encoded_there(texts: Sequence[str], *, model: str, precision: str, device: str) -> NDArray[np.float16]:
    return _encoded(load_embedder(model, precision=precision, device=device), texts)
