"""Kill runs at every rename, stop them by signals, cut their disk short and damage their files; print the figures as JSON.

Run `python tests/benchmarks/faults.py`; `--points 4` is a quick look, and `--only "bits flipped"` one of the faults. The study is
a part of the invented sample.
"""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from faulty import SHORT_OF_DISK, killed_at, leftovers_of, python, renames_of_a_run, state_of, stopped_by, themes
from sample import SAMPLE, sample_rows, write_rows


def main() -> None:
    """Run each fault and print how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=40)
    parser.add_argument("--only", action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        ready, whole = Path(place) / "ready", Path(place) / "whole"
        _make(ready)
        shutil.copytree(ready, whole)
        renames = renames_of_a_run(whole)
        faults: dict[str, Callable[[Path, Path, int, int], bool]] = {
            "killed and resumed": _killed, "asked to stop": _stopped, "files cut short": _cut, "bits flipped": _flipped,
            "files truncated": _truncated,
        }  # fmt: skip
        figures: dict[str, int | str] = {"renames in a run": renames}
        for name, fault in faults.items():
            if name not in (options.only or faults):
                continue
            figures[name] = _share(fault, ready, whole, options.points, renames)
            sys.stderr.write(f"{name}: {figures[name]}\n")
        sys.stdout.write(json.dumps(figures) + "\n")


def _share(fault: Callable[[Path, Path, int, int], bool], ready: Path, whole: Path, points: int, renames: int) -> str:
    good = 0
    for point in range(points):
        begins_done = fault in (_cut, _flipped, _truncated)
        folder = ready.with_name("study")
        shutil.copytree(whole if begins_done else ready, folder)
        good += fault(folder, whole, point, max(1, round((point + 1) / points * renames)))
        shutil.rmtree(folder)
    return f"{good} of {points}"


def _killed(folder: Path, whole: Path, point: int, rename: int) -> bool:
    status = killed_at(rename, "before" if point % 2 else "after", "run", folder)
    resumed = themes("run", folder).returncode
    return status == -signal.SIGKILL and resumed == 0 and state_of(folder) == state_of(whole) and not leftovers_of(folder)


def _stopped(folder: Path, whole: Path, point: int, rename: int) -> bool:
    sent, status = ((signal.SIGTERM, 143), (signal.SIGINT, 130))[point % 2]
    found, said = stopped_by(sent, folder)
    return found == status and "Traceback" not in said


def _cut(folder: Path, whole: Path, point: int, rename: int) -> bool:
    found = python(SHORT_OF_DISK, 1_000 + 1_500 * point, "run", folder, "--force")
    damaged = [name for name, sha in state_of(folder).items() if sha != state_of(whole).get(name)]
    return "Traceback" not in found.stderr and not damaged and found.returncode in (0, 74)


def _flipped(folder: Path, whole: Path, point: int, rename: int) -> bool:
    path = _some_table(folder, point)
    data = bytearray(path.read_bytes())
    data[random.Random(point).randrange(len(data))] ^= 1 << point % 8
    path.write_bytes(data)
    return themes("run", folder).returncode == 0 and state_of(folder) == state_of(whole)


def _truncated(folder: Path, whole: Path, point: int, rename: int) -> bool:
    path = _some_table(folder, point)
    path.write_bytes(path.read_bytes()[: random.Random(point).randrange(path.stat().st_size)])
    return themes("run", folder).returncode == 0 and state_of(folder) == state_of(whole)


def _some_table(folder: Path, point: int) -> Path:
    tables = sorted([*(folder / "derived").glob("*.parquet"), *(folder / "vault").glob("*.parquet")])
    return tables[point % len(tables)]


def _make(folder: Path) -> None:
    (folder / "vault").mkdir(parents=True)
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    write_rows(folder / "responses.csv", sample_rows(40))
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n', encoding="utf-8")


if __name__ == "__main__":
    main()
