"""A real browser, one for all that look through it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine; on Debian and Ubuntu: sudo apt install chromium")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def window(chromium):
    """Open a window of the browser; it is closed after the test."""
    opened = []

    def open_window(**kind):
        opened.append(chromium.new_context(**kind))
        return opened[-1].new_page()

    yield open_window
    for context in opened:
        context.close()
