"""The texts a coder is given, with what is known of each, checked to fit together."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook
from pipeline.errors import CodebookError, DataError
from pipeline.methods.coder.kernel_ridge import FRAMES
from pipeline.tables.lazy import LazyColumn, LazyMatrix, select


Vectors = NDArray[np.floating] | LazyMatrix
"""Rows of numbers in memory, or on the disk."""


@dataclass(frozen=True)
class TrainingSet:
    """Texts, each with the codes people gave it (None: nobody has read it), its frame, weight, hint and perhaps vector.

    A hint is the code that people gave the theme the text is in, or None. `rows` say where in `matrix` each text's vector stands.
    Of many texts neither the words nor the vectors need be in memory (`pipeline.tables.lazy`).
    """

    texts: Sequence[str]
    codes: list[Sequence[str] | None]
    frames: list[str]
    weights: list[float]
    hints: list[str | None]
    matrix: Vectors | None
    rows: NDArray[np.intp]

    @property
    def vectors(self) -> NDArray[np.floating] | None:
        """The vector of each text, as rows; None where they are not known."""
        return None if self.matrix is None else self.matrix[self.rows]

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> "TrainingSet":
        """Return these answers."""
        return TrainingSet(
            list(select(self.texts, rows)),
            [self.codes[row] for row in rows],
            [self.frames[row] for row in rows],
            [self.weights[row] for row in rows],
            [self.hints[row] for row in rows],
            # Not the vectors themselves: of a million texts they are half a gigabyte, and few of them are looked at.
            self.matrix,
            self.rows[np.array(rows, dtype=np.intp)],
        )


def gather(
    texts: Sequence[str] | None,
    codes: Sequence[Sequence[str] | None] | None = None,
    *,
    frames: Sequence[str] | None = None,
    weights: Sequence[float] | None = None,
    hints: Sequence[str | None] | None = None,
    vectors: Vectors | None = None,
    rows: Sequence[int] | None = None,
) -> TrainingSet:
    """Return the texts with what is known of them; DataError where the lists do not fit together."""
    words = texts if isinstance(texts, LazyColumn) else list(texts or ())
    matrix = vectors if vectors is None or isinstance(vectors, LazyMatrix) else np.asarray(vectors)
    answers = TrainingSet(
        words,
        [None] * len(words) if codes is None else list(codes),
        [""] * len(words) if frames is None else list(frames),
        [1.0] * len(words) if weights is None else list(weights),
        [None] * len(words) if hints is None else list(hints),
        matrix,
        np.arange(len(words)) if rows is None else np.array(rows, dtype=np.intp),
    )
    lists: dict[str, Sized | None] = {"codes": answers.codes, "frames": answers.frames, "weights": answers.weights}
    lists |= {"hints": answers.hints, "rows": answers.rows, "vectors": matrix if rows is None else None}
    for name, values in lists.items():
        if values is not None and len(values) != len(words):
            raise DataError(f"There are {len(words)} texts but {len(values)} {name}; give one for each text.")
    if matrix is not None and rows is not None and ((answers.rows < 0) | (answers.rows >= len(matrix))).any():
        raise DataError(f"There are {len(matrix)} vectors, and a row is not among them; rows are counted from 0.")
    wrong = next((row for row, text in enumerate(words) if not isinstance(text, str)), None) if isinstance(words, list) else None
    if wrong is not None:
        raise DataError(f"Text {wrong} is no text but {type(words[wrong]).__name__}; leave blank answers out.")
    unknown = next((frame for frame in answers.frames if frame not in (*FRAMES, "")), None)
    if unknown is not None:
        raise DataError(f"A frame is {unknown!r}; frames are {', '.join(FRAMES)} or empty.")
    return answers


def check_decisions(answers: TrainingSet, codebook: Codebook) -> None:
    """Raise CodebookError where a code is not in the codebook, DataError where codes or weights cannot be used."""
    if any(weight < 0 or not np.isfinite(weight) for weight in answers.weights):
        raise DataError("A weight is negative or no number; weights say how much each decision counts, from 0 up.")
    code_ids = {code.code for code in codebook.codes}
    for row, codes in enumerate(answers.codes):
        if isinstance(codes, str):
            raise DataError(f"The codes of text {row} are a single word; give a list of code ids for each text.")
        for code in codes or ():
            if code not in code_ids:
                raise CodebookError(
                    f"Text {row} is given the code {code!r}, which is not in the codebook; "
                    "add the code there or give the text another one."
                )
    unknown = next((code for code in answers.hints if code is not None and code not in code_ids), None)
    if unknown is not None:
        raise CodebookError(f"A hint is the code {unknown!r}, which is not in the codebook; leave it out or add the code there.")
