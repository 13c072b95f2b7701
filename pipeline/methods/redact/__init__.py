"""Find and replace personal data. What it finds is masked; a person must check the rest."""

from pipeline.methods.redact.detector import Redactor
from pipeline.methods.redact.masks import Masked, Redaction
from pipeline.methods.redact.spans import Span
from pipeline.methods.redact.together import mask_together


__all__ = ["Masked", "Redaction", "Redactor", "Span", "mask_together"]
