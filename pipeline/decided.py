"""Read from `review.sqlite` what people have decided, for exports; nothing in it is changed."""

import sqlite3
from contextlib import closing

import pandas as pd

from pipeline.errors import ReviewError
from pipeline.study import Study


_COLUMNS = (
    *("decision_id", "segment_id", "text_id", "reviewer", "reviewer_group"),
    *("codes", "outcome", "drawn", "blind", "channel", "made_at", "note"),
)


def standing_decisions(study: Study) -> pd.DataFrame:
    """Return the decisions that stand, in the order they were made, each with its reviewer's `note`."""
    path = study.folder / "review.sqlite"
    if not path.is_file():
        return pd.DataFrame(columns=list(_COLUMNS))
    sql = f"SELECT {', '.join(_COLUMNS)} FROM decisions JOIN standing USING (decision_id) ORDER BY decision_id"  # noqa: S608
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30)) as connection:
            found = pd.DataFrame(connection.execute(sql).fetchall(), columns=list(_COLUMNS))
            return found.astype({"blind": bool}).fillna({"note": ""})
    except sqlite3.DatabaseError as fault:
        raise ReviewError("review.sqlite cannot be read; close it in other programs, or put a copy of it back.") from fault
