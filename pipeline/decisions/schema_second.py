"""What schema 2 adds to `review.sqlite`: discussions, the codebook's changes, approvals, roles, accounts, sessions and drafts."""

from collections.abc import Iterable


CHAINED = "made_at TEXT NOT NULL, previous TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE"
"""The columns of every append-only table: when a row was written, and how it hangs on the one before."""

IDENTITY = {
    "roles": "role_id",
    "discussions": "discussion_id",
    "code_edits": "code_edit_id",
    "code_votes": "code_vote_id",
    "code_outcomes": "code_outcome_id",
    "reopenings": "reopening_id",
    "approvals": "approval_id",
    "retractions": "retraction_id",
}

MORE_OF_A_DECISION = (
    "ALTER TABLE decisions ADD COLUMN seconds REAL CHECK (seconds >= 0)",
    "ALTER TABLE decisions ADD COLUMN new_code TEXT",
)

_APPEND_ONLY = (
    *MORE_OF_A_DECISION,
    f"""
    CREATE TABLE roles (
        role_id INTEGER PRIMARY KEY AUTOINCREMENT,
        reviewer TEXT NOT NULL REFERENCES reviewers (name),
        role TEXT NOT NULL CHECK (role IN ('co-analyst', 'facilitator', 'researcher', 'report writer')),
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE discussions (
        discussion_id INTEGER PRIMARY KEY AUTOINCREMENT,
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('open', 'agreed', 'contested')),
        codes TEXT NOT NULL,
        readings TEXT NOT NULL CHECK (json_valid(readings)),
        up_to INTEGER NOT NULL CHECK (up_to >= 0),
        note TEXT,
        "by" TEXT NOT NULL,
        idempotency_key TEXT UNIQUE,
        {CHAINED},
        CHECK (outcome = 'agreed' OR codes = '')
    )
    """,
    "CREATE INDEX discussions_of_segment ON discussions (segment_id)",
    f"""
    CREATE TABLE code_edits (
        code_edit_id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL CHECK (kind IN ('change', 'new')),
        code TEXT NOT NULL CHECK (code <> ''),
        changes TEXT NOT NULL CHECK (json_valid(changes)),
        why TEXT NOT NULL,
        "by" TEXT NOT NULL,
        idempotency_key TEXT UNIQUE,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE code_votes (
        code_vote_id INTEGER PRIMARY KEY AUTOINCREMENT,
        code_edit_id INTEGER NOT NULL REFERENCES code_edits (code_edit_id),
        vote TEXT NOT NULL CHECK (vote IN ('agree', 'object', 'none')),
        why TEXT NOT NULL,
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE code_outcomes (
        code_outcome_id INTEGER PRIMARY KEY AUTOINCREMENT,
        code_edit_id INTEGER NOT NULL REFERENCES code_edits (code_edit_id),
        outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused')),
        why TEXT NOT NULL,
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE reopenings (
        reopening_id INTEGER PRIMARY KEY AUTOINCREMENT,
        code_outcome_id INTEGER NOT NULL REFERENCES code_outcomes (code_outcome_id),
        up_to INTEGER NOT NULL CHECK (up_to >= 0),
        segments TEXT NOT NULL CHECK (json_valid(segments)),
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE approvals (
        approval_id INTEGER PRIMARY KEY AUTOINCREMENT,
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'reworded', 'refused')),
        wording TEXT NOT NULL,
        reason TEXT NOT NULL,
        "by" TEXT NOT NULL,
        idempotency_key TEXT UNIQUE,
        {CHAINED},
        CHECK ((outcome = 'reworded') = (wording <> '')),
        CHECK (outcome <> 'refused' OR reason <> '')
    )
    """,
    "CREATE INDEX approvals_of_segment ON approvals (segment_id)",
    f"""
    CREATE TABLE retractions (
        retraction_id INTEGER PRIMARY KEY AUTOINCREMENT,
        subject TEXT NOT NULL CHECK (subject IN ('discussion', 'code edit', 'code outcome', 'approval')),
        number INTEGER NOT NULL CHECK (number > 0),
        "by" TEXT NOT NULL,
        {CHAINED},
        UNIQUE (subject, number)
    )
    """,
)

# Who may sign in and what they had typed is no record of the study: it changes, it goes, and it is in no chain.
_CHANGING = (
    """
    CREATE TABLE accounts (
        reviewer TEXT PRIMARY KEY COLLATE NOCASE REFERENCES reviewers (name),
        password_hash TEXT NOT NULL CHECK (password_hash <> ''),
        closed_at TEXT,
        changed_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE invitations (
        token_sha256 TEXT PRIMARY KEY,
        name TEXT NOT NULL COLLATE NOCASE,
        reviewer_group TEXT NOT NULL,
        role TEXT NOT NULL,
        "by" TEXT NOT NULL,
        made_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT
    )
    """,
    """
    CREATE TABLE sessions (
        session_sha256 TEXT PRIMARY KEY,
        reviewer TEXT COLLATE NOCASE REFERENCES reviewers (name),
        words TEXT NOT NULL CHECK (json_valid(words)),
        made_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        expires_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX sessions_of_reviewer ON sessions (reviewer)",
    """
    CREATE TABLE drafts (
        reviewer TEXT NOT NULL COLLATE NOCASE REFERENCES reviewers (name),
        place TEXT NOT NULL,
        words TEXT NOT NULL CHECK (json_valid(words)),
        saved_at TEXT NOT NULL,
        PRIMARY KEY (reviewer, place)
    )
    """,
)


def guards(tables: Iterable[str]) -> tuple[str, ...]:
    """Return the rules that keep rows of these tables from being changed or deleted."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{event} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for table in tables
        for event in ("update", "delete")
    )


SECOND = (*_APPEND_ONLY, *_CHANGING, *guards(IDENTITY))
