"""Names and numbers in answers that were written by hand, not by a generator, are masked; see the file beside this test."""

import re
from pathlib import Path

import pytest

from pipeline.methods.redact import Redactor


pytestmark = pytest.mark.model

MARK = re.compile(r"<<(\??)([a-z ]+):([^>]+)>>")
LINES = [
    line
    for line in (Path(__file__).parent / "masking_answers.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LABELLED, PLAIN = [line for line in LINES if "<<" in line], [line for line in LINES if "<<" not in line]
TITLES = {"mr", "mrs", "ms", "miss", "dr", "sister", "auntie", "my", "flat"}


def labelled(line):
    """Return an answer and, for each label, whether a flag will do, its start and its end."""
    spans, pieces, position = [], [], 0
    for match in MARK.finditer(line):
        pieces.append(line[position : match.start()])
        start = sum(map(len, pieces))
        pieces.append(match[3])
        spans.append((bool(match[1]), start, start + len(match[3])))
        position = match.end()
    return "".join([*pieces, line[position:]]), spans


@pytest.fixture(scope="module")
def scored():
    """Return each label's words, whether a flag will do, whether they are wholly masked, and whether masked or flagged."""
    texts = [labelled(line) for line in LABELLED]
    found = Redactor().find_all([text for text, _ in texts])
    return [
        (text[start:end], flag, _covers(text, start, end, spans, at_once=True), _covers(text, start, end, spans, at_once=False))
        for (text, labels), spans in zip(texts, found, strict=True)
        for flag, start, end in labels
    ]


def _covers(text, start, end, spans, *, at_once):
    hidden = {place for span in spans if not (at_once and span.flagged_only) for place in range(span.start, span.end)}
    words = re.finditer(r"\w+", text[start:end])
    return all(
        set(range(start + word.start(), start + word.end())) <= hidden for word in words if word[0].casefold() not in TITLES
    )


def test_the_set_is_large_enough_to_say_something(scored):
    assert len(LABELLED) >= 60 and len(PLAIN) >= 10 and len(scored) >= 65


def test_what_identifies_a_person_directly_is_masked_at_once(scored):
    direct = [(words, masked) for words, flag, masked, _ in scored if not flag]
    missed = [words for words, masked in direct if not masked]
    assert len(missed) <= 0.06 * len(direct), missed


def test_what_is_not_masked_is_flagged(scored):
    missed = [words for words, _, _, either in scored if not either]
    assert len(missed) <= 0.04 * len(scored), missed


def test_answers_without_identifiers_stay_as_they_are_but_for_two_letters_in_a_hundred():
    found = Redactor().mask_all(PLAIN)
    masked = sum(len(redaction.original) for one in found for redaction in one.redactions)
    assert masked <= 0.02 * sum(map(len, PLAIN))
