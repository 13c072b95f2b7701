"""Measure quality and speed on the shared data, and write docs/benchmarks.json and docs/benchmarks.md.

    python tests/benchmarks/bench.py --shared ../shared [--only themes coding masking whole] [--smoke]

Each part is a program of its own that prints JSON lines; peers run in the same minutes on the same rows.
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
from importlib.metadata import version
from pathlib import Path


HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--only", nargs="*", default=["whole", "themes", "coding", "masking"])
    parser.add_argument("--smoke", action="store_true", help="a few rows, to see that it works; writes nothing")
    options = parser.parse_args()
    if not options.shared.is_dir():
        sys.exit(f"There is no shared data folder at {options.shared}; say where it is with --shared.")
    parts = {"whole": whole, "themes": script("themes.py"), "coding": script("coding.py"), "masking": script("masking.py")}
    path = ROOT / "docs" / "benchmarks.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() and not options.smoke else {}
    for name in options.only:
        found[name] = {"machine": machine(), "rows": parts[name](options.shared, smoke=options.smoke)}
        print(f"{name}: {len(found[name]['rows'])} rows", file=sys.stderr)
    if options.smoke:
        print(json.dumps(found))
        return
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (path.parent / "benchmarks.md").write_text(as_markdown(found), encoding="utf-8")


def machine() -> dict[str, str]:
    """Say what it was measured on."""
    names = ("torch", "bertopic", "sentence-transformers", "scikit-learn", "umap-learn", "pandas")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return {
        "processor": f"{os.cpu_count()} cores, {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
    }


def script(name: str):
    """Return a part that runs one of the programs beside this one and collects its JSON lines."""

    def part(shared: Path, *, smoke: bool) -> list[dict[str, object]]:
        command = [sys.executable, str(HERE / name), "--shared", str(shared), *(["--smoke"] if smoke else [])]
        return lines_of(command)

    return part


def lines_of(command: list[str]) -> list[dict[str, object]]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **OFFLINE})
    if done.returncode:
        sys.exit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def whole(shared: Path, *, smoke: bool) -> list[dict[str, object]]:
    """Time `themes new` and `themes run` on a real export, and vanilla BERTopic on the same file, from fresh processes."""
    export = shared / "data" / "nhs-fft" / "responses.csv"
    rows = [ours(export, shared / "data" / "nhs-fft" / "codebook.csv", rows=300 if smoke else None)]
    peer = shared / "bench" / "vanilla_bertopic.py"
    rows += lines_of([sys.executable, str(peer), str(export), "--text", "text", *(["--rows", "200"] if smoke else [])])
    return rows


def ours(export: Path, codebook: Path, *, rows: int | None) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / export.name
        lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
        source.write_text("".join(lines[: rows + 1] if rows else lines), encoding="utf-8")
        study = Path(folder) / "study"
        new = timed(["new", str(study), "--from", str(source), "--codebook", str(codebook)])
        run = timed(["run", str(study)])
        again = timed(["run", str(study)])
        manifest = json.loads((study / "derived" / "manifest.json").read_text(encoding="utf-8"))
        seconds = {record["name"]: record["seconds"] for record in manifest["stages"]}
        return {
            "ours": "themes new, run, run again",
            **manifest["accounts"],
            "new_s": new,
            "run_s": run,
            "again_s": again,
            "stages_s": seconds,
            "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
            "left_out_share": left_out(study),
        }


def timed(arguments: list[str]) -> float:
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pipeline", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(done.stderr)
    return round(time.perf_counter() - begin, 2)


def left_out(study: Path) -> float:
    import pandas as pd

    return float(pd.read_parquet(study / "derived" / "members.parquet")["theme_id"].isna().mean())


def as_markdown(found: dict[str, dict]) -> str:
    parts = ["# Benchmarks", "", "Made by `make bench` from `benchmarks.json`; figures of one machine, peers in the same run."]
    for name, part in found.items():
        parts += [
            "",
            f"## {name}",
            "",
            f"{part['machine']['processor']}, Python {part['machine']['python']}; {part['machine']['versions']}",
            "",
        ]
        rows = [flat(row) for row in part["rows"]]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        # A figure a line and a run a column: there are more figures than runs, and all of them are shown.
        parts += ["| figure |" + " |" * len(rows), "|---|" + "---|" * len(rows)]
        parts += [f"| {column} | " + " | ".join(shown(row.get(column, "")) for row in rows) + " |" for column in columns]
    return "\n".join(parts) + "\n"


def flat(row: dict[str, object], within: str = "") -> dict[str, object]:
    """Return a row without rows inside it: `{"masked": {"direct": 1}}` becomes `{"masked direct": 1}`."""
    found: dict[str, object] = {}
    for name, value in row.items():
        found |= flat(value, f"{within}{name} ") if isinstance(value, dict) else {f"{within}{name}": value}
    return found


def shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
