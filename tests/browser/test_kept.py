"""What is decided in a real browser, in a review begun by command, is verified, backed up and put back by command."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from faulty import ROOT, themes
from looking import follow
from reviewed import serve

from pipeline.study.study import load_study


pytestmark = pytest.mark.browser


@contextmanager
def reviewed_by_command(folder):
    """Start `themes review` as a person does, and yield the address it says."""
    command = [sys.executable, "-m", "pipeline", "review", str(folder), "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as process:
        assert process.stdout is not None
        yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+/open/\S+", line)))
        process.send_signal(signal.SIGINT)
        process.stdout.read()


def test_a_decision_made_in_a_browser_is_sound_for_every_command(window, tmp_path):
    folder = tmp_path / "study"
    with serve(folder):
        pass
    segment_id = min(load_study(folder).table("segments")["segment_id"])
    with reviewed_by_command(folder) as address:
        page = window()
        page.goto(address)
        page.locator('input[value="Ann"]').check()
        follow(page.locator("main button"))
        page.goto(f"{address.partition('/open/')[0]}/excerpt/{segment_id}")
        page.locator("#code-time").check()
        page.locator("#note").fill("Zwei Zeilen\nund é als e\u0301")
        follow(page.locator("button[value=save]"))
        assert page.locator(".notice").count() == 1
    said = [themes("verify", folder), themes("backup", folder, tmp_path / "kept.zip", "--no-key")]
    (folder / "review.sqlite").unlink()
    said += [themes("restore", folder, tmp_path / "kept.zip"), themes("verify", folder)]
    assert [(done.returncode, done.stderr) for done in said] == [(0, "")] * 4
    assert "All rows are as they were written." in said[0].stdout and said[3].stdout == said[0].stdout
    assert "earlier version" not in said[0].stdout
