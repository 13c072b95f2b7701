"""Time `themes run` as people meet it, beside vanilla BERTopic, against the bound of the processor, and as studies grow.

    python tests/benchmarks/speed.py --shared ../shared [--only runs peer embedding growth whole] [--sizes 800 5000]
        [--growth 1000 16000 100000] [--engine dask] [--model minilm] [--times 3] [--smoke]

Every run is a fresh process with nothing cached of the study; what numba compiled after set-up is kept. Prints JSON lines: wall
seconds, processor seconds (user and system; steadier where others use the machine) and the peak memory of all processes
together, looked at four times a second; the median run by processor seconds. Studies larger than the data are answers drawn
again, each with one word of another put in, so that texts differ. In `growth`, a stage a process, and `whole`, all stages in one
(`--only whole --growth 1000000` takes a quarter of an hour), each person's group, region, consent and rating are drawn at random,
so that no stage has an empty table to work on. Both read with the static model; `--model minilm` has `whole` read with the
transformer, and `--engine dask` runs it with a worker for each core of this machine.
"""

import argparse
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from watching import watched


ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "coproduction"
ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"}
# Multiplications and additions MiniLM does for a token, twice the 10.6 million weights outside its table of tokens.
FLOPS_A_TOKEN = 21.2e6
WARMED_UP = 2
# What grows by less is hidden by how long a process takes to start, so its exponent would be chance.
TELLING_S = 1.0
ABOUT_PEOPLE = """
[intake.consent]
column = "may be quoted"
quote = ["Yes"]
analyse = ["No"]
[intake.ratings.staff]
column = "staff"
scale = [1, 5]
[count]
groups = ["group", "region"]
"""

Row = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--sizes", type=int, nargs="+", default=[800, 5_000])
    parser.add_argument("--growth", type=int, nargs="+", default=[1_000, 16_000, 100_000])
    parser.add_argument("--engine", choices=["local", "dask"], default="local")
    parser.add_argument("--model", choices=["static", "minilm"], default="static", help="the language model of `whole`")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="a few rows, to see that it works")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.sizes, options.growth, options.times = [60], [30, 60, 90], 1
    for part in options.only:
        with tempfile.TemporaryDirectory() as folder:
            for row in PARTS[part](options, Path(folder)):
                print(json.dumps({"measured": part, **rounded(row)}), flush=True)


def runs(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Time the sample study and one of 5,000 answers: cold, unchanged, with ten new answers, with a changed definition."""
    sample = folder / "sample"
    shutil.copytree(SAMPLE, sample, ignore=shutil.ignore_patterns("derived", "vault", "exports"))
    many = study_of(folder / "many", answers(options.shared, options.sizes[-1]), model="minilm")
    for name, study in (("the sample study", sample), (f"{options.sizes[-1]:,} answers", many)):
        yield {"study": name, "run": "cold", **repeated(options.times, lambda study=study: fresh(study))}
        yield {"study": name, "run": "nothing changed", **repeated(options.times, lambda study=study: themes(study))}
        yield {"study": name, "run": "a definition changed", **repeated(options.times, lambda study=study: redefined(study))}
    for number in range(options.times):
        more = answers(options.shared, options.sizes[-1] + 10 * (number + 1))
        write_answers(many / "responses.csv", more)
        yield {"study": f"{options.sizes[-1]:,} answers", "run": f"ten new answers, time {number + 1}", **themes(many)}


def peer(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Time ours and vanilla BERTopic on the same texts, one after the other."""
    if options.shared is None:
        yield {"left out": "it needs the shared folder"}
        return
    program = options.shared / "bench" / "vanilla_bertopic.py"
    for size in options.sizes:
        study = study_of(folder / str(size), answers(options.shared, size), model="minilm")
        ours = repeated(options.times, lambda study=study: fresh(study))
        command = [sys.executable, str(program), str(study / "responses.csv"), "--text", "text"]
        theirs = repeated(options.times, lambda command=command: timed(command))
        ratios = {f"{name} to BERTopic's": ours[name] / theirs[name] for name in ("wall s", "cpu s")}
        yield {"answers": size, "who": "ours, the whole run", **ours, **ratios}
        yield {"answers": size, "who": "BERTopic defaults, reading, embedding and topics", **theirs}


def embedding(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Compare embedding with what the processor could do: a product of matrices measured just before and after."""
    import torch

    from pipeline.methods.embedding.embedders import has_fast_bf16, load_embedder

    texts = answers(options.shared, options.sizes[-1])
    for precision in ("fp32", "bf16"):
        embedder: Any = load_embedder("minilm", precision=precision)
        tokens = sum(map(len, embedder.model.token_ids(texts)))
        embedder.encode(texts[:50])
        size = torch.float32 if precision == "fp32" else torch.bfloat16
        speeds, seconds = [peak(size)], []
        for _ in range(options.times):
            begin = time.process_time()
            embedder.encode(texts)
            seconds.append(time.process_time() - begin)
            speeds.append(peak(size))
        took = sorted(seconds)[len(seconds) // 2]
        yield {
            **{"precision": precision, "in hardware": precision == "fp32" or has_fast_bf16(), "texts": len(texts)},
            **{"tokens": tokens, "texts a cpu s": len(texts) / took, "peak, GFLOP a cpu s": max(speeds) / 1e9},
            "share of the bound": tokens * FLOPS_A_TOKEN / took / max(speeds),
        }


def peak(dtype: Any, n: int = 2_048) -> float:
    """Return the floating-point operations a processor second does in a product of n by n matrices; the median of seven."""
    import torch

    one = torch.randn(n, n).to(dtype)
    seconds = []
    for _ in range(7 + WARMED_UP):
        begin = time.process_time()
        one @ one
        seconds.append(time.process_time() - begin)
    return float(2 * n**3 / sorted(seconds[WARMED_UP:])[3])


def growth(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Measure each stage in a process of its own as answers grow, with the static model, and fit an exponent to its time.

    A third of the data says nothing, and what is drawn again is longer, so that answers of a larger study hold more to read:
    of a stage itself only the exponent by characters tells.
    """
    from pipeline.workflow.stages import STAGES

    found: dict[str, list[tuple[int, Row]]] = {}
    read: dict[int, int] = {}
    for size in options.growth:
        study = study_of(folder / str(size), answers(options.shared, size), model="static", people=True)
        for stage in STAGES[:1] if options.smoke else STAGES:
            used = themes(study, "--until", stage.name)
            found.setdefault(stage.name, []).append((size, used))
            yield {"stage": stage.name, "answers": size, "stage wall s": seconds_of(study, stage.name), **used}
        read[size] = characters_read(study)
    for name, points in found.items():
        (few, least), (many, most) = points[0], points[-1]
        yield {
            "stage": name,
            "cpu ms an answer more": 1_000 * (most["cpu s"] - least["cpu s"]) / (many - few),
            "peak kB an answer more": 1_000 * (most["peak MB"] - least["peak MB"]) / (many - few),
            "exponent": exponent([(size, used["cpu s"]) for size, used in points]),
            "exponent by characters": exponent([(read[size], used["cpu s"]) for size, used in points]),
        }


def whole(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Measure a run of all stages in one process as answers grow, and one in which nothing has changed."""
    only = ("--until", "intake") if options.smoke else ()
    for size in options.growth[:1] if options.smoke else options.growth:
        study = study_of(folder / str(size), answers(options.shared, size), model=options.model, people=True)
        with (study / "study.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[run]\nengine = "{options.engine}"\n')
        cold = themes(study, *only)
        how = {"engine": options.engine, "model": options.model}
        yield {"answers": size, "run": "cold", **how, **cold, "disk MB": disk_mb(study)}
        yield {"answers": size, "run": "wall s of each stage", **{name: seconds_of(study, name) for name in stages_of(study)}}
        yield {"answers": size, "run": "nothing changed", **repeated(options.times, lambda study=study: themes(study, *only))}
        shutil.rmtree(study)


def characters_read(study: Path) -> int:
    """Return how many characters the answers have that were not set aside; none before they are cleaned."""
    path = study / "derived" / "comments.parquet"
    return int(pd.read_parquet(path, columns=["text"])["text"].str.len().sum()) if path.is_file() else 0


def disk_mb(study: Path) -> float:
    """Return what the study's tables take on the disk."""
    return sum(path.stat().st_size for name in ("derived", "vault") for path in (study / name).iterdir()) / 1e6


def exponent(points: Sequence[tuple[int, float]]) -> float | None:
    """Return the power of the number of answers, or characters, with which seconds grow beyond what they are for the fewest.

    None where that cannot be told, from too few sizes or from seconds that hardly grow.
    """
    if len(points) < 3 or points[-1][1] - points[0][1] < TELLING_S:
        return None
    (few, least), (some, middle), (many, most) = points[0], points[-2], points[-1]
    more = (most - least) / max(middle - least, 1e-3)
    return math.log(more) / math.log((many - few) / (some - few))


def seconds_of(study: Path, stage: str) -> float:
    return float(next(record["seconds"] for record in _records(study) if record["name"] == stage))


def stages_of(study: Path) -> list[str]:
    return [str(record["name"]) for record in _records(study)]


def _records(study: Path) -> list[Row]:
    stages: list[Row] = json.loads((study / "derived" / "manifest.json").read_text(encoding="utf-8"))["stages"]
    return stages


def answers(shared: Path | None, size: int) -> list[str]:
    """Return so many answers: those of the data, then drawn again with one word of another put in."""
    if shared is not None:
        given = pd.read_csv(shared / "data" / "nhs-fft" / "responses.csv", dtype=str, keep_default_na=False)["text"]
    else:
        wide = pd.read_csv(SAMPLE / "responses.csv", dtype=str, keep_default_na=False)
        given = pd.concat([wide[column] for column in wide if wide[column].str.len().mean() > 20])
    texts = [text for text in given if text.strip()]
    draw = random.Random(7)
    draw.shuffle(texts)
    words, known = [word for text in texts for word in text.split()], set(texts)
    while len(texts) < size:
        parts = draw.choice(texts).split()
        parts.insert(draw.randrange(len(parts) + 1), draw.choice(words))
        if (edited := " ".join(parts)) not in known:
            texts.append(edited)
            known.add(edited)
    return texts[:size]


def study_of(folder: Path, texts: Sequence[str], *, model: str, people: bool = False) -> Path:
    """Make a study of one question from answers, with the sample study's codebook; with `people`, something is known of each."""
    folder.mkdir()
    write_answers(folder / "responses.csv", texts, people=people)
    shutil.copy(SAMPLE / "codebook.csv", folder / "codebook.csv")
    (folder / "study.toml").write_text(
        'schema = 1\nname = "Speed"\ncodebook = "codebook.csv"\n[intake]\nfile = "responses.csv"\nid = "person"\n'
        'layout = "wide"\n'
        + ('attributes = ["group", "region"]\n' if people else "")
        + '[intake.questions.said]\ncolumn = "text"\nframe = "neutral"\n'
        f'[embed]\nmodel = "{model}"\n' + (ABOUT_PEOPLE if people else ""),
        encoding="utf-8",
    )
    return folder


def write_answers(path: Path, texts: Sequence[str], *, people: bool = False) -> None:
    frame = pd.DataFrame({"person": [f"p{number}" for number in range(len(texts))], "text": texts})
    if people:
        draw = random.Random(8)
        choices = {
            "group": [f"group {number}" for number in range(5)],
            "region": [f"region {number}" for number in range(12)],
            "may be quoted": ["Yes", "Yes", "No"],
            "staff": list("12345"),
        }
        frame = frame.assign(**{name: draw.choices(values, k=len(texts)) for name, values in choices.items()})
    frame.to_csv(path, index=False)


def fresh(study: Path) -> Row:
    for name in ("derived", "vault"):
        shutil.rmtree(study / name, ignore_errors=True)
    return themes(study)


def redefined(study: Path) -> Row:
    path = study / "codebook.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[0, "definition"] += " More."
    frame.to_csv(path, index=False)
    return themes(study)


def themes(study: Path, *more: str) -> Row:
    return timed([sys.executable, "-m", "pipeline", "run", str(study), *more])


def timed(command: list[str]) -> Row:
    """Run a command and return its seconds and the peak memory of all its processes together."""
    with tempfile.TemporaryFile() as said, watched() as looks:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **ENVIRONMENT}, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            sys.exit(said.read().decode())
    together = max(map(sum, looks), default=0) / 2**20
    return {"wall s": wall, "cpu s": used.ru_utime + used.ru_stime, "peak MB": max(together, used.ru_maxrss / 1024)}


def repeated(times: int, measure: Any) -> Row:
    """Return the median run by processor seconds."""
    found = sorted((measure() for _ in range(times)), key=lambda row: row["cpu s"])
    return {"times": times, **found[len(found) // 2]}


def rounded(row: Row) -> Row:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}


PARTS = {"runs": runs, "peer": peer, "embedding": embedding, "growth": growth, "whole": whole}


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
