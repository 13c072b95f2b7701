"""Find and replace personal data. What it finds is masked; a person must check the rest."""

from pipeline.methods.redact.across_answers import identities, mask_together, with_names
from pipeline.methods.redact.detector import Redactor
from pipeline.methods.redact.masks import Masked, Redaction, mask, number
from pipeline.methods.redact.spans import Span


__all__ = ["Masked", "Redaction", "Redactor", "Span", "identities", "mask", "mask_together", "number", "with_names"]
