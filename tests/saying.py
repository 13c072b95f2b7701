"""Short ways to say things in a review, for tests."""

import itertools
from datetime import UTC, datetime

from pipeline.review.coding import Coding, decide


NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
_keys = itertools.count()


def key():
    """Return a form's one-time key."""
    return f"key-{next(_keys)}"


def judgement(said, **more):
    """Return a judgement of codes separated by bars, or "none", "not sure" or "skip"."""
    if said in ("none", "not sure", "skip"):
        return Coding(said, **more)
    return Coding("codes", tuple(said.split("|")), **more)


def say(room, who, segment_id, said, **more):
    """Decide on an excerpt as a page does that was opened just now."""
    own = room.ledger().of(who, segment_id)
    given = {"version": own.decision_id if own else 0, "key": key()} | {
        name: more.pop(name) for name in ("version", "key", "drawn") if name in more
    }
    return decide(room, segment_id, who, judgement(said, **more), **given)
