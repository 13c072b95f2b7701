"""Two releases side by side: a figure that a few people more or less would tell apart is given as it was before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from math import isnan, nan

from pipeline.methods.disclosure.profiles import MOST_SLACK, Profile
from pipeline.methods.disclosure.released import Released
from pipeline.methods.disclosure.sums import tells_by_sums


__all__ = ["Released", "against_earlier"]


def against_earlier(
    now: Sequence[Released], earlier: Iterable[Released], profile: Profile, same_people: Collection[tuple[str, str]] = frozenset()
) -> list[Released]:
    """Return, for each figure, itself or the earlier release that is to be shown again in its place.

    Where an earlier figure of the same thing counts all but a few of the same people, the difference between the two would
    be a figure about those few. The earlier figure is shown again then, whatever the part was called, or nothing again; but
    nothing where the earlier one is off by more than the profile's tolerance now.
    `same_people` are figures, by item and part, that are counted out of the very people of an earlier release. There nobody came
    or left who could be told by it: an earlier figure that people have overruled since is not shown again, however near it is.
    Where parts were merged, split or drawn anew, sums of figures are compared as well; if two sums would tell of a few people or
    of a hidden figure, none of the new parts is shown.
    """
    releases_of: dict[str, list[Released]] = defaultdict(list)
    for release in earlier:
        releases_of[release.item].append(release)
    # What was never true tells nothing of the people that it is said to be about.
    counted = {figure.item for figure in now if figure.counts_people}
    true = {
        item: [release for release in releases if not (item in counted and release.is_false(MOST_SLACK))]
        for item, releases in releases_of.items()
    }
    wholes = {item: {release.people for release in releases} for item, releases in releases_of.items()}
    shown = [
        _beside(figure, releases_of[figure.item], profile, exact=(figure.item, figure.part) in same_people) for figure in now
    ]
    mine: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, figure in enumerate(now):
        mine[figure.item, figure.attribute].append(place)
    for (item, _), places in mine.items():
        # What others add up to would tell a figure that no longer holds and is withheld.
        withheld = any(shown[place] is not now[place] and _is_withheld(shown[place], now[place]) for place in places)
        # Figures that are shown again tell nothing new by themselves; hiding the others hides what sums would tell.
        if any(shown[place] is now[place] for place in places) and (
            (withheld and len(places) > 1)
            or tells_by_sums([shown[place] for place in places], true.get(item, []), wholes.get(item, set()), profile)
        ):
            for place in places:
                shown[place] = replace(now[place], shown=nan) if shown[place] is now[place] else shown[place]
    return shown


def _is_withheld(shown: Released, figure: Released) -> bool:
    """Say whether nothing is shown because an earlier figure no longer holds, and not because nothing was shown before."""
    return isnan(shown.shown) and shown.people is figure.people and not isnan(figure.shown)


def _beside(figure: Released, earlier: list[Released], profile: Profile, *, exact: bool) -> Released:
    near = [release for release in earlier if abs(len(release.people) - len(figure.people)) < profile.fewest]
    # Sets are compared only where their sizes allow it: they differ by no fewer people than their sizes do.
    close = [release for release in near if release.differs_by(figure) < profile.fewest]
    same = [release for release in close if release.part == figure.part]
    others = [release for release in close if not isnan(release.shown)]
    if same:
        stricter_now = isnan(figure.shown) and profile.fewest > same[-1].fewest
        return figure if stricter_now else _again(same[-1], figure, profile, exact=exact)
    # Most of the same people under another name, and hidden then: shown now, they would be shown after all.
    hidden = [
        release
        for release in close
        if isnan(release.shown) and 2 * len(release.people & figure.people) > max(len(release.people), len(figure.people))
    ]
    return (
        figure if isnan(figure.shown) or not (hidden or others) else _again([*hidden, *others][-1], figure, profile, exact=exact)
    )


def _again(earlier: Released, figure: Released, profile: Profile, *, exact: bool) -> Released:
    """Return an earlier figure to be shown again, nothing where it no longer holds, or the new one where it may be shown."""
    if isnan(earlier.shown):
        return earlier
    moved = abs(earlier.shown - figure.now) * figure.people_a_unit
    if moved >= profile.fewest + MOST_SLACK:
        # So many people are counted otherwise that the new figure says nothing of a few, as where a question was changed.
        return figure
    overruled = exact and figure.counts_people and earlier.people != figure.people and earlier.is_off_by(figure) > profile.slack
    if overruled or earlier.is_off_by(figure) > profile.tolerance or (figure.counts_people and earlier.is_false(MOST_SLACK)):
        return replace(figure, shown=nan)
    return earlier
