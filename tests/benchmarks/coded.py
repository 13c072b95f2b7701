"""Answers with people's codes to measure on: the shared NHS answers, or the sample study where those are absent."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Code, Codebook, read_codebook
from pipeline.methods.embedding.embedder import Embedder


FOLDS = 5
FEWEST_ROWS = 20
# A theme whose texts bear one code less often than this is about several things, and people would not give it one.
PLAIN = 0.4
NO_CODES = {"Labelling not possible", "Not assigned"}
SAMPLE = Path(__file__).resolve().parents[2] / "corpora" / "coproduction"
NHS, SYNTHETIC = "NHS answers (shared)", "sample study (synthetic)"


@dataclass(frozen=True, eq=False)
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


@dataclass(frozen=True, eq=False)
class Answers:
    """Unique answers in the order of their hash, with their codes as lists of ids and as bool (n_texts, n_codes).

    `folds` says which fold a text is tested in, `scored` which codes have enough texts to be scored, `data` what this is.
    """

    data: str
    codebook: Codebook
    texts: list[str]
    frames: list[str]
    codes: list[list[str]]
    folds: NDArray[np.intp]
    truth: NDArray[np.bool_]
    scored: NDArray[np.bool_]

    def take(self, n: int) -> "Answers":
        """Return the first n answers; the same codes are scored."""
        first = (self.texts[:n], self.frames[:n], self.codes[:n], self.folds[:n], self.truth[:n])
        return Answers(self.data, self.codebook, *first, self.scored)


def read_answers(shared: Path | None) -> Answers:
    """Return the NHS answers where the shared folder has them, else those of the sample study."""
    folder = None if shared is None else shared / "data" / "nhs-fft"
    if folder is not None and folder.is_dir():
        codebook = read_codebook(folder / "codebook.csv")
        return arrange(_nhs(folder), codebook, {code.label: code for code in codebook.codes}, data=NHS)
    codebook = read_codebook(SAMPLE / "codebook.csv")
    return arrange(_sample(codebook), codebook, {code.code: code for code in codebook.codes}, data=SYNTHETIC)


def arrange(rows: pd.DataFrame, codebook: Codebook, named: dict[str, Code], *, data: str) -> Answers:
    """Return answers from rows with `text`, `frame` and `codes`; texts none of whose codes is scored are left out."""
    rows = rows.assign(digest=rows["text"].map(digest)).sort_values("digest", kind="stable").drop_duplicates("digest")
    counts = rows["codes"].str.split("|").explode().value_counts()
    scored = set(counts[counts >= FEWEST_ROWS].index) - NO_CODES
    rows = rows[rows["codes"].map(lambda codes: bool(scored & set(codes.split("|"))))]
    given = [{named[code].code for code in codes.split("|") if code in named} for codes in rows["codes"]]
    ids = [code.code for code in codebook.codes]
    scored_ids = {named[name].code for name in scored if name in named}
    return Answers(
        data=data,
        codebook=codebook,
        texts=rows["text"].tolist(),
        frames=rows["frame"].tolist(),
        codes=[[code for code in ids if code in some] for some in given],
        folds=np.array([int(value[:8], 16) % FOLDS for value in rows["digest"]]),
        truth=np.array([[code in some for code in ids] for some in given]),
        scored=np.array([code in scored_ids for code in ids]),
    )


def hints_of_themes(answers: Answers, embedder: Remembering) -> list[str | None]:
    """Return hints as if somebody had read the themes and given each the code that most of its texts bear.

    Themes of which fewer than four in ten texts bear any one code are given none. One choice a theme is thus taken from the
    codes the figures are measured by.
    """
    from pipeline.methods.coder.weak_labels import theme_hints
    from pipeline.methods.themes import ThemeFinder

    vectors = embedder.encode(answers.texts)
    finder = ThemeFinder().fit(answers.texts, vectors)
    shares = [answers.truth[finder.labels_ == theme].mean(axis=0) for theme in range(len(finder.themes_))]
    ids = [code.code for code in answers.codebook.codes]
    codes = [ids[share.argmax()] if share.max() >= PLAIN else None for share in shares]
    similarity = (vectors * finder.centroids_[finder.labels_]).sum(axis=1)
    return theme_hints(finder.labels_, similarity, codes)


def digest(text: str) -> str:
    """Return the hash by which answers are ordered and put into folds."""
    return hashlib.sha256(" ".join(text.lower().split()).encode()).hexdigest()


def frame(question: str) -> str:
    """Return what a question asks for: what is good, what could be better, or neither."""
    words = question.lower()
    return "better" if "better" in words or "improve" in words else "good" if "good" in words else "neutral"


def _nhs(folder: Path) -> pd.DataFrame:
    rows = _read(folder / "responses.csv").merge(_read(folder / "gold.csv"), on="comment_id")
    rows = rows[(rows["codes"] != "") & (rows["usable"] == "True") & (rows["in_codebook_examples"] != "True")]
    return rows.assign(frame=rows["question"].map(frame))


def _sample(codebook: Codebook) -> pd.DataFrame:
    questions = tomllib.loads((SAMPLE / "study.toml").read_text(encoding="utf-8"))["intake"]["questions"]
    columns = {asked["column"]: name for name, asked in questions.items()}
    wide = _read(SAMPLE / "responses.csv").rename(columns=columns)
    rows = wide.melt(id_vars="respondent", value_vars=list(questions), var_name="question", value_name="text")
    rows = rows.merge(_read(SAMPLE / "gold.csv"), on=["respondent", "question"])
    quoted = {digest(example) for code in codebook.codes for example in code.examples}
    rows = rows[(rows["codes"] != "") & ~rows["text"].map(digest).isin(quoted)]
    return rows.assign(frame=rows["question"].map({name: asked["frame"] for name, asked in questions.items()}))


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)
