"""How likely a text praises, complains, suggests or is mixed: logistic regression, learnt from invented answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.embedding.model_files import MODELS, check_files
from pipeline.methods.valence.clues import N_COLUMNS, clue_columns
from pipeline.methods.valence.question_aims import Aim


Matrix = NDArray[np.floating]

VALENCES = ("praise", "complaint", "suggestion", "mixed", "neutral")
FOLDER = MODELS / "valence"
# Unit rows have small numbers; so many times larger, they count beside the clues.
_SCALE = 3.0
# From this probability on a valence is told. In codebooks that were left out it is then right in 82 of 100 texts, and 17 of 100
# are not clear.
CLEAR = 0.5


@dataclass(frozen=True)
class ValenceModel:
    """Weights for each valence, float (n_columns, 5), and its level, float (5,)."""

    weights: Matrix
    levels: Matrix

    def chances(self, texts: Sequence[str], vectors: Matrix, aims: Sequence[Aim]) -> NDArray[np.float64]:
        """Return how likely each of `VALENCES` is for each text, float (n_texts, 5); vectors are unit rows (n_texts, d)."""
        odds = columns_of(texts, vectors, aims).astype(np.float64) @ self.weights + self.levels
        raised = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def columns_of(texts: Sequence[str], vectors: Matrix, aims: Sequence[Aim]) -> NDArray[np.float32]:
    """Return what the model reads of each text: its vector and its clues, float32 (n_texts, d + N_COLUMNS)."""
    return np.hstack([_SCALE * np.asarray(vectors, dtype=np.float32), clue_columns(texts, aims)])


def valences_of(chances: Matrix) -> list[str | None]:
    """Return the likeliest of `VALENCES` for each row, or None where none is likely enough to be told."""
    filled = np.nan_to_num(chances)
    best, sure = filled.argmax(axis=1), filled.max(axis=1, initial=0) >= CLEAR
    return [VALENCES[place] if is_sure else None for place, is_sure in zip(best, sure, strict=True)]


def valence_file(model_sha256: str) -> Path:
    """Return where the valence model for vectors of this language model lies, if there is one."""
    return FOLDER / f"{model_sha256[:16]}.npz"


@cache
def load_valence_model(model_sha256: str) -> ValenceModel | None:
    """Return the valence model for vectors of a language model; None where none came with the program. ModelError if altered."""
    path = valence_file(model_sha256)
    if not model_sha256 or not path.is_file():
        return None
    check_files(FOLDER, FOLDER / "SHA256SUMS")
    with np.load(path, allow_pickle=False) as file:
        model = ValenceModel(file["weights"].astype(np.float64), file["levels"].astype(np.float64))
    assert len(model.weights) > N_COLUMNS, "the model was fitted with other clues"
    return model
