"""Tell what a column is for: who answered, when, what must stay in the vault, and who belongs to which group."""

from typing import Literal

from pipeline.survey.columns.column import Column, plain
from pipeline.survey.columns.personal_shapes import holds_addresses, holds_births, holds_contacts
from pipeline.survey.columns.vocabulary import whole, within


Role = Literal["id", "received", "weight", "personal", "technical", "empty", ""]

_PERSONAL, _ASKS_WHERE, _ASKS_KIND = whole("personal"), whole("asks_where"), within("asks_kind")
_TECHNICAL, _OF_A_TOOL = whole("technical"), whole("technical_of_a_tool")
_PERSON, _ROW, _WEIGHT = whole("person"), whole("row"), whole("weight")
_RECEIVED = (whole("received_plainly"), whole("received"), whole("received_perhaps"))
_GROUP_VALUE = whole("group_values")
_GROUP, _ASKS_GROUP = within("group"), within("asks_group")
_OF_THE_STUDY, _RATES = within("group_of_the_study"), within("rates")
_FORM_STATUS = {"0", "1", "2", "incomplete", "unverified", "complete"}
_TOOLS = {"qualtrics", "surveymonkey", "limesurvey", "ms-forms"}
_NUMBER_SIGNS = {"#", "№", "n°", "no.", "nr.", "no", "nr"}
_MOST_LEVELS = 60
_LONGEST_LEVEL = 80


def role_of(column: Column, *, kind: str) -> Role:
    """Return what a column that is no question is for, or an empty word where its answers must tell."""
    if column.n == 0:
        return "empty"
    # Before all other roles: what could show who somebody is must stay in the vault, whatever else it is good for.
    if is_personal(column):
        return "personal"
    if column.has_dates and received_rank(column) is not None:
        return "received"
    if column.is_called(_WEIGHT) and _has_weights(column):
        return "weight"
    if person_rank(column) is not None:
        return "id"
    # REDCap's own mark of each form.
    if column.name.endswith("_complete") and {plain(value) for value in column.counts.index} <= _FORM_STATUS:
        return "technical"
    of_a_tool = column.is_called(_OF_A_TOOL) and kind in _TOOLS
    return "technical" if of_a_tool or (column.is_called(_TECHNICAL) and not column.is_prose) else ""


def is_personal(column: Column) -> bool:
    """Tell whether the column could show who a person is: by the shape of its answers, or by a heading that asks for it."""
    shapes = (holds_contacts, holds_addresses, holds_births)
    if person_rank(column) is None and any(shape(column) for shape in shapes):
        return True
    # A sentence that mentions an address or an organisation asks for neither.
    if column.is_yes_no or (column.is_prose and column.n_words.mean() >= 8):
        return False
    differs = column.distinct > 12 or (column.n > 3 and column.variety > 0.5)
    asks_where = any(_ASKS_WHERE.fullmatch(heading) for heading in column.requests)
    if asks_where and not column.matches(_ASKS_KIND) and differs and not (column.is_prose and column.n_words.mean() >= 6):
        return True
    return any(_PERSONAL.fullmatch(heading) for heading in column.requests)


def person_rank(column: Column) -> int | None:
    """Return how well a column tells people apart: 0 when it is named so, 1 when it only numbers rows."""
    if column.is_called(_ROW) or column.name.strip().casefold() in _NUMBER_SIGNS:
        return 1 if column.variety == 1 else None
    tells_apart = column.distinct > 12 or column.variety >= 0.5
    return 0 if column.is_called(_PERSON) and tells_apart and not column.is_prose else None


def received_rank(column: Column) -> int | None:
    """Return how plainly a column's name says that it is when the answer came in; 0 is the plainest."""
    return next((rank for rank, names in enumerate(_RECEIVED) if column.is_called(names)), None)


def is_group(column: Column) -> bool:
    """Tell whether people can be compared by the column: few values, short, and no scale."""
    levels = column.distinct
    if not 2 <= levels <= _MOST_LEVELS or column.is_moment:
        return False
    if column.counts.index.str.len().max() > _LONGEST_LEVEL or column.is_prose:
        return False
    if column.is_coded:
        # A code says nothing, so that only the values may speak for it.
        return column.numbers is None and column.n >= 2 * levels and _are_groups(column)
    is_named = _is_named_so(column)
    if column.numbers is not None:
        return is_named and levels <= 12 and column.n >= 2 * levels
    if is_named or column.matches(_ASKS_GROUP):
        return column.n >= 2 * levels or levels <= 6
    is_short = len(column.headings[1].split()) <= 3 and "?" not in column.wording
    return is_short and not column.is_yes_no and levels <= 12 and column.n >= 3 * levels


def says_group(column: Column) -> bool:
    """Tell whether the wording or the values speak for a group, and not merely the small number of values."""
    return _is_named_so(column) or column.matches(_ASKS_GROUP) or (column.is_coded and _are_groups(column))


def _is_named_so(column: Column) -> bool:
    short = [heading for heading in column.headings if len(heading.split()) <= 4]
    return any(_GROUP.search(heading) and not _RATES.search(heading) for heading in short)


def _are_groups(column: Column) -> bool:
    # "65+" is an age, and the bare number may be anything.
    values = [plain(value.replace("+", " plus")) for value in column.options]
    return len(values) > 1 and all(_GROUP_VALUE.fullmatch(value) for value in values)


def group_rank(column: Column) -> int:
    """Return 0 for the group people belong to in the study, and 1 for what is known of them besides."""
    return 0 if column.matches(_OF_THE_STUDY) else 1


def _has_weights(column: Column) -> bool:
    numbers = column.numbers
    if numbers is None or len(numbers) < len(column.cells):
        return False
    # Survey weights are made to have a mean near 1.
    return bool((numbers >= 0).all()) and 0.2 <= numbers.mean() <= 5
