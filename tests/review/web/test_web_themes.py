import fcntl
import re
import time
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest
from asking import Browser
from saying import say

from pipeline.codebook.codebook import Codebook, read_codebook, write_codebook
from pipeline.review.discussions import agree
from pipeline.review.quote_approvals import quote_candidates
from pipeline.review.theme_requests import theme_cards
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


@pytest.fixture
def study(study):
    """The small study with vectors, as a run makes them."""
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    return study


def asked(review):
    return [(one.action, one.detail, one.by) for one in review.read(lambda store: store.theme_edits()).itertuples()]


def test_themes_are_listed_with_who_spoke_of_them(ann):
    ann.get("/themes")
    assert ann.page.status_code == 200 and "forms, pages, signature" in ann.page.text and "spoke of it" in ann.page.text
    ann.get("/themes/1")
    assert ann.page.status_code == 200 and "Who said it" in ann.page.text
    assert ann.get("/themes/99").status_code == 404


@pytest.mark.parametrize(
    ("button", "fields", "kept"),
    [
        ("rename", {"title": "Getting through"}, ("rename", "Getting through", "Ann")),
        ("map", {"code": "trust"}, ("map", "trust", "Ann")),
        ("merge", {"others": ["2", "3"]}, ("merge", "", "Ann")),
        ("split", {"into": "2"}, ("split", "", "Ann")),
        ("aside", {}, ("set aside", "", "Ann")),
    ],
)
def test_what_is_asked_of_a_theme_is_kept_and_can_be_undone(ann, review, button, fields, kept):
    ann.get("/themes/1")
    ann.send(button=button, to="csrf_token", **fields)
    assert "Kept. It waits under" in ann.page.text and "Waits to be carried out." in ann.page.text
    assert asked(review) == [kept]
    ann.press("Undo")
    assert "Undone." in ann.page.text and "Waits for the next run." not in ann.page.text


@pytest.mark.parametrize(
    ("button", "fields", "wrong"),
    [
        ("merge", {}, "Tick the themes that are the same as this one."),
        ("split", {"into": "90"}, "2 to 6"),
        ("map", {"code": "nonsense"}, "no code"),
        ("rename", {"title": "t" * 200}, "shorter title"),
        ("propose", {"title": "Guide dogs"}, "Say why the codebook needs it"),
    ],
)
def test_what_cannot_be_asked_is_said(ann, review, button, fields, wrong):
    ann.get("/themes/1")
    ann.send(button=button, to="csrf_token", **fields)
    assert ann.page.status_code == 422 and wrong in ann.page.text and asked(review) == []


def test_a_new_code_is_proposed_from_a_theme(ann):
    ann.get("/themes/2")
    ann.send(button="propose", to="csrf_token", title="Guide dogs", definition="Dogs that help.", why="It comes up often.")
    assert ann.path.startswith("/codebook/proposal/") and "Guide dogs" in ann.page.text


def test_excerpts_that_mean_the_same_are_listed(ann, review):
    ann.get(f"/find/like/{next(iter(review.last_run().tables.row_of))}")
    assert ann.page.status_code == 200 and ann.heading == "More like this" and "More like this" in ann.page.text


def test_quotes_are_approved_reworded_refused_and_undone(ann, review):
    listed = sorted(quote_candidates(review), key=lambda one: one.segment_id)
    first, second, *_ = (one for one in listed if not one.approval and one.consent == "quote")
    ann.get("/quotes")
    assert first.segment_id in ann.page.text
    ann.get(f"/quotes/{first.segment_id}")
    ann.send(button="approve")
    assert "Kept: approved." in ann.page.text
    ann.get(f"/quotes/{second.segment_id}")
    ann.send(button="refuse", wording="typed already")
    assert ann.page.status_code == 422 and "say why" in ann.page.text and "typed already" in ann.page.text
    ann.send(button="reword", wording="Somebody spoke of something else altogether.")
    assert "Kept: reworded." in ann.page.text
    ann.press("Undo")
    standing = {one.segment_id: one.approval for one in quote_candidates(review)}
    assert standing[first.segment_id].outcome == "approved" and standing[second.segment_id] is None


def test_the_next_quote_comes_at_once_with_its_whole_answer_and_question(ann, review):
    ann.get("/quotes")
    places = re.findall(r'href="(/quotes/\w+)"', ann.page.text)
    ann.get(places[0])
    assert "The whole answer and the question" in ann.page.text
    ann.send(button="refuse", reason="It points at her.")
    assert ann.path == places[1] and "Kept: refused." in ann.page.text and ann.heading == "May this be printed?"


def test_who_agreed_to_other_words_only_is_never_quoted(ann, review):
    one = next(one for one in quote_candidates(review) if one.consent == "paraphrase" and not one.approval)
    ann.get(f"/quotes/{one.segment_id}")
    assert "Yes, as it was said" not in ann.page.text
    ann.send(button="approve")
    assert ann.page.status_code == 422 and "rewording only" in ann.page.text


def test_answers_are_found_by_words_that_stay_out_of_the_address(ann):
    ann.get("/find")
    ann.send(words="guide dog", to="words")
    assert ann.path == "/find" and not ann.page.request.query_string and "found for “<bdi>guide dog</bdi>”" in ann.page.text
    assert "guide dog" in ann.page.text and "<mark>" in ann.page.text
    ann.get("/find")
    ann.send(words="", to="words")
    assert "Write the words to look for." in ann.page.text


@pytest.fixture
def practised(review):
    """An excerpt that Ann and Ben read differently, talked about and agreed on."""
    segment_id = next(iter(review.last_run().tables.row_of))
    say(review, "Ann", segment_id, "time", note="They were hurried.")
    say(review, "Ben", segment_id, "forms")
    agree(review, segment_id, ("time",), by="Ann", version=0, key="talked", note="It was the clock.")
    return segment_id


def test_practice_shows_how_others_read_it_and_keeps_nothing(another, review, practised):
    n = len(review.read(lambda store: store.history()))
    cy = another().be("Cy")
    cy.get("/practice")
    cy.press("Try 1 excerpt")
    assert cy.path == f"/practice/{practised}" and "Which codes would you give?" in cy.page.text
    cy.send(codes=["forms"], to="codes")
    assert cy.heading == "The group read it another way"
    assert "It was the clock." in cy.page.text and "They were hurried." in cy.page.text
    assert "Ann" not in cy.page.text and "Ben" not in cy.page.text
    cy.get("/practice/next")
    assert cy.heading == "That was practice" and len(review.read(lambda store: store.history())) == n


def test_a_facilitator_has_what_was_asked_carried_out_and_reads_what_is_wrong_in_a_sentence(app, ann, study, review):
    ann.get("/themes/1")
    ann.send(button="aside", to='value="aside"')
    assert "1 request waits to be carried out. A facilitator does that." in ann.page.text
    assert ann.post("/themes/run", dict(ann.hidden(ann.forms("csrf_token")[0]))).status_code == 403
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    fay = Browser(app).be("Fay")
    assert fay.get("/themes/run").request.path == "/themes"
    # Somebody runs the study at the command line just now.
    study.derived.mkdir(exist_ok=True)
    with (study.derived / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        fay.press("Carry out what was asked")
        assert fay.heading == "The themes are being made anew"
        while fay.heading == "The themes are being made anew":
            time.sleep(0.2)
            assert fay.get("/themes/run").status_code == 200
    assert fay.heading == "What was asked is not carried out yet"
    assert "Another run" in fay.page.text and "Try again" in fay.page.text
    assert "1 request waits" in fay.get("/themes").text


def test_all_texts_of_a_theme_can_be_read_and_those_one_has_yet_to_code_only_when_one_asks(ann, review):
    members = review.last_run().tables["members"]
    card = next(card for card in theme_cards(review) if card.number == 1)
    text_ids = members.loc[members["theme_id"] == card.theme_id, "text_id"].tolist()
    of_text = review.last_run().tables.of_text
    first, second = (of_text[text_id][0] for text_id in text_ids[:2])
    say(review, "Ann", first, "time")
    ann.get("/themes/1")
    ann.get("/themes/1/texts")
    assert f"/excerpt/{first}" in ann.page.text and f"/excerpt/{second}" not in ann.page.text
    assert f"{len(text_ids) - 1} text" in ann.page.text
    ann.press("Show them all the same")
    assert f"/excerpt/{second}" in ann.page.text and "not shown" not in ann.page.text
    assert not say(review, "Ann", second, "time").blind and say(review, "Ben", second, "time").blind


def test_a_facilitator_asks_for_broader_or_finer_themes_on_the_page(app, ann, review):
    review.write(lambda store: store.add_reviewer("Fay", "family", "facilitator"))
    fay = Browser(app).be("Fay")
    assert "Too many themes" not in ann.get("/themes").text
    fay.get("/themes")
    fay.press("Ask for more, finer themes")
    n = len(asked(review))
    # Of so few texts, some themes fall into two or none does; either is said.
    assert ("Asked: Theme" in fay.page.text) == bool(n) and ("Nothing was changed." in fay.page.text) == (not n)
    assert "`" not in fay.page.text.partition("<main")[2]


def test_practice_begins_with_the_examples_of_the_codebook_and_gives_the_reason_after_each(ann, study, review):
    book = read_codebook(study.codebook)
    change = {"examples": ("No time to read it.", "In and out in five minutes."), "counter_examples": ("The bus was late.",)}
    time = replace(book["time"], include="people are hurried", exclude="It costs too much: money. Late: transport.", **change)
    write_codebook(Codebook(tuple(time if code.code == "time" else code for code in book.codes)), study.codebook)
    n = len(review.read(lambda store: store.history()))
    ann.get("/practice")
    ann.press("Try 3 excerpts")
    seen = set()
    for place in (1, 2, 3):
        assert f"Practice {place} of 3" in ann.page.text, "it counts what there is"
        path, words = ann.path, re.search("<mark>(.*?)</mark>", ann.page.text).group(1)
        seen.add(words)
        assert "Yes for:" not in ann.page.text.partition("<form")[0]
        ann.send(codes=["time"], to="data-answer")
        same = words != "The bus was late."
        assert ann.heading == ("You read it as the codebook does" if same else "The codebook reads it another way")
        if place == 1:
            ann.get(path)
            ann.send(not_sure="y", to="data-answer")
            assert ann.heading.startswith("You were not sure.") and "<p>not sure</p>" in ann.page.text
        assert "people are hurried" in ann.page.text and "Not enough time." in ann.page.text
        names = (book["money"].plain_name, book["transport"].plain_name)
        assert "It costs too much: “{}”. Late: “{}”.".format(*names) in unescape(ann.page.text)
        ann.get("/practice/next")
    assert seen == {*change["examples"], *change["counter_examples"]} and ann.heading == "That was practice"
    assert len(review.read(lambda store: store.history())) == n and ann.get("/practice/example-gone").status_code == 409


def test_nothing_to_practise_on_is_said(ann):
    assert "There is nothing to practise on yet." in ann.get("/practice").text


def test_quotes_of_an_earlier_release_are_said_to_need_another_run(ann, review):
    path = review.study.folder / TABLES["quotes"].file
    pd.read_parquet(path).drop(columns=["wording", "refused"]).to_parquet(path)
    ann.get("/quotes")
    assert (
        ann.page.status_code == 409 and "themes run" in ann.page.text and "Nothing that people decided is lost" in ann.page.text
    )
    assert ann.get("/").status_code == 200


@pytest.mark.parametrize("number", ["99999999999999999999", "9223372036854775808", "9" * 5000, "0", "-1", "%D9%A3"])
@pytest.mark.parametrize("page", ["/themes/{}", "/loop/row/{}", "/codebook/proposal/{}"])
def test_an_address_with_a_number_that_nothing_has_is_a_page_in_plain_words(ann, page, number):
    found = ann.get(page.format(number))
    assert found.status_code in (404, 409) and "Something went wrong here" not in found.text


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000])
@pytest.mark.parametrize("page", ["/themes/undo/{}", "/undo/{}", "/quotes/undo/{}", "/talk/abc/undo/{}"])
def test_nothing_is_undone_by_a_number_beyond_counting(ann, page, number):
    ann.get("/themes/1")
    token = dict(ann.hidden(ann.forms("csrf_token")[0]))["csrf_token"]
    assert ann.post(page.format(number), {"csrf_token": token}).status_code == 404


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "٣", "-1"])
@pytest.mark.parametrize("button", ["merge", "split"])
def test_a_form_with_a_number_beyond_counting_is_shown_again_with_a_sentence(ann, review, button, number):
    ann.get("/themes/1")
    found = ann.send(button=button, to="csrf_token", others=[number], into=number)
    assert found.status_code == 422 and "Something went wrong here" not in found.text
    assert asked(review) == []


def test_each_request_names_its_theme_and_stands_on_it_until_the_next_run(ann):
    ann.get("/themes/1")
    title = ann.heading.partition(". ")[2]
    ann.send(button="rename", to='value="rename"', title="Hurry everywhere")
    ann.get("/themes")
    asked = ann.page.text.partition("What people asked")[2]
    assert f"<strong><bdi>{title}</bdi></strong>" in asked and "Give it the title “Hurry everywhere”" in asked
    assert "It waits until a facilitator carries out what was asked." in ann.get("/themes/1").text
    assert "It waits until a facilitator carries out what was asked." not in ann.get("/themes/2").text


def test_texts_of_a_theme_that_may_be_hard_to_read_are_folded_away(ann, study):
    members, themes, segments = (read_table(name, study.folder / TABLES[name].file) for name in ("members", "themes", "segments"))
    theme_id = themes.loc[themes["number"] == 1, "theme_id"].item()
    text_ids = members.loc[members["theme_id"] == theme_id, "text_id"]
    segments.loc[segments["text_id"] == text_ids.iloc[0], "text"] = "She was dying and nobody rang."
    segments.loc[segments["text_id"] == text_ids.iloc[1], "text"] = "They rang us every week."
    write_table("segments", segments, study.folder / TABLES["segments"].file)
    ann.get("/themes/1/texts")
    ann.press("Show them all the same")
    folded = ann.page.text.partition("<summary>May be hard to read")[2].partition("</details>")[0]
    assert "She was dying" in folded and "They rang us" not in folded
    assert ann.page.text.count("She was dying") == 1 and "They rang us" in ann.page.text
