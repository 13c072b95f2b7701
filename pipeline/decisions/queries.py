"""Read from `review.sqlite` what people have decided, for exports; nothing in it is changed."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pandas as pd

from pipeline.errors import ReviewError
from pipeline.study.study import Study


_COLUMNS = (
    *("decision_id", "segment_id", "text_id", "reviewer", "reviewer_group"),
    *("codes", "outcome", "drawn", "blind", "channel", "made_at", "note"),
)


_APPROVALS = ("approval_id", "segment_id", "text_id", "outcome", "wording", "stands")


def standing_decisions(study: Study) -> pd.DataFrame:
    """Return the decisions that stand, in the order they were made, each with its reviewer's `note`."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM decisions JOIN standing USING (decision_id) ORDER BY decision_id"  # noqa: S608
    return _read(study, sql, _COLUMNS).astype({"blind": bool}).fillna({"note": ""})


def approvals_on_record(study: Study) -> pd.DataFrame:
    """Return what people decided about quoting each excerpt: what `stands` of it, or the last that was taken back."""
    sql = """WITH every AS (
            SELECT *, approval_id NOT IN (SELECT number FROM retractions WHERE subject = 'approval') AS stands FROM approvals
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY segment_id ORDER BY stands DESC, approval_id DESC) AS place FROM every
        )
        SELECT approval_id, segment_id, text_id, outcome, wording, stands FROM ranked WHERE place = 1 ORDER BY approval_id"""
    return _read(study, sql, _APPROVALS, table="approvals").astype({"stands": bool})


def flagged_excerpts(study: Study) -> frozenset[str]:
    """Return the ids of excerpts in which somebody sees a name, or about which they are worried, until it is dealt with."""
    sql = """SELECT segment_id FROM concerns WHERE coalesce((SELECT outcome FROM concern_outcomes
        WHERE concern_outcomes.concern_id = concerns.concern_id ORDER BY concern_outcome_id DESC LIMIT 1), 'open') <> 'done'"""
    return frozenset(_read(study, sql, ("segment_id",), table="concerns")["segment_id"])


def seconds_spent(study: Study) -> Sequence[float]:
    """Return how many seconds each decision on the review page took, where it was measured."""
    columns = _read(study, "SELECT name FROM pragma_table_info('decisions')", ("name",))["name"]
    # A store of the first version, which a command has not opened since, measured none.
    if "seconds" not in set(columns):
        return ()
    return tuple(_read(study, "SELECT seconds FROM decisions WHERE seconds > 0 AND outcome <> 'skip'", ("seconds",))["seconds"])


def _read(study: Study, sql: str, columns: Sequence[str], *, table: str = "decisions") -> pd.DataFrame:
    """Return the rows of a query; none where nobody has decided anything yet, or the store is older than the table."""
    path = study.folder / "review.sqlite"
    if not path.is_file():
        return pd.DataFrame(columns=list(columns))
    try:
        # Read-only, and without bringing it to the newest schema: an export changes nothing that people decided.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            has_table = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            return pd.DataFrame(connection.execute(sql).fetchall() if has_table else [], columns=list(columns))
    except sqlite3.DatabaseError as fault:
        raise ReviewError("review.sqlite cannot be read; close it in other programs, or put a copy of it back.") from fault


def as_agreed(decisions: pd.DataFrame, discussions: pd.DataFrame) -> pd.DataFrame:
    """Return the decisions with the codes agreed on since; where a talk was left contested, each person's own stand."""
    agreed = discussions[discussions["outcome"] == "agreed"].set_index("segment_id")["codes"]
    touched = decisions["segment_id"].isin(agreed.index) & decisions["outcome"].isin(["codes", "none"])
    if not touched.any():
        return decisions
    codes = decisions["segment_id"].map(agreed).where(touched, decisions["codes"])
    outcome = codes.map(lambda joined: "codes" if joined else "none").where(touched, decisions["outcome"])
    return decisions.assign(codes=codes.astype(decisions["codes"].dtype), outcome=outcome.astype(decisions["outcome"].dtype))
