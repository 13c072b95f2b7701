from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.methods.redact.answer import repair
from pipeline.methods.text.nonanswers import is_silence, reading_of_nothing
from pipeline.study.study_settings import Clean
from pipeline.tables import lazy
from pipeline.tables.lazy import LazyTable
from pipeline.tables.parquet import check_table, empty_table, write_table
from pipeline.workflow.mask_numbers import MaskNumbers, numbers_of
from pipeline.workflow.stages.clean import clean
from pipeline.workflow.stages.read import read


PLAN = SimpleNamespace(clean=Clean(languages=("en", "cy"), known_names=("Gwen Parry",)))


def responses(*rows):
    table = pd.DataFrame(rows, columns=["response_id", "text"])
    rest = {"row": 2, "question": "q", "frame": "neutral", "weight": 1.0, "received": None, "consent": "quote"}
    return table.assign(**rest)


def tables(given, tokens=None):
    """Return the comments and masks of responses that were read."""
    made = clean(given, read(given, settings=PLAN), tokens or MaskNumbers(), settings=PLAN)
    return [check_table(name, table) for name, table in zip(("comments", "masks"), made, strict=True)]


def cleaned(*rows, **changes):
    return tables(responses(*rows).assign(**changes))[0]


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
    comments, masks = tables(responses(("p1", "Our worker GWEN PARRY rang, and gwen parry came.")))
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
    assert all(table.empty for table in tables(empty_table("responses")))


def test_a_second_wave_keeps_the_numbers_of_known_names_and_adds_new_ones_after_them():
    first = tables(responses(("a", "My nurse Olwen rang."), ("b", "My nurse Gareth did not.")))
    tokens = MaskNumbers().with_numbers(numbers_of(first[1]))
    later = responses(("c", "My nurse Anwen came."), ("d", "My nurse Gareth came."), ("e", "My nurse Dilwyn left."))
    numbers = numbers_of(tables(later, tokens)[1])
    assert numbers["name", "gareth"] == tokens.numbers["name", "gareth"]
    assert {numbers["name", "anwen"], numbers["name", "dilwyn"]} == {3, 4}


def test_a_number_that_was_somebodys_is_not_given_to_another():
    masks = tables(responses(("a", "My nurse Olwen rang.")))[1]
    gone = MaskNumbers().with_numbers(numbers_of(masks)).without([("name", "olwen")])
    assert not gone.numbers
    assert numbers_of(tables(responses(("b", "My nurse Gareth rang.")), gone)[1]) == {("name", "gareth"): 2}


def test_the_comment_of_somebody_who_allows_no_analysis_has_the_id_it_would_have():
    rows = [("p1", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted.")]
    comments, masks = tables(responses(*rows).assign(consent="none"))
    assert masks.empty
    assert comments["comment_id"].tolist() == cleaned(*rows)["comment_id"].tolist()


def test_answers_that_were_read_of_other_responses_are_refused_since_masks_would_stand_elsewhere():
    one, other = responses(("p1", "My nurse Olwen rang.")), responses(("p1", "Olwen is my nurse."))
    with pytest.raises(DataError, match=r"answers\.parquet") as caught:
        clean(one, read(other, settings=PLAN), MaskNumbers(), settings=PLAN)
    assert "Olwen" not in str(caught.value)


POLISH = "Potrzebujemy wi\u0119cej czasu, \u017ceby spokojnie porozmawia\u0107 o opiece nad naszymi rodzicami."
SAID = (
    ("p1", "We were lucky, olwen came with the forms at last.", "quote"),
    ("p2", "Trust, most of all.", "quote"),
    ("p2", "My nurse Dilwyn left.", "none"),
    ("p3", POLISH, "quote"),
    ("p4", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted.", "quote"),
    ("p5", None, "quote"),
    ("p6", "trust,  MOST of all.", "analyse"),
    ("p2", "Trust, most of all.", "quote"),
    ("p7", "n/a", "quote"),
    ("p4", "My nurse Olwen rang and it\u2019s sorted.", "quote"),
    ("p8", "My nurse Lleucu rang, and olwen never did.", "paraphrase"),
    ("p9", "Trust, most of all.", "quote"),
    ("p3", POLISH, "quote"),
    ("p9", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted.", "none"),
    ("p7", "lleucu tea", "quote"),
    ("p8", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted.", "quote"),
    ("p2", "Trust, most of all.", "quote"),
    ("p7", "  ", "quote"),
)


def responses_of_many():
    persons, texts, consents = zip(*SAID, strict=True)
    return check_table("responses", responses(*zip(persons, texts, strict=True)).assign(consent=consents))


@pytest.mark.parametrize("rows", [1, 2, 5, 17])
@pytest.mark.parametrize("on_disk", [False, True])
def test_what_hangs_on_all_answers_is_the_same_in_whatever_parts_they_come(rows, on_disk, tmp_path, monkeypatch):
    whole = responses_of_many()
    expected, tokens = tables(whole), MaskNumbers({("name", "lleucu"): 7}, {"name": 9})
    numbered = tables(whole, tokens)
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", rows)
    answers = read(whole, settings=PLAN)
    given = {"responses": whole, "answers": answers}
    if on_disk:
        for name, table in given.items():
            write_table(name, check_table(name, table), tmp_path / f"{name}.parquet")
        given = {name: LazyTable(name, tmp_path / f"{name}.parquet") for name in given}
    for known, wanted in ((MaskNumbers(), expected), (tokens, numbered)):
        made = clean(*given.values(), known, settings=PLAN)
        for name, table, right in zip(("comments", "masks"), made, wanted, strict=True):
            parts = list(table) if on_disk else [table]
            found = pd.concat([check_table(name, part) for part in parts], ignore_index=True)
            pd.testing.assert_frame_equal(found, right)


def test_what_hangs_on_all_answers_is_told_of_those_that_are_kept():
    comments, masks = tables(responses_of_many())
    ids = comments["comment_id"]
    assert ids.is_unique
    assert comments["same_as"].dropna().to_dict() == {6: ids[1], 11: ids[1], 15: ids[4]}
    again = comments.index[comments["set_aside"] == "the same person's answer again"]
    assert again.tolist() == [7, 9, 12, 16], "also of what is in another language, and however it is spelt"
    assert comments["set_aside"].value_counts().to_dict() == {
        "the same person's answer again": 4,
        "empty": 2,
        "no consent to analyse": 2,
        "other language": 1,
        "non-answer": 1,
    }
    assert (comments["text"] == "").equals(comments["set_aside"].notna())
    said = " ".join(comments["text"]).casefold()
    assert "olwen" not in said and "lleucu" not in said
    assert masks.loc[masks["comment_id"] == ids[14], "original"].tolist() == ["lleucu"], (
        "a name that only another answer tells of"
    )


def test_names_that_only_people_say_who_allow_no_analysis_are_looked_for_nowhere():
    rows = [("p1", "My nurse Lleucu rang."), ("p2", "lleucu tea")]
    with_consent = tables(responses(*rows))[1]
    without = tables(responses(*rows).assign(consent=["none", "quote"]))[1]
    assert len(with_consent) == 2 and len(without) == 0
