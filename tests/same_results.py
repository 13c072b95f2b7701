"""Compare what two versions of the program make of the same studies: a change of the code should change nothing else.

    python tests/same_results.py begin FOLDER             # once: the sample and the NHS study, with decisions
    python tests/same_results.py run FOLDER NAME          # in each checkout: runs and exports everything into FOLDER/NAME
    python tests/same_results.py compare FOLDER ONE OTHER

Every table and export is compared byte for byte; archives (Word, Excel, REFI-QDA) by what is in them, without the times at which
they were written. `--by-value` compares Parquet files by what they hold, a list and a string of the same items alike.
"""

import argparse
import csv
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd


ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
FORMATS = ("html", "team", "docx", "xlsx", "tables", "quotes", "loop", "easyread", "review", "qdc", "qdpx", "sav")
CODERS = {"Ana": "lived experience", "Ben": "researcher"}
N_CODED = 40
_TIMES = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?|\d\d?:\d\d(:\d\d)?|\d+(\.\d+)? s\b")
_LEFT_OUT = ("manifest.json", ".sqlite", ".sqlite-shm", ".sqlite-wal", "lock")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("begin").add_argument("folder", type=Path)
    step = steps.add_parser("run")
    step.add_argument("folder", type=Path)
    step.add_argument("name")
    step = steps.add_parser("compare")
    step.add_argument("folder", type=Path)
    step.add_argument("one")
    step.add_argument("other")
    step.add_argument("--by-value", action="store_true")
    options = parser.parse_args(arguments)
    if options.step == "begin":
        begin(options.folder / "start")
    elif options.step == "run":
        run_all(options.folder / "start", options.folder / options.name)
    else:
        differences = list(compare(options.folder / options.one, options.folder / options.other, by_value=options.by_value))
        print("\n".join(differences) or "No file differs.")
        sys.exit(bool(differences))


def begin(start: Path) -> None:
    """Make the studies that every version starts from: settings, export, vault and what two people decided."""
    studies = {"sample": ROOT / "corpora" / "coproduction"}
    for name, folder in studies.items():
        shutil.copytree(
            folder, start / name, ignore=shutil.ignore_patterns("derived", "exports", "vault", "review.sqlite*", "models")
        )
    if (SHARED / "data" / "nhs-fft").is_dir():
        data = SHARED / "data" / "nhs-fft"
        themes("new", start / "nhs", "--from", data / "responses.csv", "--codebook", data / "codebook.csv")
    for study in sorted(start.iterdir()):
        themes("run", study)
        for coder, group in CODERS.items():
            decide(study, coder, group)
        shutil.rmtree(study / "derived")
        shutil.rmtree(study / "exports", ignore_errors=True)


def decide(study: Path, coder: str, group: str) -> None:
    """Let a coder take the first code of the codebook for every second excerpt of a sheet, and none for the others."""
    sheet = study.parent.parent / f"{study.name}-{coder}.csv"
    themes("pack", study, "--reviewer", coder, "--n", N_CODED, "--order", "random audit", "--out", sheet)
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (study / "codebook.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    for number, row in enumerate(rows):
        row |= {"your_codes": codes[number % len(codes)]} if number % 2 else {"none_of_these": "x"}
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    themes("unpack", study, sheet, "--reviewer", coder, "--group", group)


def run_all(start: Path, target: Path) -> None:
    """Run each study from its beginning, and again with what people decided learnt, and write every export."""
    shutil.copytree(start, target)
    for study in sorted(target.iterdir()):
        themes("run", study)
        themes("learn", study, "--yes", optional=True)
        themes("run", study)
        for kind in FORMATS:
            themes("export", study, "--to", kind, optional=True)
        (study / "said.txt").write_text(themes("status", study) + themes("agreement", study), encoding="utf-8")


def themes(*arguments: object, optional: bool = False) -> str:
    """Run a command of this checkout and return what it printed; an optional one may refuse, and what it says is returned."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(" ".join(map(str, arguments)), "→", result.returncode, flush=True)
    if result.returncode and not optional:
        sys.exit(result.stdout + result.stderr)
    return result.stdout + result.stderr


def compare(one: Path, other: Path, *, by_value: bool) -> Iterator[str]:
    """Yield a line for each file that only one has, or that differs."""
    left, right = files_of(one), files_of(other)
    for name in sorted(left.keys() | right.keys()):
        if name not in left or name not in right:
            yield f"{name}: only in {one.name if name in left else other.name}"
        elif by_value and name.endswith(".parquet"):
            if not same_values(left[name], right[name]):
                yield f"{name}: other values"
        elif content_of(left[name], one) != content_of(right[name], other):
            yield f"{name}: differs"


def files_of(folder: Path) -> dict[str, Path]:
    """Return the files to compare by their place in the folder."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_LEFT_OUT))
    return {path.relative_to(folder).as_posix(): path for path in paths}


def content_of(path: Path, folder: Path) -> object:
    """Return a file's bytes, or of an archive the bytes of its parts, without times and without where the folder lies."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return {name: plain(archive.read(name), folder) for name in archive.namelist()}
    return path.read_bytes() if path.suffix == ".parquet" else plain(path.read_bytes(), folder)


def plain(content: bytes, folder: Path) -> bytes:
    """Return bytes without times, and without the folder's name."""
    return _TIMES.sub(b"TIME", content.replace(str(folder).encode(), b"FOLDER"))


def same_values(one: Path, other: Path) -> bool:
    """Say whether two tables hold the same; a list is the same as its items with the separator that the other has."""
    left, right = pd.read_parquet(one), pd.read_parquet(other)
    if list(left.columns) != list(right.columns) or len(left) != len(right):
        return False
    return all(left[name].map(items).tolist() == right[name].map(items).tolist() for name in left.columns)


def items(cell: object) -> object:
    """Return a cell that compares by what it holds."""
    if isinstance(cell, str):
        return tuple(part.strip() for part in re.split(r"[|;,]", cell) if part.strip())
    if hasattr(cell, "tolist"):
        return tuple(str(part) for part in cell.tolist())
    return "" if cell is None or cell != cell else cell


if __name__ == "__main__":
    main()
