"""Studies made from exports as tools lay them out: rows of nobody, tool marks, several boxes, a row for each answer."""

import csv

import pandas as pd
import pytest

from pipeline.erasure import erase
from pipeline.report import export
from pipeline.study.study import load_study
from pipeline.survey.columns.boxes import boxes_of
from pipeline.survey.columns.column import Column
from pipeline.survey.columns.roles import role_of
from pipeline.survey.readers import read_export
from pipeline.survey.readers.markup import without_markup
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow.checks.check import check
from pipeline.workflow.new_study import create_study
from pipeline.workflow.runner import run
from pipeline.workflow.status import summarise


SAID = (
    "The bus does not run after six, so I miss the evening group.",
    "A quiet corner would help, because the hall is loud.",
    "Letters come in print too small for my eyes.",
    "Nobody rang me back about the plan.",
    "I like that the same person comes each week.",
    "Ask us before it is decided and not after.",
)


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def made(tmp_path):
    """Make a study of rows; return it and what was proposed."""

    def make(rows):
        proposal = create_study(tmp_path / "study", write(tmp_path / "export.csv", rows))
        return load_study(tmp_path / "study"), proposal

    return make


def tables(study):
    """Run the first stage; return responses and ratings."""
    run(study.folder, until="intake")
    return tuple(read_table(name, study.folder / TABLES[name].file) for name in ("responses", "ratings"))


# ---- rows that are nobody's

STATUSES = [
    ("Status", "IP Address", "Survey Preview"),
    ("Status", "IP Address", "Spam"),
    ("Response Type", "IP Address", "Survey Test"),
    ("DistributionChannel", "anonymous", "preview"),
    ("Status", "Complete", "Test Data"),
    ("Status", "Complete", "Deleted"),
    ("_validation_status", "Approved", "Not Approved"),
    ("Is test", "No", "Yes"),
    ("Preview", "false", "true"),
]


@pytest.mark.parametrize(("column", "usual", "mark"), STATUSES)
def test_previews_tests_and_spam_are_left_out_and_named(made, column, usual, mark):
    rows = [[f"R{i:02d}", mark if i < 3 else usual, "test" if i < 3 else f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, proposal = made([["Response ID", column, "What could be better?"], *rows])
    assert study.settings.intake.leave_out == {column: (mark,)}
    assert f"left out, by “{column}”: 3 “{mark}”" in " ".join(proposal.doubts)
    responses, _ = tables(study)
    assert len(responses) == 21 and "test" not in set(responses["text"])
    assert responses["row"].tolist() == list(range(5, 26))
    assert any("3 rows left out" in note for note in check(study).notes)


def test_qualtrics_numbers_for_previews_are_understood(made):
    names = ["StartDate", "EndDate", "Status", "ResponseId", "Q1"]
    wording = ["Start Date", "End Date", "Response Type", "Response ID", "What could be better?"]
    ids = ['{"ImportId":"startDate"}', '{"ImportId":"endDate"}', '{"ImportId":"status"}', '{"ImportId":"_recordId"}']
    rows = [["2025-03-01", "2025-03-01", "1" if i < 2 else "0", f"R_{i:08d}", SAID[i % 6]] for i in range(20)]
    study, _ = made([names, wording, [*ids, '{"ImportId":"QID1_TEXT"}'], *rows])
    assert study.settings.intake.leave_out == {"Status": ("1",)}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Status", ("Married", "Single")),
        ("Type", ("Test drive", "Loan")),
        ("Type", ("Practice", "Hospital")),
        ("Status", ("Approved", "Rejected")),
    ],
)
def test_a_status_of_people_leaves_nobody_out(made, column, values):
    rows = [[f"R{i:02d}", values[i % 2], f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, _ = made([["Response ID", column, "What could be better?"], *rows])
    assert study.settings.intake.leave_out == {}


@pytest.mark.parametrize(
    ("column", "yes", "no"), [("Finished", "True", "False"), ("Progress", "100", "40"), ("Status", "Complete", "Partial")]
)
def test_people_who_did_not_finish_are_counted_and_said(made, column, yes, no):
    rows = [[f"R{i:02d}", no if i < 5 else yes, f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, proposal = made([["Response ID", column, "What could be better?"], *rows])
    assert f"5 rows are of people who did not finish, by “{column}”" in " ".join(proposal.doubts)
    assert len(tables(study)[0]) == 24


def test_previews_that_are_kept_are_a_warning(made):
    rows = [[f"R{i:02d}", "Survey Preview" if i < 3 else "IP Address", f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, _ = made([["Response ID", "Status", "What could be better?"], *rows])
    path = study.folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"Survey Preview"', '"None such"'), encoding="utf-8")
    assert any("3 rows" in p.sentence and "no person's answers" in p.sentence for p in check(load_study(study.folder)).problems)


# ---- tool marks


@pytest.mark.parametrize(
    "name",
    [
        "Unique Response Number",
        "Unique Response No",
        "Response Token",
        "Submission ID",
        "Contribution ID",
        "meta-instanceID",
        "CASE",
        "Participant Private ID",
        "Prolific PID",
        "sys_RespNum",
        "Survey Response ID",
        "Session ID",
        "#",
        "№",
    ],
)
def test_the_numbers_that_tools_give_to_people_are_ids(name):
    cells = pd.Series([f"{1234567 + i}-98765{i:03d}" for i in range(30)], dtype="str")
    assert role_of(Column(name, name, cells), kind="table") == "id"


@pytest.mark.parametrize("name", ["Submit Date (UTC)", "LASTDATA", "Date submitted", "Submission Time", "Submitted At (UTC)"])
def test_the_dates_that_tools_give_to_answers_are_when_they_came(name):
    cells = pd.Series([f"2025-03-{1 + i % 28:02d} 10:00:11" for i in range(30)], dtype="str")
    assert role_of(Column(name, name, cells), kind="table") == "received"


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("What could be <strong>better</strong>?<br>Say as much as you like", "What could be better? Say as much as you like"),
        ('<p style="color:red">What <em>helps</em>?</p>', "What helps?"),
        ("What &amp; why&nbsp;&ndash; in your words", "What & why – in your words"),
        ("&lt;b&gt;What helps?&lt;/b&gt;", "What helps?"),
        ("You chose ${q://QID4/ChoiceGroup/SelectedChoices}. Why?", "You chose …. Why?"),
        ("Thank you, {{field:01ABC}}. What helps?", "Thank you, …. What helps?"),
        ("<style>p {color: red}</style><p>What helps?</p>", "What helps?"),
        ("Is it < 3 km or > 5 km?", "Is it < 3 km or > 5 km?"),
        ("Name up to three things [1]", "Name up to three things [1]"),
    ],
)
def test_headings_are_shown_as_people_saw_them(heading, shown):
    assert without_markup(heading) == shown


def test_a_heading_with_tags_keeps_its_name_and_is_guessed_by_its_words(made):
    names = ["#", "What <strong>region</strong> do you live in?", "What could be <em>better</em>?<br>"]
    rows = [[f"{i:032x}", ("North", "South")[i % 2], f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, proposal = made([names, *rows])
    plan = study.settings.intake
    (question,) = plan.questions.values()
    assert (plan.id, question.column, question.wording, question.frame) == ("#", names[2], "What could be better?", "better")
    assert plan.attributes == (names[1],)
    assert "<" not in " ".join(proposal.reasons)


# ---- one question in several columns

BOXES = [
    "Name up to three things that would help you [{}]",
    "What would you change? ({})",
    "What would you change? - {}",
    "What gets in your way: Answer {}",
    "What would you change? Idea {}",
    "changes_wished_{}",
    "Suggestion for us #{}",
]


@pytest.mark.parametrize("heading", BOXES)
def test_several_boxes_are_one_question_and_people_count_once(made, heading):
    rows = [
        [
            f"R{i:02d}",
            f"{SAID[i % 6]} ({i})",
            f"{SAID[(i + 1) % 6]} ({i})" if i % 2 else "",
            SAID[(i + 2) % 6] if i % 5 == 0 else "",
        ]
        for i in range(24)
    ]
    study, _ = made([["Respondent ID", *(heading.format(n) for n in (1, 2, 3))], *rows])
    (question,) = study.settings.intake.questions.values()
    assert question.columns == tuple(heading.format(n) for n in (1, 2, 3))
    responses, _ = tables(study)
    assert len(responses) == 24
    assert responses["text"].tolist()[1] == f"{SAID[1]} (1)\n{SAID[2]} (1)"
    result = check(study)
    assert result.problems == ()
    assert result.people["asked"].max() == 24


@pytest.mark.parametrize(
    "names",
    [
        ("Q1", "Q2", "Q3"),
        ("1. What helps?", "2. What hinders?", "3. What else?"),
        ("a1", "a2", "a3"),
        ("Question 1", "Question 2", "Question 3"),
        ("column A", "column B", "column C"),
        ("Thoughts on option 1", "Thoughts on option 2", "Thoughts on option 3"),
    ],
)
def test_questions_that_are_numbered_are_not_boxes(names):
    columns = [Column(name, name, pd.Series([f"{said} {i}" for i, said in enumerate(SAID)], dtype="str")) for name in names]
    assert boxes_of(columns) == {}


def test_a_missing_box_is_named(made):
    heading = "Name up to two things that would help you [{}]"
    rows = [[f"R{i:02d}", f"{SAID[i % 6]} ({i})", f"{SAID[(i + 1) % 6]} ({i})"] for i in range(24)]
    study, _ = made([["Respondent ID", heading.format(1), heading.format(2)], *rows])
    path = study.folder / "vault" / "export.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("[2]", "[two]"), encoding="utf-8")
    assert "has no column “Name up to two things that would help you [2]”" in " ".join(p.sentence for p in check(study).errors)


def test_an_answer_in_several_boxes_is_erased_from_each(made):
    heading = "Name up to two things that would help you [{}]"
    rows = [[f"R{i:02d}", f"{SAID[i % 6]} ({i})", f"{SAID[(i + 1) % 6]} ({i})"] for i in range(24)]
    study, _ = made([["Respondent ID", heading.format(1), heading.format(2)], *rows])
    tables(study)
    (name,) = study.settings.intake.questions
    erase(study.folder, "R03", question=name)
    after = read_export(study.source).frame.fillna("")
    assert after.iloc[3].tolist() == ["R03", "", ""]
    assert after.iloc[4].tolist() == rows[4]


# ---- a row for each answer


def long_rows(n=24):
    asked = {
        "What could be better?": lambda i: f"{SAID[i % 6]} ({i})",
        "How satisfied are you? (1-5)": lambda i: str(1 + i % 5),
        "Which service do you use?": lambda i: ("Day centre", "Respite", "Home")[i % 3],
        "Have you been before?": lambda i: ("Yes", "No")[i % 2],
        "How many hours a week?": lambda i: str(3 + 7 * (i % 9)),
        "What is your e-mail address?": lambda i: f"person{i}@example.org",
        "I was listened to": lambda i: ("Strongly agree", "Agree", "Disagree", "Strongly disagree")[i % 4],
    }
    return [[str(i), question, answer(i), ("Carer", "Worker")[i % 2]] for i in range(n) for question, answer in asked.items()]


def test_closed_questions_of_a_long_export_are_closed(made):
    study, proposal = made([["Response Id", "Question", "Answer", "Role"], *long_rows()])
    plan = study.settings.intake
    assert [question.column for question in plan.questions.values()] == ["What could be better?"]
    closed = {rating.column: rating for rating in plan.ratings.values()}
    assert closed.keys() == {
        "How satisfied are you? (1-5)",
        "Which service do you use?",
        "Have you been before?",
        "I was listened to",
    }
    assert closed["How satisfied are you? (1-5)"].scale == (1, 5)
    assert set(plan.leave_out["Question"]) == {"How many hours a week?", "What is your e-mail address?"}
    assert "stays in the vault" in " ".join(proposal.unused)
    responses, ratings = tables(study)
    assert len(responses) == 24
    assert ratings.groupby("question").size().unique().tolist() == [24]
    assert ratings["score"].dropna().between(1, 5).all()
    result = check(study)
    assert result.problems == ()
    assert set(result.people["question"]) == set(plan.questions)


def test_one_answer_of_a_long_export_is_erased_alone(made):
    rows = long_rows()
    study, _ = made([["Response Id", "Question", "Answer", "Role"], *rows])
    tables(study)
    (name,) = study.settings.intake.questions
    erase(study.folder, "3", question=name)
    after = read_export(study.source).frame.fillna("").to_numpy().tolist()
    assert [row for row in after if row not in rows] == [["3", "What could be better?", "", "Worker"]]
    assert len(after) == len(rows)


# ---- few answers


@pytest.mark.parametrize(("n", "says"), [(9, "are not told apart"), (24, "themes are unsteady"), (60, "")])
def test_a_check_says_when_there_are_too_few_answers_for_themes(made, n, says):
    rows = [[f"R{i:02d}", f"{SAID[i % 6]} ({i})"] for i in range(n)]
    study, _ = made([["Respondent ID", "What could be better?"], *rows])
    notes = " ".join(check(study).notes)
    assert (says in notes) if says else ("different texts" not in notes)


@pytest.mark.model
def test_a_run_and_its_report_say_that_few_answers_make_unsteady_themes(made):
    rows = [[f"R{i:02d}", f"{SAID[i % 6]} ({i})"] for i in range(24)]
    study, _ = made([["Respondent ID", "What could be better?"], *rows])
    manifest = run(study.folder)
    assert "fewer than 50 different texts, so themes are unsteady" in summarise(manifest, study.folder)
    (page,) = export(load_study(study.folder), to=["html"])
    assert "fewer than 50 different texts, so themes are unsteady" in page.read_text(encoding="utf-8")


def test_boxes_without_a_name_together_are_called_by_their_question(made, tmp_path):
    names = ["ID", "What helps? [1]", "What helps? [2]", "What gets in the way? [1]", "What gets in the way? [2]"]
    rows = [[f"R{i:02d}", *(f"{part} {SAID[(i + place) % 6]} ({i})" for place, part in enumerate("abcd"))] for i in range(24)]
    study, _ = made([names, *rows])
    path = study.folder / "study.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith("column = ")), encoding="utf-8")
    responses, _ = tables(load_study(study.folder))
    first = responses.groupby("question")["text"].first().map(lambda text: [line[:1] for line in text.splitlines()])
    assert sorted(first) == [["a", "b"], ["c", "d"]]


def test_closed_answers_of_a_long_export_say_nothing_of_languages(made):
    rows = []
    for i in range(24):
        rows.append([f"R{i:02d}", "What could be better?", f"{SAID[i % 6]} ({i})"])
        offered = "Nikt ze mną nie rozmawia po polsku", "Nie rozumiem listów z urzędu"
        rows.append([f"R{i:02d}", "Który z nich?", offered[i % 2]])
    study, _ = made([["Participant", "Question", "Answer"], *rows])
    assert [rating.column for rating in study.settings.intake.ratings.values()] == ["Który z nich?"]
    assert not any("Polish" in problem.sentence for problem in check(study).problems)
