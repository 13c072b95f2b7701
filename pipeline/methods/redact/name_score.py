"""How much speaks for a word being a person's name: the word, its capital, its company and what the model says."""

import re
from collections.abc import Mapping, Sequence

from pipeline.methods.redact.lexicon import CERTAIN, LIKELY, Lexicon
from pipeline.methods.redact.name_context import acts_as_a_person, happens_after, said_after, says_or_does, title_before
from pipeline.methods.redact.name_grammar import (
    NOT,
    PERHAPS,
    SURELY,
    begins_a_sentence_as_a_name,
    is_joined_to_a_name,
    stands_bare,
    unheard_of_and_does,
)
from pipeline.methods.redact.tokenized_text import Token, TokenizedText


MASK, FLAG, POSSIBLE, NEVER = 4, 3, 2, -9
MODEL = 2
"""What the model's word that somebody is named adds."""
KNOWN, NEARLY_KNOWN = 6, 4
"""What a name the study gave us weighs, and what a slip of the finger away from one."""

PARTICLES = frozenset({"ab", "al", "ap", "bin", "binti", "da", "de", "del", "den", "der", "di", "dos", "el", "ibn", "la", "le"})
PARTICLES |= {"mac", "mc", "o", "st", "van", "von"}
_INITIALS = re.compile(r"(?<![\w'\u2019.])(?:[A-Z](?:\.\s?|\s)){1,3}$")
_SMALL_INITIAL = re.compile(r"(?<![\w'\u2019.])[a-z]\.\s?$", re.IGNORECASE)
_GOES_ON = re.compile(r"\w|\s[a-z]", re.IGNORECASE)
_TITLE, _ROLE = 6, 3
_BY_GRAMMAR = {SURELY: MASK, PERHAPS: FLAG, NOT: NEVER}
# After the verb "will" none of these can stand.
_ARTICLES = frozenset({"a", "an", "the", "some", "any", "no", "every", "each", "these", "those"})
_MONTHS = frozenset({"april", "may", "june", "august"})
_CLAUSE_BEFORE = re.compile(r"(?:[,;&]|\band)\s$")
_INITIAL_ACTS = re.compile(
    r"\.?\s(?:is|was|has|had|said|says|told|rang|came|comes|left|does|did|never|always|who|stood|sat|took|gave|got|went|goes|made|makes"
    r"|helps|helped|listens|listened|knows|knew|shouts|shouted|and\sI\b|can't|won't|couldn't|doesn't|didn't|wasn't|isn't)\b"
)
_FAMILY_IS = re.compile(
    r"\s(?:next|upstairs|downstairs|opposite|across|over|at|on|from|are|were|have|had|and|never|always|who|do|did|[a-z]+ed)\b"
)
_WILL_IS = re.compile(
    r"\s(?:(?:always|really|never|often)\s)?(?:is|was|has|does|did|came|[a-z]{2,12}[a-rt-z]s|[a-z]{2,12}[^e\W]ed)\b",
    re.IGNORECASE,
)


def weigh_all(reading: TokenizedText, lexicon: Lexicon, known_names: Mapping[str, int]) -> list[int]:
    """Weigh each token for being a name, but for what the model says of it."""
    return [
        weigh_elsewhere(reading, lexicon, position, known_names)
        if position in reading.elsewhere
        else _weigh(reading, lexicon, position, known_names)
        for position in range(len(reading.tokens))
    ]


def with_model(reading: TokenizedText, lexicon: Lexicon, weights: Sequence[int]) -> list[int]:
    """Add what the model says, which knows English only, and takes Hope and Bill at the start of a sentence for people."""
    persons = [
        reading.entities.get(token.start) == "PERSON" and position not in reading.elsewhere
        for position, token in enumerate(reading.tokens)
    ]
    return [
        min(weight + MODEL, FLAG if weight < MASK and _is_unsure(token, lexicon, weight) else weight + MODEL)
        if person and weight != NEVER
        else weight
        for token, weight, person in zip(reading.tokens, weights, persons, strict=True)
    ]


def _stands_after(reading: TokenizedText, position: int, words: frozenset[str]) -> bool:
    return position > 0 and reading.tokens[position - 1].word in words


def _is_unsure(token: Token, lexicon: Lexicon, weight: int) -> bool:
    """Say whether a word that begins a sentence stays no more than likely, whatever the model says."""
    return token.opens and (token.word in lexicon.ideas or (weight == FLAG and lexicon.is_word(token.word)))


def _weigh(reading: TokenizedText, lexicon: Lexicon, position: int, known_names: Mapping[str, int]) -> int:
    """Add up what speaks for the token at the position being a name."""
    token, cue = reading.tokens[position], _cue(reading, position)
    if len(token.word) == 1:
        return _weigh_initial(reading, token, cue)
    # The word for itself first; what stands round it cannot make a name of a word that never is one.
    weight = _weigh_word(reading, lexicon, position, known_names)
    if weight == NEVER:
        return max(_begins_as_a_person(reading, lexicon, position), _written_small(reading, lexicon, position))
    weight += cue + 2 * reading.marks_a_name(token)
    weight += said_after(reading.text, token.end) + _initials(reading, lexicon, token)
    cased_alike = token.titled or not reading.cased
    weight += 3 * (cased_alike and lexicon.name(token.word) == CERTAIN and _surname_follows(reading, lexicon, position))
    if token.opens:
        weight = max(weight, _BY_GRAMMAR[unheard_of_and_does(reading, lexicon, position)])
    weight += _is_a_family(reading, lexicon, position)
    if not token.titled and (lexicon.is_word(token.word) or token.word in lexicon.scots):
        weight = max(weight, _BY_GRAMMAR[stands_bare(reading, lexicon, position)])
    return max(weight, _begins_as_a_person(reading, lexicon, position))


def _written_small(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Weigh a name that is a word, too, and written small: "ye ken" but "ask ken", "the bill" but "ask bill"."""
    token = reading.tokens[position]
    if token.titled or (token.upper and reading.cased) or token.word in lexicon.function:
        return NEVER
    return _BY_GRAMMAR[stands_bare(reading, lexicon, position)]


def _is_a_family(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Weigh "the Patels next door": of a name in the plural with "the" before it, and no more of a name after it."""
    token = reading.tokens[position]
    if position == 0 or not token.word.endswith("s") or not reading.marks_a_name(token) or token.word in lexicon.places:
        return 0
    if reading.tokens[position - 1].word != "the" or lexicon.is_word(token.word) or lexicon.is_heard_of(token.word):
        return 0
    return 1 if _FAMILY_IS.match(reading.text, token.end) else 0


def _begins_as_a_person(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Weigh a word such as Will or Rose that begins a sentence by what it does there; NEVER where nothing tells."""
    token, word = reading.tokens[position], reading.tokens[position].word
    begins = token.opens or (token.titled and _CLAUSE_BEFORE.search(reading.text, max(0, token.start - 6), token.start))
    if not begins or not (token.titled or not reading.cased) or not (lexicon.name(word) == CERTAIN or word in lexicon.ideas):
        return NEVER
    if not (lexicon.is_word(word) or lexicon.never(word)):
        return NEVER
    by_grammar = _BY_GRAMMAR[begins_a_sentence_as_a_name(reading, lexicon, position)] if token.titled else NEVER
    acts = acts_as_a_person(reading.text, token.end)
    if token.titled and lexicon.name(word) == CERTAIN and is_joined_to_a_name(reading, lexicon, position):
        return MASK
    if word != "will" and lexicon.never(word) and (word not in _MONTHS or (acts < 2 and by_grammar < FLAG)):
        return NEVER
    if by_grammar == MASK:
        return MASK
    if word == "will" and not acts and _WILL_IS.match(reading.text, token.end):
        return MASK
    if not acts or (acts == 1 and not token.titled and word != "will"):
        return FLAG if acts else by_grammar
    sure = lexicon.name(word) == CERTAIN and word not in lexicon.ideas
    return MASK if acts == 2 or sure else FLAG


def led_to(reading: TokenizedText, lexicon: Lexicon, position: int) -> bool:
    """Say whether a title, a role or initials stand before the token."""
    return max(_cue(reading, position), _initials(reading, lexicon, reading.tokens[position])) >= _ROLE


def beginning(text: str, start: int) -> int:
    """Return where a name at `start` begins with the initials before it."""
    initials = _INITIALS.search(text, max(0, start - 9), start) or _SMALL_INITIAL.search(text, max(0, start - 4), start)
    return initials.start() if initials and initials.group().strip() not in ("I", "A") else start


def weigh_elsewhere(reading: TokenizedText, lexicon: Lexicon, position: int, known_names: Mapping[str, int]) -> int:
    """Weigh a word of another language: only the study's names, titles and well-known first names tell anything there."""
    token, word = reading.tokens[position], reading.tokens[position].word
    if word in known_names:
        # A name from the study that is a word there, too, is one only with a capital; so is what merely looks like one.
        is_name = token.titled or (known_names[word] == KNOWN and word not in lexicon.elsewhere)
        return known_names[word] if is_name else NEVER
    is_word = word in lexicon.elsewhere or lexicon.never(word)
    # "Frau Ali": a title makes a name of a word, too, but "sagte die Frau. Sie" begins a sentence.
    if token.titled and len(word) > 2 and title_before(reading.text, token.start) and not (is_word and token.opens):
        return MASK
    if not token.titled or len(word) < 3 or is_word:
        return NEVER
    if lexicon.name(word) != CERTAIN:
        return NEVER
    return MASK if reading.cased_elsewhere and not token.opens and not lexicon.is_word(word) else FLAG


def _cue(reading: TokenizedText, position: int) -> int:
    """What speaks for a name here by what stands before, looking past the "da" of "Mr da Costa"."""
    cue = reading.cued.get(reading.tokens[position].start, 0)
    if not cue and position and reading.tokens[position - 1].word in PARTICLES:
        before = reading.cued.get(reading.tokens[position - 1].start, 0)
        return before if before > _ROLE else 0
    return cue


def _weigh_initial(reading: TokenizedText, token: Token, cue: int) -> int:
    """A single letter is a name after a title, or as a capital after a role."""
    if token.word in ("i", "a"):
        return MASK if cue == _TITLE and not _GOES_ON.match(reading.text, token.end) else NEVER
    alone = not reading.text[token.end : token.end + 1].isalnum()
    # "K was rude to me and T stood there", but no "Plan B is".
    leads = token.opens or _CLAUSE_BEFORE.search(reading.text, max(0, token.start - 6), token.start)
    if token.titled and alone and leads and _INITIAL_ACTS.match(reading.text, token.end):
        return MASK
    return MASK if alone and (cue > _ROLE or (cue == _ROLE and token.titled)) else NEVER


def _weigh_word(reading: TokenizedText, lexicon: Lexicon, position: int, known_names: Mapping[str, int]) -> int:
    """Weigh the word for itself."""
    token, word = reading.tokens[position], reading.tokens[position].word
    name = lexicon.name(word)
    # A name from the study that is a word, too, such as “Grace”, speaks half as loud.
    if word in known_names:
        return known_names[word] // 2 if lexicon.is_word(word) or lexicon.never(word) else known_names[word]
    if lexicon.never(word):
        return _weigh_month(reading, lexicon, position)
    # "A robin in the garden" is a bird.
    if not token.titled and word in lexicon.nouns and _stands_after(reading, position, _ARTICLES):
        return NEVER
    if word in lexicon.slips and not token.titled and _cue(reading, position) < _ROLE:
        return NEVER
    if word in lexicon.scots and not token.titled and _is_scots(reading, lexicon, word):
        return NEVER
    # In a text that has small letters, too, a word in capitals is an abbreviation, unless it is long and certainly a name.
    if token.upper and reading.cased and (len(word) < 4 or name != CERTAIN) and _cue(reading, position) <= _ROLE:
        return POSSIBLE if _cue(reading, position) == _ROLE and len(word) == 2 else NEVER
    if lexicon.is_word(word):
        return _weigh_common_word(reading, lexicon, position)
    if not name and not token.titled and not token.upper and word in lexicon.heard_of and _cue(reading, position) <= _ROLE:
        return NEVER
    # People type fast: a word with a letter wrong is no rare surname.
    slip = not reading.marks_a_name(token) and lexicon.misspells_a_word(word)
    if name:
        return 4 if name == CERTAIN else POSSIBLE - slip
    if slip:
        return -2
    return POSSIBLE if lexicon.misspells_a_name(word) else token.titled * (-1 if word in lexicon.heard_of else 1)


def _weigh_month(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """June, Will and other words that stand for something else count only where much speaks for a name."""
    token = reading.tokens[position]
    named = lexicon.name(token.word) == CERTAIN or token.word in lexicon.word_surnames
    if not named or not token.titled or not (reading.cased or token.opens):
        return NEVER
    acts = token.opens and said_after(reading.text, token.end) > 1
    sure = _cue(reading, position) >= _ROLE or acts or _surname_follows(reading, lexicon, position)
    return 1 if sure else NEVER


def _weigh_common_word(reading: TokenizedText, lexicon: Lexicon, position: int) -> int:
    """Grace, Mark and the like: the name weighs against the word, more so where it is written small."""
    token = reading.tokens[position]
    name = lexicon.name(token.word)
    small = not token.titled and (reading.cased or not token.upper)
    # After "nan" or "Mrs" even "sue" and "pat" are people.
    cue = _cue(reading, position)
    led = name == CERTAIN and (cue > _ROLE or (cue == _ROLE and said_after(reading.text, token.end) > 0))
    if small and not led and (token.word in lexicon.adverbs or says_or_does(token.word)):
        return NEVER
    if small and token.word in lexicon.ideas and cue <= _ROLE and not said_after(reading.text, token.end):
        return NEVER
    acts = token.titled and token.opens and name == CERTAIN and happens_after(reading.text, token.end)
    return {CERTAIN: 1, LIKELY: -1}.get(name, -3) - small + acts


def _is_scots(reading: TokenizedText, lexicon: Lexicon, word: str) -> bool:
    """Say whether another word of Scots stands in the text, so that "ken" and "mair" are words there, too."""
    return any(
        token.word != word and token.word in lexicon.scots and lexicon.name(token.word) != CERTAIN for token in reading.tokens
    )


def _initials(reading: TokenizedText, lexicon: Lexicon, token: Token) -> int:
    before = max(0, token.start - 9)
    initials = _INITIALS.search(reading.text, before, token.start)
    if initials:
        sure = token.titled or (token.upper and not reading.cased)
        return 3 if sure and initials.group().strip() not in ("I", "A") else 0
    if reading.cased or lexicon.is_word(token.word):
        return 0
    return 4 if _SMALL_INITIAL.search(reading.text, before, token.start) else 0


def _surname_follows(reading: TokenizedText, lexicon: Lexicon, position: int) -> bool:
    """Say whether the next token can only be the surname to a first name here."""
    if position + 1 == len(reading.tokens):
        return False
    token, after = reading.tokens[position : position + 2]
    if reading.text[token.end : after.start] != " " or lexicon.never(after.word):
        return False
    return reading.marks_a_name(after) and (not lexicon.is_word(after.word) or after.word in lexicon.word_surnames)
