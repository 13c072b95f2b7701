"""How far people and the model agree on excerpts, from answers that people gave without seeing the model's or each other's."""

from pipeline.agreement.comparisons import Agreement, CodeAgreement, Comparison, SetAgreement
from pipeline.agreement.measuring import measure_agreement
from pipeline.agreement.table import from_table, to_table
from pipeline.agreement.wording import HOW_IT_COUNTS, about, as_text, code_figures, heading, overall_figures, sentences


__all__ = [
    "HOW_IT_COUNTS",
    "Agreement",
    "CodeAgreement",
    "Comparison",
    "SetAgreement",
    "about",
    "as_text",
    "code_figures",
    "from_table",
    "heading",
    "measure_agreement",
    "overall_figures",
    "sentences",
    "to_table",
]
