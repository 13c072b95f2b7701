"""What schema 5 adds to `review.sqlite`: memos, in versions of which none is ever changed."""

from pipeline.decisions.schema_second import CHAINED, guards


IDENTITY = {"memos": "memo_id"}

_APPEND_ONLY = (
    # A version that follows another names the first one; what a memo is about stands in each, so that erasing reaches them all.
    f"""
    CREATE TABLE memos (
        memo_id INTEGER PRIMARY KEY AUTOINCREMENT,
        first_id INTEGER REFERENCES memos (memo_id),
        kind TEXT NOT NULL CHECK (kind IN ('reflexive', 'analytic', 'method', 'decision')),
        place TEXT NOT NULL CHECK (place IN ('study', 'code', 'excerpt')),
        code TEXT NOT NULL,
        segment_id TEXT NOT NULL,
        text_id TEXT NOT NULL,
        note TEXT NOT NULL CHECK (note <> ''),
        "by" TEXT NOT NULL,
        idempotency_key TEXT UNIQUE,
        {CHAINED},
        CHECK (place <> 'code' OR code <> ''),
        CHECK (place <> 'excerpt' OR segment_id <> '')
    )
    """,
)

FIFTH = (*_APPEND_ONLY, *guards(IDENTITY))
