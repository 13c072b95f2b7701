"""Sums of figures in two releases: where parts were merged, split or drawn anew, they may tell what no single figure does."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from math import isnan

from pipeline.methods.disclosure.profiles import Profile
from pipeline.methods.disclosure.released import Released


Parts = Sequence[Released]


def tells_by_sums(now: Parts, earlier: Parts, wholes: Collection[frozenset[str]], profile: Profile) -> bool:
    """Say whether sums of one attribute's parts and of earlier parts would tell of a few people, or of a hidden figure.

    `wholes` are all whose number was set beside the earlier parts, true or not: what was hidden was hidden beside it.
    """
    if len(now) == 1 and now[0].people in wholes:
        return False
    return any(
        _tells(new, old, total_known=_is_known(new, now, wholes) and _is_known(old, parts, wholes), profile=profile)
        for parts in _partings(earlier)
        if _everybody(parts) & _everybody(now)
        for new, old in _matched(now, parts, profile)
        if len(new) + len(old) > 2
    )


def _is_known(some: Parts, parts: Parts, wholes: Collection[frozenset[str]]) -> bool:
    """Say whether the sum of the hidden ones follows from the total: several, all here, and nobody's part is unknown."""
    n_hidden = sum(isnan(figure.shown) for figure in parts)
    return n_hidden == 0 or (
        n_hidden > 1 and sum(isnan(figure.shown) for figure in some) == n_hidden and _everybody(parts) in wholes
    )


def _partings(earlier: Parts) -> Iterator[Parts]:
    """Yield the parts of each attribute as they were in the last release, in the one before, and so on."""
    versions: dict[str, dict[str, list[Released]]] = defaultdict(lambda: defaultdict(list))
    for figure in earlier:
        versions[figure.attribute][figure.part].append(figure)
    for parts in versions.values():
        for back in range(max(map(len, parts.values()))):
            yield [releases[max(len(releases) - 1 - back, 0)] for releases in parts.values()]


def _everybody(parts: Parts) -> frozenset[str]:
    return frozenset().union(*(figure.people for figure in parts))


def _matched(now: Parts, old: Parts, profile: Profile) -> Iterator[tuple[Parts, Parts]]:
    """Yield groups of new and old parts that count about the same people, none of them smaller than need be."""
    left = set(range(len(now)))
    while left:
        mine, theirs, grown = {min(left)}, set[int](), True
        while grown:
            before = len(mine) + len(theirs)
            theirs |= {place for place, figure in enumerate(old) if any(_share(now[new], figure, profile) for new in mine)}
            mine |= {place for place, figure in enumerate(now) if any(_share(figure, old[place], profile) for place in theirs)}
            grown = len(mine) + len(theirs) > before
        left -= mine
        yield [now[place] for place in sorted(mine)], [old[place] for place in sorted(theirs)]


def _share(figure: Released, other: Released, profile: Profile) -> bool:
    both = len(figure.people & other.people)
    return both >= profile.fewest or 2 * both > min(len(figure.people), len(other.people))


def _tells(new: Parts, old: Parts, *, total_known: bool, profile: Profile) -> bool:
    hidden_now, hidden_then = any(isnan(figure.shown) for figure in new), any(isnan(figure.shown) for figure in old)
    changed = len(_everybody(new) ^ _everybody(old)) + sum(figure.erased for figure in old)
    if not old or (hidden_now and hidden_then) or changed >= profile.fewest:
        return False
    return changed > 0 or ((hidden_now or hidden_then) and not total_known)
