"""Measure how long pages take for people who all look at once, with 50,000 excerpts and 100,000 decisions in the store.

Run `python tests/benchmarks/page_time.py`. The page is served as `themes review` serves it, in a process of its own. Ten
people ask for page after page over loopback, and answer excerpts between; each waits a second or so before the next page,
or not at all with `--pause 0`. Prints one line of JSON. The study's words are made up and say nothing.
"""

import argparse
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode, urlsplit


ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

from review_store import _ms, build_large, decide_much, talk_much  # noqa: E402

from pipeline.review.web.server import serve  # noqa: E402
from pipeline.study.study import load_study  # noqa: E402


LOOKED_AT = ("/", "/progress", "/talk", "/practice", "/codebook", "/codebook/code/c1", "/mine", "/quotes", "/begin", "/guide")


def main() -> None:
    """Measure once, as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=8, help="how often each person goes through all pages")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two pages of a person, on average")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        serve(load_study(options.child), tell=lambda said: print(said, flush=True), port=0, browser=False)
        return
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        print(json.dumps(measure(Path(folder), n_people=options.people, rounds=options.rounds, pause=options.pause)))


def measure(
    folder: Path, *, n_excerpts: int = 50_000, n_decisions: int = 100_000, n_people: int = 10, rounds: int = 8, pause: float = 1.0
) -> dict[str, Any]:
    """Return the milliseconds that 95 of 100 pages took at most, by page."""
    study = build_large(folder / "study", n_excerpts)
    decide_much(study, n_decisions)
    talk_much(study, n_excerpts // 25)
    seconds: dict[str, list[float]] = defaultdict(list)
    command = [sys.executable, __file__, "--child", str(study.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            visitors = [_enter(child.stdout, number) for number in range(n_people)]
            visitors[0].look_round(defaultdict(list), 0.0)
            threads = [threading.Thread(target=_visit, args=(one, rounds, seconds, pause)) for one in visitors]
            begin = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            whole = time.perf_counter() - begin
            for visitor in visitors:
                visitor.link.close()
        finally:
            child.terminate()
    every = [one for found in seconds.values() for one in found]
    return {
        "excerpts": n_excerpts,
        "decisions": n_decisions,
        "people": n_people,
        "pause_s": pause,
        "pages": len(every),
        "pages_per_s": round(len(every) / whole, 1),
        "p95_ms_of_all": _ms(every, 95),
        "p95_ms": {name: _ms(found, 95) for name, found in seconds.items()},
        "max_ms": _ms(every, 100),
    }


def _enter(said: IO[str], number: int) -> "Visitor":
    """Open the page by the next address that is told, as one of the ten who have read before."""
    visitor = Visitor(_launch_address(said))
    visitor.ask(visitor.first)
    # Whoever comes without a session makes the next address be told.
    visitor.print_again()
    visitor.send(name=f"R{number % 10}")
    visitor.ask("/begin")
    visitor.send(size="0", order="given order")
    return visitor


def _visit(visitor: "Visitor", rounds: int, seconds: dict[str, list[float]], pause: float) -> None:
    for _ in range(rounds):
        visitor.look_round(seconds, pause)


def _launch_address(said: IO[str]) -> str:
    return next(line.strip() for line in said if "/open/" in line)


class Visitor:
    """One person's browser: keeps its cookie, follows redirects, and sends forms."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.first = parts.netloc, parts.path
        self.cookie, self.path, self.page = "", "", ""
        self.draw = random.Random(address)
        self.link = http.client.HTTPConnection(self.host, timeout=60)

    def print_again(self) -> None:
        """Ask without a session, so that the next address is told."""
        asked = http.client.HTTPConnection(self.host, timeout=60)
        asked.request("GET", "/")
        asked.getresponse().read()
        asked.close()

    def ask(self, path: str, fields: dict[str, str] | None = None) -> None:
        """Ask for a page, and follow to where it leads."""
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        self.link.request("POST" if fields is not None else "GET", path, urlencode(fields or {}), headers)
        answer = self.link.getresponse()
        self.page, self.path = answer.read().decode(), path
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).partition(";")[0]
        if answer.status == 303:
            self.ask(answer.getheader("Location") or "/")
        elif answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")

    def send(self, **fields: str) -> None:
        """Send the page's own form, with these fields filled in."""
        forms = re.findall(r"<form.*?</form>", self.page, re.DOTALL)
        form = next(one for one in forms if all(f'name="{name}"' in one for name in fields))
        hidden = [re.findall(r' (name|value)="([^"]*)"', one) for one in re.findall(r'<input[^>]*type="hidden"[^>]*>', form)]
        given = {unescape(found["name"]): unescape(found.get("value", "")) for found in map(dict, hidden)}
        action = re.search(r'<form[^>]* action="([^"]+)"', form)
        self.ask(unescape(action.group(1)) if action else self.path, {**given, **fields})

    def look_round(self, seconds: dict[str, list[float]], pause: float) -> None:
        """Look at each page once, in an order drawn by chance, and answer two excerpts."""
        steps = [*LOOKED_AT, "read", "read", "/find", "discuss"]
        self.draw.shuffle(steps)
        for step in steps:
            self._timed(step, seconds, pause)

    def _timed(self, step: str, seconds: dict[str, list[float]], pause: float) -> None:
        if step == "discuss":
            self.ask("/talk")
            self._wait(pause)
            with _kept(seconds["/talk/one"]):
                self.ask(self.draw.choice(re.findall(r'href="(/talk/\w+)"', self.page)))
            return
        self._wait(pause)
        with _kept(seconds[step]):
            self.ask({"read": "/next"}.get(step, step))
        if step == "read":
            self._wait(pause)
            with _kept(seconds["answer"]):
                self.send(codes=f"c{self.draw.randint(1, 4)}", do="save")
        if step == "/find":
            self._wait(pause)
            with _kept(seconds["found"]):
                self.send(words=f"word{self.draw.randrange(5_000)}")

    def _wait(self, pause: float) -> None:
        time.sleep(self.draw.expovariate(1 / pause) if pause else 0)


@contextmanager
def _kept(seconds: list[float]) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    seconds.append(time.perf_counter() - begin)


if __name__ == "__main__":
    main()
