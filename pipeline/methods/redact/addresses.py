"""Street addresses: a house number or flat with its street, and a street by itself."""

import re
from collections.abc import Iterator

from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import TokenizedText


_ROAD = (
    r"(?:street|str|road|rd|avenue|ave|av|lane|ln|close|cl|drive|crescent|cres|terrace|terr|grove|mews|boulevard|parade"
    r"|gardens|gdns|heights|broadway|causeway|esplanade|embankment|crofts?|cottages?|villas?|maisonettes?|heol|ffordd|stryd)"
)
# Words that end an address only after a number, for they have other uses.
_NUMBERED_ROAD = (
    r"(?:way|walk|park|place|pl|court|ct|house|hse|square|sq|row|rise|view|green|hill|st|dr|gate|wood|fold|bank|yard|wharf"
    r"|towers?|flats?|lodge|mount|vale|fields?|wynd|brae|point|quay|path|end|bridge|manor)"
)
# What is counted, or stands between a number and a word such as "way" in ordinary prose.
_COUNTED = (
    r"(?:hours?|hrs?|mins?|minutes?|days?|weeks?|wks?|months?|years?|yrs?|times|miles?|metres?|people|staff|carers?|calls?"
    r"|visits?|beds?|bedroom(?:ed)?|different|more|other|big|new|old|good|bad|of|in|a|an|and|or|to|from|for|is|are|was|were"
    r"|per|nights?|pm|am|stars?|the|my|our|your|their|this|that|on|at|by|with|ways?|floors?|steps|stairs|buses|trips?|pounds?)"
)
_WORD = rf"(?!{_COUNTED}\b)[^\W\d_][\w'\u2019.-]{{0,20}}"
_ANY_ROAD = rf"(?:{_ROAD}|{_NUMBERED_ROAD})"
_FLAT = r"(?:(?:flat|apartment|apt|unit|room|bungalow|plot|block|suite)\s(?:no\.?\s?)?(?:\d{1,4}[a-z]?|[a-z]\d{0,3})\b)"
_WITH_NUMBER = tuple(
    re.compile(regex, re.IGNORECASE)
    for regex in (
        rf"(?<![\w£$€.:])(?:{_FLAT}\s?,?\s)?(?:no\.?\s)?\d{{1,4}}\s?[a-h]?\s?,?\s(?:{_WORD},?\s){{1,4}}?{_ANY_ROAD}\b",
        rf"(?<!\w){_FLAT}(?:\s?,?\s{_WORD}){{1,4}}?\s{_ANY_ROAD}\b(?:,\s(?:{_WORD}\s){{1,3}}?{_ANY_ROAD}\b)?",
        r"(?<![\w£$€.:])\d{1,4}[a-h]?\sthe\s"
        r"(?:street|avenue|crescent|drive|grove|close|green|park|square|terrace|mount|ridgeway|paddock|croft)\b",
        r"\bP\.?\s?O\.?\sbox\s\d{1,6}\b",
    )
)
_WITHOUT_NUMBER = re.compile(
    rf"(?:\b(?:on|at|in|down|off|near|up|from|of)|,)\s(?P<it>(?:{_WORD}\s){{1,3}}?{_ROAD})\b", re.IGNORECASE
)
_MONTH_OR_DAY = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Mon|Tues?|Wed|Thu|Fri|Sat|Sun"
    r"|Mondays?|Tuesdays?|Wednesdays?|Thursdays?|Fridays?|Saturdays?|Sundays?|Mum|Dad|Staff|The|He|She|They|We|It|And|But"
    r"|So|NHS|PM|AM)\b"
)
_PROPER = rf"(?!{_MONTH_OR_DAY})[A-Z][a-z'\u2019]{{2,15}}"
# "22 Kestrel Mead": after a word that leads to a home, a number and capitals are an address whatever the street is called.
_AT_HOME = re.compile(
    rf"\b(?:[Aa]t|[Aa]ddress is|[Aa]ddress:|live[sd]? at|[Nn]o\.?|[Nn]umber|[Mm]oved (?:in)?to|[Ff]lat|[Hh]ome is|bins at"
    rf"|of|to|from|outside|opposite)\s"
    rf"(?P<it>\d{{1,4}}[A-Za-z]?,?\s{_PROPER}(?:\s{_PROPER}){{1,2}})(?!\w)"
)
_AT_NUMBER = re.compile(
    rf"(?:\b(?:[Aa]t|[Aa]ddress is|[Aa]ddress:|to|outside|opposite|from)\s|^|[.!?]\s)(?P<it>\d{{1,4}}[A-Za-z]?\s{_PROPER})"
    r"(?=\s?[,.;]|\s?$|\s(?:is|was|has|and|where|needs|gets|which)\b)"
)
_CALLED_NUMBER = re.compile(
    r"\b(?:in|into|at|from|of|to|next door at)\s(?P<it>(?:number|no\.?)\s\d{1,4}[a-z]?)(?![\w%]|\s?(?:on the list|in the queue))",
    re.IGNORECASE,
)
_NUMBERED_NAME = re.compile(
    rf"(?<![\w£$€.:/])(?:{_FLAT}\s?,?\s)?\d{{1,4}}[A-Za-z]?,?\s(?:[Tt]he\s){_PROPER}(?:,?\s{_PROPER}){{0,2}}(?!\w)"
)
_HOUSE_WITH_MORE = re.compile(
    rf"(?<!\w){_PROPER}(?:\s{_PROPER})?\s(?:Cottages?|Farm|House|Lodge|Villa|Barn|Mill|Bungalow|Croft|Court|Grange|Flats?)"
    rf"(?:,\s{_PROPER}(?:\s{_PROPER}){{0,2}}){{1,3}}(?!\w)"
)
_CORNER = re.compile(rf"\bcorner\sof\s(?P<it>{_PROPER}(?:\s{_PROPER})?(?:\s(?:and|&)\s{_PROPER}(?:\s{_PROPER})?)?)(?!\w)")
_FLAT_AND_NUMBER = re.compile(rf"(?<!\w){_FLAT},?\s\d{{1,4}}[a-z]?,?\s{_WORD}", re.IGNORECASE)
_LIVING_ON = re.compile(
    rf"\b(?:flats?|houses?|homes?|estate|shops?|scheme|live|lives|living|lived|stay|stays|corner|bungalows?|park|bus stop"
    rf"|crossing"
    rf"|road|lights|pub|chippy|surgery|club)\s(?:up\s|down\s|over\s)?(?:on|along|off|in|by|near"
    rf"|behind)\s(?P<it>{_PROPER}(?:\s{_PROPER})?)(?!\w)"
)
_NAMED_ROAD = re.compile(
    rf"\b(?:on|in|by|off|near|at|down|up|along|round|behind|opposite|from|to)\s(?:the\s)?(?P<it>{_PROPER}\s(?:Way|Walk"
    rf"|Place|Row|Rise|Hill"
    r"|Gate|Fold|Bank|Wharf|Mount|Wynd|Brae|Quay|End|Mead|Garth|Nook|Side|Square|Yard|Green|Croft|Park|View|Bridge|Loan"
    r"|Gait|Vennel"
    r"|Ginnel|Bottom|Top|Field|Fields|Estate|Flats|Towers?))(?!\w)"
)
# Streets of the north end in "gate" and the like, in one word.
_ONE_WORD = re.compile(
    r"(?<![\w-])(?P<it>(?:(?:Back|Upper|Lower|North|South|East|West|Old|New|High|Great|Little) )?(?!Colgate|Watergate"
    r"|Billingsgate)[A-Z][a-z]{2,12}(?:gate|gait|garth|royd|wynd))(?!\w)"
)
# "in" and "by" may lead to a service; a street is what one lives on, along or off.
_IS_STREET = re.compile(r"\b(?:on|along|off|up|down|behind|top of|end of|bottom of)\s(?:the\s)?(?:Back\s)?$")
_ANY_STREET = re.compile(
    r"(?:back|busy|coronation|country|downing|easy|front|high|local|long|main|middle|next|one|other|own|quiet|right|same|sesame"
    r"|side|that|this|two|whole|wrong)\s",
    re.IGNORECASE,
)


def find_addresses(reading: TokenizedText) -> Iterator[Span]:
    """Find house numbers and flats with their street, and streets that have a name of their own."""
    for pattern in _WITH_NUMBER:
        for match in pattern.finditer(reading.text):
            yield Span(*match.span(), "address")
    if any(token.titled and not token.opens for token in reading.tokens):
        for match in _AT_HOME.finditer(reading.text):
            yield Span(*match.span("it"), "address")
    for match in _CALLED_NUMBER.finditer(reading.text):
        yield Span(*match.span("it"), "address", True)
    for match in _AT_NUMBER.finditer(reading.text) if reading.cased else ():
        yield Span(*match.span("it"), "address")
    for match in _FLAT_AND_NUMBER.finditer(reading.text):
        yield Span(*match.span(), "address")
    if reading.cased:
        for match in _CORNER.finditer(reading.text):
            yield Span(*match.span("it"), "address")
        for match in (*_NUMBERED_NAME.finditer(reading.text), *_HOUSE_WITH_MORE.finditer(reading.text)):
            yield Span(*match.span(), "address")
        for pattern in (_NAMED_ROAD, _LIVING_ON, _ONE_WORD):
            for match in pattern.finditer(reading.text):
                sure = pattern is not _NAMED_ROAD and _IS_STREET.search(
                    reading.text, max(0, match.start("it") - 14), match.start("it")
                )
                yield Span(*match.span("it"), "address", not sure)
    for match in _WITHOUT_NUMBER.finditer(reading.text):
        if (
            not _ANY_STREET.match(match["it"])
            and not match["it"].startswith("I ")
            and (not reading.cased or match["it"][0].isupper())
        ):
            yield Span(*match.span("it"), "address")
