"""A draft is no release: it says so, fixes nothing, and what people decide afterwards is what a release shows."""

import csv
from zipfile import ZipFile

import docx
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from pdf_here import why_not
from small_study import build_study, build_tables, count_again

from pipeline.cli import main
from pipeline.errors import StudyError
from pipeline.report import EXPORTS, export
from pipeline.report.draft_mark import DRAFT
from pipeline.report.easyread import start_easyread
from pipeline.report.releases import FOLDER, plan_in_words, plan_release, release
from pipeline.study.easy_read import FILE as EASY_READ
from pipeline.workflow.released_figures import ledger_path, read_ledger


FORMS = [name for name in EXPORTS if name != "pdf" or not why_not()]
FIGURES = [name for name in FORMS if EXPORTS[name].has_figures]
HOW = "“themes release study”, in the folder in which the study “study” lies"


@pytest.fixture
def study(tmp_path):
    return build_study(tmp_path / "study")


def decide(study, code, n):
    """Let people decide, of so many people who spoke of forms, that they spoke of this code, too."""
    tables = build_tables(study)
    coded = tables["codings"].merge(tables["segments"], on="segment_id").merge(tables["comments"], on="comment_id")
    those = coded[coded["code"] == "forms"].drop_duplicates("response_id").head(n)[["segment_id"]]
    added = those.assign(code=code, status="accepted", reviewers=1)
    count_again(study, {**tables.frames, "codings": pd.concat([tables["codings"], added], ignore_index=True)})


def everyone(folder, code):
    """Return the number of people of a code over all questions, as counts.csv has it."""
    with (folder / "counts.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [
            row for row in csv.DictReader(file) if (row["question"], row["code"], row["level"]) == ("any", code, "everyone")
        ]
    return float(row["n"] or "nan")


def test_no_export_keeps_anything_in_the_ledger(study):
    export(study, to=FORMS)
    start_easyread(study)
    assert not ledger_path(study).exists()


def test_a_draft_shows_what_people_decided_since_the_last_draft(study):
    decide(study, "transport", 20)
    export(study, to=["tables"])
    assert everyone(study.exports, "transport") == 20
    decide(study, "transport", 10)
    export(study, to=["tables"])
    assert everyone(study.exports, "transport") == 10
    release(study, to=["tables"])
    assert everyone(study.exports / FOLDER, "transport") == 10, "a draft leaves no trace in a release"


def test_a_release_is_kept_to_by_drafts_and_releases_after_it(study):
    decide(study, "transport", 12)
    release(study, to=["tables"])
    ledger = read_ledger(study)
    decide(study, "transport", 17)
    export(study, to=["tables"])
    # 15 beside 10 would tell something of five people; 10 is no longer true.
    assert str(everyone(study.exports, "transport")) == "nan"
    assert read_ledger(study) == ledger or len(read_ledger(study)) == len(ledger)
    assert everyone(study.exports / FOLDER, "transport") == 10, "a draft writes over no release"


def text_of(path):
    """Return what a reader of a file reads."""
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        footers = [line.text for section in document.sections for line in section.footer.paragraphs]
        return "\n".join([*(line.text for line in document.paragraphs), *footers])
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value)
    if path.suffix == ".pdf":
        pdfminer = pytest.importorskip("pdfminer.high_level")
        return pdfminer.extract_text(path)
    return path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "pdf"])
def test_each_form_with_figures_says_that_it_is_a_draft_and_how_a_release_is_made(study, name):
    marked = {
        path.name: text_of(path) for path in export(study, to=[name]) if path.suffix in (".html", ".docx", ".xlsx", ".txt")
    } or {path.name: text_of(path) for path in export(study, to=[name])}
    assert marked
    for file, text in marked.items():
        assert DRAFT.casefold() in text.casefold() or "not to be passed on" in text, file
        assert name == "charts" or (HOW in text and "not protected against being compared" in text), file
    for path in release(study, to=[name]):
        assert "not to be passed on" not in text_of(path), path.name
        assert "themes release" not in text_of(path), path.name


def test_every_page_of_a_document_and_every_sheet_says_that_it_is_a_draft(study):
    document, workbook = export(study, to=["docx", "xlsx"])
    footers = [line.text for section in docx.Document(str(document)).sections for line in section.footer.paragraphs]
    assert any(DRAFT in line for line in footers)
    for sheet in openpyxl.load_workbook(workbook):
        # The list of contents leads to the sheets and holds no figure.
        if sheet.title != "Contents":
            assert any(DRAFT in str(cell.value) for row in sheet for cell in row), sheet.title


def test_each_chart_of_a_draft_says_so_in_the_picture(study):
    (contents,) = export(study, to=["charts"])
    pictures = sorted((study.exports / "charts").glob("*.svg"))
    assert pictures and all(DRAFT in path.read_text(encoding="utf-8") for path in pictures)
    release(study, to=["charts"])
    assert not [path for path in (study.exports / FOLDER / "charts").glob("*.svg") if DRAFT in path.read_text(encoding="utf-8")]
    assert DRAFT in contents.read_text(encoding="utf-8-sig")


def test_what_is_no_figure_is_no_draft(study):
    for path in export(study, to=["quotes", "qdc"]):
        if path.suffix == ".docx":
            with ZipFile(path) as parts:
                assert DRAFT not in parts.read("word/document.xml").decode("utf-8"), path.name
        else:
            assert DRAFT not in path.read_bytes().decode("utf-8", "replace"), path.name


def test_the_plan_says_what_is_fixed_for_good_and_how_far_it_is_checked(study):
    plan = plan_release(study, to=["html", "tables"])
    words = plan_in_words(plan)
    release(study, to=["html", "tables"])
    assert f"{len(read_ledger(study)):,} figures for good" in words and "profile strict" in words
    assert "report.html" in words and "first release" in words
    assert "People have checked" in words or "Not yet checked" in words or "Checked by people" in words
    again = plan_in_words(plan_release(study, to=["html", "tables"]))
    assert "fixes no figure that is not fixed yet" in again


def test_the_command_asks_and_releases_nothing_without_a_yes(study):
    asked = CliRunner().invoke(main, ["release", str(study.folder), "--to", "html"], input="n\n")
    assert asked.exit_code == 1 and "for good" in asked.output and "Release it?" in asked.output
    assert not ledger_path(study).exists() and not (study.exports / FOLDER).exists()
    done = CliRunner().invoke(main, ["release", str(study.folder), "--to", "html", "--yes"])
    assert done.exit_code == 0 and str(study.exports / FOLDER / "report.html") in done.output
    assert read_ledger(study) and (study.exports / FOLDER).stat().st_mode & 0o077 == 0


def test_what_was_agreed_to_is_what_is_released(study):
    plan = plan_release(study, to=["html"])
    decide(study, "transport", 30)
    with pytest.raises(StudyError, match="has changed since you were asked"):
        release(study, to=["html"], agreed=plan)
    assert not ledger_path(study).exists()


@pytest.mark.parametrize("name", ["team", "review", "qdpx", "qdpx-cases", "sav"])
def test_what_is_for_the_team_is_never_released(study, name):
    with pytest.raises(StudyError, match="is for the team and is never released"):
        release(study, to=["html", name])
    assert not ledger_path(study).exists() and not (study.exports / FOLDER).exists()


def test_an_export_says_on_the_terminal_that_it_is_a_draft(study):
    said = CliRunner().invoke(main, ["export", str(study.folder), "--to", "html"]).output
    assert "Drafts, not to be passed on" in said and "themes release" in said
    assert "Drafts" not in CliRunner().invoke(main, ["export", str(study.folder), "--to", "quotes"]).output


def test_easy_read_words_of_an_earlier_draft_are_pointed_out_before_a_release(study):
    start_easyread(study)
    assert EASY_READ not in plan_in_words(plan_release(study, to=["easyread"]))
    path = study.folder / EASY_READ
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(
        text.replace(" people wrote", " people and 3 more wrote").replace("We asked people", "We asked 4321 people"),
        encoding="utf-8-sig",
    )
    assert f"{EASY_READ} speaks of 4321 people" in plan_in_words(plan_release(study, to=["easyread"]))
