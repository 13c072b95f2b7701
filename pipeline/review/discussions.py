"""Talk about it: where people read an excerpt differently, and what came of talking."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal

from pipeline.decisions.decision import Decision
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.review.coding import StaleError, check_code
from pipeline.review.session import ReviewSession
from pipeline.review.state import ReviewState


@dataclass(frozen=True)
class ReaderCoding:
    """One way to read an excerpt, in a sentence by those who read it so; no codes means: none of these."""

    codes: tuple[str, ...]
    sentence: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discussion:
    """What is on record of a talk about an excerpt."""

    discussion_id: int
    segment_id: str
    text_id: str
    outcome: Literal["open", "agreed", "contested"]
    codes: tuple[str, ...]
    readings: tuple[ReaderCoding, ...]
    note: str
    by: str
    made_at: str
    up_to: int
    """The last decision that had been made then."""


@dataclass(frozen=True)
class Talk:
    """An excerpt to talk about: what each person said of it, and what has come of talking so far."""

    segment_id: str
    answers: tuple[Decision, ...]
    """Blind answers, with notes and groups, in the order they were given."""
    now: tuple[Decision, ...]
    """What each says as things stand, after the suggestion was shown."""
    discussion: Discussion | None
    changed_since: bool
    """Somebody has said something else after the discussion."""

    @property
    def version(self) -> int:
        """To be sent back with an outcome: the number of the discussion it would take the place of, or 0."""
        return self.discussion.discussion_id if self.discussion else 0


def to_discuss(review: ReviewSession, *, n: int = 50, start: int = 0) -> tuple[Talk, ...]:
    """Return n of the excerpts that all their readers have answered and read differently, or somebody wants to talk about."""
    state, talks = review.state(), known_talks(review)
    excerpts = review.last_run().tables.excerpts
    waiting = (segment_id for segment_id in excerpts if _waits(state, segment_id, talks.get(segment_id)))
    return tuple(_talk(state, segment_id, talks.get(segment_id)) for segment_id in islice(waiting, start, start + n))


def n_to_discuss(review: ReviewSession) -> int:
    """Return how many excerpts wait to be talked about."""
    state, segment_ids = review.state(), review.last_run().tables.segment_ids
    talks = [talk for talk in known_talks(review).values() if talk.segment_id in segment_ids]
    # Only what was talked about is looked at one by one; of all others it is counted already how many differ.
    more = sum(_waits(state, talk.segment_id, talk) - (talk.segment_id in state.differing.every) for talk in talks)
    return state.differing.n_here + more


def discussed(review: ReviewSession, *, n: int = 50, start: int = 0) -> tuple[Talk, ...]:
    """Return n of the excerpts that have been talked about, the last one first."""
    state = review.state()
    settled = [talk for talk in known_talks(review).values() if talk.outcome != "open"]
    latest = sorted(settled, key=lambda talk: talk.discussion_id, reverse=True)
    return tuple(_talk(state, talk.segment_id, talk) for talk in latest[start : start + n])


def talk_about(review: ReviewSession, segment_id: str) -> Talk:
    """Return one excerpt with its readings; ReviewError until all its readers have answered."""
    state, last = review.state(), known_talks(review).get(segment_id)
    # What was talked about once may be looked at again, though some are reading it anew. Asking for a talk is none yet.
    if segment_id not in state.complete.every and (last is None or last.outcome == "open"):
        raise ReviewError("Not everybody who is to read this excerpt has answered yet, so answers are not shown.")
    return _talk(state, segment_id, last)


def ask_to_talk(review: ReviewSession, segment_id: str, *, by: str, note: str, key: str) -> Discussion:
    """Put an excerpt on the list to talk about, though people may agree on it; it comes up once all have answered.

    ReviewError unless this person has answered it, since the list is no place to see what others said.
    """
    if by not in review.state().readers(segment_id):
        raise ReviewError("Read this excerpt first, and say which codes fit. Then you can ask to talk about it.")
    last = known_talks(review).get(segment_id)
    # What somebody else asked for is theirs to take back, and must not take this person's wish with it.
    if last is not None and last.outcome == "open" and last.by == by:
        return last
    version = last.discussion_id if last else 0
    return _record(review, segment_id, "open", by=by, version=version, key=key, note=note)


def agree(
    review: ReviewSession, segment_id: str, codes: tuple[str, ...], *, by: str, version: int, key: str, note: str = ""
) -> Discussion:
    """Record that people agreed; no codes means: none of these. StaleError if another outcome was recorded since.

    What each had read before is kept with it.
    """
    for code in codes:
        check_code(review, code)
    readings = readings_of(talk_about(review, segment_id).answers)
    return _record(review, segment_id, "agreed", by=by, version=version, key=key, note=note, codes=codes, readings=readings)


def leave_contested(
    review: ReviewSession, segment_id: str, readings: tuple[ReaderCoding, ...], *, by: str, version: int, key: str, note: str = ""
) -> Discussion:
    """Record that people go on reading it differently, with a sentence for each of two readings or more."""
    talk_about(review, segment_id)
    for code in (code for reading in readings for code in reading.codes):
        check_code(review, code)
    if len({frozenset(reading.codes) for reading in readings}) < 2:
        raise ReviewError("An excerpt is contested when two readings differ in their codes; give both, or record an agreement.")
    if not all(reading.sentence.strip() for reading in readings):
        raise ReviewError("Each reading needs a sentence that says how its people read the excerpt; write one for each.")
    return _record(review, segment_id, "contested", by=by, version=version, key=key, note=note, readings=readings)


def undo_discussion(review: ReviewSession, discussion_id: int, *, by: str) -> None:
    """Take a recorded outcome back; it stays on record. Twice is as once.

    An outcome is the group's, and anybody may; that somebody asked for a talk is theirs, and nobody else may.
    """

    def take_back(store: Store) -> None:
        row = store.row("discussions", discussion_id)
        if row is None:
            raise ReviewError(f"There is no discussion {discussion_id} in this study.")
        if row["outcome"] == "open" and row["by"].casefold() != by.casefold():
            raise ReviewError(f"{row['by']} asked to talk about this excerpt, and only they can take that back.")
        store.retract("discussion", discussion_id, by)

    review.write(take_back)


def readings_of(answers: tuple[Decision, ...]) -> tuple[ReaderCoding, ...]:
    """Return who read an excerpt alike, and what they noted."""
    alike: dict[tuple[str, ...], list[Decision]] = {}
    for made in answers:
        # In whatever order a person ticked them.
        alike.setdefault(tuple(sorted(made.codes)), []).append(made)
    return tuple(
        ReaderCoding(codes, " ".join(made.note for made in group if made.note), tuple(made.reviewer for made in group))
        for codes, group in alike.items()
    )


def known_talks(review: ReviewSession) -> Mapping[str, Discussion]:
    """Return the last discussion of each excerpt, from memory unless one was recorded or taken back since."""
    stamp = review.read(lambda store: store.last_numbers("discussions", "retractions"))
    return review.kept("talks", stamp, lambda: review.read(discussions_of))


def discussions_of(store: Store) -> dict[str, Discussion]:
    """Return the last discussion of each excerpt that was not taken back, those still open included."""
    return {row["segment_id"]: discussion_in(row) for row in store.last_talks()}


def discussion_in(row: Mapping[str, Any]) -> Discussion:
    """Return the discussion that a row of the store holds."""
    kept = json.loads(row["readings"])
    readings = (ReaderCoding(tuple(each["codes"]), each["sentence"], tuple(each["people"])) for each in kept)
    return Discussion(
        discussion_id=row["discussion_id"],
        segment_id=row["segment_id"],
        text_id=row["text_id"],
        outcome=row["outcome"],
        codes=tuple(filter(None, row["codes"].split("|"))),
        readings=tuple(readings),
        note=row["note"] or "",
        by=row["by"],
        made_at=row["made_at"],
        up_to=row["up_to"],
    )


def _talk(state: ReviewState, segment_id: str, last: Discussion | None) -> Talk:
    now, changed = state.now(segment_id), False
    if last is not None and last.outcome != "open":
        # Answers that were there when the talk was recorded were what it was about.
        later = [made for made in now if made.decision_id > last.up_to]
        # Whoever gives what was agreed on has changed nothing by it.
        as_agreed = [
            last.outcome == "agreed" and made.outcome in ("codes", "none") and set(made.codes) == set(last.codes)
            for made in later
        ]
        changed = not all(as_agreed)
    return Talk(segment_id, state.blind(segment_id), now, last, changed)


def _waits(state: ReviewState, segment_id: str, last: Discussion | None) -> bool:
    # A talk that was put off waits again, whatever people have said since.
    if last is not None and last.outcome == "open" and segment_id in state.complete.every:
        return True
    if segment_id not in state.differing.every:
        return False
    # What came of a talk holds until the excerpt is put back into the queue.
    begun = state.round_of(segment_id)
    return last is None or last.outcome == "open" or bool(begun and last.up_to <= begun)


def _record(
    review: ReviewSession,
    segment_id: str,
    outcome: Literal["open", "agreed", "contested"],
    *,
    by: str,
    version: int,
    key: str,
    note: str,
    codes: tuple[str, ...] = (),
    readings: tuple[ReaderCoding, ...] = (),
) -> Discussion:
    text_id = review.last_run().tables.text_id(segment_id)
    if text_id is None:
        raise ReviewError("This excerpt is no longer in the study, so nothing was recorded.")
    row = {"segment_id": segment_id, "text_id": text_id, "outcome": outcome, "codes": "|".join(dict.fromkeys(codes))}
    words = json.dumps([asdict(reading) for reading in readings], ensure_ascii=False)

    def keep(store: Store) -> Discussion:
        # The form may have been sent before, and its answer lost on the way.
        number = store.made_with(key, "discussions")
        if not number:
            stands = discussions_of(store).get(segment_id)
            if (stands.discussion_id if stands else 0) != version:
                raise _stale(stands, yours=(codes, readings))
            last = store.last_decision()
            number = store.append(
                "discussions", **row, readings=words, up_to=last, note=note.strip() or None, by=by, idempotency_key=key
            )
        kept = store.row("discussions", number)
        # Readings of an agreement are made of the answers, which may have changed since; those of a disagreement were typed.
        same = {**row, "note": note.strip() or None, "by": by} | ({"readings": words} if outcome == "contested" else {})
        if any(kept[name] != value for name, value in same.items()):
            # The same form was sent before with another outcome: by the back button, say.
            raise _stale(discussion_in(kept), yours=(codes, readings))
        return discussion_in(kept)

    return review.write(keep)


def _stale(stands: Discussion | None, *, yours: object) -> StaleError:
    return StaleError(
        "Somebody has recorded another outcome for this excerpt since this page was opened. Nothing was overwritten: "
        "read both, and record again what is meant.",
        yours=yours,
        stands=stands,
    )
