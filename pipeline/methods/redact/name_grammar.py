"""What the grammar around a word such as olive, frank or May says: whether only a person's name can stand there."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

from pipeline.methods.redact.lexicon import CERTAIN, Lexicon, stems_of
from pipeline.methods.redact.name_context import acts_as_a_person, said_after
from pipeline.methods.redact.tokenized_text import Token, TokenizedText


SURELY, PERHAPS, NOT = 2, 1, 0
_LISTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _words(key: str) -> frozenset[str]:
    return frozenset(_LISTS[key].split())


# Of what is asked, told or rung there is but one kind.
_DEALT_WITH = _words("dealt_with")
_SAW = _words("saw")
_BESIDE = _words("beside")
_JOINS = _words("joins")
# What is said without "a" or "the", too, and so is no name where those are missing.
_BARE_TOO = _words("bare_too")
_FAMILY = frozenset({"nan", "pal", "star", "pet", "goodness", "heaven", "heavens", "god"})
# Names among the words of ideas of which there are many: nobody asks "bill" who means a bill.
_COUNTED = frozenset({"bill", "angel", "cliff", "kit", "storm", "mark", "drew", "ray", "max", "col", "les", "val", "dawn", "eve"})
# Of these, too, people leave out "the" when they write in haste.
_THINGS = _words("things")
_THINGS_DO = _words("things_do")
_INVERTED = _words("inverted")
_HANDED = _words("handed")
_SOMETHING = re.compile(r"\s(?:a|an|the|some|his|her|my|our|their|more|money|time|another|credit)\b", re.IGNORECASE)
_SPOKE_TO = re.compile(
    r"\b(?:spoke|speak|speaks|spoken|speaking|talk|talks|talked|talking|chat|chatted|chatting|listen|listened|complained|moaned|wrote|written"
    r"|said|say|lies|lied|nice|rude|kind|grateful|married) (?:to|tae) $",
    re.IGNORECASE,
)
_WHO_IS = re.compile(r"\bwho(?:'s|\u2019s| is| was|s) $", re.IGNORECASE)
_ASKED = re.compile(r"\s?(?:\?|$)|\s(?:and|anyway|even)\b", re.IGNORECASE)
_PAIR_WHO = re.compile(r"(?:\s(?:and|an|n|&)\s[a-z]{2,12})?\swho\b", re.IGNORECASE)
_WHO = re.compile(r"\s(?:that|who)\b", re.IGNORECASE)
_ENDS_THERE = re.compile(
    r"\s?(?:[.,;!?)]|$)|\s(?:on|at|from|in|with|wi|for|off|who|and|an|or|but|cos|because|when|about|aboot|if|next|again|is|was|has|had"
    r"|does|did|said|says|to|last|every|this|once|twice|first|instead|too|as|before|after|over|since|until|then|today|yesterday"
    r"|tomorrow|round|that|he|she|i|we|they|you|back|just|never|always|ever|even|really|please|whether|how|why|what)\b",
    re.IGNORECASE,
)
_PAST = _words("past")
_CAN_SHARE = _words("can_share")
_BETWEEN = _words("between")
_OBJECT = re.compile(
    r"\s(?:me|us|him|her|them|my|our|his|their|the|a|an|it|you|your|everyone|everybody|people|up|out|on|off|in|to|at|with|for|round"
    r"|over|down|back|mum|mam|dad|nan|every|all|what|how|when|like|well|once|twice)\b|\s?[.,;!]|\s?$",
    re.IGNORECASE,
)


def stands_bare(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Say whether a word written small stands where a thing would need "a" or "the": "ask olive", "frank on nights said"."""
    token = reading.tokens[position]
    if lexicon.name(token.word) != CERTAIN or token.word in _FAMILY:
        return NOT
    before = _before(reading, position)
    also_bare = token.word in _BARE_TOO or token.word in lexicon.ideas
    described = token.word in lexicon.adjectives and token.word not in lexicon.nouns
    acts = acts_as_a_person(reading.text, token.end) or said_after(reading.text, token.end) > 1
    if acts and (before in _JOINS - {"to"} or before == ""):
        return PERHAPS if also_bare else SURELY
    if before in _HANDED and _SOMETHING.match(reading.text, token.end):
        return PERHAPS if also_bare else SURELY
    if not _ENDS_THERE.match(reading.text, token.end):
        return NOT
    if also_bare and _PAIR_WHO.match(reading.text, token.end):
        return PERHAPS
    if _WHO_IS.search(reading.text, max(0, token.start - 9), token.start) and _ASKED.match(reading.text, token.end):
        return SURELY
    if before in _DEALT_WITH or (
        before in ("to", "tae") and _SPOKE_TO.search(reading.text, max(0, token.start - 16), token.start)
    ):
        return PERHAPS if also_bare and token.word not in _COUNTED else SURELY
    if before in _INVERTED and _adverb_follows(reading, position):
        return PERHAPS
    if also_bare and token.word not in lexicon.ideas and before in ("with", "wi", "about", "aboot"):
        return PERHAPS
    if also_bare or described or (token.word in lexicon.adjectives and before not in _BESIDE):
        return NOT
    if before == "only" and _WHO.match(reading.text, token.end):
        return SURELY
    if before in _BESIDE:
        return SURELY
    return PERHAPS if before in _SAW else NOT


def begins_a_sentence_as_a_name(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Say whether the verb after a word such as May, Sunny or Hope can only be a person's: "May sorted it", "Sunny"
    " does my shopping".
    """
    word = reading.tokens[position].word
    after = reading.tokens[position].end
    if _AND_I.match(reading.text, after) or (word == "will" and _HAS_BEEN.match(reading.text, after)):
        return SURELY
    if _IS_AGED.match(reading.text, after):
        return SURELY
    if said_after(reading.text, after) > 1 and word not in lexicon.ideas:
        # "Sue says:", and "Bill from the council".
        return SURELY
    follows = _verb_after(reading, lexicon, position)
    if not follows:
        return NOT
    verb, sure = follows
    also_bare = word in _BARE_TOO or word in lexicon.ideas or word in _THINGS
    if verb in _CAN_SHARE:
        # "Sunny is": an adjective is no subject, and of a thing people say "the" or "a".
        if word in lexicon.nouns and not also_bare:
            return SURELY
        return PERHAPS if word in lexicon.adjectives and word not in lexicon.nouns else NOT
    if word in _THINGS and verb in _THINGS_DO:
        return PERHAPS
    if word in lexicon.nouns and also_bare and word not in _MODALS and verb not in _PAST and not verb.endswith("ed"):
        return PERHAPS if sure else NOT
    return SURELY if sure else PERHAPS


def unheard_of_and_does(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Say whether a sentence begins with a word that is not in everyday use, and that does what people do: "Hargreaves"
    " signed it".
    """
    token = reading.tokens[position]
    if not (token.opens and token.titled) or len(token.word) < 4 or "'" in token.word or token.word in lexicon.kinds_of_place:
        return NOT
    if token.word in lexicon.scots or token.word in lexicon.elsewhere or lexicon.misspells_a_word(token.word):
        return NOT
    if any(lexicon.is_word(stem) or lexicon.never(stem) for stem in stems_of(token.word)):
        return NOT
    if _MADE_OF_WORDS.search(token.word) or any(stem in lexicon.heard_of for stem in stems_of(token.word)[1:]):
        return NOT
    follows = _verb_after(reading, lexicon, position)
    if not follows:
        return NOT
    personal = follows[0] in _PAST or said_after(reading.text, token.end) > 1 or acts_as_a_person(reading.text, token.end) > 1
    return SURELY if personal or (follows[0].endswith("ed") and follows[1]) else PERHAPS


_IS_AGED = re.compile(
    r"\s(?:is|was|turned|turns)\s(?:only\s|nearly\s|just\s|about\s)?(?:\d{1,3}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[\s-]\w{3,5})?)"
    r"(?=\s(?:and|but|now|years|next|this|with|so)\b|\s?[,.;!?]|\s?$)",
    re.IGNORECASE,
)
_AND_I = re.compile(r"\s(?:and|&)\s(?:I|me|my)\b")
_HAS_BEEN = re.compile(r"['\u2019]s\s")
_MADE_OF_WORDS = re.compile(
    r"(?:ment|ments|ness|tion|tions|sion|ings?|ity|ities|ship|care|line|lines|chat|holders?|workers?|men|man|woman|women|ers|ists?|isms?|able|ible"
    r"|ful|less|ly|ology|graphy|phone|phones|book|books|time|times|centre|team|room|home|day|days|bus|card|cards)$"
)
_MODALS = frozenset({"may", "will"})
_PASSIVE = re.compile(r"\s(?:by|is|are|was|were|can|will|to)\b|\s?$", re.IGNORECASE)


def _adverb_follows(reading: TokenizedText, position: int) -> bool:
    return position + 1 < len(reading.tokens) and reading.tokens[position + 1].word in _BETWEEN


def is_joined_to_a_name(reading: TokenizedText, lexicon: Lexicon, position: int) -> bool:
    """Say whether a word that begins a sentence is joined to another name with a capital: "June & Pat run the club"."""
    if position + 1 >= len(reading.tokens):
        return False
    token, after = reading.tokens[position : position + 2]
    if after.word == "and" and position + 2 < len(reading.tokens):
        after = reading.tokens[position + 2]
    between = reading.text[token.end : after.start].strip()
    return between in ("and", "&", "+", "n", "/") and reading.marks_a_name(after) and lexicon.name(after.word) == CERTAIN


def _verb_after(reading: TokenizedText, lexicon: Lexicon, position: int) -> tuple[str, bool] | None:
    """Return the finite verb that follows at once or after an adverb, and whether it can be nothing else."""
    i = position + 1
    while i < len(reading.tokens) and i < position + 3 and reading.tokens[i].word in _BETWEEN:
        i += 1
    if i >= len(reading.tokens) or not _adjoin(reading, position, i):
        return None
    verb = reading.tokens[i]
    if verb.titled:
        return None
    if verb.word in _CAN_SHARE or verb.word in _PAST:
        return verb.word, True
    if verb.word.endswith("ed") and _is_form_of(verb.word, lexicon.verbs):
        # "Hope needed", "May booked in": a participle may follow a noun.
        return verb.word, _PASSIVE.match(reading.text, verb.end) is None
    if verb.word.endswith("s") and len(verb.word) > 3 and _is_form_of(verb.word, lexicon.verbs):
        a_noun_too = _is_form_of(verb.word, lexicon.nouns)
        return verb.word, not a_noun_too or _OBJECT.match(reading.text, verb.end) is not None
    return None


def _is_form_of(word: str, kinds: frozenset[str]) -> bool:
    return any(stem in kinds for stem in stems_of(word)[1:])


def _before(reading: TokenizedText, position: int) -> str:
    """Return the word just before, or an empty one where a clause begins."""
    if not position:
        return ""
    before, token = reading.tokens[position - 1 : position + 1]
    return before.word if reading.text[before.end : token.start] == " " else ""


def _adjoin(reading: TokenizedText, first: int, last: int) -> bool:
    tokens: tuple[Token, ...] = reading.tokens[first : last + 1]
    return all(reading.text[a.end : b.start] == " " for a, b in pairwise(tokens))
