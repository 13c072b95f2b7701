"""`themes new --ask`: a person is shown each doubtful column and says what it is for."""

import csv

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import StudyError
from pipeline.study.study import load_study
from pipeline.survey.readers import read_export
from pipeline.workflow.new_study import propose


CONSENT, SERVICES, ROLE, MIND = "Can we share what you said?", "Which services?", "Any other role?", "What is on your mind?"
NEEDS = ("more time for us", "to be told what came of it", "somebody who listens", "a bus that comes", "less paper to fill in")
SERVED = ("Day centre", "Respite", "Home care", "Transport")


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    path = tmp_path_factory.mktemp("ask") / "export.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", MIND, SERVICES, ROLE, CONSENT, "Group"])
        for n in range(40):
            services = f"{SERVED[n % 4]} - {SERVED[(n + 1 + n // 4 % 3) % 4]}"
            words = f"I would like {NEEDS[n % 5]} and {NEEDS[(n // 5) % 5]} by week {n}"
            role = ("treasurer", "driver", "cook")[n % 3] if n % 2 else ""
            writer.writerow([n, words, services, role, ("Yes", "No", "Ask me first")[n % 3], ("Family", "Worker")[n % 2]])
    return path


def ask(export, folder, answers):
    """Return what is printed where these numbers are typed."""
    command = ["new", str(folder), "--from", str(export), "--ask"]
    return CliRunner().invoke(main, command, input="".join(f"{answer}\n" for answer in answers))


def test_return_keeps_every_guess(export, tmp_path):
    result = ask(export, tmp_path / "asked", [""] * 9)
    CliRunner().invoke(main, ["new", str(tmp_path / "plain"), "--from", str(export)])
    assert result.exit_code == 0 and "doubtful" in result.output
    # The rows of the file, as a spreadsheet numbers them, and the present guess are shown.
    assert "row 2: “Yes”" in result.output and "(as guessed)" in result.output
    assert load_study(tmp_path / "asked").settings.intake == load_study(tmp_path / "plain").settings.intake


def test_a_column_that_a_person_calls_consent_says_who_may_be_quoted(export, tmp_path):
    result = ask(export, tmp_path / "study", ["5", *[""] * 8])
    consent = load_study(tmp_path / "study").settings.intake.consent
    assert result.exit_code == 0 and (consent.column, consent.quote, consent.analyse) == (CONSENT, ("Yes",), ("No",))
    assert "asks whether people may be quoted; 13 answers are blank or unclear" in result.output


@pytest.mark.parametrize(("number", "place"), [("1", "questions"), ("4", "attributes"), ("6", "nowhere")])
def test_a_column_is_used_as_a_person_says(export, tmp_path, number, place):
    assert ask(export, tmp_path / "study", [number, *[""] * 8]).exit_code == 0
    intake = load_study(tmp_path / "study").settings.intake
    places = {
        "questions": CONSENT in {question.column for question in intake.questions.values()},
        "attributes": CONSENT in intake.attributes,
        "nowhere": CONSENT not in intake.model_dump_json(),
    }
    assert [name for name, is_there in places.items() if is_there] == [place]


@pytest.mark.parametrize(
    ("uses", "says"),
    [
        ({MIND: "closed"}, "each would be printed as an option"),
        ({"Group": "several"}, "has no sign between its options"),
        ({"Grupp": "open"}, "no column “Grupp”"),
        ({CONSENT: "consent", "Group": "consent"}, "are all said to hold consent"),
    ],
)
def test_what_a_column_cannot_be_is_said_without_a_persons_words(export, uses, says):
    with pytest.raises(StudyError, match=says) as caught:
        propose(read_export(export), name="study", file="vault/export.csv", uses=uses)
    assert not any(need in str(caught.value) for need in NEEDS)


def test_nothing_is_made_where_a_person_stops(export, tmp_path):
    result = ask(export, tmp_path / "study", [])
    assert result.exit_code and not (tmp_path / "study").exists()
    wrong = ask(export, tmp_path / "study", ["nine", "9", *[""] * 8])
    assert "is not in the range" in wrong.output and wrong.exit_code == 0
