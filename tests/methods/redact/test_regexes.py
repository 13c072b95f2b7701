"""No pattern of ours runs away: each is given strings made to trip it up, on which one that backtracks would not end.

`tests/benchmarks/regexes.py` prints the seconds that each takes on 100,000 characters.
"""

import importlib
import inspect
import pkgutil
import re

import pytest

import pipeline


def patterns():
    """Return every compiled pattern that stands at the top of a module of the program."""
    found = {}
    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        if module.name.startswith(("pipeline.cli", "pipeline.__main__")):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            many = value if isinstance(value, tuple | list) else (value,)
            for place, one in enumerate(part for item in many for part in (item if isinstance(item, tuple) else (item,))):
                if isinstance(one, re.Pattern):
                    found.setdefault((one.pattern, one.flags), f"{module.name}.{name}[{place}]")
    return {name: re.compile(pattern, flags) for (pattern, flags), name in found.items()}


PATTERNS = patterns()
PIECES = (
    "a",
    " ",
    "1",
    "a ",
    "1 ",
    "a.",
    "-",
    "A",
    "=",
    "\t",
    "\r",
    "<",
    "[",
    "x@",
    "my ",
    "at ",
    "in the ",
    ", ",
    "'a",
    "the only ",
    "\n ",
    "<a",
    "a  -",
)


def goes_through(name, pattern, text):
    """Use a pattern as its module does: on a whole text, or in search of every place where it fits."""
    if is_for_wholes(name):
        pattern.fullmatch(text)
    else:
        sum(1 for _ in pattern.finditer(text))


def is_for_wholes(name):
    module, _, attribute = name.rpartition("[")[0].rpartition(".")
    source = inspect.getsource(importlib.import_module(module))
    used = re.findall(rf"\b{attribute}(?:\[\w+\])?\.(\w+)\(", source)
    # Those of `guessing` that are handed on are only ever compared with a whole heading or answer.
    handed_on = re.search(rf"is_called\({attribute}\b|_mostly\(|\b{attribute}\b.*= .*whole\(", source)
    return set(used) <= {"fullmatch", "match"} if used else bool(handed_on) and "guessing" in module


def test_there_are_patterns_to_try():
    assert len(PATTERNS) > 60


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_ends_on_long_strings_made_to_trip_it_up(name):
    pattern = PATTERNS[name]
    for piece in PIECES:
        text = piece * (3_000 // len(piece)) + "!"
        for given in (text, text.encode()) if isinstance(pattern.pattern, bytes) else (text,):
            if isinstance(given, bytes) == isinstance(pattern.pattern, bytes):
                goes_through(name, pattern, given)
