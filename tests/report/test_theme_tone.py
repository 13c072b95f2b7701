"""The report says in words whether a theme is praise or complaint, that nobody checked it, and gives no figure for it."""

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from pipeline.report.blocks import ListEntry, Paragraph
from pipeline.report.content import build_report
from pipeline.report.formats.csv_tables import write_tables
from pipeline.report.formats.report_workbook import write_tables_workbook
from pipeline.report.theme_tone import NO_TONES, title_with_tone, tone_in_words, tone_of


COMPLAINTS = "Mostly complaints, as the program read it; nobody has checked this."


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((0.1, 0.7, 0.1), COMPLAINTS),
        ((0.6, 0.1, 0.1), "Mostly praise, as the program read it; nobody has checked this."),
        ((0.05, 0.5, 0.4), "Both complaints and suggestions, as the program read it; nobody has checked this."),
        (
            (0.3, 0.3, 0.1),
            "Neither mostly praise nor complaints nor suggestions, as the program read it; nobody has checked this.",
        ),
        ((float("nan"),) * 3, ""),
    ],
)
def test_shares_become_a_word(shares, words):
    assert tone_in_words(tone_of(dict(zip(("praise", "complaint", "suggestion"), shares, strict=True)))) == words


@pytest.mark.parametrize(
    ("title", "praise", "complaint", "shown"),
    [
        ("Something really changed", 0.28, 0.29, "Something really changed (praise and complaints)"),
        ("Something really changed", 0.2, 0.5, "Something really changed (more complaints than praise)"),
        ("Time and help to take part", 0.2, 0.69, "Time and help to take part (mostly complaints)"),
        ("New ideas", 0.69, 0.14, "New ideas"),
        ("Too many rules and forms", 0.08, 0.78, "Too many rules and forms"),
        ("Nobody tells us what happened next", 0.31, 0.58, "Nobody tells us what happened next (praise and complaints)"),
        ("Can’t fault it", 0.9, 0.05, "Can’t fault it (mostly praise)"),
        ("New ideas", float("nan"), float("nan"), "New ideas"),
    ],
)
def test_a_title_says_what_speaks_against_it(title, praise, complaint, shown):
    row = {"praise": praise, "complaint": complaint, "suggestion": 0.05, "rare": False, "withheld": False}
    assert title_with_tone(title, row) == shown
    assert title_with_tone(title, {**row, "rare": True}) == title, "of few people nothing is told"
    assert title_with_tone(title, {**row, "withheld": True}) == title


def test_themes_of_an_earlier_version_have_no_word():
    assert tone_of({"theme_id": "a"}) == ""


@pytest.fixture
def read(source):
    """The small study, of whose themes the program read that all are complaints."""
    themes = source["themes"].assign(praise=0.1234, complaint=0.7654, suggestion=0.1)
    return replace(source, tables={**source.tables, "themes": themes})


def entries_of(report):
    blocks = [block for section in report.sections if section.name == "themes" for block in section.blocks]
    inner = [inside for block in blocks for inside in (block, *getattr(block, "blocks", ()))]
    return {block.heading: dict(block.facts) for block in inner if isinstance(block, ListEntry)}, blocks


def test_a_theme_says_what_it_mostly_is_and_one_of_few_people_says_nothing(read):
    facts, _ = entries_of(build_report(read))
    rare = {title for title, entry in facts.items() if "rare" in entry["People"]}
    assert rare and {entry.get("Praise or complaint") for title, entry in facts.items() if title in rare} == {None}
    assert {entry["Praise or complaint"] for title, entry in facts.items() if title not in rare} == {COMPLAINTS}


def test_where_it_was_not_read_the_report_says_so(source):
    facts, blocks = entries_of(build_report(source))
    assert not any("Praise or complaint" in entry for entry in facts.values())
    assert any(isinstance(block, Paragraph) and NO_TONES in block.text for block in blocks)


def test_the_workbook_has_a_column_for_it_and_no_export_has_the_shares(read, tmp_path):
    write_tables_workbook(build_report(read), tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    cells = [[cell.value for cell in row] for sheet in book for row in sheet]
    header = next(row for row in cells if row[0] == "Theme" and "Family of like themes" in row)
    place = header.index("Mostly (as the program read it, not checked)")
    rows = cells[cells.index(header) + 1 :][: len(read["themes"])]
    assert {row[place] for row in rows} == {"Complaints", "not shown"}
    write_tables(read, tmp_path)
    written = (tmp_path / "themes.csv").read_text(encoding="utf-8-sig")
    assert "complaints" in written and "7654" not in written and "1234" not in written
    themes = pd.read_csv(tmp_path / "themes.csv")
    assert themes.loc[themes["rare"], "mostly"].isna().all()
