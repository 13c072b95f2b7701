"""What a person has said so far, for them to look at again."""

from pipeline.review.room import Room
from pipeline.review.store import Decision, Store


def said_by(room: Room, reviewer: str, *, n: int = 50) -> tuple[Decision, ...]:
    """Return the last n decisions of a person that stand, the newest first."""

    def look(store: Store) -> tuple[Decision, ...]:
        # Asked of this person's rows only: the view `standing` goes through everybody's.
        found = store.connection.execute(
            """SELECT max(decision_id) AS number FROM decisions WHERE reviewer = ?
            AND decision_id NOT IN (SELECT decision_id FROM withdrawals WHERE decision_id IS NOT NULL)
            GROUP BY segment_id ORDER BY number DESC LIMIT ?""",
            (reviewer, n),
        ).fetchall()
        return tuple(store.decision(row["number"]) for row in found)

    return room.read(look)
