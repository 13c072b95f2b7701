"""Closing the loop on the page, with a spreadsheet open on the same file."""

import csv
from datetime import date

import pytest

from pipeline.study.actions import COLUMNS, FILE, read_loop


DONE = {
    **{"you_said": "Too many forms.", "heard_on": "2026-01-01", "decision": "One form.", "decided_by": "The board"},
    **{"decided_on": "2026-02-01", "action": "The form is out.", "done_on": "2026-03-01"},
    **{"told_how": "Newsletter", "told_on": "2026-03-02", "they_agree": "partly"},
}
LATE = {"about": "Too little time", "decision": "Pilots.", "decided_by": "Ann", "decided_on": "2026-01-01", "due": "2026-02-01"}


@pytest.fixture
def write(study):
    """Save loop.csv as a spreadsheet would."""

    def save(*rows):
        with (study.folder / FILE).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)

    return save


def begin(browser, about):
    """Open the form for something on the list."""
    found = browser.get("/loop").text
    place = found.index(f"about {about}</span>")
    browser.get(found[:place].rpartition('href="')[2].partition('"')[0])


def test_overdue_and_unanswered_come_first(ann, write):
    write(LATE | {"action": "Two pilots."}, DONE | {"about": "trust"})
    page = ann.get("/loop").text
    order = ["<h2>Overdue</h2>", "Too little time", "<h2>No answer yet</h2>", "Forms and rules", "<h2>Answered", "Trust"]
    places = [page.index(words) for words in order]
    assert places == sorted(places) and "1 of 6 themes and codes has an answer" in page


def test_what_came_of_a_theme_is_written_and_undone(ann, study):
    begin(ann, "Forms and rules")
    ann.send(about="Forms and rules", **DONE)
    assert ann.path == "/loop" and "Kept in loop.csv." in ann.page.text
    (entry,) = read_loop(study).entries
    assert (entry.about, entry.action, entry.told_on, entry.they_agree) == (
        *("Forms and rules", "The form is out."),
        *(date(2026, 3, 2), "partly"),
    )
    ann.press("Undo")
    assert "Undone." in ann.page.text and read_loop(study).entries == ()


def test_a_row_is_changed_in_place_and_undone(ann, study, write):
    write(LATE, DONE | {"about": "trust"})
    ann.get("/loop/row/2")
    assert "Pilots." in ann.page.text
    ann.send(**LATE | {"not_possible_because": "No money."})
    assert [entry.not_possible_because for entry in read_loop(study).entries] == ["No money.", ""]
    ann.press("Undo")
    assert [entry.not_possible_because for entry in read_loop(study).entries] == ["", ""]


def test_an_edit_in_a_spreadsheet_is_shown_beside_what_was_sent_and_not_lost(ann, study, write):
    write(LATE)
    ann.get("/loop/row/2")
    write(LATE | {"action": "Three pilots, says the spreadsheet."})
    ann.send(**LATE | {"action": "Two pilots, says the page."})
    assert ann.page.status_code == 409
    assert "Three pilots, says the spreadsheet." in ann.page.text and "Two pilots, says the page." in ann.page.text
    assert read_loop(study).entries[0].action == "Three pilots, says the spreadsheet."
    ann.send(**LATE | {"action": "Both."})
    assert ann.page.status_code == 200 and read_loop(study).entries[0].action == "Both."


def test_a_row_that_was_moved_by_rows_above_it_is_found(ann, study, write):
    write(LATE)
    ann.get("/loop/row/2")
    write(DONE | {"about": "trust"}, LATE)
    ann.send(**LATE | {"action": "Two pilots."})
    assert [(entry.about, entry.action) for entry in read_loop(study).entries] == [
        ("trust", "The form is out."),
        ("Too little time", "Two pilots."),
    ]


def test_another_row_in_its_place_is_never_overwritten(ann, study, write):
    write(LATE)
    ann.get("/loop/row/2")
    write(DONE | {"about": "trust"})
    ann.send(**LATE | {"action": "Two pilots."})
    assert ann.page.status_code == 409 and "not there any more" in ann.page.text and "The form is out." not in ann.page.text
    ann.send(**LATE | {"action": "Two pilots."})
    assert [entry.about for entry in read_loop(study).entries] == ["trust", "Too little time"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"decided_on": "in February"}, "“When was it decided?” is &#39;in February&#39;; write it as 2026-03-31."),
        ({"not_possible_because": "The law."}, "both an action and a reason why it is not possible"),
        ({"told_on": ""}, "“How were people told?” and “When were they told?” belong together."),
        ({"decision": ""}, "An action, or a reason why not, needs the decision it follows from."),
        ({"decided_by": "n" * 400}, "Name who decided in fewer words."),
    ],
)
def test_what_does_not_go_together_is_said_in_the_words_of_the_page(ann, study, changes, said):
    begin(ann, "Forms and rules")
    ann.send(about="Forms and rules", **DONE | changes)
    assert ann.page.status_code == 422 and said in ann.page.text and "Too many forms." in ann.page.text
    assert not (study.folder / FILE).exists()


def test_rows_that_are_not_right_are_named_and_put_right_on_the_page(ann, study, write):
    write(LATE | {"due": "soon"}, DONE | {"about": "Form and rules"})
    page = ann.get("/loop").text
    assert "due is &#39;soon&#39;" in page and "Did you mean &#39;Forms and rules&#39;?" in page
    ann.get("/loop/row/2")
    assert "“When is it to be done by?” is &#39;soon&#39;" in ann.page.text
    ann.send(**LATE)
    assert len(read_loop(study).entries) == 2


def test_a_file_that_is_no_table_is_said(ann, study):
    (study.folder / FILE).write_text("choice\nx\n", encoding="utf-8")
    assert ann.get("/loop").status_code == 409 and "the column about is missing" in ann.page.text
    assert ann.get("/loop/row/2").status_code == 409
    ann.get("/loop/new/nonsense")
    assert ann.page.status_code == 409


def test_what_is_not_there_is_not_found(ann, browser):
    assert ann.get("/loop/row/7").status_code == 404 and ann.get("/loop/new/nonsense").status_code == 404
    ann.get("/loop")
    assert ann.post("/loop/undo", {"csrf_token": dict(ann.hidden(ann.forms()[0]))["csrf_token"]}).status_code == 404


def test_words_of_very_few_are_no_name_for_a_row(ann):
    page = ann.get("/loop").text
    assert "harp" not in page and "theme 6" in page


@pytest.mark.parametrize(
    "typed", ["1 March 2026", "1/3/2026", "01.03.2026", "1st March, 2026", "1 Mar 2026", "2026-03-01", " 1  march 2026 "]
)
def test_days_are_taken_as_they_are_written_in_britain(ann, study, typed):
    begin(ann, "Forms and rules")
    ann.send(about="Forms and rules", **DONE | {"done_on": typed})
    assert [entry.done_on for entry in read_loop(study).entries] == [date(2026, 3, 1)]
    assert "Done on 1 March 2026." in ann.get("/loop").text


@pytest.mark.parametrize("typed", ["31/2/2026", "1 Marchember 2026", "32 March 2026"])
def test_a_day_that_there_is_not_stays_as_it_was_typed_and_is_said(ann, typed):
    begin(ann, "Forms and rules")
    ann.send(about="Forms and rules", **DONE | {"done_on": typed})
    assert ann.page.status_code == 422 and typed in ann.page.text


def test_an_empty_form_is_no_row(ann, study):
    begin(ann, "Forms and rules")
    ann.send(about="Forms and rules")
    assert ann.page.status_code == 422 and "Write something first" in ann.page.text and not (study.folder / FILE).exists()
