"""Invented answers that come with the program, for those codes of a codebook that they were written for."""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.codebook import Code, Codebook, read_codebook
from pipeline.codebook.templates import CORPORA, TEMPLATES
from pipeline.runtime.plain_text import plain_words


VOICES = CORPORA / "voices"
VECTORS = VOICES / "vectors"
LATER = "later"
"""The folder of answers that `models/voices` was not taught with."""
EXCERPTS = "excerpts"
"""The folder of excerpts of later answers (`models/voices/code_excerpts.py`)."""
# Codebooks that stand elsewhere, since they are templates, too.
_ELSEWHERE = {"co-production": TEMPLATES["coproduction"]}
FRAMES = {"barriers": "better", "works": "good", "change": "neutral", "open": "neutral"}
"""What a question asks for, as the corpus and as the coder name it."""
# A definition that was reworded keeps most of its words; two codes that happen to have one name do not share so many.
_ALIKE = 0.6
# Such names and definitions stand in many codebooks; it is the same codebook where this share of the smaller one matches.
_FEWEST, _SHARE = 2, 1 / 3


@dataclass(frozen=True)
class WrittenExcerpts:
    """Excerpts of answers: how surely each shows each of its answer's codes, 0 to 1, its frame, and what it is silent about."""

    texts: tuple[str, ...] = ()
    shares: tuple[Mapping[str, float], ...] = ()
    frames: tuple[str, ...] = ()
    silent: tuple[frozenset[str], ...] = ()

    def __len__(self) -> int:
        """Return the number of excerpts."""
        return len(self.texts)


@dataclass(frozen=True)
class WrittenAnswers:
    """Answers with their codes, by the study's code ids, the frame of their question, and the codes they are silent about.

    `later` says which were written after `models/voices` was taught, so that it has not read them; `excerpts` are of those.
    """

    texts: tuple[str, ...] = ()
    codes: tuple[tuple[str, ...], ...] = ()
    frames: tuple[str, ...] = ()
    silent: tuple[frozenset[str], ...] = ()
    later: tuple[bool, ...] = ()
    excerpts: WrittenExcerpts = field(default_factory=WrittenExcerpts)

    def __len__(self) -> int:
        """Return the number of answers."""
        return len(self.texts)

    def take(self, rows: Sequence[int]) -> "WrittenAnswers":
        """Return the answers of these rows, without excerpts."""
        columns = (self.texts, self.codes, self.frames, self.silent, self.later)
        return WrittenAnswers(*(tuple(column[row] for row in rows) for column in columns))  # type: ignore[arg-type]


def written_answers(codebook: Codebook) -> WrittenAnswers:
    """Return the answers of each codebook that shares a code with this one; none where no code matches.

    Codes match one by one: by the id, where most of the definition is the same, or by label and definition. At least
    two codes and a third of the smaller codebook must match.
    An answer says nothing about the study's codes that its own codebook does not have.
    """
    rows: list[_WrittenRow] = []
    excerpts: list[_WrittenRow] = []
    for path, book in _books():
        matches = matching_codes(codebook, book)
        quiet = frozenset(code.code for code in codebook.codes) - set(matches.values())
        if len(matches) >= max(_FEWEST, _SHARE * min(len(codebook), len(book))):
            is_excerpts = path.parent.name == EXCERPTS
            (excerpts if is_excerpts else rows).extend(_WrittenRow(row, path, matches, quiet) for row in rows_of(path))
    return WrittenAnswers(
        tuple(row.text for row in rows),
        tuple(tuple(row.shares) for row in rows),
        tuple(row.frame for row in rows),
        tuple(row.silent for row in rows),
        tuple(row.path.parent.name == LATER for row in rows),
        WrittenExcerpts(
            tuple(row.text for row in excerpts),
            tuple(row.shares for row in excerpts),
            tuple(row.frame for row in excerpts),
            tuple(row.silent for row in excerpts),
        ),
    )


def matching_codes(codebook: Codebook, book: Codebook) -> dict[str, str]:
    """Return which code of the codebook each code of `book` is, as ids; codes without a match are left out."""
    by_id = {code.code: code for code in codebook.codes}
    by_words = {(plain_words(code.name), plain_words(code.definition)): code for code in codebook.codes}
    matches: dict[str, str] = {}
    for code in book.codes:
        same = by_id.get(code.code)
        if same is None or not _is_same(same, code):
            same = by_words.get((plain_words(code.name), plain_words(code.definition)))
        if same is not None and same.code not in matches.values():
            matches[code.code] = same.code
    return matches


def written_sha256() -> str:
    """Return what stands for all written answers, their codebooks and their vectors."""
    paths = sorted([*VOICES.rglob("*.csv"), *VECTORS.glob("*.npz"), *_ELSEWHERE.values()])
    sums = (f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths)
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()


def kept_vectors(model_sha256: str) -> dict[str, NDArray[np.float16]]:
    """Return the vectors that come with the program, by the texts' hashes; none for a model they were not made with."""
    path = VECTORS / f"{model_sha256[:16]}.npz"
    if not model_sha256 or not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as file:
        return dict(zip(file["texts"].tolist(), file["vectors"], strict=True))


def keep_vectors(model_sha256: str, texts: tuple[str, ...], vectors: NDArray[np.floating]) -> Path:
    """Write the vectors of these texts, by the model with this hash, to the folder that comes with the program."""
    VECTORS.mkdir(exist_ok=True)
    path = VECTORS / f"{model_sha256[:16]}.npz"
    np.savez_compressed(path, texts=np.array([text_key(text) for text in texts]), vectors=vectors.astype(np.float16))
    return path


def text_key(text: str) -> str:
    """Return what a text's vector is kept under."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _WrittenRow:
    row: Mapping[str, str]
    path: Path
    matches: Mapping[str, str]
    silent: frozenset[str]

    @property
    def text(self) -> str:
        return self.row["text"]

    @property
    def frame(self) -> str:
        return FRAMES[self.row["frame"]]

    @property
    def shares(self) -> dict[str, float]:
        """How surely it has each of its codes: of an excerpt, "code=0.8|other=0.1"; a whole answer has those it has."""
        pairs = (pair.partition("=") for pair in self.row["codes"].split("|"))
        return {self.matches[code]: float(share or 1) for code, _, share in pairs if code in self.matches}


def _is_same(code: Code, other: Code) -> bool:
    words = plain_words(code.definition), plain_words(other.definition)
    return bool(words[0]) and SequenceMatcher(None, words[0].split(), words[1].split(), autojunk=False).ratio() >= _ALIKE


@cache
def _books() -> tuple[tuple[Path, Codebook], ...]:
    paths = [path for folder in ("answers", LATER, EXCERPTS) for path in sorted((VOICES / folder).glob("*.csv"))]
    return tuple((path, read_codebook(_ELSEWHERE.get(path.stem, VOICES / "codebooks" / path.name))) for path in paths)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a file of the corpus."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
