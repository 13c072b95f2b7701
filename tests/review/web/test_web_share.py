"""A facilitator asks each person to read so many; the first page says what is left, and about how long it takes."""

import re

from asking import Browser


def test_start_says_what_is_left_of_ones_share_and_goes_on_with_it(app, ann, review, clock):
    assert ann.get("/share").status_code == 403
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    fay = Browser(app).be("Fay")
    fay.get("/share")
    assert re.search(r'<input id="size"[^>]*value="0"', fay.page.text), "nobody is asked for a number yet"
    fay.send(size="3", audit="4", order="uncertain")
    assert fay.page.status_code == 422 and "cannot be larger than the share" in fay.page.text
    fay.send(size="many", audit="0", order="uncertain")
    assert fay.page.status_code == 422
    fay.send(size="3", audit="1", order="given order")
    assert "Each person is asked to read 3 excerpts." in fay.page.text
    assert "Welcome. <strong>3 of your 3 are left</strong>, about 2 minutes." in ann.get("/").text
    ann.press("Read excerpts")
    assert "Excerpt 1 of 1" in ann.page.text, "the fair sample comes first"
    read(ann, clock)
    assert ann.heading == "Thank you. You have read 1 excerpt" and "2 of your 3 are left." in ann.page.text
    ann.press("Go on reading")
    assert "Excerpt 1 of 2" in ann.page.text
    read(ann, clock)
    assert "Welcome back. <strong>1 of your 3 is left</strong>" in ann.get("/").text
    ann.get("/next")
    read(ann, clock)
    assert "You have read your share. Thank you." in ann.get("/").text


def read(browser, clock):
    clock[0] += 30
    browser.send(button="save", none="y")
    if re.search("<h1>The model reads it another way</h1>", browser.page.text):
        browser.send(button="keep")
