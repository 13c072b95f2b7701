"""`review.sqlite`: what people have decided, in rows that are added and never changed.

A withdrawn decision stays on record; the last of a reviewer's decisions on an excerpt that has not been withdrawn stands.
"""

import json
import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from pipeline.decisions.hash_chain import append, faults, in_old_form, n_sealed_as_handed_in
from pipeline.decisions.person_names import check_new_name
from pipeline.decisions.queries import as_agreed
from pipeline.decisions.schema import AGAIN, IDENTITY, SETTLED_TALKS, migrate
from pipeline.decisions.store_faults import FILE as FILE
from pipeline.decisions.store_faults import has_store as has_store
from pipeline.decisions.store_faults import in_words
from pipeline.errors import ReviewError
from pipeline.runtime.private_folders import close_file, make_file
from pipeline.study.study import Study
from pipeline.tables.parquet import check_table, empty_table


Outcome = Literal["codes", "none", "not sure", "skip"]
Drawn = Literal["given order", "uncertain", "rare codes first", "random audit"]
Channel = Literal["web", "workbook", "import"]
Role = Literal["co-analyst", "facilitator", "researcher", "report writer"]
Effort = Literal["quick", "thorough"]
Subject = Literal["discussion", "code edit", "code outcome", "approval"]
Action = Literal["rename", "merge", "split", "set aside", "restore", "map"]

# Thirty seconds in all, as long as SQLite itself waits for a file that is in use.
_WAL_TRIES, _WAL_WAIT_S = 600, 0.05

_DECISION = "decision_id, segment_id, text_id, reviewer, reviewer_group, codes, outcome, drawn, blind, channel, made_at"
DECISION = f"{_DECISION}, coalesce(note, '') AS note, coalesce(new_code, '') AS new_code, seconds"
"""The columns of a `Decision`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer said of one excerpt."""

    decision_id: int
    segment_id: str
    text_id: str
    reviewer: str
    reviewer_group: str
    codes: tuple[str, ...]
    outcome: str
    drawn: str
    blind: bool
    channel: str
    made_at: str
    note: str = ""
    new_code: str = ""
    """A code the reviewer misses in the codebook."""
    seconds: float | None = None


@dataclass(frozen=True)
class Store:
    """An open `review.sqlite`; `open_store` makes one."""

    connection: sqlite3.Connection
    folder: Path | None = None
    """The study's folder, to tell why the disk does not take something."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write all that is added inside at once, or nothing of it."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            # Whatever stopped it, Ctrl-C or a full disk, half of what belongs together must not be kept; nor may a transaction
            # that cannot be settled stay open, or what is written next would seem to be kept and not be.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read all that is asked inside as it was at one moment."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("COMMIT")

    def add_reviewer(self, name: str, group: str, role: Role = "co-analyst") -> str:
        """Add a reviewer unless known, and return the name as it is kept; ReviewError if known in another group."""
        name, group = " ".join(name.split()), " ".join(group.split())
        if not name or not group:
            raise ReviewError("A reviewer needs a name and a group, such as: lived experience, family, care worker, researcher.")
        with self.together():
            # Names that were added before they were kept in one form of Unicode are found as they were typed.
            row = self._reviewer(name) or self._reviewer(unicodedata.normalize("NFC", name))
            if row is None:
                name = check_new_name(name, [name for (name,) in self.connection.execute("SELECT name FROM reviewers")])
                self.append("reviewers", name=name, reviewer_group=group, role=role)
                return name
        if row["reviewer_group"].casefold() != group.casefold():
            raise ReviewError(
                f"{row['name']} is in the group {row['reviewer_group']!r} already, not {group!r}. "
                "Give that group, or another name if this is another person."
            )
        return str(row["name"])

    def decide(
        self,
        *,
        segment_id: str,
        text_id: str,
        reviewer: str,
        outcome: Outcome,
        codes: Sequence[str] = (),
        drawn: Drawn = "given order",
        blind: bool = True,
        channel: Channel = "workbook",
        note: str | None = None,
        new_code: str | None = None,
        seconds: float | None = None,
        key: str | None = None,
        made_at: str | None = None,
    ) -> Decision:
        """Add a decision and return it; with a `key` that was used before, return the decision it made then.

        A reviewer's later decision on the same excerpt stands in place of the earlier one. `made_at` is ISO UTC, now
        unless given. ReviewError if the reviewer is not known or codes and outcome contradict each other.
        """
        row: dict[str, Any] = {"segment_id": segment_id, "text_id": text_id, "codes": _joined(codes, outcome), "outcome": outcome}
        row |= {"drawn": drawn, "blind": int(blind), "channel": channel, "note": note or None, "idempotency_key": key}
        row |= {"new_code": new_code or None, "seconds": seconds}
        with self.together():
            who = self._reviewer(reviewer)
            if who is None:
                raise ReviewError(f"There is no reviewer {reviewer!r} in this study; add them with their group first.")
            row |= {"reviewer": who["name"], "reviewer_group": who["reviewer_group"]}
            number = self.made_with(key) or self.append("decisions", made_at, **row)
        return self.decision(number)

    def decision(self, decision_id: int) -> Decision:
        """Return a decision, whether it stands or not; ReviewError if there is none of that number."""
        row = self.connection.execute(f"SELECT {DECISION} FROM decisions WHERE decision_id = ?", (decision_id,)).fetchone()  # noqa: S608
        if row is None:
            raise ReviewError(f"There is no decision {decision_id} in this study.")
        return decision_of(row)

    def own_decision(self, segment_id: str, reviewer: str) -> int:
        """Return the number of the decision of a person on an excerpt that stands, or 0."""
        sql = """SELECT coalesce(max(decision_id), 0) FROM decisions WHERE reviewer = ? AND segment_id = ?
            AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE withdrawals.decision_id = decisions.decision_id)"""
        return int(self.connection.execute(sql, (reviewer, segment_id)).fetchone()[0])

    def made_with(self, key: str | None, table: str = "decisions") -> int:
        """Return the number of the decision, or other row, that was made with this idempotency key, or 0."""
        # In SQL nothing equals NULL, so that a row without a key is always a new one.
        sql = f"SELECT {IDENTITY[table]} FROM {table} WHERE idempotency_key = ?"  # noqa: S608
        row = self.connection.execute(sql, (key,)).fetchone()
        return int(row[0]) if row else 0

    def row(self, table: str, number: int) -> Any:
        """Return the row of an append-only table that has this number; None if there is none."""
        return self.connection.execute(f"SELECT * FROM {table} WHERE {IDENTITY[table]} = ?", (number,)).fetchone()  # noqa: S608

    def last_numbers(self, *tables: str) -> tuple[int | None, ...]:
        """Return the number of the last row of each table: what tells that something was added since."""
        sql = ", ".join(f"(SELECT max({IDENTITY[table]}) FROM {table})" for table in tables)  # noqa: S608
        return tuple(self.connection.execute(f"SELECT {sql}").fetchone())

    def retract(self, subject: Subject, number: int, by: str) -> None:
        """Take back a discussion, a change to the codebook or an approval; it stays on record. Twice is as once."""
        with self.together():
            sql = "SELECT 1 FROM retractions WHERE subject = ? AND number = ?"
            if self.connection.execute(sql, (subject, number)).fetchone() is None:
                self.append("retractions", subject=subject, number=number, by=by)

    def discussions(self) -> pd.DataFrame:
        """Return what came of talking about each excerpt: the table `discussions`."""
        return self._table("discussions", SETTLED_TALKS)

    def approvals(self) -> pd.DataFrame:
        """Return what people have decided about quoting each excerpt: the table `approvals`."""
        sql = """SELECT approval_id, segment_id, text_id, outcome, wording, reason, "by", made_at FROM approvals
            WHERE approval_id IN (SELECT max(approval_id) FROM approvals WHERE approval_id NOT IN
            (SELECT number FROM retractions WHERE subject = 'approval') GROUP BY segment_id) ORDER BY approval_id"""
        return self._table("approvals", sql)

    def withdraw(self, decision_id: int, by: str) -> None:
        """Withdraw a decision; what the reviewer had said of the excerpt before it stands again. Twice is as once."""
        self.decision(decision_id)
        self._withdraw("decision_id", decision_id, by)

    def decisions(self) -> pd.DataFrame:
        """Return the decisions that stand, in the order they were made: the table `decisions`."""
        sql = f"SELECT {_DECISION} FROM decisions JOIN standing USING (decision_id) ORDER BY decision_id"  # noqa: S608
        return self._table("decisions", sql)

    def lessons(self) -> pd.DataFrame:
        """Return the standing decisions accepted in the last learning, as agreed on in talks that were over by then."""
        sql = f"""SELECT {_DECISION} FROM decisions JOIN standing USING (decision_id)
            WHERE outcome IN ('codes', 'none')
            AND decision_id <= (SELECT up_to FROM learnings ORDER BY learning_id DESC LIMIT 1) ORDER BY decision_id"""  # noqa: S608
        talks = self.discussions()
        # A talk that was over later was not among what was accepted.
        learnt = self.connection.execute("SELECT max(made_at) FROM learnings").fetchone()[0] or ""
        return check_table("lessons", as_agreed(self._table("lessons", sql), talks[talks["made_at"] <= learnt]))

    def blind_answers(self) -> pd.DataFrame:
        """Return each reviewer's last answer before they were shown the coding, since a definition last changed."""
        sql = f"""WITH {AGAIN} SELECT {_DECISION} FROM decisions WHERE decision_id IN (
            SELECT max(decision_id) FROM decisions LEFT JOIN again USING (segment_id)
            WHERE blind AND decision_id > coalesce(again.up_to, 0)
            AND decision_id NOT IN (SELECT decision_id FROM withdrawals WHERE decision_id IS NOT NULL)
            GROUP BY segment_id, reviewer) ORDER BY decision_id"""  # noqa: S608
        return self._table("blind_answers", sql)

    def history(self) -> pd.DataFrame:
        """Return every decision ever made, with its `note`, `stands`, `withdrawn` and `withdrawn_by`."""
        sql = f"""SELECT d.*, standing.decision_id IS NOT NULL AS stands, w.withdrawal_id IS NOT NULL AS withdrawn,
            coalesce(w."by", '') AS withdrawn_by FROM (SELECT {_DECISION}, coalesce(note, '') AS note FROM decisions) AS d
            LEFT JOIN standing USING (decision_id) LEFT JOIN withdrawals AS w USING (decision_id) ORDER BY decision_id"""  # noqa: S608
        return self.frame(sql).astype({"blind": bool, "stands": bool, "withdrawn": bool})

    def reviewers(self) -> pd.DataFrame:
        """Return who reviews: name, reviewer_group, role, made_at."""
        return self.frame("SELECT name, reviewer_group, role, made_at FROM reviewers ORDER BY reviewer_id")

    def last_decision(self) -> int:
        """Return the number of the last decision that was made, or 0."""
        return int(self.connection.execute("SELECT coalesce(max(decision_id), 0) FROM decisions").fetchone()[0])

    def add_learning(self, *, up_to: int, effort: Effort, accepted_by: str, made_at: str | None = None) -> int:
        """Record that a person lets the coder learn from standing decisions up to this number; 0 lets it learn nothing."""
        last = self.last_decision()
        if not 0 <= up_to <= last:
            raise ReviewError(f"Decisions are numbered up to {last}; the coder cannot learn up to number {up_to}.")
        with self.together():
            return self.append("learnings", up_to=up_to, effort=effort, accepted_by=accepted_by, made_at=made_at)

    def learnings(self) -> pd.DataFrame:
        """Return what people have let the coder learn: learning_id, up_to, effort, accepted_by, made_at."""
        return self.frame("SELECT learning_id, up_to, effort, accepted_by, made_at FROM learnings ORDER BY learning_id")

    def add_theme_edit(
        self, action: Action, texts: Sequence[Sequence[str]], detail: str, by: str, *, made_at: str | None = None
    ) -> int:
        """Add an edit of themes, given by the text_ids of each theme it is about, and return its number."""
        with self.together():
            words = json.dumps([list(ids) for ids in texts])
            return self.append("theme_edits", action=action, texts=words, detail=detail, by=by, made_at=made_at)

    def withdraw_theme_edit(self, edit_id: int, by: str) -> None:
        """Withdraw an edit of themes; it stays on record. Twice is as once."""
        if self.row("theme_edits", edit_id) is None:
            raise ReviewError(f"There is no edit of themes with the number {edit_id} in this study.")
        self._withdraw("edit_id", edit_id, by)

    def theme_edits(self) -> pd.DataFrame:
        """Return all edits of themes, withdrawn ones too: the table `theme_edits`."""
        sql = """SELECT e.edit_id, action, texts, detail, e."by", e.made_at, w.withdrawal_id IS NOT NULL AS withdrawn
            FROM theme_edits AS e LEFT JOIN withdrawals AS w USING (edit_id) ORDER BY e.edit_id"""
        return self._table("theme_edits", sql)

    def verify(self) -> list[str]:
        """Say which rows are not as they were written, by table and number; an empty list says that all are.

        The chain finds a slip, a repair by hand or a restored piece. It cannot find somebody who rewrites every hash.
        """
        return faults(self.connection)

    def _reviewer(self, name: str) -> Any:
        return self.connection.execute("SELECT * FROM reviewers WHERE name = ?", (" ".join(name.split()),)).fetchone()

    def _withdraw(self, column: str, number: int, by: str) -> None:
        row: dict[str, Any] = {column: number, "by": by}
        with self.together():
            done = self.connection.execute(f"SELECT 1 FROM withdrawals WHERE {column} = ?", (number,)).fetchone()  # noqa: S608
            if done is None:
                self.append("withdrawals", **row)

    def append(self, table: str, made_at: str | None = None, **row: Any) -> int:
        """Add a row to an append-only table and return its number; `made_at` is ISO UTC, now unless given."""
        moment = made_at or datetime.now(UTC).isoformat(timespec="seconds")
        # The last row is read before the next is written, so nobody may write between the two.
        with self.together():
            return append(self.connection, table, {**row, "made_at": moment})

    def frame(self, sql: str, *values: Any) -> pd.DataFrame:
        """Return what a query finds, under the names of its columns."""
        cursor = self.connection.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return pd.DataFrame([tuple(row) for row in cursor], columns=names)

    def _table(self, name: str, sql: str) -> pd.DataFrame:
        frame = self.frame(sql)
        return check_table(name, frame) if len(frame) else empty_table(name)


def decision_of(row: Mapping[str, Any]) -> Decision:
    """Return the decision of a row that holds the columns `DECISION`."""
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 (a row of SQLite has no other way)
    codes = tuple(values["codes"].split("|")) if values["outcome"] == "codes" else ()
    return Decision(**{**values, "codes": codes, "blind": bool(values["blind"])})


def store_path(study: Study) -> Path:
    """Return where a study's store is, whether it is there yet or not."""
    return study.folder / FILE


@contextmanager
def open_store(study: Study) -> Iterator[Store]:
    """Open a study's store for reading and writing, and make it if it is not there yet.

    Raises
    ------
    ReviewError
        The store is damaged, in use for long, or written by a newer version of this program.
    """
    path = store_path(study)
    # Nobody else may read the store: it holds names, notes and hashes of passwords. Its log gets the same rights.
    make_file(path)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        close_file(path.with_name(name))
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            _set_up(connection)
            yield Store(connection, study.folder)
    except (sqlite3.DatabaseError, OverflowError) as fault:
        raise in_words(fault, study.folder) from None


def read_review(study: Study, name: str) -> pd.DataFrame:
    """Return a decided table of TABLES by its name; empty, and no file made, where nobody has said anything yet."""
    if not has_store(study):
        return empty_table(name)
    with open_store(study) as store:
        table: pd.DataFrame = getattr(store, name)()
    return table


def decisions(study: Study) -> pd.DataFrame:
    """Return the decisions that stand in a study: the table `decisions`."""
    return read_review(study, "decisions")


def has_decisions(study: Study) -> bool:
    """Say whether people have said anything of an excerpt, whether it stands or not."""
    if not has_store(study):
        return False
    with open_store(study) as store:
        sql = """SELECT EXISTS (SELECT 1 FROM decisions) OR EXISTS (SELECT 1 FROM discussions)
            OR EXISTS (SELECT 1 FROM approvals)"""
        return bool(store.connection.execute(sql).fetchone()[0])


def verify_store(study: Study) -> str:
    """Say that every row is as it was written; ReviewError lists those that are not."""
    if not has_store(study):
        return "Nobody has decided anything yet, so there is nothing to verify."
    with open_store(study) as store:
        wrong, n, n_old = store.verify(), len(store.history()), n_sealed_as_handed_in(store.connection)
    if wrong:
        listed = "".join(f"\n  - {sentence}" for sentence in wrong)
        raise ReviewError(f"{FILE} is not as it was written. Compare it with a backup before you go on:{listed}")
    return f"All rows are as they were written. Decisions among them: {n:,}.{in_old_form(n_old)}"


def _set_up(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    _use_wal(connection)
    # With anything less than FULL a power cut loses decisions that were acknowledged.
    connection.execute("PRAGMA synchronous = FULL")
    # A migration may have to put a table in another's place, which foreign keys would not let it.
    migrate(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn a new store to write-ahead logging; two programs that make it at once take turns.

    SQLite's own time-out does not cover this step: where both hold the file it refuses one of them at once.
    """
    for tries_left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as fault:
            if not tries_left or not fault.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
            time.sleep(_WAL_WAIT_S)
        else:
            return


def _joined(codes: Sequence[str], outcome: Outcome) -> str:
    if (outcome == "codes") != bool(codes):
        raise ReviewError("A decision has codes exactly when its outcome is 'codes'; give codes, or another outcome.")
    if any("|" in code or not code for code in codes):
        raise ReviewError("A code's id is empty or holds a '|'; give ids as the codebook has them.")
    return "|".join(dict.fromkeys(codes))
