"""Fit the valence models that come with the program, and print how often they are right on codebooks they have not seen.

    python models/valence/fit.py [voices minilm multilingual]

It reads the invented answers in corpora/voices and nothing else, by the vectors that come with the program where there are
some. A model for each language model is written beside this file.
"""

import csv
import hashlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from pipeline.codebook.written_answers import LATER, VOICES, kept_vectors, text_key
from pipeline.methods.embedding.embedder import Embedder
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.methods.valence.question_aims import Aim, aim_of
from pipeline.methods.valence.valence_model import CLEAR, FOLDER, VALENCES, ValenceModel, columns_of, valence_file
from pipeline.report.theme_tone import tone_of
from pipeline.survey.columns.frames import frame_of


Matrix = NDArray[np.float64]
Rows = NDArray[np.bool_]

# What the frames of the corpus are called in a study.
FRAMES = {"barriers": "better", "change": "better", "works": "good", "open": "neutral"}
STRENGTH = 0.1
# One answer in four is learnt a second time as if the study did not give the question's wording.
WITHOUT_WORDING = 4
FOLDS = 4
FEWEST_OF_GROUP = 15


@dataclass(frozen=True)
class Answers:
    """The invented answers, each with the name of its codebook, whether it is one of the later ones, and its valence."""

    texts: tuple[str, ...]
    books: NDArray[np.str_]
    later: Rows
    aims: tuple[Aim, ...]
    """By the question's wording and the frame that the program takes it for."""
    framed: tuple[Aim, ...]
    """By the frame alone."""
    truth: NDArray[np.intp]
    is_open: Rows
    groups: NDArray[np.str_]
    """The codebook and question of each."""


def read_answers() -> Answers:
    """Read all answers of the corpus."""
    rows = []
    for folder in ("answers", LATER):
        for path in sorted((VOICES / folder).glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows += [{**row, "book": path.stem, "folder": folder} for row in csv.DictReader(file)]
    return Answers(
        texts=tuple(row["text"] for row in rows),
        books=np.array([row["book"] for row in rows]),
        later=np.array([row["folder"] == LATER for row in rows]),
        aims=tuple(aim_of(row["question"], frame_of(row["question"])) for row in rows),
        framed=tuple(aim_of("", FRAMES[row["frame"]]) for row in rows),
        truth=np.array([VALENCES.index(row["valence"]) for row in rows]),
        is_open=np.array([row["frame"] == "open" for row in rows]),
        groups=np.array([f"{row['book']}: {row['question']}" for row in rows]),
    )


def fit(columns: NDArray[np.float32], framed: NDArray[np.float32], truth: NDArray[np.intp]) -> ValenceModel:
    """Fit one model to the columns of answers, and of every fourth answer without the wording of its question."""
    both = np.vstack([columns, framed[::WITHOUT_WORDING]])
    learnt = LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3)
    learnt.fit(both, np.concatenate([truth, truth[::WITHOUT_WORDING]]))
    return ValenceModel(learnt.coef_.T.astype(np.float64), learnt.intercept_.astype(np.float64))


def tempered(model: ValenceModel, temperature: float) -> ValenceModel:
    """Return a model that is as much less sure."""
    return ValenceModel(model.weights / temperature, model.levels / temperature)


def logits(model: ValenceModel, columns: NDArray[np.float32]) -> Matrix:
    """Return the log odds of each valence, but for a constant for each text."""
    return np.asarray(columns @ model.weights + model.levels, dtype=np.float64)


def softmax(odds: Matrix) -> Matrix:
    """Return probabilities of log odds."""
    raised = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def temperature_for(odds: Matrix, truth: NDArray[np.intp]) -> float:
    """Return by how much log odds are to be divided so that probabilities are right as often as they say."""

    def surprise(temperature: float) -> float:
        return float(-np.log(softmax(odds / temperature)[np.arange(len(truth)), truth]).mean())

    return float(minimize_scalar(surprise, bounds=(0.5, 3.0), method="bounded").x)


def codebooks_left_out(answers: Answers) -> Iterator[Rows]:
    """Yield which answers are left out: those of whole codebooks, co-production, of which there are most, by itself."""
    books = sorted(set(answers.books.tolist()) - {"co-production"})
    for place in range(FOLDS):
        yield np.isin(answers.books, books[place::FOLDS])
    yield answers.books == "co-production"


def calibration_error(chances: Matrix, truth: NDArray[np.intp], bins: int = 10) -> float:
    """Return by how much the likeliest valence's probability misses how often it is right, on average (ECE)."""
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == truth
    place = np.minimum((sure * bins).astype(int), bins - 1)
    return float(sum(abs(sure[place == each].sum() - right[place == each].sum()) for each in range(bins)) / len(truth))


def show(name: str, chances: Matrix, truth: NDArray[np.intp]) -> None:
    """Print how often chances are right."""
    right, sure = chances.argmax(axis=1) == truth, chances.max(axis=1) >= CLEAR
    both = truth < 2
    told = chances[both, :2].argmax(axis=1) == truth[both]
    print(
        f"{name:40} of five {right.mean():.3f}  praise or complaint {told.mean():.3f}  calibration error "
        f"{calibration_error(chances, truth):.3f}  clear {sure.mean():.3f}, of these right {right[sure].mean():.3f}",
        flush=True,
    )


def show_groups(answers: Answers, chances: Matrix) -> None:
    """Print how near the shares of the answers to each question are to the truth, and how often the word is right."""
    truth, likeliest = np.eye(len(VALENCES))[answers.truth], np.eye(len(VALENCES))[chances.argmax(axis=1)]
    misses: list[list[float]] = []
    words: list[tuple[str, str]] = []
    for group in sorted(set(answers.groups.tolist())):
        rows = answers.groups == group
        if rows.sum() >= FEWEST_OF_GROUP:
            shares = [each[rows].mean(axis=0)[:3] for each in (truth, chances, likeliest)]
            misses.append([float(abs(each - shares[0]).mean()) for each in shares[1:]])
            wanted, read = (tone_of(dict(zip(VALENCES, each, strict=False))) for each in shares[:2])
            words.append((wanted, read))
    by_chances, by_counts = np.mean(misses, axis=0)
    right = np.mean([wanted == read for wanted, read in words])
    print(
        f"{len(words)} questions: shares miss by {by_chances:.3f} (means of chances) or {by_counts:.3f} (of the likeliest); "
        f"the word is right for {right:.2f}; {Counter(wanted for wanted, _ in words).most_common()}"
    )


def main(names: Sequence[str]) -> None:
    """Fit, judge and write a model for each of these language models."""
    answers = read_answers()
    for name in names:
        embedder = load_embedder(name)
        columns = columns_of(answers.texts, vectors := vectors_of(answers.texts, embedder), answers.aims)
        framed = columns_of(answers.texts, vectors, answers.framed)
        odds, of_frame = np.zeros((2, len(answers.texts), len(VALENCES)))
        for out in codebooks_left_out(answers):
            model = fit(columns[~out], framed[~out], answers.truth[~out])
            odds[out], of_frame[out] = logits(model, columns[out]), logits(model, framed[out])
        temperature = temperature_for(odds, answers.truth)
        print(f"{name}: temperature {temperature:.2f}")
        chances, truth = softmax(odds / temperature), answers.truth
        show("whole codebooks left out", chances, truth)
        show("  answers to open questions", chances[answers.is_open], truth[answers.is_open])
        show("  co-production", chances[answers.books == "co-production"], truth[answers.books == "co-production"])
        show("  all others", chances[answers.books != "co-production"], truth[answers.books != "co-production"])
        show("  the frame instead of the wording", softmax(of_frame / temperature), truth)
        show_groups(answers, chances)
        later = answers.later
        model = tempered(fit(columns[~later], framed[~later], truth[~later]), temperature)
        show("the later answers left out", softmax(logits(model, columns[later])), truth[later])
        write(tempered(fit(columns, framed, truth), temperature), embedder.sha256)


def vectors_of(texts: Sequence[str], embedder: Embedder) -> NDArray[np.float32]:
    """Return the texts' vectors: those that come with the program, or new ones."""
    kept = kept_vectors(embedder.sha256)
    rows = [kept.get(text_key(text)) for text in texts]
    fresh = iter(embedder.encode([text for text, row in zip(texts, rows, strict=True) if row is None]))
    return np.array([next(fresh) if row is None else row for row in rows], dtype=np.float32)


def write(model: ValenceModel, model_sha256: str) -> None:
    """Write a model, and the list of checksums anew."""
    np.savez(valence_file(model_sha256), weights=model.weights.astype(np.float32), levels=model.levels.astype(np.float32))
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(FOLDER.glob("*.npz"))]
    Path(FOLDER / "SHA256SUMS").write_text("".join(sums), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:] or ["voices", "minilm", "multilingual"])
