"""Run the same study in one process and several, and on Dask's workers here, and print seconds and memory as lines of JSON.

    python tests/benchmarks/engines.py [--shared ../shared] [--answers 20000] [--workers 2] [--model static]

Answers are those of `speed.py`: the NHS data's, or the sample study's without the shared folder, and then drawn again with one
word of another put in. One and two workers show what spreading costs.
"""

import argparse
import hashlib
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from speed import answers, study_of
from watching import watched

import pipeline


STAGES = ("read", "clean", "safeguard", "segment", "embed", "code")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the study once for each engine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, help="folder with data/nhs-fft; without it the sample study's answers are taken")
    parser.add_argument("--answers", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", default="static")
    options = parser.parse_args(arguments)
    numbers = range(1, options.workers + 1)
    plans = {f"this machine, {n} processes": f"[run]\nworkers = {n}\n" for n in numbers}
    plans |= {f"dask, {n} workers": f'[run]\nengine = "dask"\nworkers = {n}\n' for n in numbers}
    with tempfile.TemporaryDirectory() as name:
        folder = study_of(Path(name) / "study", answers(options.shared, options.answers), model=options.model)
        settings = (folder / "study.toml").read_text(encoding="utf-8")
        for engine, setting in plans.items():
            shutil.rmtree(folder / "derived", ignore_errors=True)
            (folder / "study.toml").write_text(settings + setting, encoding="utf-8")
            print(json.dumps({"engine": engine, "answers": options.answers, "model": options.model, **run(folder)}), flush=True)


def run(folder: Path) -> dict[str, object]:
    """Return the stages' seconds, the most memory of this process and of a worker, and what stands for all tables."""
    begin = time.perf_counter()
    with watched() as looks:
        manifest = pipeline.run(folder, until="code")
    tables = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((folder / "derived").glob("*.parquet"))))
    return {
        "wall_s": round(time.perf_counter() - begin, 1),
        "stages_s": {name: round(manifest.stage(name).seconds, 1) for name in STAGES},
        "here_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "worker_mb": max((most for look in looks for most in look), default=0) // 2**20,
        "tables": tables.hexdigest()[:12],
    }


if __name__ == "__main__":
    main()
