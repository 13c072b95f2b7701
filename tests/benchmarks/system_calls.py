"""Run and export a small study under strace and in namespaces: no connection, and faults of the disk told; print JSON.

Run `python tests/benchmarks/system_calls.py` on Linux, with strace installed and namespaces for users allowed; `--points 2` is a
quick look.
"""

import argparse
import csv
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from faults import _make
from faulty import ROOT, state_of


THEMES = [sys.executable, "-c", "import sys; from pipeline.cli import main; main(sys.argv[1:])"]
_MADE = re.compile(r'"([^"]+)"(?:, O_[A-Z_|]*O_CREAT|, 0[0-7]+\) += 0)')
_FAMILY = re.compile(r"sa_family=(AF_\w+)")


def main() -> None:
    """Try each, and print how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        ready, whole = Path(place) / "ready", Path(place) / "whole"
        _make(ready)
        shutil.copytree(ready, whole)
        figures: dict[str, object] = {"connections asked for": _connections(whole, Path(place) / "trace")}
        sys.stderr.write(f"{figures}\n")
        figures["files made outside the study"] = _made_elsewhere(whole, Path(place) / "trace")
        sys.stderr.write(f"{figures}\n")
        alone = Path(place) / "alone"
        shutil.copytree(ready, alone)
        done = _run(["unshare", "-rn", *THEMES, "run", str(alone)])
        figures["a run without network interfaces ends as one with"] = done.returncode == 0 and state_of(alone) == state_of(whole)
        sys.stderr.write(f"{figures}\n")
        points = range(1, options.points + 1)
        figures["fsync fails"] = _share([_unsynced(whole, point) for point in points])
        sys.stderr.write(f"{figures}\n")
        figures["the disk is full"] = _share([_full(whole, point) for point in points])
        figures["the folder is read-only"] = _read_only(whole)
    sys.stdout.write(json.dumps(figures) + "\n")


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def _share(good: list[bool]) -> str:
    return f"{sum(good)} of {len(good)}"


def _connections(folder: Path, trace: Path) -> dict[str, int]:
    """Run and export with the network at hand, and count by family the addresses that were connected to."""
    found: dict[str, int] = {}
    for arguments in (["run"], ["export", "--to", "html", "--to", "docx", "--to", "tables", "--to", "qdpx"]):
        command = ["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(trace), *THEMES, *arguments, str(folder)]
        done = _run(command)
        assert done.returncode == 0, done.stderr
        for family in _FAMILY.findall(trace.read_text(encoding="utf-8", errors="replace")):
            found[family] = found.get(family, 0) + 1
    return found


def _made_elsewhere(folder: Path, trace: Path) -> list[str]:
    """Give commands that write words to a copy, and return what else is made: names of files, by the system's own account."""
    with tempfile.TemporaryDirectory() as place:
        study, found = Path(place) / "study", set()
        shutil.copytree(folder, study)
        exports = [part for form in ("xlsx", "quotes", "pdf", "docx", "review", "sav", "qdpx") for part in ("--to", form)]
        for command, *more in (["run", "--force"], ["pack"], ["export", *exports], ["erase", "--yes", _somebody(study)]):
            line = ["strace", "-f", "-qq", "-e", "trace=open,openat,creat,mkdir,mkdirat", "-o", str(trace), *THEMES]
            done = _run([*line, command, str(study), *more])
            assert done.returncode == 0, done.stderr
            made = _MADE.findall(trace.read_text(encoding="utf-8", errors="replace"))
            found |= {path for path in made if not path.startswith((str(study), "/dev/", "/proc/"))}
        return sorted(path for path in found if Path(path).is_absolute())


def _somebody(study: Path) -> str:
    with (study / "responses.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.DictReader(file))["respondent"]


def _told(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 74 and "could not be written" in done.stderr and "Traceback" not in done.stderr


def _unsynced(whole: Path, point: int) -> bool:
    """Let the n-th fsync of a run fail with EIO."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        shutil.copytree(whole, folder)
        fault = f"inject=fsync,fdatasync:error=EIO:when={3 * point}"
        done = _run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", fault, *THEMES, "run", str(folder), "--force"])
        return _told(done) and state_of(folder) == state_of(whole)


def _full(whole: Path, point: int) -> bool:
    """Run in a file system with room for the study and little more."""
    with tempfile.TemporaryDirectory() as place:
        # A file takes whole pages of 4 KiB, and so does a folder.
        size = sum(4 * math.ceil(max(path.stat().st_size, 1) / 4096) for path in whole.rglob("*")) + 12 * (1 + point % 10)
        kept = Path(place) / "kept"
        script = (
            'mount -t tmpfs -o size="$1"k tmpfs "$2" && cp -r "$3" "$2/study" && shift 4 && '
            f'{{ "$@" run {place}/full/study --force; code=$?; cp -r {place}/full/study {kept}; exit $code; }}'
        )
        (Path(place) / "full").mkdir()
        done = _run(["unshare", "-rm", "sh", "-c", script, "sh", str(size), f"{place}/full", str(whole), "", *THEMES])
        return (_told(done) or done.returncode == 0) and state_of(kept) == state_of(whole)


def _read_only(whole: Path) -> bool:
    """Run in a folder that cannot be written to, root or not."""
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && folder="$1" && shift && "$@" run "$folder" --force'
    done = _run(["unshare", "-rm", "sh", "-c", script, "sh", str(whole), *THEMES])
    return done.returncode != 0 and "Error: " in done.stderr and "Traceback" not in done.stderr


if __name__ == "__main__":
    main()
