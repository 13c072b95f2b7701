"""When the disk takes no more, a page says so in plain words and keeps what was chosen and typed; then it goes on."""

import re
import resource
from contextlib import contextmanager
from html import unescape

import pytest
from saying import say

from pipeline.decisions.store import decisions, verify_store
from pipeline.review.coding import said_by


NOTE = "The clipboard was blue.\nSo she said."


@contextmanager
def no_file_may_grow():
    """Let the system refuse every write to a file beyond its first page, as a disk that is full does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def segment_id(review):
    return min(review.last_run().tables.segment_ids)


def test_an_answer_comes_back_filled_in_and_can_be_sent_again(ann, review, study, segment_id):
    ann.get(f"/excerpt/{segment_id}")
    with no_file_may_grow():
        ann.send(codes=["time", "forms"], note=NOTE, new_code="Clipboards")
        page = unescape(ann.page.text)
        assert ann.page.status_code == 200 and ann.path == f"/excerpt/{segment_id}"
        assert "does not take any more just now" in page and "What you chose and typed is here" in page
        assert "backup" not in page and "review.sqlite" not in page
        assert (
            ticked(page) == {"time", "forms"}
            and NOTE in page.replace("\r\n", "\n")
            and ">\nClipboards</textarea>" in page.replace("\r\n", "\n")
        )
        assert said_by(review, "Ann") == ()
    ann.send(codes=["time", "forms"], note=NOTE, new_code="Clipboards")
    (made,) = said_by(review, "Ann")
    assert made.codes == ("time", "forms") and made.note.replace("\r\n", "\n") == NOTE
    assert verify_store(study).startswith("All rows are as they were written.")


def ticked(page):
    return set(re.findall(r'<input type="checkbox" name="codes" value="([^"]+)"[^>]* checked', page))


def test_what_any_other_form_says_is_kept_on_a_page_of_its_own_and_sent_from_there(ann, review, segment_id):
    for name, said in (("Ann", "time"), ("Ben", "forms")):
        say(review, name, segment_id, said)
    ann.get(f"/talk/{segment_id}")
    sentences = {"sentence-0": "It is about hurry & haste.", "sentence-1": "Forms take long."}
    with no_file_may_grow():
        ann.send(outcome="contested", **sentences)
        assert ann.page.status_code == 503 and ann.heading == "Not saved yet"
        page = unescape(ann.page.text)
        assert all(sentence in page for sentence in sentences.values()) and "review.sqlite" not in page
    again = dict(ann.hidden(ann.forms("Try again")[0]))
    assert again["outcome"] == "contested" and again["person"] == "Ann"
    ann.post(f"/talk/{segment_id}", {**again, **sentences})
    assert "Kept: both readings stand." in ann.page.text


def test_saving_goes_on_once_the_disk_takes_more(ann, review, study, segment_id):
    places = sorted(review.last_run().tables.segment_ids)[:4]
    for place in places:
        ann.get(f"/excerpt/{place}")
        with no_file_may_grow():
            ann.send(codes=["time"])
    for place in places:
        ann.get(f"/excerpt/{place}")
        ann.send(codes=["forms"])
    assert {made.segment_id for made in said_by(review, "Ann")} == set(places)
    # As another program sees it: what was said to be saved is on the disk.
    assert len(decisions(study)) == 4
