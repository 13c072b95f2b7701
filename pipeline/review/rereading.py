"""Why an excerpt waits to be read again: the meaning of a code was changed since."""

import json

from pipeline.decisions.store import Store
from pipeline.review.codebook_changes import CodeEdit, edits_of
from pipeline.review.session import ReviewSession


def why_again(review: ReviewSession, segment_id: str, reader: str) -> tuple[CodeEdit, ...]:
    """Return the changes to the codebook for which this person is to read an excerpt anew; none where it is no such excerpt."""
    state = review.state()
    own = state.of(reader, segment_id)
    if own is None or own.decision_id > state.round_of(segment_id):
        return ()

    def reopened(store: Store) -> tuple[CodeEdit, ...]:
        touching = (row for row in store.rows("reopenings") if row["up_to"] >= own.decision_id)
        outcomes = {row["code_outcome_id"] for row in touching if segment_id in json.loads(row["segments"])}
        # One that was taken back stands no longer, and is no outcome of its proposal.
        return tuple(edit for edit in edits_of(store) if edit.outcome_id in outcomes)

    return review.read(reopened)
