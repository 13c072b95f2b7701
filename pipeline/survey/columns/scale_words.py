"""The steps of the scales in words that surveys use, lowest first; each step is a pattern over plain words."""

import re
from collections.abc import Iterator


VERY = "very|extremely|strongly|completely|totally|highly|definitely|absolutely"
_MOST = "extremely|very|strongly|completely"
RATHER = "fairly|quite|somewhat|slightly|rather|moderately|mostly|tend to|a little|a bit|generally|mainly|partly"

_SAME = "no change|no difference|(?:about |stayed |much )?the same"
_MIDDLE = f"neither.*|neutral|undecided|mixed|in between|no view either way|{_SAME}"
_OPPOSITES = {
    "agree": "disagree",
    "satisfied": "dissatisfied|unsatisfied",
    "likely": "unlikely",
    "important": "unimportant",
    "favou?rabl[ey]": "unfavou?rabl[ey]",
    "useful": "useless|not useful",
    "helpful": "unhelpful|not helpful",
    "happy": "unhappy",
    "comfortable": "uncomfortable",
    "confident": "unconfident|not confident",
    "clear": "unclear|not clear",
    "positive(?:ly)?": "negative(?:ly)?",
    "good": "poor|bad",
    "well": "badly|poorly",
    "easy": "difficult|hard",
    "safe": "unsafe",
    "fair": "unfair",
    "effective": "ineffective",
    "supportive|support": "opposed|oppose",
    "true": "untrue|false",
    "high": "low",
    "valued": "undervalued|not valued",
    "interested|interesting": "uninterested|boring|not interested",
    "pleasant": "unpleasant",
    "reasonable": "unreasonable",
    "convenient": "inconvenient",
    "appropriate": "inappropriate",
    "adequate": "inadequate",
    "probable": "improbable",
    "willing": "unwilling",
    "strong": "weak",
    "involved": "uninvolved|not involved",
}

# A captured group is what the scale is about ("useful"); all steps of a scale must be about the same.
_X = r"(\w+(?: \w+){0,3})"
_NOT = rf"not at all(?: {_X})?|not {_X} at all|not {_X}|no {_X}|none|never|not|no"
_A_BIT = r"slightly|a little|a little bit|a bit|only slightly|not very|not so|not that|not particularly"
_SLIGHTLY = rf"(?:{_A_BIT})(?: {_X})?|not much"
_SOMEWHAT = rf"(?:moderately|somewhat|fairly|quite|rather|reasonably|to some extent|some|partly)(?: {_X})?|{_X}"
_VERY_X = rf"(?:very|highly|mostly)(?: {_X})?|very much|a lot"
_EXTREMELY = rf"(?:extremely|completely|totally|fully|absolutely|definitely|very)(?: {_X})?|a great deal|very much|a lot"

_NO_X = rf"(?:not an?|no|not at all an?) {_X}|none(?: at all)?|not at all"
_SMALL = rf"(?:an? )?(?:small|minor|slight|little|occasional) {_X}"
_MEDIUM = rf"(?:an? |somewhat of an? )?(?:moderate|medium|some|fair|average) {_X}|(?:somewhat of )?an? {_X}"
_BIG = rf"(?:an? )?(?:big|major|serious|large|significant|great|severe|considerable|lot of|great deal of) {_X}"
_HUGE = rf"(?:an? )?(?:very big|very large|very serious|huge|extreme|enormous|critical) {_X}"

_FAIR = "fair|average|ok|okay|acceptable|adequate|satisfactory|neutral|neither.*"
_BEST = "very good|excellent|outstanding"
_LESS, _MORE = (f"(?:(?:a little|a bit|slightly|somewhat|rather) )?(?:{word})" for word in ("worse", "better|improved"))
_MUCH_LESS = "(?:much|a lot) worse"
_MUCH_MORE = "(?:much|a lot) better|improved a lot|(?:much|greatly) improved"
_NEVER, _SELDOM = "never|not at all", "rarely|very rarely|seldom|hardly ever|almost never|once in a while"
_HALF = "(?:about )?half (?:of )?the time"
_MOSTLY = "most of the time|usually|mostly|often|very often|frequently|almost always"
_SOMETIMES = "sometimes|occasionally|(?:about )?half the time|now and then"
_OFTEN = "often|very often|usually|mostly|most of the time|frequently|nearly always|almost always"
_ALWAYS = "always|all (?:of )?the time"
_NOTHING = "not at all|none|nothing|no|to no extent"
_LITTLE = "a little|not much|slightly|hardly|to a (?:small|little) extent"
_SOME = "some|somewhat|moderately|quite a bit|a (?:moderate|fair) amount|to (?:some|a moderate) extent"
_A_LOT = "a lot|very much|quite a lot|a great deal|to a (?:great|large) extent|fully|completely|yes"

_HOPES, _THAN = "(?: my| your| our)? expect\\w+", " than (?:i |we |you )?(?:had )?expected"
_WORDED: tuple[tuple[str, ...], ...] = (
    ("very poor|very bad|terrible|awful", "poor|bad", _FAIR, "good", _BEST),
    ("poor|bad", _FAIR, "good", "very good", "excellent|outstanding"),
    ("poor|bad", _FAIR, "good", _BEST),
    (_NEVER, _SELDOM, _SOMETIMES, _OFTEN, _ALWAYS),
    (_NEVER, "sometimes|rarely|occasionally", _HALF, _MOSTLY, _ALWAYS),
    (
        "none|none at all|nothing|not at all|never",
        "a little|a small amount",
        "a moderate amount|some|a fair amount",
        "a lot|quite a lot|a large amount",
        "a great deal",
    ),
    (
        f"far (?:short of|below){_HOPES}|much worse{_THAN}",
        f"(?:short of|below){_HOPES}|(?:somewhat )?worse{_THAN}",
        f"(?:equals|equal to|meets|met|in line with|about|as){_HOPES}|about what i expected|(?:about )?as expected",
        f"(?:exceeds|exceeded|above){_HOPES}|(?:somewhat )?better{_THAN}",
        f"far (?:exceeds|exceeded|above){_HOPES}|much better{_THAN}",
    ),
    (
        "far below average",
        "(?:somewhat |slightly |moderately )?below average",
        "average",
        "(?:somewhat |slightly |moderately )?above average",
        "far above average",
    ),
    (
        "dislike a great deal",
        "dislike (?:a moderate amount|somewhat)",
        "dislike a little",
        "neither like nor dislike",
        "like a little",
        "like (?:a moderate amount|somewhat)",
        "like a great deal",
    ),
    (
        "dislike a great deal|strongly dislike",
        "dislike(?: somewhat)?|somewhat dislike",
        "neither like nor dislike",
        "like(?: somewhat)?|somewhat like",
        "like a great deal|strongly like",
    ),
    (
        "(?:much|a lot) less|decreased a lot",
        "(?:somewhat |slightly |a little )?less|decreased(?: somewhat| a little)?",
        _MIDDLE,
        "(?:somewhat |slightly |a little )?more|increased(?: somewhat| a little)?",
        "(?:much|a lot) more|increased a lot",
    ),
    (_NEVER, f"{_SELDOM}|{_SOMETIMES}", _OFTEN, _ALWAYS),
    (_NEVER, f"{_SELDOM}|{_SOMETIMES}", f"{_OFTEN}|{_ALWAYS}"),
    (_NOTHING, _LITTLE, _SOME, _A_LOT),
    ("no|not at all", "sort of|sometimes|mostly|partly|somewhat|to some extent", "definitely|completely|fully|always|yes"),
    (
        "definitely(?: not| no)",
        "probably(?: not| no)",
        "maybe|possibly|perhaps|might or might not|not sure either way",
        "probably(?: yes)?",
        "definitely(?: yes)?",
    ),
    ("definitely not", "probably not", "probably(?: yes)?", "definitely(?: yes)?"),
    (_MUCH_LESS, _LESS, _MIDDLE, _MORE, _MUCH_MORE),
    (_LESS, _MIDDLE, _MORE),
    ("very low", "low", "medium|moderate|average", "high", "very high"),
    ("none|not at all", "low", "medium|moderate|average", "high"),
    ("low", "medium|moderate|average", "high"),
    (_NO_X, _SMALL, _MEDIUM, _BIG, _HUGE),
    (_NO_X, _SMALL, _MEDIUM, _BIG),
    (_NO_X, f"{_SMALL}|{_MEDIUM}", _BIG),
    (_NOT, _SLIGHTLY, _SOMEWHAT, _VERY_X, _EXTREMELY),
    (_NOT, _SLIGHTLY, _SOMEWHAT, _EXTREMELY),
    (_NOT, f"{_SLIGHTLY}|{_SOMEWHAT}", _EXTREMELY),
)


def _of_opposites(good: str, bad: str) -> Iterator[tuple[str, ...]]:
    very_bad, rather_bad = f"(?:{VERY}) (?:{bad})", f"(?:{RATHER}) (?:{bad})"
    very_good, rather_good = f"(?:{VERY}) (?:{good})", f"(?:{RATHER}) (?:{good})"
    yield very_bad, bad, rather_bad, _MIDDLE, rather_good, good, very_good
    # Qualtrics' own seven and five.
    yield (
        f"(?:{_MOST}) (?:{bad})", f"moderately (?:{bad})", f"slightly (?:{bad})", _MIDDLE,
        f"slightly (?:{good})", f"moderately (?:{good})", f"(?:{_MOST}) (?:{good})",
    )  # fmt: skip
    yield very_bad, bad, rather_bad, rather_good, good, very_good
    yield very_bad, f"{bad}|{rather_bad}", _MIDDLE, f"{good}|{rather_good}", very_good
    yield very_bad, f"{bad}|{rather_bad}", f"{good}|{rather_good}", very_good
    yield f"{bad}|{rather_bad}", _MIDDLE, f"{good}|{rather_good}"


# Opposites first: "not useful" is the other end of "useful" before it is its absence.
STEPS: tuple[tuple[re.Pattern[str], ...], ...] = tuple(
    tuple(map(re.compile, steps))
    for steps in (*(steps for pair in _OPPOSITES.items() for steps in _of_opposites(*pair)), *_WORDED)
)


def is_step(words: str) -> bool:
    """Tell whether the words are a step of some scale."""
    # Steps with a group would take any few words for what the scale is about.
    is_worded = any(step.fullmatch(words) for steps in STEPS for step in steps if not step.groups)
    return is_worded or bool(re.match(rf"(?:{VERY}|{RATHER}|not at all)\b", words))
