"""Look for files that break what reads them: a traceback, an answer quoted in a sentence, 10 s, 1 GB, or a write elsewhere.

Run `python tests/benchmarks/fuzzing.py --results FILE`, with `pip install atheris` on Linux, for ten minutes of processor time of
each reader; `--only xlsx --seconds 60` is a quick look. Files that are new to a reader are kept beside the results, so that a
second run goes on from there, and so are the files that broke one. Without atheris, or with `--blind`, files are changed by
chance alone.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random


sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzzed import TARGETS, Reading, blindly, cpu_seconds, mutated, seeds_of


ROOT = Path(__file__).resolve().parents[2]
_MOST_MB = 1_000
_LONGEST = 100_000
_EXAMPLES = 3


def main(arguments: list[str] | None = None) -> None:
    """Fuzz each reader in a process of its own, again where one died, until it has had its time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=TARGETS, action="append")
    parser.add_argument("--seconds", type=int, default=600, help="processor time for each reader")
    parser.add_argument("--results", type=Path, default=Path("fuzzing.json"))
    parser.add_argument("--blind", action="store_true")
    parser.add_argument("--one", choices=TARGETS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    kept = options.results.with_suffix("").resolve()
    blind = options.blind or importlib.util.find_spec("atheris") is None
    if options.one:
        return _Hunt(options.one, kept / options.one, options.seconds).begin(blind=blind)
    found = json.loads(options.results.read_text()) if options.results.is_file() else {}
    for name in options.only or TARGETS:
        found[name] = _hunted(name, kept / name, options.seconds, blind=blind)
        options.results.write_text(json.dumps(found, indent=1) + "\n")
        sys.stderr.write(f"{name}: {found[name]}\n")
    sys.stdout.write(json.dumps(found) + "\n")
    return None


def _hunted(name: str, kept: Path, seconds: int, *, blind: bool) -> dict[str, object]:
    (kept / "corpus").mkdir(parents=True, exist_ok=True)
    (kept / "broke").mkdir(exist_ok=True)
    state = kept / "state.json"
    state.unlink(missing_ok=True)
    died = 0
    while _spent(state) < seconds and died < 20:
        command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds), "--results", f"{kept.parent}.json"]
        done = subprocess.run(
            [*command, *(["--blind"] if blind else [])], capture_output=True, cwd=kept / "broke", check=False, env=_environment()
        )
        if done.returncode:
            died += 1
            (kept / f"died-{died}.log").write_bytes(done.stderr[-20_000:])
    said = json.loads(state.read_text()) if state.is_file() else {}
    return said | {"died": died, "guided": not blind}


def _spent(state: Path) -> float:
    return float(json.loads(state.read_text())["cpu s"]) if state.is_file() else 0.0


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}


class _Hunt:
    """One process that tries files on one reader, and keeps count."""

    def __init__(self, name: str, kept: Path, seconds: float) -> None:
        self.name, self.kept, self.state = name, kept, kept / "state.json"
        before = json.loads(self.state.read_text()) if self.state.is_file() else {"cpu s": 0.0, "files": 0, "broke": {}}
        self.begun, self.n, self.broke = float(before["cpu s"]), int(before["files"]), dict(before["broke"])
        self.seconds = seconds
        self.place = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.is_zip, self.tokens = TARGETS[name].is_zip, TARGETS[name].tokens

    def begin(self, *, blind: bool) -> None:
        """Try files until the time is over, and end the process."""
        if blind:
            self.change_by_chance()
        else:
            self.be_guided()

    def get_ready(self) -> None:
        _load()
        self.reading = Reading(self.name, Path(self.place.name))
        for number, seed in enumerate(seeds_of(self.name)):
            (self.kept / "corpus" / f"seed-{number}").write_bytes(seed)

    def be_guided(self) -> None:
        """Let atheris choose files by the lines of ours that they reach."""
        import atheris

        with atheris.instrument_imports(include=["pipeline"]):
            self.get_ready()
        words = self.kept / "words.txt"
        words.write_text("".join(f'"{_escaped(token)}"\n' for token in self.tokens or ("0",)))
        # At once as long as the files to begin with: cut to a few bytes, an archive is none.
        options = [f"-dict={words}", f"-max_len={_LONGEST}", "-len_control=0", "-timeout=60", f"-rss_limit_mb={_MOST_MB}"]

        def change(data: bytes, most: int, seed: int) -> bytes:
            made = mutated(data, Random(seed), lambda part: atheris.Mutate(part, len(part) + 500), is_zip=True)
            return made if len(made) <= most else data

        mutator = {"custom_mutator": change} if self.is_zip else {}
        atheris.Setup([sys.argv[0], *options, str(self.kept / "corpus")], self.try_one, **mutator)
        atheris.Fuzz()

    def change_by_chance(self) -> None:
        self.get_ready()
        draw = Random(self.n)
        change = blindly(draw, self.tokens)
        seeds = [path.read_bytes() for path in sorted((self.kept / "corpus").iterdir())]
        while True:
            data = draw.choice(seeds)
            for _ in range(draw.randint(0, 5)):
                data = mutated(data, draw, change, is_zip=self.is_zip)
            self.try_one(data[:_LONGEST])

    def try_one(self, data: bytes) -> None:
        fault = self.reading.fault(data)
        self.n += 1
        if fault:
            n = self.broke[fault] = self.broke.get(fault, 0) + 1
            if n <= _EXAMPLES:
                (self.kept / "broke" / f"{len([*self.broke])}-{n}").write_bytes(data)
                self.remember()
        if self.n % 100 == 0 or self.spent > self.seconds:
            self.remember()
        if self.spent > self.seconds:
            self.place.cleanup()
            os._exit(0)

    @property
    def spent(self) -> float:
        return self.begun + cpu_seconds()

    def remember(self) -> None:
        self.state.write_text(json.dumps({"cpu s": round(self.spent, 1), "files": self.n, "broke": self.broke}))


def _load() -> None:
    """Load what reads, so that loading is not taken for reading."""


def _escaped(token: str) -> str:
    return "".join(chr(byte) if 32 < byte < 127 and byte not in (34, 92) else f"\\x{byte:02x}" for byte in token.encode())


if __name__ == "__main__":
    main()
