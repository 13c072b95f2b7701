import pytest

from pipeline.decisions.accounts import people
from pipeline.methods.agreement.agreement_table import to_table
from pipeline.review.current_agreement import agreement
from pipeline.tables.parquet import TABLES, write_table


def test_a_name_is_chosen_from_the_list(browser):
    browser.open()
    assert browser.heading == "Who are you?" and "Ann, lived experience" in browser.page.text
    browser.send(name="Ann")
    assert browser.path == "/" and "You are <bdi>Ann</bdi> (lived experience)" in browser.page.text


def test_choosing_nobody_is_said(browser):
    browser.open()
    browser.send()
    assert "Choose your name, or add it." in browser.page.text


def test_a_name_that_is_not_on_the_list_is_not_taken(browser):
    browser.open()
    browser.send(name="Nobody")
    assert browser.page.request.path == "/who" and "There is a problem" in browser.page.text


def test_somebody_new_adds_themselves_with_group_and_part(browser, review):
    browser.open()
    browser.get("/who/add")
    browser.send(name="Gŵen <b>", group="family", role="facilitator")
    assert browser.path == "/" and "Gŵen &lt;b&gt;" in browser.page.text and "<b>" not in browser.page.text
    found = review.read(lambda store: store.reviewers())
    assert found[["name", "reviewer_group", "role"]].to_numpy().tolist()[-1] == ["Gŵen <b>", "family", "facilitator"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "", "group": "family"}, "Write your name."),
        ({"name": "Eva", "group": " "}, "Write which group you are part of."),
        ({"name": "Ann", "group": "researcher"}, "Ann is in the group"),
        ({"name": "Eva", "group": "family", "role": "queen"}, "There is a problem"),
    ],
)
def test_what_is_missing_is_said(browser, fields, wrong):
    browser.open()
    browser.get("/who/add")
    browser.send(**{"role": "co-analyst", **fields})
    assert wrong in browser.page.text and browser.path == "/who/add"


def test_shortcuts_can_be_switched_off(ann):
    ann.get("/begin")
    ann.send(size="5", order="given order")
    assert 'data-shortcuts="on"' in ann.page.text
    ann.get("/settings")
    ann.press("Switch shortcuts off")
    assert "Keyboard shortcuts are off." in ann.page.text
    assert 'data-shortcuts="off"' in ann.get("/next").text


def test_the_guide_is_there_in_large_print_too(ann):
    assert ann.get("/guide").status_code == 200 and 'class="large"' not in ann.page.text
    assert ann.get("/guide/large-print").status_code == 200 and 'class="large"' in ann.page.text


def test_how_we_are_doing_names_people_and_groups_and_nobodys_skips(ann, review):
    ann.get("/begin")
    ann.send(size="5", order="given order")
    ann.send(button="save", none="y")
    ann.get("/next")
    ann.send(button="skip")
    ann.get("/progress")
    assert ann.page.status_code == 200 and "Ann" in ann.page.text and "lived experience" in ann.page.text
    assert "skip" not in ann.page.text.lower().replace("skip to the page", "").replace('class="skip"', "")


def test_how_far_we_agree_is_told_by_group_and_holds_nobody_against_another(ann, review):
    ann.get("/progress")
    assert "nothing to compare" in ann.get("/agreement").text
    ann.get("/begin")
    ann.send(size="5", order="given order")
    ann.send(button="save", none="y")
    told = ann.get("/agreement").text
    assert "Everybody with everybody" in told and "Within lived experience" in told
    assert "The model and Ann" not in told and "95% interval" in told


def test_with_many_answers_the_last_runs_agreement_is_shown_and_said_to_be_that(ann, review, monkeypatch):
    monkeypatch.setattr("pipeline.review.current_agreement.AT_ONCE_UP_TO", 0)
    ann.get("/begin")
    ann.send(size="5", order="given order")
    ann.send(button="save", none="y")
    assert "counting them takes minutes" in ann.get("/agreement").text
    found = [one for one in agreement(review.study).comparisons if one.kind != "model and person"]
    write_table("agreement", to_table(tuple(found)), review.study.folder / TABLES["agreement"].file)
    told = ann.get("/agreement").text
    assert "figures of the last run" in told and "Everybody with everybody" in told


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("\u200b", "a character that nobody can see"),
        ("Ann\u200b", "a character that nobody can see"),
        ("\u202eneB", "a character that nobody can see"),
        ("A\0nn", "a character that nobody can see"),
        ("\uff21nn", "Ann is on the list already, and looks the same."),
        ("..", "A name needs a letter or a number."),
    ],
    ids=ascii,
)
def test_nobody_takes_a_name_that_looks_like_anothers_or_like_nothing(browser, review, name, wrong):
    browser.open()
    browser.get("/who/add")
    browser.send(name=name, group="family", role="co-analyst")
    assert browser.path == "/who/add" and wrong in browser.page.text
    assert [row.name for row in review.read(people)] == ["Ann", "Ben", "Cy", "Di"]


def test_a_name_is_one_person_however_its_accents_are_typed(browser, review):
    for name in ("Si\u00e2n", "Sia\u0302n", "si\u00e2n"):
        browser.open()
        browser.get("/who/add")
        browser.send(name=name, group="family", role="co-analyst")
        assert browser.path == "/"
    assert [row.name for row in review.read(people)] == ["Ann", "Ben", "Cy", "Di", "Si\u00e2n"]
