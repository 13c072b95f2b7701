"""What came of what people said: checked row by row, the overdue and the unanswered first, told in two forms."""

import csv
from datetime import date

import docx
import pytest
from click.testing import CliRunner
from reading import read_page
from small_study import PRIVATE, build_study

from pipeline.cli import main
from pipeline.errors import StudyError
from pipeline.report import EXPORTS, export
from pipeline.report.answered_actions import TABLES, in_words, standing
from pipeline.report.formats.actions_page import loop_report
from pipeline.report.sections.actions_section import came_of_it
from pipeline.study.actions import COLUMNS, FILE, read_loop
from pipeline.workflow.results import read_results


TODAY = date(2026, 6, 1)
DONE = {
    "about": "Forms and rules",
    "you_said": "Too many forms.",
    "heard_on": "2026-01-01",
    "decision": "One form instead of four.",
    "decided_by": "The board",
    "decided_on": "2026-02-01",
    "action": "The new form is out.",
    "done_on": "2026-03-01",
    "told_how": "Newsletter",
    "told_on": "2026-03-02",
    "they_agree": "partly",
}
LATE = {
    **{"about": "time", "decision": "Longer visits.", "decided_by": "Ann", "decided_on": "2026-02-01"},
    **{"action": "Two pilots.", "due": "2026-05-01"},
}
CANNOT = {
    **{"about": "trust, listened, respect", "decision": "No.", "decided_by": "Ann", "decided_on": "2026-02-01"},
    **{
        "not_possible_because": "The law does not let us.",
        "heard_on": "2026-01-01",
        "told_how": "Letter",
        "told_on": "2026-02-11",
    },
}


@pytest.fixture
def study(tmp_path):
    return build_study(tmp_path / "study")


def write(study, *rows):
    with (study.folder / FILE).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return read_results(study, EXPORTS["html"].tables, today=TODAY)


def test_overdue_and_unanswered_themes_come_first(study):
    lines = list(in_words(standing(write(study, DONE, LATE, CANNOT))))
    assert lines[0].startswith("OVERDUE: ") and "“Two pilots.” was due on 2026-05-01" in lines[0]
    kinds = [line.partition(":")[0] for line in lines]
    assert kinds[:-1] == ["OVERDUE", *["NO ANSWER YET"] * (len(lines) - 2)]
    assert lines[-1] == "2 of 6 themes have an answer. The middle time from hearing to telling people is 50.5 days."


def test_without_the_file_every_theme_is_unanswered(study):
    found = standing(read_results(study, TABLES, today=TODAY))
    assert found.share_answered == 0 and len(found.with_state("unanswered")) == len(found.themes) == 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"about": ""}, "row 2: about is empty"),
        ({"decided_on": "1.2.2026"}, "row 2: decided_on is '1.2.2026'; write it as 2026-03-31"),
        ({"they_agree": "perhaps"}, "they_agree must be yes, partly, no or empty"),
        ({"decided_by": ""}, "a decision needs decided_by and decided_on"),
        ({"decision": ""}, "needs the decision it follows from"),
        ({"not_possible_because": "x"}, "both an action and a reason why it is not possible"),
        ({"told_how": ""}, "told_how and told_on belong together"),
        ({"told_how": "", "told_on": ""}, "people can agree only when they have been told"),
        ({"told_on": "2026-01-15"}, "told_on is before decided_on"),
        ({"done_on": "2025-12-31"}, "done_on is before decided_on"),
        ({"decided_on": "2025-12-31"}, "decided_on is before heard_on"),
    ],
)
def test_what_is_wrong_is_said_by_row(study, changes, said):
    write(study, DONE | changes)
    with pytest.raises(StudyError, match="is not right yet") as caught:
        read_loop(study)
    assert said in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(study):
    write(study, DONE | {"about": ""}, {}, DONE | {"they_agree": "x"})
    with pytest.raises(StudyError) as caught:
        read_loop(study)
    assert "row 2: about" in str(caught.value) and "row 4: they_agree" in str(caught.value)


def test_other_columns_and_other_files_are_explained(study):
    (study.folder / FILE).write_text("about,choice\nx,y\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"column you_said is missing.*the column choice is not known"):
        read_loop(study)
    (study.folder / FILE).write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(StudyError, match="CSV UTF-8"):
        read_loop(study)


def test_a_row_about_nothing_the_study_knows_is_named(study):
    found = standing(write(study, DONE | {"about": "Form and rules"}))
    assert found.unknown == (
        "row 2: 'Form and rules' is no code and no theme of this study, or no longer. Did you mean 'Forms and rules'?",
    )


def test_you_said_we_did_and_what_we_could_not_do(study):
    report = loop_report(write(study, DONE, LATE, CANNOT))
    assert report.title.endswith("you said, we did, what we could not do and why")
    assert [section.name for section in report.sections] == ["open", "did", "could-not"]
    opened, did, could_not = (repr(section) for section in report.sections)
    assert "31 days ago" in opened
    assert "You said: Too many forms." in did and "done on 1 March 2026" in did and "some of it was done" in did
    assert "Still to do: Two pilots. (due on 1 May 2026)" in did
    assert "Not possible, because: The law does not let us." in could_not and "The law" not in did


def test_the_page_and_the_document_say_the_same(study):
    write(study, DONE, CANNOT)
    page, document = export(study, to=["loop"])
    shown = read_page(page.read_text(encoding="utf-8"))
    told = docx.Document(str(document))
    for words in ("You said: Too many forms.", "Not possible, because: The law does not let us."):
        assert words in shown.text and words in [paragraph.text for paragraph in told.paragraphs]
    headings = [paragraph.text for paragraph in told.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == [heading.text for heading in shown.find_all("main")[0].find_all("h2")]
    assert not [said for said in PRIVATE if said in shown.text] and "harp" not in shown.text


def test_the_figures_stand_in_the_report(study):
    (sentence, table, _) = came_of_it(write(study, DONE, LATE, CANNOT)).blocks
    assert sentence.text == "2 of 6 themes (33%) have an answer. Half of the answers reached people within 50 days."
    assert dict(table.rows) == {
        **{"Answered, and people told": "2", "Answered, people not told yet": "0", "Overdue": "1", "No answer yet": "3"},
        "All themes": "6",
    }


def test_the_command_starts_the_table_once_and_then_says_what_is_open(study):
    def run(*arguments):
        return CliRunner().invoke(main, ["loop", str(study.folder), *arguments])

    started = run("--start")
    assert started.exit_code == 0 and "they_agree: do they agree it was done" in started.output
    assert {entry.about for entry in read_loop(study).entries} >= {"Forms and rules", "Too little time"}
    assert "NO ANSWER YET" in run().output
    again = run("--start")
    assert again.exit_code == 10 and "there already" in again.output
