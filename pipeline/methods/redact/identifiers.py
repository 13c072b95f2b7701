"""Numbers, codes and addresses of the net that are personal by their form alone, valid or not: people mistype them."""

from functools import partial

from pipeline.methods.redact.patterns import form


_of_words = partial(form, with_digit=False)
_GAP = r"[ .()/\-\u2010-\u2013]{0,2}"
# What follows a currency sign or a decimal point is a sum.
_NOT_MONEY = r"(?<![\w£$€.])"
# Telephone numbers written as they are read aloud.
_DIGIT_WORD = r"(?:oh?|zero|nought|one|two|three|four|five|six|seven|eight|nine|double|treble|triple|hundred)"

_DOT = r"(?:\s?[\[(]\s?dot\s?[\])]\s?|\sdot\s)"
_AT = r"(?:\sat\s|\s?[\[(]\s?at\s?[\])]\s?)"
_TLD = r"(?:com|co|org|net|uk|info|gov|ac|nhs|me|io|eu|ie|wales|cymru|scot|email|biz)\b"
_SITE = r"(?:com|co\.uk|org\.uk|org|net|uk|info|io|eu|ie|wales|cymru|scot|me)"
_NETWORK = r"(?:insta(?:gram)?|snap(?:chat)?|twitter|tiktok|facebook|fb|skype|discord|username|handle)"
_ONLINE = (
    _of_words("e-mail", r"(?<![\w.+-])[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\s?\.\s?[a-z][\w-]{1,20}){1,4}"),
    _of_words("e-mail", r"(?<![\w.+-])[\w.+-]{1,40}@[\w-]{1,63}(?:\s?dot\s?[\w-]{2,20}){0,3}"),
    # jo dot bloggs 54 at g mail dot com
    _of_words(
        "e-mail",
        r"(?<![\w.+-])[\w.+-]{1,40}(?:(?:\s(?:dot|point|underscore|dash|hyphen)\s|\s?[\[(]\s?(?:dot|underscore|dash)\s?[\])]\s?)[\w-]{1,40}){0,4}(?:\s\d{1,6}){0,3}",
        rf"{_AT}(?!www\b|https?\b)(?:(?:g|hot|i|proton)\s)?[\w-]{{2,40}}(?:(?:{_DOT}|\s?\.\s?)[\w-]{{2,20}}){{0,3}}(?:{_DOT}|\s?\.\s?){_TLD}",
    ),
    _of_words(
        "e-mail",
        r"\be-?mail(?:\saddress)?\b\W{0,3}(?:(?:is|me|at|on|to)\W{1,2}){0,3}(?P<it>[\w.]{1,30}(?:\s(?!at\b)[\w.]{1,30}){0,2}",
        rf"\sat\s[\w-]{{2,40}}(?:\sdot\s[\w-]{{2,20}}){{0,2}}(?:\sdot\s|\s?\.\s?){_TLD})",
    ),
    # jo.bloggs at example.org, but not "look at example.org"
    _of_words(
        "e-mail",
        r"(?<![\w.+-])(?:(?=[\w-]{0,30}[\d_.])[\w.+-]{2,64}\sat\s|[\w.+-]{1,64}\s?[\[(]\s?at\s?[\])]\s?)",
        rf"(?:[\w-]{{2,40}}\.){{1,3}}{_TLD}",
    ),
    # kev underscore b at hotmail
    _of_words(
        "e-mail",
        r"(?<![\w.+-])[\w+-]{1,40}(?:\s?(?:dot|point|underscore|dash|hyphen|[._])\s?[\w-]{1,40}){0,4}(?:\s\d{1,6}){0,2}",
        rf"{_AT}(?:g\s?mail|hot\s?mail|yahoo|outlook|icloud|bt\s?internet|aol|live|sky|talk\s?talk|virgin\s?media|proton\s?mail)\b",
        rf"(?:(?:{_DOT}|\s?\.\s?)[\w-]{{2,20}}){{0,3}}",
    ),
    _of_words("e-mail", rf"(?<![\w.+-])[\w.+-]{{1,64}}\s?@\s?[\w-]{{1,40}}\s[\w-]{{1,40}}\s?\.\s?{_TLD}(?:\s?\.\s?uk\b)?"),
    _of_words(
        "web address",
        r"(?<![\w@.-])[\w-]{2,40}\.(?:wordpress|blogspot|tumblr|wixsite|weebly|substack|github|medium|ghost|carrd|home\.blog)",
        r"(?:\.\w{2,6}){1,2}\b(?:/[^\s<>\"]{1,200})?",
    ),
    _of_words(
        "web address",
        rf"(?<![\w@.-])(?!(?:[\w-]{{1,60}}\.){{0,3}}(?:gov|nhs|ac|police)\.uk)(?:[\w-]{{2,40}}\.){{1,3}}{_SITE}(?![\w/])",
        flagged_only=True,
    ),
    _of_words("web address", r"(?<!\w)https?://[^\s<>\"]{3,300}"),
    _of_words("web address", r"(?<!\w)www\.(?!(?:[\w-]{1,60}\.){0,3}(?:gov|nhs|ac)\.uk(?![\w/]))[^\s<>\"]{3,300}"),
    _of_words("web address", rf"(?<![\w@.])(?:[\w-]{{2,40}}\.){{1,3}}{_SITE}/[^\s<>\"]{{1,200}}"),
    _of_words("handle", r"(?<![\w@.])@[a-z0-9_][\w.]{1,29}"),
    _of_words(
        "handle",
        rf"\b{_NETWORK}\b(?:\s(?:is|as|name|handle|on|me|at))?[\s:=-]{{1,3}}",
        r"(?P<it>[a-z]{0,20}(?:[_.][a-z]|\d)[\w.]{1,25})",
    ),
)

_HANDLE_AS = _of_words(
    "handle",
    rf"\b{_NETWORK}\b\s(?:as|under|handle(?:\sis)?|username(?:\sis)?|name(?:\sis)?|called|i'?m|i\sam)\s",
    r"(?P<it>(?!the\b|a\b|my\b|well\b)[\w.]{5,30})",
)
_HANDLE_AFTER = _of_words("handle", rf"\b{_NETWORK}\b\s?[:=]\s?(?P<it>@?[\w.]{{4,30}})")
_HEALTH = r"(?:nhs|chi|h ?& ?c|h and c|health and care|patient)"
_NUMBERS = (
    form("health number", rf"{_NOT_MONEY}[1-9]\d{{2}}[ .\-\u2010-\u2013]{{1,3}}\d{{3}}[ .\-\u2010-\u2013]{{1,3}}\d{{4}}(?!\d)"),
    form("health number", rf"{_NOT_MONEY}[1-9]\d{{9}}(?!\d)"),
    form("health number", rf"{_NOT_MONEY}[0-3]\d[01]\d\d{{2}}[ -]?\d{{4}}(?!\d)"),
    form(
        "health number",
        rf"\b{_HEALTH}\b(?:\s?(?:\w{{2,9}}\b\.?|#))?[\s:#-]{{0,3}}",
        r"(?:(?:is|was|begins|starts|ends)\s|(?:with|in)\s|=\s?){0,2}(?P<it>\d(?:[ .-]?\d){4,11})(?!\d)",
    ),
    form("National Insurance number", r"(?<![\w£])[a-z]{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?[a-d](?!\w)"),
    form(
        "National Insurance number",
        r"\b(?:ni|nino|national insurance)\b\W{0,3}(?:no\b|num\w{0,6})?\W{0,3}(?:is\s)?",
        r"(?P<it>[a-z]{2}(?:[ .-]?\d){4,6}(?:[ .-]?[a-z])?)(?!\w)",
    ),
    form("phone", rf"{_NOT_MONEY}(?:\+|00)\s?\d{{1,3}}[ .-]?(?:\(0\)[ .-]?)?\d(?:{_GAP}\d){{7,11}}(?!\d)"),
    form("phone", rf"{_NOT_MONEY}\(?0(?:{_GAP}\d){{9,10}}(?!\d)"),
    form(
        "phone",
        r"\b(?:tel(?:ephone)?|phone|ring|call|text|mob(?:ile)?|landline|whats\s?app|extension|ext)\b\W{0,3}(?:\w{1,8}\s){0,3}?",
        r"(?P<it>\d(?:[ -]?\d){4,11})(?![\d%:])(?!\s?(?:times|people|mins?|minutes|hours|days|weeks))",
    ),
    # The letter O for a nought.
    _of_words(
        "phone", rf"(?<![\w£$€.])(?=[\dOo .()/-]{{0,16}}[Oo])(?=[\dOo .()/-]{{0,16}}\d)[Oo0](?:{_GAP}[\dOo]){{9,10}}(?!\w)"
    ),
    _of_words(
        "phone",
        rf"\b(?=(?:\w{{1,7}}[\s,-]{{1,2}}){{0,6}}(?:double|treble|triple|oh|zero)\b)(?:{_DIGIT_WORD}[\s,-]{{1,2}}){{4,5}}{_DIGIT_WORD}\b",
    ),
    _of_words("phone", rf"\b(?:{_DIGIT_WORD}[\s,-]{{1,2}}){{4,5}}{_DIGIT_WORD}\b", flagged_only=True),
    _of_words("phone", rf"\b(?:{_DIGIT_WORD}[\s,-]{{1,2}}){{6,14}}{_DIGIT_WORD}\b"),
)

_AREA = (
    "(?:AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G"
    "|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW"
    "|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD"
    "|WF|WN|WR|WS|WV|YO|ZE)"
)
_POSTCODES = (
    form("postcode", rf"(?<![\w£$]){_AREA}\d[a-z\d]?(?:\s{{0,2}}|-)\d(?!(?:st|nd|rd|th|pm|am)\b)[a-z]{{2}}(?!\w)"),
    form("postcode", r"(?<![\w£$])[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}(?!\w)", exact_case=True),
    form("postcode", r"\bpost\s?code\b\W{0,3}(?:\w{1,8}\s){0,3}?", rf"(?P<it>{_AREA}\d[a-z\d]?(?:\s?\d)?)(?!\w)"),
    # The first half alone; areas that look like something else in prose need two figures.
    form(
        "postcode",
        r"(?<![\w£$/-])(?!(?:CT|PE|PA|TS|IP|CO|ME|ST)\d\b)(?<!the )(?=[A-Z]{2})",
        rf"{_AREA}\d{{1,2}}[A-Z]?(?![\w/-])",
        exact_case=True,
    ),
    form(
        "postcode",
        r"\b(?:[Ii]n|[Nn]ear|[Aa]round|[Ff]rom|[Ll]eave) (?P<it>[BEGLMNSW]\d{1,2})(?= area\b|[,.;!?]|$)",
        exact_case=True,
        flagged_only=True,
    ),
)

# Three letters after two figures that are a unit or a little word, and so no number plate.
_SMALL_WORD = r"(?:hrs|min|day|yrs|ppl|mph|kgs|any|and|the|for|but|has|was|who|are|you|all|not|our|can|now|too|yes|its|she)\b"
_CASE = (
    r"(?:case|casework|ref|reference|file|mosaic|liquid\s?logic|las|care\s?first|complaint|claim|client|service user"
    r"|patient|hospital|account|customer|incident|crime|policy|membership|passport|licen[cs]e|order|tenancy|referral|log"
    r"|badge|id|pcn|utr|crn|urn|uprn|pin|roll|application|applicant|member|candidate|student|staff|tenant|rent|council"
    r" tax|hospital no)"
)
# Letters that stand before figures and make no number of a case of them.
_NO_CODE = (
    r"(?:covid|pip|uc|esa|dla|nhs|gcse|bbc|in|on|at|of|for|to|the|and|since|by|is|was|are|were|from|about|around|over|under|than|or|a|an"
    r"|my|me|we|i|it|he|she|they|us|every|until|till|before|after|past|only|just|age|aged|band|room|flat|ward|number|nos?|route|bus|level"
    r"|top|up|did|had|has|have|got|get|be|am|pm|min|mins|hrs?|hours?|days?|weeks?|years?|months?|mon|tue|tues|wed|weds|thu|thur|thurs|fri"
    r"|sat|sun|jan|feb|mar|march|apr|april|may|june?|july?|aug|sept?|oct|nov|dec|vitamin|covid|grade|section|part|page|chapter|type|step"
    r"|stage|year|ring|call|text|rang|tel|phone|mob|mobile|fax|dial|rule|gp|a\s?&\s?e|with|not|so|but|as|if|when|like|nearly|almost|best"
    r"|least|most|max|about|approx|circa|plus|between|within|all|say|says|said|paid|cost|costs|pay|pays|charge|quid|pounds?|hit|did)\b"
)
_CODES = (
    form(
        "number plate",
        rf"(?<![\w£])(?:[a-z]{{2}}\d{{2}}\s?(?!{_SMALL_WORD})[a-z]{{3}}|[A-Z]{{2}}\d{{2}}\s?[A-Z]{{3}})(?!\w)",
        exact_case=True,
    ),
    form("number plate", r"(?<![\w£])(?:[A-Z]\d{1,3}\s?[A-Z]{3}|[A-Z]{3}\s?\d{1,3}[A-Z])(?!\w)", exact_case=True),
    form(
        "number plate",
        rf"(?<!\w)(?!(?:IS|AM|AT|ON|IN|OF|TO|WE|HE|MY|BY|UP|AS|OR|SO|NO|IT|ME|US|DO|GO|IF|BE|AN|IM)\b)[A-Z]{{2}}\s\d{{2}}\s(?!(?i:{_SMALL_WORD}))"
        r"(?!(?:OLD|OUT|OFF|GOT|DAD|MUM|NAN|HIS|HER|LOT|WAY|MEN|BUS|HAD|DID|GET|SAY|SON|NOR|YET|PER|TIL)\b)[A-Z]{3}(?!\w)",
        exact_case=True,
    ),
    form(
        "number plate",
        r"\b(?:reg(?:istration)?|number plate)\b\W{0,3}(?:(?:no|number|plate|is|was)\b\W{0,3}){0,3}",
        rf"(?P<it>[a-z]{{1,3}}\s?\d{{1,4}}(?:\s?(?!{_SMALL_WORD})[a-z]{{1,3}})?)(?!\w)",
    ),
    form(
        "reference",
        rf"\b{_CASE}\b(?:\s(?:no|num\w{{0,6}}|ref(?:erence)?|id|code))?\W{{0,4}}(?:(?:is|was|no|number)\s){{0,2}}",
        # A year alone is none, "2023/00418" is one.
        r"(?P<it>(?!(?:19|20)\d{2}\b(?![/-]\d{3}))(?=[a-z\d/-]{0,12}\d{3})[a-z\d]{1,12}(?:[/-][a-z\d]{1,12}){0,4})(?!\w)",
    ),
    # Letters and figures with blanks between, as people copy them from a letter.
    form(
        "reference",
        rf"\b{_CASE}\b(?:\s(?:no|num\w{{0,6}}|ref(?:erence)?|id|code))?\W{{0,4}}(?:(?:is|was|no|number)\s){{0,2}}",
        r"(?P<it>(?!(?:19|20)\d{2}(?:/|\b(?![ -]\d{3})))(?:(?-i:[A-Z]{1,5})[ /-]?)?\d{2,6}(?:[ /-]\d{2,6}){1,4}"
        r"|(?-i:[A-Z]{1,5})[ /-](?!(?:19|20)\d{2}\b)\d{3,9})(?![\w%])(?!\s(?:times|people|days|weeks))",
    ),
    form(
        "reference",
        r"(?<!\w)(?!(?:COVID|PIP|UC|ESA|DLA|NHS|GCSE|BBC|IN|ON|AT|OF|FOR|TO|THE|AND|SINCE|BY)\b)[A-Z]{2,5}"
        r" (?:\d{5,9}|\d{3,4} \d{3,4}(?: \d{2,4})?)(?!\w)",
        exact_case=True,
    ),
    # After a word for it, whatever letters and figures stand together, with three figures or more among them.
    form(
        "reference",
        rf"\b(?:{_CASE}|(?:my|our|the|her|his)\s(?:number|no\.?|code))\b(?:\s(?:no\.?|num\w{{0,6}}|ref(?:erence)?|id|code))?\W{{0,3}}(?:(?:is|was)\s)?",
        r"(?P<it>(?!(?:19|20)\d{2}\b(?!\s?[/-]\s?\d{3}))(?=(?:\W{0,3}\w){0,14}?\d\W{0,3}(?:\w\W{0,3}){0,4}?\d\W{0,3}(?:\w\W{0,3}){0,4}?\d)"
        r"(?:(?-i:[A-Z]{1,5})\b|(?-i:[A-Z]{1,5})?\d{1,9}(?-i:[A-Z]{0,3})\b)(?:\s?[/\-.]\s?(?-i:[A-Z]{1,4})\b|\s(?-i:[B-HJ-Z])\b"
        r"|\s?[/\-. ]\s?\d{1,9}(?-i:[A-Z]{0,2})\b){1,6})",
        r"(?![\w%:])(?!\s(?:times|people|days|weeks|months|years|minutes))",
    ),
    # "ASC/ 2231 - 07", "hsg 00 418 B": letters, and figures in groups behind a stroke or with a nought.
    form(
        "reference",
        rf"(?<![\w-])(?!{_NO_CODE})(?:(?-i:[A-Z]{{2,6}})|[b-df-hj-np-tv-xz]{{2,5}})\s?[/-]\s?\d{{2,9}}(?:\s?[/-]\s?\d{{2,9}}){{0,3}}(?:\s?[/-]?\s?[A-Z]\b)?(?![\w%])",
    ),
    form(
        "reference",
        rf"(?<![\w-])(?!{_NO_CODE})(?:(?-i:[A-Z]{{1,5}})|[b-df-hj-np-tv-xz]{{2,5}})[ .]?(?!0\d{{2,4}} \d{{3}}"
        rf" ?\d{{3,4}}\b)(?=0|\d{{1,4}}[ .]\d{{2,4}}[ .]?\d*[ .]?[A-Z]\b)\d{{1,6}}(?:[ .]\d{{2,6}}){{1,3}}",
        r"(?:[ .]?(?-i:[A-Z])\b)?(?![\w%:])(?!\s?(?:am|pm|hrs|hours|mins)\b)",
    ),
    form("reference", r"(?<![\w£$€.,-])\d{2,6}[/-][A-Z]{1,5}[/-]?\d{2,9}(?!\w)", exact_case=True),
    form("reference", r"(?<![\w-])[A-Z]{1,4}-?\d{3,6}-?[A-Z]{1,3}(?!\w)", exact_case=True),
    form(
        "reference",
        rf"\b(?:{_CASE}|badge|number|no)\b\.?(?:\s(?:no|number)\b\.?)?\s?[:#]?\s?(?:is\s)?",
        r"(?P<it>(?-i:[A-Z]{1,3})\d{2,6}(?:\s(?-i:[A-Z]{0,2})\d{1,4}){1,3})(?!\w)",
    ),
    form("reference", r"(?<!\w)#\s?\d[\d/-]{3,15}(?!\w)"),
    form("reference", r"(?<!\w)[A-Z]\s0\d{4,8}(?!\w)", exact_case=True),
    form("reference", r"(?<![\w£$€.,/-])\d{4,6}\s\d{4,6}(?![\w%,/-])", flagged_only=True),
    form("reference", r"(?<!\w)[A-Za-z]{1,5}[/-]\d{3,9}(?:[/-]\w{1,8}){0,2}(?!\w)"),
    form("reference", r"(?<!\w)[A-Z]{1,4}\d{5,9}(?!\w)"),
    form("reference", r"(?<![\w£$€.,])\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{1,4})?(?!\d)"),
    form("reference", r"(?<![\w£$€.,])\d{7,16}(?![\w%])(?!,\d)"),
)
IDENTIFIERS = (*_ONLINE, _HANDLE_AS, _HANDLE_AFTER, *_NUMBERS, *_POSTCODES, *_CODES)
