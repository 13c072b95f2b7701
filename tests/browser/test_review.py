"""The page for review in a real browser: barriers, keyboard, scripts off, and words that try to do something."""

import os
from pathlib import Path

import pytest
from looking import LEVELS, OPEN_ALL, SMALL, follow
from reviewed import LONG, PAYLOADS, TEXTS, serve, serve_study
from saying import shown
from small_study import build_study

from pipeline.review.codebook_changes import vote
from pipeline.review.coding import Coding, decide, said_by
from pipeline.review.discussions import ask_to_talk
from pipeline.review.quote_approvals import quote_candidates
from pipeline.review.suggested_codes import decline_suggestion
from pipeline.review.web.server import first_words
from pipeline.review.worries import tell
from pipeline.runtime.edited_csv import add_row, change_row
from pipeline.study.actions import COLUMNS


pytestmark = pytest.mark.browser

SIZES = ((1280, 900), (768, 1024), (320, 640))
# What axe cannot decide by itself, with the reason why it is no fault of the page. Anything else undecided fails the test.
UNDECIDED: dict[str, str] = {}
NOT_NOW = "That is not possible as things stand"
HOME = "What helps & what hinders <pilot>"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("review") / "study") as found:
        yield found


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core: AXE_CORE names a newer one than the Python package has."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    given = os.environ.get("AXE_CORE")
    return Path(given or Path(package.__file__).with_name("axe.min.js")).read_text(encoding="utf-8")


def press(page, words):
    follow(page.get_by_role("button", name=words).first)


def states(served):
    """Return every page in every state: its name, what to do to see it, and the status and heading to expect."""
    at = served.address

    def go(path):
        return lambda page: page.goto(at + path)

    def sent(path, button):
        return lambda page: (page.goto(at + path), press(page, button))

    def looked_at(path):
        def look(page):
            page.goto(at + path)
            if page.get_by_role("button", name="See what others said").count():
                press(page, "See what others said")

        return look

    def sent_after_looking(path, button):
        return lambda page: (looked_at(path)(page), press(page, button))

    def sent_on(path, link):
        return lambda page: (page.goto(at + path), follow(page.get_by_role("link", name=link).first))

    def read(text):
        return f"/excerpt/{served.places[text]}"

    yield "first page", go("/"), 200, "What helps & what hinders <pilot>"
    yield "begin", go("/begin"), 200, "How many excerpts do you want to read now?"
    for text in TEXTS:
        yield f"excerpt, {text}", go(read(text)), 200, "Which codes fit the marked words?"
    yield "codes found", go(read("long") + "?find=time"), 200, "Which codes fit the marked words?"
    yield "no code found", go(read("long") + "?find=nothing+at+all"), 200, "Which codes fit the marked words?"
    yield "excerpt, wrong", sent(read("Arabic"), "Save and go on"), 422, "Which codes fit the marked words?"
    yield "suggestion", other_than_model(served), 200, "The model reads it another way"
    yield "answered twice", answered_twice(served), 409, "You have answered this excerpt twice"
    yield "what I said", go("/mine"), 200, "What I said"
    yield "what came of it, nothing yet", go("/came-of-it"), 200, "What came of it"
    yield "tell of an answer", go(read("Welsh") + "/worry"), 200, "Report something about this answer"
    yield "tell of an answer, wrong", sent(read("Welsh") + "/worry", "Report it"), 422, "Report something about this answer"
    yield "a place to stop", go("/pause"), 200, "Thank you. You have read 1 excerpt"
    yield "to talk about", go("/talk"), 200, "Talk about it"
    # Nobody answers this one or asks what others said.
    yield "talk, not read yet", go(f"/talk/{served.places['Arabic']}"), 200, "You have not read this excerpt yet"
    yield "talk", looked_at(f"/talk/{served.places['Welsh']}"), 200, "Talk about this excerpt"
    wrong_talk = sent_after_looking(f"/talk/{served.places['long']}", "Keep this outcome")
    yield "talk, wrong", wrong_talk, 422, "Talk about this excerpt"
    yield "talked about", looked_at(f"/talk/{served.places['payload 0']}"), 200, "Talk about this excerpt"
    yield "from the group", go("/group"), 200, "From the group"
    yield "from the group, wrong", declined_without_a_sentence(served), 422, "From the group"
    yield "what came of it", written_about(served), 200, "What came of it"
    yield "how are we doing", go("/progress"), 200, "How are we doing?"
    yield "how far we agree", go("/agreement"), 200, "How far we agree"
    yield "codebook", go("/codebook"), 200, "Codebook"
    yield "code", go("/codebook/code/odd"), 200, PAYLOADS[1]
    yield "change", go("/codebook/change/odd"), 200, f"Propose a change to “{PAYLOADS[1]}”"
    yield "change, wrong", sent("/codebook/new", "Propose it"), 422, "Propose a new code"
    yield "proposal", go("/codebook/proposal/1"), 200, "Change: Too little time"
    yield "proposal, wrong", sent("/codebook/proposal/1", "I object"), 422, "Change: Too little time"
    yield "themes", go("/themes"), 200, "Themes"
    yield "theme", go("/themes/1"), 200, "1. hurry, minutes, rushed"
    yield "theme, all its texts", go("/themes/1/texts"), 200, "All that was said of “hurry, minutes, rushed”"
    yield "theme, wrong", lambda page: (page.goto(at + "/themes/1"), merge(page)), 422, "1. hurry, minutes, rushed"
    yield "practice", go("/practice"), 200, "Practice"
    yield "practice, trying", sent("/practice", "Try"), 200, "Which codes would you give?"
    yield "practice, seen", lambda page: press(page, "See how others read it"), 200, "The group reads it in more than one way"
    yield "find", go("/find"), 200, "Find answers"
    yield "found", lambda page: (page.goto(at + "/find"), page.fill("#words", "window"), press(page, "Find")), 200, "Find answers"
    yield "found alike", go(f"/find/like/{next(iter(quotable(served)))}"), 200, "More like this"
    yield "quotes", go("/quotes"), 200, "Quotes to approve"
    yield "quote", go(f"/quotes/{quotable(served)[0]}"), 200, "May this be printed?"
    yield "quote, wrong", sent(f"/quotes/{quotable(served)[0]}", "No, do not print it"), 422, "May this be printed?"
    yield "closing the loop", go("/loop"), 200, "Closing the loop"
    yield "loop row", sent_on("/loop", "Write what came of it"), 200, "Write what came of it"
    yield "loop row, wrong", loop_row_without_a_decision(served), 422, "Write what came of it"
    yield "loop row, changed meanwhile", loop_row_changed(served), 409, "Change what came of it"
    yield "closing the loop, overdue", go("/loop"), 200, "Closing the loop"
    yield "guide", go("/guide"), 200, "How to read and code"
    yield "large print", go("/guide/large-print"), 200, "How to read and code"
    yield "settings", go("/settings"), 200, "Settings"
    yield "not there", go("/nope"), 404, "There is no such page"
    yield "not possible", go("/excerpt/nothing"), 409, "That is not possible as things stand"
    yield "names", go("/who"), 200, "Who are you?"
    yield "names, wrong", sent("/who", "Continue"), 422, "Who are you?"
    yield "add a name", go("/who/add"), 200, "Add your name"
    yield "add a name, wrong", sent("/who/add", "Add my name"), 422, "Add your name"


def quotable(served):
    """Return the excerpts that may be quoted as they were said, and about which nobody has decided."""
    return [one.segment_id for one in quote_candidates(served.review, waiting=True) if one.consent == "quote"]


def merge(page):
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    press(page, "Put them together")


def declined_without_a_sentence(served):
    def act(page):
        page.goto(f"{served.address}/group")
        page.locator("summary", has_text="Decline it").first.click()
        follow(page.locator("button[value=decline]").first)

    return act


def written_about(served):
    """Ann suggests a code that is declined, writes a note, asks to talk and proposes a change."""

    def act(page):
        review, segment_id = served.review, excerpt_with(served, "money", skip=3)
        words = {"note": PAYLOADS[6], "new_code": PAYLOADS[7]}
        coding = Coding("none", **words)
        own, key = review.state().of("Ann", segment_id), os.urandom(8).hex()
        version = own.decision_id if own else 0
        words_shown = shown(review, segment_id)
        number = decide(review, segment_id, "Ann", coding, version=version, shown=words_shown, key=key).decision_id
        decline_suggestion(review, number, by="Ben", why=PAYLOADS[8], version=0)
        ask_to_talk(review, segment_id, by="Ann", note=PAYLOADS[9], key=os.urandom(8).hex())
        tell(review, segment_id, "worry", by="Ann", note=LONG, key=os.urandom(8).hex())
        page.goto(f"{served.address}/came-of-it")

    return act


def excerpt_with(served, code, skip=0):
    tables = served.review.last_run().tables
    found = (one for one in tables.row_of if one not in served.places.values())
    wanted = [one for one in found if tables.ranked(tables.text_id(one)).query("suggested")["code"].to_list() == [code]]
    return wanted[skip]


def other_than_model(served):
    def act(page):
        segment_id = excerpt_with(served, "forms")
        page.goto(f"{served.address}/excerpt/{segment_id}")
        page.locator("#none, #code-transport").first.check()
        page.locator("#code-transport").set_checked(True)
        press(page, "Save and go on")
        page.goto(f"{served.address}/excerpt/{segment_id}/suggestion")

    return act


def answered_twice(served):
    def act(page):
        segment_id = excerpt_with(served, "forms", skip=1)
        page.goto(f"{served.address}/excerpt/{segment_id}")
        own = served.review.state().of("Ann", segment_id)
        said = Coding("none" if own is None or own.outcome != "none" else "not sure", note=PAYLOADS[1])
        decide(
            served.review,
            segment_id,
            "Ann",
            said,
            version=own.decision_id if own else 0,
            shown=shown(served.review, segment_id),
            key=os.urandom(8).hex(),
        )
        for alone in ("#none", "#not_sure"):
            # What Ann said of it before, in the other half of this test, is ticked.
            page.locator(alone).uncheck()
        page.locator("#code-odd").check()
        page.locator("#note").fill(PAYLOADS[2])
        press(page, "Save and go on")

    return act


def loop_row_without_a_decision(served):
    def act(page):
        page.goto(f"{served.address}/loop")
        follow(page.get_by_role("link", name="Write what came of it").first)
        page.locator("#action").fill(LONG)
        press(page, "Keep it")

    return act


def loop_row_changed(served):
    def act(page):
        path = served.review.study.folder / "loop.csv"
        path.unlink(missing_ok=True)
        add_row(path, COLUMNS, {"about": "Too little time", "you_said": PAYLOADS[0]})
        page.goto(f"{served.address}/loop/row/2")
        change_row(path, COLUMNS, 2, {"you_said": PAYLOADS[1], "due": "2026-01-31"})
        page.locator("#decided_by").fill(PAYLOADS[2])
        page.locator("#decision").fill(PAYLOADS[8])
        page.locator("#decided_on").fill("2026-01-02")
        press(page, "Keep it")

    return act


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_no_page_has_a_barrier_scrolls_sideways_or_does_what_words_say(served, window, axe, scripts):
    wrong = []
    page = window(color_scheme="light" if scripts else "dark")
    if not scripts:
        # Stands for a browser without scripts: axe itself needs them.
        page.route("**/*.js", lambda route: route.abort())
    statuses = []
    page.on("response", lambda said: said.request.is_navigation_request() and statuses.append(said.status))
    page.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
    page.on("request", lambda asked: asked.url.startswith(served.address) or wrong.append(asked.url))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    served.enter(page)
    for name, act, status, heading in states(served):
        if name.startswith("excerpt, payload") and not scripts:
            continue
        page.set_viewport_size({"width": 1280, "height": 900})
        act(page)
        assert (statuses[-1], page.locator("h1").inner_text()) == (status, heading), name
        page.evaluate(OPEN_ALL)
        page.evaluate(axe)
        # Before somebody types, scripts change nothing of a page: without them barriers are looked for at one size.
        for width, height in SIZES if scripts else SIZES[-1:]:
            page.set_viewport_size({"width": width, "height": height})
            # What words do is the same at every size; barriers are looked for with all other words.
            wrong += [] if name.startswith("excerpt, payload") else [(name, width, *fault) for fault in look(page, width)]
        wrong += [(name, "a word was carried out")] if page.evaluate("window.hurt") else []
    assert not wrong, "\n".join(str(one)[:300] for one in wrong)


def test_the_file_that_the_browser_is_started_with_leads_to_the_page(served, window, tmp_path):
    page = window()
    page.goto(served.app.extensions["manyvoices"].launch.make_file(tmp_path))
    page.wait_for_url("**/who**")
    assert page.locator("h1").inner_text() == "Who are you?" and list(tmp_path.glob("open-*")) == []


def test_signing_in_an_invitation_and_people_have_no_barrier_either(tmp_path_factory, window, axe):
    study, wrong = build_study(tmp_path_factory.mktemp("team") / "study"), []
    with serve_study(study, lambda review: None, team=True) as served:
        link = first_words(served.app, served.review, "Fay").rpartition(" ")[2]
        page = window()
        page.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
        for name, act, heading in team_states(served.address, link):
            page.set_viewport_size({"width": 1280, "height": 900})
            act(page)
            assert page.locator("h1").inner_text() == heading, name
            page.evaluate(OPEN_ALL)
            page.evaluate(axe)
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                wrong += [(name, width, *fault) for fault in look(page, width)]
            if name == "invited":
                link_is_copied(page)
    assert not wrong, "\n".join(str(one)[:300] for one in wrong)


def link_is_copied(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("code[data-copied]").inner_text()


def team_states(at, link):
    """Return the pages of a team server in each of their states: name, what to do to see it, and its heading."""
    password = "otter lamp tuesday"

    def send(button, **fields):
        return lambda page: ([page.fill(f"#{name}", value) for name, value in fields.items()], press(page, button))

    yield "invitation", lambda page: page.goto(link), "Welcome, Fay"
    yield "invitation, wrong", send("Begin", password="short"), "Welcome, Fay"
    yield "taken up", send("Begin", password=password), HOME
    yield "people", lambda page: page.goto(at + "/people"), "People"
    yield "people, wrong", send("Make a link", name=""), "People"
    yield "invited", send("Make a link", name="Gus", group="family"), "People"
    links = []

    def give_a_link(page):
        press(page, "Give Fay a link for a new password")
        links.append(page.locator("code").inner_text())

    yield "a link for a new password", give_a_link, "People"
    yield "the last facilitator", lambda page: (page.select_option("#role-1", "researcher"), press(page, "Change role")), NOT_NOW
    yield "a new password", lambda page: page.goto(links[0].replace("https", "http")), "Welcome back, Fay"
    yield "renewed", send("Begin", password="walrus teapot november"), HOME
    yield "signed out", lambda page: press(page, "Sign out"), "Sign in"
    yield "sign in, wrong", send("Sign in", name="Fay", password="guess"), "Sign in"
    yield "signed in", send("Sign in", name="Fay", password="walrus teapot november"), HOME


def look(page, width):
    """Return what is wrong with the page as it stands."""
    found = page.evaluate("levels => axe.run({runOnly: levels, resultTypes: ['violations', 'incomplete']})", LEVELS)
    faults = [(one["id"], [node["html"][:100] for node in one["nodes"]][:2]) for one in found["violations"]]
    faults += [
        ("undecided", one["id"], one["nodes"][0]["html"][:100]) for one in found["incomplete"] if one["id"] not in UNDECIDED
    ]
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        faults.append(("scrolls sideways", wide))
    faults += [("small", words) for words in page.evaluate(SMALL)]
    return faults


def reach(page, selector):
    """Press Tab until the focus is there."""
    for _ in range(150):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def go(page, selector):
    """Reach a link or button and follow it to the next page."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tick(page, selector):
    reach(page, selector)
    page.keyboard.press("Space")


def test_twenty_excerpts_are_read_talked_about_and_undone_by_keyboard_without_scripts(served, window):
    page = window(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto(served.app.extensions["manyvoices"].launch.address())
    go(page, "a[href^='/who/add']")
    reach(page, "#name")
    page.keyboard.type("Kay")
    reach(page, "#group")
    page.keyboard.type("lived experience")
    go(page, "main button")
    go(page, "main a.button")
    reach(page, "input[name=size]")
    for _ in range(3):
        page.keyboard.press("ArrowDown" if page.locator("input[value='20']:checked").count() == 0 else "Shift")
    go(page, "main button")
    read, differed = [], 0
    while page.locator("h1").inner_text() == "Which codes fit the marked words?":
        read.append(page.url.rpartition("/")[2])
        tick(page, "#code-forms")
        go(page, "button[value=save]")
        if page.locator("h1").inner_text() == "The model reads it another way":
            differed += 1
            go(page, "button[value=keep]" if differed % 2 else "button[value=take]")
        assert page.locator(".notice:focus").count() == 1, "what was saved is read out first"
    assert page.locator("h1").inner_text() == "Thank you. You have read 20 excerpts"
    assert len(set(read)) == 20 and differed >= 2
    kays = {made.segment_id: made for made in said_by(served.review, "Kay")}
    assert {one.blind for one in kays.values()} == {True, False} and {one.codes for one in kays.values()} >= {
        ("forms",),
        ("time",),
    }
    change_by_keyboard(served, page)
    talked = talk_by_keyboard(served, page, next(one for one in read if kays[one].codes == ("forms",)))
    go(page, ".notice button")
    assert "The talk is open again." in page.locator(".notice").inner_text() and page.url.endswith(f"/talk/{talked}")
    go(page, "nav a[href='/']")
    go(page, "main a[href='/mine']")
    go(page, "form[action^='/undo'] button")
    assert "Undone." in page.locator(".notice").inner_text() and len(said_by(served.review, "Kay")) == 19


def change_by_keyboard(served, page):
    """Propose another definition of a code, accept it, and undo that, so that the others find the codebook as it was."""
    before = served.review.last_run().codebook["transport"].definition
    go(page, "nav a[href='/codebook']")
    go(page, "main a[href='/codebook/code/transport']")
    go(page, "main a[href='/codebook/change/transport']")
    reach(page, "#definition")
    page.keyboard.press("Control+a")
    page.keyboard.type("Getting there, and what it costs in time.")
    reach(page, "#why")
    page.keyboard.type("The old one left out the time it takes.")
    go(page, "main form[novalidate] > button")
    assert page.locator("h1").inner_text().startswith("Change: ")
    # Nobody writes their own proposal alone.
    assert page.locator("button[value=accept]").count() == 0
    vote(served.review, int(page.url.rpartition("/")[2]), "agree", by="Ben")
    page.reload()
    go(page, "button[value=accept]")
    assert served.review.last_run().codebook["transport"].definition == "Getting there, and what it costs in time."
    go(page, "main form.act button")
    assert served.review.last_run().codebook["transport"].definition == before


def talk_by_keyboard(served, page, segment_id):
    """Let Ben read it differently, and keep both readings with a sentence for each."""
    if served.review.state().of("Ben", segment_id) is None:
        decide(
            served.review,
            segment_id,
            "Ben",
            Coding("codes", ("money",), note="It costs."),
            version=0,
            shown=shown(served.review, segment_id),
            key=segment_id,
        )
    go(page, "nav a[href='/talk']")
    go(page, f"a[href='/talk/{segment_id}']")
    tick(page, "#agreed")
    page.keyboard.press("ArrowDown")
    assert page.locator("#contested").is_checked()
    assert page.locator("#sentences").is_visible(), "choosing an outcome shows what it needs"
    for place in (0, 1):
        reach(page, f"#sentence-{place}")
        page.keyboard.type(f"Reading number {place}.")
    go(page, "main form[novalidate] > button")
    assert "Kept: both readings stand." in page.locator(".notice").inner_text()
    return segment_id


def test_scripts_find_codes_while_typing_keep_drafts_and_can_be_switched_off(served, window):
    page = window()
    served.enter(page)
    segment_id = excerpt_with(served, "time", skip=5)
    page.goto(f"{served.address}/excerpt/{segment_id}")
    page.keyboard.press("/")
    page.keyboard.type("transport")
    assert page.locator("[data-words]:visible").count() == 1 and page.locator("#found").inner_text() == "1 code found"
    page.locator("#find").fill("")
    page.locator("h1").click()
    page.keyboard.press("2")
    assert page.locator("#code-time").is_checked()
    page.keyboard.press("n")
    assert page.locator("#none").is_checked() and not page.locator("#code-time").is_checked()
    with page.expect_response(lambda said: said.url.endswith("/draft")) as kept:
        page.locator("#note").fill("half a thought")
    assert kept.value.status == 204
    page.reload()
    assert page.locator("#note").input_value() == "half a thought" and page.locator("#none").is_checked()
    page.goto(f"{served.address}/settings")
    press(page, "Switch shortcuts off")
    page.goto(f"{served.address}/excerpt/{segment_id}")
    page.keyboard.press("2")
    assert not page.locator("#code-time").is_checked()


def test_a_browser_keeps_nothing_of_the_answers_after_leaving(served, window):
    page = window()
    served.enter(page)
    page.goto(f"{served.address}/excerpt/{served.places['Welsh']}")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto(f"{served.address}/")
    press(page, "Choose another name")
    page.wait_for_url("**/who")
    with page.expect_event("load"), page.expect_response(lambda response: "/excerpt/" in response.url) as asked_again:
        page.evaluate("history.go(-2)")
    assert asked_again.value.status == 303
    assert page.url.startswith(f"{served.address}/who?")
    assert TEXTS["Welsh"] not in page.content()


STRANGE = ["evil.example", "127.0.0.1", "localhost", "LOCALHOST:{port}", "127.0.0.1:{port}.", "localhost.:{port}", "", None]
STRANGE += [
    "2130706433:{port}",
    "0x7f000001:{port}",
    "[::1]:{port}",
    "127.1:{port}",
    "evil.example:{port}",
    "127.0.0.1:{port}@evil",
]


def test_fifteen_other_hosts_are_refused_by_the_server_itself(served):
    port = served.address.rpartition(":")[2]
    assert [served.ask(host and host.format(port=port)) for host in STRANGE] == [421] * 14
    assert served.ask(f"127.0.0.1:{port}", **{"X-Forwarded-Host": "evil.example"}) == 421
    assert served.ask(f"127.0.0.1:{port}") == 401
