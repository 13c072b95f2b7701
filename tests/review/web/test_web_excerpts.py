import re
from datetime import date

import pytest
from saying import key, say

from pipeline.decisions.sign_ins import draft
from pipeline.review.codebook_changes import accept_code_edit, propose_change
from pipeline.review.coding import said_by
from pipeline.tables.parquet import TABLES, read_table, write_table


def begin(browser, size="10"):
    browser.get("/begin")
    browser.send(size=size, order="given order")
    return browser.path.rpartition("/")[2]


def stands(review, who="Ann"):
    return [(made.codes or made.outcome, made.blind) for made in said_by(review, who)]


@pytest.fixture
def excerpt(ann):
    """The first excerpt, open before Ann."""
    return begin(ann)


def suggested(review, segment_id):
    return review.last_run().tables.ranked(review.last_run().tables.text_id(segment_id)).query("suggested")["code"].to_list()


def test_an_excerpt_is_shown_in_its_whole_answer_without_suggestion_or_others(ann, review, excerpt):
    assert ann.page.status_code == 200 and ann.heading == "Which codes fit the marked words?"
    assert re.search(r"<blockquote[^>]*>.*<mark>.+</mark>.*</blockquote>", ann.page.text, re.DOTALL)
    assert "Question: What" in ann.page.text and "Said by: " in ann.page.text
    assert "suggest" not in ann.page.text.lower().replace("suggest a new code", "")


def test_the_same_code_as_the_model_takes_one_sending(ann, review, excerpt):
    codes = suggested(review, excerpt)
    ann.send(button="save", codes=codes or ["time"])
    assert ann.heading == "Which codes fit the marked words?" and "Excerpt 2 of 10" in ann.page.text
    assert ("The model suggests the same." in ann.page.text) == bool(codes)
    assert stands(review) == [(tuple(codes or ["time"]), True)]


def test_another_code_shows_what_the_model_says_and_keeping_ones_own_changes_nothing(ann, review):
    segment_id = next(one for one in review.last_run().tables.row_of if suggested(review, one) == ["forms"])
    ann.get(f"/excerpt/{segment_id}")
    ann.send(button="save", codes="transport")
    assert ann.heading == "The model reads it another way" and "Its reason: the words are like" in ann.page.text
    ann.send(button="keep", to="seen")
    assert stands(review) == [(("transport",), True)]


@pytest.mark.parametrize(("button", "codes"), [("take", ("forms",)), ("both", ("transport", "forms"))])
def test_a_change_after_the_suggestion_is_recorded_as_not_blind(ann, review, button, codes):
    segment_id = next(one for one in review.last_run().tables.row_of if suggested(review, one) == ["forms"])
    ann.get(f"/excerpt/{segment_id}")
    ann.send(button="save", codes="transport", note="about the bus")
    ann.send(button=button, to="seen")
    assert stands(review) == [(codes, False)]
    assert said_by(review, "Ann")[0].note == "about the bus"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"none": "y"}, "none"), ({"not_sure": "y"}, "not sure"), ({"new_code": "Guide dogs"}, "none")],
)
def test_none_of_these_not_sure_and_a_new_code_are_answers(ann, review, excerpt, fields, said):
    ann.send(button="save", **fields)
    assert stands(review) == [(said, True)]
    assert said_by(review, "Ann")[0].new_code == fields.get("new_code", "")


def test_skipping_asks_nothing_and_goes_on(ann, review, excerpt):
    ann.send(button="skip")
    assert "skipped, no questions asked" in ann.page.text and "Excerpt 2 of 10" in ann.page.text
    assert stands(review) == [("skip", True)]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "Tick the codes that fit"),
        ({"codes": "time", "none": "y"}, "only one of the three"),
        ({"codes": "nonsense"}, "The codebook has changed"),
        ({"codes": "time", "note": "x" * 4001}, "The note is too long"),
    ],
)
def test_what_cannot_be_taken_is_said_and_no_word_is_lost(ann, review, excerpt, fields, wrong):
    fields = {"note": "my mother <always> said so", **fields}
    ann.send(button="save", **fields)
    assert ann.page.status_code == 422 and wrong in ann.page.text
    assert "There is a problem" in ann.page.text and "<title>Error: " in ann.page.text
    assert fields["note"][:20].replace("<", "&lt;").replace(">", "&gt;") in ann.page.text
    assert stands(review) == []


def test_a_double_click_counts_once(ann, review, excerpt):
    page = ann.page
    for _ in range(2):
        ann.page = page
        ann.send(button="save", codes="time")
    assert len(review.read(lambda store: store.history())) == 1


def test_two_tabs_with_different_answers_show_both_and_lose_no_word(ann, review, excerpt):
    one = ann.page
    other = ann.get(f"/excerpt/{excerpt}")
    ann.page = one
    ann.send(button="save", codes="time", note="first words")
    ann.page = other
    ann.send(button="save", codes="money", note="second words")
    assert ann.page.status_code == 409 and ann.heading == "You have answered this excerpt twice"
    assert "first words" in ann.page.text and "second words" in ann.page.text and "Money &lt;budgets&gt;" in ann.page.text
    assert stands(review) == [(("time",), True)]
    ann.send(button="save", to="second words", codes="money", note="second words and first words")
    assert stands(review) == [(("money",), False)]
    assert said_by(review, "Ann")[0].note == "second words and first words"


def test_the_back_button_and_other_words_show_both_too(ann, review, excerpt):
    page = ann.page
    ann.send(button="save", codes="time")
    ann.page = page
    ann.send(button="save", codes="trust", note="on second thoughts")
    assert ann.page.status_code == 409 and "on second thoughts" in ann.page.text
    assert stands(review) == [(("time",), True)]


def test_undo_takes_the_answer_back_and_leaves_the_words(ann, review, excerpt):
    ann.send(button="save", codes=suggested(review, excerpt) or ["time"], note="some words")
    ann.press("Undo")
    assert ann.path == f"/excerpt/{excerpt}" and "Undone." in ann.page.text and "some words" in ann.page.text
    assert stands(review) == [] and "Excerpt 1 of 10" in ann.page.text


def test_nobody_undoes_the_answer_of_another(ann, review, excerpt):
    made = say(review, "Ben", excerpt, "time")
    ann.get("/settings")
    token = dict(ann.hidden(ann.forms()[0]))["csrf_token"]
    ann.post(f"/undo/{made.decision_id}", {"csrf_token": token})
    assert ann.page.status_code == 409 and stands(review, "Ben") == [(("time",), True)]


def test_searching_among_codes_works_without_scripts_and_keeps_ticks_and_note(ann, excerpt):
    ann.send(button="find", find="travel", codes=["time"], note="half a thought")
    assert "1 code found for “travel”." in ann.page.text and "half a thought" in ann.page.text
    shown = re.findall(r'name="codes" value="(\w+)"[^>]*?( checked)?>', ann.page.text)
    assert shown == [("time", " checked"), ("transport", "")]
    ann.send(button="all", codes=["time", "transport"], note="half a thought")
    assert len(re.findall('name="codes"', ann.page.text)) == 5 and len(re.findall(" checked", ann.page.text)) == 2


def test_the_batch_is_as_long_as_the_person_chose_and_ends_at_a_place_to_stop(ann, review, clock):
    begin(ann, size="5")
    for _ in range(5):
        clock[0] += 30
        ann.send(button="skip")
    assert ann.heading == "Thank you. You have read 5 excerpts" and "It took 2 minutes" in ann.page.text
    assert [made.seconds for made in said_by(review, "Ann")] == [30.0] * 5


def test_a_long_break_is_not_counted_as_work(ann, review, excerpt, clock):
    clock[0] += 3 * 3600
    ann.send(button="skip")
    assert said_by(review, "Ann")[0].seconds == 300


def test_time_on_an_excerpt_is_kept_when_its_reader_goes_elsewhere_and_comes_back(ann, review, excerpt, clock):
    clock[0] += 50
    ann.send(button="find", find="bus", codes=["time"])
    clock[0] += 30
    ann.send(button="stop", to="data-answer")
    clock[0] += 3600
    ann.get(f"/excerpt/{excerpt}")
    clock[0] += 10
    ann.send(button="save", to="data-answer", codes=["time"])
    assert said_by(review, "Ann")[0].seconds == 90, "the pause is no work, and nothing of the rest is lost"
    clock[0] += 10
    ann.get(f"/excerpt/{excerpt}")
    clock[0] += 5
    ann.send(button="save", to="data-answer", codes=["money"])
    assert said_by(review, "Ann")[0].seconds <= 15, "no second is counted twice"


def test_who_skips_keeps_what_they_typed_even_when_the_skip_is_undone(ann, review, excerpt):
    ann.send(button="skip", codes=["time"], note="It is too near.")
    assert "What you chose and typed is kept, for you alone." in ann.page.text
    assert said_by(review, "Ann")[0].note == ""
    ann.press("Undo")
    assert ann.path == f"/excerpt/{excerpt}" and "It is too near." in ann.page.text


def test_stopping_keeps_words_for_another_day(ann, another, excerpt):
    ann.send(button="stop", codes=["money"], note="to be continued")
    assert ann.heading == "A place to stop"
    later = another().be("Ann")
    later.get(f"/excerpt/{excerpt}")
    assert "to be continued" in later.page.text and re.search('value="money"[^>]* checked', later.page.text)


def test_a_form_that_outlived_its_session_comes_back_with_all_its_words(ann, excerpt, told, clock):
    clock[0] += 22 * 3600
    ann.send(button="save", codes=["money"], note="typed for half an hour")
    assert ann.page.status_code == 401 and "A new address has just been printed" in ann.page.text
    ann.get(told[-1].removeprefix(ann.address))
    ann.send(name="Ann")
    assert ann.path == f"/excerpt/{excerpt}" and "typed for half an hour" in ann.page.text
    assert re.search('value="money"[^>]* checked', ann.page.text)


def test_a_form_of_an_earlier_session_in_a_later_one_keeps_its_words(ann, excerpt):
    page = ann.page
    ann.press("Choose another name")
    ann.send(name="Ann")
    ann.page = page
    ann.send(button="save", codes=["money"], note="typed for half an hour")
    assert "nothing was saved yet" in ann.page.text and "typed for half an hour" in ann.page.text


def test_words_that_outlived_their_session_are_shown_to_nobody_else(ann, excerpt, told, clock):
    clock[0] += 22 * 3600
    ann.send(button="save", codes=["money"], note="typed for half an hour")
    ann.get(told[-1].removeprefix(ann.address))
    ann.send(name="Ben")
    assert "typed for half an hour" not in ann.page.text


def test_what_one_said_is_listed_to_be_changed(ann, review, excerpt):
    ann.send(button="skip")
    ann.get("/mine")
    assert "Your answers, newest first." in ann.page.text and f"/excerpt/{excerpt}" in ann.page.text
    assert "Your answers, newest first." in ann.get(f"/mine?from={10**30}").text, "a place beyond counting is none"
    ann.get("/mine")
    ann.get(f"/excerpt/{excerpt}")
    assert ann.heading == "Change what you said"
    ann.send(button="save", codes="time")
    assert stands(review)[0][0] == ("time",)


def test_an_excerpt_that_is_gone_is_said_in_a_sentence(ann):
    ann.get("/excerpt/nothing")
    assert ann.page.status_code == 409 and "no longer in the study" in ann.page.text


def test_nothing_is_said_of_the_model_where_it_suggests_nothing(ann, review):
    tables = review.last_run().tables
    silent = [one for one in tables.excerpts if not tables.ranked(tables.text_id(one))["suggested"].any()]
    for segment_id, ticks in zip(silent, ({"none": "y"}, {"not_sure": "y"}, {"codes": ["time"]}), strict=False):
        ann.get("/begin")
        ann.send(size="0", order="given order")
        ann.get(f"/excerpt/{segment_id}")
        ann.send(button="save", **ticks)
        assert "Saved:" in ann.page.text and "model suggests" not in ann.page.text and "Its reason" not in ann.page.text


def test_an_excerpt_to_be_read_again_says_why(ann, review):
    segment_id = review.last_run().tables.excerpts[0]
    for who in ("Ann", "Ben"):
        say(review, who, segment_id, "time")
    assert "You have read this before." not in ann.get(f"/excerpt/{segment_id}").text
    made = propose_change(review, "time", {"definition": "To be hurried."}, why="Hurry is the point.", by="Ann", key=key())
    accept_code_edit(review, made.code_edit_id, by="Ben", today=date(2026, 3, 4))
    ann.get(f"/excerpt/{segment_id}")
    assert ann.heading == "Read it again: which codes fit now?"
    assert (
        "The meaning of “<bdi>Too little time</bdi>” was changed on" in ann.page.text and "Hurry is the point." in ann.page.text
    )
    ann.send(button="save", codes=["time"])
    assert "You have read this before." not in ann.get(f"/excerpt/{segment_id}").text


@pytest.fixture
def two_parts(study):
    """The answer of the first excerpt has a second part, whose id comes much later."""
    path = study.folder / TABLES["segments"].file
    frame = read_table("segments", path).sort_values("segment_id", ignore_index=True)
    first, second = frame.loc[0], frame.index[-1]
    cut = int(first["end"]) // 2
    frame.loc[second, ["comment_id", "start", "end"]] = [first["comment_id"], cut, int(first["end"])]
    frame.loc[0, "end"] = cut
    write_table("segments", frame, path)
    return str(first["segment_id"]), str(frame.loc[second, "segment_id"])


def test_the_parts_of_an_answer_come_one_after_another_and_each_is_one_press_away(ann, two_parts):
    first, later = two_parts
    assert begin(ann) == first and "Part 1 of 2 of this answer" in ann.page.text
    # The whole answer holds the other part, marked by its number; what is ticked here waits while one looks at that.
    assert ann.page.text.count("<mark>") == 1
    assert '<span class="hidden">Part </span>2<span class="hidden">: </span>' in ann.page.text
    # Browsers take Enter for the first button of a form, be it inside or outside: that is not one of the parts.
    assert 0 < ann.page.text.index('value="enter"') < ann.page.text.index('value="part-2"')
    ann.send(button="part-2", codes=["time"], note="Half a thought")
    assert ann.path == f"/excerpt/{later}" and "not read yet" in ann.page.text
    ann.send(button="part-1", to="data-answer")
    assert ann.path == f"/excerpt/{first}" and "Half a thought" in ann.page.text
    ann.send(button="save", none="y", note="")
    if "Keep what I said" in ann.page.text:
        ann.send(button="keep")
    assert ann.path == f"/excerpt/{later}" and "Part 2 of 2 of this answer" in ann.page.text
    assert "none of these</p>" in ann.page.text, "what one said of the other part stands beside it"


def test_the_list_of_parts_tells_nothing_of_an_answer_that_may_be_hard_to_read(ann, study, two_parts):
    path = study.folder / TABLES["comments"].file
    comments = read_table("comments", path)
    segments = read_table("segments", study.folder / TABLES["segments"].file).set_index("segment_id")
    first, later = (segments.loc[each] for each in two_parts)
    of_both = comments["comment_id"] == first["comment_id"]
    said = "She died. " + comments.loc[of_both, "text"].item()
    comments.loc[of_both, ["text", "language"]] = [said, "cy"]
    write_table("comments", comments, path)
    begin(ann)
    assert "This answer may be hard to read." in ann.page.text and "Go to part 2" in ann.page.text
    assert '<blockquote dir="ltr" lang="cy">' in ann.page.text, "a screen reader says it in its own language"
    steps = ann.page.text.partition('class="steps"')[2].partition("</details>")[0]
    assert steps and not any(word in steps for word in said[int(later["start"]) : int(later["end"])].split() if len(word) > 6)


def test_the_rest_of_an_answer_that_is_hard_to_read_is_skipped_at_once(ann, review, two_parts, clock):
    first, later = two_parts
    assert begin(ann) == first
    clock[0] += 40
    ann.send(button="part-2", note="Half a thought")
    clock[0] += 20
    ann.send(button="skip-answer", note="Too close to home", to="data-answer")
    assert "Skipped: 2 parts of this answer." in ann.page.text and ann.path not in {f"/excerpt/{each}" for each in two_parts}
    assert {(made.segment_id, made.outcome) for made in said_by(review, "Ann")} == {(first, "skip"), (later, "skip")}
    assert {made.segment_id: made.seconds for made in said_by(review, "Ann")} == {first: 40, later: 20}, "each with its own time"
    assert "Half a thought" in ann.get(f"/excerpt/{first}").text, "what was typed waits for whoever typed it"
    assert "Too close to home" in ann.get(f"/excerpt/{later}").text
    assert "Skip all that is left" not in ann.page.text


def test_pages_of_two_excerpts_have_two_titles(ann, review):
    first, second = review.last_run().tables.excerpts[:2]
    titles = {
        ann.get(f"/excerpt/{segment_id}").text.partition("</title>")[0].rpartition("<title>")[2] for segment_id in (first, second)
    }
    assert len(titles) == 2


def test_a_draft_that_comes_after_its_answer_is_not_kept(ann, review, excerpt):
    fields = dict(ann.hidden(ann.forms()[0]))
    typed = fields | {"codes": ["money"], "note": "As it was typed."}
    for place in ("", "/draft"):
        ann.post(f"/excerpt/{excerpt}{place}", typed | {"do": "save"})
    assert review.read(lambda store: draft(store, "Ann", f"excerpt/{excerpt}")) is None
    # What is typed when the answer is opened again is kept.
    ann.get(f"/excerpt/{excerpt}")
    ann.post(f"/excerpt/{excerpt}/draft", dict(ann.hidden(ann.forms()[0])) | {"codes": ["time"], "note": "Half a thought"})
    assert review.read(lambda store: draft(store, "Ann", f"excerpt/{excerpt}"))["note"] == ["Half a thought"]
