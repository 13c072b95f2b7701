"""Each chart of the report as PNG and SVG, with its title in the picture, and the figures that it shows beside it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.report.blocks import Chart
from pipeline.report.content import build_report
from pipeline.report.report_tables import report_charts
from pipeline.runtime.files import write_atomically
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import RunResults


FOLDER, CONTENTS = "charts", "charts.csv"
COLUMNS = ["picture", "title", "measured", "in_words"]
FIGURES = ["label", "group", "value", "low", "high", "status"]
RELEASED = "Release"
OURS = re.compile(
    r"(story-chart|theme-map|theme-tones|theme-links|themes|themes-by-group-\d+|(shares|options|means)-\d+(-\d+)*)\.(png|svg|csv)"
)
"""What this export calls its files: what has another name is the team's own."""


def write_charts(source: RunResults, folder: Path) -> None:
    """Write charts/ with three files for each chart, and charts.csv, which lists them with their alternatives."""
    from pipeline.report.charts import draw_file, draw_picture

    report = build_report(source)
    charts = {_file_name(chart): _marked(chart, report.draft) for chart in report_charts(report)}
    _remove_earlier(folder)
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    for name, chart in charts.items():
        _write(folder / FOLDER / f"{name}.png", draw_picture(chart, titled=True))
        _write(folder / FOLDER / f"{name}.svg", draw_file(chart).encode())
        figures = pd.DataFrame(list(_figures(chart)), columns=FIGURES[:-1])
        # Passed on alone, a table must say what it is, as the picture does.
        write_csv(figures.assign(status=report.draft or RELEASED), folder / FOLDER / f"{name}.csv")
    rows = [(f"{FOLDER}/{name}.png", chart.title, chart.subtitle, chart.alternative) for name, chart in charts.items()]
    write_csv(pd.DataFrame(rows, columns=COLUMNS), folder / CONTENTS)


def _write(path: Path, content: bytes) -> None:
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def _marked(chart: Chart, draft: str) -> Chart:
    # A picture is passed on alone, so it says itself that it is a draft.
    return replace(chart, subtitle=f"{draft}. {chart.subtitle}".strip()) if draft else chart


def _file_name(chart: Chart) -> str:
    return re.sub(r"\W+", "-", chart.name.removeprefix("chart-"))


def _figures(chart: Chart) -> Iterator[tuple[str, str, float, float | None, float | None]]:
    for series in chart.series:
        for label, point in zip(chart.labels, series.points, strict=True):
            if point is not None:
                # A number of people has no interval.
                ends = (None, None) if chart.axis.unit == "people" else (round(point.low, 4), round(point.high, 4))
                yield (label, series.name, round(point.value, 4), *ends)


def _remove_earlier(folder: Path) -> None:
    """Remove the charts of earlier exports, which their names tell, and nothing that people put beside them."""
    # Not by the list of the last export: it may be gone, or of another export than some of the files.
    if (folder / FOLDER).is_dir():
        for path in (folder / FOLDER).iterdir():
            if OURS.fullmatch(path.name):
                path.unlink()
