"""Tell from its cells, whatever the heading says, that a column shows who people are or where they can be found."""

import re
from collections.abc import Callable

from pipeline.survey.columns.column import Column


IsName = Callable[[str], bool]
"""Takes a short text, such as "Ann Ashby", and says whether it is made like the name of a person."""

# Typing errors, and people who would rather not say, may spoil this much of a column.
_MOST, _HALF = 0.8, 0.5
_SAMPLE = 500
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+")
_CONTACTS = (
    _EMAIL,
    re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-fA-F]{0,4}:){4,7}[0-9a-fA-F]{0,4}"),
    re.compile(r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}"),
    re.compile(r"(?:\+|00|0|\(0|\(\+)\d?[\d ()./-]{7,20}\d|\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}"),
    # National insurance, NHS and social security numbers.
    re.compile(r"[A-Za-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]|\d{3}[ -]\d{3}[ -]\d{4}|\d{3}-\d{2}-\d{4}"),
    re.compile(r"@\w{3,30}|(?:https?://)?(?:www\.)?(?:linkedin|facebook|twitter|instagram)\.com/\S+", re.IGNORECASE),
)
_STREET = (
    "road|rd|street|st|lane|ln|avenue|ave|close|drive|dr|way|crescent|cres|court|ct|place|pl|terrace|gardens?|gdns|grove|hill|park|row|square|sq|view"
    "|mews|walk|green|rise|boulevard|blvd|highway|hwy|parkway|trail|circle|parade|vale|heights|fields?|farm|cottages?|house|croft|meadows?|brae|wynd|dairy"
    "|barn|mill|heol|ffordd|stryd|maes"
)
_ADDRESS = re.compile(
    rf"\b\d{{1,5}}[a-zA-Z]?(?:[-/]\d+)?,? +(?:[A-Z][\w'\u2019.-]*,? +){{1,5}}(?i:{_STREET})\b"
    r"|\b\d{1,5}[a-zA-Z]?,? +(?:[\w'\u2019.-]+ +){1,3}(?i:road|rd|street|avenue|ave|lane|crescent|terrace|boulevard)\b"
    r"|\b(?i:flat|apt\.?|apartment|p\.? ?o\.? box) (?i:no\.? )?\d+"
    rf"|\b[A-Z][\w'\u2019]+ (?i:{_STREET}), +[A-Z]"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|, [A-Z]{2} \d{5}\b"
    r"|\b\w{3,}(?:stra\u00dfe|strasse|str\.|weg|platz|gasse|allee|straat|laan) \d{1,4}\b"
    r"|\b\d{1,4},? (?:bis |ter )?(?:rue|chemin|all\u00e9e|impasse) "
    r"|\b(?:calle|via|rua|avenida) [A-Z\u00c0-\u00dd]\w+.* \d{1,4}\b",
)
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")
# As long as that no survey lasts.
_A_LIFE = 20
_SHORT_NAME = re.compile(r"[^\W\d_][\w'\u2019.\s-]{1,40}")


def holds_contacts(column: Column) -> bool:
    """Tell whether the answers are e-mail or internet addresses, postcodes, telephone numbers or numbers of a person."""
    sample = column.answers.head(_SAMPLE)
    if not len(sample):
        return False
    whole = sum(any(kind.fullmatch(value) for kind in _CONTACTS) for value in sample)
    return whole >= _MOST * len(sample) or sum(bool(_EMAIL.search(value)) for value in sample) >= _HALF * len(sample)


def holds_addresses(column: Column) -> bool:
    """Tell whether most answers are where somebody lives: a number with a street, a flat, a postcode."""
    sample = column.answers.head(_SAMPLE)
    return len(sample) > 2 and sum(bool(_ADDRESS.search(value)) for value in sample) >= _HALF * len(sample)


def holds_births(column: Column) -> bool:
    """Tell whether the answers are dates that lie further apart than any survey lasts, as people's births do."""
    if not column.has_dates:
        return False
    years = [int(year[0]) for value in column.answers.head(_SAMPLE) if (year := _YEAR.search(value))]
    return len(years) > 2 and max(years) - min(years) >= _A_LIFE


def holds_names(column: Column, is_name: IsName) -> bool:
    """Tell whether most of the different answers are names of people: theirs, or those of staff they speak of."""
    values = [str(value) for value in column.counts.index[:_SAMPLE]]
    shaped = [value for value in values if _SHORT_NAME.fullmatch(value) and len(value.split()) <= 4]
    if column.n < 5 or len(values) < 4 or len(shaped) < 0.6 * len(values) or column.is_yes_no:
        return False
    return sum(map(is_name, shaped)) >= 0.6 * len(values)
