"""What schema 3 adds to `review.sqlite`: who was shown how texts are coded, and which excerpts were drawn for a sheet."""

from pipeline.decisions.schema_second import CHAINED, guards


IDENTITY = {"showings": "showing_id", "packings": "packing_id"}

_APPEND_ONLY = (
    f"""
    CREATE TABLE showings (
        showing_id INTEGER PRIMARY KEY AUTOINCREMENT,
        reviewer TEXT NOT NULL COLLATE NOCASE REFERENCES reviewers (name),
        text_id TEXT NOT NULL,
        place TEXT NOT NULL CHECK (place <> ''),
        up_to INTEGER NOT NULL CHECK (up_to >= 0),
        {CHAINED}
    )
    """,
    "CREATE INDEX showings_of_reviewer ON showings (reviewer, text_id)",
    f"""
    CREATE TABLE packings (
        packing_id INTEGER PRIMARY KEY AUTOINCREMENT,
        reviewer TEXT NOT NULL COLLATE NOCASE,
        drawn TEXT NOT NULL CHECK (drawn IN ('given order', 'uncertain', 'rare codes first', 'random audit')),
        segments TEXT NOT NULL CHECK (json_valid(segments)),
        {CHAINED}
    )
    """,
    "CREATE INDEX decisions_of_text ON decisions (text_id, reviewer COLLATE NOCASE)",
)

THIRD = (*_APPEND_ONLY, *guards(IDENTITY))
