"""The page for reading as people work with it: how many codes are in sight, how far each is, and which keys do what."""

from pathlib import Path

import pytest
from looking import follow
from reading_measures import CODES_IN_SIGHT, measure, tabs_to_the_last_code
from reviewed import serve_study
from small_study import build_study

from pipeline.codebook.codebook import read_codebook, write_codebook
from pipeline.study.study import load_study


pytestmark = pytest.mark.browser

CODEBOOK = Path(__file__).parents[2] / "corpora" / "coproduction" / "codebook.csv"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = build_study(tmp_path_factory.mktemp("reading") / "study").folder
    write_codebook(read_codebook(CODEBOOK), folder / "codebook.csv")
    with serve_study(load_study(folder), lambda review: review.write(lambda store: store.add_reviewer("Ann", "family"))) as page:
        yield page


@pytest.fixture
def reading(served, window):
    """Ann has saved an answer, and reads the next excerpt."""

    def begin(**kind):
        page = window(**kind)
        served.enter(page)
        page.goto(f"{served.address}/begin")
        page.locator("input[value='0']").check()
        follow(page.locator("main form button").last)
        save_none(page)
        page.locator(".notice").wait_for()
        return page

    return begin


def save_none(page):
    """Say that no code fits, whatever was ticked before, and keep to it whatever the model suggests."""
    while page.locator("input[name=codes]:checked").count():
        # What was left unsent in another window is there again.
        page.locator("input[name=codes]:checked").first.uncheck()
    page.locator("#none").check()
    follow(page.locator("button[value=save]"))
    if page.url.endswith("/suggestion"):
        follow(page.locator("button[value=keep]"))


def last_said(served):
    return max(served.review.state().own("Ann").values(), key=lambda made: made.decision_id)


def test_codes_fit_the_screen_of_a_laptop_and_of_a_phone_after_an_answer_was_saved(reading):
    page = reading(viewport={"width": 1366, "height": 768})
    assert page.locator("[data-answer] input[name=codes]").count() == 21
    laptop, phone = measure(page, 1366, 768), measure(page, 375, 667)
    assert laptop["codes in sight"] >= 16 and phone["codes in sight"] >= 8
    assert laptop["screens"] < 2 and phone["screens"] < 2
    for width, height in ((1366, 768), (375, 667)):
        page.set_viewport_size({"width": width, "height": height})
        # What was saved, with its way back, is one line; the answer and the button are in sight, wherever the codes are.
        assert page.locator(".notice").bounding_box()["height"] <= 60
        page.locator("#not_sure").scroll_into_view_if_needed()
        save = page.locator("button[value=save]").bounding_box()
        assert save["y"] + save["height"] <= height and page.locator("mark").bounding_box()["y"] > 0


def test_every_code_is_a_few_presses_of_tab_away(reading):
    page = reading(viewport={"width": 1366, "height": 768})
    assert tabs_to_the_last_code(page) <= 8
    assert tabs_to_the_last_code(reading(java_script_enabled=False, viewport={"width": 1366, "height": 768})) <= 25


def test_the_key_beside_a_code_ticks_it_whatever_was_looked_for(reading):
    page = reading()
    for choice in page.locator("[data-words]").all():
        key = choice.locator("kbd").inner_text()
        page.keyboard.press(key)
        assert choice.locator("input").is_checked(), key
        page.keyboard.press(key)
    page.keyboard.press("3")
    page.keyboard.press("/")
    page.keyboard.type("money")
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    ticked = [box.get_attribute("value") for box in page.locator("input[name=codes]:checked").all()]
    assert ticked == ["power-imbalance", "limited-funding"]


def test_enter_on_a_ticked_box_saves_what_is_ticked_and_looks_for_nothing(served, reading):
    for scripts in (True, False):
        page = reading(java_script_enabled=scripts)
        page.locator("#code-training").check()
        page.locator("#code-training").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "find" not in page.url and last_said(served).codes == ("training",)


def test_enter_on_a_code_that_was_looked_for_saves_it(served, reading):
    page = reading()
    page.keyboard.press("/")
    page.keyboard.type("money")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "find" not in page.url and last_said(served).codes == ("limited-funding",)


def test_without_scripts_enter_in_the_field_for_finding_finds_and_keeps_what_is_ticked(served, reading):
    page = reading(java_script_enabled=False)
    before = last_said(served)
    page.locator("#code-training").check()
    page.locator("summary", has_text="Find a code").click()
    page.locator("#find").fill("money")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("find=money#codes") and last_said(served) == before
    assert page.locator("#code-limited-funding").count() == 1 and page.locator("#code-training").is_checked()


def test_the_link_of_an_error_leads_to_the_first_checkbox(reading):
    page = reading()
    follow(page.locator("button[value=save]"))
    page.locator(".errors a").click()
    assert page.evaluate("document.activeElement.id") == page.locator("input[name=codes]").first.get_attribute("id")


def test_each_excerpt_has_a_title_of_its_own_that_holds_no_word_of_it(reading):
    page = reading()
    first, words = page.title(), page.locator("mark").inner_text()
    save_none(page)
    assert page.title() != first and words not in first


def test_arrow_keys_go_through_the_codes_and_a_question_mark_says_what_one_means(reading):
    page = reading()
    page.locator("input[name=codes]").first.focus()
    page.keyboard.press("ArrowDown")
    second = page.locator("input[name=codes]").nth(1)
    assert page.evaluate("document.activeElement.id") == second.get_attribute("id")
    page.keyboard.press("?")
    assert page.locator(".choice", has=page.locator(f"#{second.get_attribute('id')}")).locator(".meaning").is_visible()


def test_text_is_larger_and_is_read_aloud_by_a_voice_of_this_machine_only(served, window):
    page, refused = window(), []
    page.on("console", lambda line: "Content Security Policy" in line.text and refused.append(line.text))
    # A browser with two voices, of which one sends what it reads to somebody's server.
    page.add_init_script("""
      const voices = window.machine = [{ lang: "en-GB", localService: false, name: "far" },
        { lang: "en-GB", localService: true, name: "near" }];
      Object.defineProperty(window, "speechSynthesis", { value: {
        getVoices: () => voices, speak: (said) => { window.heard = [said.voice.name, said.text]; },
        addEventListener: (name, look) => { window.lookAgain = look; },
        cancel: () => {}, speaking: false,
      } });
      window.SpeechSynthesisUtterance = function (text) { this.text = text; };
    """)
    served.enter(page)
    excerpt = f"{served.address}/excerpt/{served.review.last_run().tables.excerpts[-1]}"
    page.goto(excerpt)
    size = "parseFloat(getComputedStyle(document.querySelector('mark')).fontSize)"
    before = page.evaluate(size)
    assert page.locator("button.aloud").count() == 0, "nobody asked for it"
    loaded = "document.fonts.ready.then(() => [...document.fonts].some((face) => face.status === 'loaded'))"
    assert page.evaluate(loaded), "the typeface is here, and the page may use it"
    page.goto(f"{served.address}/settings")
    for choice in ("#size-larger", "#spaced", "#aloud"):
        page.locator(choice).check()
    follow(page.get_by_role("button", name="Save settings"))
    page.goto(excerpt)
    assert page.evaluate(size) == pytest.approx(1.25 * before)
    page.locator("button.aloud").click()
    voice, words = page.evaluate("window.heard")
    assert voice == "near" and page.locator("mark").inner_text() in words and not refused
    page.evaluate("document.querySelector('.answer blockquote').lang = 'cy'; window.lookAgain()")
    page.get_by_text("This computer has no voice of its own for Welsh").wait_for()
    assert page.locator("button.aloud").count() == 0, "no English voice reads Welsh"
    page.evaluate("window.machine.push({ lang: 'cy-GB', localService: true, name: 'Welsh' }); window.lookAgain()")
    page.locator("button.aloud").click()
    assert page.evaluate("window.heard[0]") == "Welsh"
    page.goto(f"{served.address}/settings")
    page.locator("#size-largest").check()
    follow(page.get_by_role("button", name="Save settings"))
    page.set_viewport_size({"width": 375, "height": 667})
    page.goto(excerpt)
    page.locator("[data-answer] .choice").first.scroll_into_view_if_needed()
    assert page.evaluate(CODES_IN_SIGHT), "the codes are there on a phone, too"


def test_who_types_while_the_program_is_stopped_hears_of_it_and_loses_nothing(reading):
    page = reading()
    page.context.set_offline(True)
    page.locator("#note").fill("Half a thought")
    page.get_by_text("This page cannot reach the program.").wait_for()
    page.context.set_offline(False)
    page.locator("#note").fill("A thought")
    page.get_by_text("This page cannot reach the program.").wait_for(state="detached")
    page.reload()
    assert page.locator("#note").input_value() == "A thought"
