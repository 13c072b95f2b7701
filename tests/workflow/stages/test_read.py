from types import SimpleNamespace

import pandas as pd
import pytest

from pipeline.methods.redact import Redactor
from pipeline.runtime.files import content_id
from pipeline.study.study_settings import Clean
from pipeline.tables import lazy
from pipeline.tables.lazy import LazyTable
from pipeline.tables.parquet import check_table, empty_table, write_table
from pipeline.workflow.mask_numbers import MaskNumbers
from pipeline.workflow.stages.clean import clean
from pipeline.workflow.stages.read import read


PLAN = SimpleNamespace(clean=Clean(languages=("en", "cy"), known_names=("Gwen Parry",)))
OLD = (
    ("p1", "My nurse Olwen rang and it\u00e2\u20ac\u2122s sorted."),
    ("p2", "We were lucky, olwen came with the forms at last."),
    ("p3", "Potrzebujemy wi\u0119cej czasu, \u017ceby spokojnie porozmawia\u0107 o opiece nad naszymi rodzicami."),
    ("p4", "I moved from Rotherham to be near J\u00f6rg's tutor."),
    ("p5", "n/a"),
)
NEW = (("p6", "Our carer Zofia is the one who listens."), ("p7", "and zofia said the same to us, twice in a week"))


def responses(*rows):
    table = pd.DataFrame(rows, columns=["response_id", "text"])
    rest = {"row": 2, "question": "q", "frame": "neutral", "weight": 1.0, "received": None, "consent": "quote"}
    return check_table("responses", table.assign(**rest))


def answers_of(given, earlier=None):
    return check_table("answers", read(given, settings=PLAN, earlier=earlier))


@pytest.fixture
def seen(monkeypatch):
    """List the answers that are read for names."""
    texts = []
    find_all = Redactor.find_all
    monkeypatch.setattr(Redactor, "find_all", lambda self, said, **more: texts.extend(said) or find_all(self, said, **more))
    return texts


def test_each_different_answer_is_read_once_and_stands_where_it_first_came(seen):
    found = answers_of(responses(*OLD, *reversed(OLD), ("p8", None), ("p8", "  "), *NEW))
    assert found["answer_id"].tolist() == [content_id(text) for _, text in (*OLD, *NEW)]
    assert len(seen) == len(set(seen)) == len(OLD) + len(NEW) - 2, "neither silence nor another language is looked through"


def test_without_responses_there_are_no_answers():
    assert answers_of(empty_table("responses")).empty


def test_only_new_answers_are_read_and_the_same_comes_out_as_if_all_were(seen):
    earlier = answers_of(responses(*OLD[1:], NEW[1]))
    seen.clear()
    given = responses(*OLD, *NEW)
    added = answers_of(given, earlier)
    assert set(seen) == {"My nurse Olwen rang and it\u2019s sorted.", NEW[0][1]}
    pd.testing.assert_frame_equal(added, answers_of(given))
    comments, _ = clean(given, added, MaskNumbers(), settings=PLAN)
    assert "olwen" not in " ".join(comments["text"]).casefold()


def test_what_answers_hold_is_kept_for_those_that_are_still_given():
    earlier = answers_of(responses(*OLD))
    left = answers_of(responses(*OLD[:2]), earlier)
    assert len(earlier) == 5 and len(left) == 2
    pd.testing.assert_frame_equal(left, answers_of(responses(*OLD[:2])))


def test_answers_of_people_who_allow_no_analysis_are_not_read(seen):
    assert answers_of(responses(OLD[0]).assign(consent="none")).empty and seen == []
    assert len(answers_of(responses(OLD[0], OLD[0]).assign(consent=["none", "quote"]))) == 1


@pytest.mark.parametrize("rows", [1, 2, 3, 8])
@pytest.mark.parametrize("on_disk", [False, True])
def test_answers_are_the_same_in_whatever_parts_they_come(rows, on_disk, tmp_path, monkeypatch, seen):
    given = responses(*OLD, OLD[0], NEW[0], OLD[2], *NEW, OLD[0]).assign(consent=["none"] + ["quote"] * 10)
    earlier = answers_of(responses(NEW[1], *reversed(OLD[1:4])))
    whole = answers_of(given)
    monkeypatch.setattr(lazy, "ROWS_OF_TABLE", rows)
    if on_disk:
        for name, table in {"responses": given, "answers": earlier}.items():
            write_table(name, check_table(name, table), tmp_path / f"{name}.parquet")
        given, earlier = (LazyTable(name, tmp_path / f"{name}.parquet") for name in ("responses", "answers"))
    for before, n_seen in ((None, 5), (earlier, 2)):
        seen.clear()
        made = read(given, settings=PLAN, earlier=before)
        parts = [check_table("answers", part) for part in (made if on_disk else [made])]
        pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
        assert len(seen) == n_seen
