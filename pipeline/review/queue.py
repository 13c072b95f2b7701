"""Choose which excerpt a person reads next: each is read by several people, across groups where that can be."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Final

import numpy as np

from pipeline.decisions.decision import Drawn
from pipeline.decisions.store import Store
from pipeline.errors import ReviewError
from pipeline.methods.active_learning.query_strategies import next_to_review
from pipeline.methods.active_learning.sampling import check_order
from pipeline.review.run_tables import Tables
from pipeline.review.session import ReviewSession
from pipeline.review.state import ReviewState


# So many are ranked at a time for one person.
_AHEAD = 60
_RARE: Final = "rare codes first"
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
    state: ReviewState
    tables: Tables
    reading: dict[str, set[str]]
    """Who else holds a place, by excerpt."""
    group_of: dict[str, str]

    @cached_property
    def touched(self) -> set[str]:
        """What somebody has answered in this round, or is reading."""
        return {*self.state.begun.every, *self.reading}

    @property
    def closed(self) -> AbstractSet[str]:
        """What as many as are to read it have answered."""
        return self.state.complete.every

    def is_read(self, segment_id: str) -> bool:
        """Return whether enough people, or this one, have read an excerpt."""
        return segment_id in self.closed or self.state.is_done(self.reviewer, segment_id)

    def others(self, segment_id: str) -> set[str]:
        """Return who else has answered an excerpt or is reading it."""
        return {*self.state.readers(segment_id), *self.reading.get(segment_id, ())} - {self.reviewer}

    def is_free(self, segment_id: str) -> bool:
        """Return whether it waits for this person: not theirs yet, and fewer than wanted have it."""
        return len(self.others(segment_id)) < self.coders and not self.state.is_done(self.reviewer, segment_id)

    def has_own_group(self, segment_id: str) -> bool:
        """Return whether somebody of the person's own group has it, so that another group's reading would say more."""
        return any(self.group_of.get(who) == self.group for who in self.others(segment_id))


def next_excerpt(review: ReviewSession, reviewer: str, order: Drawn = "given order", *, now: datetime) -> str | None:
    """Return the segment_id a person should read next and hold the place for them for half an hour; None if nothing waits.

    Asked again before they answer, it is the same excerpt. Left out is what they have answered or skipped, what enough
    people have answered or hold, and, unless nothing else is left, what somebody of their own group has answered. Another
    order lets the excerpt go that was held. An audit asks only for what this person has not answered in another order:
    they have seen the suggestion, so that their answer would not be blind.
    """
    check_order(order)
    with review.held.lock:
        # Two people who ask at once must not both be given the last place of an excerpt.
        view = _view(review, reviewer, now=now)
        # What they hold is given again, so that reloading the page does not show another excerpt.
        segment_id = review.held.by(view.reviewer, order, now=now)
        if segment_id is None or segment_id not in view.tables.row_of or not view.is_free(segment_id):
            segment_id = _first(review, view, order)
        if segment_id is not None:
            review.held.hold(view.reviewer, segment_id, order, now=now)
        return segment_id


def let_go(review: ReviewSession, reviewer: str) -> None:
    """Give back the place held for a person who stops, so that others may read that excerpt."""
    with review.held.lock:
        review.held.let_go(reviewer)


def ahead(review: ReviewSession, reviewer: str) -> Ahead:
    """Return how far a person is with the excerpts the study has now."""
    view = _view(review, reviewer, now=None)
    state, skipped = view.state, view.state.n_skipped(view.reviewer)
    return Ahead(state.n_done(view.reviewer) - skipped, skipped, state.n_left(view.reviewer))


def _view(review: ReviewSession, reviewer: str, *, now: datetime | None) -> _View:
    groups = review.read(groups_of)
    # Names are kept as they were first typed, and people type theirs as they like.
    name = next((name for name in groups if name.casefold() == reviewer.casefold()), None)
    if name is None:
        raise ReviewError(f"There is no reviewer {reviewer!r} in this study; add them with their group first.")
    # How far somebody is does not hang on who is reading just now.
    reading = review.held.others(name, now=now) if now else {}
    return _View(name, groups[name], review.coders, review.state(), review.last_run().tables, reading, groups)


def groups_of(store: Store) -> dict[str, str]:
    """Return the group of each reviewer."""
    return {row["name"]: row["reviewer_group"].casefold() for row in store.rows("reviewers")}


def _first(review: ReviewSession, view: _View, order: Drawn) -> str | None:
    """Return the first that is free and new to the person's group, or else the first that is free."""
    ranked = review.held.plans.get((view.reviewer, order), [])
    present = (segment_id for segment_id in ranked if segment_id in view.tables.row_of)
    first = next((each for each in present if view.is_free(each) and not view.has_own_group(each)), None)
    if first is None:
        codes = tuple(code.code for code in review.last_run().codebook.codes)
        ranked = _ranked(view, order, codes, fresh=True) or _ranked(view, order, codes, fresh=False)
        first = next(iter(ranked), None)
    # Ranking takes long where the study is large: the next excerpts are taken from this one for as long as any is left.
    review.held.plans[view.reviewer, order] = ranked
    return first


def _ranked(view: _View, order: Drawn, codes: tuple[str, ...], *, fresh: bool) -> list[str]:
    tables = view.tables
    if order == "uncertain":
        waiting = _waiting(view, tables.by_margin(codes, _SEED), fresh=fresh)
        return list(islice(_each_text_once(view, waiting), _AHEAD))
    if order == "rare codes first":
        return _for_rare_codes(view, codes, fresh=fresh)
    # Answer by answer, so that nobody meets the same answer cold again and again.
    pool = tables.shuffled(_SEED) if order == "random audit" else tables.in_turn
    return list(islice(_waiting(view, pool, fresh=fresh), _AHEAD))


def _waiting(view: _View, pool: Iterable[str], *, fresh: bool) -> Iterator[str]:
    # Most are closed or untouched, which is quickly told; the rest of the questions cost more, and come last.
    closed, own, begun, reading = view.closed, view.state.own(view.reviewer), view.state.begun.every, view.reading
    for segment_id in pool:
        if segment_id in closed:
            continue
        is_untouched = segment_id not in begun and segment_id not in reading and segment_id not in own
        if is_untouched or (view.is_free(segment_id) and not (fresh and view.has_own_group(segment_id))):
            yield segment_id


def _each_text_once(view: _View, waiting: Iterable[str]) -> Iterator[str]:
    """Yield one excerpt of each text that is not read yet: the same words twice would teach the coder nothing new.

    Where others have begun, it is theirs, so that their reading gets its second.
    """
    text_of, of_text, touched = view.tables.text_of, view.tables.of_text, view.touched
    met: set[str] = set()
    for segment_id in waiting:
        text_id = text_of[segment_id]
        if text_id in met:
            continue
        met.add(text_id)
        # The coder learns from texts: a second excerpt of the same words has nothing to add.
        if not any(view.is_read(other) for other in of_text[text_id]):
            begun = (other for other in of_text[text_id] if other in touched and view.is_free(other) and view.others(other))
            yield next(begun, segment_id)


def _for_rare_codes(view: _View, codes: tuple[str, ...], *, fresh: bool) -> list[str]:
    """Return what others began in this order, since what is rare changes with each answer, and then the likeliest for rare codes.

    Of each code only as many as are drawn can come into question, so that not every excerpt need be ranked.
    """
    tables, state = view.tables, view.state
    # Sorted, as a set has another order in each process.
    open_ = sorted(view.touched - view.closed)
    begun = [segment_id for segment_id in open_ if any(made.drawn == _RARE for made in state.now(segment_id))]
    first = list(_waiting(view, begun, fresh=fresh))
    met = {tables.text_of[segment_id] for segment_id in first}
    # The excerpts in their own order come last, for those that no code is likely for.
    pools = (_waiting(view, likeliest, fresh=fresh) for likeliest in (*tables.by_code(codes), tables.excerpts))
    ranked = (islice(_each_text_once(view, pool), _AHEAD) for pool in pools)
    by_text = {tables.text_of[segment_id]: segment_id for likeliest in ranked for segment_id in likeliest}
    pool = sorted(segment_id for text_id, segment_id in by_text.items() if text_id not in met)
    chances, thresholds = tables.chances(codes)
    chosen = next_to_review(
        chances[[tables.row_of[segment_id] for segment_id in pool]],
        thresholds,
        np.zeros(len(pool), dtype=bool),
        _RARE,
        n=_AHEAD,
        seed=_SEED,
        counts=np.array([state.n_given(code) for code in codes], dtype=int),
    )
    return [*first, *(pool[place] for place in chosen)][:_AHEAD]
