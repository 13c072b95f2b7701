"""What can be told of an answer that is read by itself: its words mended, their language, and what in them is to be masked."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import ftfy

from pipeline.methods.redact.detector import Redactor
from pipeline.methods.redact.spans import Span
from pipeline.methods.text.language import UNKNOWN, languages_of
from pipeline.methods.text.nonanswers import is_silence


Row = tuple[str | None, str, str, str]
"""An answer as it is written in a table: its words where they were mended, their language, what was found, names."""


@dataclass(frozen=True)
class Answer:
    """An answer as it was read: mended, its language, what is to be masked or looked at, and words that are only names."""

    text: str
    language: str = UNKNOWN
    spans: tuple[Span, ...] = ()
    names: tuple[tuple[int, int], ...] = ()

    def is_foreign(self, languages: Sequence[str]) -> bool:
        """Say whether it is certainly in none of the languages."""
        return self.language not in (*languages, UNKNOWN)


def as_row(text: str, answer: Answer) -> Row:
    """Return what an answer that came in as `text` was found to hold, as it is written."""
    marks = [f"{span.start} {span.end} {span.label}{'?' if span.flagged_only else ''}" for span in answer.spans]
    names = [f"{start} {end}" for start, end in answer.names]
    return None if answer.text == text else answer.text, answer.language, "; ".join(marks), "; ".join(names)


def from_row(text: str, row: Row) -> Answer:
    """Return the answer that `as_row` wrote."""
    mended, language, marks, names = row
    spans = (part.split(" ", 2) for part in marks.split("; ") if part)
    places = (part.split(" ") for part in names.split("; ") if part)
    return Answer(
        text if mended is None else mended,
        language,
        tuple(Span(int(start), int(end), label.rstrip("?"), label.endswith("?")) for start, end, label in spans),
        tuple((int(start), int(end)) for start, end in places),
    )


def repair(text: str) -> str:
    """Return the answer with broken characters mended, line ends made plain and outer space removed."""
    mended = ftfy.fix_text(text, unescape_html="auto", uncurl_quotes=False, normalization="NFC")
    return re.sub(r"[^\S\n]+\n", "\n", mended.replace("\x00", "")).strip()


def read_answers(texts: Sequence[str], *, redactor: Redactor, languages: Sequence[str]) -> list[Answer]:
    """Read answers as they came in, each by itself; of one in another language than the study's only the language is told."""
    mended = [repair(text) for text in texts]
    worded = [text for text in mended if text and not is_silence(text)]
    # Answers in another language will be set aside, so no names are looked for in them.
    read = dict(zip(worded, map(Answer, worded, _languages(worded, languages, beside=redactor.load)), strict=True))
    ours = [answer.text for answer in read.values() if not answer.is_foreign(languages)]
    tongues = [_tongue(read[text].language, languages) for text in ours]
    for text, spans in zip(ours, redactor.find_all(ours, languages=tongues), strict=True):
        names = tuple(redactor.only_names(text, spans))
        read[text] = Answer(text, read[text].language, spans, names)
    return [read.get(text, Answer(text)) for text in mended]


def _tongue(language: str, languages: Sequence[str]) -> str:
    """Return the language in which names are looked for: of a short answer the study's, if it is but one."""
    if language != UNKNOWN:
        return language
    return languages[0] if len(languages) == 1 else ""


def _languages(texts: Sequence[str], expected: Sequence[str], *, beside: Callable[[], None]) -> list[str]:
    """Return each text's language, and do something else beside it: to unpack the languages' model leaves a processor free."""
    if not texts:
        return []
    with ThreadPoolExecutor(1) as pool:
        languages = pool.submit(languages_of, texts, expected=expected)
        beside()
        return languages.result()
