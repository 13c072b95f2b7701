"""A whole answer with its excerpts: which of them a person has read, and how the answer's words divide into them."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.decisions.decision import Decision
from pipeline.errors import ReviewError
from pipeline.review.coding import Coding, StaleError, decide
from pipeline.review.excerpts import read_excerpt
from pipeline.review.run_tables import Tables
from pipeline.review.session import ReviewSession


@dataclass(frozen=True)
class AnswerPart:
    """An excerpt of an answer, as one of its parts; nothing of it is anybody else's word."""

    segment_id: str
    place: int
    """1 for the first of the answer."""
    words: str
    own: Decision | None
    """What this person says of it as things stand."""
    is_done: bool
    """Whether it no longer waits for this person."""


@dataclass(frozen=True)
class Piece:
    """A stretch of an answer: one of its parts, or what stands between them."""

    text: str
    place: int = 0
    """Which part it is; 0 between parts."""
    is_here: bool = False
    """Whether it is the excerpt that was asked for."""


def answer_parts(review: ReviewSession, segment_id: str, reviewer: str) -> tuple[AnswerPart, ...]:
    """Return the parts of the answer that an excerpt stands in, in their order; ReviewError if the study no longer has it."""
    state, tables = review.state(), review.last_run().tables
    return tuple(
        AnswerPart(part, place, tables.words(part), state.of(reviewer, part), state.is_done(reviewer, part))
        for place, part in enumerate(_ids(tables, segment_id), start=1)
    )


def pieces(review: ReviewSession, segment_id: str) -> tuple[Piece, ...]:
    """Return the whole answer, cut where its parts begin and end; where two overlap, this excerpt is whole."""
    tables = review.last_run().tables
    ids = _ids(tables, segment_id)
    row, own_start, own_end = tables.places[tables.row_of[segment_id]]
    answer, at, cut = tables.answers[row][0], 0, list[Piece]()
    for place, part in enumerate(ids, start=1):
        _, start, end = tables.places[tables.row_of[part]]
        overlaps = part != segment_id and start < own_end and own_start < end
        if start < at or overlaps:
            continue
        cut += [Piece(answer[at:start]), Piece(answer[start:end], place, part == segment_id)]
        at = end
    return tuple(piece for piece in (*cut, Piece(answer[at:])) if piece.text)


def skip_answer(
    review: ReviewSession, segment_id: str, reviewer: str, *, seconds_on: Callable[[str], float], key: str
) -> tuple[str, ...]:
    """Skip all parts of an answer that wait for this person, and return which: nobody has to meet a hard answer again.

    `seconds_on` says how long each lay open. A part that was answered meanwhile stays as it is.
    """
    skipped: list[str] = []
    for part in answer_parts(review, segment_id, reviewer):
        if part.is_done:
            continue
        excerpt = read_excerpt(review, part.segment_id, reviewer)
        coding = Coding("skip", seconds=seconds_on(part.segment_id))
        try:
            decide(
                review,
                part.segment_id,
                reviewer,
                coding,
                version=excerpt.version,
                shown=excerpt.shown,
                key=f"{key} {part.place}",
            )
        except StaleError:
            continue
        skipped.append(part.segment_id)
    return tuple(skipped)


def _ids(tables: Tables, segment_id: str) -> list[str]:
    row = tables.row_of.get(segment_id)
    if row is None:
        raise ReviewError("This excerpt is no longer in the study; answers to it are kept. Go on with the next one.")
    return tables.of_comment[str(tables.segments["comment_id"].iat[row])]
