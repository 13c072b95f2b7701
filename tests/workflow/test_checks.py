import json
import time

import pytest
from sample import SHARED, needs_shared, sample_rows
from test_new_study import CANARY, formats, survey, write

from pipeline.errors import PipelineError
from pipeline.methods.embedding.embedders import EMBEDDERS
from pipeline.study.study import load_study
from pipeline.study.study_settings import Settings
from pipeline.workflow.checks.check import check
from pipeline.workflow.checks.run_cost import Prediction, in_words, predict_for, probe
from pipeline.workflow.new_study import create_study


@pytest.fixture
def made(tmp_path):
    """Make a study from rows, change its settings by replacing text, and check it."""

    def make(rows, *changes, codebook=None):
        folder = tmp_path / "study"
        create_study(folder, write(tmp_path / "export.csv", survey()), codebook=codebook)
        write(folder / "vault" / "export.csv", rows)
        path = folder / "study.toml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return check(load_study(folder))

    return make


def said(found, severity="warning"):
    return "\n".join(problem.sentence for problem in found.problems if problem.severity == severity)


def changed(column, **cells):
    rows = survey()
    for row, cell in cells.items():
        rows[int(row[1:])][column] = cell
    return rows


def test_a_study_as_it_was_proposed_has_no_problems(made):
    found = made(survey())
    assert found.problems == ()
    assert "nothing is wrong" in found.as_text()


def test_a_column_that_is_missing_is_named_with_the_nearest_one(made):
    found = made(
        survey(), ('id = "Respondent ID"', 'id = "respondent id"'), ('column = "What works well?"', 'column = "What works?"')
    )
    errors = said(found, "error")
    assert "study.toml, [intake] id: export.csv has no column “respondent id”. Did you mean “Respondent ID”?" in errors
    assert (
        "[intake.questions.what_works_well]: export.csv has no column “What works?”. Did you mean “What works well?”?" in errors
    )


def test_a_question_without_a_column_is_an_error(made):
    found = made(survey(), ('column = "What works well?"\n', ""), ('column = "Do you have a garden?"\n', ""))
    assert said(found, "error").count("no column is named") == 2


def test_people_in_several_rows_and_rows_without_an_id_are_counted(made):
    found = made(changed("Respondent ID", r3="R000", r5="", r6=" "))
    assert "export.csv, rows 2 and 5, column “Respondent ID”: ids stand in several rows." in said(found)
    assert "export.csv, rows 7 and 8, column “Respondent ID”: 2 rows without an id" in said(found)


def test_scores_outside_the_scale_are_shown_and_words_are_not(made):
    found = made(changed("Satisfaction (1-5)", r0="9", r1="0", r2=CANARY, r3="Don't know"))
    assert "rows 2 and 3, column “Satisfaction (1-5)”: 2 answers outside the scale 1 to 5 (0, 9), so not scored" in said(found)
    assert "row 4, column “Satisfaction (1-5)”: 1 answer of “satisfaction_1_5” not written as a number" in said(found)
    assert CANARY not in found.as_text()


def test_options_that_are_no_label_are_counted(made):
    found = made(changed("I am listened to", r0="AGREE", r7=f"very {CANARY}"), ('"Strongly agree" = 4', '"Strongly agree" = 40'))
    assert "rows 2 and 9, column “I am listened to”: 2 answers not among the labels of “i_am_listened_to”" in said(found)
    assert "Some differ only in capitals." in said(found)
    assert "1 label scored outside the scale 1 to 4" in said(found)


def test_a_scale_must_rise(made):
    found = made(survey(), ("scale = [1, 5]", "scale = [5, 1]"))
    assert "the scale must rise" in said(found)


def test_consent_that_is_not_named_allows_analysis_only(made):
    found = made(
        changed("May we quote you?", r0="maybe", r4=f"ask {CANARY}"),
        ('quote = ["Yes"]', 'quote = ["Yes", "Oui"]\nnone = ["no"]'),
    )
    assert "rows 2 and 6, column “May we quote you?”: 2 answers not named under [intake.consent]" in said(found)
    assert "nobody chose “oui”" in said(found)
    assert "“no” is under analyse and none" in said(found)
    assert any("10 rows, which allow analysis only" in note for note in found.notes)
    assert any("withheld in" in note for note in found.notes)


def test_groups_spelt_in_several_ways_are_found_and_rare_names_are_not_shown(made):
    rows = changed("Region", r0="NORTH", r3="north", r6="North ", r1="Souths", r4=f"{CANARY}", r7=f"{CANARY} ")
    found = made(rows)
    assert "rows 2 and 5, column “Region”: one group is spelt in several ways (“North” and 2 rarer spellings)" in said(found)
    assert "row 3, column “Region”: a group spelt nearly like “South”" in said(found)
    assert CANARY not in found.as_text() + json.dumps(found.as_dict())


def test_an_attribute_that_shows_who_people_are_is_a_warning(made):
    found = made(survey(), ('attributes = ["Which group are you in?", "Region"]', 'attributes = ["Role", "E-mail", "Region"]'))
    assert "column “E-mail”: 40 different values could show who a person is" in said(found)
    assert "“Which group are you in?” is not among [intake] attributes" in said(found)


def test_weights_must_be_numbers(made):
    found = made(changed("weight", r1="", r2="-1", r3="much"))
    assert "rows 3, 4 and 5, column “weight”: 3 weights missing or no number of 0 or more" in said(found, "error")


def test_questions_nobody_answered_and_no_questions_at_all_are_warnings(made, tmp_path):
    rows = [row | {"What works well?": " "} for row in survey()]
    assert "column “What works well?”: no one answered the question “what_works_well”" in said(made(rows))
    closed = [{"id": str(i), "Happy?": ("Yes", "No")[i % 2]} for i in range(20)]
    create_study(tmp_path / "closed", write(tmp_path / "closed.csv", closed))
    found = check(load_study(tmp_path / "closed"))
    assert "no open question is named" in said(found)
    assert found.people.empty


def test_languages_models_and_groups_that_are_not_there_are_found(made):
    found = made(
        survey(),
        ('languages = ["en"]', 'languages = ["en", "english", "cy"]'),
        ('model = "voices"', 'model = "gpt"'),
        ('groups = ["Which group are you in?", "Region"]', 'groups = ["region"]'),
    )
    assert "“english” is no language code that is known" in said(found) and "“cy”" not in said(found)
    assert "there is no model “gpt”" in said(found, "error")
    assert "“region” is not among [intake] attributes, so nothing would be compared by it. Did you mean “Region”?" in said(found)


def test_no_language_at_all_is_a_warning(made):
    assert "no language is named" in said(made(survey(), ('languages = ["en"]', "languages = []")))


@pytest.mark.parametrize("model", EMBEDDERS)
def test_the_models_that_are_shipped_are_there(made, model):
    assert made(survey(), ('model = "voices"', f'model = "{model}"')).errors == ()


def test_faults_of_the_codebook_are_found_with_all_others(made, tmp_path):
    (tmp_path / "book.csv").write_text("code,label\na,Alpha\nb,\n", encoding="utf-8")
    found = made(changed("Respondent ID", r3="R000"), codebook=tmp_path / "book.csv")
    assert "codebook.csv" in said(found, "error") and "row 3: the label is missing" in said(found, "error")
    assert "ids stand in several rows" in said(found)
    assert [problem.severity for problem in found.problems] == ["error", "warning"]


def test_what_is_unclear_in_a_codebook_is_a_warning(made, tmp_path):
    (tmp_path / "book.csv").write_text("code,label\na,Alpha\n", encoding="utf-8")
    assert "codebook.csv: Code 'a' has no definition" in said(made(survey(), codebook=tmp_path / "book.csv"))


def test_an_export_that_cannot_be_read_is_one_error_among_others(made, tmp_path):
    found = made(survey(), ("vault/export.csv", "vault/gone.csv"), ('model = "voices"', 'model = "gpt"'))
    assert "gone.csv" in said(found, "error") and "gpt" in said(found, "error")
    assert found.expected == "" and "A first run" not in found.as_text()


def test_a_profile_that_would_hide_everything_is_a_warning(made):
    small = [row | {"Region": f"Region {i % 10}"} for i, row in enumerate(survey())]
    assert "so no figure of “Region” can be shown" in said(made(small))


def test_few_people_in_all_are_a_warning(made):
    assert "so no figure at all can be shown" in said(made(survey()[:5]))


def test_who_was_asked_answered_and_left_blank_is_counted_in_each_group(made):
    found = made(changed("What works well?", r0="", r1=" ", r2="", r3="N/A"))
    people = found.people.set_index(["question", "group", "level"])
    assert people.loc[("what_works_well", "everyone", "everyone")].tolist() == [40, 37, 3]
    assert people.loc[("what_works_well", "Which group are you in?", "Carers")].tolist() == [20, 18, 2]
    assert people.loc[("what_could_be_better", "everyone", "everyone")].tolist() == [40, 40, 0]
    for _, part in found.people.groupby(["question", "group"]):
        assert part["asked"].sum() == 40
    assert (found.people["asked"] == found.people["answered"] + found.people["blank"]).all()
    assert "what_works_well" in found.as_text()


def test_levels_of_one_or_two_people_are_counted_without_their_name(made):
    found = made(changed("Region", r0=f"{CANARY}one", r1=f"{CANARY}two"))
    levels = found.people[found.people["group"] == "Region"]
    assert levels.loc[levels["level"].str.startswith("(levels"), "asked"].tolist() == [2, 2]
    assert CANARY not in json.dumps(found.as_dict())


def test_plain_values_for_json(made):
    found = made(changed("Respondent ID", r3="R000")).as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found["problems"][0]["severity"] == "warning"
    assert found["people"][0] == {
        "question": "what_could_be_better", "group": "everyone", "level": "everyone", "asked": 39, "answered": 39, "blank": 0
    }  # fmt: skip
    assert found["minutes"] > 0 and found["memory_mb"] > 500 and found["expected"].startswith("about ")


def test_the_long_layout_is_checked_by_its_questions(tmp_path):
    rows = [
        {
            "person": f"p{i // 2:02d}",
            "question": ("What was good?", "What was bad?")[i % 2],
            "text": f"It was number {i} of many things",
        }
        for i in range(40)
    ]
    rows[3]["question"] = "What was good?"
    rows[5]["question"] = "Something else?"
    create_study(tmp_path / "study", write(tmp_path / "e.csv", rows))
    path = tmp_path / "study" / "study.toml"
    text = path.read_text(encoding="utf-8").replace('column = "What was bad?"', 'column = "What was baad?"')
    path.write_text(text.replace('column = "Something else?"', 'column = "Else?"'), encoding="utf-8")
    found = check(load_study(tmp_path / "study"))
    assert "no row asks “What was baad?”, which [intake.questions.what_was_bad] names. Did you mean “What was bad?”?" in said(
        found
    )
    assert "rows 4 and 5, column “person”: the same person answers the same question in several rows" in said(found)
    assert any(note.startswith("19 rows ask what [intake.questions] does not name") for note in found.notes)
    assert set(found.people["question"]) == {"what_was_good", "(other questions)"}


def test_a_sheet_is_part_of_the_place(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Raw data"
    rows = changed("Satisfaction (1-5)", r0="9")
    for row in [list(rows[0]), *(list(row.values()) for row in rows)]:
        book.active.append(row)
    book.save(tmp_path / "export.xlsx")
    create_study(tmp_path / "study", tmp_path / "export.xlsx")
    assert "export.xlsx, sheet “Raw data”, row 2, column “Satisfaction (1-5)”: 1 answer outside" in said(
        check(load_study(tmp_path / "study"))
    )


def test_many_rows_are_cut_short(made):
    rows = survey()
    for row in rows[:30]:
        row["Satisfaction (1-5)"] = "8"
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9 and 22 more" in said(made(rows))


def test_no_answer_is_told_by_a_check(made):
    rows = survey()
    for i, row in enumerate(rows):
        row["What could be better?"] += f" {CANARY}"
        row["Role"] = row["E-mail"] = f"{CANARY}{i}"
        row["Respondent ID"] = f"{CANARY}{i // 2}"
    for i, column in enumerate(
        ("Region", "Which apply?", "I am listened to", "Satisfaction (1-5)", "May we quote you?", "Submitted at")
    ):
        rows[i][column] = CANARY
        rows[i + 6][column] = f"{CANARY} {i}"
    found = made(rows, ('attributes = ["Which group', 'attributes = ["Role", "What could be better?", "Which group'))
    assert len(found.problems) >= 5
    assert CANARY not in found.as_text() + json.dumps(found.as_dict())


@needs_shared
@pytest.mark.parametrize("path", formats(), ids=lambda path: path.name)
def test_a_proposed_study_has_no_errors(path, tmp_path):
    try:
        create_study(tmp_path / "study", path)
    except PipelineError:
        return
    found = check(load_study(tmp_path / "study"))
    assert found.errors == ()
    assert found.as_text()


@needs_shared
def test_scores_that_are_not_on_the_scale_of_real_answers_are_found(tmp_path):
    create_study(tmp_path / "study", SHARED / "data" / "nhs-fft" / "responses.csv")
    found = check(load_study(tmp_path / "study"))
    assert "293 answers outside the scale 1 to 5 (6, 7)" in said(found)
    people = found.people[found.people["group"] == "everyone"]
    assert people["asked"].sum() == 5_626


def test_of_the_sample_study_only_its_welsh_answers_are_told(make_study):
    found = check(load_study(make_study(sample_rows())))
    (problem,) = found.problems
    assert problem.severity == "warning" and "answers seem to be in Welsh (cy)" in problem.sentence


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        (Prediction(1.0, 1300), "about 1 minute, about 1.3 GB of memory"),
        (Prediction(0.4, 900), "about 25 seconds, about 0.9 GB of memory"),
        (Prediction(12.3, 2000), "about 12 minutes, about 2.0 GB of memory"),
        (Prediction(300, 9000), "about 5.0 hours, about 9.0 GB of memory"),
    ],
)
def test_predictions_are_said_as_precisely_as_they_are_known(prediction, words):
    assert in_words(prediction) == words


def settings(model):
    intake = {"file": "x.csv"}
    return Settings.model_validate({"schema": 1, "name": "s", "intake": intake, "embed": {"model": model, "precision": "bf16"}})


def test_more_texts_a_slower_machine_and_a_larger_model_take_longer():
    small = predict_for(1_000, settings("minilm"), slowness=1)
    assert predict_for(50_000, settings("minilm"), slowness=1).minutes > small.minutes
    assert predict_for(1_000, settings("minilm"), slowness=3).minutes > small.minutes
    static = predict_for(1_000, settings("static"), slowness=1)
    assert static.minutes < small.minutes and static.memory_mb < small.memory_mb
    single = settings("minilm").model_copy(update={"embed": settings("minilm").embed.model_copy(update={"precision": "fp32"})})
    assert predict_for(50_000, single, slowness=1).minutes > predict_for(50_000, settings("minilm"), slowness=1).minutes


def test_the_probe_is_quick():
    begin = time.process_time()
    assert probe() > 0
    # Processor time of all cores, so that a busy machine does not fail it.
    assert time.process_time() - begin < 1
