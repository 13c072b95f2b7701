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
    r"|turned|turning|turns|turn)"
    r"(?:\s(?:only|now|nearly|almost|just|over))?\s"
)
_DATES = (
    form("date of birth", _BIRTH, rf"(?P<it>{_DATE}|{_YEAR}(?!\d)|\d{{6}}(?!\d))"),
    form("date", rf"(?<![\w£$/.-])(?<!\d:){_WEEKDAY}?{_DATE}(?![\d/])"),
    form("date", rf"\b(?:{_FEAST},?|{_SEASON})\s(?:of\s|in\s)?{_YEAR}\b"),
    form("date", rf"\b{_WEEKDAY}(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)\b"),
    form(
        "date",
        r"\b(?:on|by|until|till|from|since|before|after)\s(?P<it>the\s\d{1,2}(?:st|nd|rd|th))\b(?!\s(?!and\b|they\b|but\b|she\b|then\b|when\b"
        r"|this\b|last\b|next\b|who\b|because\b|which\b|nobody\b|with\b|for\b|nothing\b|still\b|without\b)[a-z]{3,})",
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
_SMALL_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
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
_DAY_AND_MONTH = (
    form("date", r"\b(?P<it>St\.?\s[A-Z]\w{3,9}['\u2019]s\s(?:Day|Eve|Night))\b", flagged_only=True, with_digit=False),
    form("date", rf"\b(?P<it>{_FULL_MONTH}\sthe\s\d{{1,2}}(?:st|nd|rd|th))(?!\w)"),
    form(
        "date",
        r"\bon\s(?P<it>(?:christmas|boxing|new year'?s|mother'?s|father'?s|valentine'?s|easter|pancake|st"
        r" \w{3,9}'?s)\s(?:day|eve|sunday|monday"
        r"|saturday|tuesday)|good friday|hogmanay|halloween|bonfire night|burns night)\b",
        flagged_only=True,
        with_digit=False,
    ),
    # "discharged 3/11": scores of ten, halves and "24/7" are none.
    form(
        "date",
        r"(?<![\w£$€./-])(?!24/7|50/50|9/11|1/[2348]\b|2/3\b|3/4\b|[0-9]/10\b|10/10\b)(?:0?[1-9]|[12]\d|3[01])\s?/\s?(?:0?[1-9]|1[0-2])",
        r"(?![\w/%]|\s?(?:of|people|times|stars?|marks?|days|nights|hours|price|full|empty)\b)",
        flagged_only=True,
    ),
    form(
        "date",
        rf"\b(?:on|by|until|till|from|since|before|after)\s(?P<it>(?:the\s)?{_ORDINAL}(?:\sof\s{_MONTH}\b)?)(?=\s?[.,;!?)]|\s?$|\sof\s{_MONTH}\b"
        r"|\s(?:and|but|he|she|they|we|i|it|when|this|last|next|nobody|my|the|who|because|then)\b)",
        flagged_only=True,
        with_digit=False,
    ),
)
_GROWN = rf"(?:[2-9]\d|1[3-9]|10\d|{_IN_WORDS})"
_ENDS_HERE = r"(?=\s?[.,;!?)]|\s?$|\s(?:and|but|now|with|next|this|so|who|because|cos)\b)"
_CHILDREN = (
    r"(?:kids|children|bairns|weans|sons|daughters|grandchildren|grandkids|grandsons|granddaughters|twins|boys|girls|lads|lasses"
    r"|little ones)"
)
_AGES_IN_PASSING = (
    rf"\b(?:pushing|knocking on|gone|past|hitting|approaching|nearly|almost|over|nearing|coming up(?:\sto)?"
    rf"|rising)\s(?P<it>{_GROWN}){_ENDS_HERE}",
    rf"\b(?:woman|man|lady|girl|boy|lad|lass|person|bloke|guy|child|someone|somebody|patient|widow|widower|gentleman)\s(?:of|aged)\s(?P<it>{_GROWN}|\d{{1,2}})\b"
    r"(?!\s(?:the|my|our|us|them|these))",
    rf"\bat\s(?P<it>{_GROWN})(?=\s(?:i|he|she|they|we|you|my|mum|dad|to\slook|with)\b|,\s(?:i|he|she|they|we|you|what|with|my)\b)",
    rf"\b(?:stroke|died|work|retired|widowed|married|diagnosed|fall|me|mum|dad|school|home|job|carer|stopped|started)\sat\s(?P<it>(?:[2-9]\d|10\d|{_IN_WORDS}))\b"
    rf"{_NOT_COUNTED}(?!\s?(?:%|past|o'clock|am|pm|miles|mph))",
    r"\b(?P<it>(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen)[\s-](?:month|week)s?[\s-]olds?)\b",
    rf"\b{_CHILDREN}(?:\s(?:are|aged|of)|,|\s\(|:)\s(?P<it>\d{{1,2}}(?:\s?(?:,|&|and)\s?(?:and\s)?\d{{1,2}}){{1,5}})(?![\w%:/])",
    rf"^\W{{0,3}}(?P<it>(?:[2-9]\d|10\d|{_TENS}))(?=\s(?:and|now|with|but|but\sstill)\b|,\s[a-z])",
    rf"\b{_KIN}\s?[,(]\s?(?P<it>{_IN_WORDS})(?=\s?[,)])",
    rf"\b(?:i'?m|i am)\s(?P<it>[2-9]\d|1[3-9])\b{_NOT_COUNTED}(?!\s?(?:%|st\b|th\b|stone|units|in the|on the|of|kg|lbs))",
)
_PASSING = tuple(form("age", regex, flagged_only=True, with_digit=False) for regex in _AGES_IN_PASSING)
_AGES_ALONE = (
    *_PASSING,
    form(
        "age",
        r"\b(?:when|since|as|while|because|cos|that|from when|until|till)\s(?:i|he|she|they|my\s\w{2,12})\s?(?:was|were"
        r"|am|is|turns?|turned|'m|'s)\s",
        rf"(?:only\s|just\s|about\s|nearly\s|like\s)?(?P<it>\d{{1,3}}(?:½|\.5)?|{_IN_WORDS}|{_SMALL_NUMBER})\b(?!\s?[%:])(?!\s(?:of|minutes|hours|miles|in\s+the\s+queue|stone)\b)",
        flagged_only=True,
        with_digit=False,
    ),
    form("age", r"\((?:[^()\d]{1,40},\s?)?(?P<it>\d{1,2}\s?(?:½|\.5|and a half))\)?", flagged_only=True),
    form("age", r"(?<![\w£$€.])(?P<it>\d{1,2}½)(?!\w)", flagged_only=True),
    form(
        "age",
        r"\b(?:turned|turns|turning)\s(?P<it>\d{1,3})(?=\s(?:at|on|in|last|this|next|the|during|a|back)\b)",
        flagged_only=True,
    ),
    form(
        "age",
        rf"\b(?:who\sis|who'?s|who\swas|{_KIN}(?:'s|\sis|\swas))\s(?:only\s|just\s|now\s)?(?P<it>{_SMALL_NUMBER}|\d{{1,3}})\b{_NOT_COUNTED}(?!\s?[%:/])(?!\s(?:of|others|other|more|different|in\sone|on\sthe|to\sone)\b)",
        flagged_only=True,
        with_digit=False,
    ),
    form("age", r"(?<=[a-z]),\s(?P<it>1[1-9]|[2-9]\d|10\d)(?=,\s[a-z])", flagged_only=True),
    form(
        "age",
        rf"\b(?:i'?m|i am|he'?s|she'?s|he is|she is|who'?s|who is|(?:i|he|she|who)(?:'ll|\swill)\sbe|{_KIN}(?:'s|\sis"
        rf"|\swas|\sare|\swere)|turn(?:s|ed|ing)?)\s(?:only\s|just\s|now\s|nearly\s|almost\s)?",
        r"(?P<it>\d{1,3})(?=\s?[.,;!?)]|\s?$|\s(?:and|but|now|with|so|who|next|in|this|last)\b(?!\s(?:a\shalf|the\squeue|three|four)))",
        flagged_only=True,
    ),
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
    form("age", r"(?:^|[.!?,]\s|\band\s|\bbut\s)[Aa]t\s(?P<it>\d{2})(?=,?\s(?:i|he|she|you|my|we|they|mum|dad|his|her)\b)"),
    form("age", r"\b(?:as|being|for|like)\s(?:a|an)\s(?P<it>[1-9]\d)(?=[,.]|\s?$)", flagged_only=True),
    form(
        "age",
        rf"{_SOMEONE_IS}(?P<it>\d{{1,3}})(?=\s(?:on|this|next|soon|years|year|tomorrow|last|which|n|&|because|cos|living|when)\b)"
        r"(?!\s(?:years|year)\s(?!old|of age))",
        flagged_only=True,
    ),
)
DATES = (*_DATES, *_DAY_AND_MONTH, *_AGES_ALONE)
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
