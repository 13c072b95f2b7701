"""The tables of `review.sqlite`: one migration a version, never changed once released."""

import sqlite3

from pipeline.decisions import schema_fifth, schema_fourth, schema_second, schema_third
from pipeline.errors import ReviewError


_FIRST_IDENTITY = {
    "reviewers": "reviewer_id",
    "decisions": "decision_id",
    "withdrawals": "withdrawal_id",
    "learnings": "learning_id",
    "theme_edits": "edit_id",
}

IDENTITY = {
    **_FIRST_IDENTITY,
    **schema_second.IDENTITY,
    **schema_third.IDENTITY,
    **schema_fourth.IDENTITY,
    **schema_fifth.IDENTITY,
}
"""The append-only tables, each with a hash chain of its own, and the column that numbers its rows."""

_FIRST = (
    """
    CREATE TABLE reviewers (
        reviewer_id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
        reviewer_group TEXT NOT NULL CHECK (reviewer_group <> ''),
        role TEXT NOT NULL,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE decisions (
        decision_id INTEGER PRIMARY KEY AUTOINCREMENT,
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        reviewer TEXT NOT NULL REFERENCES reviewers (name),
        reviewer_group TEXT NOT NULL,
        codes TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('codes', 'none', 'not sure', 'skip')),
        drawn TEXT NOT NULL CHECK (drawn IN ('given order', 'uncertain', 'rare codes first', 'random audit')),
        blind INTEGER NOT NULL CHECK (blind IN (0, 1)),
        channel TEXT NOT NULL CHECK (channel IN ('web', 'workbook')),
        note TEXT,
        idempotency_key TEXT UNIQUE,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE,
        CHECK ((outcome = 'codes') = (codes <> ''))
    )
    """,
    "CREATE INDEX decisions_of_reviewer ON decisions (reviewer, segment_id)",
    "CREATE INDEX decisions_of_segment ON decisions (segment_id)",
    """
    CREATE TABLE learnings (
        learning_id INTEGER PRIMARY KEY AUTOINCREMENT,
        up_to INTEGER NOT NULL CHECK (up_to >= 0),
        effort TEXT NOT NULL CHECK (effort IN ('quick', 'thorough')),
        accepted_by TEXT NOT NULL,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE theme_edits (
        edit_id INTEGER PRIMARY KEY AUTOINCREMENT,
        action TEXT NOT NULL CHECK (action IN ('rename', 'merge', 'split', 'set aside', 'restore', 'map')),
        texts TEXT NOT NULL CHECK (json_valid(texts)),
        detail TEXT NOT NULL,
        "by" TEXT NOT NULL,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE
    )
    """,
    """
    CREATE TABLE withdrawals (
        withdrawal_id INTEGER PRIMARY KEY AUTOINCREMENT,
        decision_id INTEGER UNIQUE REFERENCES decisions (decision_id),
        edit_id INTEGER UNIQUE REFERENCES theme_edits (edit_id),
        "by" TEXT NOT NULL,
        made_at TEXT NOT NULL,
        previous TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE,
        CHECK ((decision_id IS NULL) <> (edit_id IS NULL))
    )
    """,
    """
    CREATE VIEW standing AS
        SELECT max(decision_id) AS decision_id FROM decisions
        WHERE decision_id NOT IN (SELECT decision_id FROM withdrawals WHERE decision_id IS NOT NULL)
        GROUP BY segment_id, reviewer
    """,
)

AGAIN = """
    again AS (
        SELECT value AS segment_id, max(up_to) AS up_to FROM reopenings, json_each(segments)
        WHERE code_outcome_id NOT IN (SELECT number FROM retractions WHERE subject = 'code outcome') GROUP BY value
    )
"""
"""Excerpts that are read anew since a definition changed, and the last decision before that."""

SETTLED_TALKS = f"""
    WITH {AGAIN},
    oldest AS (
        SELECT segment_id, min(decision_id) AS decision_id FROM decisions JOIN standing USING (decision_id)
        WHERE segment_id IN (SELECT segment_id FROM again) GROUP BY segment_id
    ),
    read_again AS (SELECT segment_id, up_to FROM again JOIN oldest USING (segment_id) WHERE decision_id > up_to)
    SELECT discussion_id, segment_id, text_id, outcome, codes, readings, "by", made_at FROM discussions AS talk
    WHERE discussion_id IN (
        SELECT max(discussion_id) FROM discussions WHERE outcome <> 'open'
        AND discussion_id NOT IN (SELECT number FROM retractions WHERE subject = 'discussion') GROUP BY segment_id
    )
    AND NOT EXISTS (SELECT 1 FROM read_again WHERE segment_id = talk.segment_id AND up_to >= talk.up_to)
    ORDER BY discussion_id
"""  # noqa: S608
"""What came of talking about each excerpt; no longer once everybody has read it anew since a definition changed."""

_GUARDS = schema_second.guards(_FIRST_IDENTITY)

# SQLite changes no rule of a table that is there, so the rows move to a table with the wider rule, their hashes with them.
# Guards and indexes go with the old table; the view stands on it and is made again.
_CHANNEL_IMPORT = (
    "DROP VIEW standing",
    _FIRST[1].replace("TABLE decisions", "TABLE wider").replace("('web', 'workbook')", "('web', 'workbook', 'import')"),
    *(column.replace("TABLE decisions", "TABLE wider") for column in schema_second.MORE_OF_A_DECISION),
    "INSERT INTO wider SELECT * FROM decisions ORDER BY decision_id",
    "DROP TABLE decisions",
    "ALTER TABLE wider RENAME TO decisions",
    *(statement for statement in _FIRST if statement.startswith("CREATE INDEX")),
    *(statement for statement in _GUARDS if " ON decisions " in statement),
    _FIRST[-1],
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (*_FIRST, *_GUARDS),
    (*schema_second.SECOND, *_CHANNEL_IMPORT),
    schema_third.THIRD,
    schema_fourth.FOURTH,
    schema_fifth.FIFTH,
)
"""What each schema adds to the one before it. A released one is never changed; columns are only added, and may be empty."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the store to the newest schema, all of it or nothing; ReviewError if it is newer than this program."""
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise ReviewError(
            f"review.sqlite was written by a newer version of Many Voices (schema {version}; this one knows {len(MIGRATIONS)}). "
            "Nothing was changed; update the program and try again."
        )
    if version < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have done it while this one waited.
        for statement in (statement for added in MIGRATIONS[_version(connection) :] for statement in added):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
