"""Time `make report`, each form by itself too, and print CPU seconds and peak memory as JSON.

Run `python tests/benchmarks/reporting.py`; `--answers 600` is a quick look. The answers are those of a study that has been run,
by default the sample study, drawn again and again: each time by other people and with a number added, so that no two texts are
the same. Only the tables are drawn: nothing is clustered or coded anew, and running the study is not timed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any


sys.path.insert(0, str(Path(__file__).parents[1]))

import pandas as pd
from sample import SAMPLE

from pipeline.codebook.codebook import read_codebook
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES, empty_table, read_table, write_table
from pipeline.workflow.manifest import read_manifest, write_manifest
from pipeline.workflow.stages.count import count
from pipeline.workflow.stages.estimate import estimate
from pipeline.workflow.stages.respond import respond
from pipeline.workflow.stages.voices import voices


MAKE_REPORT = ("html", "docx", "xlsx", "tables")
FORMS = (MAKE_REPORT, *((name,) for name in (*MAKE_REPORT, "pdf", "quotes", "loop", "easyread", "qdpx", "sav")))
DRAWN = ("people", "ratings", "comments", "segments", "texts", "found_members", "members", "suggestions", "codings")
IDS = ("response_id", "comment_id", "segment_id", "text_id")


def main() -> None:
    """Draw each study, export it in each form, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, nargs="+", default=[1_000, 50_000])
    parser.add_argument("--to", nargs="+", help="these forms together, and no others")
    parser.add_argument("--study", type=Path, help="a study that has been run; otherwise the sample study is run first")
    options = parser.parse_args()
    forms = [tuple(options.to)] if options.to else FORMS
    with tempfile.TemporaryDirectory() as place:
        ready = options.study or _run_sample(Path(place) / "ready")
        for n_answers in options.answers:
            folder = Path(place) / str(n_answers)
            shutil.copytree(ready, folder)
            drawn = draw(load_study(folder), n_answers)
            for form in forms:
                found = {"answers": drawn, "to": "+".join(form), **_timed(folder, form)}
                sys.stdout.write(json.dumps(found) + "\n")
                sys.stdout.flush()


def _run_sample(folder: Path) -> Path:
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("derived", "vault", "exports"))
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[embed]\nmodel = "static"\n')
    # In a process of its own: what this one has used would be counted to those it starts.
    subprocess.run([sys.executable, "-m", "pipeline", "run", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


def draw(study: Study, n_answers: int) -> int:
    """Draw a study's answers again until there are so many that are coded, and return how many there are."""
    tables = {name: read_table(name, study.folder / TABLES[name].file) for name in (*DRAWN, "themes")}
    coded = int(tables["comments"]["set_aside"].isna().sum())
    times = range(-(-n_answers // coded))
    for name in DRAWN:
        tables[name] = pd.concat([_again(tables[name], number) for number in times], ignore_index=True)
    tables["texts"] = tables["texts"].sort_values("text_id", ignore_index=True)
    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    names = ("codings", "segments", "comments", "people", "ratings")
    book = read_codebook(study.folder / "codebook.csv")
    tables["counts"], tables["closed"] = count(*(tables[name] for name in names), book, settings=settings)
    tables["response_rates"], tables["accounts"] = respond(tables["comments"], tables["people"], settings=settings)
    numbers = [column for column in tables["themes"] if column.startswith("n_")]
    tables["themes"][numbers] *= len(times)
    others = (tables["suggestions"], *(empty_table(name) for name in ("decisions", "discussions", "lessons")))
    read = (tables["segments"], tables["comments"], tables["people"], tables["codings"], *others)
    tables["estimates"] = estimate(*read, tables["counts"], book, settings=settings)
    names = ("themes", "members", "segments", "comments", "people")
    tables["voices"], tables["theme_ranks"] = voices(*(tables[name] for name in names), settings=settings)
    for name, table in tables.items():
        write_table(name, table, study.folder / TABLES[name].file)
    # The record of the run no longer fits tables that were not made by it.
    manifest = read_manifest(study)
    accounts = _times(manifest.accounts, len(times))
    write_manifest(study, type(manifest)(name=manifest.name, seed=manifest.seed, accounts=accounts))
    (study.folder / "vault" / "ledger.jsonl").unlink(missing_ok=True)
    return coded * len(times)


def _times(accounts: Any, number: int) -> Any:
    if isinstance(accounts, dict):
        return {name: _times(value, number) for name, value in accounts.items()}
    return accounts * number if isinstance(accounts, int) else accounts


def _again(table: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the rows with ids of their own, and with a number in their words."""
    mark = f"{number:04x}"
    found = table.assign(**{name: mark + table[name].str[4:] for name in IDS if name in table})
    if "text" in found and number:
        found["text"] = found["text"].where(found["text"] == "", found["text"] + f" {number}")
    return found


def _timed(folder: Path, form: tuple[str, ...]) -> dict[str, float]:
    """Export in a process of its own, as a person does, and return what it used."""
    options = [part for name in form for part in ("--to", name)]
    # The shell's own memory is small, so that what is counted is the export's.
    command = ["/bin/sh", "-c", 'exec "$@"', "sh", sys.executable, "-m", "pipeline", "export", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the export {'+'.join(form)} failed")
    return {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "peak_mb": round(used.ru_maxrss / 1024)}


if __name__ == "__main__":
    main()
