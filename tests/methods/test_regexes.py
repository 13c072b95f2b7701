"""No pattern of ours runs away: each is given strings made to trip it up, on which one that backtracks would not end.

`tests/benchmarks/regexes.py` prints the seconds that each takes on 100,000 characters.
"""

import importlib
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
)


def test_there_are_patterns_to_try():
    assert len(PATTERNS) > 60


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_ends_on_long_strings_made_to_trip_it_up(name):
    pattern = PATTERNS[name]
    for piece in PIECES:
        text = piece * (3_000 // len(piece)) + "!"
        for given in (text, text.encode()) if isinstance(pattern.pattern, bytes) else (text,):
            if isinstance(given, bytes) == isinstance(pattern.pattern, bytes):
                sum(1 for _ in pattern.finditer(given))
