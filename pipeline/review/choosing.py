"""Choose which excerpt a person reads next: each is read by several people, across groups where that can be."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pipeline.errors import ReviewError
from pipeline.methods.learning.orders import Order, next_to_review
from pipeline.review.drawing import GIVEN, check_order
from pipeline.review.ledger import Ledger
from pipeline.review.material import Tables
from pipeline.review.room import Room
from pipeline.review.store import Drawn, Store


# So many are ranked at a time for one person.
_AHEAD = 60
_SEED = 42


@dataclass(frozen=True)
class Ahead:
    """How far a person is: excerpts they have answered, those they skipped, and those that still wait for them."""

    answered: int
    skipped: int
    waiting: int


@dataclass(frozen=True)
class _View:
    """What decides about one person's next excerpt, as it is at one moment."""

    reviewer: str
    group: str
    coders: int
    ledger: Ledger
    tables: Tables
    reading: dict[str, set[str]]
    """Who else holds a place, by excerpt."""
    group_of: dict[str, str]

    def others(self, segment_id: str) -> set[str]:
        """Return who else has answered an excerpt or is reading it."""
        return {*self.ledger.readers(segment_id), *self.reading.get(segment_id, ())} - {self.reviewer}

    def is_free(self, segment_id: str) -> bool:
        """Return whether it waits for this person: not theirs yet, and fewer than wanted have it."""
        return len(self.others(segment_id)) < self.coders and not self.ledger.is_done(self.reviewer, segment_id)

    def has_own_group(self, segment_id: str) -> bool:
        """Return whether somebody of the person's own group has it, so that another group's reading would say more."""
        return any(self.group_of.get(who) == self.group for who in self.others(segment_id))


def next_excerpt(room: Room, reviewer: str, order: Drawn = "given order", *, now: datetime) -> str | None:
    """Return the segment_id a person should read next and hold the place for them for half an hour; None if nothing waits.

    Asked again before they answer, it is the same excerpt. Left out is what they have answered or skipped, what enough
    people have answered or hold, and, unless nothing else is left, what somebody of their own group has answered. Another
    order lets the excerpt go that was held. An audit asks only for what this person has not answered in another order:
    they have seen the suggestion, so that their answer would not be blind.
    """
    check_order(order)
    with room.held.lock:
        view = _view(room, reviewer, now=now)
        found = _held(room, view, order, now=now) or _first(room, view, order)
        if found is not None:
            room.held.hold(view.reviewer, found, order, now=now)
        return found


def let_go(room: Room, reviewer: str) -> None:
    """Give back the place held for a person who stops, so that others may read that excerpt."""
    with room.held.lock:
        room.held.let_go(reviewer)


def ahead(room: Room, reviewer: str) -> Ahead:
    """Return how far a person is with the excerpts the study has now."""
    view = _view(room, reviewer, now=None)
    here, ledger = view.tables.row_of.keys(), view.ledger
    own = [made for made in ledger.by(view.reviewer) if made.segment_id in here]
    done = {made.segment_id: made.outcome for made in own if ledger.is_done(view.reviewer, made.segment_id)}
    skipped = sum(outcome == "skip" for outcome in done.values())
    return Ahead(len(done) - skipped, skipped, len(here) - len(done) - len((ledger.complete & here) - done.keys()))


def _view(room: Room, reviewer: str, *, now: datetime | None) -> _View:
    groups = room.read(groups_of)
    name = next((known for known in groups if known.casefold() == reviewer.casefold()), None)
    if name is None:
        raise ReviewError(f"There is no reviewer {reviewer!r} in this study; add them with their group first.")
    reading = room.held.others(name, now=now) if now else {}
    return _View(name, groups[name], room.coders, room.ledger(), room.material().tables, reading, groups)


def groups_of(store: Store) -> dict[str, str]:
    """Return the group of each reviewer."""
    return {row["name"]: row["reviewer_group"].casefold() for row in store.connection.execute("SELECT * FROM reviewers")}


def _held(room: Room, view: _View, order: Drawn, *, now: datetime) -> str | None:
    segment_id = room.held.by(view.reviewer, order, now=now)
    return segment_id if segment_id in view.tables.row_of and segment_id and view.is_free(segment_id) else None


def _first(room: Room, view: _View, order: Drawn) -> str | None:
    """Return the first that is free and new to the group, or else the first that is free."""
    for plan in (room.held.plans.get((view.reviewer, order), []), _plan(room, view, order)):
        free = [one for one in plan if one in view.tables.row_of and view.is_free(one)]
        fresh = [one for one in free if not view.has_own_group(one)]
        if fresh:
            room.held.plans[view.reviewer, order] = [one for one in free if one != fresh[0]]
            return fresh[0]
    return free[0] if free else None


def _plan(room: Room, view: _View, order: Drawn) -> list[str]:
    """Return the excerpts that come next in an order, those new to the person's group first."""
    free = [one for one in _pool(view, order) if view.is_free(one)]
    fresh = [one for one in free if not view.has_own_group(one)]
    return _ranked(room, view, order, fresh or free)


def _pool(view: _View, order: Drawn) -> Iterator[str]:
    if order in (GIVEN, "random audit"):
        yield from view.tables.excerpts
    else:
        yield from _each_text_once(view)


def _each_text_once(view: _View) -> Iterator[str]:
    """Yield one excerpt of each text that is not read yet: the same words twice would teach the coder nothing new.

    Where others have begun, it is theirs, so that their reading gets its second.
    """
    for excerpts in view.tables.of_text.values():
        if any(view.ledger.is_done(view.reviewer, one) or view.ledger.is_complete(one) for one in excerpts):
            continue
        yield next((one for one in excerpts if view.others(one)), excerpts[0])


def _ranked(room: Room, view: _View, order: Drawn, free: list[str]) -> list[str]:
    if order == GIVEN:
        return sorted(free)[:_AHEAD]
    if order == "random audit":
        waits = set(free)
        return [one for one in view.tables.shuffled(_SEED) if one in waits][:_AHEAD]
    if order == "rare codes first":
        # What is rare changes with each answer, so what others began in this order comes first or would not get its second.
        begun = [one for one in free if any(made.drawn == order for made in view.ledger.now(one))]
        rest = set(free).difference(begun)
        return [*begun, *_by_chances(room, view, order, [one for one in free if one in rest])][:_AHEAD]
    return _by_chances(room, view, order, free)


def _by_chances(room: Room, view: _View, order: Order, free: list[str]) -> list[str]:
    codes = tuple(code.code for code in room.material().codebook.codes)
    chances, thresholds = view.tables.chances(codes)
    rows = np.array([view.tables.row_of[one] for one in free], dtype=np.intp)
    given = Counter(code for made in view.ledger.decisions() for code in made.codes) if order != "uncertain" else Counter[str]()
    chosen = next_to_review(
        chances[rows],
        thresholds,
        np.zeros(len(rows), dtype=bool),
        order,
        n=_AHEAD,
        seed=_SEED,
        counts=np.array([given[code] for code in codes], dtype=int),
    )
    return [free[place] for place in chosen]
