"""Read excerpts of a study in a browser as a scripted person does, by keys or by mouse, and say how long hands take.

Run `python tests/benchmarks/reading_pace.py STUDY [--n 200] [--by keys|mouse]` on a study that has been run. It works on a
copy. The reader ticks the one or two codes that the coder ranks first, and keeps to them. Motor time is that of the
keystroke-level model (Card, Moran and Newell 1980): 0.28 s a key; a click is 0.2 s and Fitts's time to get there (0.1 s and
0.1 s a bit); 0.4 s for a hand that goes to keys or mouse once; 1 s for a turn of the wheel. Thinking and reading are not in it.
Prints one line of JSON, with what the browser waited for the server.
"""

import argparse
import json
import math
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any


ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from looking import follow  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from reviewed import serve_study  # noqa: E402

from pipeline.study.study import load_study  # noqa: E402


KEY_S, CLICK_S, HAND_S, WHEEL_S = 0.28, 0.2, 0.4, 1.0


class Hands:
    """What hands did, and how long it took."""

    def __init__(self, page: Any) -> None:
        self.page, self.seconds, self.keys, self.clicks, self.wheels = page, HAND_S, 0, 0, 0
        self.at = (600.0, 400.0)

    def press(self, key: str) -> None:
        """Press a key."""
        self.keys, self.seconds = self.keys + 1, self.seconds + KEY_S
        self.page.keyboard.press(key)

    def click(self, target: Any) -> None:
        """Go to what is to be pressed, in sight or by the wheel, and click it."""
        box = target.bounding_box()
        if box["y"] < 0 or box["y"] + box["height"] > self.page.viewport_size["height"]:
            self.wheels, self.seconds = self.wheels + 1, self.seconds + WHEEL_S
            target.scroll_into_view_if_needed()
            box = target.bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        bits = math.log2(math.dist(self.at, middle) / min(box["width"], box["height"]) + 1)
        self.clicks, self.seconds, self.at = self.clicks + 1, self.seconds + 0.1 + 0.1 * bits + CLICK_S, middle
        target.click()


def main() -> None:
    """Measure once, as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--by", choices=("keys", "mouse"), default="keys")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        copy = Path(shutil.copytree(options.study, Path(folder) / "study"))
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with serve_study(load_study(copy), _add_ann) as served:
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            served.enter(page)
            print(json.dumps(read(served, page, n=options.n, by=options.by)))
        browser.close()


def read(served: Any, page: Any, *, n: int, by: str) -> dict[str, float | str]:
    """Read n excerpts and return what it took, for each of them."""
    hands, opening, saving = Hands(page), list[float](), list[float]()
    page.goto(f"{served.address}/begin")
    page.locator("input[value='0']").check()
    follow(page.locator("main form button").last)
    page.on("requestfinished", lambda request: _time(request, opening, saving))
    tables = served.review.last_run().tables
    for _ in range(n):
        segment_id = page.url.partition("/excerpt/")[2].partition("?")[0]
        ranked = tables.ranked(tables.text_id(segment_id))
        # One code or two, by chance that is the same in each run.
        answer(page, hands, list(ranked["code"][: 1 + ord(segment_id[-1]) % 2]), by)
    return {
        "by": by,
        "excerpts": n,
        "motor seconds each": round(hands.seconds / n, 2),
        "motor minutes of all": round(hands.seconds / 60, 1),
        "keys each": round(hands.keys / n, 2),
        "clicks each": round(hands.clicks / n, 2),
        "wheels each": round(hands.wheels / n, 2),
        "open ms, median": round(statistics.median(opening)),
        "save ms, median": round(statistics.median(saving)),
    }


def answer(page: Any, hands: Hands, codes: list[str], by: str) -> None:
    """Tick these codes, or that none fits, save, and keep to it whatever the coder suggests."""
    boxes = [page.locator(f"[id='code-{code}']") for code in codes] or [page.locator("#none")]
    for box in boxes:
        if by == "mouse":
            hands.click(page.locator(f"label[for='{box.get_attribute('id')}']"))
        else:
            hands.press(box.get_attribute("aria-keyshortcuts") or "n")
    with page.expect_navigation():
        hands.click(page.locator("button[value=save]")) if by == "mouse" else hands.press("s")
    if page.url.endswith("/suggestion"):
        keep = page.locator("button[value=keep]")
        with page.expect_navigation():
            if by == "mouse":
                hands.click(keep)
            else:
                while not page.evaluate("document.activeElement.value === 'keep'"):
                    hands.press("Tab")
                hands.press("Enter")


def _add_ann(review: Any) -> None:
    review.write(lambda store: store.add_reviewer("Ann", "family"))


def _time(request: Any, opening: list[float], saving: list[float]) -> None:
    """Note what the browser waited for an excerpt's page, or for an answer to be saved."""
    if "/excerpt/" in request.url and request.resource_type == "document" and "/suggestion" not in request.url:
        waited = request.timing["responseStart"] - request.timing["requestStart"]
        (saving if request.method == "POST" else opening).append(waited)


if __name__ == "__main__":
    main()
