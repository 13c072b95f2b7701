"""The map of themes can be read, says what it shows where somebody points, and tells of no theme that is hidden."""

import re
from dataclasses import replace

import numpy as np
import pytest
from reading import read_page

from pipeline.report import EXPORTS
from pipeline.report.charts import draw, draw_file
from pipeline.report.content import build_report
from pipeline.report.formats.html import render
from pipeline.report.map_drawing import laid_out, on_grid
from pipeline.report.placed_themes import placed_themes
from pipeline.report.printed_report import printed
from pipeline.report.theme_charts import tones_chart
from pipeline.report.theme_map import FEWEST_ON_MAP, flat_places, map_chart
from pipeline.tables.parquet import TABLES, Vectors, write_table
from pipeline.workflow.results import read_sources


@pytest.fixture
def source(source):
    """Return the source with a middle for each theme."""
    themes = list(source["themes"]["theme_id"])
    middles = np.random.default_rng(3).normal(size=(len(themes), 8)).astype(np.float16)
    return replace(source, vectors={"centroids": Vectors(tuple(themes), middles)})


def placed_in(source):
    return placed_themes(source.named_themes, source["theme_codes"], source["members"], source.profile)


def test_the_map_shows_every_theme_that_may_be_shown_and_no_other(source):
    themes = source["themes"].copy()
    themes.loc[themes.index[0], ["n_people", "n_texts"]] = 3
    few = replace(source, tables={**source.tables, "themes": themes})
    placed = placed_in(few)
    chart = map_chart(few, placed)
    assert chart.labels == tuple(theme.heading for theme in placed if theme.n_people) and placed[0].heading not in chart.labels
    drawing = draw(chart)
    assert drawing.count("<title>") == len(chart.labels) >= FEWEST_ON_MAP and placed[0].heading not in drawing


def test_pointing_at_a_circle_on_the_page_or_in_the_file_names_it_and_its_people(source):
    page = render(printed(build_report(source)))
    named = re.findall(r"<title>(\d+\. .*?)</title>", page)
    theme = next(theme for theme in placed_in(source) if theme.n_people)
    assert any(text.startswith(f"{theme.heading}: {theme.people}.") for text in named)
    assert f"{theme.heading}: {theme.people}." in draw_file(map_chart(source, placed_in(source)))
    assert "<script" not in page


def test_the_map_has_its_words_and_its_table_in_the_workbook(source):
    chart = map_chart(source, placed_in(source))
    assert all(label in chart.alternative for label in chart.labels)
    assert [row[0] for row in chart.table.rows] == list(chart.labels) and not chart.prints_table
    assert "theme-map" not in {
        table.attributes.get("id") for table in read_page(render(printed(build_report(source)))).find_all("table")
    }


def test_without_middles_of_this_run_there_is_no_map(source):
    assert map_chart(replace(source, vectors={}), placed_in(source)) is None
    others = Vectors(("another",), np.ones((1, 8), dtype=np.float16))
    assert map_chart(replace(source, vectors={"centroids": others}), placed_in(source)) is None


def test_the_map_is_made_of_the_tables_that_the_export_is_handed_and_of_no_other_file(source):
    path = source.study.folder / TABLES["centroids"].file
    write_table("centroids", source.vectors["centroids"], path)
    assert "centroids" in EXPORTS["html"].tables and map_chart(replace(source, vectors={}), placed_in(source)) is None
    (handed,) = read_sources(source.study, [EXPORTS["html"].tables])
    assert map_chart(handed, placed_in(source)).labels == map_chart(source, placed_in(source)).labels
    # Nor is it handed to a form that does not name it.
    assert not read_sources(source.study, [EXPORTS["tables"].tables])[0].vectors


def test_places_keep_what_is_near_near_and_are_rounded():
    groups = np.repeat(np.eye(8)[[0, 3]], 3, axis=0) + np.random.default_rng(1).normal(scale=0.05, size=(6, 8))
    places = flat_places(groups)
    assert np.ptp(places[:3, 0]) < 0.3 and np.ptp(places[3:, 0]) < 0.3 and abs(places[:3, 0].mean() - places[3:, 0].mean()) > 0.7
    assert np.allclose(places * 50, np.round(places * 50)) and (places >= 0).all() and (places <= 1).all()
    assert np.array_equal(places, flat_places(groups.copy()))


def lie_apart(middles, boxes, room):
    step = np.abs(middles[:, None] - middles[None, :])
    upon = (step < boxes[0] - 0.05).all(axis=2) & ~np.eye(len(middles), dtype=bool)
    assert not upon.any()
    assert (middles >= boxes / 2 - 1e-9).all() and (middles <= np.array(room) - boxes / 2 + 1e-9).all()


@pytest.mark.parametrize("n", [1, 5, 12, 22])
def test_no_name_lies_upon_another_where_all_are_in_one_place(n):
    boxes = np.tile([1.3, 0.5], (n, 1))
    middles, height = laid_out(np.full((n, 2), 0.5), boxes)
    lie_apart(middles, boxes, (6.0, height))
    assert np.array_equal(middles, laid_out(np.full((n, 2), 0.5), boxes)[0])


@pytest.mark.parametrize("n", [1, 22, 40])
def test_names_that_are_stuck_stand_on_a_grid_and_keep_their_sides(n):
    boxes, room = np.tile([1.3, 0.5], (n, 1)), (6.0, 5.6)
    places = np.random.default_rng(0).uniform(size=(n, 2))
    middles = on_grid(places, boxes, room)
    lie_apart(middles, boxes, room)
    assert n < 3 or np.corrcoef(places[:, 0], middles[:, 0])[0, 1] > 0.8


def test_what_themes_mostly_are_is_marked_and_never_in_figures(source):
    tones = source["themes"].assign(praise=0.1, complaint=0.8, suggestion=0.1)
    tones.loc[tones.index[:2], ["praise", "complaint"]] = [0.45, 0.45]
    chart = tones_chart(placed_in(replace(source, tables={**source.tables, "themes": tones})))
    n = len(chart.labels)
    assert chart.title == f"{n - 2} of {n} themes are mostly complaints, 2 both complaints and praise"
    assert {series.name: sum(point is not None for point in series.points) for series in chart.series} == {
        "Praise": 2,
        "Complaints": n,
    }
    assert not re.search(r"\d%|0\.\d", draw(chart).rpartition("viewBox")[0] + chart.alternative)
