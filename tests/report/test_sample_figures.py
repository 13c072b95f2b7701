"""The documents' figures stand in the exported tables, to the printed digit."""

import csv
import shutil
from dataclasses import replace
from types import SimpleNamespace

import openpyxl
import pytest
from sample import SAMPLE

from pipeline.codebook.codebook import Codebook
from pipeline.report.blocks import Report
from pipeline.report.formats.csv_tables import without_suppressed
from pipeline.report.formats.report_workbook import write_tables_workbook
from pipeline.report.sections.closed_section import closed_questions
from pipeline.study.study import load_study
from pipeline.tables.csv_files import write_csv
from pipeline.tables.parquet import empty_table
from pipeline.workflow.results import read_results
from pipeline.workflow.runner import run
from pipeline.workflow.stages.count import count


FIGURES = [
    ("Fragmented services and rigid rules", "Lived experience", 3.32),
    ("Rushed decisions and lack of time or practical support", "Family and friends", 3.42),
    ("Bureaucracy and inflexible processes", "Professionals", 3.54),
    ("Fresh ideas from people with experience", "Lived experience", 0.63),
    ("Inclusive, fair collaboration", "Lived experience", 0.41),
    ("A focus on what matters most", "Family and friends", 0.66),
    ("Better results and services that save money", "Family and friends", 0.42),
    ("Yes", "Professionals", 0.72),
    ("Yes", "Lived experience", 0.50),
    ("Yes", "Family and friends", 0.25),
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """Return what the sample's closed questions are counted to, and what the report is made from."""
    folder = tmp_path_factory.mktemp("sample") / "study"
    folder.mkdir()
    for name in ("study.toml", "responses.csv", "codebook.csv"):
        shutil.copy(SAMPLE / name, folder)
    # The documents counted everybody. Sixteen of the sample want their answers not to be used, and then they are not.
    answers = (folder / "responses.csv").read_text(encoding="utf-8")
    (folder / "responses.csv").write_text(answers.replace("Do not use my answers", "Analyse them"), encoding="utf-8")
    study = load_study(folder)
    run(study, until="intake")
    source = read_results(study, ("ratings", "people"))
    nothing = [empty_table(name) for name in ("codings", "segments", "comments")]
    settings = SimpleNamespace(count=study.settings.count, intake=study.settings.intake)
    _, found = count(*nothing, source["people"], source["ratings"], Codebook(()), settings=settings)
    return SimpleNamespace(table=found, source=source)


def test_the_workbook_prints_them(closed, tmp_path):
    source = replace(closed.source, tables={**closed.source.tables, "closed": closed.table})
    write_tables_workbook(Report("Sample", "b", "n", (closed_questions(source),)), tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = {}
    for sheet in book.worksheets[2:]:
        for table in sheet.tables.values():
            header, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
            for row in rows:
                cells |= {(row[0], name): value for name, value in zip(header, row, strict=True)}
    for item, level, printed in FIGURES:
        assert cells[item, level] == printed


def test_the_csv_files_print_them(closed, tmp_path):
    write_csv(without_suppressed(closed.table), tmp_path / "closed.csv")
    with (tmp_path / "closed.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"] == "Perspective"]
    settings = closed.source.study.settings.intake.ratings
    for item, level, printed in FIGURES:
        found = [
            row
            for row in rows
            if row["level"] == level and item in (row["value"], settings[row["question"]].column.partition(": ")[2])
        ]
        assert f"{float(found[0]['estimate']):.2f}" == f"{printed:.2f}"
