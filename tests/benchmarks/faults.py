"""Kill runs in each stage, stop them by signals, cut their disk short and damage each of their files; print the figures as JSON.

Run `python tests/benchmarks/faults.py --results FILE`: the faults are many, so what is done is kept in that file, `--minutes 7`
ends after that time, and the same command goes on from there. `--points 2` is a quick look, `--only killed` one of the faults
and `--of cluster` one stage or table. The study is a part of the invented sample. What is killed and what goes on from there are
processes of their own, forked from one that has loaded the libraries, since loading them would take most of the time.
"""

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path


sys.path.insert(0, str(Path(__file__).parents[1]))

from faulty import SHORT_OF_DISK, leftovers_of, python, state_of, stopped_by
from sample import SAMPLE, sample_rows, write_rows


Fault = Callable[[int], bool]


def main(arguments: list[str] | None = None) -> None:
    """Run each fault and print how many ended as they should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, help="instead of 20 for each stage, 50 for each file, and 40")
    parser.add_argument("--only", action="append", choices=["killed", "bits flipped", "truncated", "asked to stop", "cut short"])
    parser.add_argument("--of", action="append", help="a stage or a table")
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--results", type=Path)
    options = parser.parse_args(arguments)
    found: dict[str, str] = json.loads(options.results.read_text()) if options.results and options.results.is_file() else {}
    end = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory() as place:
        for kind, what, points, fault in _Faults(Path(place)).all():
            name = f"{kind}: {what}" if what else kind
            wanted = kind in (options.only or [kind]) and (not options.of or what in options.of)
            if wanted and name not in found and time.monotonic() < end:
                found[name] = _share(fault, options.points or points)
                sys.stderr.write(f"{name}: {found[name]}\n")
                if options.results:
                    options.results.write_text(json.dumps(found, indent=1) + "\n")
    sys.stdout.write(json.dumps({"summary": _summary(found), **found}) + "\n")


def _share(fault: Fault, points: int) -> str:
    outcomes = [fault(point) for point in range(points)]
    wrong = [str(point) for point, good in enumerate(outcomes) if not good]
    return f"{sum(outcomes)} of {points}" + (f"; not {', '.join(wrong)}" if wrong else "")


def _summary(found: dict[str, str]) -> dict[str, str]:
    sums: dict[str, list[int]] = {}
    for name, share in found.items():
        good, _, of = share.partition(";")[0].split()
        total = sums.setdefault(name.partition(":")[0], [0, 0])
        total[0] += int(good)
        total[1] += int(of)
    return {kind: f"{good} of {of}" for kind, (good, of) in sums.items()}


class _Faults:
    """The faults of one study: as it is before a run, and as a whole run leaves it."""

    def __init__(self, place: Path) -> None:
        self.place, self.ready, self.whole, self.folder = place, place / "ready", place / "whole", place / "study"
        _make(self.ready)
        shutil.copytree(self.ready, self.whole)
        # The first run tells what to load, so that it is there for those that are forked from this process.
        loaded = place / "loaded"
        assert _forked(partial(_run_and_tell, self.whole, loaded)) == 0
        _load(loaded.read_text(encoding="utf-8").split())

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each stage takes in a process that is forked from this one."""
        trial = self.place / "trial"
        shutil.copytree(self.ready, trial)
        assert _forked(partial(_run, trial)) == 0
        assert state_of(trial) == state_of(self.whole)
        return {stage["name"]: float(stage["seconds"]) for stage in _facts(trial)["stages"]}

    def all(self) -> Iterator[tuple[str, str, int, Fault]]:
        """Yield each fault: its kind, what it befalls, how often to try it, and how."""
        from pipeline.tables.parquet import TABLES
        from pipeline.workflow.stages import STAGES

        for stage in STAGES:
            # A rename for each table and one for the record of the run.
            yield "killed", stage.name, 20, partial(self.killed, stage.name, len(stage.makes) + 1)
        files = [table.file for table in TABLES.values() if (self.whole / table.file).is_file() and not table.decided]
        for file in [*files, "derived/manifest.json"]:
            yield "bits flipped", Path(file).stem, 50, partial(self.damaged, file, _flipped)
            yield "truncated", Path(file).stem, 50, partial(self.damaged, file, _truncated)
        yield "asked to stop", "", 40, self.stopped
        yield "cut short", "", 40, self.cut

    def killed(self, stage: str, n_renames: int, point: int) -> bool:
        """Kill a run in a stage, before or after a rename or in the midst of the work, and let it go on."""
        self.take(self.before(stage))
        if point < 2 * n_renames:
            status = _forked(partial(_run, self.folder, (stage, 1 + point // 2, ("before", "after")[point % 2])))
        else:
            part = (point - 2 * n_renames + 0.5) / max(20 - 2 * n_renames, 1)
            status = _forked(partial(_run, self.folder), stage=stage, after=part * self.seconds[stage])
        resumed = _forked(partial(_run, self.folder))
        # Where the run was over before the moment came, nothing was killed; what it left must be whole all the same.
        return status in (-signal.SIGKILL, 0) and resumed == 0 and self.is_whole() and not leftovers_of(self.folder)

    def before(self, stage: str) -> Path:
        """Return the study as it stands when a stage begins."""
        from pipeline.workflow.stages import STAGES

        names = [one.name for one in STAGES]
        folder = self.place / f"before {stage}"
        if not folder.exists():
            shutil.copytree(self.ready, folder)
            if stage != names[0]:
                assert _forked(partial(_run, folder, until=names[names.index(stage) - 1])) == 0
        return folder

    def damaged(self, file: str, damage: Callable[[bytes, int], bytes], point: int) -> bool:
        """Damage a file, and let a run find it: it is made anew, or refused in a sentence."""
        self.take(self.whole)
        path = self.folder / file
        path.write_bytes(damage(path.read_bytes(), point))
        status = _forked(partial(_run, self.folder))
        if status == 11 and file.endswith(".json"):
            return True
        return status == 0 and self.is_whole() and _facts(self.folder)["accounts"] == _facts(self.whole)["accounts"]

    def stopped(self, point: int) -> bool:
        self.take(self.ready)
        sent, status = ((signal.SIGTERM, 143), (signal.SIGINT, 130))[point % 2]
        found, said = stopped_by(sent, self.folder)
        return found == status and "Traceback" not in said

    def cut(self, point: int) -> bool:
        self.take(self.whole)
        found = python(SHORT_OF_DISK, 1_000 + 1_500 * point, "run", self.folder, "--force")
        before = state_of(self.whole)
        damaged = [name for name, sha in state_of(self.folder).items() if sha != before.get(name)]
        return "Traceback" not in found.stderr and not damaged and found.returncode in (0, 74)

    def take(self, folder: Path) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(folder, self.folder)

    def is_whole(self) -> bool:
        return state_of(self.folder) == state_of(self.whole)


def _forked(work: Callable[[], None], *, stage: str = "", after: float = 0.0) -> int:
    """Do work in a process of its own, kill it so long after a stage has begun, and return its status as subprocess does."""
    ear, mouth = os.pipe()
    child = os.fork()
    if not child:
        os.close(ear)
        os._exit(_status_of(work, partial(os.write, mouth, b"!"), stage))
    os.close(mouth)
    if stage and os.read(ear, 1):
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    os.close(ear)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _status_of(work: Callable[[], None], tell: Callable[[], int], stage: str) -> int:
    from pipeline.errors import PipelineError

    if stage:
        _at_stage(stage, tell)
    try:
        work()
    except PipelineError as error:
        return error.exit_code
    except BaseException:
        traceback.print_exc()
        return 70
    return 0


def _at_stage(name: str, act: Callable[[], object]) -> None:
    """Do something when a stage is about to be carried out, in this process."""
    from pipeline.workflow.runner import _Run

    real = _Run.run_stage

    def carry_out(self, stage, fingerprint):  # type: ignore[no-untyped-def]
        if stage.name == name:
            act()
        real(self, stage, fingerprint)

    _Run.run_stage = carry_out  # type: ignore[method-assign]


def _run(folder: Path, kill: tuple[str, int, str] | None = None, *, until: str | None = None) -> None:
    """Run a study; where asked to, be killed before or after the n-th rename of a stage."""
    from pipeline.workflow.runner import run

    if kill:
        stage, number, when = kill
        _at_stage(stage, partial(_die_at_rename, number, when))
    run(folder, until=until)


def _run_and_tell(folder: Path, told: Path) -> None:
    _run(folder)
    told.write_text("\n".join(sys.modules), encoding="utf-8")


def _load(modules: list[str]) -> None:
    """Load modules, and do no work with them: threads that have worked once do not survive being forked."""
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _die_at_rename(number: int, when: str) -> None:
    left, real = [number], Path.replace

    def replace(path, target):  # type: ignore[no-untyped-def]
        left[0] -= 1
        if left[0] == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(path, target)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    Path.replace = replace  # type: ignore[method-assign]


def _flipped(data: bytes, point: int) -> bytes:
    changed = bytearray(data)
    changed[random.Random(point).randrange(len(changed))] ^= 1 << point % 8
    return bytes(changed)


def _truncated(data: bytes, point: int) -> bytes:
    return data[: random.Random(point).randrange(len(data))]


def _facts(folder: Path):  # type: ignore[no-untyped-def]
    return json.loads((folder / "derived" / "manifest.json").read_text(encoding="utf-8"))


def _make(folder: Path) -> None:
    (folder / "vault").mkdir(parents=True)
    (folder / "vault" / "key").write_bytes(b"k" * 32)
    write_rows(folder / "responses.csv", sample_rows(40))
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n', encoding="utf-8")


if __name__ == "__main__":
    main()
