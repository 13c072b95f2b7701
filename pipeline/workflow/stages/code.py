"""Suggest codes for each text, with a reason, or keep silent with one."""

import json
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from pipeline.codebook.codebook import Codebook
from pipeline.codebook.written_answers import WrittenAnswers, kept_vectors, text_key
from pipeline.methods.coder import CodebookClassifier, Suggestion
from pipeline.methods.coder.classifier import MOST_DECIDED
from pipeline.methods.coder.kernel_ridge import evenly
from pipeline.methods.coder.weak_labels import NEAREST, theme_hints
from pipeline.methods.coder.written_examples import WrittenExamples, WrittenExcerpt, written_note
from pipeline.methods.embedding.embedder import Embedder
from pipeline.methods.embedding.embedders import AT_ONCE
from pipeline.methods.themes.bertopic_model import nearest
from pipeline.methods.themes.describe import nearness
from pipeline.methods.themes.distinct_texts import UnitRows
from pipeline.methods.themes.saved_model import SavedThemes
from pipeline.runtime.executors import PART_OF_MODEL, Executor, parts_of
from pipeline.tables.lazy import Rows, batches, concat_or_stream, select, text_column
from pipeline.tables.parquet import Vectors, empty_table


if TYPE_CHECKING:
    from pipeline.methods.coder.tuning.tuned import Tuned


log = logging.getLogger("pipeline")
NONE_WRITTEN = WrittenAnswers()
# A model that the program brings no vectors for reads so many written answers in each run, a quarter of a minute's work at most.
MOST_READ = 1_500


def code(
    texts: Rows,
    vectors: Vectors,
    codebook: Codebook,
    lessons: pd.DataFrame,
    tuned: "Tuned | None",
    theme_edits: pd.DataFrame,
    frozen: SavedThemes | None,
    written: WrittenAnswers = NONE_WRITTEN,
    *,
    settings: SimpleNamespace,
    embedder: Embedder,
    engine: Executor = map,
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return the best codes of each text with scores and reasons, and whether each is suggested.

    The coder learns from the codebook, from `lessons`: what people decided and have let it learn from, from the codes
    that people gave themes, here or in the survey whose saved themes are used, and from answers that were written for the
    codes. A fine-tuned model has its say as long as the codebook has the codes that it learnt.
    """
    if texts.empty or not len(codebook):
        return empty_table("suggestions")
    written = read_in_time(written, embedder)
    fits = tuned is not None and tuned.code_ids == tuple(entry.code for entry in codebook.codes)
    coder = CodebookClassifier(
        codebook,
        embedder=embedder,
        effort="thorough" if fits else "quick",
        seed=settings.code.seed,
        min_precision=settings.code.min_precision,
        recall_first=settings.code.recall_first,
        tuned=tuned if fits else None,
        written=examples_of(written, embedder),
    )
    n_decided = lessons["text_id"].nunique()
    if note := written_note(len(written), n_decisions=n_decided):
        log.info("code: %s", note)
    if n_decided > MOST_DECIDED:
        log.info(
            "code: The coder learnt from %s of the %s texts that people decided on, spread evenly.",
            f"{MOST_DECIDED:,}",
            f"{n_decided:,}",
        )
    _learn(
        coder, texts, vectors, rows_to_learn(texts, codebook, lessons), hints_of(texts, vectors, theme_edits, frozen, codebook)
    )
    # It has learnt from them; a worker elsewhere that only suggests codes need not be sent them.
    coder.written = None
    return concat_or_stream(_suggestions(coder, texts, vectors, engine), texts)


def read_in_time(written: WrittenAnswers, embedder: Embedder) -> WrittenAnswers:
    """Return the written answers, or some of them, spread evenly, where this model would have to read them all first.

    Some are returned without excerpts.
    """
    if len(written) <= MOST_READ or embedder.name in AT_ONCE or kept_vectors(embedder.sha256):
        return written
    return written.take(evenly(len(written), MOST_READ).tolist())


def examples_of(written: WrittenAnswers, embedder: Embedder) -> WrittenExamples:
    """Return the written answers with their vectors; where those that came with the program are of another model, new ones."""
    kept = kept_vectors(embedder.sha256) if len(written) else {}
    texts = (*written.texts, *written.excerpts.texts)
    places = [kept.get(text_key(text)) for text in texts]
    missing = [text for text, vector in zip(texts, places, strict=True) if vector is None]
    fresh = iter(embedder.encode(missing).astype(np.float16) if missing else ())
    vectors = [next(fresh) if vector is None else vector for vector in places]
    matrix = np.array(vectors, dtype=np.float16).reshape(len(texts), embedder.dimension)
    parts = written.excerpts
    excerpts = list(map(WrittenExcerpt, parts.texts, parts.shares, parts.frames, parts.silent))
    return WrittenExamples(written.texts, written.codes, written.frames, written.silent, written.later, matrix, excerpts)


def _learn(
    coder: CodebookClassifier,
    texts: Rows,
    vectors: Vectors,
    lessons: tuple[list[int], list[list[str] | None]],
    hints: list[str | None],
) -> None:
    rows, codes = lessons
    frames = _frames(texts)
    with _sums_by_one_thread():
        coder.fit(
            select(text_column(texts), rows),
            codes,
            frames=[frames[row] for row in rows],
            hints=[hints[row] for row in rows],
            vectors=vectors.matrix,
            rows=rows,
        )


def _frames(texts: Rows) -> list[str]:
    # Each frame is there once, however many texts have it.
    column = pd.Categorical(texts["frame"])
    names = column.categories.tolist()
    return [names[place] for place in column.codes]


def _suggestions(coder: CodebookClassifier, texts: Rows, vectors: Vectors, engine: Executor) -> Iterator[pd.DataFrame]:
    begin = 0
    for part in batches(texts):
        matrix = vectors.matrix[begin : begin + len(part)]
        places = parts_of(len(part), most=PART_OF_MODEL)
        yield from engine(partial(_suggested, coder), [(part[place], matrix[place]) for place in places])
        begin += len(part)


def _suggested(coder: CodebookClassifier, part: tuple[pd.DataFrame, NDArray[np.float16]]) -> pd.DataFrame:
    """Return the suggestions for some of the texts: each row is by itself."""
    texts, matrix = part
    with _sums_by_one_thread():
        suggestions = coder.suggest(texts["text"].tolist(), frames=texts["frame"].tolist(), vectors=matrix)
    pairs = zip(texts["text_id"], suggestions, strict=True)
    rows = pd.DataFrame([row for text_id, suggestion in pairs for row in _rows(text_id, suggestion)])
    return rows.assign(even=coder.even_).astype({"abstained": "str"})


def _sums_by_one_thread() -> AbstractContextManager[object]:
    # Sums by several threads end in other digits, and machines, or the workers of one, differ in how many they have. The limit
    # holds for libraries that are loaded, and SciPy, which brings sums of its own, is loaded when it is first used.
    import_module("scipy.linalg")
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def rows_to_learn(texts: Rows, codebook: Codebook, lessons: pd.DataFrame) -> tuple[list[int], list[list[str] | None]]:
    """Return rows of `texts` and the codes to learn for each: a row a person and text, so that each person counts once.

    Texts nobody has decided on come first, with None: they lend the coder their words. Left out are lessons about a
    text that is no longer there, and those of which the codebook has no code any more.
    """
    ids = texts["text_id"]
    spoken_of = ids.isin(lessons["text_id"]).to_numpy()
    row_of = dict(zip(ids[spoken_of], np.flatnonzero(spoken_of).tolist(), strict=True))
    code_ids = {code.code for code in codebook.codes}
    last = lessons[lessons["text_id"].isin(row_of)].drop_duplicates(["text_id", "reviewer"], keep="last")
    kept = [[code for code in codes.split("|") if code in code_ids] for codes in last["codes"]]
    decided: list[tuple[int, list[str]]] = [
        (row_of[text_id], codes)
        for text_id, outcome, codes in zip(last["text_id"], last["outcome"], kept, strict=True)
        if codes or outcome == "none"
    ]
    read = {row for row, _ in decided}
    unread = [row for row in range(len(texts)) if row not in read]
    return [*unread, *(row for row, _ in decided)], [*([None] * len(unread)), *(codes for _, codes in decided)]


def hints_of(
    texts: Rows, vectors: Vectors, theme_edits: pd.DataFrame, frozen: SavedThemes | None, codebook: Codebook
) -> list[str | None]:
    """Return for each row of `texts` the code that people gave its theme, where it is near the theme's middle, or None.

    Of a theme of this study, the edit says which texts are nearest; a theme that people named later goes before.
    """
    code_ids = {code.code for code in codebook.codes}
    hints: list[str | None] = [None] * len(texts)
    if frozen is not None:
        hints = _hints_of_saved(vectors, frozen, code_ids)
    edits = theme_edits[
        ~theme_edits["withdrawn"].astype(bool) & theme_edits["action"].eq("map") & theme_edits["detail"].isin(code_ids)
    ]
    codes: dict[str, str] = {}
    for part, code in zip(edits.sort_values("edit_id")["texts"], edits.sort_values("edit_id")["detail"], strict=True):
        for text_ids in json.loads(part):
            codes.update(dict.fromkeys(text_ids[: max(1, round(NEAREST * len(text_ids)))], str(code)))
    if not codes:
        return hints
    ids = texts["text_id"]
    for row in np.flatnonzero(ids.isin(codes).to_numpy()).tolist():
        hints[row] = codes[str(ids.iloc[row])]
    return hints


def _hints_of_saved(vectors: Vectors, frozen: SavedThemes, code_ids: set[str]) -> list[str | None]:
    agreed = [theme.agreed_code if theme.agreed_code in code_ids else None for theme in frozen.themes]
    if not any(agreed) or vectors.sha256 != frozen.sha256:
        return list[str | None]([None] * len(vectors))
    rows, centres = UnitRows(vectors.matrix), frozen.centroids.astype(np.float64)
    labels = nearest(rows, centres)
    return theme_hints(labels, nearness(rows, labels, centres), agreed)


def _rows(text_id: str, suggestion: Suggestion) -> list[dict[str, object]]:
    return [
        {
            "text_id": text_id,
            "code": candidate.code,
            "score": candidate.score,
            "suggested": candidate.suggested,
            "abstained": suggestion.abstained,
            "because": candidate.because,
            "rank": rank,
        }
        for rank, candidate in enumerate(suggestion.codes, start=1)
    ]
