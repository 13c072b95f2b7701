"""A new release beside earlier ones by other groups: what of it must be hidden so that both together give nothing away."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan, nan

import numpy as np

from pipeline.methods.disclosure.joint_releases import JointRelease, Thing, classes_of_sets, count_of
from pipeline.methods.disclosure.linked_tables import MOST_CLASSES
from pipeline.methods.disclosure.profiles import MOST_SLACK, PROFILES, Bools, Floats, Profile
from pipeline.methods.disclosure.released import Released
from pipeline.workflow.linked_figures import (
    asked_of,
    closed_shares,
    counted_beside,
    counted_things,
    is_read,
    linked_figures,
    share_base,
)
from pipeline.workflow.people_behind_figures import EVERYONE_PART, THEMES, Key, thing_and_part
from pipeline.workflow.stages.respond import NOT_STATED


_ROUNDED = frozenset(profile.fewest for profile in PROFILES.values() if profile.round_to > 1)
People = frozenset[str]


@dataclass(frozen=True)
class Behind:
    """Who stands behind the figures of the study now."""

    people: Mapping[Key, People]
    """Who is counted in each figure, by item and part."""
    parts: Mapping[str, People]
    """The people of each level of every attribute."""

    def of(self, thing: Thing) -> People:
        """Return everybody whom a thing counts."""
        item, theme = thing
        return self.people.get((item, f"{theme}|{EVERYONE_PART}" if theme else EVERYONE_PART), frozenset())

    @cached_property
    def things(self) -> frozenset[Thing]:
        """Everything that is counted in people and by groups."""
        keys = map(thing_and_part, self.people)
        return frozenset(counted_things({thing for thing, part in keys if part == EVERYONE_PART}))

    def single(self) -> set[str]:
        """Return the closed questions of which each person chose one option."""
        shares = closed_shares(self.things).items()
        return {
            question
            for question, options in shares
            if sum(len(self.of(o)) for o in options) == len(self.of(share_base(question)))
        }


def telling_beside_earlier(
    figures: Sequence[Released], shown: Sequence[Released], earlier: Sequence[Released], behind: Behind, profile: Profile
) -> tuple[set[Key], tuple[str, ...]]:
    """Return which figures would, beside earlier ones, let a hidden one be worked out, and attributes too many to look at.

    `figures` are those of the new release by themselves, `shown` what is to be shown of each beside earlier figures of the same
    people. What is hidden is protected from a reader of the new release and of all earlier ones, who knows how large groups and
    their overlaps are. Earlier figures of nearly the same people are taken to be of the people now there.
    """
    sides = _Sides(behind, earlier, profile)
    unchanged = all(_same(now.shown, alone.shown) for now, alone in zip(shown, figures, strict=True))
    borrowed = {(figure.item, figure.part) for figure, now in zip(figures, shown, strict=True) if sides.is_of_others(figure, now)}
    shown = [
        replace(figure, shown=nan if (figure.item, figure.part) in borrowed else now.shown)
        for figure, now in zip(figures, shown, strict=True)
    ]
    if unchanged and not sides.tell_more(shown):
        return set(), ()
    left_out = sides.leave_out([figure.attribute for figure in figures])
    # What is withheld although it may be shown by itself is so since what was shown before no longer holds.
    overruled = {
        thing_and_part((figure.item, figure.part))
        for figure, now in zip(figures, shown, strict=True)
        if isnan(now.shown) and not isnan(figure.shown)
    }
    release = sides.together(shown, overruled, left_out)
    for linked in linked_figures(behind.things, behind.single()):
        release.protect(linked, profile)
    return {*sides.withheld(shown, release, left_out), *borrowed}, left_out


def _same(first: float, second: float) -> bool:
    return first == second or (isnan(first) and isnan(second))


class _Sides:
    """Earlier figures as figures of the people now there."""

    def __init__(self, behind: Behind, earlier: Sequence[Released], profile: Profile) -> None:
        self.behind, self.profile = behind, profile
        self.things = behind.things
        self.sets = dict(behind.parts)
        """People of each part, now and as it was where that is different."""
        self.before: dict[tuple[Thing, str], tuple[bool, bool]] = {}
        """Whether a thing was shown in a part, and without rounding."""
        versions, themes = _versions(earlier), self._themes_now(earlier)
        everybody = frozenset().union(*(release.people for release in earlier))
        for release in earlier:
            (item, theme), part = thing_and_part((release.item, release.part))
            thing = (item, themes.get(theme, "") if item == THEMES else theme)
            name = self._name_now(release, thing, part, versions, everybody) if thing in self.things else None
            # What was never true says nothing of the people it is said to be about.
            if name is not None and not release.is_false(MOST_SLACK):
                was_shown, exact = self.before.get((thing, name), (False, False))
                is_shown = not isnan(release.shown)
                exact |= is_shown and release.fewest not in _ROUNDED
                self.before[thing, name] = was_shown or is_shown, exact
        # Attributes of which nothing was ever shown, as too many that cross, say nothing.
        shown_attributes = {_attribute(name) for (_, name), (was_shown, _) in self.before.items() if was_shown}
        self.before = {place: state for place, state in self.before.items() if _attribute(place[1]) in shown_attributes}

    def _themes_now(self, earlier: Iterable[Released]) -> dict[str, str]:
        """Return which theme each earlier one is now, by its people: its id changes with its words."""
        now = {theme: self.behind.of((item, theme)) for item, theme in self.things if item == THEMES}
        then: dict[str, set[str]] = {}
        for release in earlier:
            if release.item == THEMES:
                then.setdefault(thing_and_part((release.item, release.part))[0][1], set()).update(release.people)
        near = {}
        for theme, people in then.items():
            if theme in now:
                near[theme] = theme
                continue
            best = min(now, key=lambda other: len(now[other] ^ people), default="")
            if best and len(now[best] ^ people) < self.profile.fewest:
                near[theme] = best
        return near

    def _name_now(
        self, release: Released, thing: Thing, part: str, versions: Mapping[str, list[People]], everybody: People
    ) -> str | None:
        """Return the part, as it is now or as it was, in which a figure counts nearly the same people as then."""
        counted = self.behind.of(thing)
        names = [name for name in (part, *(f"{part} ({n})" for n in range(len(versions[part])))) if name in self.sets]
        for name in names:
            if self._is_near(release, counted & self.sets[name]):
                return name
        for n, people in enumerate(versions[part]):
            name = f"{part} ({n})"
            if name not in self.sets and self._is_near(release, counted & people):
                present = self._present(people & self.sets[EVERYONE_PART], everybody)
                self.sets[name] = present
                return name
        return None

    def _is_near(self, release: Released, now: People) -> bool:
        return len(release.people ^ now) + release.erased < self.profile.fewest

    def _present(self, people: People, everybody: People) -> People:
        """Return a part as it is now if that differs by no more than a few of those who were there, and else as it was."""
        for now in self.sets.values():
            if len((now ^ people) & everybody) < self.profile.fewest:
                return now
        return people

    def is_of_others(self, figure: Released, shown: Released) -> bool:
        """Say whether what is shown again is of another group, so that it would bound how many people the two differ by."""
        parts = [thing_and_part((release.item, release.part))[1] for release in (figure, shown)]
        people, others = (self.sets.get(part) for part in parts)
        return not isnan(shown.shown) and people is not None and others is not None and people != others

    def tell_more(self, shown: Sequence[Released]) -> bool:
        """Say whether anything was shown before that is not shown now."""
        now = {thing_and_part((figure.item, figure.part)) for figure in shown if not isnan(figure.shown)}
        return any(was_shown and place not in now for place, (was_shown, _) in self.before.items())

    def leave_out(self, attributes: Iterable[str]) -> tuple[str, ...]:
        """Return attributes that were not released before and with which people would be of too many classes.

        Where those released before are too many by themselves, those that are not compared now are not looked at again.
        """
        compared = tuple(dict.fromkeys(attributes))
        names = {name for _, name in self.before}
        before = {_attribute(name) for name in names}
        if self._n_classes(names) > MOST_CLASSES:
            self.before = {place: state for place, state in self.before.items() if _attribute(place[1]) in compared}
            return tuple(attribute for attribute in compared if attribute not in before)
        out = []
        for attribute in compared:
            wider = names | {part for part in self.behind.parts if _attribute(part) == attribute}
            if attribute not in before and self._n_classes(wider) > MOST_CLASSES:
                out.append(attribute)
            else:
                names = wider
        return tuple(out)

    def _n_classes(self, names: Iterable[str]) -> int:
        sets = dict.fromkeys(self.sets[name] for name in (EVERYONE_PART, *names))
        return int(classes_of_sets(list(sets))[0].shape[1])

    def together(
        self, shown: Sequence[Released], overruled: Collection[tuple[Thing, str]], left_out: Sequence[str]
    ) -> JointRelease:
        """Return all releases as one; what was shown of those that are overruled says nothing of them now."""
        places = [
            (*thing_and_part((figure.item, figure.part)), not isnan(figure.shown))
            for figure in shown
            if figure.attribute not in left_out
        ]
        names = [EVERYONE_PART, *dict.fromkeys(part for _, part in self.before), *dict.fromkeys(part for _, part, _ in places)]
        self.names = {name: place for place, name in enumerate(dict.fromkeys(n for n in names if n in self.sets))}
        parts, class_of = classes_of_sets([self.sets[name] for name in self.names])
        n_figures, n_classes = parts.shape
        nothing = np.zeros(n_figures, dtype=bool)
        flags: list[dict[Thing, Bools]] = [{thing: nothing.copy() for thing in self.things} for _ in range(4)]
        earlier, exact, now, protected = flags
        for (thing, name), (was_shown, is_exact) in self.before.items():
            place = self.names[name]
            earlier[thing][place], exact[thing][place], protected[thing][place] = was_shown, is_exact, True
        for thing, name, is_shown in places:
            if thing in self.things and name in self.names:
                now[thing][self.names[name]] |= is_shown
                protected[thing][self.names[name]] = True
        for thing, name in overruled:
            if thing in self.things and name in self.names:
                earlier[thing][self.names[name]] = False
        counts = {thing: count_of(self.behind.of(thing) & class_of.keys(), class_of, n_classes) for thing in self.things}
        sizes = np.bincount(list(class_of.values()), minlength=n_classes).astype(float)
        asked = asked_of(self.things)
        most = {thing: counts[asked[thing]] if thing in asked else sizes for thing in self.things}
        self._protect_unknown(protected, parts, counts)
        return JointRelease(parts, counts, most, earlier, exact, now, protected)

    def _protect_unknown(self, protected: Mapping[Thing, Bools], parts: Bools, counts: Mapping[Thing, Floats]) -> None:
        """Protect figures of people whose level is not known; of how many answered only where they are few."""
        unknown = [place for name, place in self.names.items() if name.endswith(f"|{NOT_STATED}")]
        for thing in self.things:
            for place in unknown:
                few = counts[thing] @ parts[place] < self.profile.fewest
                protected[thing][place] = few or not is_read(thing)

    def withheld(self, shown: Sequence[Released], release: JointRelease, left_out: Sequence[str]) -> Iterable[Key]:
        """Yield the figures that must not be shown after all; those of a mean go with the number of its people."""
        for figure in shown:
            thing, part = thing_and_part((figure.item, figure.part))
            thing = counted_beside(thing)
            if isnan(figure.shown) or thing not in self.things:
                continue
            if figure.attribute in left_out or not (
                release.now[thing][self.names[part]] or release.earlier[thing][self.names[part]]
            ):
                yield figure.item, figure.part


def _attribute(part: str) -> str:
    return part.rpartition("|")[0]


def _versions(earlier: Sequence[Released]) -> dict[str, list[People]]:
    """Return who was in each part in the last release, in the one before, and so on."""
    rows: dict[str, dict[Thing, list[People]]] = {}
    for release in earlier:
        thing, part = thing_and_part((release.item, release.part))
        rows.setdefault(part, {}).setdefault(thing, []).append(release.people)
    versions = {}
    for part, things in rows.items():
        backs = range(max(map(len, things.values())))
        unions = [frozenset().union(*(people[max(len(people) - 1 - back, 0)] for people in things.values())) for back in backs]
        versions[part] = list(dict.fromkeys(unions))
    return versions
