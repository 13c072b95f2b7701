"""What schema 4 adds to `review.sqlite`: what came of suggested codes, worries about an excerpt, and the group's share."""

from pipeline.decisions.schema_second import CHAINED, guards


IDENTITY = {
    "suggestion_outcomes": "suggestion_outcome_id",
    "concerns": "concern_id",
    "concern_outcomes": "concern_outcome_id",
    "shares": "share_id",
}

# What came of a suggestion and of a worry stands in rows of its own; the last one counts, and "open" takes it back.
_APPEND_ONLY = (
    f"""
    CREATE TABLE suggestion_outcomes (
        suggestion_outcome_id INTEGER PRIMARY KEY AUTOINCREMENT,
        decision_id INTEGER NOT NULL REFERENCES decisions (decision_id),
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('adopted', 'merged', 'declined', 'open')),
        code TEXT NOT NULL,
        code_edit_id INTEGER REFERENCES code_edits (code_edit_id),
        why TEXT NOT NULL,
        "by" TEXT NOT NULL,
        {CHAINED},
        CHECK ((outcome = 'adopted') = (code_edit_id IS NOT NULL)),
        CHECK (outcome <> 'merged' OR code <> ''),
        CHECK (outcome <> 'declined' OR why <> '')
    )
    """,
    "CREATE INDEX suggestion_outcomes_of_decision ON suggestion_outcomes (decision_id)",
    f"""
    CREATE TABLE concerns (
        concern_id INTEGER PRIMARY KEY AUTOINCREMENT,
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('name', 'worry')),
        note TEXT NOT NULL,
        "by" TEXT NOT NULL,
        idempotency_key TEXT UNIQUE,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE concern_outcomes (
        concern_outcome_id INTEGER PRIMARY KEY AUTOINCREMENT,
        concern_id INTEGER NOT NULL REFERENCES concerns (concern_id),
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('done', 'open')),
        why TEXT NOT NULL,
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
    f"""
    CREATE TABLE shares (
        share_id INTEGER PRIMARY KEY AUTOINCREMENT,
        size INTEGER NOT NULL CHECK (size >= 0),
        drawn TEXT NOT NULL CHECK (drawn IN ('given order', 'uncertain', 'rare codes first', 'random audit')),
        audit INTEGER NOT NULL CHECK (audit BETWEEN 0 AND size),
        "by" TEXT NOT NULL,
        {CHAINED}
    )
    """,
)

FOURTH = (*_APPEND_ONLY, *guards(IDENTITY))
