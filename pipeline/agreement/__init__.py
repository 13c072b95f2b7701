"""How far people and the model agree on excerpts, from answers that people gave without seeing the model's or each other's."""

from pipeline.agreement.comparisons import Agreement, CodeAgreement, Comparison, SetAgreement
from pipeline.agreement.measuring import measure_agreement
from pipeline.agreement.wording import as_text, sentences


__all__ = ["Agreement", "CodeAgreement", "Comparison", "SetAgreement", "as_text", "measure_agreement", "sentences"]
