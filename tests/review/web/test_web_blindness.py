"""No page tells a person how an excerpt is coded before their own answer, or else that answer is not blind.

Two studies differ in nothing but how one excerpt is coded and what others say of it. Whoever has yet to read that excerpt
asks both for every page there is: where the two pages differ, one of them told, and the answer after it must not be blind.
"""

import re
import shutil
from contextlib import contextmanager
from datetime import date
from difflib import unified_diff

import numpy as np
import pytest
from asking import Browser
from saying import key, say

from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.store import open_store
from pipeline.review.codebook_changes import accept_code_edit, propose_change
from pipeline.review.coding import said_by, take_back
from pipeline.review.discussions import ReaderCoding, agree, ask_to_talk, leave_contested, talk_about
from pipeline.review.memos import write_memo
from pipeline.review.quote_approvals import approve, quote_candidates
from pipeline.review.session import open_review
from pipeline.review.theme_edits import map_wish
from pipeline.review.theme_requests import ask_of_themes, theme_cards
from pipeline.review.web.access import ACCESS
from pipeline.review.web.app import create_app
from pipeline.review.web.server_config import make_site
from pipeline.runtime.files import content_id
from pipeline.study.study import load_study
from pipeline.tables.parquet import TABLES, Vectors, read_table, write_table


PEOPLE = (("Ben", "researcher"), ("Cy", "lived experience"), ("Di", "family"))
SAID = "Ten minutes is no time to think."
TEXT = content_id(SAID)
WORLDS = ("forms", "money")
"""The code that the program and people give the excerpt, in one study and in the other."""

# What each page is asked for, by its endpoint. A new page fails the first test until it stands here.
ASKED = {
    "home.home": [("GET", "/", {})],
    "home.guide": [("GET", "/guide", {})],
    "home.guide_in_large_print": [("GET", "/guide/large-print", {})],
    "home.settings": [
        ("GET", "/settings", {}),
        ("POST", "/settings", {"shortcuts": "on"}),
        ("POST", "/settings", {"size": "larger", "aloud": "y"}),
    ],
    "home.progress": [("GET", "/progress", {})],
    "home.how_far_we_agree": [("GET", "/agreement", {})],
    "home.stay": [("POST", "/stay", {"then": "/quotes"})],
    "excerpts.begin": [("GET", "/begin", {}), ("POST", "/begin", {"size": "5", "order": "given order"})],
    "excerpts.begin_share": [("POST", "/begin/share", {})],
    "home.share": [("GET", "/share", {}), ("POST", "/share", {"size": "5", "audit": "0", "order": "given order"})],
    "excerpts.next_excerpt_page": [("GET", "/next", {})],
    "excerpts.pause": [("GET", "/pause", {})],
    "excerpts.read": [("GET", "/excerpt/SEGMENT", {}), ("GET", "/excerpt/SEGMENT?find=time", {})],
    "excerpts.answer": [
        ("POST", "/excerpt/SEGMENT", {"do": "find", "find": "time"}),
        ("POST", "/excerpt/SEGMENT", {"do": "all"}),
        ("POST", "/excerpt/SEGMENT", {"do": "part-1", "note": "later"}),
        ("POST", "/excerpt/SEGMENT", {"do": "stop", "note": "later"}),
        ("POST", "/excerpt/SEGMENT", {"do": "save"}),
        ("POST", "/excerpt/SEGMENT", {"do": "save", "codes": ["time"], "none": "y"}),
        ("POST", "/excerpt/SEGMENT", {"do": "save", "codes": ["time"], "seen": "999999"}),
    ],
    "excerpts.keep_draft": [("POST", "/excerpt/SEGMENT/draft", {"note": "half a thought"})],
    "excerpts.model": [("GET", "/excerpt/SEGMENT/suggestion", {})],
    "excerpts.after_model": [
        ("POST", "/excerpt/SEGMENT/suggestion", {"do": do, "seen": "0"}) for do in ("keep", "take", "both", "nothing")
    ],
    "excerpts.mine": [("GET", "/mine", {})],
    "excerpts.undo": [("POST", "/undo/1", {}), ("POST", "/undo/99999", {})],
    "codebook.codebook": [("GET", "/codebook", {})],
    "codebook.one_code": [("GET", f"/codebook/code/{code}", {}) for code in ("time", "forms", "money")],
    "codebook.change": [("GET", "/codebook/change/time", {}), ("POST", "/codebook/change/time", {"label": ""})],
    "codebook.new_code": [("GET", "/codebook/new", {}), ("POST", "/codebook/new", {"label": ""})],
    "codebook.proposal": [("GET", "/codebook/proposal/1", {})],
    "codebook.say": [("POST", "/codebook/proposal/1", {"do": "object"})],
    "themes.themes": [("GET", "/themes", {})],
    "themes.theme": [("GET", "/themes/THEME", {})],
    "themes.ask": [("POST", "/themes/THEME", {"do": do}) for do in ("rename", "merge", "map", "propose")],
    "themes.show_code": [("POST", "/themes/THEME/code", {})],
    "themes.texts": [("GET", "/themes/THEME/texts", {})],
    "themes.show_texts": [("POST", "/themes/THEME/texts", {})],
    "themes.run": [("GET", "/themes/run", {}), ("POST", "/themes/run", {})],
    "themes.change_grain": [("POST", "/themes/grain", {"do": "finer"})],
    "themes.undo": [("POST", "/themes/undo/99", {})],
    "finding.search": [("GET", "/find", {}), ("POST", "/find", {"words": "ten minutes"})],
    "finding.alike": [("GET", "/find/like/SEGMENT", {}), ("GET", "/find/like/OTHER", {})],
    "practice.begin": [("GET", "/practice", {})],
    "practice.begin_round": [("POST", "/practice", {})],
    "practice.next_try": [("GET", "/practice/next", {})],
    "practice.try_one": [("GET", "/practice/SEGMENT", {})],
    "practice.see": [("POST", "/practice/SEGMENT", {"codes": ["time"]})],
    "quotes.quotes": [("GET", "/quotes", {})],
    "quotes.quote": [("GET", "/quotes/SEGMENT", {})],
    "quotes.show_code": [("POST", "/quotes/SEGMENT/code", {})],
    "quotes.decide": [
        ("POST", "/quotes/SEGMENT", {"do": "refuse", "reason": "", "shown": TEXT}),
        ("POST", "/quotes/SEGMENT", {"do": "refuse", "reason": "It points at her.", "seen": "77", "shown": TEXT}),
    ],
    "quotes.undo": [("POST", "/quotes/undo/99", {})],
    "answering.loop": [("GET", "/loop", {})],
    "answering.new": [("GET", f"/loop/new/{content_id('Too little time')}", {})],
    "answering.row": [("GET", "/loop/row/2", {})],
    "answering.undo": [("POST", "/loop/undo", {})],
    "talk.differing": [("GET", "/talk", {})],
    "talk.discuss": [("GET", "/talk/SEGMENT", {})],
    "talk.settle": [("POST", "/talk/SEGMENT", {}), ("POST", "/talk/SEGMENT", {"outcome": "contested"})],
    "talk.look": [("POST", "/talk/SEGMENT/look", {})],
    "talk.undo": [("POST", "/talk/SEGMENT/undo/99", {})],
    "inbox.mine": [("GET", "/came-of-it", {})],
    "inbox.group": [("GET", "/group", {})],
    "inbox.look": [("POST", "/group/look", {})],
    "inbox.settle": [
        ("GET", "/group/suggestion/1", {}),
        *(("POST", "/group/suggestion/1", {"do": do, "why": "No.", "code": "trust"}) for do in ("merge", "decline", "open")),
        ("POST", "/group/suggestion/99", {"do": "merge"}),
    ],
    "inbox.ask": [("POST", "/group/talk/SEGMENT", {})],
    "memos.memos": [("GET", "/memos", {}), ("POST", "/memos", {"words": "forms"})],
    "memos.new": [
        ("GET", "/memos/new", {}),
        ("GET", "/memos/new/code/time", {}),
        ("GET", "/memos/new/excerpt/SEGMENT", {}),
        ("POST", "/memos/new/excerpt/SEGMENT", {"kind": "analytic", "note": ""}),
    ],
    "memos.memo": [("GET", "/memos/1", {}), ("POST", "/memos/1", {"kind": "method", "note": "Mine."})],
    "worry.about": [("GET", "/excerpt/SEGMENT/worry", {}), ("POST", "/excerpt/SEGMENT/worry", {"kind": "worry", "note": "Her."})],
    "worry.listed": [("GET", "/worries", {})],
    "worry.settle": [("GET", "/worries/1", {}), ("POST", "/worries/1", {"how": "Spoken with."})],
    "home.pay_sheet": [("GET", "/time.csv", {}), ("GET", "/time.xlsx", {})],
}
ABOUT_NO_EXCERPT = {
    *("static", "who.open_page", "who.choose", "who.add", "home.leave"),
    *("team.sign_in", "team.take_up_invitation", "team.people", "team.change_role", "team.close"),
    *("team.renew", "team.take_back_link"),
    *("findings.findings", "findings.finding", "findings.change"),
}
"""Pages on which nothing of any excerpt stands: who somebody is, files that are the same for all studies, and what the last
report said of all answers together."""
OF_ALL_EXCERPTS = {"answering.loop", "answering.new", "answering.row"}
"""What differs on these is said of many excerpts together; that none of them can be told is a test of its own."""
ONLY_WHEN_ASKED = {"quotes.show_code", "themes.show_code", "themes.show_texts", "talk.look", "practice.see", "inbox.look"}
"""Pages that tell, since a person pressed the button that says so."""


def never_opened(review, segment_id, code, readers):
    """Nobody has read the excerpt."""


def read_by_one(review, segment_id, code, readers):
    say(review, "Ben", segment_id, code, note=f"It is {code}.")


def read_differently(review, segment_id, code, readers):
    read_by_one(review, segment_id, code, readers)
    say(review, "Di", segment_id, "trust" if code == "forms" else "transport", note=f"Not {code}.")


def read_alike(review, segment_id, code, readers):
    for who in ("Ben", "Di"):
        say(review, who, segment_id, code, note=f"It is {code}.")


def agreed_on(review, segment_id, code, readers):
    read_differently(review, segment_id, code, readers)
    agree(review, segment_id, (code,), by="Ben", version=0, key=key(), note=f"We say {code}.")


def contested(review, segment_id, code, readers):
    read_differently(review, segment_id, code, readers)
    readings = tuple(ReaderCoding(one.codes, f"Some say {one.codes[0]}.") for one in talk_about(review, segment_id).now)
    leave_contested(review, segment_id, readings, by="Ben", version=0, key=key())


def skipped(review, segment_id, code, readers):
    read_differently(review, segment_id, code, readers)
    for who in readers:
        say(review, who, segment_id, "skip")


def quoted(review, segment_id, code, readers):
    read_differently(review, segment_id, code, readers)
    approve(review, segment_id, by="Ben", version=0, key=key())


def written_about(review, segment_id, code, readers):
    """All have read it, suggested a code, written a note and asked to talk; what the code should be is in their words."""
    for who in ("Ben", "Di"):
        say(review, who, segment_id, code, note=f"It is {code}.", new_code=f"More than {code}")
    ask_to_talk(review, segment_id, by="Ben", note=f"Is it {code}?", key=key())
    write_memo(review, kind="analytic", note=f"All of it is {code}.", by="Ben", key=key(), segment_id=segment_id)


def begun_to_be_written_about(review, segment_id, code, readers):
    """The same of one of those who are to read it."""
    say(review, "Ben", segment_id, code, note=f"It is {code}.", new_code=f"More than {code}")
    ask_to_talk(review, segment_id, by="Ben", note=f"Is it {code}?", key=key())


def to_be_read_again(review, segment_id, code, readers):
    """Everybody has read it and talked about it; then a definition changed, and others have read it anew."""
    for who in readers:
        say(review, who, segment_id, "trust")
    agreed_on(review, segment_id, code, readers)
    made = propose_change(review, "trust", {"definition": "To be believed."}, why="Clearer.", by="Ben", key=key())
    accept_code_edit(review, made.code_edit_id, by="Di", today=date(2026, 3, 4))
    read_differently(review, segment_id, code, readers)
    write_memo(review, kind="analytic", note=f"All of it is {code}.", by="Ben", key=key(), segment_id=segment_id)


STATES = (
    *(never_opened, read_by_one, read_differently, read_alike, agreed_on, contested, skipped, quoted, to_be_read_again),
    *(written_about, begun_to_be_written_about),
)


def study_codes(study):
    return read_codebook(study.codebook).plain_names


READERS = tuple(f"Reader {place}" for place in range(len(ASKED)))


@pytest.fixture(scope="module")
def worlds(built, tmp_path_factory):
    """Return the folder of a study for each of the codes: all that is the same whatever people then do."""
    folder = tmp_path_factory.mktemp("worlds")
    for code in WORLDS:
        prepare(built, folder / code, code)
    return {code: folder / code for code in WORLDS}


def prepare(built, folder, code):
    """Make a study in which the excerpt has this code."""
    shutil.copytree(built.folder, folder)
    study = load_study(folder)

    def change(name, rows):
        frame = read_table(name, study.folder / TABLES[name].file)
        frame.loc[rows(frame), "code"] = code
        write_table(name, frame, study.folder / TABLES[name].file)

    change("suggestions", lambda frame: (frame["text_id"] == TEXT) & frame["suggested"])
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    there = set(segments.loc[segments["text_id"] == TEXT, "segment_id"])
    for name in ("codings", "quotes"):
        change(name, lambda frame: frame["segment_id"].isin(there))
    theme = content_id("theme", "hurry, minutes, rushed")
    change("theme_codes", lambda frame: frame["theme_id"] == theme)
    # A theme without a title of its own goes by the label of its code.
    themes = read_table("themes", study.folder / TABLES["themes"].file)
    themes.loc[themes["theme_id"] == theme, "title"] = study_codes(study)[code]
    write_table("themes", themes, study.folder / TABLES["themes"].file)
    texts = read_table("texts", study.folder / TABLES["texts"].file)
    matrix = np.random.default_rng(0).normal(size=(len(texts), 8)).astype(np.float16)
    write_table("vectors", Vectors(tuple(texts["text_id"]), matrix), study.folder / TABLES["vectors"].file)
    with open_store(study) as store, store.together():
        for name, group in (*PEOPLE, *((name, "care worker") for name in READERS)):
            store.add_reviewer(name, group)


@contextmanager
def a_world(worlds, folder, code, state):
    """Open a copy of the study of this code, in which the excerpt is in this state for all its readers."""
    shutil.copytree(worlds[code], folder)
    study, theme = load_study(folder), content_id("theme", "hurry, minutes, rushed")
    with open_review(study) as review:
        segment_id = next(one.segment_id for one in quote_candidates(review) if one.text == SAID and one.consent == "quote")
        state(review, segment_id, code, READERS)
        numbers = read_table("themes", study.folder / TABLES["themes"].file).set_index("theme_id")["number"]
        ask_of_themes(review, map_wish(review.study, int(numbers[theme]), code), by="Ben")
        other = next(one for one in review.last_run().tables.excerpts if review.last_run().tables.text_id(one) != TEXT)
        app = create_app(review, make_site("127.0.0.1", 8765, None), tell=lambda address: None, clock=lambda: 1_772_616_600.0)
        yield app, review, {"SEGMENT": segment_id, "THEME": str(numbers[theme]), "OTHER": other}


def ask(browser, blanks, method, path, fields):
    """Return what a page says, without what is different each time."""
    for name, value in blanks.items():
        path = path.replace(name, value)
    if method == "GET":
        browser.get(path)
    else:
        # Any page's token will do: the same for as long as the browser's session lasts.
        if "csrf_token" not in browser.page.text:
            browser.get("/settings")
        token = dict(browser.hidden(browser.forms("csrf_token")[0]))["csrf_token"]
        browser.post(path, {"csrf_token": token, "key": f"{key():0>32}", "seen": "0"} | fields)
    return re.sub(r'value="[^"]{16,}"', "", browser.page.text)


def test_every_page_is_classified(app, team_app):
    endpoints = {rule.endpoint for one in (app, team_app) for rule in one.url_map.iter_rules()}
    assert endpoints == ASKED.keys() | ABOUT_NO_EXCERPT and endpoints == ACCESS.keys()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_what_follows_a_page_that_tells_is_not_blind(worlds, tmp_path, state):
    with (
        a_world(worlds, tmp_path / "one", WORLDS[0], state) as (one_app, one_room, blanks),
        a_world(worlds, tmp_path / "other", WORLDS[1], state) as (other_app, other_room, others),
    ):
        assert blanks == others
        for place, (endpoint, questions) in enumerate(ASKED.items()):
            who = f"Reader {place}"
            pages = [
                [ask(browser, blanks, *question) for question in questions]
                for browser in (Browser(app).be(who, follow=False) for app in (one_app, other_app))
            ]
            told = "" if endpoint in OF_ALL_EXCERPTS else "\n".join(difference(*pages))
            blind = {answers_blind(review, who, blanks["SEGMENT"]) for review in (one_room, other_room)}
            assert not told or blind == {False}, f"{endpoint} told, and the answer after it is kept as blind:\n{told}"
            assert told or blind == {True}, f"{endpoint} told nothing, and the answer after it is kept as not blind"
            assert not told or endpoint in ONLY_WHEN_ASKED, f"{endpoint} tells somebody who did not ask for it:\n{told}"


def difference(pages, others):
    """Return the lines in which what is said in one study differs from what is said in the other."""
    lines = [[line for page in found for line in page.splitlines()] for found in (pages, others)]
    return [line for line in unified_diff(*lines, n=0, lineterm="") if not line.startswith(("---", "+++", "@@"))]


def answers_blind(review, who, segment_id):
    """Say whether a person's answer counts as blind, and take it back so that the excerpt waits for the next as it did."""
    made = say(review, who, segment_id, "time")
    take_back(review, made.decision_id, who)
    return made.blind


def test_whoever_asks_is_told(worlds, tmp_path):
    """Or else the test above would pass on pages that show nothing to anybody."""
    with a_world(worlds, tmp_path / "one", "money", agreed_on) as (app, _, blanks):
        cy = Browser(app).be("Cy")
        label = "Money &lt;budgets&gt;"
        assert label not in ask(cy, blanks, "GET", "/quotes/SEGMENT", {}) and label not in ask(cy, blanks, "GET", "/talk", {})
        assert label in ask(cy, blanks, "POST", "/quotes/SEGMENT/code", {}) and label in ask(cy, blanks, "GET", "/talk", {})


def test_the_list_of_answers_does_not_say_which_theme_has_which_code(ann, review):
    ann.get("/loop")
    coded = {card.number for card in theme_cards(review) if card.code}
    assert coded and "Too little time" in ann.page.text
    assert not coded & {int(number) for number in re.findall(r'href="/themes/(\d+)"', ann.page.text)}


def test_the_list_of_answers_does_not_say_which_theme_goes_by_the_label_of_a_code(ann, review, study):
    """Titles are made before codes are matched to themes, so that a theme may have a code's label and no code."""
    table = TABLES["theme_codes"].file
    codes = read_table("theme_codes", study.folder / table)
    codes["code"] = None
    write_table("theme_codes", codes, study.folder / table)
    themes = read_table("themes", study.folder / TABLES["themes"].file)
    themes.loc[0, ["title", "named", "set_aside", "agreed_code"]] = ["Too little time", False, False, None]
    write_table("themes", themes, study.folder / TABLES["themes"].file)
    ann.get("/loop")
    assert "Too little time" in ann.page.text and f'href="/themes/{themes.loc[0, "number"]}"' not in ann.page.text


def test_an_example_in_the_codebook_is_nobodys_blind_answer(review):
    segment_id = next(iter(review.last_run().tables.of_text[TEXT]))
    made = propose_change(review, "time", {"examples": "Ten minutes: is no TIME to think"}, why="Clear.", by="Ben", key=key())
    accept_code_edit(review, made.code_edit_id, by="Di", today=date(2026, 3, 4))
    assert not say(review, "Cy", segment_id, "time").blind


def test_who_reads_a_proposal_has_read_its_examples(ann, review):
    segment_id = next(iter(review.last_run().tables.of_text[TEXT]))
    made = propose_change(review, "money", {"examples": SAID}, why="Clear.", by="Ben", key=key())
    ann.get(f"/codebook/proposal/{made.code_edit_id}")
    assert SAID in ann.page.text
    assert not say(review, "Ann", segment_id, "time").blind and say(review, "Cy", segment_id, "time").blind


def test_the_models_reason_tells_how_other_words_are_coded(ann, review, study):
    """Its reason is what somebody else said, beside the code that people gave it."""
    frame = read_table("suggestions", study.folder / TABLES["suggestions"].file)
    other = content_id("They were rushed, and so were we.")
    frame.loc[(frame["text_id"] == other) & frame["suggested"], "because"] = SAID
    write_table("suggestions", frame, study.folder / TABLES["suggestions"].file)
    tables = review.last_run().tables
    ann.get(f"/excerpt/{tables.of_text[other][0]}")
    ann.send(button="save", codes=["money"])
    assert SAID in ann.page.text
    assert not say(review, "Ann", tables.of_text[TEXT][0], "time").blind


def test_the_same_words_again_are_not_blind_after_the_suggestion(review):
    first, second, *_ = review.last_run().tables.of_text[TEXT]
    assert say(review, "Ann", first, "time").blind and not say(review, "Ann", second, "time").blind
    assert say(review, "Ben", second, "time").blind


def test_who_answered_on_a_sheet_sees_codes_and_the_same_words_elsewhere_are_not_blind_then(ann, review):
    first, second, *_ = review.last_run().tables.of_text[TEXT]
    given = {"segment_id": first, "text_id": TEXT, "reviewer": "Ann", "outcome": "none", "channel": "workbook"}
    review.write(lambda store: store.decide(**given))
    assert "It stands for Too little time." in ann.get(f"/quotes/{first}").text
    assert not say(review, "Ann", second, "time").blind


def test_only_what_an_order_drew_counts_as_drawn_by_it(ann, review):
    """Whoever picks an excerpt during a fair sample has not drawn it by chance."""
    ann.get("/begin")
    ann.send(size="10", order="random audit")
    drawn = ann.path.rpartition("/")[2]
    picked = next(one for one in review.last_run().tables.excerpts if one != drawn)
    ann.send(button="save", none="y")
    ann.get(f"/excerpt/{picked}")
    ann.send(button="save", none="y")
    assert {made.segment_id: made.drawn for made in said_by(review, "Ann")} == {drawn: "random audit", picked: "given order"}


def test_who_comes_next_on_a_device_sees_nothing_of_who_was_there(ann, review):
    """Ann's answer was saved, and the device passed on before the page that says so was looked at."""
    segment_id = review.last_run().tables.of_text[TEXT][0]
    ann.get(f"/excerpt/{segment_id}")
    ann.send(button="save", codes=["time"], follow=False)
    assert "Saved:" not in ann.get("/who").text
    ann.send(name="Cy")
    for path in ("/", "/mine", "/next", f"/excerpt/{segment_id}", f"/excerpt/{segment_id}/suggestion", "/quotes"):
        assert "Saved:" not in ann.get(path).text and "model suggests" not in ann.page.text
    assert say(review, "Cy", segment_id, "time").blind
