"""What people read about how far they agree: who is compared, on what, and when nothing is said."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner
from saying import NOW, key, say

from pipeline.cli import main
from pipeline.decisions.store import open_store, read_review
from pipeline.methods.agreement.agreement_in_words import as_text
from pipeline.methods.agreement.agreement_table import from_table, to_table
from pipeline.methods.agreement.measure import measure_agreement
from pipeline.review.codebook_changes import accept_code_edit, propose_change, undo_code_edit
from pipeline.review.current_agreement import agreement
from pipeline.tables.parquet import TABLES, empty_table, read_table


LIVED, STAFF = "lived experience", "researcher"
GROUP = {"Ann": LIVED, "Bel": LIVED, "Cy": STAFF, "Dee": STAFF}


def answers(**given):
    """Return blind answers: for each person a list with what they gave to excerpts 0, 1, 2 …; None where not asked."""
    rows = [
        {
            "segment_id": f"s{place}",
            "text_id": f"t{place}",
            "reviewer": name,
            "reviewer_group": GROUP[name],
            "codes": "" if said in ("none", "not sure") else said,
            "outcome": said if said in ("none", "not sure") else "codes",
        }
        for name, list_ in given.items()
        for place, said in enumerate(list_)
        if said is not None
    ]
    return pd.DataFrame(rows)


def measured(blind, *, suggested=(), lessons=(), n=40):
    segments = pd.DataFrame({"segment_id": [f"s{place}" for place in range(n)], "text_id": [f"t{place}" for place in range(n)]})
    suggestions = pd.DataFrame(
        [(f"t{place}", code, True) for place, code in enumerate(suggested) if code], columns=["text_id", "code", "suggested"]
    ).astype({"suggested": bool})
    return measure_agreement(blind, segments, suggestions, pd.DataFrame({"text_id": list(lessons)}))


def only(found, kind, *names):
    (one,) = [one for one in found[kind] if not names or {one.group, one.other} >= set(names)]
    return one


def test_agreement_is_told_within_and_between_groups():
    found = measured(
        answers(
            Ann=["time", "trust"] * 10,
            Bel=["time", "trust"] * 10,
            Cy=["time", "time"] * 10,
            Dee=["forms", "time"] * 10,
        )
    )
    assert only(found, "within", LIVED).overall.same.value == 1
    assert only(found, "within", STAFF).overall.same.value == 0.5
    across = only(found, "between", LIVED, STAFF)
    # On even excerpts Cy says what both of the others say, on odd ones nobody does.
    assert across.overall.same.value == pytest.approx(0.25) and across.n_people == 4 and across.n_excerpts == 20
    assert only(found, "within", LIVED).kappa == "Cohen's kappa" and only(found, "everyone").kappa == "Fleiss' kappa"


def test_each_code_is_told_and_a_rare_one_is_not():
    found = only(
        measured(answers(Ann=["time|trust"] * 8 + ["none"] * 12, Bel=["time"] * 8 + ["none"] * 11 + ["forms"])), "everyone"
    )
    codes = {one.code: one for one in found.codes}
    assert codes["time"].alpha.value == 1 and codes["time"].when_one.value == 1 and codes["time"].n_given == 8
    assert codes["trust"].when_one.value == 0 and codes["trust"].same.value == pytest.approx(12 / 20)
    assert codes["forms"].too_few and codes["forms"].same.value is None
    # Codes in common count for something in alpha, and for nothing in the share of exactly the same codes.
    assert found.overall.same.value == pytest.approx(11 / 20) and found.overall.alpha.value > found.overall.kappa.value


def test_what_only_one_of_them_coded_is_no_agreement():
    both = answers(Ann=["time", "none"] * 6, Bel=["time", "time"] * 6)
    more = answers(Ann=["time", "none"] * 6 + ["none"] * 20, Bel=["time", "time"] * 6 + ["not sure"] * 20)
    assert only(measured(both), "everyone").overall == only(measured(more), "everyone").overall
    found = measured(more)
    assert (found.n_answers, found.n_not_answers) == (44, 20)


def test_none_of_these_is_an_answer_on_which_people_may_agree():
    found = only(measured(answers(Ann=["none"] * 10 + ["time"] * 5, Bel=["none"] * 10 + ["trust"] * 5)), "everyone")
    assert found.n_excerpts == 15 and found.overall.same.value == pytest.approx(10 / 15)


def test_too_few_excerpts_give_no_figure():
    found = measured(answers(Ann=["time"] * 9, Bel=["time"] * 9))
    assert only(found, "everyone").overall is None
    assert "2 people, 9 excerpts that both coded: too few for a figure (10 are needed)." in as_text(found, {})
    alone = as_text(measured(answers(Ann=["time"] * 30)), {})
    assert (
        "Within lived experience: one person, so there is nobody to compare with." in alone
        and "%" not in alone.split("interval.")[1]
    )


def test_the_model_is_compared_where_it_speaks_and_has_not_learnt():
    blind = answers(Ann=["time"] * 30, Cy=["trust"] * 30)
    suggested = ["time"] * 14 + [None] * 6 + ["time"] * 10
    found = measured(blind, suggested=suggested, lessons=[f"t{place}" for place in range(20, 30)])
    assert (found.n_silent, found.n_learnt) == (6, 10)
    with_ann, with_cy = only(found, "model and person", "Ann"), only(found, "model and group", STAFF)
    assert with_ann.n_excerpts == with_cy.n_excerpts == 14
    assert with_ann.overall.same.value == 1 and with_cy.overall.same.value == 0
    said = as_text(found, {"time": "Too little time"})
    assert "10 excerpts are left out where the model is compared" in said and "suggests nothing for 6 excerpts" in said
    assert "100% (no interval: the excerpts show no spread)" in said and "Too little time: given to 14 excerpts" in said


def test_answers_about_text_no_longer_in_the_data_do_not_count():
    found = measured(answers(Ann=["time"] * 30, Bel=["time"] * 30), n=12)
    assert found.n_answers == 24 and only(found, "everyone").n_excerpts == 12


def test_comparisons_come_back_from_their_table():
    found = measured(answers(Ann=["time", "trust"] * 10, Bel=["time"] * 20, Cy=["forms"] * 4), suggested=["time"] * 20)
    told = tuple(one for one in found.comparisons if one.kind != "model and person")
    assert from_table(to_table(told)) == told and {one.overall is None for one in told} == {True, False}
    assert from_table(to_table(())) == ()


def test_nobody_yet_is_said():
    assert "Nobody has coded an excerpt blind yet" in as_text(measured(empty_table("blind_answers")), {})


@pytest.fixture
def reviewed(study):
    """A study in which two people have read twelve excerpts, and one has looked at the model and changed her mind."""
    rows = read_table("segments", study.folder / TABLES["segments"].file).head(12).to_dict("records")
    with open_store(study) as store:
        for name in ("Ann", "Cy"):
            store.add_reviewer(name, GROUP[name])
            for place, row in enumerate(rows):
                ids = {"segment_id": row["segment_id"], "text_id": row["text_id"], "reviewer": name}
                made = store.decide(**ids, outcome="codes", codes=["time" if name == "Ann" or place % 2 else "forms"])
                if name == "Cy":
                    store.decide(**ids, outcome="codes", codes=["time"], blind=False, channel="web")
        store.decide(**ids, outcome="none")
        store.withdraw(made.decision_id + 2, "Cy")
    return study


def test_only_the_blind_answer_counts_whatever_was_said_after(reviewed):
    found = agreement(reviewed)
    assert only(found, "between", LIVED, STAFF).overall.same.value == pytest.approx(0.5)


def test_the_command_says_it_and_gives_it_as_json(reviewed):
    said = CliRunner().invoke(main, ["agreement", str(reviewed.folder)])
    assert (
        said.exit_code == 0
        and "Between lived experience and researcher: 2 people, 12 excerpts. Exactly the same codes in 50%" in said.output
    )
    found = json.loads(CliRunner().invoke(main, ["agreement", str(reviewed.folder), "--json"]).output)
    assert found["comparisons"][0]["overall"]["same"]["value"] == 0.5


def test_only_answers_since_a_definition_last_changed_are_compared(review, study):
    first, other = review.last_run().tables.excerpts[:2]
    for segment_id in (first, other):
        say(review, "Ann", segment_id, "time" if segment_id == first else "money")
        say(review, "Ben", segment_id, "time" if segment_id == first else "money")
    made = propose_change(review, "time", {"definition": "No time to listen."}, why="", by="Ann", key=key())
    accept_code_edit(review, made.code_edit_id, by="Ben", today=NOW.date())
    say(review, "Ann", first, "trust")
    blind = read_review(study, "blind_answers")
    said = {(row.segment_id, row.reviewer): row.codes for row in blind.itertuples() if row.segment_id in (first, other)}
    assert said[first, "Ann"] == "trust" and (first, "Ben") not in said
    say(review, "Ben", first, "trust")
    assert agreement(study).n_answers == len(read_review(study, "blind_answers"))
    undo_code_edit(review, made.code_edit_id, by="Ben", today=NOW.date())
    assert (first, "Ben") in {(row.segment_id, row.reviewer) for row in read_review(study, "blind_answers").itertuples()}
