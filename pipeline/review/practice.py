"""Practice: excerpts the group has talked about or agreed on, then examples of the codebook; what is ticked is not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.errors import ReviewError
from pipeline.review.codebook_practice import example_ids, is_example, read_example
from pipeline.review.discussions import Discussion, known_talks
from pipeline.review.excerpts import Excerpt, bare_excerpt
from pipeline.review.session import ReviewSession
from pipeline.review.state import ReviewState


_SEED: Final = 7


@dataclass(frozen=True)
class HowRead:
    """How one person of the group read it and why, without a name."""

    group: str
    codes: tuple[str, ...]
    outcome: str
    note: str


@dataclass(frozen=True)
class PracticeComparison:
    """Your reading beside the group's."""

    codes_of_group: tuple[str, ...]
    contested: bool
    both: tuple[str, ...]
    only_you: tuple[str, ...]
    only_group: tuple[str, ...]
    readings: tuple[HowRead, ...]
    sentences: tuple[str, ...]
    """What was written down when the group talked about it."""

    @property
    def same(self) -> bool:
        """Whether you gave exactly the group's codes."""
        return not self.only_you and not self.only_group


def practice_excerpts(review: ReviewSession, n: int = 10, *, round_number: int = 0) -> tuple[str, ...]:
    """Return n to try: excerpts that were talked about, those all read alike, examples; another round draws others."""
    begin = round_number * n
    excerpts = list(islice(_to_practise_on(review), begin + n))
    if len(excerpts) < begin + n:
        # These are all there are: the round goes on with the first.
        begin %= len(excerpts) or 1
        excerpts += excerpts
    return tuple(dict.fromkeys(excerpts[begin : begin + n]))


def read_practice(review: ReviewSession, segment_id: str) -> Excerpt:
    """Return an excerpt, or an example, to try: nobody's answer and no suggestion with it."""
    if is_example(segment_id):
        return read_example(review.last_run().codebook, segment_id)
    return bare_excerpt(review.last_run(), segment_id)


def compare(review: ReviewSession, segment_id: str, codes: tuple[str, ...]) -> PracticeComparison:
    """Return how the group read an excerpt beside these codes; keeps nothing. ReviewError if it is none to practise on."""
    state, talk = review.state(), known_talks(review).get(segment_id)
    if talk is not None and not _is_over(state, talk):
        talk = None
    if segment_id not in review.last_run().tables.segment_ids or not (talk or _is_alike(state, segment_id)):
        raise ReviewError("The group has not agreed or talked about this excerpt yet, so there is nothing to compare with.")
    answers = state.blind(segment_id)
    group = _codes_of(talk) if talk else answers[0].codes
    return PracticeComparison(
        codes_of_group=group,
        contested=talk is not None and talk.outcome == "contested",
        both=tuple(code for code in codes if code in group),
        only_you=tuple(code for code in codes if code not in group),
        only_group=tuple(code for code in group if code not in codes),
        readings=tuple(HowRead(made.reviewer_group, made.codes, made.outcome, made.note) for made in answers),
        sentences=tuple(filter(None, [*(reading.sentence for reading in talk.readings), talk.note])) if talk else (),
    )


def _to_practise_on(review: ReviewSession) -> Iterator[str]:
    """Yield excerpts that were talked about, the last first, those all read alike in an order drawn by chance, and examples."""
    state, tables = review.state(), review.last_run().tables
    talks = [talk for talk in known_talks(review).values() if talk.segment_id in tables.segment_ids and _is_over(state, talk)]
    talks.sort(key=lambda talk: talk.discussion_id, reverse=True)
    talked = dict.fromkeys(talk.segment_id for talk in talks)
    yield from talked
    yield from (each for each in tables.shuffled(_SEED) if _is_alike(state, each) and each not in talked)
    yield from example_ids(review.last_run().codebook)


def _is_over(state: ReviewState, talk: Discussion) -> bool:
    # Where a definition changed since, some read it anew, and must not be shown what the group said before.
    return talk.outcome != "open" and talk.segment_id in state.complete.every


def _is_alike(state: ReviewState, segment_id: str) -> bool:
    # Where nobody answered before they saw the suggestion, that they agree says nothing.
    return segment_id in state.complete.every and segment_id not in state.differing.every and bool(state.blind(segment_id))


def _codes_of(talk: Discussion) -> tuple[str, ...]:
    """Return what the group gave: what it agreed on, or the codes of any of its readings."""
    if talk.outcome == "agreed":
        return talk.codes
    return tuple(dict.fromkeys(code for reading in talk.readings for code in reading.codes))
