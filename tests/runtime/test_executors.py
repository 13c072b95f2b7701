"""The same tables come out wherever the parts are worked on, also when a worker is lost; what goes wrong is a sentence."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dask.config
import distributed  # noqa: F401  # its settings are there before any is changed
import psutil
import pytest
from sample import sample_rows
from threadpoolctl import threadpool_limits

import pipeline
from pipeline.errors import DataError, EngineError
from pipeline.methods.redact import Redactor, detector
from pipeline.runtime import executors
from pipeline.runtime.executors import open_executor
from pipeline.study.study_settings import Run


SECRET = "Olwen told me in confidence"
HERE = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "debug",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE), str(HERE / "runtime")]),
}


@contextmanager
def started(name, folder, *options):
    """Start a scheduler or a worker as a process of its own, its log beside it; wait for nothing."""
    log = (folder / f"{name}-{len(list(folder.iterdir()))}.log").open("wb")
    command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *options]
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=ENVIRONMENT, cwd=folder)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


@contextmanager
def cluster(folder, *preloads, host="127.0.0.1", every=()):
    """Start a scheduler and a worker for each of `preloads`, told to load it, all with the options of `every`.

    Yields the scheduler's address and the workers.
    """
    where = folder / "scheduler.json"
    with ExitStack() as stack:
        stack.enter_context(
            started(
                "scheduler",
                folder,
                *every,
                "--host",
                host,
                "--port",
                "0",
                "--dashboard-address",
                "127.0.0.1:0",
                "--scheduler-file",
                str(where),
            )
        )
        options = [
            *every,
            "--scheduler-file",
            str(where),
            "--nthreads",
            "1",
            "--no-nanny",
            "--dashboard-address",
            "127.0.0.1:0",
            "--host",
            host,
        ]
        workers = [
            stack.enter_context(started("worker", folder, *options, "--local-directory", str(folder), *preload))
            for preload in preloads
        ]
        # The scheduler writes the file when it listens; both programs wait for it by themselves.
        while not where.is_file() or not where.stat().st_size:
            assert all(worker.poll() is None for worker in workers)
        yield json.loads(where.read_text())["address"], workers


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, [], []) as (address, _):
        yield address, folder


def tables_of(study):
    """Return the bytes of all that a run has made but its own record, by path."""
    found = [path for part in ("derived", "vault") for path in (study / part).rglob("*") if path.is_file()]
    return {
        path.relative_to(study).as_posix(): path.read_bytes()
        for path in found
        if path.suffix in (".parquet", ".safetensors", ".json") and path.name not in ("manifest.json", "datapackage.json")
    }


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(executors, "PART", 12)
    monkeypatch.setattr(detector, "_BLOCK", 12)


@pytest.mark.model
def test_the_same_tables_come_out_when_a_worker_is_killed_in_the_middle_of_a_run(make_study, small_parts, tmp_path):
    study = make_study(sample_rows(40))
    with threadpool_limits(2):
        pipeline.run(study)
    expected = tables_of(study)
    elsewhere = shutil.copytree(study, tmp_path / "elsewhere")
    shutil.rmtree(elsewhere / "derived")
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder, [], ["--preload", str(HERE / "dying.py")]) as (address, (_, dying)):
        with (elsewhere / "study.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[run]\nengine = "dask"\nscheduler = "{address}"\n')
        pipeline.run(elsewhere)
        assert dying.wait() == -signal.SIGKILL
    assert len(expected) > 15
    assert tables_of(elsewhere) == expected


def shouted(text):
    return text.upper()


def sums_up(part):
    raise DataError("The answers cannot be summed up.")


def breaks_down(part):
    raise ValueError(part)


def test_results_come_in_the_order_of_the_parts(two_workers):
    with open_executor(Run(engine="dask", scheduler=two_workers[0])) as engine:
        assert list(engine(shouted, [f"part {n}" for n in range(40)])) == [f"PART {n}" for n in range(40)]
        assert list(engine(shouted, [])) == []


def test_no_words_reach_a_log_of_a_cluster_whatever_goes_wrong(two_workers):
    address, folder = two_workers
    with open_executor(Run(engine="dask", scheduler=address)) as engine:
        with pytest.raises(DataError, match="cannot be summed up"):
            list(engine(sums_up, [SECRET]))
        with pytest.raises(EngineError, match="ValueError") as found:
            list(engine(breaks_down, [SECRET]))
    assert SECRET not in str(found.value)
    logs = list(folder.glob("*.log"))
    assert len(logs) == 3 and all(log.stat().st_size for log in logs)
    assert not any(SECRET.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def certified(folder):
    """Make an authority and a certificate of it; return the options of Dask's programs, and its settings, that name them."""
    key, request, authority, certificate = (folder / name for name in ("key.pem", "request.pem", "ca.pem", "cert.pem"))
    new = ["openssl", "req", "-newkey", "rsa:2048", "-nodes"]
    signed = ["openssl", "x509", "-req", "-CA", authority, "-CAkey", folder / "ca.key", "-CAcreateserial"]
    for command in (
        [*new, "-x509", "-subj", "/CN=an invented authority", "-keyout", folder / "ca.key", "-out", authority],
        [*new, "-subj", "/CN=an invented machine", "-keyout", key, "-out", request],
        [*signed, "-in", request, "-out", certificate],
    ):
        subprocess.run(command, check=True, capture_output=True)
    options = ["--tls-ca-file", str(authority), "--tls-cert", str(certificate), "--tls-key", str(key)]
    settings = {
        "distributed.comm.tls.ca-file": str(authority),
        "distributed.comm.tls.client.cert": str(certificate),
        "distributed.comm.tls.client.key": str(key),
    }
    return options, settings


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl, which is not installed")
def test_answers_travel_encrypted_and_only_whoever_has_a_certificate_is_heard(tmp_path):
    (tmp_path / "keys").mkdir()
    options, settings = certified(tmp_path / "keys")
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder, [], host="tls://127.0.0.1", every=options) as (address, _):
        assert address.startswith("tls://")
        plan = Run(engine="dask", scheduler=address)
        with dask.config.set(settings), open_executor(plan) as engine:
            assert list(engine(shouted, ["a", "b"])) == ["A", "B"]
        with open_executor(plan) as engine, pytest.raises(EngineError, match="name no certificates"):
            list(engine(shouted, ["a"]))
        (tmp_path / "others").mkdir()
        _, of_others = certified(tmp_path / "others")
        with dask.config.set(of_others), open_executor(plan) as engine, pytest.raises(EngineError, match="does not answer"):
            list(engine(shouted, ["a"]))


def test_certificates_that_are_not_there_are_said(tmp_path):
    settings = {
        "distributed.comm.tls.ca-file": str(tmp_path / "ca.pem"),
        "distributed.comm.tls.client.cert": str(tmp_path / "c.pem"),
    }
    plan = Run(engine="dask", scheduler="tls://127.0.0.1:9")
    with dask.config.set(settings), open_executor(plan) as engine, pytest.raises(EngineError, match="cannot be read"):
        list(engine(shouted, ["a"]))


@pytest.mark.model
def test_names_are_masked_alike_by_workers(two_workers, small_parts):
    texts = [f"My support worker Ffion Prosser came {n} times, and Ffion was kind." for n in range(30)]
    with open_executor(Run(engine="dask", scheduler=two_workers[0])) as engine:
        assert Redactor().mask_all(texts, engine=engine) == Redactor().mask_all(texts)


def spilling(part):
    return [dask.config.get(f"distributed.worker.memory.{name}") for name in ("target", "spill")]


def test_workers_of_this_machine_write_no_answers_to_a_disk():
    with open_executor(Run(engine="dask", workers=1)) as engine:
        assert list(engine(spilling, ["a"])) == [[False, False]]


def kept_parts(secret):
    lists = [one for one in gc.get_objects() if type(one) is list and one and isinstance(one[0], str)]
    return [one for one in lists if one[0] == secret]


def test_nothing_keeps_answers_that_have_been_worked_on():
    # Words of this test's own: of others', what they raised is kept to be told.
    secret = f"{SECRET}, twice"
    with open_executor(Run(engine="dask", workers=1)) as engine:
        assert list(engine(len, [[secret, "again"] for _ in range(5)])) == [2] * 5
        # The scheduler lets go of a part a moment after its result has come.
        for _ in range(100):
            if not kept_parts(secret):
                break
            time.sleep(0.1)
        assert not kept_parts(secret)


def test_a_cluster_of_this_machine_listens_on_the_loopback_only():
    with open_executor(Run(engine="dask", workers=1)) as engine:
        assert list(engine(shouted, ["a", "b"])) == ["A", "B"]
        processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
        listening = [place.laddr.ip for one in processes for place in one.net_connections() if place.status == "LISTEN"]
    assert listening and set(listening) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (Run(engine="dask", scheduler="tcp://10.0.0.7:8786"), "unencrypted"),
        (Run(engine="dask", scheduler="tcp://cluster.example:8786"), "unencrypted"),
        (Run(engine="dask", scheduler="cluster.example"), "no address of a scheduler"),
        (Run(engine="dask", scheduler="http://127.0.0.1:8786"), "no address of a scheduler"),
    ],
)
def test_an_address_that_may_not_be_used_is_refused_before_anything_is_sent(plan, says):
    with pytest.raises(EngineError, match=says):
        open_executor(plan)


def test_a_scheduler_that_does_not_answer_is_said():
    with (
        open_executor(Run(engine="dask", scheduler="tcp://127.0.0.1:9")) as engine,
        pytest.raises(EngineError, match="not answer"),
    ):
        list(engine(shouted, ["a"]))
