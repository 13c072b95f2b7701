"""What came of it: how many themes have an answer, and how long it took."""

from pipeline.report.answered_actions import Standing, standing
from pipeline.report.blocks import Paragraph, ReportSection, TableBlock, nothing_to_show
from pipeline.report.numbers_in_words import number, percent
from pipeline.runtime.plurals import agreeing, n_of
from pipeline.workflow.results import RunResults


HOW = "A page of its own says what was decided, done and told, and why some of it was not possible."
NOT_BEGUN = "Nobody has written down yet what came of what people said."


def came_of_it(source: RunResults) -> ReportSection:
    """Return the figures of the loop."""
    name, heading = "what-came-of-it", "What came of it"
    progress = standing(source)
    if not progress.loop.entries:
        return nothing_to_show(name, heading, NOT_BEGUN)
    n, of = len(progress.with_state("answered", "not told")), len(progress.themes)
    days = progress.loop.median_days
    half = f" Half of the answers reached people within {n_of(days, 'day')}." if days is not None else ""
    share = percent(progress.share_answered)
    sentence = f"{number(n)} of {n_of(of, 'theme')} ({share}) {agreeing(n, 'has', 'have')} an answer.{half}"
    return ReportSection(name, heading, (Paragraph(sentence), _table(progress), Paragraph(HOW)))


def _table(progress: Standing) -> TableBlock:
    rows = (
        ("Answered, and people told", number(len(progress.with_state("answered")))),
        ("Answered, people not told yet", number(len(progress.with_state("not told")))),
        ("Overdue", number(len(progress.with_state("overdue")))),
        ("No answer yet", number(len(progress.with_state("unanswered")))),
        ("All themes", number(len(progress.themes))),
    )
    return TableBlock("loop", "Where the themes stand", ("State", "Themes"), rows, numeric=(1,))
