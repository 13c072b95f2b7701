"""Two hundred words that try to do something, in every field and on every page: parsed as a browser would, none comes alive."""

import re
from urllib.parse import urlencode

import pytest
import tinyhtml5
from asking import Browser
from payload_study import WORDS, build_payload_study, let_payloads_speak

from pipeline.review.quote_approvals import quote_candidates
from pipeline.review.session import open_review
from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site


OURS = re.compile(
    "html|head|meta|title|link|script|body|a|p|header|nav|ul|ol|li|main|footer|form|input|button|label|fieldset|legend|h[123]|"
    "section|blockquote|mark|details|summary|div|span|strong|bdi|textarea|select|option|datalist|progress|table|caption|thead|"
    "tbody|tr|t[hd]|d[ldt]|code|kbd|ins|del"
)
LEADS = ("href", "src", "action", "formaction")
HARMFUL = ("style", "srcdoc", "formaction", "http-equiv")


def alive(html):
    """Return what a browser would make of the page that no template of ours wrote."""
    found = []
    for element in tinyhtml5.parse(html, namespace_html_elements=False).iter():
        tag, said = str(element.tag), element.attrib
        names = [name for name in said if name.startswith("on") or name in HARMFUL]
        # What was just done, what is wrong, and the first thing to choose on the page that asks how many.
        ours = said.get("class") in ("notice", "errors") or (said.get("type"), said.get("name")) == ("radio", "size")
        names += ["autofocus"] if "autofocus" in said and not ours else []
        away = [said[name] for name in LEADS if name in said and not said[name].startswith(("/", "#"))]
        foreign = tag == "script" and (said.get("src") != "/static/review.js" or element.text)
        found += [(tag, names, away)] if names or away or foreign or not OURS.fullmatch(tag) else []
    return found


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Ann, in a room of people whose every word tries to do something."""
    study = build_payload_study(tmp_path_factory.mktemp("payloads") / "study")
    with open_review(study) as review:
        let_payloads_speak(review)
        app = create_app(review, make_site("127.0.0.1", 8765, None), tell=lambda said: None)
        found = Browser(app)
        found.review = review
        yield found.be("Ann")


def states(browser):
    """Show page after page, and yield the name of each."""
    review, excerpts = browser.review, browser.review.last_run().tables.excerpts

    def look(*paths):
        for path in paths:
            browser.get(path)
            yield path

    yield from look("/", "/talk", "/progress", "/agreement", "/codebook", "/themes", "/themes/1", "/themes/2", "/quotes")
    yield from look("/mine", "/guide", "/settings", "/begin", "/who", "/who/add", "/practice", "/nope", "/codebook/new")
    yield from look(
        "/codebook/proposal/1", *(f"/codebook/{page}/{code}" for page in ("code", "change") for code in ("odd0", "time"))
    )
    yield from look(*(f"/excerpt/{one}" for one in excerpts[:4]), *(f"/talk/{one}" for one in excerpts[: len(WORDS) : 9]))
    yield from look(*(f"/quotes/{one.segment_id}" for one in quote_candidates(review)[:10]), f"/find/like/{excerpts[0]}")
    for number, word in enumerate(WORDS[::8]):
        browser.get("/find")
        browser.send(words=word)
        yield f"find {number}"
    yield from typed(browser, excerpts)


def typed(browser, excerpts):
    """Send such words in forms that come back with what was typed."""
    for number, word in enumerate(WORDS[5::25]):
        browser.get(f"/excerpt/{excerpts[20]}?{urlencode({'find': word})}")
        yield f"codes found {number}"
        browser.get("/excerpt/" + excerpts[20 + number])
        browser.send(button="save", codes=["odd0"], none="y", note=word, new_code=word)
        yield f"wrong answer {number}"
        browser.get("/codebook/new")
        browser.send(label=word, definition=word, examples=word)
        yield f"wrong proposal {number}"
        browser.get("/who/add")
        browser.send(name=word, group="")
        yield f"wrong name {number}"
        browser.get(f"/who?{urlencode({'then': word})}")
        yield f"then {number}"


def test_no_word_comes_alive_on_any_page(browser):
    wrong, n_pages = [], 0
    for name in states(browser):
        n_pages += 1
        wrong += [(name, browser.page.status_code, *one) for one in alive(browser.page.text)]
        wrong += [(name, "a template was filled in")] if "1337" in browser.page.text else []
    assert not wrong and n_pages > 100
    assert len(WORDS) == len(set(WORDS)) == 200
