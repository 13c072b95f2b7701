"""Say in sentences what is wrong with settings: where, what stands there, and what could."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.runtime.plain_text import one_line


# Nobody mends more at a time, and one wrong bracket may bring hundreds.
_MOST = 20
_LONGEST = 40
_WHOLE = "is no whole number. Write one, without quotation marks"
_NUMBER = "is no number that can be used. Write one, without quotation marks"
_TEXT = "is no text. Put it in quotation marks"
_LIST = "is no list. Put what belongs there in square brackets"
_SECTION = "is no section. Write its settings below its name in square brackets"
_ASKED = {
    "less_than_equal": "is too large. Write a number up to {le:,}",
    "less_than": "is too large. Write a number below {lt:,}",
    "greater_than_equal": "is too small. Write a number from {ge:,} on",
    "greater_than": "is too small. Write a number above {gt:,}",
    "literal_error": "is not one of {expected}. Write one of these",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "finite_number": _NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "string_type": _TEXT,
    "bool_type": "is neither true nor false. Write one of the two, without quotation marks",
    "bool_parsing": "is neither true nor false. Write one of the two, without quotation marks",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _SECTION,
    "model_type": _SECTION,
}


def sentences(error: ValidationError, settings: type[BaseModel]) -> list[str]:
    """Return a sentence for each thing that is wrong with values that were to be `settings`."""
    # The addresses that pydantic adds lead to pages for programmers.
    faults = error.errors(include_url=False)
    lines = [_sentence(fault, settings) for fault in faults[:_MOST]]
    return [*lines, *([f"and {len(faults) - _MOST:,} more things."] if len(faults) > _MOST else [])]


def _sentence(fault: Mapping[str, Any], settings: type[BaseModel]) -> str:
    location, kind = fault["loc"], fault["type"]
    place = " → ".join(_cut(str(part)) for part in location)
    if kind == "extra_forbidden":
        nearest = get_close_matches(str(location[-1]), _names(location[:-1], settings), n=1)
        hint = f"Did you mean {nearest[0]}?" if nearest else "Remove it, or check its spelling."
        return f"{place} is not a setting. {hint}"
    if kind == "missing":
        return f"{place} is missing; please add it."
    if kind == "value_error":
        return f"{place}: {fault['ctx']['error']}."
    if kind in _ASKED:
        return f"{place}: {_shown(fault['input'])} {_ASKED[kind].format(**fault.get('ctx', {}))}."
    return f"{place}: {fault['msg']}."


def _shown(value: Any) -> str:
    """Return a value as it could stand in the file; of a list or a section only what it is."""
    # Before numbers, since a bool is one in Python.
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"“{_cut(value)}”"
    if isinstance(value, float):
        return _cut(f"{value:g}")
    if isinstance(value, int):
        # Python writes out no number of more than 4,300 digits.
        return _cut(str(value)) if value.bit_length() < 1_000 else "a number of hundreds of digits"
    return "a list" if isinstance(value, list) else "what stands there"


def _cut(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _names(location: tuple[int | str, ...], settings: type[BaseModel]) -> list[str]:
    section: Any = settings
    for part in location:
        field = section.model_fields.get(part) if hasattr(section, "model_fields") else None
        section = _section_of(field.annotation) if field else section
    fields = getattr(section, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _section_of(annotation: Any) -> Any:
    # Sections stand inside `X | None` and `dict[str, X]`, too.
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = [_section_of(part) for part in getattr(annotation, "__args__", ())]
    return next((part for part in inside if part is not None), None)
