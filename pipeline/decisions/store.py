"""`review.sqlite`: what people have decided, in rows that are added and never changed.

A withdrawn decision stays on record; the last of a reviewer's decisions on an excerpt that has not been withdrawn stands.
"""

import json
import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.decisions.decision import Action, Channel, Decision, Drawn, Effort, Outcome, Role, Subject
from pipeline.decisions.hash_chain import append, in_old_form, n_sealed_as_handed_in
from pipeline.decisions.person_names import check_new_name
from pipeline.decisions.schema import migrate
from pipeline.decisions.store_faults import FILE as FILE
from pipeline.decisions.store_faults import has_store as has_store
from pipeline.decisions.store_faults import in_words
from pipeline.decisions.store_reader import StoreReader
from pipeline.errors import ReviewError
from pipeline.runtime.plain_text import one_line
from pipeline.runtime.private_folders import close_file, make_file
from pipeline.study.study import Study
from pipeline.tables.parquet import empty_table


# Thirty seconds in all, as long as SQLite itself waits for a file that is in use.
_WAL_TRIES, _WAL_WAIT_S = 600, 0.05


@dataclass(frozen=True)
class Store(StoreReader):
    """An open `review.sqlite`, to read and to add to; `open_store` makes one."""

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

    @property
    def is_together(self) -> bool:
        """Whether what is added now is written together with more, or dropped with it."""
        return self.connection.in_transaction

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Undo what is added inside where it fails, and nothing else of what is written together with it."""
        self.connection.execute("SAVEPOINT apart")
        try:
            yield
            self.connection.execute("RELEASE apart")
        except BaseException:
            # SQLite itself may have given up the whole transaction, as it does on a full disk; then there is nothing to undo.
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK TO apart")
                self.connection.execute("RELEASE apart")
            raise

    def let_log_grow(self, n_pages: int) -> None:
        """Move the log into the file only when it has so many pages: that is slow, and people wait meanwhile."""
        self.connection.execute(f"PRAGMA wal_autocheckpoint = {n_pages:d}")

    def move_log(self) -> None:
        """Move what can be moved of the log into the file now."""
        # On a full disk it may fail: what is saved is safe in the log, and the next pause is another chance.
        with suppress(sqlite3.OperationalError):
            self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def add_reviewer(self, name: str, group: str, role: Role = "co-analyst") -> str:
        """Add a reviewer unless known, and return the name as it is kept; ReviewError if known in another group."""
        # Or “Ann  Lee” and “Ann Lee” would be two people, and read the same.
        name, group = one_line(name), one_line(group)
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
            # The group is copied into the row: a decision keeps the group that its reviewer was in when they made it.
            who = self._reviewer(reviewer)
            if who is None:
                raise ReviewError(f"There is no reviewer {reviewer!r} in this study; add them with their group first.")
            row |= {"reviewer": who["name"], "reviewer_group": who["reviewer_group"]}
            # A form that is sent twice, by a double click or a broken connection, is one decision.
            number = self.made_with(key) or self.append("decisions", made_at, **row)
        return self.decision(number)

    def retract(self, subject: Subject, number: int, by: str) -> None:
        """Take back a discussion, a change to the codebook or an approval; it stays on record. Twice is as once."""
        with self.together():
            if not self.is_retracted(subject, number):
                self.append("retractions", subject=subject, number=number, by=by)

    def withdraw(self, decision_id: int, by: str) -> None:
        """Withdraw a decision; what the reviewer had said of the excerpt before it stands again. Twice is as once."""
        self.decision(decision_id)
        self._withdraw("decision_id", decision_id, by)

    def add_learning(self, *, up_to: int, effort: Effort, accepted_by: str, made_at: str | None = None) -> int:
        """Record that a person lets the coder learn from standing decisions up to this number; 0 lets it learn nothing."""
        last = self.last_decision()
        if not 0 <= up_to <= last:
            raise ReviewError(f"Decisions are numbered up to {last}; the coder cannot learn up to number {up_to}.")
        with self.together():
            return self.append("learnings", up_to=up_to, effort=effort, accepted_by=accepted_by, made_at=made_at)

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

    def _reviewer(self, name: str) -> Any:
        return self.connection.execute("SELECT * FROM reviewers WHERE name = ?", (one_line(name),)).fetchone()

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
    # So that people can read while somebody saves.
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
