"""Practice: excerpts the group has talked about or agreed on, to try as often as one likes; what is ticked is not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.errors import ReviewError
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


def practice_excerpts(room: ReviewSession, n: int = 10, *, round_number: int = 0) -> tuple[str, ...]:
    """Return n excerpts to try, those that were talked about first; another round draws others where there are more."""
    begin = round_number * n
    found = list(islice(_to_practise_on(room), begin + n))
    if len(found) < begin + n:
        # These are all there are: the round goes on with the first.
        begin %= len(found) or 1
        found += found
    return tuple(dict.fromkeys(found[begin : begin + n]))


def read_practice(room: ReviewSession, segment_id: str) -> Excerpt:
    """Return an excerpt to try: nobody's answer and no suggestion with it."""
    return bare_excerpt(room.material(), segment_id)


def compare(room: ReviewSession, segment_id: str, codes: tuple[str, ...]) -> PracticeComparison:
    """Return how the group read an excerpt beside these codes; keeps nothing. ReviewError if it is none to practise on."""
    ledger, found = room.ledger(), known_talks(room).get(segment_id)
    if found is not None and not _is_over(ledger, found):
        found = None
    if segment_id not in room.material().tables.here or not (found or _is_alike(ledger, segment_id)):
        raise ReviewError("The group has not agreed or talked about this excerpt yet, so there is nothing to compare with.")
    answers = ledger.blind(segment_id)
    group = _codes_of(found) if found else answers[0].codes
    return PracticeComparison(
        codes_of_group=group,
        contested=found is not None and found.outcome == "contested",
        both=tuple(code for code in codes if code in group),
        only_you=tuple(code for code in codes if code not in group),
        only_group=tuple(code for code in group if code not in codes),
        readings=tuple(HowRead(made.reviewer_group, made.codes, made.outcome, made.note) for made in answers),
        sentences=tuple(filter(None, [*(one.sentence for one in found.readings), found.note])) if found else (),
    )


def _to_practise_on(room: ReviewSession) -> Iterator[str]:
    """Yield excerpts that were talked about, the last first, and then those all read alike, in an order drawn by chance."""
    ledger, tables = room.ledger(), room.material().tables
    talked = {one: found for one, found in known_talks(room).items() if one in tables.here and _is_over(ledger, found)}
    yield from sorted(talked, key=lambda one: talked[one].discussion_id, reverse=True)
    yield from (one for one in tables.shuffled(_SEED) if _is_alike(ledger, one) and one not in talked)


def _is_over(ledger: ReviewState, found: Discussion) -> bool:
    return found.outcome != "open" and ledger.is_complete(found.segment_id)


def _is_alike(ledger: ReviewState, segment_id: str) -> bool:
    return segment_id in ledger.complete and segment_id not in ledger.differing and bool(ledger.blind(segment_id))


def _codes_of(found: Discussion) -> tuple[str, ...]:
    """Return what the group gave: what it agreed on, or the codes of any of its readings."""
    if found.outcome == "agreed":
        return found.codes
    return tuple(dict.fromkeys(code for reading in found.readings for code in reading.codes))
