import csv
import json
import stat
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample import ROOT, SAMPLE, SHARED, needs_shared

from pipeline.errors import CodebookError, DataError, PipelineError, StudyError
from pipeline.study.study import load_study
from pipeline.study.study_settings import Settings
from pipeline.study.toml import basic_string, write_settings
from pipeline.survey.readers import read_export
from pipeline.workflow.new_study import create_study, propose
from pipeline.workflow.runner import run


CANARY = "xyzzycanary"
ANSWERS = [f"They never listened to us about number {i} and nothing came of it" for i in range(40)]
AGREES = ("Strongly agree", "Agree", "Disagree", "Strongly disagree")


def survey(n=40):
    """A wide export with a column of every kind."""
    return [
        {
            "Respondent ID": f"R{i:03d}",
            "Submitted at": f"2025-03-{1 + i % 28:02d} 10:00",
            "IP Address": f"10.0.0.{i}",
            "E-mail": f"person{i}@example.org",
            "Duration (in seconds)": str(100 + i),
            "Which group are you in?": ("Carers", "Leaders")[i % 2],
            "Region": ("North", "South", "Wales")[i % 3],
            "Role": f"Support worker in the team of street {i}",
            "What could be better?": ANSWERS[i],
            "What works well?": f"The people in room {i} are kind and know what they do",
            "Satisfaction (1-5)": str(1 + i % 5),
            "I am listened to": AGREES[i % 4],
            "Who helps you? – Family": "Family" if i % 2 else "",
            "Who helps you? – Friends": "Friends" if i % 3 else "",
            "Which apply?": ("Work; Study", "Work", "Study", "Care; Work")[i % 4],
            "Do you have a garden?": ("Yes", "No")[i % 2],
            "May we quote you?": ("Yes", "No", "Yes, reworded", "")[i % 4],
            "weight": ("0.8", "1.2")[i % 2],
            "Notes by staff": "",
        }
        for i in range(n)
    ]


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def meant(settings):
    """What settings mean: many closed questions with the same answers are written as one grid, under names of its own."""
    plan = settings.intake
    ratings = sorted(
        (str(rating.model_copy(update={"wording": ""})), plan.wording(name)) for name, rating in plan.ratings.items()
    )
    return settings.model_copy(update={"intake": plan.model_copy(update={"ratings": {}, "grids": {}})}), ratings


def columns_in(intake):
    """Every column that [intake] names."""
    named = {intake.get(key) for key in ("id", "weight", "received")} | set(intake.get("attributes", ()))
    named.add(intake.get("consent", {}).get("column"))
    if intake["layout"] == "long":
        named |= {intake.get("text"), intake.get("question")}
    else:
        named |= {question["column"] for question in intake.get("questions", {}).values()}
    for rating in intake.get("ratings", {}).values():
        named |= {rating.get("column"), *rating.get("columns", {}).values()}
    return named - {None}


@pytest.fixture
def proposal(tmp_path):
    return propose(read_export(write(tmp_path / "export.csv", survey())), name="s", file="vault/export.csv")


def test_every_kind_of_column_is_placed(proposal):
    intake = proposal.settings["intake"]
    assert (intake["layout"], intake["id"]) == ("wide", "Respondent ID")
    assert (intake["received"], intake["weight"]) == ("Submitted at", "weight")
    assert intake["attributes"] == ["Which group are you in?", "Region"]
    assert proposal.settings["count"]["groups"] == ["Which group are you in?", "Region"]
    assert {q["column"]: q["frame"] for q in intake["questions"].values()} == {
        "What could be better?": "better",
        "What works well?": "good",
    }
    assert intake["consent"] == {
        "column": "May we quote you?",
        "quote": ["Yes"],
        "paraphrase": ["Yes, reworded"],
        "analyse": ["No"],
    }


def test_closed_questions_of_every_shape_are_placed(proposal):
    ratings = proposal.settings["intake"]["ratings"]
    assert ratings["satisfaction_1_5"]["scale"] == [1, 5]
    assert ratings["i_am_listened_to"]["labels"] == dict(zip(reversed(AGREES), (1, 2, 3, 4), strict=True))
    assert ratings["who_helps_you"]["columns"] == {
        "Family": "Who helps you? – Family",
        "Friends": "Who helps you? – Friends",
    }
    assert ratings["which_apply"]["separator"] == ";"
    assert ratings["do_you_have_a_garden"] == {"column": "Do you have a garden?"}


def test_what_shows_who_people_are_is_left_in_the_vault_and_said_aloud(proposal):
    said = "\n".join(proposal.unused)
    for column in ("IP Address", "E-mail"):
        assert f"“{column}”" in said
        assert column not in columns_in(proposal.settings["intake"])
    assert "stays in the vault" in said
    assert "“Role”" in said and "may show who a person is" in said


def test_every_column_is_used_or_named_as_not_used(proposal):
    assert not unaccounted(proposal, survey()[0])


def unaccounted(proposal, columns):
    said = "\n".join(proposal.unused)
    if " more" in said:
        return set()
    return {name for name in columns if name not in columns_in(proposal.settings["intake"]) and name[:30] not in said}


def test_every_reason_is_a_sentence(proposal):
    assert all(reason[0].isupper() or reason[0] == "“" for reason in proposal.reasons)
    assert all(reason.endswith(".") for reason in proposal.reasons)


def test_a_row_for_each_answer_is_recognised(tmp_path):
    rows = [
        {
            "person": f"p{i // 2:03d}",
            "trust": ("A", "B")[i // 2 % 2],
            "question": ("What was good?", "Why?")[i % 2],
            "text": ANSWERS[i],
        }
        for i in range(40)
    ]
    intake = propose(read_export(write(tmp_path / "long.csv", rows)), name="s", file="f").settings["intake"]
    assert (intake["layout"], intake["id"], intake["question"], intake["text"]) == ("long", "person", "question", "text")
    assert intake["questions"] == {
        "what_was_good": {"column": "What was good?", "frame": "good"},
        "why": {"column": "Why?", "frame": "neutral"},
    }
    assert intake["attributes"] == ["trust"]


def test_without_an_id_rows_are_people(tmp_path):
    rows = [{"What was good?": text} for text in ANSWERS]
    proposal = propose(read_export(write(tmp_path / "e.csv", rows)), name="s", file="f")
    assert "id" not in proposal.settings["intake"]
    assert "No column tells people apart, so each row counts as one person." in proposal.reasons


def test_an_export_of_closed_questions_says_that_none_is_open(tmp_path):
    rows = [{"id": str(i), "Gender": ("F", "M")[i % 2], "Happy?": ("Yes", "No")[i % 2]} for i in range(20)]
    proposal = propose(read_export(write(tmp_path / "e.csv", rows)), name="s", file="f")
    assert any("No column looks like an open question" in reason for reason in proposal.reasons)


def test_the_sample_study_is_guessed_as_people_set_it(tmp_path):
    people = tomllib.loads((SAMPLE / "study.toml").read_text(encoding="utf-8"))["intake"]
    guessed = propose(read_export(SAMPLE / "responses.csv"), name="s", file="f").settings
    intake = guessed["intake"]
    assert intake["consent"] == people["consent"]
    assert (intake["id"], intake["received"], intake["layout"]) == (people["id"], people["received"], people["layout"])
    frames = [{q["column"]: q["frame"] for q in found["questions"].values()} for found in (intake, people)]
    assert frames[0] == frames[1]
    assert set(intake["attributes"]) == set(people["attributes"])
    scales = [{r["column"]: r.get("scale") for r in found["ratings"].values()} for found in (intake, people)]
    assert scales[0] == scales[1]
    assert guessed["clean"]["languages"] == ["en", "cy"]


@needs_shared
def test_the_long_layout_of_real_answers_is_found():
    source = SHARED / "data" / "nhs-fft" / "responses.csv"
    proposal = propose(read_export(source), name="s", file="f")
    intake = proposal.settings["intake"]
    assert (intake["layout"], intake["id"]) == ("long", "respondent_id")
    assert (intake["question"], intake["text"], intake["received"]) == ("question", "text", "date")
    assert intake["attributes"] == ["trust", "service_type_1", "service_type_2"]
    assert proposal.settings["count"]["groups"] == ["trust", "service_type_1"]
    assert intake["ratings"] == {"fft_score": {"column": "fft_score", "scale": [1, 5]}}
    frames = {question["column"]: question["frame"] for question in intake["questions"].values()}
    assert len(frames) == 5
    assert frames["What was good?"] == "good" and frames["What could we do better?"] == "better"


def formats():
    folder = SHARED / "data" / "formats"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


@needs_shared
@pytest.mark.parametrize("path", formats(), ids=lambda path: path.name)
def test_a_study_is_made_from_every_export_that_can_be_read(path, tmp_path):
    try:
        export = read_export(path)
    except PipelineError:
        with pytest.raises(PipelineError):
            create_study(tmp_path / "study", path)
        assert not (tmp_path / "study").exists()
        return
    proposal = create_study(tmp_path / "study", path)
    settings = load_study(tmp_path / "study").settings
    assert meant(settings) == meant(Settings.model_validate(proposal.settings))
    assert columns_in(proposal.settings["intake"]) <= set(export.frame.columns)
    assert not unaccounted(proposal, export.frame.columns)
    run(tmp_path / "study", until="intake")


def test_a_study_that_was_made_runs_as_it_is(tmp_path):
    source = write(tmp_path / "my export.csv", survey())
    create_study(tmp_path / "study", source, codebook=SAMPLE / "codebook.csv")
    manifest = run(tmp_path / "study", until="intake")
    assert manifest.stage("intake").rows_out["responses"] == 80
    assert manifest.stage("intake").rows_out["people"] == 80


def test_the_export_is_copied_into_a_vault_that_others_cannot_open(tmp_path):
    source = write(tmp_path / "export.csv", survey())
    create_study(tmp_path / "deep" / "study", source)
    vault = tmp_path / "deep" / "study" / "vault"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o700
    assert stat.S_IMODE((vault / "export.csv").stat().st_mode) == 0o600
    assert (vault / "export.csv").read_bytes() == source.read_bytes()
    ignored = (vault.parent / ".gitignore").read_text().split()
    assert {"vault/", "derived/", "exports/", "review.sqlite"} <= set(ignored)


def test_a_folder_of_documents_is_copied_as_a_folder(tmp_path):
    source = tmp_path / "key"
    source.mkdir()
    (source / "one.txt").write_text("They listened.\n\nThen nothing happened.")
    (source / "two.md").write_text("Nothing at all.")
    (source / ".hidden").write_text("x")
    proposal = create_study(tmp_path / "study", source)
    intake = proposal.settings["intake"]
    assert (intake["layout"], intake["id"], intake["text"]) == ("long", "document", "text")
    assert proposal.settings["segment"] == {"unit": "paragraph"}
    kept = load_study(tmp_path / "study").source
    # A folder named as the vault's own secret would stand in its way.
    assert kept.name == "export-key"
    assert sorted(path.name for path in kept.iterdir()) == ["one.txt", "two.md"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept.iterdir())
    assert run(tmp_path / "study", until="intake").stage("intake").rows_out["responses"] == 2


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    source = write(tmp_path / "export.csv", survey())
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.txt").write_text("mine")
    with pytest.raises(StudyError, match="not empty"):
        create_study(tmp_path / "study", source)
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["mine.txt"]
    with pytest.raises(StudyError, match="is a file"):
        create_study(source, source)


def test_a_study_may_be_made_in_the_empty_folder_one_stands_in(tmp_path, monkeypatch):
    source = write(tmp_path / "export.csv", survey())
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    create_study(".", source)
    assert load_study(".").settings.name == "here"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["export.csv", "here"]


def test_a_study_cannot_stand_among_its_own_documents(tmp_path):
    (tmp_path / "one.txt").write_text("They listened.")
    with pytest.raises(StudyError, match="cannot stand inside"):
        create_study(tmp_path / "study", tmp_path)


@pytest.mark.parametrize("codebook", ["none.csv", "book.docx"])
def test_nothing_is_left_behind_when_it_cannot_be_made(codebook, tmp_path):
    source = write(tmp_path / "export.csv", survey())
    with pytest.raises(CodebookError, match=codebook):
        create_study(tmp_path / "study", source, codebook=tmp_path / codebook)
    with pytest.raises(DataError, match=r"missing\.csv"):
        create_study(tmp_path / "study", tmp_path / "missing.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["export.csv"]


def test_a_codebook_is_copied_and_its_faults_are_said(tmp_path):
    source = write(tmp_path / "export.csv", survey())
    good = create_study(tmp_path / "one", source, codebook=SAMPLE / "codebook.csv")
    assert load_study(tmp_path / "one").codebook.read_bytes() == (SAMPLE / "codebook.csv").read_bytes()
    assert "codes." in good.reasons[0]
    (tmp_path / "bad.csv").write_text("code,label\na,\n")
    bad = create_study(tmp_path / "two", source, codebook=tmp_path / "bad.csv")
    assert "must be put right" in bad.reasons[0] and "row 2" in bad.reasons[0]


ODD = [
    "She said \"yes\" and 'no'",
    "back\\slash \\n \\u0041",
    "two\nlines\tand a tab",
    "emoji 👩🏽‍🦽 and العربية",
    "x" * 3_000,
    "# not a comment = [1]",
    "delete\x7f nbsp\u00a0 line\u2028 bell\x07",
    "'''",
    "a.b.c = ]",
]


def test_odd_headings_come_back_from_the_settings_as_they_are(tmp_path):
    rows = [{"id": str(i)} | {name: f"{ANSWERS[i]} {n}" for n, name in enumerate(ODD)} for i in range(20)]
    proposal = create_study(tmp_path / "study", write(tmp_path / "e.csv", rows))
    export = read_export(tmp_path / "e.csv")
    questions = load_study(tmp_path / "study").settings.intake.questions
    assert {question.column for question in questions.values()} == set(export.frame.columns) - {"id"}
    assert len(questions) == len(ODD)
    assert max(map(len, proposal.reasons)) < 400
    run(tmp_path / "study", until="intake")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_a_string_and_a_key_of_toml(text):
    assert tomllib.loads(f"a = {basic_string(text)}")["a"] == text
    settings = {"intake": {"ratings": {text: {"column": text, "labels": {text: 1.0}}}}}
    written = write_settings(settings, why={"intake": text, "intake.id": text}, unused=[text])
    assert tomllib.loads(written) == settings


def test_no_answer_is_told_in_reasons_or_settings(tmp_path):
    rows = survey()
    for i, row in enumerate(rows):
        row["Role"] = f"{CANARY} {row['Role']}"
        row["What could be better?"] += f" {CANARY}"
        row["E-mail"] = f"{CANARY}{i}@example.org"
        row["Respondent ID"] += CANARY
    rows[3]["May we quote you?"] = f"Only if {CANARY} agrees"
    rows[4]["May we quote you?"] = CANARY
    rows[5]["I am listened to"] = f"very {CANARY}"
    rows[6]["Satisfaction (1-5)"] = CANARY
    rows[7]["Region"] = CANARY
    rows[8]["Which apply?"] = f"Work; {CANARY}"
    rows[9]["Who helps you? – Family"] = CANARY
    rows[10]["Do you have a garden?"] = f"No, {CANARY}"
    rows[11]["Notes by staff"] = CANARY
    proposal = create_study(tmp_path / "study", write(tmp_path / "e.csv", rows))
    written = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    assert CANARY not in written
    assert CANARY not in json.dumps([proposal.settings, proposal.reasons, proposal.why, proposal.unused])


def test_the_comments_name_the_settings_people_change(tmp_path):
    create_study(tmp_path / "study", write(tmp_path / "e.csv", survey()))
    written = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    assert 'model = "voices"' in written and 'profile = "strict"' in written
    assert "# wide: a row for each person" in written
    assert all(len(line) < 200 for line in written.splitlines())


def test_the_messy_study_is_proposed_with_its_scale_and_consent():
    proposal = propose(read_export(ROOT / "corpora" / "messy" / "responses.csv"), name="s", file="f")
    intake = proposal.settings["intake"]
    assert intake["consent"]["column"] == "May we quote you?"
    assert intake["consent"]["none"] == ["Do not use my answers"]
    (rating,) = intake["ratings"].values()
    assert rating["scale"][0] == 1
