"""Forty barriers to be put into our pages, one at a time, on their way to the browser; and who of our tests finds each."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from html_rules import RULES
from looking import LEVELS, OPEN_ALL, SMALL, follow, own_faults
from reviewed import Served


@dataclass(frozen=True)
class Barrier:
    """A fault, the page it is put into, and what is changed there: HTML by a pattern, or a rule or script that is added."""

    name: str
    page: str
    pattern: str = ""
    put: str = ""
    css: str = ""
    script: str = ""


BARRIERS = (
    Barrier("a field without a label", "answer", r'<label for="note">.*?</label>'),
    Barrier(
        "a placeholder for a label", "answer", r'<label for="note">(.*?)</label>(.*?)<textarea', r'\2<textarea placeholder="\1"'
    ),
    Barrier("an empty link", "home", r"(<main[^>]*>)", r'\1<a href="/mine"></a>'),
    Barrier("pale words", "home", css=".hint { color: #b5b5b5 !important }"),
    Barrier("no outline of the focus", "answer", css="*:focus, * { outline: none !important }"),
    Barrier("an order of its own for Tab", "answer", r'<input type="search"', r'<input tabindex="5" type="search"'),
    Barrier("a level of headings left out", "home", r"<h2>(.*?)</h2>", r"<h4>\1</h4>"),
    Barrier("no language", "home", r' lang="en-GB"'),
    Barrier("headings of a table that are cells", "progress", r'<th scope="col"([^>]*)>(.*?)</th>', r"<td\1>\2</td>"),
    Barrier("rows without a heading", "progress", r'<th scope="row">(.*?)</th>', r"<td>\1</td>"),
    Barrier("a table without a caption", "progress", r"<caption>.*?</caption>"),
    Barrier("errors that are no links", "wrong", r'<li><a href="#name">(.*?)</a></li>', r"<li>\1</li>"),
    Barrier("errors that lead nowhere", "wrong", r'href="#name"', 'href="#nothing"'),
    Barrier("an error that is not tied to its field", "wrong", r' aria-describedby="[^"]*"'),
    Barrier("a field that is not said to be wrong", "wrong", r' aria-invalid="true"'),
    Barrier(
        "small targets",
        "answer",
        css="button, .choice > label { min-height: 0 !important; padding: 0 !important; font-size: 12px }",
    ),
    Barrier("marked by colour alone", "answer", css="mark { border: 0 !important }"),
    Barrier("links by colour alone", "home", css="a { text-decoration: none !important }"),
    Barrier(
        "a trap for the keyboard",
        "answer",
        script='document.addEventListener("keydown", (e) => { if (e.key === "Tab" '
        '&& document.activeElement.id === "note") e.preventDefault(); });',
    ),
    Barrier("a field that takes the focus", "answer", r'<textarea id="note"', r'<textarea autofocus id="note"'),
    Barrier("one title for all pages", "home", r"<title>.*?</title>", "<title>Many Voices</title>"),
    Barrier("news that are not announced", "answer", r' role="status"'),
    Barrier("scrolling sideways", "home", css="main { min-width: 700px }"),
    Barrier("no zooming", "home", r"initial-scale=1", "initial-scale=1, maximum-scale=1, user-scalable=no"),
    Barrier("something that moves", "home", css="@keyframes x { to { opacity: 0.5 } } h1 { animation: x 1s infinite }"),
    Barrier("two of one id", "answer", r'id="not_sure"', 'id="none"'),
    Barrier("choices without a question", "answer", r"<legend>.*?</legend>"),
    Barrier("a skip link that leads nowhere", "home", r'href="#main"', 'href="#nowhere"'),
    Barrier("no skip link", "home", r'<a class="skip".*?</a>'),
    Barrier("no main part", "home", r'<main id="main" tabindex="-1">(.*)</main>', r'<div id="main">\1</div>'),
    Barrier("no heading", "home", r"<h1>(.*?)</h1>", r'<p class="large">\1</p>'),
    Barrier("navigation without a name", "home", r' aria-label="Pages"'),
    Barrier("hidden from those who listen", "home", r'<a class="button"', '<a aria-hidden="true" class="button"'),
    Barrier("a role that is none", "home", r' aria-current="page"', ' aria-current="page" role="buton"'),
    Barrier(
        "a button that is none", "answer", r"<button[^>]*class=\"second\">(Skip.*?)</button>", r'<div class="second">\1</div>'
    ),
    Barrier("a new window", "home", r'<a href="/mine"', '<a target="_blank" href="/mine"'),
    Barrier("the same words for two places", "home", r">(?:Practice|What I said)</a>", ">Read more</a>"),
    Barrier("no direction of people's words", "answer", r"<blockquote dir=[^>]*>", "<blockquote>"),
    Barrier("text cut off when it is spaced", "home", css="main p { height: 1.4em; overflow: hidden; white-space: nowrap }"),
    Barrier(
        "focus under a bar",
        "home",
        css="footer { position: fixed; bottom: 0; left: 0; right: 0; height: 70vh; background: #fff }",
    ),
)


def seed(served: Served, browser: Any, barriers: tuple[Barrier, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield each barrier's name and which of axe, html-validate and our own checks found it."""
    page = browser.new_context(reduced_motion="reduce").new_page()
    served.enter(page)
    clean = {name: look(served, page, name) for name in dict.fromkeys(one.page for one in barriers)}
    if any(any(found.values()) for found in clean.values()):
        raise RuntimeError(f"the pages have faults as they are: {clean}")
    for barrier in barriers:
        spoilt: list[str] = []
        page.route("**/*", partial(_spoil, barrier=barrier, spoilt=spoilt))
        found = look(served, page, barrier.page)
        page.unroute("**/*")
        if not spoilt:
            raise RuntimeError(f"{barrier.name}: the page does not have what is to be spoilt")
        yield barrier.name, [who for who, faults in found.items() if faults]


def look(served: Served, page: Any, name: str) -> dict[str, list[Any]]:
    """Return what each of our ways to look finds on a page."""
    page.set_viewport_size({"width": 1280, "height": 900})
    _open(served, page, name)
    html = page.evaluate("fetch(location.href).then((said) => said.text())") if name != "wrong" else page.content()
    own = own_faults(page)
    page.evaluate(OPEN_ALL)
    page.evaluate(_axe())
    axe = page.evaluate("levels => axe.run({runOnly: levels, resultTypes: ['violations', 'incomplete']})", LEVELS)
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth") > 320
    return {
        "axe": [one["id"] for kind in ("violations", "incomplete") for one in axe[kind]],
        "html-validate": _html_faults(html) if name != "wrong" else [],
        "own": [*own, *(["sideways"] if wide else []), *page.evaluate(SMALL)],
    }


def _open(served: Served, page: Any, name: str) -> None:
    at = {"answer": f"/excerpt/{served.places['Welsh']}", "home": "/", "progress": "/progress", "wrong": "/who/add"}[name]
    page.goto(served.address + at)
    if name == "wrong":
        follow(page.get_by_role("button", name="Add my name"))


def _spoil(route: Any, *, barrier: Barrier, spoilt: list[str]) -> None:
    """Let a file through with the barrier in it."""
    if route.request.resource_type not in ("document", "stylesheet", "script", "fetch"):
        route.continue_()
        return
    # What a browser says of itself is not passed on by itself, and the page answers nobody else.
    answer = route.fetch(headers={**route.request.headers, "sec-fetch-site": "same-origin"})
    body, kind = answer.text(), answer.headers.get("content-type", "")
    as_it_was = body
    if "html" in kind and barrier.pattern:
        body = re.sub(barrier.pattern, barrier.put, body, flags=re.DOTALL)
    body += barrier.css if "css" in kind else barrier.script if "javascript" in kind else ""
    spoilt += [route.request.url] if body != as_it_was else []
    route.fulfill(response=answer, body=body)


def _axe() -> str:
    import axe_playwright_python

    given = os.environ.get("AXE_CORE")
    return Path(given or Path(axe_playwright_python.__file__).with_name("axe.min.js")).read_text(encoding="utf-8")


def _html_faults(html: str) -> list[str]:
    program = os.environ.get("HTML_VALIDATE") or shutil.which("html-validate")
    if not program:
        return []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.html").write_text(html, encoding="utf-8")
        (Path(folder) / ".htmlvalidate.json").write_text(json.dumps(RULES | {"root": True}), encoding="utf-8")
        command = [program, "--formatter", "json", "page.html"]
        said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return [one["ruleId"] for page in json.loads(said.stdout or "[]") for one in page["messages"]]
