"""The report as a tagged PDF (PDF/UA-1) from the same content as the page: what a screen reader needs is in it."""

import logging
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.report.content import build_report
from pipeline.report.formats.html import render_to_print
from pipeline.report.printed_report import printed
from pipeline.runtime.files import write_atomically
from pipeline.workflow.results import RunResults


MISSING = (
    "A PDF needs WeasyPrint, which is not installed here: .venv/bin/pip install -c constraints.txt -e '.[pdf]'. "
    "The report can also be had as a page and for Word (`--to html --to docx`)."
)
LIBRARIES = (
    "WeasyPrint is installed, but a library it needs is not: Pango, which draws text. "
    "On Debian and Ubuntu: sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. On a Mac: brew install pango."
)


def write_pdf(source: RunResults, folder: Path) -> None:
    """Write report.pdf; PipelineError says what to install where it cannot be made."""
    pdf = as_pdf(render_to_print(printed(build_report(source), beside=source.beside)))
    write_atomically(folder / "report.pdf", lambda path: path.write_bytes(pdf))


def check_installed() -> None:
    """Raise PipelineError if no PDF can be made here."""
    _weasyprint()


def as_pdf(page: str) -> bytes:
    """Set a page as a tagged PDF that names no person, no machine and no time, the same for the same page."""
    weasyprint = _weasyprint()
    # Its warnings are about rules for screens that paper does not have.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    # The page needs nothing but itself, so nothing else is fetched.
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document = weasyprint.HTML(string=page, url_fetcher=nothing)
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"manyvoices", optimize_images=False)
    return made


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise PipelineError(MISSING) from error
    except OSError as error:
        raise PipelineError(LIBRARIES) from error
    return weasyprint
