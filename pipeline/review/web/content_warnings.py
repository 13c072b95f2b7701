"""A word before an answer that may be hard to read, so that people can choose whether to."""

import re


_TOPICS = {
    "death or dying": ("die[ds]?", "dying", "dead(?! (?:end|line))", "deaths?", "funeral", "buried", r"bereave\w*"),
    "suicide or self-harm": (
        r"suicid\w*",
        r"kill(?:ed|ing)? (?:my|him|her|them)sel\w+",
        r"self[- ]harm\w*",
        r"overdos\w*",
        "end (?:it all|my life)",
    ),
    "abuse or violence": (
        r"abus\w*",
        r"assault\w*",
        r"violen\w*",
        "(?:beat|beaten|hit) (?:me|him|her|up)",
        "rap(?:e|ed|ist)",
        r"molest\w*",
        "threatened",
    ),
    "neglect": (r"neglect\w*", "left (?:me|him|her|them) (?:lying|hungry|soiled|wet)", r"starv\w*", "bed ?sores?"),
    "being restrained or locked in": (
        r"restrain\w*",
        "locked (?:me|him|her|them) in",
        "held (?:me|him|her|them) down",
        "sectioned under",
    ),
    "insults because of who somebody is": (r"racis\w*", r"homophob\w*", r"transphob\w*", "slurs?"),
}
_PATTERNS = {topic: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) for topic, words in _TOPICS.items()}


def topics(text: str) -> tuple[str, ...]:
    """Return what in an answer may be hard to read. It goes by words alone: it misses some, and warns in vain of others."""
    return tuple(topic for topic, pattern in _PATTERNS.items() if pattern.search(text))
