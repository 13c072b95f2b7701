"""What may point at one person beside something else, and is flagged for somebody to look at: papers, charities, roles, homes."""

import re
from collections.abc import Iterator

from pipeline.methods.redact.lexicon import Lexicon
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.tokenized_text import TokenizedText


_PROPER = r"[A-Z][\w'\u2019&-]{1,20}"
# No abbreviation such as CPN.
_NAME = r"[A-Z][a-z][\w'\u2019&-]{0,20}"
_PAPER = re.compile(
    rf"(?<!\w)(?P<it>(?:{_PROPER}\s){{1,3}}(?:Courier|Echo|Gazette|Herald|Chronicle|Argus|Mercury|Advertiser|Post|Telegraph|Times"
    r"|News|Press|Mail|Observer|Standard|Examiner|Journal|Star|Citizen|Express|Leader|Record|Reporter|Bulletin|Sentinel|Tribune"
    r"|Informer|Evening News|FM|Radio|Messenger|Voice))(?!\w)"
)
_NATIONAL = re.compile(r"(?:The\s)?(?:Daily|Sunday|Sky|BBC|Channel|Financial|Morning|Fox|Easy|Good|Great|Bad|Royal|First|Last)\s")
_BODY = re.compile(
    rf"(?<!\w)(?P<it>{_PROPER}(?:\s(?:{_PROPER}|and|of|for|&)){{0,3}}\s(?:Trust|Foundation|Charity|Project|Society"
    rf"|Association|Network|Alliance"
    r"|Forum|Fellowship|Hub|CIC|Aid|Action|Concern|Link|Links|Caf\u00e9|Cafe|Church|Chapel|Mosque|Gurdwara|Temple|Synagogue"
    r"|Kirk|Club|Group"
    r"|Choir|Players|Rovers|United|Rangers|Scouts|Guides|Brownies|Cadets|Mission|Ministries|Refuge|Hostel|Shed|Pantry"
    r"|Foodbank|Food Bank"
    r"|Theatre|Library|Farm|Pub|Inn|Arms|Co-op|Bakery|Works|Factory|Mill|Colliery|Barracks|Prison|Court))(?!\w)"
)
_CHARITY = re.compile(
    r"(?<!\w)(?P<it>Mencap|Rethink|Samaritans|Barnardo'?s|Oxfam|Turn2us|Healthwatch|Macmillan|Age UK|Age Concern"
    r"|Age Scotland|Age Cymru"
    r"|Citizens Advice|Shelter Cymru|Scope|Mind|Shelter|Sense|RNIB|RNID|Carers UK|Carers Trust|Marie Curie|Sue Ryder"
    r"|Turning Point"
    r"|Home-Start|Homestart|Crossroads|Addaction|Refuge|Women'?s Aid|Stonewall|Headway|Leonard Cheshire|Dimensions|Mencap Cymru"
    r"|Enable|Penumbra|SAMH|Gofal|Tenovus|Emmaus|Crisis|St Mungo'?s|Salvation Army|British Legion|Relate|Cruse|Kooth"
    r"|Andy'?s Man Club)"
    r"(?!\w)"
)
_INSTITUTION = (
    r"(?:police|fire|ambulance|bus|railway|train|petrol|lifeboat|coastguard|radio)\sstation|(?:primary|infant|junior"
    r"|secondary|high|nursery)"
    r"\s(?:school)|school|church|chapel|mosque|hospital|college|university|surgery|council|library|prison|court|pub|parish"
)
_WHO = (
    r"(?:\bspeaking as|\bi'?m|\bi am|\bi was|\bi work(?:ed)?|\bas|\bbeing|\bhe'?s|\bshe'?s|\b(?:he|she|who|it)\s(?:is|was)"
    r"|\b(?:mum|dad|mother|father|son|daughter|husband|wife|brother|sister|partner|friend|neighbour|nan|gran|uncle|auntie?"
    r"|cousin)"
    r"(?:\s(?:is|was|works|worked)|'s)|\bused to be|\bbecame|\bretired)\s(?:as\s)?"
)
_ROLE_SOMEWHERE = re.compile(
    rf"{_WHO}(?P<it>(?:the|a|an|only|former|retired|head|chief|senior|deputy)\s(?:[a-z-]{{1,15}}\s){{1,6}}?"
    rf"(?:at|of|for|in|from|with|outside|near|by|on)\s(?:the\s)?(?-i:{_NAME})(?:\s(?:(?-i:{_NAME})|(?:{_INSTITUTION})\b|(?:of|o'|on|upon|by"
    rf"|the)\s(?-i:{_NAME}))){{0,3}})",
    re.IGNORECASE,
)
_OFFICE = (
    r"(?:vicar|rector|curate|minister|priest|deacon|imam|rabbi|pastor|chaplain|churchwarden|verger|organist|bell\s?ringer"
    r"|head\s?teacher"
    r"|headmaster|headmistress|deputy head|school governor|caretaker|janitor|lollipop (?:lady|man|woman)|postmaster|postmistress"
    r"|sub-?postmaster|landlord|landlady|mayor|mayoress|lord mayor|councillor|mp|msp|pc|pcso|police (?:officer|sergeant"
    r"|inspector)"
    r"|constable|sergeant|inspector|fire ?fighter|station (?:master|officer)|chair(?:man|woman|person)?|secretary|treasurer"
    r"|founder"
    r"|captain|coach|skipper|editor|harbour ?master|coroner|magistrate|town crier|registrar|sheriff|gp partner|practice manager"
    r"|ward sister|matron|butcher|baker|blacksmith|undertaker|gamekeeper|lighthouse keeper|ferryman|lifeboat (?:man"
    r"|crew)|organist|(?:bus|tram|train|lorry|taxi) driver"
    r"|coxswain"
    r"|scout leader|guide leader|brown owl|champion|conductor)"
)
_OFFICE_OF = re.compile(
    rf"\b(?P<it>(?:(?:the|a|an|only|former|retired|local|deputy)\s){{0,3}}{_OFFICE}\s(?:of|at|in|for|from|with|outside|near|on)\s(?:(?:the"
    rf"|our|my|a)\s)?"
    rf"(?:(?-i:{_NAME})(?:\s(?:(?-i:{_NAME})|(?:{_INSTITUTION})\b|(?:of|o'|on|upon|by|the)\s(?-i:{_NAME}))){{0,3}}"
    rf"|(?:[a-z]{{3,15}}\s){{0,2}}(?:{_INSTITUTION}|village|town|club|team|group|choir|band|society|league|branch|lodge|allotments?)\b))",
    re.IGNORECASE,
)
_THE_ONLY = re.compile(
    r"\b(?P<it>(?:(?:the|their|our)\s|^|(?<=as\s)|(?<=was\s)|(?<=am\s))(?:only|first|last|oldest|youngest"
    r"|longest[ -]serving)\s(?:[\w'\u2019-]{2,20}\s){0,4}?[\w'\u2019-]{2,20}\s(?:in|at|on|from|of|for|with)\s"
    r"(?:(?:the|our|this|my|here)\s)?(?-i:[A-Z][\w'\u2019-]+|(?:village|town|street|road|county|island|estate|ward|home"
    r"|unit|school|church|area|city"
    r"|country|council|region|building|block|centre|(?:\w{3,12}\s)?(?:group|club|choir|team|class|ward|society|band|league|shift|rota))\b)(?:\s(?-i:[A-Z])[\w'\u2019-]+){0,2})",
    re.IGNORECASE,
)
_WHERE = (
    r"(?:country|county|world|uk|britain|england|scotland|wales|ireland|nation|region|area|village|town|city|borough|island|district|school"
    r"|home|street|estate|ward|unit|hospital|trust|council|north|south|east|west|(?-i:[A-Z][\w'\u2019-]+))"
)
_LOCAL_OFFICE = re.compile(
    rf"\b(?P<it>(?:the|our|an?)\s(?:local|village|town|parish|only|former|ex|retired|first|last)[\s-]{_OFFICE})\b", re.IGNORECASE
)
_FORMER = re.compile(
    rf"\b(?P<it>(?:the\s|an?\s)?(?:former|ex|retired|founding|chief|head|deputy|leader)[\s-](?:[a-z-]{{2,15}}\s){{0,3}}?(?:of|at|for|from|in)\s(?:the\s)?(?-i:{_NAME})"
    rf"(?:\s(?-i:{_NAME})){{0,3}})",
    re.IGNORECASE,
)
_ONE_WHO = re.compile(
    r"\b(?:i'?m|i am|he'?s|she'?s|he is|she is|i was|he was|she was|that'?s me,?|known as|as|^)\s?(?P<it>the\s(?:man|woman"
    r"|lady|lad|girl|boy|bloke|guy|person|one|mum|dad"
    r"|mother|father|couple|family|wifie|chap|carer|nurse)\s(?:who|whose|with the|with a)\s[^,.;!?\n]{3,60})",
    re.IGNORECASE,
)
# Things, reasons and times are nobody.
_NOBODY = (
    r"(?:things?|ways?|reasons?|times?|places?|options?|problems?|issues?|complaints?|one|good|bad|opinions?|smiles?|bits?|parts?|choices?"
    r"|differences?|contacts?|days?|points?|shops?|bus|buses|trains?|hope|answers?|words?|questions?|change|help|support|service|activity"
    r"|toilets?|lifts?|rooms?|food|meals?|money|thing|light|joy|comfort|sound|noise|outing|break)"
)
_ONLY_IN = re.compile(
    rf"\b(?P<it>(?:the|their|our)\sonly\s(?:(?!{_NOBODY}\b)[\w'\u2019-]{{2,20}}\s){{1,4}}?(?:in|at|on|on\sthe|within)\s(?:the|her|his|their|our|my|this)"
    r"\s(?:[\w'\u2019-]{2,20})(?:\s(?:group|club|team|class|choir|school|site|home|unit|ward|street|road))?)(?!\w)",
    re.IGNORECASE,
)
_THE_OFFICE = re.compile(
    rf"\b(?:i'?m|i am|i was|he'?s|she'?s|he is|she is|he was|she was|as"
    rf"|being)\s(?P<it>the\s(?:[\w-]{{3,12}}\s){{0,2}}{_OFFICE})\b",
    re.IGNORECASE,
)
_FAMILIES = re.compile(
    r"\b(?P<it>(?:one|two|1|2) of (?:only |just |about )?(?:the )?(?:few|two|three|four|five|six|seven|eight|nine|ten"
    r"|[2-9]|1\d)\s"
    r"(?:[\w'\u2019-]{2,20}\s){0,2}(?:famil(?:y|ies)|people|men|women|kids|children|girls|boys|couples|households|residents|tenants|carers|members"
    r"|speakers|users|patients|households|pupils|parents)\b(?:\s(?:in|on|at|of|from|with|who)\s[^,.;!?\n]{2,40})?)",
    re.IGNORECASE,
)
_ONE_OF_FEW = re.compile(
    r"\b(?P<it>(?:one|1|two|2) (?:of|in) (?:only |just |about |around |fewer than |less than |the )?(?:a )?(?:few"
    r"|handful of|\d{1,4}|two|three|four"
    r"|five|six|seven|eight|nine|ten|eleven|twelve|a dozen|twenty|thirty|forty|fifty|a hundred)\b(?:\s[\w'\u2019-]{2,20}){0,3}?"
    rf" (?:in|on|at|of|from) (?:the |this |our |all |all of )?(?:whole |entire )?{_WHERE}\b"
    r"(?: (?:with|who|that|to) [^,.;!?\n]{2,60}|(?:\s(?-i:[A-Z])[\w'\u2019-]+)*))",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    rf"(?<!\w)(?P<it>(?:St\.?\s)?{_PROPER}(?:\s{_PROPER}){{0,2}}\s(?:High|Primary|Infants?|Juniors?|Comp|Comprehensive"
    rf"|Grammar|Sixth Form"
    r"|Uni|University|Academy|College|School|Nursery|RC|C of E|Prep)(?:\s(?:School|Academy))?)(?!\w)"
)
_SAINT = re.compile(
    r"(?<!\w)(?P<it>(?:St|Saint)\.?\s[A-Z][\w]{2,15}(?:'s|\u2019s|s'|s\u2019)?(?:\s(?:Church|Hospital|Hospice|House"
    r"|Court))?)(?!\w)"
)
_HOME = re.compile(
    r"(?<![\w-])(?P<it>[A-Z][a-z]{2,9}(?:wood|brook|field|fields|leigh|ley|dale|view|lea|side|croft|bank|mead|meadow|hurst"
    r"|thorpe|holme|dene"
    r"|lodge|court|house|cliff|cliffe|mount|bourne|ford|combe|haven|grange|grove|lands|acre|acres|tree|vale|mere|moor|glade"
    r"|garth|burn|dell))(?!\w)"
)
_LED = re.compile(
    r"(?:\b(?:at|in|into|from|to|called|near|left|leave|leaving|is|was|of|and|or|about|like|for|with|by|over|than|with|on"
    r"|under|since|until|outside"
    r"|around|inside)\s(?:the\s)?|[(,/]\s?)$"
)
_GIVEN_TO = re.compile(
    rf"\b(?i:volunteer(?:s|ed|ing)?|work(?:s|ed|ing)?|support|help|referred|signposted|grant|money|supported|run|funded|helped)\s"
    rf"(?i:for|at|with|by|from|to)\s(?:the\s)?(?P<it>{_NAME}(?:\s(?:(?:for|of|and|the|in|to)\s)?{_NAME}){{0,3}})(?!\w)"
)
_ESTATE = re.compile(
    rf"\b(?P<it>[Tt]he\s{_NAME}(?:\s{_NAME})?\s(?:estate|flats|tower|scheme|hostel|ward|unit|centre|surgery|pub|project|site))\b"
)
_FLAGS = (
    (_GIVEN_TO, "organisation"),
    (_ESTATE, "address"),
    (_PAPER, "publication"),
    (_BODY, "organisation"),
    (_SCHOOL, "care provider"),
    (_SAINT, "place"),
)
_PLACED = frozenset({"at", "of", "in", "for", "from", "with", "on"})
_FEW = frozenset({"one", "two"})
_RANKED = frozenset({"only", "first", "last", "oldest", "youngest", "longest", "longest-serving"})
_OFFICE_WORDS = frozenset(re.findall(r"[a-z]{2,}", _OFFICE)) | {"bellringer", "headteacher", "subpostmaster", "firefighter"}


_SMALL_HOME = re.compile(
    r"\b(?:at|in|into|from|to|of|called|left|near)\s(?P<it>[a-z]{2,9}(?:wood|brook|field|fields|leigh|ley|dale|view|croft"
    r"|bank|mead|hurst|thorpe"
    r"|holme|dene|lodge|court|bourne|combe|haven|grange|grove|mere|moor|garth))(?!\w)"
)
_IS_A_HOME = re.compile(r"\s(?:is|was|has|had|closed|shut|staff|used|never|always|needs|could|should|care)\b")


_WARD = re.compile(
    r"\b(?:in|on|to|from|at)\s(?:the\s)?(?P<it>(?:ward|bay|unit)\s(?:no\.?\s)?(?:\d{1,3}[a-z]?|[A-Z]\d{0,2}\b))(?!\w)",
    re.IGNORECASE,
)


def find_life_details(reading: TokenizedText, lexicon: Lexicon) -> Iterator[Span]:
    """Flag papers, charities and clubs, schools, homes called by one word, and what somebody is somewhere."""
    text = reading.text
    yield from (Span(*match.span("it"), "care provider", True) for match in _WARD.finditer(text))
    names_inside = any(token.titled and not token.opens for token in reading.tokens)
    yield from _roles(reading, names_inside=names_inside)
    if not any(token.titled and len(token.word) > 1 for token in reading.tokens):
        for match in _SMALL_HOME.finditer(text):
            word = match["it"]
            if not lexicon.is_word(word) and word not in lexicon.heard_of and not lexicon.misspells_a_word(word):
                yield Span(*match.span("it"), "care provider", True)
        return
    if names_inside and not reading.cased:
        # Capitals everywhere tell nothing.
        return
    for pattern, label in _FLAGS if names_inside else ():
        for match in pattern.finditer(text):
            if not _NATIONAL.match(match["it"]) and _is_called(match["it"], lexicon):
                yield Span(*match.span("it"), label, True)
    starts = {token.start: token for token in reading.tokens}
    for match in _CHARITY.finditer(text):
        token = starts.get(match.start())
        if token is not None and (" " in match["it"] or reading.marks_a_name(token) or not lexicon.is_word(token.word)):
            yield Span(*match.span("it"), "organisation", True)
    for match in _HOME.finditer(text):
        token = starts.get(match.start())
        begins = token is not None and token.opens and _IS_A_HOME.match(text, match.end()) and not lexicon.is_word(token.word)
        if begins or _LED.search(text, max(0, match.start() - 14), match.start()):
            yield Span(*match.span("it"), "care provider", True)


def _roles(reading: TokenizedText, *, names_inside: bool) -> Iterator[Span]:
    """Flag what somebody is somewhere; most answers hold no word that any of the patterns could begin with."""
    words = {token.word for token in reading.tokens}
    if words.isdisjoint(_PLACED):
        yield from (
            Span(*match.span("it"), "role", True)
            for pattern in (_ONE_WHO, _LOCAL_OFFICE, _THE_OFFICE)
            for match in pattern.finditer(reading.text)
        )
        return
    patterns = [_ROLE_SOMEWHERE, _FORMER] if names_inside else []
    patterns += [_OFFICE_OF, _LOCAL_OFFICE, _THE_OFFICE] if not words.isdisjoint(_OFFICE_WORDS) else []
    patterns += [_ONE_WHO] if "the" in words else []
    patterns += [_ONE_OF_FEW, _FAMILIES] if not words.isdisjoint(_FEW) else []
    patterns += [_ONLY_IN] if "only" in words else []
    patterns += [_THE_ONLY] if not words.isdisjoint(_RANKED) else []
    for pattern in patterns:
        yield from (Span(*match.span("it"), "role", True) for match in pattern.finditer(reading.text))


def _is_called(name: str, lexicon: Lexicon) -> bool:
    """Say whether a word of the name, before its kind, is not one that everybody writes with a capital."""
    words = [word.casefold().removesuffix("'s") for word in re.findall(r"[\w'\u2019-]+", name)]
    words = words[:-1] or words
    return any(word not in lexicon.kinds_of_place and not lexicon.never(word) for word in words)
