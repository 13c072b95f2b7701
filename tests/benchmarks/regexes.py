"""Time every pattern, used as the program uses it, on strings of 100,000 characters made to trip it up; print JSON.

Run `python tests/benchmarks/regexes.py`.
"""

import json
import sys
import time
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1] / "methods" / "redact"))

from test_regexes import PATTERNS, PIECES, goes_through


LENGTH = 100_000


def main() -> None:
    """Time each pattern on each string."""
    slowest: dict[str, float] = {}
    for name, pattern in PATTERNS.items():
        for piece in PIECES:
            text = piece * (LENGTH // len(piece)) + "!"
            given = text.encode() if isinstance(pattern.pattern, bytes) else text
            start = time.perf_counter()
            goes_through(name, pattern, given)
            slowest[name] = max(slowest.get(name, 0.0), time.perf_counter() - start)
    worst = sorted(slowest.items(), key=lambda item: -item[1])[:10]
    figures = {"patterns": len(slowest), "over 1 s": sum(seconds > 1 for seconds in slowest.values())}
    sys.stdout.write(json.dumps({**figures, "slowest": {name: round(seconds, 2) for name, seconds in worst}}) + "\n")


if __name__ == "__main__":
    main()
