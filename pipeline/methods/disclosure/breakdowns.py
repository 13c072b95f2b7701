"""A count of people broken down by groups: what to hide so that no hidden part can be worked out from the rest."""

from dataclasses import dataclass

import numpy as np

from pipeline.methods.disclosure.profiles import Bools, Ends, Floats, Profile, ends_if_shown, nearly_all, too_narrow


# The reader is taken to know figures better than rounding lets them, so that other figures may give a little away: with the
# rounding itself (1.0), an attack by linear program narrowed 1 of 32,874 hidden figures to one number too few.
_SURE = 0.9
_ANY = 1e9


@dataclass(frozen=True)
class Breakdown:
    """A number of people, and its parts by each attribute; the last part of each is the people whose value is not known."""

    total: float
    parts: tuple[Floats, ...]


@dataclass(frozen=True)
class Hidden:
    """What must not be shown of a breakdown; the last part of each attribute never is."""

    total: bool
    parts: tuple[Bools, ...]
    most: tuple[Floats, ...]
    """The most that each part can be, for all that a reader can tell."""
    rest: tuple[float, ...]
    """The most that all hidden parts of an attribute can be together."""


def hide(counts: Breakdown, profile: Profile, *, of: tuple[Breakdown, Hidden] | None = None, keep_total: bool = False) -> Hidden:
    """Return what to hide of a breakdown; with `of`, the people it counts are some of those another breakdown counts.

    Hidden are counts below the threshold, counts of nearly everybody in a base, and then the smallest others until each
    hidden count, for all that its reader can tell, may be as many different numbers as the threshold is high. With
    `keep_total` the total is hidden only where it is below the threshold: for a total that other places show.
    """
    task = _Task(counts, profile, of)
    if keep_total:
        task.keep_total()
    while task.narrowed():
        pass
    return Hidden(task.total_hidden, tuple(task.hidden), task.most(), task.rest())


class _Task:
    """One breakdown while it is decided what to hide."""

    def __init__(self, counts: Breakdown, profile: Profile, of: tuple[Breakdown, Hidden] | None) -> None:
        self.counts, self.profile, self.kept = counts, profile, False
        places = range(len(counts.parts))
        self.total_hidden = bool(_must_hide(np.array(counts.total), of and np.array(of[0].total), profile)[()])
        self.hidden = [_must_hide(counts.parts[place], of and of[0].parts[place], profile) for place in places]
        self.limits = [np.full(len(parts), _ANY) for parts in counts.parts] if of is None else list(of[1].most)
        self.base_gone = [np.zeros(len(parts), dtype=bool) for parts in counts.parts] if of is None else list(of[1].parts)
        self.base_rest = [_ANY for _ in counts.parts] if of is None else list(of[1].rest)
        for place, hidden in enumerate(self.hidden):
            hidden |= self.base_gone[place]
            hidden[-1] = True
            if of is None and not counts.parts[place][-1]:
                self.limits[place][-1] = 0.0

    def keep_total(self) -> None:
        """Hide the total only where it is small."""
        self.kept = True
        self.total_hidden = bool(self.counts.total < self.profile.fewest)

    def narrowed(self) -> bool:
        """Hide one more figure if a hidden one can be narrowed down too far; say whether one was."""
        total = self._total()
        for place, limit in enumerate(self.limits):
            low, high = self._ends(place, total)
            narrow = too_narrow(low, high, self.profile) & self.hidden[place] & (limit > 0)
            if narrow.any() and (self._hide_next(place) or self._hide_total()):
                return True
        if not self.total_hidden or not self.limits or not too_narrow(np.array(total[0]), np.array(total[1]), self.profile)[()]:
            return False
        return any(self._hide_next(place) for place in np.argsort([self._room(place) for place in range(len(self.limits))]))

    def most(self) -> tuple[Floats, ...]:
        """Return the most that each part can be: what is shown and its rounding, or else what the total leaves."""
        total, found = self._total(), []
        for place, parts in enumerate(self.counts.parts):
            shown = ends_if_shown(parts, self.profile)[1]
            found.append(np.where(self.hidden[place], self._ends(place, total)[1], shown))
        return tuple(found)

    def rest(self) -> tuple[float, ...]:
        """Return the most that all hidden parts of each attribute can be together."""
        total = self._total()
        lowest = (ends_if_shown(parts, self.profile, sure=_SURE)[0] for parts in self.counts.parts)
        return tuple(max(total[1] - float(low[~hidden].sum()), 0.0) for low, hidden in zip(lowest, self.hidden, strict=True))

    def _room(self, place: int) -> float:
        """Return the most that the hidden parts of an attribute can be together, by what is known of their bases."""
        hidden, gone, limit = self.hidden[place], self.base_gone[place], self.limits[place]
        return float(limit[hidden & ~gone].sum()) + min(float(limit[hidden & gone].sum()), self.base_rest[place])

    def _total(self) -> tuple[float, float]:
        """Return the ends of the total: what is shown of it, and what the parts of each attribute add up to."""
        low, high = 0.0, _ANY
        if not self.total_hidden:
            low, high = (float(end) for end in ends_if_shown(np.array(self.counts.total), self.profile, sure=_SURE))
        for place, parts in enumerate(self.counts.parts):
            least, most = ends_if_shown(parts, self.profile, sure=_SURE)
            shown = ~self.hidden[place]
            low, high = max(low, float(least[shown].sum())), min(high, float(most[shown].sum()) + self._room(place))
        return low, high

    def _ends(self, place: int, total: tuple[float, float]) -> Ends:
        """Return what each part may be if it is hidden, given the total and the other parts."""
        hidden, limit, gone = self.hidden[place], self.limits[place], self.base_gone[place]
        low, high = ends_if_shown(self.counts.parts[place], self.profile, sure=_SURE)
        rest_low, rest_high = total[0] - high[~hidden].sum(), total[1] - low[~hidden].sum()
        known, unknown = np.where(hidden & ~gone, limit, 0), np.where(hidden & gone, limit, 0)
        others = known.sum() - known + np.minimum(unknown.sum() - unknown, self.base_rest[place])
        return np.maximum(0.0, rest_low - others), np.minimum(limit, max(float(rest_high), 0.0))

    def _hide_next(self, place: int) -> bool:
        """Hide the smallest part that is still shown."""
        shown = np.flatnonzero(~self.hidden[place])
        if not len(shown):
            return False
        self.hidden[place][shown[np.argmin(self.counts.parts[place][shown])]] = True
        return True

    def _hide_total(self) -> bool:
        if self.kept or self.total_hidden:
            return False
        self.total_hidden = True
        return True


def _must_hide(counts: Floats, base: Floats | None, profile: Profile) -> Bools:
    few = counts < profile.fewest
    return np.asarray(few if base is None else few | nearly_all(counts, base))
