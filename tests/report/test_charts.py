"""Charts say what comes of them, name each mark beside it, leave no row empty, and lie as files with the figures they show."""

import csv
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from small_study import PRIVATE, build_study
from test_story import answers

from pipeline.report import export
from pipeline.report.blocks import Axis, Chart, Point, Series, TableBlock
from pipeline.report.charts import draw, draw_file, draw_picture
from pipeline.report.content import build_report
from pipeline.report.draft_mark import DRAFT
from pipeline.report.formats.chart_files import OURS
from pipeline.report.report_tables import report_charts


TABLE = TableBlock("t", "T", ("A",), ())
DOT = Point(0.5, 0.4, 0.6)


def chart(form="dots", *, labels=("First", "Second"), series=None):
    pair = (Series("Workers", 0, (DOT, DOT)), Series("Leaders", 1, (DOT, None)))
    return Chart("c", "Headline", "In words", labels, series or pair, Axis("Share", 0, 1, "share"), TABLE, "Measured", form=form)


def words_of(svg):
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def height(svg):
    return float(re.search(r'viewBox="0 0 \S+ (\S+)"', svg).group(1))


def read_csv(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_each_dot_has_its_group_and_its_figure_beside_it():
    words = words_of(draw(chart()))
    assert words.count("Workers") == 2 and words.count("Leaders") == 1
    assert words.count("50%") == 3


def test_a_group_that_may_not_be_shown_takes_no_row():
    whole = (Series("Workers", 0, (DOT, DOT)), Series("Leaders", 1, (DOT, DOT)))
    assert height(draw(chart())) < height(draw(chart(series=whole)))


def test_a_grid_says_of_a_cell_without_figure_that_it_has_none():
    words = words_of(draw(chart("grid")))
    assert words.count("–") == 1 and words.count("50%") == 3 and words.count("Workers") == 1


def test_bars_carry_numbers_of_people():
    people = (Series("People", 0, (Point(40, 40, 40), Point(25, 25, 25))),)
    bars = replace(chart("bars", series=people), axis=Axis("People", 0, 40, "people"))
    assert {"40", "25", "First", "Second"} <= set(words_of(draw(bars)))


def test_a_title_says_which_groups_differ_most(source):
    told = replace(source, tables={**source.tables, "closed": answers(0.87, 0.25, 0.5)})
    (closed,) = [chart for chart in report_charts(build_report(told)) if chart.name == "chart-options-1-1"]
    assert closed.title == "Groups differ most on “=Yes”: Care workers 87%, Leaders 25%"
    assert closed.subtitle.startswith("Share of people who chose each answer")


def test_a_title_claims_no_difference_that_chance_can_make(source):
    told = replace(source, tables={**source.tables, "closed": answers(0.52, 0.5, 0.51)})
    (closed,) = [chart for chart in report_charts(build_report(told)) if chart.name == "chart-options-1-1"]
    assert closed.title == "No two groups lie further apart than chance can make them"


def test_themes_are_drawn_by_people_and_by_group_as_they_may_be_shown(source):
    charts = {chart.name: chart for chart in report_charts(build_report(source))}
    shown = {f"{theme.number}." for theme in source["themes"].itertuples() if theme.n_people >= source.profile.fewest}
    assert {label.split()[0] for label in charts["chart-themes"].labels} == shown
    groups = charts["chart-themes-by-group-1"]
    voices = source["voices"]
    n_shown = sum(point is not None for series in groups.series for point in series.points)
    assert groups.form == "grid" and n_shown == int((~voices["suppressed"]).sum())


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    study = build_study(tmp_path_factory.mktemp("charts") / "study")
    export(study, to=["charts"])
    return study


def test_each_chart_is_there_as_png_and_svg_with_its_figures(exported):
    rows = read_csv(exported.exports / "charts.csv")
    assert len(rows) >= 4 and all(row["title"] and row["measured"] and row["in_words"] for row in rows)
    for row in rows:
        picture = exported.exports / row["picture"]
        assert picture.read_bytes().startswith(b"\x89PNG")
        drawing = ElementTree.parse(picture.with_suffix(".svg")).getroot()
        assert drawing.find("{http://www.w3.org/2000/svg}title").text == row["title"]
        assert drawing.find("{http://www.w3.org/2000/svg}desc").text == row["in_words"]
        figures = read_csv(picture.with_suffix(".csv"))
        assert figures and all(float(figure["value"]) >= 0 for figure in figures)
        # Passed on alone, the table would not say that it is a draft.
        assert {figure["status"] for figure in figures} == {DRAFT}
        assert OURS.fullmatch(picture.name), "an export knows its own files by their names"


def test_the_title_stands_in_the_picture(exported):
    drawn = draw_file(chart())
    assert "Headline" in words_of(drawn) and "Measured" in words_of(drawn)
    assert len(draw_picture(chart(), titled=True)) > len(draw_picture(chart()))


def test_words_of_nobody_are_in_any_chart(exported):
    for path in (exported.exports / "charts").glob("*.svg"):
        assert not [text for text in PRIVATE if text in path.read_text(encoding="utf-8")]


def test_an_export_takes_away_charts_that_are_no_more_and_nothing_of_the_teams(tmp_path):
    study = build_study(tmp_path / "study")
    export(study, to=["charts"])
    folder = study.exports / "charts"
    own = folder / "edited by us.png"
    own.write_bytes(b"ours")
    gone = [folder / name for name in ("means-7-2.svg", "themes-by-group-9.png", "shares-1-4.csv")]
    for path in gone:
        path.write_text("of an earlier run", encoding="utf-8")
    # Whether the list of the last export is still there or not.
    (study.exports / "charts.csv").unlink()
    export(study, to=["charts"])
    assert own.read_bytes() == b"ours" and not [path for path in gone if path.exists()]


def test_the_same_chart_is_the_same_file():
    assert draw_file(chart()) == draw_file(chart()) and draw_picture(chart()) == draw_picture(chart())
