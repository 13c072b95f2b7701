"""The report as one web page that needs nothing but itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.report.blocks import IN_OTHER_WORDS, Chart, Report
from pipeline.report.content import build_report, build_summary
from pipeline.report.printed_report import printed
from pipeline.report.sections.story_section import keep_picked
from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


FOR_THE_TEAM = "report-for-the-team.html"


def write_html(source: RunResults, folder: Path) -> None:
    """Write report.html."""
    page = render(printed(build_report(source), beside=source.beside))
    write_atomically(folder / "report.html", lambda path: path.write_text(page, encoding="utf-8"))
    keep_picked(source)


def write_for_the_team(source: RunResults, folder: Path) -> None:
    """Write the copy with words that nobody has approved yet."""
    page = render(printed(build_report(source, for_team=True), beside=source.beside))
    write_atomically(folder / FOR_THE_TEAM, lambda path: path.write_text(page, encoding="utf-8"))
    # Words that nobody has approved: not for others who use the machine.
    (folder / FOR_THE_TEAM).chmod(0o600)
    keep_picked(source)


def write_summary(source: RunResults, folder: Path) -> None:
    """Write the story alone, as a page and for Word."""
    from pipeline.report.formats.docx_styles import save_document
    from pipeline.report.formats.word import as_document

    summary = build_summary(source)
    page = render(summary)
    write_atomically(folder / "summary.html", lambda path: path.write_text(page, encoding="utf-8"))
    save_document(as_document(summary), folder / "summary.docx")
    keep_picked(source)


def write_appendix(source: RunResults, folder: Path) -> None:
    """Write the reporting lists, as a page and for Word."""
    from pipeline.report.appendix import build_appendix
    from pipeline.report.formats.docx_styles import save_document
    from pipeline.report.formats.word import as_document

    appendix = build_appendix(source)
    page = render(appendix)
    write_atomically(folder / "appendix.html", lambda path: path.write_text(page, encoding="utf-8"))
    save_document(as_document(appendix), folder / "appendix.docx")


def render(report: Report) -> str:
    """Set a report as a page; every word in it is escaped, those in charts by charts.py."""
    from pipeline.report.charts import draw

    return _set(report, draw, to_print=False)


def render_to_print(report: Report) -> str:
    """Set a report as a page to make a PDF of: no folds, nothing to scroll, and charts as a PDF can describe them."""
    from pipeline.report.charts import draw_to_print

    return _set(report, draw_to_print, to_print=True)


def _set(report: Report, draw: Callable[[Chart], str], *, to_print: bool) -> str:
    return fill_template("report.html.j2", report=report, draw=draw, to_print=to_print, in_other_words=IN_OTHER_WORDS)


def fill_template(name: str, **values: Any) -> str:
    """Return a page made from one of the report's templates; every value is escaped, and one that is missing is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # An undefined value raises, rather than leaving a hole in a report.
    environment = Environment(
        loader=PackageLoader("pipeline.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name).render(values)
