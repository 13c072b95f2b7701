"""Dates of birth, dates and ages."""

import re
from collections.abc import Iterable, Iterator

from pipeline.methods.redact.patterns import form
from pipeline.methods.redact.spans import Span


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d{2}"
_COUNTED = r"(?:hours?|mins?|minutes?|days?|weeks?|months?|years?|people|times|of\b|or\b)"
_DATE = (
    rf"(?:\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?(?:19|20)?\d{{2}}|{_YEAR}-\d{{2}}-\d{{2}}"
    # "It may 2 of them": may and march are verbs too.
    r"|(?!\d{1,2} (?:may|march) (?:not|be|have|need|also|well|get|or|and)\b)"
    rf"\d{{1,2}}\s?(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b\.?,?(?:\s?(?:{_YEAR}|'?\d{{2}}(?!\s?[\d:]|\s?[ap]m)))?"
    rf"|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s?(?:[:\d%]|am\b|pm\b|{_COUNTED}))(?:,?\s{_YEAR})?"
    rf"|{_MONTH}\.?,?\s(?:of\s)?(?:{_YEAR}|'\d{{2}})|\d{{1,2}}-{_MONTH}-(?:19|20)?\d{{2}})"
)
_BIRTH = r"\b(?:d\.?\s?o\.?\s?b\b\.?|dates? of birth|birth\s?da(?:y|te)|born)\W{0,3}(?:(?:is|was|on|in|the)\s){0,3}"
_SOMEONE_IS = (
    r"\b(?:i'?m|i am|he'?s|she'?s|he is|she is|he was|she was|i was|who is|who'?s"
    r"|(?:mum|dad|mother|father|wife|husband|son|daughter|brother|sister|nan|partner|gran)(?:\sis|'?s)|turned|turning)"
    r"(?:\s(?:only|now|nearly|almost|just|over))?\s"
)
DATES = (
    form("date of birth", _BIRTH, rf"(?P<it>{_DATE}|{_YEAR}(?!\d)|\d{{6}}(?!\d))"),
    form("date", rf"(?<![\w£$/.-])(?<!\d:){_DATE}(?![\d/])"),
    form(
        "age",
        r"\b(?:aged?|age of|age is|age:)\s{1,2}\d{1,3}\b(?!\s?(?:-|\u2013|to|and|or|\+)\s?(?:\d|over|above|under))",
        r"(?:\s?(?:years?|yrs?)\b(?:\sold)?)?",
    ),
    form("age", r"(?<![\w£$€.])\d{1,3}\s?-?\s?(?:year|yr)s?\s?-?\s?olds?\b"),
    form("age", r"(?<![\w£$€.])\d{1,3}\s?(?:y/o|yo|y\.o\.)(?!\w)"),
    form("age", _SOMEONE_IS, r"(?P<it>\d{2,3})(?=\s(?:and|but|now|with|so|who|in)\b|\s?[,.;!?)]|\s?$)"),
)
_AGE_AFTER_NAME = re.compile(r"\s(?:is|was)\s(?P<it>\d{1,3})(?=\s(?:and|but|he|she|now|with|so)\b|\s?[,.;!?)]|\s?$)")


def find_ages(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Find the age that is told just after a name."""
    for name in names:
        match = _AGE_AFTER_NAME.match(text, name.end)
        if match and not name.flagged_only:
            yield Span(*match.span("it"), "age")
