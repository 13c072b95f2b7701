"""Time `make report`, each form by itself too, and print CPU seconds and peak memory as JSON.

Run `python tests/benchmarks/reporting.py`; `--answers 600` is a quick look. The answers are invented ones of the sample study,
drawn again and again with a few words added, so that most texts differ. The study is made and run first, which is not timed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from erasing import make_study


MAKE_REPORT = ("html", "docx", "xlsx", "tables")
FORMS = (MAKE_REPORT, *((name,) for name in (*MAKE_REPORT, "pdf", "quotes", "loop", "easyread", "qdpx", "sav")))


def main() -> None:
    """Make each study, export it in each form, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, nargs="+", default=[1_000, 50_000])
    parser.add_argument("--to", nargs="+", help="these forms together, and no others")
    options = parser.parse_args()
    forms = [tuple(options.to)] if options.to else FORMS
    for n_answers in options.answers:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "study"
            make_study(folder, n_answers)
            # In a process of its own: what this one has used would be counted to those it starts.
            subprocess.run([sys.executable, "-m", "pipeline", "run", str(folder)], check=True, stdout=subprocess.DEVNULL)
            for form in forms:
                sys.stdout.write(json.dumps({"answers": n_answers, "to": "+".join(form), **_timed(folder, form)}) + "\n")
                sys.stdout.flush()


def _timed(folder: Path, form: tuple[str, ...]) -> dict[str, float]:
    """Export in a process of its own, as a person does, and return what it used."""
    options = [part for name in form for part in ("--to", name)]
    command = [sys.executable, "-m", "pipeline", "export", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the export {'+'.join(form)} failed")
    return {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": round(used.ru_maxrss / 1024)}


if __name__ == "__main__":
    main()
