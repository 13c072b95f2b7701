"""Rows of an export that are no person's: titles above the names, totals and remarks below the answers, summaries."""

import re
from collections.abc import Sequence

import pandas as pd

from pipeline.errors import DataError
from pipeline.survey.readers.header_evidence import evidence_of
from pipeline.survey.readers.headers import Row


_DEEPEST_TITLE = 10
_DEEPEST_FOOT = 8
_LOOKED_AT = 200
_TOTAL = re.compile(
    r"\W*(?:(?:grand |sub ?|column |overall )?(?:total|sum|average|mean|median|count|std\.? ?dev\w*|standard deviation|"
    r"minimum|maximum|min|max|base|n)s?|cyfanswm|gesamt|summe|mittelwert|totale?|promedio|media|suma|razem|toplam)\b.{0,30}",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"\W*(?:source|notes?|n\.?b\.?|exported|printed|generated|created|downloaded|report (?:run|date)|end of|©|copyright|"
    r"page \d|data (?:as )?(?:at|of)|filters?|confidential)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_FIGURE = re.compile(r"[+-]?[£$€]?\d+(?:[.,]\d+)*%?")
_SUMMARY = (
    ({"answered", "skipped"}, "SurveyMonkey"),
    ({"answer choices"}, "SurveyMonkey"),
    ({"respondents", "response date", "responses", "tags"}, "SurveyMonkey"),
)  # fmt: skip


def n_titles(rows: Sequence[Row]) -> int:
    """Count the rows of a single cell above a row of three or more, or two such rows above a row of two."""
    single = 0
    for i, row in enumerate(rows[:_DEEPEST_TITLE]):
        filled = sum(cell is not None for cell in row)
        if filled > 1:
            return i if single and (filled > 2 or single > 1) else 0
        if filled and row[0] is None:
            return 0
        single += filled
    return 0


def refuse_summary(rows: Sequence[Row]) -> None:
    """Raise DataError where a sheet counts answers, a sheet a question, and does not hold people in rows."""
    top = [[(cell or "").strip().casefold() for cell in row] for row in rows[: _DEEPEST_TITLE + 1]]
    first = {row[0] for row in top if row}
    wholes = [set(row) - {""} for row in top]
    for signs, tool in _SUMMARY:
        if signs <= first or any(signs <= cells for cells in wholes if len(cells) <= len(signs) + 1):
            raise DataError(
                f"it holds a question with its answers, or counts of them, and not a row for each person, as {tool}'s summaries "
                "do. Export “All individual responses” (All responses data) instead."
            )


def foot_of(body: pd.DataFrame) -> int:
    """Return how many rows at the end are totals or remarks, and no person's."""
    n = 0
    sample = body.iloc[: max(0, len(body) - _DEEPEST_FOOT)].head(_LOOKED_AT)
    above: list[Row] = [list(row) for row in sample.astype(object).where(sample.notna(), None).itertuples(index=False, name=None)]
    if len(above) < 2:
        return 0
    for row in reversed(list(body.tail(_DEEPEST_FOOT).itertuples(index=False, name=None))):
        cells: Row = [cell if isinstance(cell, str) and cell.strip() else None for cell in row]
        if any(cells) and not _is_foot(cells, above):
            break
        n += 1
    # Blank rows that part totals from people go with them; those alone are left out elsewhere.
    return n


def _is_foot(cells: Row, above: list[Row]) -> bool:
    filled = [cell.strip() for cell in cells if cell]
    head, *others = filled
    place = next(i for i, cell in enumerate(cells) if cell)
    column = [row[place] for row in above if row[place]]
    if any(cell.strip() == head for cell in column if cell):
        return False
    if _TOTAL.fullmatch(head) and (others or len(cells) == 1) and all(_FIGURE.fullmatch(other) for other in others):
        return True
    if others or len(cells) < 3 or place:
        return False
    # A person may have left all but the first question blank; then the cell is like those above it.
    usual = sum(sum(cell is not None for cell in row) > 1 for row in above)
    is_unlike = evidence_of([head], [[cell] for cell in column]).names >= 0.5 or _REMARK.fullmatch(head) is not None
    return is_unlike and usual >= 0.9 * len(above)


def unlike_last(body: pd.DataFrame) -> bool:
    """Tell whether the last row is unlike those above it, such as one of notes where numbers stand."""
    sample = body.iloc[:-1].head(_LOOKED_AT)
    if len(sample) < 8:
        return False
    above = [[cell if isinstance(cell, str) else None for cell in row] for row in sample.itertuples(index=False, name=None)]
    last = [cell if isinstance(cell, str) else None for cell in body.iloc[-1]]
    evidence = evidence_of(last, above)
    return evidence.names >= 2 and evidence.answers == 0
