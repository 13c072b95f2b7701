"""Nobody who holds the files of one release can work out a figure that they hide."""

import re

import numpy as np
import openpyxl
import pytest
from release_attack import attack_release
from release_files import read_report, read_tables
from small_study import build_study

from pipeline.codebook.codebook import read_codebook
from pipeline.methods.disclosure import PROFILES
from pipeline.report.releases import FOLDER
from pipeline.report.releases import release as release_forms
from pipeline.tables.parquet import TABLES, read_table


REPORTS = ("html", "docx", "xlsx")
PRINTED = ("html", "docx")
"""They print a few of the tables; the workbook holds all, and is attacked."""


@pytest.fixture(scope="module", params=PROFILES)
def release(request, tmp_path_factory):
    """Return a study whose report and tables were released together, and its profile."""
    study = build_study(tmp_path_factory.mktemp("files") / "study", profile=request.param, one_silent_of=4)
    release_forms(study, to=[*REPORTS, "tables"])
    return study, PROFILES[request.param]


def attack(study, tables, profile):
    comments, people = (read_table(name, study.folder / TABLES[name].file) for name in ("comments", "people"))
    persons = people.pivot(index="response_id", columns="attribute", values="value")
    wanted = comments[comments["consent"] != "none"]
    asked = {question: frozenset(rows["response_id"]) for question, rows in wanted.groupby("question", sort=False)}
    asked["any"] = frozenset(wanted["response_id"])
    return attack_release(tables, persons.reindex(comments["response_id"].unique()), asked, frozenset({"change"}), profile)


def in_ids(study, report):
    """Return a report's figures under the names that the tables have for questions, codes and themes."""
    intake = study.settings.intake
    names = {entry.wording: name for name, entry in (*intake.questions.items(), *intake.ratings.items())}
    names |= {code.name: code.code for code in read_codebook(study.codebook).codes}
    themes = read_table("themes", study.folder / TABLES["themes"].file)
    ids = {f"{number}. ": theme_id for number, theme_id in zip(themes["number"], themes["theme_id"], strict=True)}
    named = report["themes"]["theme_id"].map(lambda title: ids[f"{title.partition('. ')[0]}. "])
    report = {
        name: table.replace({column: names for column in ("question", "code") if column in table})
        for name, table in report.items()
    }
    return {**report, "themes": report["themes"].assign(theme_id=named)}


def test_no_figure_that_a_release_hides_can_be_worked_out_from_the_workbook(release):
    study, profile = release
    report = in_ids(study, read_report(study.exports / FOLDER / "report.xlsx", "group"))
    assert report["counts"]["n"].notna().sum() > 5 and report["closed"]["base"].notna().sum() > 5, "figures were read"
    # A report leaves the base out where it leaves the count out, and the tables show it.
    hidden = {figure.cell for figure in attack(study, read_tables(study.exports / FOLDER), profile)}
    attacked = [figure for figure in attack(study, report, profile) if figure.cell in hidden]
    assert len(attacked) > 10 and [figure for figure in attacked if figure.recovered] == []


def test_no_hidden_figure_can_be_worked_out_from_the_tables(release):
    study, profile = release
    hidden = attack(study, read_tables(study.exports / FOLDER), profile)
    assert len(hidden) > 10 and [figure for figure in hidden if figure.recovered] == []


@pytest.mark.parametrize("form", REPORTS)
def test_a_report_shows_the_figures_of_the_tables_and_no_others(release, form):
    study, _ = release
    tables, report = (
        read_tables(study.exports / FOLDER),
        in_ids(study, read_report(study.exports / FOLDER / f"report.{form}", "group")),
    )
    keys = {"response_rates": ["value"], "counts": ["code"], "closed": ["measure", "value"]}
    assert len(report["response_rates"])
    for name, columns in keys.items():
        if form in PRINTED and report[name].empty:
            continue
        key = ["question", *columns, "group", "level"]
        both = report[name].merge(tables[name], on=key, suffixes=("", "_in_tables"), how="left", indicator=True)
        assert len(both) and (both["_merge"] == "both").all(), name
        for figure in ("n", "base"):
            shown = both[both[figure].notna()]
            assert len(shown) or (name, figure) == ("closed", "n")
            assert shown[figure].tolist() == shown[f"{figure}_in_tables"].tolist(), (name, figure)
        # The report shows each count that the tables show.
        assert both["n"].isna().equals(both["n_in_tables"].isna()), name


def test_no_mean_that_is_not_shown_follows_from_the_others(release):
    study, _ = release
    ratings = read_table("ratings", study.folder / TABLES["ratings"].file).dropna(subset="score")
    closed = read_tables(study.exports / FOLDER)["closed"].query("measure == 'mean'")
    for question, rows in closed.groupby("question"):
        everyone, parts = rows[rows["group"] == "everyone"].iloc[0], rows[rows["group"] != "everyone"].dropna(subset="estimate")
        n = everyone["base"] - parts["base"].sum()
        if np.isnan(everyone["estimate"]) or n < 1:
            continue
        besides = (everyone["estimate"] * everyone["base"] - (parts["estimate"] * parts["base"]).sum()) / n
        # Two decimals say this much of a sum, and no more.
        slack = 0.005 * (everyone["base"] + parts["base"].sum()) / n
        scores = ratings.loc[ratings["question"] == question, "score"]
        assert scores.min() + slack < besides < scores.max() - slack, question


def test_the_sheet_of_differences_prints_no_figure_that_the_others_hide(release):
    study, _ = release
    book = openpyxl.load_workbook(study.exports / FOLDER / "report.xlsx", read_only=True)
    rows = [row for row in book["All figures"].iter_rows(values_only=True) if isinstance(row[6], int | float)]
    shown = {(str(name), round(100 * row[6])) for row in rows for name in row[3:5]}
    sheet = next((sheet for sheet in book if sheet.title == "Differences"), ())
    cells = [str(cell) for row in (sheet.iter_rows(values_only=True) if sheet else ()) for cell in row[1:3]]
    printed = [match.groups() for cell in cells if (match := re.fullmatch(r"(.*) \((\d+)%\)", cell))]
    assert rows, "figures were read"
    assert [each for each in printed if not {(each[0], int(each[1]) + by) for by in (-1, 0, 1)} & shown] == []
