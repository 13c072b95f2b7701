"""A disk that is full, or a folder that may not be written to, is told for what it is, and costs nobody a decision.

The file systems are real: small ones in memory and read-only ones, in a namespace of their own.
"""

import os
import shutil
import subprocess
import sys

import pytest
from faulty import ROOT
from small_study import build_study

from pipeline.decisions.store import decisions, open_store
from pipeline.study.study import load_study


MAY_MOUNT = (
    shutil.which("unshare") is not None
    and subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode
    == 0
)
pytestmark = pytest.mark.skipif(not MAY_MOUNT, reason="this machine lets no test mount a file system of its own")

ON_A_FULL_DISK = """
import os, sys, time
from contextlib import suppress

sys.path += [ROOT + "/tests", ROOT + "/tests/review/web"]
from asking import Browser
from pipeline.review.coding import said_by
from pipeline.review.session import open_review
from pipeline.decisions.store import verify_store
from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site
from pipeline.study.study import load_study

study = load_study(sys.argv[1])
filler = study.folder / "filler"
NOTE = "x" * 900
with open_review(study) as review:
    review.write(lambda store: store.add_reviewer("Cy", "family"))
    cy = Browser(create_app(review, make_site("127.0.0.1", 8765, None), tell=print)).be("Cy")
    place = min(review.last_run().tables.segment_ids)
    cy.get(f"/excerpt/{place}")
    # A draft, which goes when the answer is kept: for the one there may be room and for the other not.
    cy.send(button="find", codes=["time"], note=NOTE)
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    cy.send(codes=["time"], note=NOTE)
    print("disk of the computer that runs the review is full" in cy.page.text, NOTE in cy.page.text)
    right = []
    while True:
        cy.send(codes=["time"], note=NOTE)
        is_said_to_be_saved = "Nothing was saved" not in cy.page.text
        right.append(is_said_to_be_saved == bool(said_by(review, "Cy")) and cy.page.status_code == 200)
        if is_said_to_be_saved:
            break
        os.truncate(filler, filler.stat().st_size - 4096)
    print(all(right), len(right) > 1, len(said_by(review, "Cy")))
    # In a pause the log is moved into the file, for which there may be no room either; saving goes on after it.
    time.sleep(1.5)
    filler.unlink()
    cy.get(f"/excerpt/{max(review.last_run().tables.segment_ids)}")
    cy.send(codes=["time"])
    print(len(said_by(review, "Cy")))
print(verify_store(study).startswith("All rows are as they were written."))
"""
COMMANDS = "import sys; from pipeline.cli import main; main(sys.argv[1:])"


@pytest.fixture
def study(tmp_path):
    study = build_study(tmp_path / "study")
    with open_store(study) as store:
        store.add_reviewer("Ann", "family")
        store.decide(segment_id="s1", text_id="t", reviewer="Ann", outcome="none")
    return study


def apart(script, *arguments):
    """Run a shell script in a namespace of its own, where it may mount what it likes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["unshare", "-rm", "sh", "-c", script, "sh", sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


READ_ONLY = 'mount --bind "$2" "$2" && mount -o remount,ro,bind "$2" && '
FULL = 'mount -t tmpfs -o size="$3"k tmpfs "$4" && cp -r "$2" "$4/study" && '


def test_on_a_full_disk_the_page_says_so_keeps_what_was_typed_and_goes_on_when_there_is_room(study, tmp_path):
    (tmp_path / "small").mkdir()
    size = sum(path.stat().st_size for path in study.folder.rglob("*") if path.is_file()) // 1024 + 1_500
    code = f"ROOT = {str(ROOT)!r}\n" + ON_A_FULL_DISK
    done = apart(FULL + '"$1" -c "$5" "$4/study"', study.folder, size, tmp_path / "small", code)
    assert (done.returncode, done.stdout.splitlines()[-4:]) == (0, ["True True", "True True 1", "2", "True"]), done.stderr


@pytest.mark.parametrize("command", ['verify "$2"', 'theme undo "$2" 1', 'status "$2"', 'review "$2" --no-browser'])
def test_in_a_folder_that_is_read_only_a_command_says_that_and_does_not_call_the_store_damaged(study, command):
    done = apart(READ_ONLY + f'"$1" -c "$3" {command}', study.folder, COMMANDS)
    assert done.returncode == 74 and "you may not write in the study's folder, or it is read-only" in done.stderr
    assert "damaged" not in done.stderr and "backup" not in done.stderr and "Traceback" not in done.stderr
    assert len(decisions(load_study(study.folder))) == 1


def test_on_a_full_disk_a_command_says_that(study, tmp_path):
    (tmp_path / "small").mkdir()
    size = sum(path.stat().st_size for path in study.folder.rglob("*") if path.is_file()) // 1024 + 400
    fill = '{ head -c 9000000 /dev/zero > "$4/filler" 2>/dev/null; '
    done = apart(FULL + fill + '"$1" -c "$5" verify "$4/study"; }', study.folder, size, tmp_path / "small", COMMANDS)
    assert done.returncode == 74 and "the disk is full" in done.stderr and "damaged" not in done.stderr
