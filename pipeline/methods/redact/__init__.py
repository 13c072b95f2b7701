"""Find and replace personal data. What it finds is masked; a person must check the rest."""

from pipeline.methods.redact.detector import Redactor
from pipeline.methods.redact.masks import Masked, Redaction, mask, number
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.together import identities, mask_together, with_names


__all__ = ["Masked", "Redaction", "Redactor", "Span", "identities", "mask", "mask_together", "number", "with_names"]
