"""A study's tables as the pages of a review need them: read once, indexed by excerpt and text."""

import fcntl
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.errors import CodebookError, DataError, ReviewError
from pipeline.methods.active_learning.query_strategies import next_to_review
from pipeline.methods.active_learning.sampling import chances_of
from pipeline.methods.text.language import UNKNOWN
from pipeline.methods.themes.distinct_texts import unit
from pipeline.runtime.typed_paths import typed
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, Vectors, empty_table, read_table
from pipeline.workflow.stages.quote import who_said


T = TypeVar("T")

# Every page needs the first; the others are read when a page first asks for them.
_AT_ONCE = ("segments", "comments", "suggestions", "people")
_LATER = ("texts", "themes", "members", "theme_codes", "voices", "shaping", "quotes", "codings", "agreement", "vectors")
FEWEST = 5
"""Reviewers are told who spoke only where so many people share the description; what leaves the study obeys its profile."""
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class RunTables:
    """The tables of one run, and the codebook. They do not change; after another run there is another `RunTables`."""

    study: Study
    codebook: Codebook
    tables: "Tables"
    codebook_stamp: Stamp = ()
    codebook_fault: str = ""
    """What is wrong with the codebook's file, if it cannot be read now; the codes are those from before then."""

    def wording(self, question: str) -> str:
        """Return how a question was worded, or else the name of its column, or else its own."""
        return self.study.settings.intake.wording(question)

    def label(self, code: str) -> str:
        """Return what people call a code in plain words, or its id where the codebook no longer has it."""
        return self._labels.get(code, code)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return self.codebook.plain_names


@dataclass(frozen=True)
class Tables:
    """The derived tables of a study as one run left them."""

    study: Study
    stamp: Stamp
    at_once: Mapping[str, pd.DataFrame]
    _later: dict[str, pd.DataFrame] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table; empty if the last run did not come so far."""
        if name in self.at_once:
            return self.at_once[name]
        # Most pages never look at these.
        if name not in self._later:
            self._later[name] = _read_later(self.study, name)
        return self._later[name]

    @cached_property
    def excerpts(self) -> tuple[str, ...]:
        """The excerpts' ids in ascending order, which is as good as a shuffle and the same for everybody."""
        return tuple(self.segments["segment_id"])

    @cached_property
    def segments(self) -> pd.DataFrame:
        """The table of excerpts in the order of their ids."""
        return self.at_once["segments"].sort_values("segment_id", ignore_index=True)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each excerpt in `segments`."""
        return {segment_id: row for row, segment_id in enumerate(self.excerpts)}

    @cached_property
    def text_ids(self) -> tuple[str, ...]:
        """The text of each excerpt, in their order."""
        return tuple(self.segments["text_id"])

    @cached_property
    def segment_ids(self) -> frozenset[str]:
        """The excerpts' ids."""
        return frozenset(self.excerpts)

    @cached_property
    def text_of(self) -> dict[str, str]:
        """The text of each excerpt."""
        return dict(zip(self.excerpts, self.text_ids, strict=True))

    @cached_property
    def of_text(self) -> dict[str, list[str]]:
        """The excerpts that hold each text."""
        return _listed(zip(self.text_ids, self.excerpts, strict=True))

    @cached_property
    def of_comment(self) -> dict[str, list[str]]:
        """The excerpts of each comment, in the order of the answer."""
        # Of all answers at once: within each it is the order in which its excerpts stand.
        ordered = self.segments.sort_values("start", kind="stable")
        return _listed(zip(ordered["comment_id"], ordered["segment_id"], strict=True))

    @cached_property
    def in_turn(self) -> tuple[str, ...]:
        """The excerpts answer by answer, each answer from its beginning; the answers in an order as good as a shuffle."""
        # By the smallest id of an excerpt, since whoever reads is not to be led by who answered first.
        return tuple(segment_id for parts in sorted(self.of_comment.values(), key=min) for segment_id in parts)

    @cached_property
    def codes(self) -> dict[str, tuple[str, ...]]:
        """The codes of each excerpt, as things stood at the last run."""
        codings = self["codings"]
        return {row: tuple(codes) for row, codes in _listed(zip(codings["segment_id"], codings["code"], strict=True)).items()}

    @cached_property
    def comment_rows(self) -> dict[str, int]:
        """The row of each comment."""
        return {comment_id: row for row, comment_id in enumerate(self.at_once["comments"]["comment_id"])}

    @cached_property
    def places(self) -> list[tuple[int, int, int]]:
        """The comment's row, first character and end of each excerpt, in their order."""
        rows = [self.comment_rows[comment_id] for comment_id in self.segments["comment_id"]]
        return list(zip(rows, self.segments["start"].tolist(), self.segments["end"].tolist(), strict=True))

    @cached_property
    def answers(self) -> list[tuple[str, str, str]]:
        """The words of each comment, its question and its person, in the order of the table."""
        comments = self.at_once["comments"]
        return list(zip(comments["text"], comments["question"], comments["response_id"], strict=True))

    @cached_property
    def languages(self) -> list[str]:
        """The language of each comment, such as "cy"; empty where it is too short to tell."""
        languages = self.at_once["comments"]["language"]
        return languages.where(languages != UNKNOWN, "").tolist()

    @cached_property
    def _by_text(self) -> tuple[pd.DataFrame, NDArray[Any]]:
        ordered = self.at_once["suggestions"].sort_values(["text_id", "rank"], ignore_index=True)
        return ordered, ordered["text_id"].to_numpy(dtype=str)

    @cached_property
    def groups(self) -> dict[str, str]:
        """Who said it, by person: the study's groups, as far as enough people share them."""
        return who_said(self.at_once["people"], self.study.settings, fewest=FEWEST)

    @cached_property
    def matrix(self) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """The texts' ids and unit vectors; none if the last run did not come so far."""
        path = _path(self.study, "vectors")
        vectors = read_table("vectors", path) if path.is_file() else None
        if not isinstance(vectors, Vectors) or not len(vectors):
            return (), np.zeros((0, 1), dtype=np.float32)
        # Stored as halves; made unit vectors with doubles, kept as singles: half the memory, and near enough to rank by.
        return tuple(vectors.ids), unit(vectors.matrix.astype(np.float64)).astype(np.float32)

    def shuffled(self, seed: int) -> list[str]:
        """Return the excerpts in an order drawn by chance, the same every time: what an audit goes by."""

        def draw() -> list[str]:
            return [self.excerpts[row] for row in np.random.default_rng(seed).permutation(len(self.excerpts))]

        return self._once(("shuffled", seed), draw)

    def chances(self, codes: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how likely each code is for each excerpt, and from when on it is suggested."""
        return self._once(("chances", codes), lambda: chances_of(self.at_once["suggestions"], self.text_ids, codes))

    def by_margin(self, codes: tuple[str, ...], seed: int) -> list[str]:
        """Return the excerpts the coder is least certain of first."""

        def rank() -> list[str]:
            chances, thresholds = self.chances(codes)
            nobody = np.zeros(len(self.excerpts), dtype=bool)
            rows = next_to_review(chances, thresholds, nobody, "uncertain", n=len(self.excerpts), seed=seed)
            return [self.excerpts[row] for row in rows]

        return self._once(("margin", codes, seed), rank)

    def by_code(self, codes: tuple[str, ...]) -> list[list[str]]:
        """Return the excerpts each code is likeliest for first, as far as it is likely at all."""

        def rank() -> list[list[str]]:
            chances, _ = self.chances(codes)
            # Stable, so that of equal chances the lower id comes first in every process.
            order, n = np.argsort(-chances, axis=0, kind="stable"), (chances > 0).sum(axis=0)
            return [[self.excerpts[row] for row in order[: n[place], place]] for place in range(len(codes))]

        return self._once(("code", codes), rank)

    def ranked(self, text_id: str) -> pd.DataFrame:
        """Return what the model would say of a text, best first."""
        # Sorted once, so that the rows of a text are found without going through all of them.
        ordered, text_ids = self._by_text
        first, last = np.searchsorted(text_ids, text_id, "left"), np.searchsorted(text_ids, text_id, "right")
        return ordered.iloc[first:last]

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        # The tables never change, and neither does what follows from them.
        if key not in self._kept:
            self._kept[key] = make()
        value: T = self._kept[key]
        return value

    @cached_property
    def vector_rows(self) -> dict[str, int]:
        """The row of each text in `matrix`."""
        return {text_id: row for row, text_id in enumerate(self.matrix[0])}

    def text_id(self, segment_id: str) -> str | None:
        """Return the text of an excerpt; None if the study no longer has it."""
        return self.text_of.get(segment_id)

    def words(self, segment_id: str) -> str:
        """Return the words of an excerpt that the study has."""
        return str(self.segments["text"].iloc[self.row_of[segment_id]])


def _listed(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = {}
    for key, value in pairs:
        lists.setdefault(key, []).append(value)
    return lists


def fresh_run(study: Study, before: RunTables | None) -> RunTables:
    """Return the tables and the codebook as they are now: as they were before, where nothing has changed."""
    # Sizes and times of the files: to read them all again for every page would take longer than the page.
    stamp = _stamp(*(_path(study, name) for name in (*_AT_ONCE, *_LATER)))
    if before is None:
        codebook = read_codebook(study.codebook) if study.codebook else Codebook(())
        return RunTables(study, codebook, _read(study, stamp), _stamp(study.codebook) if study.codebook else ())
    run = _with_codebook(before)
    # A run replaces the tables one after the other: until it is over, those of the run before fit together and these do not.
    if stamp != run.tables.stamp and not _is_running(study):
        run = replace(run, tables=_read(study, stamp))
    return run


def _with_codebook(run: RunTables) -> RunTables:
    """Return the tables with the codebook as it is now; as it was, and what is wrong, while it cannot be read."""
    path = run.study.codebook
    stamp = _stamp(path) if path else ()
    if path is None or stamp == run.codebook_stamp:
        return run
    try:
        return replace(run, codebook=read_codebook(path), codebook_stamp=stamp, codebook_fault="")
    except CodebookError as error:
        # Somebody is editing it in Excel; the review must not stop for that.
        return replace(run, codebook_stamp=stamp, codebook_fault=str(error))


def _read(study: Study, stamp: Stamp) -> Tables:
    tables = {name: read_table(name, _path(study, name)) for name in _AT_ONCE}
    frames = {name: table for name, table in tables.items() if isinstance(table, pd.DataFrame)}
    if len(frames) < len(tables):
        raise DataError(
            f"The tables of {study.settings.name} are not what they should be; run `themes run {typed(study.folder)}`."
        )
    return Tables(study, stamp, frames)


def _read_later(study: Study, name: str) -> pd.DataFrame:
    """Return a table that only some pages need; empty if there is none, ReviewError if an earlier release made it otherwise."""
    path = _path(study, name)
    try:
        table = read_table(name, path) if path.is_file() else empty_table(name)
    except DataError as error:
        raise ReviewError(
            f"The {name} of this study were made by another version of the program, so this page cannot show them yet. Ask the "
            "person who runs the review to run the study again (`themes run`). Nothing that people decided is lost by that."
        ) from error
    return table if isinstance(table, pd.DataFrame) else empty_table(name)


def _path(study: Study, name: str) -> Path:
    return study.folder / TABLES[name].file


def _stamp(*paths: Path) -> Stamp:
    # By its time and size a file is known for another one without being read.
    return tuple((path.name, stat.st_mtime_ns, stat.st_size) for path in paths if path.is_file() and (stat := path.stat()))


def _is_running(study: Study) -> bool:
    """Say whether a run is replacing the tables one after the other right now."""
    path = study.derived / ".lock"
    if not path.is_file():
        return False
    with path.open() as file:
        try:
            # A run holds this lock for itself alone.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
