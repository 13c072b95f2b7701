"""Say what is wrong with the rows of a codebook, before codes are made of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches


Rows = Mapping[int, Mapping[str, str]]
_LONGEST_CATEGORY = 80
_MOST_GUESSED = 50
_LIKE_AN_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")


def problems_in(rows: Rows, *, columns: Sequence[str], separator: str) -> list[str]:
    """Return a sentence for each thing that is wrong with rows of texts by column, whose keys are their numbers."""
    return [*_column_problems(rows, columns), *_row_problems(rows), *_parent_problems(rows, separator)]


def hint(word: str, words: Sequence[str]) -> str:
    """Return a question that names the nearest of some words; empty where none is near."""
    nearest = get_close_matches(word, words, n=1)
    return f" Did you mean {nearest[0]!r}?" if nearest else ""


def _column_problems(rows: Rows, columns: Sequence[str]) -> Iterator[str]:
    present = dict.fromkeys(column for row in rows.values() for column in row)
    for column in ("code", "label"):
        if column not in present:
            yield f"there is no column {column!r}; every code needs one."
    for column in present:
        if column and column not in columns:
            yield f"the column {column!r} is unknown.{hint(column, columns) or ' Rename or remove it.'}"


def _row_problems(rows: Rows) -> Iterator[str]:
    first: dict[str, int] = {}
    for number, row in rows.items():
        for column in ("code", "label"):
            if not row.get(column, "-"):
                yield f"row {number}: the {column} is missing."
        if row.get(""):
            yield f"row {number}: text beyond the last column. Put quotes round a cell that has commas in it."
        code = row.get("code", "")
        earlier = first.setdefault(code.casefold(), number)
        if code and earlier != number:
            yield f"row {number}: the code {code!r} is also in row {earlier}. Give each code its own id."


def _parent_problems(rows: Rows, separator: str) -> Iterator[str]:
    parents = {row.get("code", ""): row.get("parent", "") for row in rows.values()}
    circular, hints = _circular(parents), _Hints(list(parents))
    for number, row in rows.items():
        code, parent = row.get("code", ""), row.get("parent", "")
        if code in circular:
            yield f"row {number}: the parents of {code!r} lead back to itself. Change one of them."
        if not parent or parent in parents:
            continue
        if len(parent) > _LONGEST_CATEGORY or separator in parent:
            yield f"row {number}: the parent is neither a code nor one short name of a category."
        elif _LIKE_AN_ID.fullmatch(parent) and (near := hints(parent)):
            yield f"row {number}: the parent {parent!r} is no code.{near} Name a category in plain words."


def _circular(parents: Mapping[str, str]) -> set[str]:
    """Return the codes whose parents lead back to themselves."""
    circular, seen = set[str](), set[str]()
    for code in parents:
        way: dict[str, None] = {}
        while code and code in parents and code not in seen:
            seen.add(code)
            way[code] = None
            code = parents[code]
        if code in way:
            steps = list(way)
            circular.update(steps[steps.index(code) :])
    return circular


class _Hints:
    """The nearest of some words to each word asked about, of which there may be thousands, most of them again and again."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._made: dict[str, str] = {}

    def __call__(self, word: str) -> str:
        # Whoever names so many parents that are no codes means categories.
        if word not in self._made and len(self._made) < _MOST_GUESSED:
            self._made[word] = hint(word, self._words)
        return self._made.get(word, "")
