import csv
from datetime import date

import pytest
from saying import key, say

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.codebook.edit_file import change_code
from pipeline.decisions.accounts import Member
from pipeline.decisions.store import read_review, verify_store
from pipeline.errors import CodebookError, ReviewError
from pipeline.review.codebook_changes import (
    accept_code_edit,
    code_edit,
    code_edits,
    propose_change,
    propose_code,
    refuse,
    undo_code_edit,
    vote,
)
from pipeline.review.codebook_consent import check_agreed, is_agreed
from pipeline.review.coding import StaleError
from pipeline.review.discussions import agree, to_discuss
from pipeline.review.queue import ahead


TODAY = date(2026, 3, 4)


def propose(review, by="Ann", **fields):
    return propose_change(
        review, "time", fields or {"definition": "Waiting, and being hurried."}, why="Too short.", by=by, key=key()
    )


def stands(study, code="time"):
    return read_codebook(study.codebook)[code]


def test_a_proposal_changes_nothing_until_it_is_accepted(review, study):
    made = propose(review)
    assert (made.status, made.by, made.why) == ("open", "Ann", "Too short.")
    assert stands(study).definition == "Not enough time."
    done = accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert (done.status, done.settled_by) == ("accepted", "Ben")
    found = stands(study)
    assert (found.definition, found.agreed_by, found.changed) == ("Waiting, and being hurried.", "Ben", "2026-03-04")
    assert review.last_run().codebook["time"] == found
    assert [code.code for code in read_codebook(study.codebook).codes] == ["forms", "time", "trust", "money", "transport"]


def test_who_agreed_and_who_objected_and_why(review):
    made = propose(review)
    vote(review, made.code_edit_id, "agree", by="Ben")
    vote(review, made.code_edit_id, "agree", by="Di")
    found = vote(review, made.code_edit_id, "object", by="Ben", why="Hurry is another thing.")
    assert [one.by for one in found.agreed] == ["Di"]
    assert [(one.by, one.why) for one in found.objected] == [("Ben", "Hurry is another thing.")]
    with pytest.raises(ReviewError, match="say why you object"):
        vote(review, made.code_edit_id, "object", by="Cy")
    with pytest.raises(ReviewError, match="Ben objects\\. Talk about it"):
        accept_code_edit(review, made.code_edit_id, by="Ann", today=TODAY)
    done = accept_code_edit(review, made.code_edit_id, by="Ann", today=TODAY, despite="We tried both for a week.")
    assert done.settled_why == "We tried both for a week." and [one.by for one in done.objected] == ["Ben"]


def test_an_objection_may_be_taken_back(review):
    made = propose(review)
    vote(review, made.code_edit_id, "object", by="Ben", why="No.")
    vote(review, made.code_edit_id, "none", by="Ben")
    assert accept_code_edit(review, made.code_edit_id, by="Di", today=TODAY).status == "accepted"


def test_nobody_writes_their_own_proposal_alone(review, study):
    made = propose(review)
    with pytest.raises(ReviewError, match="Somebody of another group has to agree"):
        accept_code_edit(review, made.code_edit_id, by="Ann", today=TODAY)
    # Cy is of Ann's group.
    for who in ("Ann", "Cy"):
        vote(review, made.code_edit_id, "agree", by=who)
    with pytest.raises(ReviewError, match="Somebody of another group has to agree"):
        accept_code_edit(review, made.code_edit_id, by="Cy", today=TODAY)
    assert stands(study).definition == "Not enough time." and code_edit(review, made.code_edit_id).status == "open"
    vote(review, made.code_edit_id, "agree", by="Di")
    assert accept_code_edit(review, made.code_edit_id, by="Ann", today=TODAY).status == "accepted"


def test_whoever_objects_does_not_agree_by_writing_it(review):
    made = propose(review)
    vote(review, made.code_edit_id, "object", by="Ben", why="No.")
    with pytest.raises(ReviewError, match="Somebody of another group has to agree"):
        accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY, despite="Never mind.")


def test_in_one_group_anybody_else_is_enough_and_who_reviews_alone_decides_alone():
    ann, cy = (Member(name, "family", "co-analyst", False, False) for name in ("Ann", "Cy"))
    assert not is_agreed([ann, cy], "Ann", ["Ann"]) and is_agreed([ann, cy], "Ann", ["Ann", "Cy"])
    gone = Member("Ben", "researcher", "co-analyst", True, True)
    assert is_agreed([ann, gone], "Ann", ["Ann"]) and is_agreed([ann, cy, gone], "Ann", ["Cy"])
    with pytest.raises(ReviewError, match="One other person has to agree"):
        check_agreed([ann, cy], "Ann", ["Ann"])


def test_history_and_diff(review):
    first = propose(review, definition="Not enough of their time.")
    refuse(review, first.code_edit_id, by="Ben", why="Whose?")
    propose_code(review, {"label": "Getting there by bus"}, why="Missing.", by="Di", key=key())
    assert [one.code for one in code_edits(review)] == ["getting-there-by-bus", "time"]
    assert [one.status for one in code_edits(review, "time")] == ["refused"]
    assert [one.code for one in code_edits(review, status="open")] == ["getting-there-by-bus"]
    (change,) = code_edit(review, first.code_edit_id).changes
    assert change.diff == (("same", "Not enough "), ("new", "of their "), ("same", "time."))


def test_lists_have_a_line_for_each_entry(review, study):
    made = propose(review, examples="Ten minutes.\n\n  A rushed   visit. ", borderline="Was it the clock?")
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert (stands(study).examples, stands(study).borderline) == (("Ten minutes.", "A rushed visit."), ("Was it the clock?",))
    with pytest.raises(CodebookError, match="keeps between entries"):
        propose(review, examples="this|that")


def test_what_would_change_nothing_is_refused(review):
    with pytest.raises(ReviewError, match="says already"):
        propose(review, definition="Not enough  time.")
    with pytest.raises(ReviewError, match="no field 'colour'"):
        propose(review, colour="red")
    with pytest.raises(CodebookError, match="no code 'tiem'"):
        propose_change(review, "tiem", {"label": "x"}, why="", by="Ann", key=key())


def test_a_page_that_is_out_of_date_shows_both(review, study):
    change_code(study.codebook, "time", {"definition": "Edited by hand."})
    with pytest.raises(StaleError) as stale:
        propose_change(
            review, "time", {"definition": "Mine."}, why="", by="Ann", key=key(), seen={"definition": "Not enough time."}
        )
    assert stale.value.stands["definition"] == "Edited by hand." and stale.value.yours == {"definition": "Mine."}


def test_a_file_edited_by_hand_since_is_not_overwritten(review, study):
    made = propose(review)
    change_code(study.codebook, "time", {"definition": "Edited by hand."})
    with pytest.raises(StaleError, match="was changed since, by hand") as stale:
        accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert stale.value.stands == {"definition": "Edited by hand."}
    assert stands(study).definition == "Edited by hand." and code_edit(review, made.code_edit_id).status == "open"


def test_another_field_edited_by_hand_stays(review, study):
    made = propose(review)
    change_code(study.codebook, "time", {"include": "Edited by hand."})
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert stands(study).include == "Edited by hand." and stands(study).definition == "Waiting, and being hurried."


@pytest.mark.parametrize(("delimiter", "line_end", "encoding"), [(",", "\n", "utf-8-sig"), (";", "\r\n", "cp1252")])
def test_the_file_stays_as_people_had_it(review, study, delimiter, line_end, encoding):
    """As Excel saves it where a comma is the decimal mark, with columns in another order."""
    lines = [
        ["label", "code", "definition", "Plain Label"],
        ["Café & <time>", "time", "Not enough time.", ""],
        ["Forms", "forms", "Paper;\ntwo, lines", "x"],
    ]
    with study.codebook.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=line_end).writerows(lines)
    made = propose(review, plain_label="Being hurried")
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    data = study.codebook.read_bytes()
    with study.codebook.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file, delimiter=delimiter))
    assert header == [*lines[0], "agreed_by", "changed"]
    assert rows == [["Café & <time>", "time", "Not enough time.", "Being hurried", "Ben", "2026-03-04"], lines[2]]
    assert data.count(b"\r\n") == (3 if line_end == "\r\n" else 0)


def test_qdc_is_written_too_and_xlsx_is_explained(tmp_path, study):
    write_codebook(Codebook((Code("time", label="Time"),)), tmp_path / "book.qdc")
    change_code(tmp_path / "book.qdc", "time", {"definition": "Hours.", "borderline": "a\nb"})
    assert read_codebook(tmp_path / "book.qdc").codes == (Code("time", label="Time", definition="Hours.", borderline=("a", "b")),)
    with pytest.raises(CodebookError, match="themes codebook convert"):
        change_code(tmp_path / "book.xlsx", "time", {"definition": "Hours."})


def test_a_change_that_would_spoil_the_codebook_is_refused(review, study):
    before = study.codebook.read_bytes()
    made = propose(review, parent="time")
    with pytest.raises(CodebookError, match="lead back to itself"):
        accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert study.codebook.read_bytes() == before and code_edit(review, made.code_edit_id).status == "open"


def test_a_new_code(review, study):
    made = propose_code(review, {"label": "Buses  at night", "definition": "No bus."}, why="Heard often.", by="Ann", key=key())
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    found = stands(study, "buses-at-night")
    assert (found.label, found.proposed_by, found.agreed_by) == ("Buses at night", "Ann", "Ben")
    with pytest.raises(ReviewError, match="has a code 'time' already"):
        propose_code(review, {"label": "Time"}, why="", by="Ann", key=key())
    undo_code_edit(review, made.code_edit_id, by="Ann", today=TODAY)
    assert "buses-at-night" not in [code.code for code in read_codebook(study.codebook).codes]
    assert code_edit(review, made.code_edit_id).status == "open"


def test_a_code_people_decided_with_is_not_taken_out(review):
    made = propose_code(review, {"label": "Buses"}, why="", by="Ann", key=key())
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    say(review, "Ann", review.last_run().tables.excerpts[0], "buses")
    with pytest.raises(ReviewError, match="have decided with the code 'buses'"):
        undo_code_edit(review, made.code_edit_id, by="Ann", today=TODAY)


def test_undo(review, study):
    before = stands(study)
    made = propose(review)
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert undo_code_edit(review, made.code_edit_id, by="Ann", today=TODAY).status == "open"
    assert stands(study).definition == before.definition
    assert undo_code_edit(review, made.code_edit_id, by="Ann", today=TODAY).status == "taken back"
    for step in (
        lambda: vote(review, made.code_edit_id, "agree", by="Di"),
        lambda: accept_code_edit(review, 1, by="Ben", today=TODAY),
    ):
        with pytest.raises(StaleError, match="taken back"):
            step()
    assert "as they were written" in verify_store(study)


def test_a_proposal_sent_twice_is_one(review):
    once = key()
    made = [propose_change(review, "time", {"label": "Hurry"}, why="", by="Ann", key=once) for _ in range(2)]
    assert made[0] == made[1] and len(code_edits(review)) == 1


@pytest.fixture
def read_by_two(review):
    """Six excerpts that Ann and Ben have read: two coded time, two for which time was only suggested, and two without it."""
    tables = review.last_run().tables
    by_hint = {True: [], False: []}
    for one in tables.excerpts:
        rows = tables.ranked(tables.text_id(one))
        by_hint[bool((rows["suggested"] & (rows["code"] == "time")).any())].append(one)
    chosen = [*by_hint[False][:2], *by_hint[True][:2], *by_hint[False][2:4]]
    for segment_id, said in zip(chosen, ("time", "time|money", "trust", "none", "money", "none"), strict=True):
        for who in ("Ann", "Ben"):
            say(review, who, segment_id, said)
    return chosen


def test_a_changed_definition_puts_exactly_the_touched_excerpts_back(review, read_by_two):
    before = ahead(review, "Ann").waiting
    done = accept_code_edit(review, propose(review).code_edit_id, by="Ben", today=TODAY)
    assert done.reopened == 4 and ahead(review, "Ann").waiting == before + 4
    assert review.state().complete.every == set(read_by_two[4:])
    for segment_id in read_by_two[:4]:
        assert "Ann" not in review.state().readers(segment_id)
        assert review.state().of("Ann", segment_id) is not None


def test_a_changed_label_puts_nothing_back(review, read_by_two):
    made = propose(review, plain_label="Hurry", examples="Ten minutes.")
    assert accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY).reopened == 0
    assert review.state().complete.every == set(read_by_two)


def test_undoing_the_change_undoes_that_too(review, read_by_two):
    made = propose(review)
    accept_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    undo_code_edit(review, made.code_edit_id, by="Ben", today=TODAY)
    assert review.state().complete.every == set(read_by_two)


def test_what_was_read_anew_counts_and_may_differ_again(review, read_by_two):
    accept_code_edit(review, propose(review).code_edit_id, by="Ben", today=TODAY)
    segment_id = read_by_two[0]
    assert say(review, "Ann", segment_id, "money").blind
    assert not say(review, "Ann", segment_id, "trust").blind
    assert to_discuss(review) == ()
    say(review, "Ben", segment_id, "time")
    (talk,) = to_discuss(review)
    assert [made.codes for made in talk.answers] == [("money",), ("time",)]


def test_an_agreement_holds_until_all_have_read_it_anew(review, study, read_by_two):
    agreed, other = read_by_two[0], read_by_two[4]
    for one in (agreed, other):
        agree(review, one, ("time",), by="Ann", version=0, key=key())
    accept_code_edit(review, propose(review).code_edit_id, by="Ben", today=TODAY)
    say(review, "Ann", agreed, "money")
    assert set(read_review(study, "discussions")["segment_id"]) == {agreed, other}
    say(review, "Ben", agreed, "money")
    say(review, "Ben", other, "money")
    assert read_review(study, "discussions")["segment_id"].tolist() == [other]
