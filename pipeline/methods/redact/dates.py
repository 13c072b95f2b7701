"""Dates of birth, dates and ages."""

import re
from collections.abc import Iterable, Iterator

from pipeline.methods.redact.patterns import find_forms, form
from pipeline.methods.redact.spans import Span


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:19|20)\d{2}"
_WEEKDAY = r"(?:(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s(?:the\s)?)"
_ORDINAL = (
    r"(?:(?:twenty|thirty)[\s-])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth"
    r"|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_FULL_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_FEAST = (
    r"(?:(?:christmas|boxing|new year'?s|mother'?s|father'?s|valentine'?s|st patrick'?s|remembrance|vj|ve"
    r"|coronation)\s(?:day|eve)"
    r"|easter\s(?:sunday|monday|saturday)?|good friday|hogmanay|halloween|bonfire night|eid|diwali|christmas)"
)
_SEASON = r"(?:spring|summer|autumn|winter|christmas|easter|early|mid|late|(?:start|end|middle|beginning|back end) of)"
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
    r"|(?:mum|mam|dad|mother|father|wife|husband|son|daughter|brother|sister|nan|nana|partner|gran|granny|grandad|grandma"
    r"|lass|lad|boy"
    r"|girl|neighbour|friend|uncle|auntie?|aunty|cousin|niece|nephew|grandson|granddaughter|eldest|youngest"
    r"|oldest)(?:\s(?:is|was)|'?s)"
    r"|turned|turning)"
    r"(?:\s(?:only|now|nearly|almost|just|over))?\s"
)
_DATES = (
    form("date of birth", _BIRTH, rf"(?P<it>{_DATE}|{_YEAR}(?!\d)|\d{{6}}(?!\d))"),
    form("date", rf"(?<![\w£$/.-])(?<!\d:){_WEEKDAY}?{_DATE}(?![\d/])"),
    form("date", rf"\b(?:{_FEAST},?|{_SEASON})\s(?:of\s|in\s)?{_YEAR}\b"),
    form("date", rf"\b{_WEEKDAY}(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)\b"),
    form(
        "date",
        r"\b(?:on|by|until|till|from|since|before|after)\s(?P<it>the\s\d{1,2}(?:st|nd|rd|th))\b(?!\s[a-z]{3,})",
        flagged_only=True,
    ),
    form(
        "age",
        r"\b(?:aged?|age of|age is|age:)\s{1,2}\d{1,3}\b(?!\s?(?:-|\u2013|to|and|or|\+)\s?(?:\d|over|above|under))",
        r"(?:\s?(?:years?|yrs?)\b(?:\sold)?)?",
    ),
    form("age", r"(?<![\w£$€.])\d{1,3}\s?-?\s?(?:year|yr)s?\s?-?\s?olds?\b"),
    form("age", r"(?<![\w£$€.])\d{1,3}\s?(?:y/o|yo|y\.o\.)(?!\w)"),
    form("age", _SOMEONE_IS, r"(?P<it>\d{2,3})(?=\s(?:and|but|now|with|so|who|in)\b|\s?[,.;!?)]|\s?$)"),
)
_TENS = r"(?:twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?"
_TEENS = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_IN_WORDS = rf"(?:{_TENS}|{_TEENS}|a hundred(?: and (?:one|two|three|four|five))?)"
_NOT_COUNTED = (
    r"(?!\s?(?:%|per\s?cent|percent|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|times|miles?|people|of us|of them"
    r"|pounds?|quid|odd|fifty|in|out|years?"
    r"(?! old| young))\b)"
)
_KIN = (
    r"(?:mum|mam|dad|mother|father|son|daughter|husband|wife|brother|sister|nan|nana|gran|granny|grandad|grandma|partner"
    r"|neighbour"
    r"|friend|uncle|aunt|auntie|aunty|cousin|niece|nephew|grandson|granddaughter|lad|girl|boy|child|kid|twins?|man|woman"
    r"|lady|bloke"
    r"|widow|widower|carer|resident|client|mother-in-law|father-in-law)"
)
_WITH_NUMBERS_IN_WORDS = (
    form("age", rf"\bturned\s(?P<it>{_IN_WORDS})\b", with_digit=False),
    form(
        "age",
        rf"\bat\s(?P<it>{_TENS})\b(?!\s?(?:miles|per\s?cent|percent|degrees|pence|pounds|past|to|o'clock|minutes|mph|quid))",
        flagged_only=True,
        with_digit=False,
    ),
    form("date", rf"\b{_WEEKDAY}?{_ORDINAL}\s(?:of\s{_FULL_MONTH}|(?:of\s)?{_FULL_MONTH})\b(?:,?\s{_YEAR})?", with_digit=False),
    form("date", rf"\b{_FULL_MONTH}\s(?:the\s)?{_ORDINAL}\b(?:,?\s{_YEAR})?", with_digit=False),
    form("age", _SOMEONE_IS, rf"(?P<it>{_IN_WORDS})\b{_NOT_COUNTED}(?:\syears?\sold)?", with_digit=False),
    form(
        "age",
        rf"\b(?:aged?|age of|age is|turned|turning)\s(?P<it>{_IN_WORDS})\b(?:\syears?\sold)?{_NOT_COUNTED}",
        with_digit=False,
    ),
    form(
        "age", rf"\b(?P<it>(?:{_IN_WORDS}|one|two|three|four|five|six|seven|eight|nine)[\s-]years?[\s-]old)\b", with_digit=False
    ),
    form(
        "age",
        r"\b(?:my|his|her|their|our)\s(?P<it>(?:early|mid|late)?\s?-?(?:(?:[2-9]0)'?s|(?:twent|thirt|fou?rt|fift|sixt"
        r"|sevent|eight|ninet)ies))\b",
        flagged_only=True,
        with_digit=False,
    ),
)
_AGES_ALONE = (
    form(
        "age",
        r",\s(?P<it>[1-9]\d|10\d)(?=,\s(?:has|is|was|can|cannot|can't|lives|who|and|needs|had|gets|still|never|with|does|got)\b)",
        flagged_only=True,
    ),
    # "My son, 34, has", "(…, 88)"
    form("age", rf"\b{_KIN}\s?[,(]\s?(?:who\sis\s|now\s|aged?\s)?(?P<it>\d{{1,3}})(?=\s?[,)])"),
    form("age", r"\((?:[^()\d]{1,40},\s?)?(?P<it>[1-9]\d|10\d)\)", flagged_only=True),
    form("age", r"(?<![\w£$€.])(?P<it>\d{1,2}\s?(?:yr|year)s?\s?young)\b"),
    form(
        "age",
        r"(?<![\w£$€.])(?P<it>(?:[5-9]\d|10\d))(?=\s(?:now|next|this|in)\s(?:and|birthday|year|month|january|february|march"
        r"|april|june|july)"
        r"|\snext\sbirthday)",
        flagged_only=True,
    ),
    form("age", r"(?:^|[.!?]\s)[Aa]t\s(?P<it>\d{2})(?=,?\s(?:i|he|she|you|my|we)\b)"),
    form("age", r"\b(?:as|being|for|like)\s(?:a|an)\s(?P<it>[1-9]\d)(?=[,.]|\s?$)", flagged_only=True),
    form(
        "age",
        rf"{_SOMEONE_IS}(?P<it>\d{{1,3}})(?=\s(?:on|this|next|soon|years|year|tomorrow|last|which|n|&|because|cos|living|when)\b)"
        r"(?!\s(?:years|year)\s(?!old|of age))",
        flagged_only=True,
    ),
)
DATES = (*_DATES, *_AGES_ALONE)
# One of these stands in every number, day and age that is written in words.
_NUMBER_PARTS = (
    "wenty", "hirty", "orty", "ourt", "ift", "ixt", "event", "ight", "ninet", "teen", "eleven", "twel", "ten", "hundred", "first",
    "second",
    "third", "inth", "year", "twent", "thirt", "0s", "0's",
)  # fmt: skip
_AGE_AFTER_NAME = re.compile(
    r"(?:\s(?:is|was|turned)\s|\s?[,(]\s?(?:aged?\s)?)(?P<it>\d{1,3})(?=\s(?:and|but|he|she|now|with|so)\b|\s?[,.;!?)]|\s?$)"
)


def find_in_words(text: str) -> list[Span]:
    """Find dates and ages with numbers in words."""
    small = text.lower()
    return find_forms(text, _WITH_NUMBERS_IN_WORDS) if any(part in small for part in _NUMBER_PARTS) else []


def find_ages(text: str, names: Iterable[Span]) -> Iterator[Span]:
    """Find the age that is told just after a name."""
    for name in names:
        match = _AGE_AFTER_NAME.match(text, name.end)
        if match and not name.flagged_only:
            yield Span(*match.span("it"), "age")
