"""Give every reader archives made to do harm, each in a process of its own; print the slowest refusal and the most memory.

Run `python tests/benchmarks/bombs.py`; `--size 20000000` makes smaller bombs, `--only ods` tries one reader.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from bombs import NAMES, kinds, name_of


ROOT = Path(__file__).resolve().parents[2]
# Libraries are loaded before the clock starts, and what they weigh is printed beside the peak.
REFUSED = """
import sys, time
from pathlib import Path
import docx, defusedxml.ElementTree, python_calamine, pandas
from bombs import reader_of
from pipeline.errors import PipelineError
def peak():
    # Not ru_maxrss, which a process takes over from the one that started it.
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
before, start, said = peak(), time.perf_counter(), "opened"
try:
    reader_of(sys.argv[1])(Path(sys.argv[2]), Path(sys.argv[3]))
except PipelineError:
    said = "refused"
except Exception as fault:
    said = type(fault).__name__
print(f"{said}|{time.perf_counter() - start:.3f}|{peak()}|{before}")
"""


def main() -> None:
    """Try every kind of bomb on every reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000_000)
    parser.add_argument("--only", choices=NAMES, action="append")
    options = parser.parse_args()
    rows = []
    for form, name in ((form, name) for form, name in NAMES.items() if form in (options.only or NAMES)):
        for kind, data in kinds(name, options.size).items():
            rows.append({"file": form, "kind": kind, **_refused(form, data)})
            sys.stderr.write(f"{rows[-1]}\n")
    refused = [row for row in rows if row["came of it"] == "refused"]
    figures = {
        "bombs": len(rows),
        "refused": len(refused),
        "slowest s": max(row["s"] for row in rows),
        "most MB": max(row["MB"] for row in rows),
        "MB before": max(row["MB before"] for row in rows),
        "not refused": [row for row in rows if row not in refused],
        "over 1 s or 300 MB": [row for row in rows if row["s"] > 1 or row["MB"] > 300],
    }
    sys.stdout.write(json.dumps(figures) + "\n")


def _refused(form: str, data: bytes) -> dict[str, str | float]:
    with tempfile.TemporaryDirectory() as place:
        folder, path = Path(place) / "study", Path(place) / "given" / name_of(form)
        folder.mkdir()
        path.parent.mkdir()
        path.write_bytes(data)
        command = [sys.executable, "-c", REFUSED, form, str(path), str(folder)]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    said, seconds, megabytes, before = done.stdout.strip().split("|")
    return {"came of it": said, "s": float(seconds), "MB": int(megabytes), "MB before": int(before)}


if __name__ == "__main__":
    main()
