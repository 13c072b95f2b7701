"""Gather what people said of a study's texts, and what the coder would learn from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.codebook.codebook import Codebook
from pipeline.codebook.written_answers import WrittenAnswers, written_answers
from pipeline.decisions.queries import as_agreed
from pipeline.decisions.store import has_store, open_store
from pipeline.errors import CodebookError, DataError, ReviewError
from pipeline.methods.active_learning.cross_validate import CodedTexts
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.methods.embedding.remembering import RememberingEmbedder
from pipeline.runtime.typed_paths import typed
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, Vectors, empty_table, read_table
from pipeline.workflow.inputs import read_input
from pipeline.workflow.results import read_results
from pipeline.workflow.stages.code import examples_of, hints_of, rows_to_learn


@dataclass(frozen=True)
class LeftOut:
    """How many decisions are unsure or skipped, about a text no longer there, or name codes the codebook no longer has."""

    unsure: int
    text_gone: int
    code_gone: int
    """Of these, the codes that are still there are learnt."""


@dataclass(frozen=True)
class Evidence:
    """All that is needed to say what learning would change.

    `votes` has a row per decision that can be learnt: the columns of the table `decisions`, the `row` of its text, and
    `given`, its codes as a tuple. `before` holds what the coder has learnt so far, `after` all that it could.
    """

    study: Study
    codebook: Codebook
    coder: CodebookClassifier
    before: CodedTexts
    after: CodedTexts
    votes: pd.DataFrame
    audited: pd.DataFrame
    """Decisions on excerpts drawn at random whose suggestions nobody had seen, unsure ones too."""
    n_segments: int
    n_new: int
    up_to: int
    left_out: LeftOut


def read_evidence(study: Study) -> Evidence:
    """Read the study's tables and decisions; ReviewError if nothing has been decided, CodebookError without a codebook."""
    first, made, lessons = _read_decisions(study)
    source = read_results(study, ("texts", "segments"))
    if not len(source.codebook):
        raise CodebookError(f"{study.settings.name} has no codebook, so there are no codes to learn; name one in study.toml.")
    texts, vectors = source["texts"], read_table("vectors", study.folder / TABLES["vectors"].file)
    if not isinstance(vectors, Vectors) or len(vectors) != len(texts):
        raise DataError(f"{study.settings.name} was not run to its end; `themes run {typed(study.folder)}` does that.")
    votes, left_out = _votes(made, texts, source.codebook)
    if votes.empty:
        raise ReviewError(
            f"None of the decisions on {study.settings.name} can be learnt: {left_out.unsure} are unsure or "
            f"skipped, {left_out.text_gone} are about texts no longer there and {left_out.code_gone} name only codes that "
            f"the codebook no longer has. `themes pack {study.folder}` makes a new sheet of excerpts to code."
        )
    # What each said by themselves: where people have talked, an answer is not blind any more.
    drawn = first[(first["drawn"] == "random audit") & first["blind"]]
    # With the codes: a decision that people have agreed to change since counts as new.
    learnt = set(zip(lessons["decision_id"], lessons["codes"], strict=True))
    segments = source["segments"]
    hints = hints_of(texts, vectors, read_input(study, "theme_edits"), read_input(study, "frozen"), source.codebook)
    return Evidence(
        study=study,
        codebook=source.codebook,
        coder=_coder(study, source.codebook),
        before=_material(texts, vectors, source.codebook, lessons, hints),
        after=_material(texts, vectors, source.codebook, _clear(made), hints),
        votes=votes,
        audited=drawn.merge(segments[["segment_id", "text_id"]], on=["segment_id", "text_id"]),
        n_segments=len(segments),
        n_new=sum(decision not in learnt for decision in zip(votes["decision_id"], votes["codes"], strict=True)),
        up_to=int(made["decision_id"].max()),
        left_out=left_out,
    )


def _read_decisions(study: Study) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what each said, the same as people agreed when they talked, and what is learnt already, all at one moment."""
    first = made = lessons = empty_table("decisions")
    if has_store(study):
        # Together, so that a decision that comes in meanwhile is in all of them or in none.
        with open_store(study) as store, store.together():
            first, lessons = store.decisions(), store.lessons()
            made = as_agreed(first, store.discussions())
    if made.empty:
        raise ReviewError(
            f"Nobody has decided on an excerpt of {study.settings.name} yet, so there is nothing to learn. "
            f"`themes pack {study.folder}` makes a sheet of excerpts to code; `themes unpack` takes it in when it is filled."
        )
    return first, made, lessons


def _coder(study: Study, codebook: Codebook) -> CodebookClassifier:
    settings = study.settings
    # All that teach the coder in a run, though it is fitted a dozen times here: figures of another coder would not be its own.
    written = written_answers(codebook) if settings.code.written_examples else WrittenAnswers()
    embedder = RememberingEmbedder(load_embedder(settings.embed.model))
    examples = examples_of(written, embedder) if len(written) else None
    return CodebookClassifier(
        codebook,
        embedder=embedder,
        seed=settings.code.seed,
        min_precision=settings.code.min_precision,
        recall_first=settings.code.recall_first,
        written=examples,
    )


def _clear(made: pd.DataFrame) -> pd.DataFrame:
    return made[made["outcome"].isin(["codes", "none"])]


def _material(
    texts: pd.DataFrame, vectors: Vectors, codebook: Codebook, lessons: pd.DataFrame, hints: Sequence[str | None]
) -> CodedTexts:
    rows, codes = rows_to_learn(texts, codebook, lessons)
    taught = [(row, row_codes) for row, row_codes in zip(rows, codes, strict=True) if row_codes is not None]
    return CodedTexts(
        texts["text"].tolist(),
        texts["frame"].tolist(),
        vectors.matrix.astype(np.float32),
        np.array([row for row, _ in taught], dtype=np.intp),
        [row_codes for _, row_codes in taught],
        hints,
    )


def _votes(made: pd.DataFrame, texts: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, LeftOut]:
    in_codebook = {code.code for code in codebook.codes}
    row_of = pd.Series(range(len(texts)), index=texts["text_id"])
    clear = _clear(made)
    present = clear[clear["text_id"].isin(row_of.index)]
    named = [codes.split("|") if codes else [] for codes in present["codes"]]
    learnable = [tuple(code for code in codes if code in in_codebook) for codes in named]
    votes = present.assign(row=present["text_id"].map(row_of), given=pd.Series(learnable, index=present.index, dtype=object))
    # Without codes a decision says "none of these", or its codes have left the codebook; only the first can be learnt.
    votes = votes[[bool(codes) or outcome == "none" for codes, outcome in zip(learnable, present["outcome"], strict=True)]]
    code_gone = sum(len(kept) < len(codes) for kept, codes in zip(learnable, named, strict=True))
    return votes.reset_index(drop=True), LeftOut(len(made) - len(clear), len(clear) - len(present), code_gone)
