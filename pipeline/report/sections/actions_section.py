"""What came of it: how many themes have an answer, and how long it took."""

from pipeline.report.answered_actions import Standing, standing
from pipeline.report.blocks import Paragraph, ReportSection, TableBlock
from pipeline.report.numbers_in_words import counted, number, percent
from pipeline.workflow.results import RunResults


HOW = "The export “loop” says what was decided, done and told, and why some of it was not possible."
NOT_BEGUN = "Nobody has written down yet what came of what people said: “themes loop” starts a table for it."


def came_of_it(source: RunResults) -> ReportSection:
    """Return the figures of the loop."""
    name, heading = "what-came-of-it", "What came of it"
    found = standing(source)
    if not found.loop.entries:
        return ReportSection(name, heading, (Paragraph(NOT_BEGUN),))
    return ReportSection(name, heading, (Paragraph(_sentence(found)), _table(found), Paragraph(HOW)))


def _sentence(found: Standing) -> str:
    n, of = len(found.with_state("answered", "not told")), len(found.themes)
    days = found.loop.median_days
    told = f" Half of the answers reached people within {counted(days, 'day', 'days')}." if days is not None else ""
    return f"{number(n)} of {counted(of, 'theme', 'themes')} ({percent(found.share_answered)}) have an answer.{told}"


def _table(found: Standing) -> TableBlock:
    rows = (
        ("Answered, and people told", number(len(found.with_state("answered")))),
        ("Answered, people not told yet", number(len(found.with_state("not told")))),
        ("Overdue", number(len(found.with_state("overdue")))),
        ("No answer yet", number(len(found.with_state("unanswered")))),
        ("All themes", number(len(found.themes))),
    )
    return TableBlock("loop", "Where the themes stand", ("State", "Themes"), rows, numeric=(1,))
