"""Attack random tables and pairs of exports, and print how many hidden figures could be worked out.

Run `python tests/benchmarks/disclosure.py`; all tables are invented. `--tables 100` is a quick look, and `--profile strict` a
third of the work (about three minutes).
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np


sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure_attack import (
    attack_breakdown,
    attack_crossing,
    planted_pairs,
    random_breakdown,
    random_crossing,
    recovered,
)

from pipeline.methods.disclosure import PROFILES, Profile
from pipeline.methods.disclosure.differencing import against_earlier


def main() -> None:
    """Attack half breakdowns with several attributes, half tables that add up both ways, under each profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    options = parser.parse_args()
    profiles = {name: profile for name, profile in PROFILES.items() if name in (options.profile or PROFILES)}
    figures = {name: _attack(options.tables, profile) for name, profile in profiles.items()}
    pairs = {name: _pairs(options.pairs, profile) for name, profile in profiles.items()}
    sys.stdout.write(json.dumps({"attack": figures, "differencing": pairs}) + "\n")


def _attack(n_tables: int, profile: Profile) -> dict[str, float]:
    draw, start = np.random.default_rng(7), time.perf_counter()
    ranges, broken = [], 0
    for place in range(n_tables):
        found = (
            attack_crossing(*random_crossing(draw), profile) if place % 2 else attack_breakdown(*random_breakdown(draw), profile)
        )
        broken += recovered(found, profile) > 0
        ranges += found
    return {
        "tables": n_tables,
        "hidden figures attacked": len(ranges),
        "recovered": int(recovered(ranges, profile)),
        "tables with one recovered": int(broken),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _pairs(n_pairs: int, profile: Profile) -> dict[str, int]:
    told = 0
    for pair in planted_pairs(np.random.default_rng(8), n_pairs, profile):
        told += pair.told_apart(against_earlier(pair.second, pair.first, profile)) > 0
    return {"planted": n_pairs, "caught": n_pairs - told}


if __name__ == "__main__":
    main()
