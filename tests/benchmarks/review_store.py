"""Measure the store and the room of a review: many who save at once, a server that is killed, and a large study.

Run `python tests/benchmarks/review_store.py` for all, or name parts: writers, killed, large. Prints one line of JSON a part.
The large study's words are made up and say nothing.
"""

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from small_study import SETTINGS, build_study  # noqa: E402

from pipeline.codebook.codebook import Code, Codebook, write_codebook  # noqa: E402
from pipeline.decisions.store import open_store, verify_store  # noqa: E402
from pipeline.review.coding import Coding, decide  # noqa: E402
from pipeline.review.discussions import to_discuss  # noqa: E402
from pipeline.review.effort import how_are_we_doing  # noqa: E402
from pipeline.review.excerpts import code_cards, read_excerpt  # noqa: E402
from pipeline.review.queue import ahead, next_excerpt  # noqa: E402
from pipeline.review.search import find, more_like  # noqa: E402
from pipeline.review.session import ReviewSession, open_review  # noqa: E402
from pipeline.review.writer import Writer, open_writer  # noqa: E402
from pipeline.runtime.files import content_id  # noqa: E402
from pipeline.study.study import Study, load_study  # noqa: E402
from pipeline.tables.parquet import TABLES, Vectors, check_table, empty_table, write_table  # noqa: E402


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["writers", "killed", "large"], help="writers, killed, large")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        save_until_killed(options.child, int(options.parts[0]))
        return
    parts: dict[str, Callable[[Path], dict[str, Any]]] = {"writers": writers, "killed": killed, "large": large}
    for part in options.parts:
        with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
            print(json.dumps({"part": part, **parts[part](Path(folder))}), flush=True)


def writers(folder: Path, n_writers: int = 50, n_each: int = 40) -> dict[str, Any]:
    """Let 50 people decide 40 times each, all at once, through the one writer of a server."""
    study = build_study(folder / "study")
    seconds: list[float] = []
    with open_writer(study) as writer:
        for n in range(n_writers):
            writer.write(lambda store, n=n: store.add_reviewer(f"R{n}", "researcher"))
        begin = time.perf_counter()
        threads = [threading.Thread(target=_decide, args=(writer, n, n_each, seconds)) for n in range(n_writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        whole = time.perf_counter() - begin
    with open_store(study) as store:
        kept, faults = len(store.history()), store.verify()
    return {
        "writers": n_writers,
        "decisions": n_writers * n_each,
        "lost": n_writers * n_each - kept,
        "p50_ms": _ms(seconds, 50),
        "p95_ms": _ms(seconds, 95),
        "max_ms": _ms(seconds, 100),
        "per_s": round(kept / whole),
        "chain_faults": len(faults),
    }


def _decide(writer: Writer, reviewer: int, n_each: int, seconds: list[float]) -> None:
    for n in range(n_each):
        begin = time.perf_counter()
        writer.write(lambda store, n=n: _one(store, f"R{reviewer}", f"s{n}", key=f"{reviewer}-{n}"))
        seconds.append(time.perf_counter() - begin)


def _one(store: Any, reviewer: str, segment_id: str, *, key: str) -> Any:
    return store.decide(
        segment_id=segment_id, text_id="t", reviewer=reviewer, outcome="codes", codes=["time"], channel="web", key=key
    )


def killed(folder: Path, n_kills: int = 20, n_all: int = 10_000) -> dict[str, Any]:
    """Kill a server 20 times while 8 people make 10,000 decisions; what was not acknowledged is asked for again."""
    study = build_study(folder / "study")
    with open_store(study) as store:
        store.add_reviewer("Ann", "researcher")
    draw, acknowledged, kills, slowest = random.Random(0), set[str](), 0, 0.0
    while len(acknowledged) < n_all:
        begin = time.perf_counter()
        # Spread over the whole of it: after the last kill the rest is done in peace.
        target = n_all if kills == n_kills else (kills + 1) * n_all // (n_kills + 1) - draw.randrange(max(n_all // 50, 1))
        command = [sys.executable, __file__, str(n_all), "--child", str(study.folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as child:
            child.stdin.write("".join(f"{one}\n" for one in [*sorted(acknowledged), ""]).encode())
            child.stdin.flush()
            for line in child.stdout:
                slowest = max(slowest, time.perf_counter() - begin) if line == b"ready\n" else slowest
                acknowledged |= {line.decode().strip()} - {"ready"}
                if len(acknowledged) >= target and kills < n_kills:
                    os.kill(child.pid, signal.SIGKILL)
                    kills += 1
                    break
            # What it said before it died was acknowledged too.
            acknowledged |= {line.decode().strip() for line in child.stdout if line.endswith(b"\n")} - {"ready"}
    with open_store(study) as store:
        rows = store.frame("SELECT idempotency_key AS key FROM decisions")["key"]
    return {
        "kills": kills,
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - set(rows)),
        "doubled": int(rows.duplicated().sum()),
        "rows": len(rows),
        "start_s_at_most": round(slowest, 2),
        "verified": verify_store(study),
    }


def save_until_killed(folder: Path, n_all: int) -> None:
    """Make decisions in eight threads, and say each on standard output only when it was acknowledged."""
    done = set(iter(sys.stdin.readline, "\n"))
    todo = iter([n for n in range(n_all) if f"k{n}\n" not in done])
    gate = threading.Lock()

    def work(writer: Writer) -> None:
        for n in iter(lambda: _next(todo, gate), None):
            made = writer.write(lambda store, n=n: _one(store, "Ann", f"s{n}", key=f"k{n}"))
            assert made.segment_id == f"s{n}"
            os.write(1, f"k{n}\n".encode())

    with open_writer(load_study(folder)) as writer:
        os.write(1, b"ready\n")
        threads = [threading.Thread(target=work, args=(writer,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _next(todo: Iterator[int], gate: threading.Lock) -> int | None:
    with gate:
        return next(todo, None)


def large(folder: Path, n_excerpts: int = 50_000, n_decisions: int = 100_000, times: int = 100) -> dict[str, Any]:
    """Time what each page asks for, with 50,000 excerpts and 100,000 decisions in the store."""
    study = build_large(folder / "study", n_excerpts)
    decide_much(study, n_decisions)
    begin = time.perf_counter()
    with open_review(study) as review:
        review.state()
        opened = time.perf_counter() - begin
        next_excerpt(review, "R0", now=NOW)
        first = time.perf_counter() - begin
        pages = time_pages(pages_of(review), times)
    return {
        "excerpts": n_excerpts,
        "decisions": n_decisions,
        "open_s": round(opened, 2),
        "first_page_s": round(first, 2),
        "p95_ms": {name: _ms(seconds, 95) for name, seconds in pages.items()},
        "max_ms": {name: _ms(seconds, 100) for name, seconds in pages.items()},
    }


def pages_of(review: ReviewSession) -> list[Callable[[int], Iterator[str]]]:
    """Return what people do on pages, as functions of how often it was done that yield a page's name when it is made."""
    excerpts = review.last_run().tables.excerpts

    def read_and_decide(order: Any) -> Callable[[int], Iterator[str]]:
        def visit(n: int) -> Iterator[str]:
            who = f"R{n % 10}"
            segment_id = next_excerpt(review, who, order, now=NOW)
            shown, _, _ = read_excerpt(review, segment_id, who), ahead(review, who), code_cards(review)
            yield f"read, {order}"
            said = Coding("codes", ("c1",), seconds=20)
            decide(review, segment_id, who, said, version=shown.version, shown=shown.shown, key=f"{order}{n}", drawn=order)
            yield "decide"
            read_excerpt(review, segment_id, who)
            yield "see the suggestion"

        return visit

    def page(name: str, make: Callable[[int], object]) -> Callable[[int], Iterator[str]]:
        def visit(n: int) -> Iterator[str]:
            make(n)
            yield name

        return visit

    return [
        *(read_and_decide(order) for order in ("given order", "uncertain", "rare codes first", "random audit")),
        page("talk", lambda n: to_discuss(review, start=50 * n)),
        page("how are we doing", lambda n: how_are_we_doing(review)),
        page("find", lambda n: find(review, f"word{n} word{n + 1}*")),
        page("more like this", lambda n: more_like(review, excerpts[n])),
    ]


def time_pages(visits: list[Callable[[int], Iterator[str]]], times: int) -> dict[str, list[float]]:
    """Return how long each page took each time; the first, which builds what the others use, is not among them."""
    seconds: dict[str, list[float]] = {}
    for visit in visits:
        list(visit(times))
        for n in range(times):
            begin = time.perf_counter()
            for name in visit(n):
                seconds.setdefault(name, []).append(time.perf_counter() - begin)
                begin = time.perf_counter()
    return seconds


def build_large(folder: Path, n_excerpts: int) -> Study:
    """Write the tables of a large study of made-up words: an excerpt an answer, one text in ten said twice."""
    folder.mkdir(parents=True)
    (folder / "study.toml").write_text(SETTINGS.replace("PROFILE", "strict"), encoding="utf-8")
    codes = [f"c{n}" for n in range(1, 22)]
    write_codebook(Codebook(tuple(Code(code, label=f"Code {code}") for code in codes)), folder / "codebook.csv")
    study, draw = load_study(folder), np.random.default_rng(0)
    words = [" ".join(f"word{w}" for w in draw.integers(0, 5_000, 14)) for _ in range(n_excerpts)]
    words[-n_excerpts // 10 :] = words[: n_excerpts // 10]
    people = [content_id("person", str(n)) for n in range(n_excerpts)]
    comments = pd.DataFrame(
        {"comment_id": [content_id("c", who) for who in people], "response_id": people, "question": "hinders", "frame": "better"}
    ).assign(text=words, language="en", redactions=0, to_check=0, weight=1.0, consent="quote", reading="", same_as=None)
    segments = pd.DataFrame(
        {"segment_id": [content_id(one, "0") for one in comments["comment_id"]], "comment_id": comments["comment_id"], "start": 0}
    ).assign(end=[len(text) for text in words], text=words, text_id=[content_id(text) for text in words])
    ids = sorted(set(segments["text_id"]))
    ranks = [draw.permutation(codes)[:5] for _ in ids]
    scores = np.sort(draw.random((len(ids), 5)), axis=1)[:, ::-1].ravel()
    suggestions = pd.DataFrame({"text_id": np.repeat(ids, 5), "code": np.concatenate(ranks), "score": scores}).assign(
        suggested=scores > 0.8, abstained=None, because="an example", rank=list(range(1, 6)) * len(ids), even=0.5
    )
    groups = [f"group {n % 6}" for n in range(n_excerpts)]
    frames = {
        "comments": comments.assign(set_aside=None),
        "segments": segments,
        "suggestions": suggestions,
        "people": pd.DataFrame({"response_id": people, "attribute": "group", "value": groups}),
        "texts": segments.groupby(["text_id", "text"]).size().rename("n").reset_index().assign(frame="better"),
        "codings": empty_table("codings"),
    }
    for name, frame in frames.items():
        write_table(name, check_table(name, frame), study.folder / TABLES[name].file)
    matrix = draw.normal(size=(len(ids), 384)).astype(np.float16)
    write_table("vectors", Vectors(tuple(ids), matrix), study.folder / TABLES["vectors"].file)
    return study


def decide_much(study: Study, n_decisions: int) -> None:
    """Let ten people of five groups read two fifths of it twice and some once more, as a long review would."""
    segments = pd.read_parquet(study.folder / TABLES["segments"].file).sort_values("segment_id")
    pairs = list(zip(segments["segment_id"], segments["text_id"], strict=True))
    draw = random.Random(0)
    with open_store(study) as store, store.together():
        for n in range(10):
            store.add_reviewer(f"R{n}", f"group {n % 5}")
        # Each excerpt is decided on by two people, one of whom changes it after the suggestion; a tenth is left for the pages.
        places = itertools.cycle(range(len(pairs) * 9 // 10))
        for n, place in zip(range(n_decisions), places, strict=False):
            segment_id, text_id = pairs[place]
            who = (place + 3 * (n // (len(pairs) * 9 // 10))) % 10
            store.decide(
                segment_id=segment_id,
                text_id=text_id,
                reviewer=f"R{who}",
                outcome="codes",
                codes=[f"c{draw.randint(1, 4)}"],
                channel="web",
                seconds=20,
                made_at="2026-01-01T00:00:00+00:00",
            )


def talk_much(study: Study, n: int) -> None:
    """Let people have talked about n excerpts that they read differently, and leave every third contested."""
    with open_review(study) as review:
        waiting = to_discuss(review, n=n)
    with open_store(study) as store, store.together():
        for place, talk in enumerate(waiting):
            outcome = "agreed" if place % 3 else "contested"
            readings = [{"codes": made.codes, "sentence": "So we read it.", "people": [made.reviewer]} for made in talk.now]
            store.append(
                "discussions",
                segment_id=talk.segment_id,
                text_id=talk.now[0].text_id,
                outcome=outcome,
                codes="c1" if outcome == "agreed" else "",
                readings=json.dumps(readings),
                up_to=store.last_decision(),
                note=None,
                by="R1",
                idempotency_key=f"talk {place}",
            )


def _ms(seconds: list[float], percent: float) -> float:
    return round(float(np.percentile(seconds, percent)) * 1000, 1)


if __name__ == "__main__":
    main()
