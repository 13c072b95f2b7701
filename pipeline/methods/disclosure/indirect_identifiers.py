"""What in an excerpt points at a person although no name is in it: place, role, age, condition, family and event together."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path


# Two of these together may be enough for a neighbour to know who speaks.
TOGETHER = 2
_METHODS = Path(__file__).parents[1]
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_NUMBER = (
    r"(?:\d{1,3}|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_AGE = re.compile(
    rf"\b(?:{_NUMBER}[ -](?:years?|months?|weeks?)[ -]old|aged? {_NUMBER}"
    rf"|(?:at|turned|turns|nearly|i'?m|i am|he'?s|she'?s|is|was) {_NUMBER}(?= (?:and|now|with|when|last|this|in|or)\b|[,.;!?]|$)"
    r"|in (?:my|his|her|their) (?:early |late |mid[- ])?\w{3,7}ties"
    r"|oldest|youngest|born in (?:19|20)\d\d|centenarian)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:autis\w+|asperger\w*|adhd|down'?s|downs syndrome|cerebral palsy|epilep\w+|dement\w+|alzheimer\w*|parkinson\w*"
    r"|huntington\w*|multiple sclerosis|motor neurone\w*|mnd|stroke|aphasia|brain injur\w+|spina bifida|muscular dystrophy"
    r"|cystic fibrosis|sickle cell|leuk\w+mia|cancer|tumou?r|chemo\w*|dialysis|transplant|amput\w+|prosthe\w+|paralys\w+"
    r"|tetraplegi\w+|quadriplegi\w+|paraplegi\w+|wheelchair|deaf\w*|blind|deafblind|sight loss|hearing loss|cochlear|mute"
    r"|stammer|stutter|tourette\w*|ocd|bipolar|schizo\w+|psychosis|psychotic|sectioned|anorexi\w*|bulimi\w*|self[- ]harm\w*"
    r"|overdose\w*|suicid\w+|ptsd|personality disorder|addict\w*|alcoholi\w+|heroin|methadone|hiv|aids|hepatitis|diabet\w+"
    r"|dwarfism|one (?:arm|leg|eye)|learning disabilit\w+|fragile x|rett|prader[- ]willi|williams syndrome|ehlers|lupus|crohn\w*"
    r"|colostomy|stoma|tracheostomy|ventilator|feeding tube|peg[- ]fed|guide dog|assistance dog|miscarriage\w*|ivf|pregnan\w+"
    r"|transgender|trans (?:man|woman)|non[- ]binary|narcolep\w+|arthritis|burns|fas|foetal alcohol\w*|syndrome)\b",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:(?:head ?|class |primary |retired |former |ex-?)?teacher|headmaster|headmistress|head of \w+|gp|doctor|surgeon|midwife"
    r"|health visitor|district nurse|ward sister|matron|nurse|consultant|physio\w*|paramedic|dentist|pharmacist|vicar|priest|imam"
    r"|rabbi|minister|pastor|nun|monk|chaplain|mayor\w*|councillor|mp|magistrate|judge|solicitor|barrister|police\w*|sergeant"
    r"|firefighter|soldier|veteran|officer|postm\w+|postman|postwoman|lollipop (?:lady|man)|bus driver|taxi driver|driver|farmer"
    r"|shepherd|fisherm\w+|baker|butcher|publican|landlord|landlady|hairdresser|barber|librarian|caretaker|cook|chef|organist"
    r"|ringer|choir ?master|conductor|coach|referee|captain|champion|paralymp\w+|chair(?:man|woman|person)? of|treasurer|trustee"
    r"|secretary of|founder|director|manager|chief executive|ceo|foster (?:carer|mum|dad|parent)s?|childminder|interpreter"
    r"|journalist|author|poet|lecturer|professor|scientist|engineer|pilot|miner|electrician|plumber|carpenter|social worker"
    r"|registrar|undertaker|gravedigger|lifeboat\w*|coastguard|harbour ?master|station ?master|gamekeeper|beekeeper|bellringer"
    r"|i (?:drive|run|teach|taught|manage|managed|coach|coached|chair|chaired|foster|own|owned) (?:the|an?|our|my)"
    r"|scout leader|brown owl|guide leader|town crier|celebrant|columnist|presenter|dj|actor|singer|drummer|piper)\b",
    re.IGNORECASE,
)
_FAMILY = re.compile(
    r"\b(?:twins?|triplets?|quads|(?:four|five|six|seven|eight|nine|ten|eleven|twelve|\d\d?) (?:children|kids|sons|daughters"
    r"|brothers|sisters)|adopted|fostered|widow\w*|both (?:my |our )?(?:sons|daughters|parents|boys|girls)|stepmother|polish wife"
    r"|surrogate|refugee|asylum|travell?er family|romany)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:in the (?:paper|papers|news|gazette|echo|telegraph|herald)|on the (?:news|telly|radio|front page)|inquest|court case"
    r"|ombudsman|tribunal|petition|crash(?:ed)?|flood(?:s|ed)?|fire (?:at|in|that)|closed in (?:19|20)\d\d|in (?:19|20)\d\d"
    r"|won (?:the|an?|gold)|award|medal|mbe|obe|record|documentary|viral|murder\w*|stabb\w+|drowned|lockdown party)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:the (?:only|first|last|lone|sole)|nobody else|no one else|one of (?:two|three|a handful)|known as)\b", re.IGNORECASE
)
_SMALL_PLACE = re.compile(
    r"\b(?:(?:our|this|the|my) (?:village|island|hamlet|estate|close|glen|parish|valley|farm|lighthouse|harbour"
    r"|caravan (?:site|park))|village (?:school|shop|hall|pub|green)|church hall|ward \d+|flat \d+)\b",
    re.IGNORECASE,
)
_NAMED_PLACE = re.compile(
    r"\b(?:in|at|from|near|outside|around|to|of) (?:the )?(?:(?:North|South|East|West|Upper|Lower|Little|Great|St|Saint) )?"
    r"(?!January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday|Christmas|Easter|English|Covid|NHS|I\b)(?-i:[A-Z][a-z]{2,})"
)
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("age", _AGE),
    ("condition", _CONDITION),
    ("role", _ROLE),
    ("family", _FAMILY),
    ("event", _EVENT),
    ("being the only one", _ONLY),
    ("place", _SMALL_PLACE),
    ("place", _NAMED_PLACE),
)


def pointers(text: str) -> tuple[str, ...]:
    """Return the kinds of things in a text that together may point at a person, such as ("age", "place")."""
    kinds = {kind for kind, pattern in _KINDS if pattern.search(text)}
    if "place" not in kinds and _names_a_place(text):
        kinds.add("place")
    return tuple(sorted(kinds))


def may_identify(text: str) -> bool:
    """Say whether enough comes together in a text for it to point at a person."""
    return len(pointers(text)) >= TOGETHER


def captions(values: Mapping[str, Sequence[str]], fewest: int) -> dict[str, str]:
    """Return a caption for each person from their values, coarsest first: as many as at least `fewest` people share."""
    caption_of = captions_of(Counter(map(tuple, values.values())), fewest)
    return {person: caption_of[tuple(own)] for person, own in values.items() if tuple(own) in caption_of}


def captions_of(alike: Mapping[tuple[str, ...], int], fewest: int) -> dict[tuple[str, ...], str]:
    """Return a caption for the values of persons, where so many are alike; for values too few share there is none.

    Only those who are shown a caption count as sharing it, or else a coarse one would give away the few who have it.
    """
    left, caption_of = set(alike), dict[tuple[str, ...], str]()
    for n in range(max(map(len, alike), default=0), 0, -1):
        worded = {own: ", ".join(dict.fromkeys(filter(None, own[:n]))) for own in left}
        shared = Counter[str]()
        for own, caption in worded.items():
            shared[caption] += alike[own]
        caption_of |= {own: caption for own, caption in worded.items() if caption and shared[caption] >= fewest}
        left -= set(caption_of)
    return caption_of


def _names_a_place(text: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    first, places = _places()
    return any(
        word in first and any(tuple(words[at : at + length]) in places for length in first[word]) for at, word in enumerate(words)
    )


@lru_cache(maxsize=1)
def _places() -> tuple[dict[str, set[int]], frozenset[tuple[str, ...]]]:
    """Return the places of the list that are not everyday words too, and by first word how long they are."""
    everyday = set((_METHODS / "text" / "common_words.txt").read_text(encoding="utf-8").casefold().split())
    lines = (_METHODS / "redact" / "uk_places.txt").read_text(encoding="utf-8").casefold().splitlines()
    places = {tuple(_WORD.findall(line)) for line in lines if line and not line.startswith("#")}
    kept = frozenset(place for place in places if place and not (len(place) == 1 and place[0] in everyday))
    lengths: dict[str, set[int]] = {}
    for place in kept:
        lengths.setdefault(place[0], set()).add(len(place))
    return lengths, kept
