"""The report in a real browser: no accessibility faults, no sideways scrolling at 320 pixels, nothing fetched."""

from typing import Any

import pytest
from small_study import build_study

from pipeline.report import export


pytestmark = pytest.mark.browser

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES = [
    pytest.param({"viewport": {"width": 1280, "height": 900}}, id="wide"),
    pytest.param({"viewport": {"width": 320, "height": 640}}, id="narrow"),
    pytest.param({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, id="dark"),
    pytest.param({"viewport": {"width": 1280, "height": 900}, "forced_colors": "active"}, id="forced-colours"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    study = build_study(tmp_path_factory.mktemp("browser") / "study")
    return {path.name: path.as_uri() for path in export(study, to=["html", "summary", "quotes"]) if path.suffix == ".html"}


@pytest.fixture(scope="module")
def address(pages: dict[str, str]) -> str:
    return pages["report.html"]


@pytest.fixture
def browser(chromium: Any) -> Any:
    return chromium


@pytest.mark.parametrize("name", ["report.html", "summary.html", "quotes.html"])
@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_no_fault_on_the_report_its_first_page_and_the_quotes(browser, pages, name, mode):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = browser.new_context(**mode).new_page()
    page.goto(pages[name])
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    found = axe.Axe().run(page, options={"runOnly": LEVELS}).response["violations"]
    assert [(fault["id"], [node["html"][:120] for node in fault["nodes"]][:3]) for fault in found] == []


def test_nothing_scrolls_sideways_at_320_pixels(browser, address):
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_page_fetches_nothing_but_itself_and_raises_no_errors(browser, address):
    page = browser.new_context().new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    assert asked == [address] and said == []


def test_skip_link_is_the_first_stop_and_leads_to_the_report(browser, address):
    page = browser.new_context().new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    page.wait_for_url("**#report")
    assert page.evaluate("document.activeElement.id") == "report"


def test_folded_parts_are_printed(browser, address):
    page = browser.new_context().new_page()
    page.goto(address)
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('details > *')].every(part => part.offsetHeight > 0)")


def test_a_reader_meets_the_first_finding_without_scrolling(browser, address):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    assert page.evaluate("document.querySelector('.findings li').getBoundingClientRect().bottom") <= 900


def test_the_first_page_alone_is_as_wide_as_it_is_read(browser, pages):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(pages["summary.html"])
    assert page.evaluate("document.querySelector('.findings').getBoundingClientRect().width") > 600
