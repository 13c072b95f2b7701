"""What people have said, kept in memory and brought up to date by reading only what was added to the store since."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from pipeline.decisions.decision import Decision
from pipeline.decisions.showings import SHOWING_CHANNELS
from pipeline.decisions.store import Store


@dataclass
class CountedSet:
    """Marked excerpts; with 50,000 of them, counting them for each page would take longer than the page."""

    every: set[str] = field(default_factory=set)
    n_here: int = 0
    """How many of them the study has now."""

    def put(self, segment_id: str, present: AbstractSet[str], *, belongs: bool) -> None:
        """Mark an excerpt, or take its mark away; `here` are those that the study has now."""
        if belongs == (segment_id in self.every):
            return
        self.every.add(segment_id) if belongs else self.every.discard(segment_id)
        # What a later run no longer has stays marked, and counts again if it comes back.
        self.n_here += (1 if belongs else -1) * (segment_id in present)

    def count(self, present: AbstractSet[str]) -> None:
        """Count anew after a run that may have brought other excerpts."""
        self.n_here = len(self.every & present)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a person has done in all: time was spent whether a decision stands or not."""

    skipped: int = 0
    not_blind: int = 0
    seconds: float = 0.0
    first: str = ""
    last: str = ""

    def with_one(self, made: Decision) -> "Tally":
        """Return the tally with one decision more."""
        return Tally(
            self.skipped + (made.outcome == "skip"),
            self.not_blind + (not made.blind),
            self.seconds + (made.seconds or 0.0),
            min(filter(None, (self.first, made.made_at))),
            max(self.last, made.made_at),
        )


@dataclass
class ReviewState:
    """Every decision by excerpt, as it stands and as it was given at first.

    An excerpt's *round* begins anew when it goes back into the queue: decisions made before are kept, and stand, but it is to
    be read again.
    """

    coders: int
    begun: CountedSet = field(default_factory=CountedSet)
    """Excerpts that somebody has answered in this round."""
    complete: CountedSet = field(default_factory=CountedSet)
    """Excerpts that as many people as are to read them have answered in this round."""
    differing: CountedSet = field(default_factory=CountedSet)
    """Excerpts that all have answered, blind answers differing or somebody not being sure."""
    _made: dict[str, list[Decision]] = field(default_factory=lambda: defaultdict(list))
    _numbered: dict[int, Decision] = field(default_factory=dict)
    _withdrawn: set[int] = field(default_factory=set)
    _reopened: dict[int, tuple[int, frozenset[str]]] = field(default_factory=dict)
    _rounds: dict[str, int] = field(default_factory=dict)
    _own: dict[str, dict[str, Decision]] = field(default_factory=lambda: defaultdict(dict))
    _readers: dict[str, frozenset[str]] = field(default_factory=dict)
    _here: frozenset[str] = frozenset()
    _done: dict[str, CountedSet] = field(default_factory=lambda: defaultdict(CountedSet))
    _skipped: dict[str, CountedSet] = field(default_factory=lambda: defaultdict(CountedSet))
    _ahead_of_others: dict[str, CountedSet] = field(default_factory=lambda: defaultdict(CountedSet))
    _given: Counter[str] = field(default_factory=Counter)
    # For each person and text, the last decision there was before they were last shown how the text is coded.
    _seen_texts: dict[tuple[str, str], int] = field(default_factory=dict)
    _tallies: dict[str, Tally] = field(default_factory=dict)
    _read_to: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def catch_up(self, store: Store, present: frozenset[str]) -> None:
        """Take in what was added to the store since the last time; `here` are the excerpts that the study has now."""
        # Another set of excerpts means that there was a run since.
        if present is not self._here:
            self._here = present
            by_person = (*self._done.values(), *self._skipped.values(), *self._ahead_of_others.values())
            for marks in (self.begun, self.complete, self.differing, *by_person):
                marks.count(present)
        # All of one moment: a withdrawal must not be read before the decision it is about.
        with store.snapshot():
            touched = {*self._take_decisions(store), *self._take_withdrawals(store), *self._take_reopenings(store)}
            self._take_showings(store)
        # Only these: with 50,000 excerpts, to judge all for each page would take longer than the page.
        for segment_id in touched:
            self._judge(segment_id)

    def decisions(self) -> Iterable[Decision]:
        """Return all decisions that were not withdrawn, in the order they were made."""
        # A copy first: another thread may be taking in a decision.
        return (made for made in list(self._numbered.values()) if made.decision_id not in self._withdrawn)

    @property
    def n_decisions(self) -> int:
        """How many decisions there are, withdrawn ones too."""
        return len(self._numbered)

    @property
    def stamp(self) -> tuple[tuple[str, int], ...]:
        """What tells that something was added to the store since."""
        return tuple(sorted(self._read_to.items()))

    def standing(self, segment_id: str) -> tuple[Decision, ...]:
        """Return the decision that stands of each person on an excerpt, in the order they were made."""
        return self._last(segment_id, lambda made: True)

    def now(self, segment_id: str) -> tuple[Decision, ...]:
        """Return each person's answer of this round, as it stands; skipping is none."""
        begun = self.round_of(segment_id)
        return tuple(made for made in self.standing(segment_id) if made.decision_id > begun and made.outcome != "skip")

    def blind(self, segment_id: str) -> tuple[Decision, ...]:
        """Return each person's last answer of this round given before they were shown how the text is coded."""
        begun = self.round_of(segment_id)
        return self._last(segment_id, lambda made: made.blind and made.decision_id > begun and made.outcome != "skip")

    def of(self, reviewer: str, segment_id: str) -> Decision | None:
        """Return what a person says of an excerpt as things stand."""
        return self._own.get(reviewer, {}).get(segment_id)

    def all_standing(self) -> list[Decision]:
        """Return what everybody says of all excerpts as things stand."""
        # Copies, since another thread may be taking in a decision.
        return [made for own in list(self._own.values()) for made in list(own.values())]

    def own(self, reviewer: str) -> Mapping[str, Decision]:
        """Return what a person says as things stand, by excerpt."""
        return self._own.get(reviewer, {})

    def n_done(self, reviewer: str) -> int:
        """Return how many of the study no longer wait for a person: answered in this round, or skipped at any time."""
        return self._of(self._done, reviewer).n_here

    def n_skipped(self, reviewer: str) -> int:
        """Return how many excerpts of the study a person skipped."""
        return self._of(self._skipped, reviewer).n_here

    def n_left(self, reviewer: str) -> int:
        """Return how many excerpts of the study still wait for a person, and have not been answered by enough others."""
        return len(self._here) - self.complete.n_here - self._of(self._ahead_of_others, reviewer).n_here

    def n_given_by(self, reviewer: str) -> int:
        """Return how many excerpts a person has answered as things stand, those gone from the study too; skipping is none."""
        return len(self.own(reviewer)) - len(self._of(self._skipped, reviewer).every)

    def n_given(self, code: str) -> int:
        """Return how many decisions that stand name a code."""
        return self._given[code]

    def tally(self, reviewer: str) -> Tally:
        """Return what a person has done in all, whether it stands or not."""
        return self._tallies.get(reviewer, Tally())

    def readers(self, segment_id: str) -> frozenset[str]:
        """Return who has answered an excerpt in this round."""
        return self._readers.get(segment_id, frozenset())

    def is_done(self, reviewer: str, segment_id: str) -> bool:
        """Return whether an excerpt no longer waits for a person."""
        return segment_id in self._of(self._done, reviewer).every

    def had_seen(self, reviewer: str, segment_id: str, text_id: str) -> bool:
        """Return whether a person's next answer is not blind: they have answered in this round, withdrawn or not, or were shown.

        The suggestion is one of the text. Who was shown it on another excerpt that says the same has seen it.
        """
        begun = self.round_of(segment_id)
        made = self._made.get(segment_id, ())
        own = (decision for decision in made if decision.reviewer == reviewer and decision.outcome != "skip")
        # Withdrawn ones count, too: what was seen after them cannot be unseen.
        answered = any(decision.decision_id > begun for decision in own)
        return answered or self._seen_texts.get((reviewer, text_id), -1) >= begun

    def had_seen_text(self, reviewer: str, text_id: str, segments: Iterable[str]) -> bool:
        """Return whether a person was shown how a text is coded since any of the excerpts that say it was put into the queue."""
        begun = max(map(self.round_of, segments), default=0) if self._rounds else 0
        return self._seen_texts.get((reviewer, text_id), -1) >= begun

    def round_of(self, segment_id: str) -> int:
        """Return the number of the last decision before an excerpt's round began, or 0."""
        return self._rounds.get(segment_id, 0)

    def _last(self, segment_id: str, counts: Callable[[Decision], bool]) -> tuple[Decision, ...]:
        last: dict[str, Decision] = {}
        for made in self._made.get(segment_id, ()):
            if made.decision_id not in self._withdrawn and counts(made):
                last[made.reviewer] = made
        return tuple(sorted(last.values(), key=lambda made: made.decision_id))

    def _take_decisions(self, store: Store) -> Iterable[str]:
        for made in store.decisions_after(self._read_to["decisions"]):
            self._made[made.segment_id].append(made)
            self._numbered[made.decision_id] = made
            # Of all that was ever made: whoever took an answer back has worked for it all the same.
            self._tallies[made.reviewer] = self.tally(made.reviewer).with_one(made)
            self._read_to["decisions"] = made.decision_id
            # The page shows the suggestion as soon as they have answered.
            if made.outcome != "skip" and made.channel in SHOWING_CHANNELS:
                self._see(made.reviewer, made.text_id, made.decision_id - 1)
            yield made.segment_id

    def _take_showings(self, store: Store) -> None:
        for row in store.rows("showings", after=self._read_to["showings"]):
            self._read_to["showings"] = row["showing_id"]
            self._see(row["reviewer"], row["text_id"], row["up_to"])

    def _see(self, reviewer: str, text_id: str, up_to: int) -> None:
        self._seen_texts[reviewer, text_id] = max(up_to, self._seen_texts.get((reviewer, text_id), 0))

    def _take_withdrawals(self, store: Store) -> Iterable[str]:
        for row in store.rows("withdrawals", after=self._read_to["withdrawals"]):
            self._read_to["withdrawals"] = row["withdrawal_id"]
            # The others withdraw an edit of themes.
            if row["decision_id"] is not None:
                self._withdrawn.add(row["decision_id"])
                yield self._numbered[row["decision_id"]].segment_id

    def _take_reopenings(self, store: Store) -> Iterable[str]:
        added = store.rows("reopenings", after=self._read_to["reopenings"])
        for row in added:
            self._read_to["reopenings"] = row["reopening_id"]
            self._reopened[row["code_outcome_id"]] = (row["up_to"], frozenset(json.loads(row["segments"])))
        gone: set[str] = set()
        for row in store.rows("retractions", after=self._read_to["retractions"]):
            self._read_to["retractions"] = row["retraction_id"]
            # Of what can be retracted only the outcome of a proposal has put excerpts back into the queue.
            if row["subject"] == "code outcome" and row["number"] in self._reopened:
                gone |= self._reopened.pop(row["number"])[1]
        outcomes = (row["code_outcome_id"] for row in added)
        touched = gone.union(*(self._reopened[outcome][1] for outcome in outcomes if outcome in self._reopened))
        if touched:
            # All of them anew: where one reopening is taken back, an earlier one may count again.
            self._rounds = {}
            for up_to, segments in self._reopened.values():
                self._rounds |= {each: max(up_to, self._rounds.get(each, 0)) for each in segments}
        return touched

    def _judge(self, segment_id: str) -> None:
        """Bring all that is kept about an excerpt up to what people say of it now."""
        standing, begun = {made.reviewer: made for made in self.standing(segment_id)}, self.round_of(segment_id)
        readers = frozenset(made.reviewer for made in standing.values() if made.decision_id > begun and made.outcome != "skip")
        # Skipping is no reading, so that an excerpt somebody skipped still waits for another.
        complete = len(readers) >= self.coders
        # Those whose answers were all withdrawn, too: what is counted of them goes down.
        for reviewer in {made.reviewer for made in self._made[segment_id]}:
            self._judge_own(segment_id, reviewer, standing.get(reviewer), begun=begun, complete=complete)
        self._readers[segment_id] = readers
        # Not what stands now: once people have seen each other's answers, that they agree says nothing.
        blind = self.blind(segment_id)
        unsure = any(made.outcome == "not sure" for made in blind)
        differ = unsure or len({(made.outcome, frozenset(made.codes)) for made in blind}) > 1
        self.begun.put(segment_id, self._here, belongs=bool(readers))
        self.complete.put(segment_id, self._here, belongs=complete)
        self.differing.put(segment_id, self._here, belongs=complete and differ)

    def _judge_own(self, segment_id: str, reviewer: str, own: Decision | None, *, begun: int, complete: bool) -> None:
        skipped = own is not None and own.outcome == "skip"
        done = skipped or (own is not None and own.decision_id > begun)
        self._skipped[reviewer].put(segment_id, self._here, belongs=skipped)
        self._done[reviewer].put(segment_id, self._here, belongs=done)
        self._ahead_of_others[reviewer].put(segment_id, self._here, belongs=done and not complete)
        before = self._own[reviewer].pop(segment_id, None)
        self._given.subtract(before.codes if before else ())
        if own is not None:
            self._own[reviewer][segment_id] = own
            self._given.update(own.codes)

    @staticmethod
    def _of(kept: dict[str, CountedSet], reviewer: str) -> CountedSet:
        return kept.get(reviewer) or CountedSet()
