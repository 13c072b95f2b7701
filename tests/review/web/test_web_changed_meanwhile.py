"""A study that is run while pages lie open: nobody approves or renames what they did not see."""

import pytest

from pipeline.review.quote_approvals import approvals_of, quote_candidates
from pipeline.review.theme_requests import theme_edits
from pipeline.runtime.files import content_id
from pipeline.tables.parquet import TABLES, read_table, write_table


def rewrite(study, name, change):
    path = study.folder / TABLES[name].file
    frame = read_table(name, path)
    change(frame)
    write_table(name, frame, path)


def test_words_that_changed_since_the_page_was_opened_are_not_approved_unseen(ann, room, study):
    quote = next(one for one in quote_candidates(room, waiting=True) if one.consent == "quote")
    ann.get(f"/quotes/{quote.segment_id}")
    fields = next(dict(ann.hidden(form)) for form in ann.forms() if 'name="key"' in form)
    other = "My sister Mary in Elm Street said so."

    def say_otherwise(frame):
        frame.loc[frame["segment_id"] == quote.segment_id, "text"] = other

    rewrite(study, "quotes", say_otherwise)
    rewrite(study, "segments", say_otherwise)
    rewrite(
        study,
        "segments",
        lambda frame: frame.__setitem__("text_id", frame["text_id"].where(frame["text"] != other, content_id(other))),
    )
    ann.post(f"/quotes/{quote.segment_id}", fields | {"do": "approve"})
    assert ann.page.status_code == 409 and other in ann.page.text and "have changed since this page was opened" in ann.page.text
    assert quote.segment_id not in room.read(approvals_of)
    ann.send(do="approve")
    assert room.read(approvals_of)[quote.segment_id].outcome == "approved"


def test_a_theme_that_took_the_number_of_another_is_not_renamed_unseen(ann, room, study):
    ann.get("/themes/1")
    fields = next(dict(ann.hidden(form)) for form in ann.forms() if 'name="key"' in form)

    def renumber(frame):
        frame["number"] = list(reversed(frame["number"].to_list()))

    rewrite(study, "themes", renumber)
    ann.post("/themes/1", fields | {"do": "rename", "title": "Hurry"})
    assert ann.page.status_code == 409 and "have other numbers" in ann.page.text and theme_edits(room) == ()


@pytest.mark.parametrize("stood", ["[" * 50_000, '{"a":' * 10_000, '{"label": [1]}', '{"label": "\\ud800"}', "9" * 5_000])
def test_what_a_page_says_stood_there_breaks_nothing_whatever_it_is(ann, stood):
    fields = {"label": "Hurry", "definition": "No time.", "why": "Plainer."}
    for page in ("/codebook/change/time", "/loop/row/2"):
        ann.get("/codebook/change/time")
        sent = next(dict(ann.hidden(form)) for form in ann.forms() if 'name="stood"' in form)
        assert ann.post(page, sent | fields | {"stood": stood}).status_code in (200, 400, 409, 422)


def test_a_search_among_codes_makes_no_address_that_is_too_long(ann, room):
    segment_id = next(iter(room.material().tables.excerpts))
    ann.get(f"/excerpt/{segment_id}")
    ann.send(find="x" * 100_000, note="Half a thought.", button="find", follow=False)
    assert len(ann.page.headers["Location"]) < 300
    assert "Half a thought." in ann.get(ann.page.headers["Location"]).text
