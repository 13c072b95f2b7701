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


def test_words_that_changed_since_the_page_was_opened_are_not_approved_unseen(ann, review, study):
    quote = next(one for one in quote_candidates(review, waiting=True) if one.consent == "quote")
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
    assert quote.segment_id not in review.read(approvals_of)
    ann.send(do="approve")
    assert review.read(approvals_of)[quote.segment_id].outcome == "approved"


OTHER = "My sister Mary in Elm Street said so."


def say_otherwise(study, segment_id):
    """Put other words in the place of an excerpt's, as an erasure or a run does."""

    def change(frame):
        here = frame["segment_id"] == segment_id
        frame.loc[here, "text"] = OTHER
        frame.loc[here, "text_id"] = content_id(OTHER)

    rewrite(study, "segments", change)
    segments = read_table("segments", study.folder / TABLES["segments"].file).set_index("segment_id")
    comment_id = segments.loc[segment_id, "comment_id"]

    def answer(frame):
        frame.loc[frame["comment_id"] == comment_id, "text"] = OTHER

    rewrite(study, "comments", answer)
    rewrite(study, "segments", lambda frame: place_whole(frame, segment_id))


def place_whole(frame, segment_id):
    frame.loc[frame["segment_id"] == segment_id, ["start", "end"]] = [0, len(OTHER)]


@pytest.mark.parametrize(
    "answer", [{"button": "save", "codes": ["time"]}, {"button": "save", "not_sure": "y"}, {"button": "skip"}]
)
def test_an_answer_to_words_that_have_changed_is_asked_for_again_with_what_was_entered(ann, review, study, answer):
    segment_id = alone(study)
    ann.get(f"/excerpt/{segment_id}")
    page, form = ann.page, ann.forms()[0]
    assert OTHER not in page.text
    say_otherwise(study, segment_id)
    sent = dict(ann.hidden(form)) | {name: value for name, value in answer.items() if name != "button"}
    ann.post(f"/excerpt/{segment_id}", sent | {"do": answer["button"], "note": "Half a thought.", "new_code": "Hurry"})
    assert ann.page.status_code == 409 and "These words have changed since this page was opened." in ann.page.text
    assert OTHER in ann.page.text and review.state().of("Ann", segment_id) is None
    assert "Half a thought." in ann.page.text and "Hurry" in ann.page.text
    if answer["button"] == "save":
        assert 'id="code-time" checked' in ann.page.text or 'id="not_sure" data-alone checked' in ann.page.text
    ann.send(button="save", codes=["time"])
    assert review.state().of("Ann", segment_id).text_id == content_id(OTHER)


def test_an_answer_that_was_kept_before_its_words_changed_and_is_sent_again_is_not_asked_for_again(ann, review, study):
    segment_id = alone(study)
    ann.get(f"/excerpt/{segment_id}")
    sent = dict(ann.hidden(ann.forms()[0])) | {"do": "save", "codes": "time"}
    ann.post(f"/excerpt/{segment_id}", sent, follow=False)
    kept = review.state().of("Ann", segment_id)
    say_otherwise(study, segment_id)
    assert ann.post(f"/excerpt/{segment_id}", sent, follow=False).status_code == 303
    assert review.state().of("Ann", segment_id) == kept


def alone(study):
    """Return an excerpt that is the whole of an answer."""
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    return segments.drop_duplicates("comment_id", keep=False)["segment_id"].iloc[0]


def test_a_theme_that_took_the_number_of_another_is_not_renamed_unseen(ann, review, study):
    ann.get("/themes/1")
    fields = next(dict(ann.hidden(form)) for form in ann.forms() if 'name="key"' in form)

    def renumber(frame):
        frame["number"] = list(reversed(frame["number"].to_list()))

    rewrite(study, "themes", renumber)
    ann.post("/themes/1", fields | {"do": "rename", "title": "Hurry"})
    assert ann.page.status_code == 409 and "have other numbers" in ann.page.text and theme_edits(review) == ()


@pytest.mark.parametrize("stood", ["[" * 50_000, '{"a":' * 10_000, '{"label": [1]}', '{"label": "\\ud800"}', "9" * 5_000])
def test_what_a_page_says_stood_there_breaks_nothing_whatever_it_is(ann, stood):
    fields = {"label": "Hurry", "definition": "No time.", "why": "Plainer."}
    for page in ("/codebook/change/time", "/loop/row/2"):
        ann.get("/codebook/change/time")
        sent = next(dict(ann.hidden(form)) for form in ann.forms() if 'name="stood"' in form)
        assert ann.post(page, sent | fields | {"stood": stood}).status_code in (200, 400, 409, 422)


def test_a_search_among_codes_makes_no_address_that_is_too_long(ann, review):
    segment_id = next(iter(review.last_run().tables.excerpts))
    ann.get(f"/excerpt/{segment_id}")
    ann.send(find="x" * 100_000, note="Half a thought.", button="find", follow=False)
    assert len(ann.page.headers["Location"]) < 300
    assert "Half a thought." in ann.get(ann.page.headers["Location"]).text
