"""Attack all tables of made-up studies together, and pairs of exports, and print how many hidden figures could be worked out.

Run `python tests/benchmarks/disclosure.py`; everything is invented. Attributes nest, cross and overlap, and the attacker knows
how many people are in each class. `--studies 5` is a quick look, `--seconds 120` stops after that long for each profile.
`--run STUDY` attacks a study that was run, counted anew under each profile, and says how much of its tables is hidden.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np


sys.path.insert(0, str(Path(__file__).parents[1]))

from disclosure_attack import planted_pairs
from made_up_studies import SINGLE, made_up, shown_themes
from release_attack import attack_release

from pipeline.codebook.codebook import read_codebook
from pipeline.methods.disclosure import PROFILES, Profile
from pipeline.methods.disclosure.differencing import against_earlier
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.respond import respond
from pipeline.workflow.stages.voices import voices


def main() -> None:
    """Attack made-up studies and planted pairs of exports under each profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=480)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--profile", choices=PROFILES, action="append")
    options = parser.parse_args()
    profiles = {name: profile for name, profile in PROFILES.items() if name in (options.profile or PROFILES)}
    if options.run:
        sys.stdout.write(json.dumps({name: _attack_run(options.run, name) for name in profiles}) + "\n")
        return
    figures = {name: _attack(name, options.studies, options.seconds, options.seed) for name in profiles}
    pairs = {name: _pairs(options.pairs, profile) for name, profile in profiles.items()}
    sys.stdout.write(json.dumps({"attack": figures, "differencing": pairs}) + "\n")


def _attack(profile: str, n_studies: int, seconds: float, seed: int) -> dict[str, float]:
    """Attack so many studies, or as many as the time allows; `tables` are different things counted by all groups."""
    draw, start = np.random.default_rng(seed), time.perf_counter()
    figures = dict.fromkeys(("studies", "tables", "hidden figures attacked", "recovered", "studies with one recovered"), 0)
    while figures["studies"] < n_studies and time.perf_counter() - start < seconds:
        made = made_up(draw, profile)
        hidden = attack_release(made.tables, made.persons, made.asked, frozenset([SINGLE]), PROFILES[profile])
        n_recovered = sum(figure.recovered for figure in hidden)
        found = (1, made.n_tables, len(hidden), n_recovered, int(n_recovered > 0))
        figures = {name: figures[name] + int(n) for name, n in zip(figures, found, strict=True)}
    return {**figures, "seconds": round(time.perf_counter() - start, 1)}


def _attack_run(folder: Path, profile: str) -> dict[str, float]:
    """Count a study's tables anew under a profile and attack them together; percentages are of figures by code and group."""
    study = load_study(folder)
    count_ = study.settings.count.model_copy(update={"profile": profile})
    settings = SimpleNamespace(count=count_, intake=study.settings.intake)
    names = ("codings", "segments", "comments", "people", "ratings", "themes", "members")
    there = {name: read_table(name, study.folder / TABLES[name].file) for name in names}
    codings, segments, comments, people, ratings, themes, members = there.values()
    # As if people had agreed with every suggestion: only what they decided is counted, and attacked.
    codings = codings.assign(status="accepted")
    start = time.process_time()
    counts, closed = count(codings, segments, comments, people, ratings, read_codebook(study.codebook), settings=settings)
    rates, _ = respond(comments, people, settings=settings)
    said, _ = voices(themes, members, segments, comments, people, settings=settings)
    seconds = time.process_time() - start
    tables = {
        "counts": counts,
        "closed": closed,
        "response_rates": rates,
        "voices": said,
        "themes": shown_themes(themes, said, profile),
    }
    groups = list(count_.groups or study.settings.intake.attributes[:1])
    level = people.drop_duplicates(["response_id", "attribute"]).pivot(index="response_id", columns="attribute", values="value")
    persons = level[groups].reindex(comments["response_id"].unique())
    wanted = comments[comments["consent"] != "none"]
    asked = {question: frozenset(rows["response_id"]) for question, rows in wanted.groupby("question", sort=False)}
    asked["any"] = frozenset(wanted["response_id"])
    single = ratings.groupby("question")["response_id"].agg(lambda ids: not ids.duplicated().any())
    hidden = attack_release(tables, persons, asked, frozenset(single.index[single]), PROFILES[profile])
    by_group = counts[counts["group"] != "everyone"]
    share = by_group["n"].isna().groupby(by_group["question"]).mean()
    return {
        "hidden figures attacked": len(hidden),
        "recovered": sum(figure.recovered for figure in hidden),
        "processor seconds to count": round(seconds, 2),
        **{f"% hidden, {question}": round(100 * float(part), 1) for question, part in share.items()},
    }


def _pairs(n_pairs: int, profile: Profile) -> dict[str, int]:
    told = 0
    for pair in planted_pairs(np.random.default_rng(8), n_pairs, profile):
        told += pair.told_apart(against_earlier(pair.second, pair.first, profile)) > 0
    return {"planted": n_pairs, "caught": n_pairs - told}


if __name__ == "__main__":
    main()
