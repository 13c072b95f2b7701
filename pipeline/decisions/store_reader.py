"""What an open `review.sqlite` answers: rows, tables, and what of them stands. Nothing here writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.decisions.decision import DECIDED, DECISION, Decision, Subject, decision_of
from pipeline.decisions.hash_chain import faults
from pipeline.decisions.queries import as_agreed
from pipeline.decisions.schema import AGAIN, IDENTITY, SETTLED_TALKS
from pipeline.errors import ReviewError
from pipeline.tables.parquet import check_table, empty_table


@dataclass(frozen=True)
class StoreReader:
    """An open `review.sqlite` as it is read; `Store` also writes."""

    connection: sqlite3.Connection
    folder: Path | None = None
    """The study's folder, to tell why the disk does not take something."""

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

    def decisions_after(self, decision_id: int) -> list[Decision]:
        """Return the decisions that were made after the one of this number, whether they stand or not."""
        sql = f"SELECT {DECISION} FROM decisions WHERE decision_id > ? ORDER BY decision_id"  # noqa: S608
        return [decision_of(row) for row in self.connection.execute(sql, (decision_id,)).fetchall()]

    def last_of(self, reviewer: str, *, n: int, start: int = 0) -> tuple[Decision, ...]:
        """Return n decisions of a person that stand, one for an excerpt, the newest first."""
        # Asked of this person's rows only: the view `standing` goes through everybody's.
        sql = """SELECT max(decision_id) FROM decisions WHERE reviewer = ?
            AND decision_id NOT IN (SELECT decision_id FROM withdrawals WHERE decision_id IS NOT NULL)
            GROUP BY segment_id ORDER BY 1 DESC LIMIT ? OFFSET ?"""
        return tuple(self.decision(number) for (number,) in self.connection.execute(sql, (reviewer, n, start)).fetchall())

    def made_with(self, key: str | None, table: str = "decisions") -> int:
        """Return the number of the decision, or other row, that was made with this idempotency key, or 0."""
        # In SQL nothing equals NULL, so that a row without a key is always a new one.
        sql = f"SELECT {IDENTITY[table]} FROM {table} WHERE idempotency_key = ?"  # noqa: S608
        row = self.connection.execute(sql, (key,)).fetchone()
        return int(row[0]) if row else 0

    def row(self, table: str, number: int) -> Any:
        """Return the row of an append-only table that has this number; None if there is none."""
        return self.connection.execute(f"SELECT * FROM {table} WHERE {IDENTITY[table]} = ?", (number,)).fetchone()  # noqa: S608

    def rows(self, table: str, *, after: int = 0) -> list[Any]:
        """Return the rows of an append-only table that were added after the one of this number, in order."""
        number = IDENTITY[table]
        return self.connection.execute(f"SELECT * FROM {table} WHERE {number} > ? ORDER BY {number}", (after,)).fetchall()  # noqa: S608

    def last_numbers(self, *tables: str) -> tuple[int | None, ...]:
        """Return the number of the last row of each table: what tells that something was added since."""
        # In one statement, so that all of them are of one moment.
        sql = ", ".join(f"(SELECT max({IDENTITY[table]}) FROM {table})" for table in tables)  # noqa: S608
        return tuple(self.connection.execute(f"SELECT {sql}").fetchone())

    def last_decision(self) -> int:
        """Return the number of the last decision that was made, or 0."""
        return int(self.connection.execute("SELECT coalesce(max(decision_id), 0) FROM decisions").fetchone()[0])

    def decisions(self) -> pd.DataFrame:
        """Return the decisions that stand, in the order they were made: the table `decisions`."""
        sql = f"SELECT {DECIDED} FROM decisions JOIN standing USING (decision_id) ORDER BY decision_id"  # noqa: S608
        return self._table("decisions", sql)

    def lessons(self) -> pd.DataFrame:
        """Return the standing decisions accepted in the last learning, as agreed on in talks that were over by then."""
        sql = f"""SELECT {DECIDED} FROM decisions JOIN standing USING (decision_id)
            WHERE outcome IN ('codes', 'none')
            AND decision_id <= (SELECT up_to FROM learnings ORDER BY learning_id DESC LIMIT 1) ORDER BY decision_id"""  # noqa: S608
        # What was agreed on in a talk takes the place of what each person said before it.
        talks = self.discussions()
        # A talk that was over later was not among what was accepted.
        learnt = self.connection.execute("SELECT max(made_at) FROM learnings").fetchone()[0] or ""
        return check_table("lessons", as_agreed(self._table("lessons", sql), talks[talks["made_at"] <= learnt]))

    def blind_answers(self) -> pd.DataFrame:
        """Return each reviewer's last answer before they were shown the coding, since a definition last changed."""
        sql = f"""WITH {AGAIN} SELECT {DECIDED} FROM decisions WHERE decision_id IN (
            SELECT max(decision_id) FROM decisions LEFT JOIN again USING (segment_id)
            WHERE blind AND decision_id > coalesce(again.up_to, 0)
            AND decision_id NOT IN (SELECT decision_id FROM withdrawals WHERE decision_id IS NOT NULL)
            GROUP BY segment_id, reviewer) ORDER BY decision_id"""  # noqa: S608
        return self._table("blind_answers", sql)

    def history(self) -> pd.DataFrame:
        """Return every decision ever made, with its `note`, `stands`, `withdrawn` and `withdrawn_by`."""
        sql = f"""SELECT d.*, standing.decision_id IS NOT NULL AS stands, w.withdrawal_id IS NOT NULL AS withdrawn,
            coalesce(w."by", '') AS withdrawn_by FROM (SELECT {DECIDED}, coalesce(note, '') AS note FROM decisions) AS d
            LEFT JOIN standing USING (decision_id) LEFT JOIN withdrawals AS w USING (decision_id) ORDER BY decision_id"""  # noqa: S608
        return self.frame(sql).astype({"blind": bool, "stands": bool, "withdrawn": bool})

    def reviewers(self) -> pd.DataFrame:
        """Return who reviews: name, reviewer_group, role, made_at."""
        return self.frame("SELECT name, reviewer_group, role, made_at FROM reviewers ORDER BY reviewer_id")

    def learnings(self) -> pd.DataFrame:
        """Return what people have let the coder learn: learning_id, up_to, effort, accepted_by, made_at."""
        return self.frame("SELECT learning_id, up_to, effort, accepted_by, made_at FROM learnings ORDER BY learning_id")

    def theme_edits(self) -> pd.DataFrame:
        """Return all edits of themes, withdrawn ones too: the table `theme_edits`."""
        sql = """SELECT e.edit_id, action, texts, detail, e."by", e.made_at, w.withdrawal_id IS NOT NULL AS withdrawn
            FROM theme_edits AS e LEFT JOIN withdrawals AS w USING (edit_id) ORDER BY e.edit_id"""
        return self._table("theme_edits", sql)

    def discussions(self) -> pd.DataFrame:
        """Return what came of talking about each excerpt: the table `discussions`."""
        return self._table("discussions", SETTLED_TALKS)

    def last_talks(self) -> list[Any]:
        """Return the row of the last discussion of each excerpt that was not taken back, those still open included."""
        sql = """SELECT * FROM discussions WHERE discussion_id IN (SELECT max(discussion_id) FROM discussions
            WHERE discussion_id NOT IN (SELECT number FROM retractions WHERE subject = 'discussion') GROUP BY segment_id)"""
        return self.connection.execute(sql).fetchall()

    def approvals(self) -> pd.DataFrame:
        """Return what people have decided about quoting each excerpt: the table `approvals`."""
        sql = """SELECT approval_id, segment_id, text_id, outcome, wording, reason, "by", made_at FROM approvals
            WHERE approval_id IN (SELECT max(approval_id) FROM approvals WHERE approval_id NOT IN
            (SELECT number FROM retractions WHERE subject = 'approval') GROUP BY segment_id) ORDER BY approval_id"""
        return self._table("approvals", sql)

    def is_retracted(self, subject: Subject, number: int) -> bool:
        """Say whether a discussion, a change to the codebook, what came of one, or an approval was taken back."""
        sql = "SELECT 1 FROM retractions WHERE subject = ? AND number = ?"
        return self.connection.execute(sql, (subject, number)).fetchone() is not None

    def outcome_of_edit(self, code_edit_id: int) -> Any:
        """Return what was settled last of a proposal for the codebook and not taken back, with the number `reopened`; or None."""
        sql = """SELECT *, (SELECT json_array_length(segments) FROM reopenings
            WHERE reopenings.code_outcome_id = said.code_outcome_id) AS reopened
            FROM code_outcomes AS said WHERE code_edit_id = ? AND code_outcome_id NOT IN
            (SELECT number FROM retractions WHERE subject = 'code outcome') ORDER BY code_outcome_id DESC LIMIT 1"""
        return self.connection.execute(sql, (code_edit_id,)).fetchone()

    def votes_on(self, code_edit_id: int) -> list[Any]:
        """Return the rows of what people said of a proposal for the codebook, in order."""
        sql = "SELECT * FROM code_votes WHERE code_edit_id = ? ORDER BY code_vote_id"
        return self.connection.execute(sql, (code_edit_id,)).fetchall()

    def verify(self) -> list[str]:
        """Say which rows are not as they were written, by table and number; an empty list says that all are.

        The chain finds a slip, a repair by hand or a restored piece. It cannot find somebody who rewrites every hash.
        """
        return faults(self.connection)

    def frame(self, sql: str, *values: Any) -> pd.DataFrame:
        """Return what a query finds, under the names of its columns."""
        cursor = self.connection.execute(sql, values)
        names = [column[0] for column in cursor.description]
        return pd.DataFrame([tuple(row) for row in cursor], columns=names)

    def _table(self, name: str, sql: str) -> pd.DataFrame:
        frame = self.frame(sql)
        return check_table(name, frame) if len(frame) else empty_table(name)
