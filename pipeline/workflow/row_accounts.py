"""Row accounting: every answer that came in is read or set aside with a reason; the run fails if the sum is off."""

from typing import Any

import pandas as pd

from pipeline.errors import DataError
from pipeline.tables.lookup import index_in
from pipeline.tables.set_aside import NO_CONSENT


def account(rows_in: int, comments: pd.DataFrame, segments: pd.DataFrame) -> dict[str, Any]:
    """Return where every row went, for the manifest; DataError if a row is missing, doubled or neither coded nor set aside.

    The keys are `rows_in`, `coded` (read, to be coded), `withdrawn` and `set_aside`, which has the number of rows by reason.
    """
    reasons = comments["set_aside"].dropna()
    # Coded is what has a segment, whether or not any code was suggested for it.
    in_segments = index_in(comments["comment_id"], segments["comment_id"]) >= 0
    counts = reasons.value_counts().sort_index()
    coded, withdrawn = int(in_segments.sum()), int(counts.get(NO_CONSENT, 0))
    # Withdrawn answers are told apart from the others: they were set aside unread, as people asked.
    set_aside = {str(reason): int(n) for reason, n in counts.items() if reason != NO_CONSENT}
    total = coded + withdrawn + sum(set_aside.values())
    # The sum alone would hide one row that is missing and one that is both.
    both = int((in_segments & comments["set_aside"].notna()).sum())
    if total != rows_in or both:
        raise DataError(
            f"Of {rows_in} rows {coded} are coded and {total - coded} set aside or withdrawn, "
            f"{both} of them both; the sum should be the rows that came in. "
            "This is a fault of the program: please report it with these figures."
        )
    return {"rows_in": rows_in, "coded": coded, "withdrawn": withdrawn, "set_aside": set_aside}
