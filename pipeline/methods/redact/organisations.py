"""Care homes, day centres, surgeries, schools and the like that are called by name."""

import re
from collections.abc import Iterator

from pipeline.methods.redact.lexicon import Lexicon
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import TokenizedText


# What can hardly be anything else, whatever its capitals.
_CERTAIN_KIND = (
    r"(?:(?:care|nursing|residential|rest|retirement|respite|dementia|children'?s)\s(?:care\s)?(?:home|centre|unit|village)"
    r"|day\s(?:care\s)?(?:centre|services?)|supported\sliving|extra\scare|sheltered\shousing|assisted\sliving|home\s?care"
    r"|(?:respite|resource|medical|health|community|wellbeing|family|learning disability|disability|neighbourhood|leisure"
    r"|activity|rehab(?:ilitation)?|assessment|memory|walk-?in)\s(?:and\s\w{1,12}\s)?(?:centre|center|unit|hub|clinic)"
    r"|care\s(?:services?|agency|group|solutions|village|at home|ltd|limited)|domiciliary\scare|nursing\sagency|hospice"
    r"|hospital|infirmary|surgery|medical\spractice|(?:primary|high|special|grammar)\sschool|academy|community\scollege"
    r"|housing\sassociation)"
)
_KIND = r"(?:house|lodge|court|manor|grange|hall|villas?|ward|unit|centre|clinic|practice|school|college|nursery)"
_KIND_WITH_CAPITAL = (
    r"(?:view|gardens|place|trust|care|carers|homes?|park|cottage|rise"
    r"|mews|close|church|project|club|group|lawns|oaks|willows|elms|beeches|cedars|meadows|acres)"
)
_PROVIDER = re.compile(rf"\b(?P<kind>{_CERTAIN_KIND}|{_KIND}|{_KIND_WITH_CAPITAL})\b", re.IGNORECASE)
_CERTAIN = re.compile(_CERTAIN_KIND, re.IGNORECASE)
_NEEDS_CAPITAL = re.compile(_KIND_WITH_CAPITAL, re.IGNORECASE)
_GAP = re.compile(r"(?:'s|\u2019s)?\s$")
_LED_TO = re.compile(r"\b(?:at|from|called|near|into|attends?|attended|@)\s(?:the\s)?$", re.IGNORECASE)
_WORDS_IN_NAME = 3
# Homes are often called after what grows there.
_GROWS = (
    r"(?:beeches|birches|brambles|cedars|chestnuts|elms|firs|gables|hawthorns|heathers|hollies|larches|laurels|lawns"
    r"|limes|maples|oaks|orchards|pines|poplars|rowans|sycamores|willows|yews)"
)
_CALLED_THE = re.compile(
    r"\bThe\s(?:Grange|Priory|Manor|Haven|Retreat|Mount|Hollies|Limes|Laurels|Gables|Willows|Elms|Cedars|Beeches|Firs|Oaks|Poplars|Croft"
    r"|Orchard|Pines|Sycamores|Chestnuts|Rowans|Hawthorns|Cottage|Lodge|Abbey|Meadows|Old\s[A-Z][a-z]{3,12}|Gardens|Hermitage|Vicarage"
    r"|Rectory|Mill|Maltings|Paddocks?|Spinney|Mews|Beacon|Lighthouse|Bungalow|Coach\sHouse)(?!\w)"
)
_AFTER_WHAT_GROWS = re.compile(rf"\b(?:at|from|in|into|to|left|leave|called|near|@)\s(?P<it>the\s{_GROWS})\b", re.IGNORECASE)


def find_providers(reading: TokenizedText, lexicon: Lexicon) -> Iterator[Span]:
    """Find places of care and the like that are called by name."""
    at = {token.end: i for i, token in enumerate(reading.tokens)}
    for match in _PROVIDER.finditer(reading.text):
        gap = _GAP.search(reading.text, max(0, match.start() - 3), match.start())
        last = at.get(gap.start()) if gap else None
        certain = _CERTAIN.fullmatch(match["kind"]) is not None
        usual = match["kind"][0].isupper() if reading.cased else not _NEEDS_CAPITAL.fullmatch(match["kind"])
        if last is not None and (certain or usual):
            first = _first_of_name(reading, lexicon, last, certain=certain)
            if first is not None:
                yield Span(reading.tokens[first].start, match.end(), "care provider")
    for match in _CALLED_THE.finditer(reading.text):
        yield Span(*match.span(), "care provider", True)
    for match in _AFTER_WHAT_GROWS.finditer(reading.text):
        if not reading.cased or match["it"][4].isupper():
            yield Span(*match.span("it"), "care provider")


def _first_of_name(reading: TokenizedText, lexicon: Lexicon, last: int, *, certain: bool) -> int | None:
    """Return the first token of the provider's own name, which ends with the token `last`, if it has one."""
    first = last + 1
    while first > 0 and last - first < _WORDS_IN_NAME and _may_belong(reading, lexicon, first - 1, last):
        first -= 1
    # What kind of place it is, or "the", is no part of its own name.
    while first <= last and _describes(lexicon, reading.tokens[first].word):
        first += 1
    if first > last:
        return None
    words = [reading.tokens[i].word for i in range(first, last + 1)]
    if reading.cased or any(not lexicon.is_word(word) and word not in lexicon.heard_of for word in words):
        return first
    led = _LED_TO.search(reading.text, max(0, reading.tokens[first].start - 14), reading.tokens[first].start)
    return first if led and certain else None


def _may_belong(reading: TokenizedText, lexicon: Lexicon, position: int, last: int) -> bool:
    token = reading.tokens[position]
    if position < last:
        between = reading.text[token.end : reading.tokens[position + 1].start]
        if between not in (" ", "'s ", "\u2019s ") and not (between == ". " and token.word == "st"):
            return False
    return token.titled if reading.cased else token.word not in lexicon.function


def _describes(lexicon: Lexicon, word: str) -> bool:
    if word in lexicon.kinds_of_place or word in lexicon.function:
        return True
    return lexicon.never(word) and word != "st"
