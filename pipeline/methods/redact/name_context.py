"""What people write around a name: titles, roles and families before it, and what its bearer does after it."""

import re


_WORKERS = (
    r"(?:(?:social|support|care|key|case|link|youth|outreach|health|community|recovery|housing|family|agency|night|day|duty)"
    r"\s?-?(?:worker|assistant|officer|manager|co-?ordinator|navigator|nurse|staff)"
    r"|(?:deputy\s|team\s|home\s|unit\s|ward\s|registered\s)?(?:manager|leader|lead)|(?:occupational\s|speech\s)?therapist"
    r"|personal assistant|p\.?a|carer|advocate|co-?ordinator|nurse|doctor|gp|consultant|psychiatrist|psychologist|ot|cpn"
    r"|physio(?:therapist)?|counsellor|teacher|head\s?teacher|tutor|boss|supervisor|cleaner|driver|receptionist|landlord"
    r"|warden|solicitor|dentist|pharmacist|optician|befriender|volunteer|interpreter|assessor|chair(?:person|man)?|ceo"
    r"|director|worker|support|resident|client|colleague)"
)
_RELATIVES = (
    r"(?:(?:mother|father|son|daughter|sister|brother)(?:\sin\slaw|-in-law)|mum|mam|mother|mummy|dad|father|son|daughter"
    r"|husband|wife|hubby|brother|sister|sis|bro|partner|boyfriend|girlfriend|fianc[eé]e?|friend|mate|pal|neighbou?r"
    r"|grandson|granddaughter|grandchild|grandad|granddad|grandpa|grandma|grandmother|grandfather|gran|nan|nanna|nana|nain"
    r"|taid|uncle|aunt(?:ie|y)?|cousin|niece|nephew|step(?:son|dad|mum|daughter|father|mother)|twin|flatmate|housemate"
    r"|room\s?mate|baby|bairn|lass(?:ie)?|mither|faither|brither|hen|lad|chap|bloke|lady|man|woman|guy|girl|boy)"
)
_PEOPLE = rf"(?:{_WORKERS}|{_RELATIVES})"
_TITLE = r"(?:mr|mrs|ms|mx|mister|dr|prof(?:essor)?|cllr|councillor|rev(?:erend)?|pc|sgt|cpl|dame)"
_FAMILY = r"(?:uncle|unc|aunt(?:ie|y)?|nan(?:na|ny|a)?|gran(?:ny|dma|dad|ddad|dpa)?|cousin|nain|taid)"
KIN = rf"(?:{_FAMILY}|our|wor|oor|big|little|old|wee)"
"""What a name is said together with, as in "Uncle Mo" and "our Shaz": masked with it, and kept in the token."""

_PERSONAL = (
    r"(?:said|says|told|tells|rang|rings|phoned|phones|texted|emailed|asked|asks|visited|drives|drove|promised|explained"
    r"|explains|cooks|cooked|listens|listened|retired|forgot|apologised|chairs|chaired|shouted|sat|knows|knew|understands"
    r"|understood|collected|signed|wrote|smiles|smiled|lives|lived|works|worked|sorted|thinks|wants|wanted|used to|turned up"
    r"|(?:from|at) (?:the|my|our|your|social|adult|head|nights|days|work|school|here|next door)\b)"
)
_HAPPENS = (
    r"(?:is|was|has|had|who|came|comes|left|leaves|does|did|helps|helped|went|goes|died|passed|takes|took|gave|gives|makes"
    r"|made|got|gets|never|always|really|just|because|that|and|will|can|would|could|needs|needed|tried"
    r"|(?:does|did|is|was|wo|ca)n'?t)"
)
_CUES = (
    (6, rf"\b{_TITLE}\b\.?\s{{1,2}}"),
    (4, r"\b(?:miss|sister|nurse|matron|doctor|sir|lady|father|pastor|imam|judge|captain)\s"),
    (4, rf"\b{_FAMILY}\s"),
    (3, r"\b(?:our|wor|oor|big|little|old|wee)\s"),
    (3, rf"\b{_PEOPLE}(?:'s|s)?(?:\s?[,(\u2013:-]\s?|\s)(?:(?:was |is )?(?:called|named) |(?:mr|ms|the) )?"),
    (2, rf"\b{_PEOPLE},?\s(?:is|was|are|were)\s"),
    (
        3,
        r"\b(?:called|named|name is|name's|name was|names are|known as|(?:herself|himself|themselves|call him|call her"
        r"|call me|calls him|calls her)(?:\sas)?|nickname is|i am called|signed|dear|hiya)[ :,]{1,2}",
    ),
    (2, r"\b(?:regards|yours|sincerely|faithfully|cheers|thanks|thank you|love from|my name)[ ,\n\r-]{1,3}"),
    (
        2,
        r"\b(?:thank|thanks to|spoke (?:to|with)|speak to|ask for|met with|talked to|shout out to|credit to|praise for"
        r"|well done)\s",
    ),
    (2, r"(?:^|[\n\r.!?x]\s?)[-\u2013\u2014~]\s?(?=[^\W\d_]{2,15}(?:\s[^\W\d_]{1,15})?\s?$)"),
    (
        1,
        r"\b(?:by|with|to|told|asked|saw|see|met|from|and|for|ask|contact|ring|rang|call|phone|like|mention|especially|of"
        r"|without|miss|trust"
        r"|about|when)\s",
    ),
)
_AFTER = (
    (
        3,
        r"\s?[,(\u2013-]\s?(?:is |was )?(?:my|our|the|his|her|their|a|mum's|dad's)\s"
        rf"(?:\w{{1,14}}\s){{0,2}}{_PEOPLE}\b",
    ),
    (3, rf"\s(?:is|was)\s(?:my|our|his|her|their)\s(?:\w{{1,14}}\s){{0,2}}{_PEOPLE}\b"),
    (2, rf"\s{_PERSONAL}\b"),
    (1, rf"\s{_HAPPENS}\b"),
    (1, r"\s?(?:'s|\u2019s)\s"),
)
_CUE_PATTERNS = tuple((weight, re.compile(regex, re.IGNORECASE)) for weight, regex in _CUES)
_SMALL_CUE_PATTERNS = tuple((weight, re.compile(regex)) for weight, regex in _CUES)
_AFTER_PATTERNS = tuple((weight, re.compile(regex, re.IGNORECASE)) for weight, regex in _AFTER)
_VERB = re.compile(rf"{_PERSONAL}|{_HAPPENS}")
_THIRD_PERSON = re.compile(
    r"\s(?:is|was|has|had|came|comes|left|does|did|helps|helped|went|goes|died|gave|gives|took|takes)\b", re.IGNORECASE
)


_TITLES = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|frau|herr|fr|hr|se\u00f1or(?:a|ita)?|sra?|srta|do\u00f1a|don|madame|monsieur|mme|mlle"
    r"|pan|pani"
    r"|pana|panem|pani\u0105|doamna|domnul|dna|dl|signora?|mevrouw|meneer|begum|bibi)\.?\s$",
    re.IGNORECASE,
)


def title_before(text: str, start: int) -> bool:
    """Say whether a title stands before the word, such as "Mrs", "Frau", "Se\u00f1ora" or "Pani"."""
    return _TITLES.search(text, max(0, start - 12), start) is not None


def cues(text: str) -> dict[int, int]:
    """Say where in the text a name would stand after what was said before, and how much speaks for it."""
    weights: dict[int, int] = {}
    # Without regard to case a search takes four times as long; beyond ASCII a small letter may be longer than its capital.
    patterns, text = (_SMALL_CUE_PATTERNS, text.lower()) if text.isascii() else (_CUE_PATTERNS, text)
    for weight, pattern in patterns:
        for match in pattern.finditer(text):
            weights[match.end()] = max(weight, weights.get(match.end(), 0))
    return weights


def said_after(text: str, end: int) -> int:
    """Say how much the words after a possible name speak for it."""
    return max((weight for weight, pattern in _AFTER_PATTERNS if pattern.match(text, end)), default=0)


_ADVERB = r"(?:(?:always|never|really|also|still|just|only|often|usually|then|even|who|sometimes|actually)\s)?"
_IRREGULAR = (
    r"(?:took|gave|got|brought|made|let|did|told|came|left|went|sat|rang|fought|taught|found|put|kept|ran|drove|spoke|knew|said"
    r"|held|bought|stood|saw|met|showed)"
)
_SOMEBODY = (
    r"(?:me|us|him|her|them|my|our|his|their|everyone|everybody|people|you"
    r"|mum|dad|nan|the (?:residents|kids|children|lads|girls))"
)
_SMALL_WORD = r"(?:(?:up|out|on|to|with|for|at|after|by|in|round|over|off|down|back|from|about|behind)\s)?"
_ACTS = re.compile(rf"\s{_ADVERB}(?:[a-z]{{2,14}}(?:s|ed)|{_IRREGULAR})\s{_SMALL_WORD}{_SOMEBODY}\b", re.IGNORECASE)
_ACTS_AS_PEOPLE_DO = re.compile(
    rf"\s{_ADVERB}(?:took|takes|rang|rings|says|said|told|tells|listens|listened|lets|drives|drove|cooks|cooked|cleans|phoned"
    r"|phones|texted|texts|explains|explained|visits|visited|brings|brought|popped|pops|sits|sat|rushes|rushed|asks|asked"
    r"|understands|knows|smiles|shouts|shouted|retired|chats|chatted|laughs|laughed|remembers|forgets|forgot|and\s(?:I|me)\b)"
    rf"(?=\s{_SMALL_WORD}(?:{_SOMEBODY}|the|a|that|how|what|when|like|well|everything|nothing|properly)\b|\s?[.,;!]|\s?$)",
    re.IGNORECASE,
)
_IS_SOMEBODY = re.compile(
    r"(?:\s(?:is|was|has been)|[\u2019']s)\s(?:(?:so|very|really|always|such|just|dead|pure|absolutely|too|quite|not|never"
    r"|a|an|the|my|our|one"
    r"|of|also|still)\s){0,3}(?:great|lovely|kind|brilliant|amazing|nice|friendly|helpful|patient|rude|funny|caring|fantastic"
    r"|wonderful|fab|fabulous|sound|smashing|super|gentle|polite|honest|good\s(?:with|to|at)|off\ssick|(?:on|off)\s(?:holiday|leave|shift|duty|nights|days|sick|maternity)|here|due\sto"
    r"|leaving|retiring|angel|star|gem|legend|diamond|best|worst|only\sone|there\sfor|like\sa|the\sone|ace|class|spot\son|lush"
    rf"|bossy|grumpy|lazy|cheerful|thoughtful|respectful|dedicated|supportive|{_PEOPLE})\b",
    re.IGNORECASE,
)


_STANDS_SOMEWHERE = re.compile(
    r"\s(?:(?:on|from|at|in)\s(?:the\s|our\s)?(?:front\s|night\s|day\s)?(?:desk|reception|kitchen|nights|days|office|shift|ward|team"
    r"|agency|unit|home|council|church|hospice|crew|shop|caf\u00e9|cafe|next\sdoor)\b|(?:could|ca|wo|does|is|was|has|did|would)n['\u2019]t\b)",
    re.IGNORECASE,
)


def acts_as_a_person(text: str, end: int) -> int:
    """Say how surely what follows tells of a person: 2 for what people alone do, 1 for what a thing might do, too, or 0."""
    if _ACTS_AS_PEOPLE_DO.match(text, end):
        return 2
    return 1 if any(pattern.match(text, end) for pattern in (_ACTS, _IS_SOMEBODY, _STANDS_SOMEWHERE)) else 0


def happens_after(text: str, end: int) -> bool:
    """Say whether a verb in the third person follows at once."""
    return _THIRD_PERSON.match(text, end) is not None


def says_or_does(word: str) -> bool:
    """Say whether the word is a verb that people's names are written before."""
    return _VERB.fullmatch(word) is not None
