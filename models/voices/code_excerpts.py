"""Say which excerpts of the later invented answers show which of their answer's codes: the coder learns from excerpts, too.

    python models/voices/code_excerpts.py

What a study codes are excerpts, and most excerpts of a long answer show none of the codes that the whole answer has. So a coder
that has learnt none of a quarter of the answers says how likely each code is for each excerpt of that quarter; each code of an
answer is then shared out among its excerpts: an answer has a code where at least one excerpt shows it (a noisy-or, as in
multiple-instance learning; Maron and Lozano-Perez 1998). No excerpt has a code that its answer does not have. Only answers of
several excerpts are taken. Afterwards `models/voices/keep_vectors.py` must be run again.
"""

import csv
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.codebook.templates import TEMPLATES
from pipeline.codebook.written_answers import EXCERPTS, FRAMES, LATER, VOICES, rows_of, written_answers
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.coder.kernel_ridge import Matrix, evenly
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.workflow.stages.code import examples_of
from pipeline.workflow.stages.segment import segment


NAME = "co-production"
# Of so many parts of the answers, each is coded by what was learnt from the others. Answers stand in the order of their writers.
PARTS = 4
# More excerpts teach little more (LRAP of whole answers +.004 for 7,700) and make the coder slow.
MOST = 3_000
# No excerpt is certain to show a code or not to, and what it shows less surely than this is left out.
UNSURE, LEAST = 0.005, 0.02


def main() -> None:
    """Write the excerpts with their codes."""
    codebook = read_codebook(TEMPLATES["coproduction"])
    answers = pd.DataFrame(rows_of(VOICES / LATER / f"{NAME}.csv"))
    excerpts = cut(answers)
    chances = np.zeros((len(excerpts), len(codebook)))
    for part in np.array_split(np.arange(len(answers)), PARTS):
        asked = np.flatnonzero(excerpts["answer"].isin(part))
        chances[asked] = without(part, len(answers), excerpts.iloc[asked], codebook)
        print(f"{len(asked):,} excerpts coded", flush=True)
    truth = np.array([[code.code in codes.split("|") for code in codebook.codes] for codes in answers["codes"]])
    owners = excerpts["answer"].to_numpy()
    shares = shared_out(chances, truth[owners], owners)
    several = np.flatnonzero(np.bincount(owners)[owners] > 1)
    write(answers, excerpts, shares, several[evenly(len(several), MOST)], [code.code for code in codebook.codes])


def cut(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the excerpts of the answers as a study cuts them: the number of their answer, the frame and the text."""
    comments = pd.DataFrame(
        {"comment_id": answers["answer_id"], "frame": answers["frame"], "text": answers["text"], "set_aside": None}
    )
    segments = segment(comments, settings=SimpleNamespace(segment=SimpleNamespace(unit="sentence")))
    assert isinstance(segments, pd.DataFrame)
    numbers = dict(zip(answers["answer_id"], range(len(answers)), strict=True))
    owners = segments["comment_id"].map(numbers)
    return pd.DataFrame({"answer": owners, "frame": answers["frame"].to_numpy()[owners], "text": segments["text"]})


def without(part: NDArray[np.intp], n_later: int, excerpts: pd.DataFrame, codebook: Codebook) -> Matrix:
    """Return how likely each code is for each excerpt, float (n, n_codes), by a coder that has not learnt this part."""
    written, embedder = written_answers(codebook), load_embedder("voices")
    # The later ones stand last.
    learnt = written.take(np.setdiff1d(np.arange(len(written)), part + len(written) - n_later).tolist())
    asked = [FRAMES[frame] for frame in excerpts["frame"]]
    texts = excerpts["text"].tolist()
    vectors = embedder.encode(texts)
    coder = CodebookClassifier(codebook, embedder=embedder, written=examples_of(learnt, embedder))
    return coder.fit(texts, [None] * len(texts), frames=asked, vectors=vectors).predict_proba(texts, asked, vectors=vectors)


def shared_out(chances: Matrix, truth: NDArray[np.bool_], owners: NDArray[np.intp]) -> Matrix:
    """Return how surely each excerpt shows each code, given that its answer has it; 0 where it does not, float (n, n_codes)."""
    inside = np.clip(chances, UNSURE, 1 - UNSURE)
    none_shows = np.zeros((owners.max() + 1, chances.shape[1]))
    np.add.at(none_shows, owners, np.log1p(-inside))
    return np.asarray(np.where(truth, inside / -np.expm1(none_shows[owners]), 0.0).clip(0, 1))


def write(answers: pd.DataFrame, excerpts: pd.DataFrame, shares: Matrix, rows: NDArray[np.intp], codes: Sequence[str]) -> None:
    """Write these excerpts as a table beside the answers."""
    path = VOICES / EXCERPTS / f"{NAME}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["answer_id", "frame", "codes", "text"])
        for row in rows.tolist():
            excerpt = excerpts.iloc[row]
            shown = [f"{code}={share:.2f}" for code, share in zip(codes, shares[row], strict=True) if share >= LEAST]
            table.writerow([answers["answer_id"].iloc[excerpt["answer"]], excerpt["frame"], "|".join(shown), excerpt["text"]])


if __name__ == "__main__":
    main()
