"""Runs that go wrong on purpose: killed at a rename, stopped by a signal, short of disk; and what a study holds after them."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]
KILLED_AT = """
import os, pathlib, signal, sys
left, when = int(sys.argv.pop(1)), sys.argv.pop(1)
real = pathlib.Path.replace
def replace(path, target):
    global left
    left -= 1
    if left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(path, target)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
pathlib.Path.replace = replace
from pipeline.cli import main
main(sys.argv[1:])
"""
SHORT_OF_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from pipeline.cli import main
main(sys.argv[2:])
"""
SHORT_OF_MEMORY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]) << 20, resource.RLIM_INFINITY))
from pipeline.cli import main
main(sys.argv[2:])
"""
COUNTED = """
import pathlib, sys
n, real = 0, pathlib.Path.replace
def replace(path, target):
    global n
    n += 1
    return real(path, target)
pathlib.Path.replace = replace
from pipeline.workflow.runner import run
run(sys.argv[1])
print(n)
"""


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


def themes(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return python("import sys; from pipeline.cli import main; main(sys.argv[1:])", *arguments)


def killed_at(rename: int, when: str, *arguments: object) -> int:
    """Run the command line and kill it before or after a rename; return its exit status."""
    return python(KILLED_AT, rename, when, *arguments).returncode


def renames_of_a_run(folder: Path) -> int:
    """Run a study and return how often a file is put in its place."""
    return int(python(COUNTED, folder).stdout.splitlines()[-1])


def state_of(folder: Path) -> dict[str, str]:
    """Return the hash of every table of a study."""
    tables = sorted(path for part in ("vault", "derived") for path in (folder / part).glob("*.parquet"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tables}


def leftovers_of(folder: Path) -> list[str]:
    """Return files under temporary names."""
    return [path.name for part in ("vault", "derived") for path in (folder / part).glob(".*") if path.name != ".lock"]


def stopped_by(sent: signal.Signals, folder: Path) -> tuple[int, str]:
    """Begin a run, send it a signal when it has begun, and return its exit status and what it said."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = "import sys; from pipeline.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "-v", "run", str(folder)]
    # A test that runs in the background of a shell would hand on that Ctrl-C is to be ignored.
    heeding = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT, **heeding) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(sent)
        said += process.stderr.read()
        return process.wait(), said
