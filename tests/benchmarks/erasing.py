"""Time how long it takes to erase a person from a study of 10,000 invented answers, and print it as JSON.

Run `python tests/benchmarks/erasing.py`; `--answers 600` is a quick look. The study is made, run and exported first.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from sample import SAMPLE, sample_rows, write_rows

from pipeline.erasure import erase
from pipeline.report import export
from pipeline.study.study import load_study
from pipeline.workflow.runner import run


QUESTION = "What makes co-production work well?"


def main() -> None:
    """Make the study, erase one person, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        n_rows = make_study(folder, options.answers)
        run(load_study(folder))
        export(load_study(folder), to=["html", "tables", "review"])
        start = time.perf_counter()
        erase(folder, "person-5")
        seconds = time.perf_counter() - start
        figures = {"people": n_rows, "answers": options.answers, "erase_s": round(seconds, 1)}
        sys.stdout.write(json.dumps(figures) + "\n")


def make_study(folder: Path, n_answers: int) -> int:
    """Write a study of so many answers, invented ones that are drawn again and again, and return the number of people."""
    (folder / "vault").mkdir(parents=True)
    invented = sample_rows()
    open_questions = [name for name in invented[0] if invented[0][name] and name.startswith("What ") and name.endswith("?")]
    rows, answers = [], 0
    while answers < n_answers:
        row = dict(invented[len(rows) % len(invented)])
        row["respondent"] = f"person-{len(rows)}"
        for name in open_questions:
            if row[name]:
                row[name] = f"{row[name]} That was in week {len(rows) % 53} for us."
                answers += 1
        rows.append(row)
    rows[5][QUESTION] = "The zebrafinch meeting helped us, because people listened to what we said."
    write_rows(folder / "vault" / "responses.csv", rows)
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n', encoding="utf-8")
    return len(rows)


if __name__ == "__main__":
    main()
