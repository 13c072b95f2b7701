"""A form that personal data takes: a pattern, and what to call what it finds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.methods.redact.spans import Span


_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class WrittenForm:
    """A form of personal data; the group `it`, where the pattern has one, is the part to mask."""

    label: str
    regex: re.Pattern[str]
    flagged_only: bool = False
    with_digit: bool = True
    """There is a digit in whatever has this form, so that most answers need not be searched for it."""

    def spans(self, text: str) -> Iterator[Span]:
        """Yield all that has this form."""
        group = "it" if "it" in self.regex.groupindex else 0
        for match in self.regex.finditer(text):
            yield Span(*match.span(group), self.label, self.flagged_only)


def form(label: str, *regex: str, exact_case: bool = False, flagged_only: bool = False, with_digit: bool = True) -> WrittenForm:
    """Make a form from the parts of a regex; it must be bounded, so that no text takes more than linear time."""
    return WrittenForm(label, re.compile("".join(regex), 0 if exact_case else re.IGNORECASE), flagged_only, with_digit)


def find_forms(text: str, forms: Iterable[WrittenForm]) -> list[Span]:
    """Find what has one of the forms; spans may overlap."""
    # One search spares most answers nearly all of the others.
    digit = _DIGIT.search(text) is not None
    return [span for form in forms if digit or not form.with_digit for span in form.spans(text)]
