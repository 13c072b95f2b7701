"""The page for review by our own rules, in a real browser: barriers that are seeded are found, and no word is carried out."""

import pytest
from looking import OPEN_ALL, follow, own_faults
from payload_study import build_payload_study, let_payloads_speak
from reviewed import serve, serve_study
from seeded import BARRIERS, seed


pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("review") / "study") as found:
        yield found


def test_of_two_hundred_words_in_every_field_a_browser_carries_out_none(tmp_path_factory, window):
    study = build_payload_study(tmp_path_factory.mktemp("payloads") / "study")
    with serve_study(study, let_payloads_speak) as served:
        page, wrong = window(), []
        page.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
        page.on("request", lambda asked: asked.url.startswith(served.address) or wrong.append(asked.url))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        served.enter(page)
        excerpts = served.review.last_run().tables.excerpts
        paths = ["/", "/talk", "/progress", "/codebook", "/codebook/code/odd0", "/codebook/change/odd0", "/codebook/proposal/1"]
        paths += ["/themes", "/themes/1", "/quotes", "/who", f"/find/like/{excerpts[0]}"]
        paths += [f"/{kind}/{excerpts[place]}" for kind in ("excerpt", "talk") for place in (0, 9, 90)]
        for path in paths:
            page.goto(served.address + path)
            page.evaluate(OPEN_ALL)
            page.mouse.move(300, 300)
            wrong += [(path, "a word was carried out")] if page.evaluate("window.hurt") else []
            assert page.locator("h1").count() == 1 and page.locator("main").count() == 1, path
    assert not wrong


def test_our_own_rules_find_no_fault_on_pages_as_they_are(served, window):
    page = window(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    served.enter(page)
    wrong = []
    for path in ("/", "/talk", "/progress", "/codebook/change/time", f"/excerpt/{served.places['Welsh']}", "/settings"):
        page.goto(served.address + path)
        wrong += [(path, *fault) for fault in own_faults(page)]
    page.goto(f"{served.address}/who/add")
    follow(page.get_by_role("button", name="Add my name"))
    wrong += [("names, wrong", *fault) for fault in own_faults(page)]
    assert not wrong, "\n".join(str(one)[:300] for one in wrong)


@pytest.mark.parametrize("place", [1, 11, 18])
def test_barriers_that_axe_does_not_see_are_found_by_our_own_rules(served, chromium, place):
    (found,) = seed(served, chromium, BARRIERS[place : place + 1])
    assert "own" in found[1]
