"""Helpers on this machine do their share of the parts; what comes out is the same, also when one is lost."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from sample import sample_rows
from test_executors import breaks_down, shouted, small_parts, sums_up, tables_of  # noqa: F401  # a fixture

import pipeline
from pipeline.errors import DataError
from pipeline.runtime.executors import local, open_executor
from pipeline.study.study_settings import Run


PARTS = [f"part {n}" for n in range(3 * local.FEW)]
LEFT_ALONE = """
import time
from pipeline.runtime.executors.local import ProcessExecutor
from test_local_executor import met
engine = ProcessExecutor(2)
found = engine(met, [(1, {folder!r})] * 40)
next(found)
print(engine._helpers[0].process.pid, flush=True)
time.sleep(60)
"""


def two_processes(**plan):
    return open_executor(Run(workers=2, **plan))


def met(part):
    """Return who works on a part, once another process has begun to work on one."""
    name, folder = part
    Path(folder, str(os.getpid())).touch()
    until = time.monotonic() + 60
    while len(list(Path(folder).iterdir())) < 2:
        assert time.monotonic() < until, "no other process came to work"
        time.sleep(0.01)
    return name, os.getpid()


def dying(ours, part):
    found = met(part)
    if os.getpid() != ours:
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def failing_elsewhere(ours, part):
    if met(part)[1] != ours:
        raise ValueError(part)
    return part[0]


def helpers():
    return [one for one in psutil.Process().children() if local.__name__ in one.cmdline()]


def ended(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def wait_for(happened):
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.model
@pytest.mark.usefixtures("small_parts")
def test_the_same_tables_come_out_with_helpers_and_without(make_study):
    study = make_study(sample_rows(40))
    tables = {}
    for n in (1, 2):
        (study / "study.toml").write_text(
            (study / "study.toml").read_text(encoding="utf-8").partition("\n[run]")[0] + f"\n[run]\nworkers = {n}\n",
            encoding="utf-8",
        )
        pipeline.run(study, force=True)
        tables[n] = tables_of(study)
    assert len(tables[1]) > 15
    assert tables[1] == tables[2]


def test_a_helper_works_too_and_results_come_in_the_order_of_the_parts(tmp_path):
    with two_processes() as engine:
        found = list(engine(met, [(part, tmp_path) for part in PARTS]))
        assert list(engine(shouted, PARTS)) == [part.upper() for part in PARTS]
        assert list(engine(shouted, [])) == []
    assert [name for name, _ in found] == PARTS
    assert len({pid for _, pid in found}) == 2


def test_a_helper_that_is_killed_with_a_part_in_its_hands_loses_nothing(tmp_path):
    with two_processes() as engine:
        found = list(engine(partial(dying, os.getpid()), [(part, tmp_path) for part in PARTS]))
        assert found == [(part, os.getpid()) for part in PARTS]
        assert list(engine(shouted, PARTS)) == [part.upper() for part in PARTS]


def test_what_fails_in_a_helper_only_is_done_here(tmp_path):
    with two_processes() as engine:
        assert list(engine(partial(failing_elsewhere, os.getpid()), [(part, tmp_path) for part in PARTS])) == PARTS


@pytest.mark.parametrize(("work", "fault"), [(sums_up, DataError), (breaks_down, ValueError)])
def test_what_is_wrong_with_a_part_is_told_as_it_is_without_helpers(work, fault):
    with two_processes() as engine, pytest.raises(fault):
        list(engine(work, PARTS))


def test_whoever_stops_taking_results_is_not_kept_waiting(tmp_path):
    with two_processes() as engine:
        found = engine(met, [(part, tmp_path) for part in PARTS])
        assert next(found)[0] == PARTS[0]
        found.close()
        assert list(engine(shouted, PARTS)) == [part.upper() for part in PARTS]


def test_few_parts_are_worked_on_here():
    with two_processes() as engine:
        assert list(engine(os.path.basename, PARTS[: local.FEW - 1])) == PARTS[: local.FEW - 1]
        assert not helpers()


def test_a_helper_leaves_no_answers_in_a_file_and_ends_with_the_run(tmp_path):
    with two_processes() as engine:
        list(engine(met, [(part, tmp_path) for part in PARTS]))
        (helper,) = helpers()
        assert helper.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert ended(helper.pid)


def test_a_helper_that_is_asked_nothing_gives_its_memory_back_and_another_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(local, "IDLE_S", 0.2)
    with two_processes() as engine:
        list(engine(met, [(part, tmp_path) for part in PARTS]))
        (helper,) = helpers()
        wait_for(lambda: ended(helper.pid))
        for old in tmp_path.iterdir():
            old.unlink()
        assert len({pid for _, pid in engine(met, [(part, tmp_path) for part in PARTS])}) == 2


def test_a_helper_ends_when_the_run_is_killed(tmp_path):
    program = LEFT_ALONE.format(folder=str(tmp_path))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment)
    with running:
        helper = int(running.stdout.readline())
        running.kill()
    wait_for(lambda: ended(helper))
