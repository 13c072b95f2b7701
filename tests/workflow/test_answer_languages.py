"""What `themes check` says of the languages people answered in, and of how much masking changed."""

from dataclasses import replace

import pandas as pd
import pytest
from test_new_study import write

from pipeline.study.study import load_study
from pipeline.study.study_settings import Rating
from pipeline.survey.readers import read_export
from pipeline.tables.parquet import TABLES, check_table, write_table
from pipeline.workflow.checks.answer_languages import check_answer_languages
from pipeline.workflow.checks.check import check
from pipeline.workflow.checks.check_context import CheckContext
from pipeline.workflow.new_study import create_study


QUESTION = "Beth allai fod yn well? / What could be better?"
ENGLISH = [f"Staff in team {i} should read the notes before they ring me, so I need not start again." for i in range(30)]
WELSH = [f"Mae angen mwy o amser i siarad â phobl am eu gofal, medd grŵp {i}, ac nid dros y ffôn." for i in range(30)]
SPANISH = [f"Los paseos por el parque y la comida del centro número {i}" for i in range(40)]
POLISH = "Nikt ze mną nie rozmawia po polsku i nie rozumiem listów z urzędu."


@pytest.fixture
def made(tmp_path):
    """Make a study from answers to one question."""

    def make(answers, question=QUESTION):
        rows = [{"ID": f"R{i:03d}", question: answer} for i, answer in enumerate(answers)]
        create_study(tmp_path / "study", write(tmp_path / "answers.csv", rows))
        return load_study(tmp_path / "study")

    return make


def warnings(study):
    sentences = [problem.sentence for problem in check(study).problems if problem.severity == "warning"]
    # The answers of these studies come back, so that they look like options, too.
    return [sentence for sentence in sentences if "taken for an open question" not in sentence]


def test_answers_in_a_language_in_which_names_cannot_be_looked_for_are_counted(made):
    study = made([answer for pair in zip(ENGLISH, WELSH, strict=True) for answer in pair])
    assert study.settings.clean.languages == ("en", "cy") or study.settings.clean.languages == ("cy", "en")
    assert len(warnings(study)) == 1
    assert "30 of 60 answers seem to be in Welsh (cy). Names in them are masked where" in warnings(study)[0]


def test_a_column_in_one_other_language_is_told_as_a_whole(made):
    study = made(SPANISH, "¿Qué es lo que más le gusta?")
    assert study.settings.clean.languages == ("es",)
    assert "40 of 40 answers seem to be in Spanish (es)." in warnings(study)[0]


def test_few_people_who_answered_in_another_language_are_not_set_aside_without_a_word(made):
    study = made([*ENGLISH, POLISH])
    assert study.settings.clean.languages == ("en",)
    (warning,) = warnings(study)
    assert "row 32" in warning and "1 answer seems to be in Polish (pl), which [clean] languages does not name" in warning
    assert 'Add "pl"' in warning and "urzędu" not in warning


def test_english_answers_alone_are_not_spoken_of(made):
    assert warnings(made(ENGLISH)) == []


def test_options_that_were_ticked_are_not_judged_only_what_was_written_beside_them(made):
    options = ["Los paseos por el parque y la comida del centro", "Las visitas de los voluntarios a mi casa"]
    study = made([f"{options[0]};{options[1]}"] * 10 + [f"{options[0]};{answer}" for answer in ENGLISH])
    intake = study.settings.intake
    (name,) = intake.questions
    asked = intake.questions[name].model_copy(update={"write_ins": "help"})
    rating = Rating(column=asked.column, separator=";", options=options)
    plan = intake.model_copy(update={"questions": {name: asked}, "ratings": {"help": rating}})
    settings = study.settings.model_copy(update={"intake": plan})
    context = CheckContext(replace(study, settings=settings), read_export(study.source))
    assert list(check_answer_languages(context)) == []


@pytest.mark.parametrize(("n_masked", "warned"), [(2, False), (1, False), (3, True)])
def test_masking_that_changed_more_than_one_answer_in_twenty_is_told_after_a_run(made, n_masked, warned):
    study = made(ENGLISH + ENGLISH[:10])
    (name,) = study.settings.intake.questions
    comments = pd.DataFrame(
        {
            "comment_id": [f"{i:016x}" for i in range(42)],
            "response_id": [f"{i:016x}" for i in range(42)],
            "question": name,
            "frame": "better",
            "text": "words",
            "language": "en",
            "weight": 1.0,
            "consent": "quote",
            "redactions": [1] * n_masked + [0] * (42 - n_masked),
            "to_check": 0,
            "reading": "",
            "same_as": pd.Series([None] * 42, dtype="str"),
            "set_aside": pd.Series([None] * 40 + ["non-answer"] * 2, dtype="str"),
        }
    )
    path = study.folder / TABLES["comments"].file
    path.parent.mkdir(exist_ok=True)
    write_table("comments", check_table("comments", comments), path)
    assert any(f"masking changed {n_masked} of 40 answers in the last run (8%)" in text for text in warnings(study)) == warned
