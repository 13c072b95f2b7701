"""Counts of one base, such as the answers to a closed question or the people of a theme: what to hide, by any group."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.methods.disclosure.cells import EVERYONE
from pipeline.methods.disclosure.linked_tables import Classes, LinkedBlock, Relation, classes_of, hide_linked, shown_of_everyone
from pipeline.methods.disclosure.profiles import Bools, Floats, Profile, nearly_all


def classes_by(levels: Mapping[str, "pd.Categorical"], n_persons: int) -> Classes:
    """Return the classes of people from the level of each person in each attribute."""
    return classes_of(
        {group: column.codes.astype(np.intp) for group, column in levels.items() if group != EVERYONE},
        {group: [str(level) for level in column.categories] for group, column in levels.items() if group != EVERYONE},
        n_persons,
        EVERYONE,
    )


def hide_bases(classes: Classes, base: Floats, profile: Profile) -> Bools:
    """Return which numbers of people, who are in a base of (n_classes,), to hide by figure, (n_figures,).

    No table has everyone's, so nothing is given away in any case.
    """
    hidden = _few(classes, base[None], profile)
    everyone = np.zeros_like(hidden)
    everyone[:, 0] = True
    block = LinkedBlock(
        classes.parts, base[None], _sizes(classes)[None], hidden | everyone, np.zeros_like(hidden), (), {}, free=everyone
    )
    gone = hide_linked(block, profile)[0]
    gone[0] = hidden[0, 0]
    return np.asarray(gone)


def hide_means(classes: Classes, base: Floats, profile: Profile) -> Bools:
    """Return which means of people, who are in a base of (n_classes,), to hide with their number, (n_figures,).

    Where everybody answered, a reader who knows how large the groups are knows each number. So that a hidden mean does not
    follow from the others, numbers are first hidden from one who does not know that, and to whom nothing is rounded: means are
    not rounded as numbers are.
    """
    few = _few(classes, base[None], profile)
    gone = _hide_bases(classes, base, np.full_like(base, base.sum()), few, replace(profile, round_to=1))
    return _hide_bases(classes, base, _sizes(classes), few | gone, profile)


def _hide_bases(classes: Classes, base: Floats, most: Floats, hidden: Bools, profile: Profile) -> Bools:
    everyone = shown_of_everyone(hidden)
    block = LinkedBlock(classes.parts, base[None], most[None], hidden, everyone, (), {}, always=[((0,), everyone)])
    return np.asarray(hide_linked(block, profile)[0])


def hide_choices(classes: Classes, base: Floats, chosen: Floats, profile: Profile, *, single: bool) -> Bools:
    """Return which figures of a question to hide, (1 + n_options, n_figures): its base, then each option.

    `chosen`, (n_options, n_classes), adds up to the base where `single`, and else is no less than it.
    """
    if len(chosen) == 1:
        # Everybody who answered chose the same, so how many answered is how many chose it.
        return np.ones((2, len(classes.names)), dtype=bool)
    options = range(1, len(chosen) + 1)
    counts = np.vstack([base[None], chosen])
    hidden = _few(classes, counts, profile)
    hidden[1:] |= nearly_all(_figures(classes, chosen), _figures(classes, base[None])) | hidden[:1]
    relations: list[Relation] = [{option: 1.0, 0: -1.0} for option in options]
    relations.append({0: 1.0, **dict.fromkeys(options, -1.0)})
    if single:
        relations.append({0: -1.0, **dict.fromkeys(options, 1.0)})
    most = np.repeat(_sizes(classes)[None], len(counts), axis=0)
    always = shown_of_everyone(hidden)
    always[1:] = False
    block = LinkedBlock(
        classes.parts, counts, most, hidden, always, relations, dict.fromkeys(options, 0), always=[((0,), always)]
    )
    while True:
        gone = hide_linked(block, profile)
        # An option is not shown without its base, and so it, too, must not follow from what is.
        without_base = gone | np.vstack([np.zeros_like(gone[:1]), np.repeat(gone[:1], len(chosen), axis=0)])
        if (without_base == gone).all():
            return gone
        block.hidden = without_base


def hide_themes(classes: Classes, base: Floats, counts: Floats, no_base: Bools, profile: Profile) -> Bools:
    """Return which numbers of people of each theme to hide, (n_themes, n_figures), from those by class; everyone's goes last."""
    few = _few(classes, counts, profile)
    gone = few | nearly_all(_figures(classes, counts), _figures(classes, base[None])) | no_base
    gone[:, 0] = few[:, 0]
    if not len(counts):
        return gone
    themes, everyone = range(1, len(counts) + 1), np.arange(len(no_base)) == 0
    block = LinkedBlock(
        classes.parts,
        np.vstack([base, counts]),
        np.repeat(_sizes(classes)[None], len(counts) + 1, axis=0),
        np.vstack([no_base | everyone, gone]),
        np.vstack([np.ones_like(no_base), *np.zeros_like(gone)]),
        [{theme: 1.0, 0: -1.0} for theme in themes],
        {},
        free=np.vstack([everyone, *np.zeros_like(gone)]),
        topics=np.arange(len(counts) + 1),
    )
    return hide_linked(block, profile)[1:]


def _few(classes: Classes, counts: Floats, profile: Profile) -> Bools:
    return np.asarray((_figures(classes, counts) < profile.fewest) | classes.unknown())


def _figures(classes: Classes, counts: Floats) -> Floats:
    return np.asarray(counts @ classes.parts.T.astype(float))


def _sizes(classes: Classes) -> Floats:
    return np.bincount(classes.of, minlength=classes.parts.shape[1]).astype(float)
