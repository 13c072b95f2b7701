"""Score the coder on answers that people have coded, and print each setting's figures as a line of JSON.

Run `python tests/benchmarks/coding.py --shared ../shared [--decisions codebook 0 100 all] [--peer]`. Five folds by
the text's hash; the first N answers of a fold's training part, in hash order, are the decisions. The coder also gets
the texts of all the answers, as it would in a study, but no codes besides the decisions; `codebook` withholds them.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import f1_score, label_ranking_average_precision_score

from pipeline.codebook import Codebook, read_codebook
from pipeline.methods.coder import CodebookClassifier, Suggestion
from pipeline.methods.embed import Embedder, load_embedder


FOLDS = 5
FEWEST_ROWS = 20
NO_CODES = {"Labelling not possible", "Not assigned"}
BINS = 15


@dataclass(frozen=True)
class Remembering:
    """An embedder that embeds each text once, for the folds share most of theirs."""

    embedder: Embedder
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.embedder, name)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.embedder.encode(new), strict=True))
        return np.array([self.known[text] for text in texts], dtype=np.float32).reshape(len(texts), self.embedder.dimension)


@dataclass(frozen=True)
class Answers:
    """Answers with their codes, as lists of ids and as (n_texts, n_codes); `scored` says which codes count."""

    texts: list[str]
    frames: list[str]
    codes: list[list[str]]
    folds: NDArray[np.intp]
    truth: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    def take(self, n: int) -> "Answers":
        """Return the first n answers."""
        return Answers(self.texts[:n], self.frames[:n], self.codes[:n], self.folds[:n], self.truth[:n], self.scored)


def main() -> None:
    """Score the coder with each number of decisions, and the peer on the same folds if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/nhs-fft and bench/tfidf_svc.py")
    parser.add_argument("--decisions", nargs="+", default=["codebook", "0", "100", "250", "500", "1000", "all"])
    parser.add_argument("--embedder", default="minilm")
    parser.add_argument("--peer", action="store_true", help="also run TF-IDF + SVC on the same folds (minutes)")
    options = parser.parse_args()
    folder = options.shared / "data" / "nhs-fft"
    codebook = read_codebook(folder / "codebook.csv")
    answers = read_answers(folder, codebook)
    embedder = Remembering(load_embedder(options.embedder))
    for decisions in options.decisions:
        n_decisions = int(decisions) if decisions.isdigit() else {"all": None, "codebook": 0}[decisions]
        figures = score(answers, codebook, embedder, n_decisions, with_texts=decisions != "codebook")
        sys.stdout.write(json.dumps({"decisions": decisions, **figures}) + "\n")
        sys.stdout.flush()
        if options.peer and n_decisions != 0:
            run_peer(options.shared, folder, n_decisions)


def read_answers(folder: Path, codebook: Codebook) -> Answers:
    """Return the unique coded answers, in the order of their hash; only codes with enough rows are scored."""
    tables = [pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in ("responses.csv", "gold.csv")]
    rows = tables[0].merge(tables[1], on="comment_id")
    rows = rows[(rows.codes != "") & (rows.usable == "True") & (rows.in_codebook_examples != "True")]
    rows = rows.assign(digest=rows.text.map(digest)).sort_values("digest").drop_duplicates("digest")
    counts = rows.codes.str.split("|").explode().value_counts()
    scored = set(counts[counts >= FEWEST_ROWS].index) - NO_CODES
    rows = rows[rows.codes.map(lambda codes: bool(scored & set(codes.split("|"))))]
    labels = [set(codes.split("|")) for codes in rows.codes]
    return Answers(
        texts=rows.text.tolist(),
        frames=[frame(question) for question in rows.question],
        codes=[[code.code for code in codebook.codes if code.label in given] for given in labels],
        folds=np.array([int(value[:8], 16) % FOLDS for value in rows.digest]),
        truth=np.array([[code.label in given for code in codebook.codes] for given in labels]),
        scored=np.array([code.label in scored for code in codebook.codes]),
    )


def digest(text: str) -> str:
    """Return the hash by which answers are ordered and put into folds."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()


def frame(question: str) -> str:
    """Return what a question asks for: what is good, what could be better, or neither."""
    words = question.lower()
    return "better" if "better" in words or "improve" in words else "good" if "good" in words else "neutral"


def score(
    answers: Answers, codebook: Codebook, embedder: Remembering, n_decisions: int | None, *, with_texts: bool
) -> dict[str, Any]:
    """Return the figures with so many decisions in each fold (None: all there are)."""
    chances = np.zeros(answers.truth.shape)
    suggested = np.zeros(answers.truth.shape, dtype=bool)
    silent: dict[str, int] = {}
    fit_s, seconds = [], 0.0
    embedder.encode(answers.texts)
    # Without decisions all folds would learn the same.
    folds = np.zeros_like(answers.folds) if n_decisions == 0 else answers.folds
    for fold in np.unique(folds):
        decided = set(np.flatnonzero(folds != fold)[:n_decisions].tolist())
        test = np.flatnonzero(folds == fold)
        codes = [given if row in decided else None for row, given in enumerate(answers.codes)]
        start = time.perf_counter()
        coder = CodebookClassifier(codebook, embedder=embedder)
        if with_texts:
            coder.fit(answers.texts, codes, frames=answers.frames)
        else:
            coder.fit()
        fit_s.append(time.perf_counter() - start)
        texts, frames = [answers.texts[row] for row in test], [answers.frames[row] for row in test]
        chances[test] = coder.predict_proba(texts, frames)
        start = time.perf_counter()
        found = coder.suggest(texts, frames)
        seconds += time.perf_counter() - start
        suggested[test] = as_matrix(found, coder.classes_)
        for one in found:
            silent[one.abstained or "suggested"] = silent.get(one.abstained or "suggested", 0) + 1
    return {
        **ranking(answers.truth[:, answers.scored], chances[:, answers.scored]),
        "ece": expected_calibration_error(answers.truth[:, answers.scored], chances[:, answers.scored]),
        **usefulness(answers.truth, suggested),
        "abstained": silent,
        # The first fold also embeds; with one fold only, its seconds include that.
        "fit_s": round(float(np.median(fit_s)), 2),
        "suggest_1000_s": round(seconds / len(answers.texts) * 1000, 2),
    }


def as_matrix(suggestions: Sequence[Suggestion], code_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Return which codes are suggested, (n_texts, n_codes)."""
    names = [{named.code for named in one.codes if named.suggested} for one in suggestions]
    return np.array([[code in given for code in code_ids] for given in names])


def ranking(truth: NDArray[np.bool_], chances: NDArray[np.float64]) -> dict[str, float]:
    """Return LRAP, and micro- and macro-F1 each at its best fixed threshold."""
    levels = np.unique(np.quantile(chances, np.linspace(0.5, 0.999, 100)))
    best = {
        average: max(f1_score(truth, chances >= level, average=average, zero_division=0) for level in levels)
        for average in ("micro", "macro")
    }
    lrap = label_ranking_average_precision_score(truth, chances)
    return {"lrap": round(lrap, 3), "micro_f1": round(best["micro"], 3), "macro_f1": round(best["macro"], 3)}


def expected_calibration_error(truth: NDArray[np.bool_], chances: NDArray[np.float64]) -> float:
    """Return the mean distance between what was predicted and what was so, over bins of equal width."""
    bins = np.minimum((chances * BINS).astype(int), BINS - 1)
    distances = [
        (bins == number).mean() * abs(chances[bins == number].mean() - truth[bins == number].mean()) for number in np.unique(bins)
    ]
    return round(float(sum(distances)), 4)


def usefulness(truth: NDArray[np.bool_], suggested: NDArray[np.bool_]) -> dict[str, float]:
    """Return how often suggestions are right, how many texts get one and how many of the codes are found."""
    right = (suggested & truth).sum()
    return {
        "precision": round(right / max(1, suggested.sum()), 3),
        "coverage": round(suggested.any(axis=1).mean(), 3),
        "recall": round(right / truth.sum(), 3),
    }


def run_peer(shared: Path, folder: Path, n_decisions: int | None) -> None:
    """Run the peer's recipe, which prints a line of its own."""
    limit = [] if n_decisions is None else ["--train", str(n_decisions)]
    files = [str(folder / "responses.csv"), str(folder / "gold.csv")]
    subprocess.run([sys.executable, str(shared / "bench" / "tfidf_svc.py"), *files, *limit], check=True)


if __name__ == "__main__":
    main()
