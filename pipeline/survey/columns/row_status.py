"""Rows that are no person's answers, by what the survey tool says of them: previews, tests, spam; and unfinished ones."""

import re
from collections.abc import Sequence

from pipeline.survey.columns.column import Column, plain


_STATUS = re.compile(
    r"(?:response |completion |survey |submission |record |review )?(?:status|type|state|quality)|distribution channel"
    r"|collection mode|validation status|channel|mode|queue"
)
_OF_THE_ROW = re.compile(
    r"(?:response|completion|survey|submission|record|review|validation) .*|distribution channel|collection mode"
)
_IS_TEST = re.compile(r"(?:is )?(?:a )?(?:test|preview|spam|test (?:data|mode|response|record)|duplicate|practice)")
_NOBODY = re.compile(
    r"(?:survey |offline )*(?:preview|test)(?:s|ing)?(?: (?:data|response|mode|record|spam))?|"
    r"(?:survey preview |imported |possible )?spam|deleted|duplicate|bot|fraud\w*|trash"
)
# A claim, a service and a surgery can be these, too, so that the heading must speak of the row.
_PERHAPS_NOBODY = re.compile(r"practice|rejected|not approved")
# Qualtrics' numbers for the same, where values were exported in the place of words.
_QUALTRICS = {"1", "2", "8", "9", "12", "17"}
_TICKED = {"yes", "true", "1", "y"}
_FINISHED, _PROGRESS = re.compile(r"finished|complete|completed|is complete"), re.compile(r"progress|percent complete")
_UNFINISHED = re.compile(
    r"(?:survey )?(?:partial(?:ly)?(?: completed?)?|incomplete|in progress|unfinished|not (?:finished|completed?)|started|draft|"
    r"abandoned)"
)
_NOT = {"false", "0", "no", "n"}
_MOST_VALUES = 20


def rows_of_nobody(columns: Sequence[Column], kind: str) -> dict[str, list[str]]:
    """Return the values, by the column they stand in, with which the survey tool marks rows that are nobody's answers."""
    marked: dict[str, list[str]] = {}
    for column in columns:
        if not 1 <= column.distinct <= _MOST_VALUES:
            continue
        values = [str(value) for value in column.counts.index]
        if column.is_called(_STATUS):
            is_coded = kind == "qualtrics" and column.is_called(re.compile("status|response type")) and {"0"} < set(values)
            kinds = (_NOBODY, _PERHAPS_NOBODY) if column.is_called(_OF_THE_ROW) else (_NOBODY,)
            nobody = [
                value
                for value in values
                if any(kind.fullmatch(plain(value)) for kind in kinds) or (is_coded and value in _QUALTRICS)
            ]
        else:
            is_mark = column.is_called(_IS_TEST) and {plain(value) for value in values} <= _TICKED | _NOT
            nobody = [value for value in values if is_mark and plain(value) in _TICKED]
        # A file in which every row is a test is somebody's trial of the program, or the word means something else.
        if nobody and sum(int(column.counts[value]) for value in nobody) < len(column.cells):
            marked[column.name] = nobody
    return marked


def unfinished(columns: Sequence[Column]) -> tuple[str, int]:
    """Return the column by which people did not finish, and how many; an empty name and 0 where none says so."""
    for column in columns:
        counts = {plain(str(value)): int(n) for value, n in column.counts.items()} if column.distinct <= _MOST_VALUES else {}
        n = 0
        if column.is_called(_FINISHED) and counts.keys() <= _TICKED | _NOT:
            n = sum(count for value, count in counts.items() if value in _NOT)
        elif column.is_called(_PROGRESS) and column.numbers is not None and column.numbers.max() == 100:
            n = int((column.numbers < 100).sum())
        elif column.is_called(_STATUS):
            n = sum(count for value, count in counts.items() if _UNFINISHED.fullmatch(value))
        if n:
            return column.name, n
    return "", 0
