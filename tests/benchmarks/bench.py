"""Measure quality and speed, and write docs/benchmarks.json and docs/benchmarks.md.

    python tests/benchmarks/bench.py [--shared ../shared] [--only themes coding masking whole speed unseen] [--smoke]
        [--effort quick thorough] [--decisions 100 all] [--peers svc setfit] [--folds N]

Each part is a program of its own that prints JSON lines; peers run in the same minutes on the same rows. `--effort`,
`--decisions`, `--peers` and `--folds` go to the coding part: its new rows take the places of those with the same name and
number of decisions, and the others stay, so that a slow setting can be measured once (`--only coding --effort thorough
--peers svc`; `--peers` alone runs none). Without the shared folder the sample study is measured, in parts of their own.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pages import as_markdown


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SAMPLE = ROOT / "corpora" / "coproduction"
PASSED = ("effort", "decisions", "peers", "folds")
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

Rows = list[dict[str, Any]]
Part = Callable[[argparse.Namespace], Rows]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the parts asked for and put them into what was measured before."""
    options = parse(arguments)
    path = ROOT / "docs" / "benchmarks.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() and not options.smoke else {}
    for part in options.only:
        name = part if options.shared else f"{part} on the sample study"
        rows = PARTS[part](options)
        found[name] = merged(found.get(name), {"machine": machine(), "rows": rows}) if part == "coding" else as_part(rows)
        print(f"{name}: {len(rows)} rows", file=sys.stderr)
        # A part may take an hour; the next may fail.
        if not options.smoke:
            write(found, path)
    if options.smoke:
        print(json.dumps(found))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--smoke", action="store_true", help="a few rows, to see that it works; writes nothing")
    for name in PASSED:
        parser.add_argument(f"--{name}", nargs="*")
    options = parser.parse_args(arguments)
    if not options.shared.is_dir():
        print(f"There is no shared data folder at {options.shared}, so the sample study is measured.", file=sys.stderr)
        options.shared = None
    return options


def as_part(rows: Rows) -> dict[str, Any]:
    return {"machine": machine(), "rows": rows}


def merged(before: dict[str, Any] | None, now: dict[str, Any]) -> dict[str, Any]:
    """Return what was measured now with the earlier rows it does not replace; those say if another machine made them."""
    if before is None:
        return now
    new = {key_of(row) for row in now["rows"]}
    # Rows of an earlier layout have no name and cannot be told apart from newer ones.
    kept = [row for row in before["rows"] if "who" in row and key_of(row) not in new]
    if before["machine"] != now["machine"]:
        kept = [{"machine": before["machine"], **row} for row in kept]
    return {**now, "rows": [*kept, *now["rows"]]}


def key_of(row: dict[str, Any]) -> tuple[str, str]:
    return str(row["who"]), str(row["decisions"])


def write(found: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(as_markdown(found), encoding="utf-8")


def machine() -> dict[str, str]:
    """Say what it was measured on."""
    names = ("torch", "bertopic", "sentence-transformers", "scikit-learn", "umap-learn", "pandas")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return {
        "processor": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
    }


def coding(options: argparse.Namespace) -> Rows:
    """Run the coder and its peers."""
    chosen = [(name, getattr(options, name)) for name in PASSED]
    passed = [word for name, values in chosen if values is not None for word in (f"--{name}", *values)]
    return program("coding.py", options, *passed)


def on_shared(name: str) -> Part:
    """Return a part that needs the shared data and says so where it is absent."""

    def part(options: argparse.Namespace) -> Rows:
        return program(name, options) if options.shared else [{"left out": "it needs the shared data folder"}]

    return part


def program(name: str, options: argparse.Namespace, *passed: str) -> Rows:
    """Run one of the programs beside this one and collect its JSON lines."""
    shared = ["--shared", str(options.shared)] if options.shared else []
    return lines_of([sys.executable, str(HERE / name), *shared, *passed, *(["--smoke"] if options.smoke else [])])


def lines_of(command: list[str]) -> Rows:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **OFFLINE})
    if done.returncode:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def whole(options: argparse.Namespace) -> Rows:
    """Time `themes new` and `themes run` on an export, and vanilla BERTopic on the same file, from fresh processes."""
    folder = options.shared / "data" / "nhs-fft" if options.shared else SAMPLE
    export, few = folder / "responses.csv", options.smoke
    rows: Rows = [{"who": "ours", **ours(export, folder / "codebook.csv", rows=300 if few else None)}]
    if options.shared:
        peer = options.shared / "bench" / "vanilla_bertopic.py"
        theirs = lines_of([sys.executable, str(peer), str(export), "--text", "text", *(["--rows", "200"] if few else [])])
        rows += [{"who": row.pop("peer"), **row} for row in theirs]
    return rows


def ours(export: Path, codebook: Path, *, rows: int | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / export.name
        lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
        source.write_text("".join(lines[: rows + 1] if rows else lines), encoding="utf-8")
        study = Path(folder) / "study"
        new = timed(["new", str(study), "--from", str(source), "--codebook", str(codebook)])
        run, again = (timed(["run", str(study)]) for _ in range(2))
        manifest = json.loads((study / "derived" / "manifest.json").read_text(encoding="utf-8"))
        return {
            **{name: count for name, count in manifest["accounts"].items() if name != "set_aside"},
            "new_s": new,
            "run_s": run,
            "again_s": again,
            "total_s": round(new + run, 2),
            "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            "outlier_share": left_out(study),
            "set_aside": manifest["accounts"]["set_aside"],
            "seconds of a stage": {record["name"]: record["seconds"] for record in manifest["stages"]},
        }


def unseen(options: argparse.Namespace) -> Rows:
    """Teach the sentence model without some codebooks and score it on those; the shipped one is not asked here."""
    return lines_of([sys.executable, str(HERE / "unseen.py"), *(["--smoke"] if options.smoke else [])])


def timed(arguments: list[str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pipeline", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr)
    return round(time.perf_counter() - begin, 2)


def left_out(study: Path) -> float:
    import pandas as pd

    return float(pd.read_parquet(study / "derived" / "members.parquet")["theme_id"].isna().mean())


PARTS: dict[str, Part] = {
    "whole": whole,
    "speed": lambda options: program("speed.py", options),
    "unseen": unseen,
    **{"themes": on_shared("themes.py"), "coding": coding, "masking": on_shared("masking.py")},
}


if __name__ == "__main__":
    main()
