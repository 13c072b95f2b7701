"""Seed forty barriers into our pages, one at a time, and count how many of them our tests find.

Run `python tests/benchmarks/barriers.py`; HTML_VALIDATE may name html-validate. Each barrier is put into a page on its way
to the browser: a part of its HTML is taken out or changed, or a rule or script is added. Prints a line of JSON for each barrier
with who found it, and one with the sum. Pages as they are must be free of faults, or finding them would prove nothing.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from reviewed import serve  # noqa: E402
from seeded import BARRIERS, seed  # noqa: E402


def main() -> None:
    """Seed all barriers and print who found them."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver, serve(Path(folder) / "study") as served:
        browser = driver.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        found = {}
        for name, by in seed(served, browser, BARRIERS):
            found[name] = by
            print(json.dumps({"barrier": name, "found_by": by}), flush=True)
        print(json.dumps({"barriers": len(found), "found": sum(map(bool, found.values()))}))
        browser.close()


if __name__ == "__main__":
    main()
