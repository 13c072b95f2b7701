"""Counts in a table of groups by answers that adds up both ways: what to hide, checked by linear programming."""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from pipeline.methods.disclosure.linear_program import LinearProgram
from pipeline.methods.disclosure.profiles import Bools, Floats, Profile, ends_if_shown, too_narrow


_SURE = 1.0


def hide_crossing(counts: Floats, profile: Profile, *, unknown: bool, hidden: Bools | None = None) -> Bools:
    """Return which cells of a table to hide, sums included: bool (n_rows + 1, n_columns + 1).

    `counts` holds people by row and column, float (n_rows, n_columns), without sums; with `unknown`, the last row holds
    people whose group is not known, and is never shown. Rows and columns with a single hidden cell are mended first; then
    a linear program asks of each hidden cell how far its reader can narrow it down, until none is left that is too narrow.
    """
    whole = _with_sums(counts)
    gone = (whole < profile.fewest) if hidden is None else hidden | (whole < profile.fewest)
    if unknown:
        gone[-2] = True
    possible = _possible(whole, unknown=unknown)
    while True:
        weakest = _weakest(whole, gone, possible, profile)
        if weakest is None:
            return gone
        place = _cheapest(whole, gone, *weakest)
        if place is None:
            return np.ones_like(gone)
        gone[place] = True


def _with_sums(counts: Floats) -> Floats:
    rows = np.vstack([counts, counts.sum(axis=0)])
    return np.hstack([rows, rows.sum(axis=1, keepdims=True)])


def _possible(whole: Floats, *, unknown: bool) -> Bools:
    """Say which cells can hold anybody: nothing is hidden about people of whom there are none."""
    possible = np.ones(whole.shape, dtype=bool)
    if unknown and not whole[-2, -1]:
        possible[-2] = False
    return possible


def _weakest(whole: Floats, gone: Bools, possible: Bools, profile: Profile) -> tuple[int, int] | None:
    """Return the first hidden cell that its reader can narrow down too far."""
    alone = next(_alone(gone & possible, whole, profile), None)
    if alone is not None:
        return alone
    # One at a time: what is found first is mended, and then all are looked at anew.
    for place, low, high in _readers_ends(whole, gone, possible, profile):
        if too_narrow(np.array(low), np.array(high), profile):
            return place
    return None


def _alone(gone: Bools, whole: Floats, profile: Profile) -> Iterator[tuple[int, int]]:
    """Yield hidden cells that stand alone in a row or a column, where no rounding covers them."""
    if profile.slack:
        return
    for lines, turned in ((gone, False), (gone.T, True)):
        for place in np.flatnonzero(lines.sum(axis=1) == 1):
            other = int(np.flatnonzero(lines[place])[0])
            yield (other, int(place)) if turned else (int(place), other)


def _cheapest(whole: Floats, gone: Bools, row: int, column: int) -> tuple[int, int] | None:
    """Return the smallest cell still shown in the row or the column of a cell: within the table first, then among sums."""
    line = [(row, other) for other in range(whole.shape[1])] + [(other, column) for other in range(whole.shape[0])]
    shown = [place for place in line if not gone[place]]
    if not shown:
        shown = [(int(a), int(b)) for a, b in np.argwhere(~gone)]
    return min(shown, key=lambda place: (whole[place], place), default=None)


def _readers_ends(
    whole: Floats, gone: Bools, possible: Bools, profile: Profile
) -> Iterator[tuple[tuple[int, int], float, float]]:
    """Yield each hidden cell, row by row, with the ends between which it lies for all that a reader of the table can tell."""
    low, high = ends_if_shown(whole, profile, sure=_SURE)
    low, high = np.where(gone, 0.0, low), np.where(gone, whole[-1, -1] + profile.slack, high)
    high = np.where(possible, high, 0.0)
    sums, bounds = _sums(whole.shape), np.column_stack([low.ravel(), high.ravel()])
    program = LinearProgram(sparse.csr_matrix(sums), np.zeros(len(sums)), bounds, least=np.zeros(len(sums)))
    for row, column in np.argwhere(gone & possible):
        index = int(np.ravel_multi_index((row, column), whole.shape))
        goal = np.zeros(low.size)
        goal[index] = 1.0
        lowest, highest = program.lowest(goal), program.lowest(-goal)
        # Where rounding errors say that no table is possible, nothing is taken to be learnt.
        yield (
            (int(row), int(column)),
            float(lowest[0][index] if lowest else bounds[index, 0]),
            float(highest[0][index] if highest else bounds[index, 1]),
        )


def _sums(shape: tuple[int, ...]) -> Floats:
    """Return the equations: the cells of each row and of each column add up to its sum."""
    n_rows, n_columns = shape
    equations = []
    for row in range(n_rows):
        line = np.zeros(shape)
        line[row, :-1], line[row, -1] = 1, -1
        equations.append(line.ravel())
    for column in range(n_columns):
        line = np.zeros(shape)
        line[:-1, column], line[-1, column] = 1, -1
        equations.append(line.ravel())
    return np.array(equations)
