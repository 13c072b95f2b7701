"""How the browser is opened: by a file of the owner's own, once the page answers."""

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from pipeline.review.web.launch_link import LaunchLink
from pipeline.review.web.server_config import make_site


# As a browser in a terminal does, it reads the page at once, and ends only when it is closed.
TEXT_BROWSER = """#!{python}
import http.cookiejar, json, pathlib, re, stat, sys, time, urllib.parse, urllib.request
asked = sys.argv[1]
path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlsplit(asked).path))
mode, words = stat.S_IMODE(path.stat().st_mode), path.read_text()
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
page = opener.open(re.search('url=([^"]+)"', words).group(1), timeout=20)
left = path.exists()
seen = dict(arguments=sys.argv[1:], mode=mode, page=page.geturl(), words=page.read().decode(), left=left)
pathlib.Path({out!r} + ".part").write_text(json.dumps(seen))
pathlib.Path({out!r} + ".part").rename({out!r})
time.sleep(600)
"""


@pytest.fixture
def start_review(study, tmp_path):
    """Start `themes review` with a browser of that kind; return the process and where the browser writes what it saw."""
    started = []

    def start(browser=TEXT_BROWSER):
        out, script = tmp_path / "seen.json", tmp_path / "browser"
        script.write_text(browser.format(python=sys.executable, out=str(out)))
        script.chmod(0o700)
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "review", str(study.folder)],
            env={**os.environ, "BROWSER": f"{script} %s", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process, out

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        process.stdout.close()


def wait_for(path, process):
    """Wait until a file is there, for as long as the program runs and the test may take."""
    for _ in range(1_200):
        if path.exists():
            return json.loads(path.read_text())
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(
        f"the browser saw nothing; the program said: {process.stdout.read() if process.poll() is not None else ''}"
    )


def test_a_browser_in_the_terminal_sees_the_page_and_nobody_else_its_address(start_review, study):
    process, out = start_review()
    seen = wait_for(out, process)
    assert "Who are you?" in seen["words"] and urllib.parse.urlsplit(seen["page"]).path == "/who"
    # What it was started with is what every user of the machine sees.
    (asked,) = seen["arguments"]
    assert asked.startswith("file:///") and "/open/" not in asked
    assert seen["mode"] == 0o600 and not seen["left"]
    assert list(study.vault.glob("open-*")) == []
    assert stat.S_IMODE(study.vault.stat().st_mode) == 0o700
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) is not None


def test_a_file_that_was_not_used_is_removed_when_the_page_is_stopped(start_review, study):
    waits = "#!{python}\nimport pathlib\npathlib.Path({out!r}).write_text('{{}}')\n"
    process, out = start_review(waits)
    wait_for(out, process)
    assert len(list(study.vault.glob("open-*"))) == 1
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert list(study.vault.glob("open-*")) == []


@pytest.fixture
def launch():
    return LaunchLink(make_site("127.0.0.1", 8765, None), lambda said: None)


def test_the_file_leads_to_the_address_and_goes_when_that_is_used(launch, tmp_path):
    left = tmp_path / "open-left-by-a-program-that-was-killed.html"
    left.write_text("")
    path = Path(urllib.request.url2pathname(urllib.parse.urlsplit(launch.make_file(tmp_path)).path))
    assert list(tmp_path.iterdir()) == [path] and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert launch.address() in path.read_text()
    assert not launch.use("guess") and path.exists()
    assert launch.use(launch.address().rpartition("/")[2]) and not path.exists()


def test_from_the_file_a_page_of_ours_leads_on(browser, app):
    """A browser that comes from a file sends the new cookie only with what that page asks for."""
    address = app.extensions["manyvoices"].launch.address().removeprefix(browser.address)
    page = browser.get(address, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert page.status_code == 200 and 'content="0; url=/who' in page.text
    assert browser.get("/who").status_code == 200 and browser.heading == "Who are you?"
