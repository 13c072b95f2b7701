"""Tell of each text whether it praises, complains or suggests, by its words and by what its question asks for."""

import logging
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pandas as pd

from pipeline.methods.valence.question_aims import AIMS, aim_of
from pipeline.methods.valence.valence_model import VALENCES, ValenceModel, load_valence_model, valences_of
from pipeline.study.study_settings import Question
from pipeline.tables import lookup
from pipeline.tables.lazy import Rows, batches, concat_or_stream
from pipeline.tables.parquet import Vectors


log = logging.getLogger("pipeline")
READ = ("en", "unknown")
"""Languages of answers that are read; an answer too short to tell its language is taken for English."""
# Texts that are read together.
_AT_ONCE = 4_096


def valence(
    texts: Rows, vectors: Vectors, segments: pd.DataFrame, comments: pd.DataFrame, *, settings: SimpleNamespace
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Return the valence of each text with the chances of all.

    Both are empty for a text in a language that is not read, and for all where the language model came without a valence model.
    """
    model = load_valence_model(vectors.sha256)
    if model is None:
        log.info("valence: left out, as it can only be told with the models voices, minilm and multilingual")
        return concat_or_stream(map(_left_out, batches(texts)), texts)
    asked = _aims_by_text(segments, comments, settings)
    return concat_or_stream(_read(model, texts, vectors, asked), texts)


def _left_out(part: pd.DataFrame) -> pd.DataFrame:
    return part[["text_id"]].assign(valence=None, **dict.fromkeys(VALENCES, np.nan))


def _read(model: ValenceModel, texts: Rows, vectors: Vectors, asked: "pd.Series[int]") -> Iterator[pd.DataFrame]:
    begin = 0
    for part in batches(texts):
        places = asked.reindex(part["text_id"]).fillna(-1).to_numpy(dtype=np.intp)
        words = part["text"].tolist()
        chances = np.full((len(part), len(VALENCES)), np.nan)
        readable = np.flatnonzero(places >= 0)
        for rows in np.array_split(readable, 1 + len(readable) // _AT_ONCE):
            aims = [AIMS[place] for place in places[rows]]
            # Rounded, so that the last bit of a sum, which may differ between machines, is not kept.
            chances[rows] = model.chances([words[row] for row in rows], vectors.matrix[begin + rows], aims).round(4)
        valences = np.array(valences_of(chances), dtype=object)
        yield part[["text_id"]].assign(valence=valences, **dict(zip(VALENCES, chances.T, strict=True)))
        begin += len(part)


def _aims_by_text(segments: pd.DataFrame, comments: pd.DataFrame, settings: SimpleNamespace) -> "pd.Series[int]":
    """Return what the question of each text that is read asks for, by its place in `AIMS`; of several, the most frequent's."""
    questions = pd.Categorical(comments["question"])
    asked = settings.intake.questions
    # In a long file the wording is the question's name, also where study.toml does not list it.
    aims = [_aim(name, asked.get(name, Question())) for name in questions.categories]
    of_comment = np.array(aims, dtype=np.intp)[questions.codes]
    at = lookup.index_in(segments["comment_id"], comments["comment_id"])
    spoken = pd.DataFrame({"text_id": segments["text_id"].array, "aim": of_comment[at]})
    # Languages that the models do not know are left out: their valence would be a guess.
    read = comments["language"].isin(READ).to_numpy()[at]
    counts = spoken[read].groupby(["text_id", "aim"]).size().rename("n").reset_index()
    most = counts.sort_values(["n", "aim"], ascending=[False, True], kind="stable").drop_duplicates("text_id")
    return most.set_index("text_id")["aim"]


def _aim(name: str, question: Question) -> int:
    return AIMS.index(aim_of(question.wording or question.column or name, question.frame))
