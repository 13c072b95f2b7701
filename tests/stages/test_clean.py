from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.artefacts import check_table, empty_table
from pipeline.methods.nonanswers import is_silence, reading_of_nothing
from pipeline.methods.redact import Redactor
from pipeline.stages.clean import clean, repair
from pipeline.study import Clean
from pipeline.tokens import Tokens, numbers_of


PLAN = SimpleNamespace(clean=Clean(languages=("en", "cy"), known_names=("Gwen Parry",)))


def responses(*rows):
    table = pd.DataFrame(rows, columns=["response_id", "text"])
    rest = {"row": 2, "question": "q", "frame": "neutral", "weight": 1.0, "received": None, "consent": "quote"}
    return table.assign(**rest)


def cleaned(*rows, **changes):
    return check_table("comments", clean(responses(*rows).assign(**changes), Tokens(), settings=PLAN)[0])


@pytest.mark.parametrize(
    "text", ["n/a", "N.A.", "-", "?", "...", "As above", "don\u2019t know", "NULL", "Ddim yn gwybod", "   .  "]
)
def test_silence_is_recognised(text):
    assert is_silence(text)


@pytest.mark.parametrize(
    "text", ["no", "Nothing", "\N{THUMBS UP SIGN}", "ok", "time", "no comment from the council in a year", "dim ond siarad"]
)
def test_a_short_answer_is_not_silence(text):
    assert not is_silence(text)


@pytest.mark.parametrize(("frame", "reading"), [("better", "praise"), ("good", "criticism"), ("neutral", "")])
def test_nothing_reads_by_its_question(frame, reading):
    assert reading_of_nothing("Nothing really!", frame) == reading
    assert reading_of_nothing("Nothing ever happens", frame) is None


def test_nothing_is_kept_and_marked_where_the_question_gives_it_meaning():
    praise = cleaned(("p1", "Nothing"), frame="better").iloc[0]
    assert praise["reading"] == "praise"
    assert pd.isna(praise["set_aside"])
    assert cleaned(("p1", "Nothing"), frame="neutral").iloc[0]["set_aside"] == "non-answer"


def test_every_answer_is_kept_or_set_aside_with_its_reason():
    found = cleaned(
        ("p1", "They listened to us and changed the letter."),
        ("p2", None),
        ("p3", "n/a"),
        ("p1", "they  listened to us and changed the LETTER."),
        ("p4", "They listened to us and changed the letter."),
        ("p5", "Potrzebujemy więcej czasu, żeby spokojnie porozmawiać o opiece nad naszymi rodzicami."),
    )
    expected = [None, "empty", "non-answer", "the same person's answer again", None, "other language"]
    assert [None if pd.isna(reason) else reason for reason in found["set_aside"]] == expected
    assert found["same_as"].dropna().tolist() == [found["comment_id"].iloc[0]]


def test_welsh_is_read_where_the_study_reads_it():
    found = cleaned(("p1", "Mae angen mwy o amser arnom ni i siarad gyda'n gilydd am y gofal."))
    assert found["language"].tolist() == ["cy"]
    assert found["set_aside"].isna().all()


def test_without_consent_no_word_leaves_the_vault():
    found = cleaned(("p1", "CANARY would rather not."), consent="none").iloc[0]
    assert found["text"] == ""
    assert found["set_aside"] == "no consent to analyse"


def test_names_are_masked_and_the_vault_knows_the_way_back():
    comments, masks, _ = clean(responses(("p1", "Our worker GWEN PARRY rang, and gwen parry came.")), Tokens(), settings=PLAN)
    text = comments["text"].iloc[0]
    assert "parry" not in text.casefold()
    assert comments["redactions"].iloc[0] == 2
    for mask in masks.itertuples():
        assert text[mask.start : mask.end] == mask.token
    assert masks["original"].tolist() == ["GWEN PARRY", "gwen parry"]
    assert masks["token"].nunique() == 1


def test_broken_characters_are_mended():
    assert repair("itâ€™s\r\n fine \x00") == "it\u2019s\n fine"


def test_ids_do_not_depend_on_the_order_of_rows():
    rows = [("p1", "Time to think."), ("p2", "Trust."), ("p3", "Being paid for it.")]
    forward, backward = cleaned(*rows), cleaned(*reversed(rows))
    assert set(forward["comment_id"]) == set(backward["comment_id"])


def test_no_responses_give_no_comments():
    assert all(table.empty for table in clean(empty_table("responses"), Tokens(), settings=PLAN))


def test_a_second_wave_keeps_the_numbers_of_known_names_and_adds_new_ones_after_them():
    first = clean(responses(("a", "My nurse Olwen rang."), ("b", "My nurse Gareth did not.")), Tokens(), settings=PLAN)
    tokens = Tokens().with_numbers(numbers_of(first[1]))
    later = responses(("c", "My nurse Anwen came."), ("d", "My nurse Gareth came."), ("e", "My nurse Dilwyn left."))
    numbers = numbers_of(clean(later, tokens, settings=PLAN)[1])
    assert numbers["name", "gareth"] == tokens.numbers["name", "gareth"]
    assert {numbers["name", "anwen"], numbers["name", "dilwyn"]} == {3, 4}


def test_a_number_that_was_somebodys_is_not_given_to_another():
    masks = clean(responses(("a", "My nurse Olwen rang.")), Tokens(), settings=PLAN)[1]
    gone = Tokens().with_numbers(numbers_of(masks)).without([("name", "olwen")])
    assert not gone.numbers
    assert numbers_of(clean(responses(("b", "My nurse Gareth rang.")), gone, settings=PLAN)[1]) == {("name", "gareth"): 2}


OLD = (
    ("p1", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted."),
    ("p2", "We were lucky, olwen came with the forms at last."),
    ("p3", "Potrzebujemy wi\u0119cej czasu, \u017ceby spokojnie porozmawia\u0107 o opiece nad naszymi rodzicami."),
    ("p4", "I moved from Rotherham to be near J\u00f6rg's tutor."),
    ("p5", "n/a"),
)
NEW = (("p6", "Our carer Zofia is the one who listens."), ("p7", "and zofia said the same to us, twice in a week"))


@pytest.fixture
def read(monkeypatch):
    """List the answers that are read for names."""
    texts = []
    find_all = Redactor.find_all
    monkeypatch.setattr(Redactor, "find_all", lambda self, said, **more: texts.extend(said) or find_all(self, said, **more))
    return texts


def tables(*rows, earlier=None):
    made = clean(responses(*rows), Tokens(), settings=PLAN, earlier=earlier)
    return [check_table(name, table) for name, table in zip(("comments", "masks", "answers"), made, strict=True)]


def test_only_new_answers_are_read_and_the_same_comes_out_as_if_all_were(read):
    earlier = tables(*OLD[1:], NEW[1])[2]
    read.clear()
    added = tables(*OLD, *NEW, earlier=earlier)
    assert set(read) == {"My nurse Olwen rang and it\u2019s sorted.", NEW[0][1]}
    for one, other in zip(added, tables(*OLD, *NEW), strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert "olwen" not in " ".join(added[0]["text"]).casefold()


def test_what_answers_hold_is_kept_for_those_that_are_still_given(read):
    earlier = tables(*OLD)[2]
    left = tables(*OLD[:2], earlier=earlier)[2]
    assert len(earlier) == 5 and len(left) == 2
    pd.testing.assert_frame_equal(left, tables(*OLD[:2])[2])


def test_answers_of_people_who_allow_no_analysis_are_not_read(read):
    comments, masks, answers = clean(responses(OLD[0]).assign(consent="none"), Tokens(), settings=PLAN)
    assert read == [] and masks.empty and answers.empty
    assert comments["comment_id"].tolist() == clean(responses(OLD[0]), Tokens(), settings=PLAN)[0]["comment_id"].tolist()
