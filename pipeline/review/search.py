"""Find excerpts: by words in the de-identified answers, and by meaning."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.review.excerpts import bare_excerpt
from pipeline.review.run_tables import RunTables, Tables
from pipeline.review.session import ReviewSession
from pipeline.runtime.files import write_atomically


FILE = "find.sqlite"
# So much of an answer is shown before and after the excerpt.
_ROUND = 160


@dataclass(frozen=True)
class SearchHit:
    """An excerpt that was found; `before + words + after` is the part of the answer that is shown."""

    segment_id: str
    before: str
    words: str
    after: str
    question: str
    group: str
    codes: tuple[str, ...]
    """As things stood at the last run."""
    likeness: float | None = None
    """Cosine to the excerpt one started from, for "more like this"."""


@dataclass(frozen=True)
class SearchHits:
    """A page of what was found, and how many answers hold the words in all."""

    excerpts: tuple[SearchHit, ...]
    n_all: int


def find(review: ReviewSession, words: str, *, n: int = 20, start: int = 0) -> SearchHits:
    """Return excerpts of answers that hold all these words (or a "phrase in quotation marks", or the beginning of a word*).

    Of each answer the excerpt with most of the words is shown. Accents and case make no difference.
    """
    wanted = as_query(words)
    if not wanted:
        return SearchHits((), 0)
    run = review.last_run()
    with open_index(run.tables) as connection:
        # Where answers hold the words equally well, their order must be the same on every page of the list.
        sql = "SELECT comment_id FROM answers WHERE answers MATCH ? ORDER BY rank, comment_id"
        comments = [row[0] for row in connection.execute(sql, (wanted,))]
    best = (_best(run.tables, comment_id, words) for comment_id in comments[start : start + n])
    return SearchHits(tuple(_hit(run, segment_id) for segment_id in best if segment_id), len(comments))


def more_like(review: ReviewSession, segment_id: str, *, n: int = 20) -> tuple[SearchHit, ...]:
    """Return other excerpts nearest in meaning, each text once."""
    run = review.last_run()
    tables = run.tables
    ids, matrix = tables.matrix
    text_id = tables.text_id(segment_id)
    row = tables.vector_rows.get(text_id or "")
    if row is None:
        return ()
    likeness = matrix @ matrix[row]
    hits: list[SearchHit] = []
    # One more than is wanted: the nearest of all is the excerpt itself.
    for place in np.argsort(-likeness, kind="stable")[: n + 1]:
        excerpts = tables.of_text.get(ids[place], [])
        if place != row and excerpts:
            hits.append(_hit(run, excerpts[0], likeness=round(float(likeness[place]), 3)))
    return tuple(hits[:n])


def as_query(words: str) -> str:
    """Return what a person typed as a query of SQLite's full-text search in which nothing of it is an operator."""
    parts = re.findall(r'"([^"]*)"|(\S+)', words)
    terms = []
    for phrase, word in parts:
        begins = bool(word) and word.endswith("*")
        bare = " ".join(re.findall(r"\w+", phrase or word))
        if bare:
            terms.append(f'"{bare}"' + ("*" if begins else ""))
    return " AND ".join(terms)


@contextmanager
def open_index(tables: Tables) -> Iterator[sqlite3.Connection]:
    """Open the full-text index of a study's answers in derived/, and make it where there is none of these answers yet."""
    path = tables.study.derived / FILE
    if _stamp_of(path) != _wanted_stamp(tables):
        write_atomically(path, lambda temporary: _build(tables, temporary))
    # As a URI, since the name of the folder may hold a ? or #; read-only, as no page has anything to write there.
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def _build(tables: Tables, path: Path) -> None:
    comments = tables["comments"]
    rows = comments.loc[comments["set_aside"].isna(), ["comment_id", "text"]]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # It can be made again from the answers at any time, so a journal would be a second copy for nothing.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        connection.execute(
            # With 1, SQLite keeps the accents of letters that have more than one.
            "CREATE VIRTUAL TABLE answers USING fts5 (comment_id UNINDEXED, text, tokenize = 'unicode61 remove_diacritics 2')"
        )
        connection.executemany("INSERT INTO answers VALUES (?, ?)", rows.itertuples(index=False, name=None))
        connection.execute("CREATE TABLE stamp (stamp TEXT NOT NULL)")
        connection.execute("INSERT INTO stamp VALUES (?)", (_wanted_stamp(tables),))
        connection.execute("COMMIT")


def _wanted_stamp(tables: Tables) -> str:
    return repr([file for file in tables.stamp if file[0] == "comments.parquet"])


def _stamp_of(path: Path) -> str:
    """Return which answers an index is of; empty where there is none or it cannot be read."""
    if not path.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return str(connection.execute("SELECT stamp FROM stamp").fetchone()[0])
    except (sqlite3.DatabaseError, TypeError):
        return ""


def _best(tables: Tables, comment_id: str, words: str) -> str | None:
    """Return the excerpt of an answer that holds most of the words; the first of those."""
    wanted = {word.casefold() for word in re.findall(r"\w+", words)}
    answer = tables.answers[tables.comment_rows[comment_id]][0]

    def n_words(segment_id: str) -> int:
        _, start, end = tables.places[tables.row_of[segment_id]]
        text = answer[start:end].casefold()
        return sum(word in text for word in wanted)

    return max(tables.of_comment.get(comment_id, []), key=n_words, default=None)


def _hit(run: RunTables, segment_id: str, *, likeness: float | None = None) -> SearchHit:
    shown = bare_excerpt(run, segment_id)
    before = shown.before if len(shown.before) <= _ROUND else "…" + shown.before[-_ROUND:]
    after = shown.after if len(shown.after) <= _ROUND else shown.after[:_ROUND] + "…"
    codes = tuple(run.label(code) for code in run.tables.codes.get(segment_id, ()))
    return SearchHit(segment_id, before, shown.words, after, shown.question, shown.group, codes, likeness)
