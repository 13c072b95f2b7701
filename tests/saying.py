"""Short ways to say things in a review, for tests."""

import itertools
from datetime import UTC, datetime

from pipeline.errors import ReviewError
from pipeline.review.coding import Coding, decide
from pipeline.review.excerpts import bare_excerpt


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


def shown(review, segment_id):
    """Return what a page says of the words that it shows; nothing where the study has them no more."""
    try:
        return bare_excerpt(review.last_run(), segment_id).shown
    except ReviewError:
        return ""


def say(review, who, segment_id, said, **more):
    """Decide on an excerpt as a page does that was opened just now."""
    own = review.state().of(who, segment_id)
    given = {"version": own.decision_id if own else 0, "key": key(), "shown": shown(review, segment_id)} | {
        name: more.pop(name) for name in ("version", "key", "drawn", "shown") if name in more
    }
    return decide(review, segment_id, who, judgement(said, **more), **given)
