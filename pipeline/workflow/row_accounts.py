"""Row accounting: every answer that came in is coded or set aside with a reason; the run fails if the sum is off."""

from dataclasses import asdict, dataclass

import pandas as pd

from pipeline.errors import DataError
from pipeline.tables.lookup import index_in
from pipeline.tables.set_aside import NO_CONSENT


@dataclass(frozen=True)
class Accounts:
    """Where the rows of the export went."""

    rows_in: int
    coded: int
    withdrawn: int
    set_aside: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return the figures as plain values for the manifest."""
        return asdict(self)


def account(rows_in: int, comments: pd.DataFrame, segments: pd.DataFrame) -> Accounts:
    """Count where every row went; DataError if a row is missing, doubled or neither coded nor set aside."""
    reasons = comments["set_aside"].dropna()
    in_segments = index_in(comments["comment_id"], segments["comment_id"]) >= 0
    counts = reasons.value_counts().sort_index()
    accounts = Accounts(
        rows_in=rows_in,
        coded=int(in_segments.sum()),
        withdrawn=int(counts.get(NO_CONSENT, 0)),
        set_aside={str(reason): int(n) for reason, n in counts.items() if reason != NO_CONSENT},
    )
    total = accounts.coded + accounts.withdrawn + sum(accounts.set_aside.values())
    both = int((in_segments & comments["set_aside"].notna()).sum())
    if total != accounts.rows_in or both:
        raise DataError(
            f"Of {accounts.rows_in} rows {accounts.coded} are coded and {total - accounts.coded} set aside or withdrawn, "
            f"{both} of them both; the sum should be the rows that came in. "
            "This is a fault of the program: please report it with these figures."
        )
    return accounts
