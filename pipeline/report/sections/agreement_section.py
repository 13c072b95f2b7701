"""How people agreed: in each reviewer group, between groups, and the model with each."""

from pipeline.methods.agreement.agreement_in_words import HOW_IT_COUNTS, about, code_figures, heading, overall_figures
from pipeline.methods.agreement.agreement_table import from_table
from pipeline.methods.agreement.comparisons import CodeAgreement, CoderComparison
from pipeline.report.blocks import Block, Fold, Paragraph, Points, ReportSection, TableBlock, nothing_to_show
from pipeline.report.numbers_in_words import number
from pipeline.workflow.results import RunResults


WHAT_IT_TELLS = (
    "Where people read the same words differently, nobody is wrong: it is a finding, and the codes are worth talking about. "
    "A coefficient of 1 says that people agree throughout, of 0 that they agree as often as by chance."
)
OVERALL = ("Who", "Excerpts", "Exactly the same codes", "Krippendorff’s alpha", "Kappa", "Gwet’s AC1")
BY_CODE = ("Code", "Excerpts given it", "The same answer", "When one gives it, so does the other", "Alpha", "AC1")
NOBODY = "Nobody has coded excerpts yet before seeing what the model suggests, so there is nothing to compare."


def how_people_agreed(source: RunResults) -> ReportSection:
    """Return how far people agreed on excerpts, with intervals, and where there are too few to tell."""
    name, title, comparisons = "agreement", "How people agreed", from_table(source["agreement"])
    if not comparisons:
        return nothing_to_show(name, title, NOBODY)
    # Of too few excerpts there is a sentence in place of figures.
    measured = [comparison for comparison in comparisons if comparison.overall]
    blocks: list[Block] = [Paragraph(WHAT_IT_TELLS), *([_overall(measured)] if measured else [])]
    if unmeasured := [comparison for comparison in comparisons if not comparison.overall]:
        blocks.append(Points(tuple(f"{heading(comparison)}: {about(comparison)}" for comparison in unmeasured)))
    tables = [_by_code(source, comparison, place) for place, comparison in enumerate(measured, start=1) if comparison.codes]
    blocks += [Fold("Agreement on each code", tuple(tables))] if tables else []
    return ReportSection(name, title, (*blocks, Paragraph(HOW_IT_COUNTS)))


def _overall(comparisons: list[CoderComparison]) -> TableBlock:
    rows = tuple((heading(comparison), number(comparison.n_excerpts), *overall_figures(comparison)) for comparison in comparisons)
    note = "Kappa is Cohen’s where two are compared and Fleiss’ where there are more. Alpha counts codes in common for something."
    return TableBlock("agreement-overall", "How far people agreed over all codes", OVERALL, rows, numeric=(1,), note=note)


def _by_code(source: RunResults, comparison: CoderComparison, place: int) -> TableBlock:
    rows = tuple(
        (source.label(agreement.code), number(agreement.n_given), *_figures(agreement)) for agreement in comparison.codes
    )
    return TableBlock(f"agreement-codes-{place}", f"{heading(comparison)}: agreement on each code", BY_CODE, rows, numeric=(1,))


def _figures(agreement: CodeAgreement) -> tuple[str, ...]:
    # Without kappa, which would make the table too wide to read and says much what alpha says.
    same, when_one, alpha, _, ac1 = code_figures(agreement)
    return same, when_one, alpha, ac1
