"""A quotation with its neighbours: an excerpt, and as much of the same answer as it takes to tell something by itself."""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from pipeline.methods.disclosure.indirect_identifiers import may_identify
from pipeline.runtime.files import content_id


LEAST_TELLING, MOST_TELLING = 15, 50
"""Between so many words a quotation tells something by itself and is still read."""
# A blank or a line break stands between excerpts that follow each other; what is longer was left out of the analysis.
_GAP = 1


class QuotedPart(NamedTuple):
    """An excerpt of an answer: where it stands there, and its words."""

    start: int
    end: int
    text: str


def passage(pieces: Sequence[QuotedPart], own: int) -> str:
    """Return an excerpt of fewer than 15 words with those after it, and then those before it, while they are 50 at most.

    `pieces` are the excerpts of one answer in order. Nothing is taken over a gap, or where the words would together point at the
    person. It follows from the answer alone, so that no decision changes what another one was about.
    """
    first = last = own
    words = pieces[own].text
    while len(words.split()) < LEAST_TELLING:
        wider = next(((f, t) for f, t in ((first, last + 1), (first - 1, last)) if _may_join(pieces, f, t, own)), None)
        if wider is None:
            return words
        first, last = wider
        words = _joined(pieces[first : last + 1])
    return words


def _may_join(pieces: Sequence[QuotedPart], first: int, last: int, own: int) -> bool:
    if first < 0 or last >= len(pieces):
        return False
    joined = pieces[first : last + 1]
    if any(not 0 <= after.start - before.end <= _GAP for before, after in pairwise(joined)):
        return False
    words = _joined(joined)
    return len(words.split()) <= MOST_TELLING and (not may_identify(words) or may_identify(pieces[own].text))


def _joined(pieces: Sequence[QuotedPart]) -> str:
    """Return the words of excerpts that follow each other, on one line."""
    words = pieces[0].text
    for before, after in pairwise(pieces):
        words += (" " if after.start > before.end else "") + after.text
    return words


def quoted_id(quoted: str, excerpt: str, text_id: str) -> str:
    """Return the id of the words of a quotation: that of the excerpt's text where nothing was added to it."""
    return text_id if quoted == excerpt else content_id("quotation", quoted)


def closed_in_answers(segments: pd.DataFrame, closed: Collection[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return, by answer, id and words of the excerpts that are not to be printed as they are."""
    rows = segments[segments["segment_id"].isin(list(closed))]
    return {
        str(comment_id): tuple(zip(own["segment_id"], own["text"], strict=True)) for comment_id, own in rows.groupby("comment_id")
    }


def takes_up(quoted: str, segment_id: str, closed: Sequence[tuple[str, str]]) -> bool:
    """Say whether a quotation holds another excerpt of its answer that is not to be printed."""
    return any(other != segment_id and text in quoted for other, text in closed)
