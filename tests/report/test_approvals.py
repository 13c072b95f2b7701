"""What a person approved leaves, or is listed with the reason, whatever becomes of codes, codebook, themes and consent."""

from types import SimpleNamespace

import pytest
from small_study import CODES, count_again, count_themes_again

from pipeline.codebook.codebook import Codebook, write_codebook
from pipeline.decisions.store import open_store, read_review
from pipeline.erasure.decision_rows import Taken, erase_from_store
from pipeline.methods.text.cutting import Cutter
from pipeline.methods.text.passages import Wording
from pipeline.report import export
from pipeline.report.quote_bank import CHANGED, GONE, REWORDING, TABLES, WITHDRAWN, quote_bank
from pipeline.runtime.files import content_id
from pipeline.workflow.results import read_results
from pipeline.workflow.stages.quote import quote
from pipeline.workflow.stages.settle import settle


SAID = "Forty pages before anybody listens to you."
TEXT = content_id(SAID)
REWORDED = "The paperwork came first, and nobody heard what was needed."


@pytest.fixture
def approved(study, tables):
    """Two excerpts that people let leave, one as it was said and one in other words, before the study was run again."""
    quotes = tables["quotes"]
    found = quotes[(quotes["text"] == SAID) & (quotes["consent"] == "quote")]["segment_id"].drop_duplicates().tolist()[:2]
    with open_store(study) as store:
        for segment_id, wording in zip(found, ("", REWORDED), strict=True):
            row = {"segment_id": segment_id, "text_id": TEXT, "wording": wording, "reason": "", "by": "Ann"}
            store.append("approvals", **row, outcome="reworded" if wording else "approved")
    return found


def run_again(study, tables, **changed):
    """Settle and count the codes and pick quotations anew, as a run does, from tables of which some are other ones now."""
    frames = {**tables.frames, **changed}
    settings = study.settings
    decided = (read_review(study, "decisions"), read_review(study, "discussions"))
    frames["codings"] = settle(frames["segments"], frames["suggestions"], *decided, settings=SimpleNamespace())
    names = ("codings", "segments", "comments", "people", "members", "suggestions")
    plan = SimpleNamespace(count=settings.count, intake=settings.intake, quote=settings.quote)
    frames["quotes"] = quote(*(frames[name] for name in names), read_review(study, "approvals"), settings=plan)
    count_themes_again(frames)
    count_again(study, frames)
    return quote_bank(read_results(study, TABLES))


def where(bank, approved):
    """Say in which of the two lists each excerpt stands, and that it stands in no other."""
    leaves, stays = {one.quote for one in bank.quotations}, {one.quote for one in bank.withheld}
    assert not leaves & stays
    return ["leaves" if one in leaves else "stays" if one in stays else "nowhere" for one in approved]


def another_code(tables):
    frame = tables["suggestions"].copy()
    frame.loc[(frame["text_id"] == TEXT) & frame["suggested"], "code"] = "trust"
    return {"suggestions": frame}


def no_code(tables):
    frame = tables["suggestions"]
    return {"suggestions": frame.assign(suggested=frame["suggested"] & (frame["text_id"] != TEXT))}


def no_code_for_anybody(tables):
    return {"suggestions": tables["suggestions"].assign(suggested=False)}


def no_theme(tables):
    return {"members": tables["members"][tables["members"]["text_id"] != TEXT]}


def no_theme_and_no_code(tables):
    return no_theme(tables) | no_code(tables)


@pytest.mark.parametrize(
    "change", [another_code, no_code, no_code_for_anybody, no_theme, no_theme_and_no_code], ids=lambda one: one.__name__
)
def test_an_approval_outlives_what_the_program_makes_of_the_words(study, tables, approved, change):
    assert where(run_again(study, tables), approved) == ["leaves", "leaves"]
    bank = run_again(study, tables, **change(tables))
    assert where(bank, approved) == ["leaves", "leaves"]
    assert {one.words for one in bank.quotations if one.quote in approved} == {SAID, REWORDED}
    export(study, to=["quotes", "html"])
    assert REWORDED in (study.exports / "quotes.csv").read_text(encoding="utf-8")


def test_what_has_no_code_any_more_says_so(study, tables, approved):
    bank = run_again(study, tables, **no_code(tables))
    one = next(one for one in bank.quotations if one.quote == approved[0])
    assert (one.code, one.agreed_by) == ("No code any more", "nobody any more; it was approved when it had a code")


def test_an_approval_outlives_its_code(study, tables, approved):
    write_codebook(Codebook(CODES[1:]), study.codebook)
    assert where(run_again(study, tables, **no_code(tables)), approved) == ["leaves", "leaves"]


def test_an_approval_outlives_the_name_of_its_code(study, tables, approved):
    write_codebook(Codebook((*CODES[1:], CODES[0].__class__("paper", label="Paper"))), study.codebook)
    frame = tables["suggestions"].copy()
    frame["code"] = frame["code"].replace("forms", "paper")
    bank = run_again(study, tables, suggestions=frame)
    assert where(bank, approved) == ["leaves", "leaves"]
    assert {one.code for one in bank.quotations if one.quote in approved} == {"Paper"}


@pytest.mark.parametrize(("consent", "stays"), [("analyse", ["stays", "stays"]), ("paraphrase", ["stays", "leaves"])])
def test_who_no_longer_agrees_is_listed_with_the_reason(study, tables, approved, consent, stays):
    comments = tables["comments"].copy()
    of = tables["segments"].set_index("segment_id")["comment_id"].loc[approved]
    comments.loc[comments["comment_id"].isin(of), "consent"] = consent
    bank = run_again(study, tables, comments=comments)
    assert where(bank, approved) == stays
    why = {one.why for one in bank.withheld if one.quote in approved}
    assert why == ({WITHDRAWN} if consent == "analyse" else {REWORDING})


def test_words_that_changed_are_approved_no_longer_and_that_is_said(study, tables, approved):
    """An identifier that is masked by a later release makes other words of an answer."""
    masked = "[number 1] pages before anybody listens to you."
    segments = tables["segments"].copy()
    segments.loc[segments["segment_id"].isin(approved), ["text", "text_id"]] = [masked, content_id(masked)]
    new = {"members": tables["members"], "suggestions": tables["suggestions"]}
    new = {name: frame.replace({"text_id": {TEXT: content_id(masked)}}) for name, frame in new.items()}
    bank = run_again(study, tables, segments=segments, **new)
    assert where(bank, approved) == ["stays", "stays"]
    assert {one.why for one in bank.withheld if one.quote in approved} == {CHANGED}


def test_an_answer_that_is_gone_is_listed_until_it_is_erased(study, tables, approved):
    there = tables["segments"].set_index("segment_id")
    responses = tables["responses"]
    gone = tables["comments"]["comment_id"].isin(there.loc[approved, "comment_id"])
    less = {"segments": there.drop(approved).reset_index(), "comments": tables["comments"][~gone], "responses": responses[~gone]}
    bank = run_again(study, tables, **less)
    assert where(bank, approved) == ["stays", "stays"] and {one.why for one in bank.withheld if one.quote in approved} == {GONE}
    erase_from_store(study, Taken(frozenset(approved[:1]), (), Cutter(Wording()), {}))
    bank = run_again(study, tables, **less)
    assert where(bank, [*approved, "erased"]) == ["nowhere", "stays", "stays"]


def test_what_was_taken_back_since_the_run_does_not_leave(study, tables, approved):
    run_again(study, tables)
    with open_store(study) as store:
        store.retract("approval", 1, "Ann")
    assert where(quote_bank(read_results(study, TABLES)), approved) == ["stays", "leaves"]


def test_what_was_refused_or_reworded_since_the_run_counts_at_once(study, tables, approved):
    run_again(study, tables)
    row = {"text_id": TEXT, "by": "Ben"}
    with open_store(study) as store:
        store.append("approvals", **row, segment_id=approved[0], outcome="reworded", wording="Too much paper.", reason="")
        store.append("approvals", **row, segment_id=approved[1], outcome="refused", wording="", reason="It points at her.")
    bank = quote_bank(read_results(study, TABLES))
    assert where(bank, approved) == ["leaves", "stays"]
    assert next(one.words for one in bank.quotations if one.quote == approved[0]) == "Too much paper."


def test_a_rewording_that_an_earlier_release_took_and_is_none_stays(study, tables, approved):
    row = {"segment_id": approved[1], "text_id": TEXT, "by": "Ann", "reason": "", "outcome": "reworded"}
    with open_store(study) as store:
        store.append("approvals", **row, wording=f"{SAID} x")
    bank = run_again(study, tables)
    assert where(bank, approved) == ["leaves", "stays"]
    assert "7 of its 7 words stand in the same order" in next(one.why for one in bank.withheld if one.quote == approved[1])
