"""Whether this machine can make a PDF, or the sentence that says what it lacks."""

from pipeline.errors import PipelineError
from pipeline.report.formats.pdf import check_installed


def why_not():
    try:
        check_installed()
    except PipelineError as error:
        return str(error)
    return ""
