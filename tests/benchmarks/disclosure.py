"""Attack all tables of made-up studies together, and pairs of exports, and print how many hidden figures could be worked out.

Run `python tests/benchmarks/disclosure.py`; everything is invented. Attributes nest, cross and overlap, and the attacker knows
how many people are in each class. `--studies 5` is a quick look, `--seconds 120` stops after that long for each profile.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np


sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure_attack import planted_pairs
from made_up_studies import SINGLE, made_up
from release_attack import attack_release

from pipeline.methods.disclosure import PROFILES, Profile
from pipeline.methods.disclosure.differencing import against_earlier


def main() -> None:
    """Attack made-up studies and planted pairs of exports under each profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    options = parser.parse_args()
    profiles = {name: profile for name, profile in PROFILES.items() if name in (options.profile or PROFILES)}
    figures = {name: _attack(name, options.studies, options.seconds) for name in profiles}
    pairs = {name: _pairs(options.pairs, profile) for name, profile in profiles.items()}
    sys.stdout.write(json.dumps({"attack": figures, "differencing": pairs}) + "\n")


def _attack(profile: str, n_studies: int, seconds: float) -> dict[str, float]:
    """Attack so many studies, or as many as the time allows; `tables` are different things counted by all groups."""
    draw, start = np.random.default_rng(7), time.perf_counter()
    figures = dict.fromkeys(("studies", "tables", "hidden figures attacked", "recovered", "studies with one recovered"), 0)
    while figures["studies"] < n_studies and time.perf_counter() - start < seconds:
        made = made_up(draw, profile)
        hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES[profile])
        n_recovered = sum(figure.recovered for figure in hidden)
        found = (1, made.n_tables, len(hidden), n_recovered, int(n_recovered > 0))
        figures = {name: figures[name] + int(n) for name, n in zip(figures, found, strict=True)}
    return {**figures, "seconds": round(time.perf_counter() - start, 1)}


def _pairs(n_pairs: int, profile: Profile) -> dict[str, int]:
    told = 0
    for pair in planted_pairs(np.random.default_rng(8), n_pairs, profile):
        told += pair.told_apart(against_earlier(pair.second, pair.first, profile)) > 0
    return {"planted": n_pairs, "caught": n_pairs - told}


if __name__ == "__main__":
    main()
