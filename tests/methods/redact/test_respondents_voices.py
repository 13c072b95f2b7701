"""Names that are words, homes, streets, papers, roles and ages in respondents' own voices are masked or flagged; words stay."""

import re
from pathlib import Path

import pytest

from pipeline.methods.redact import Redactor
from pipeline.methods.redact.answer import read_answers


pytestmark = pytest.mark.model

MARK = re.compile(r"\{([DQ]):([^}]*)\}")
TITLE = re.compile(r"(?:(?:mr|mrs|miss|cllr|councillor|sgt|dr)\s)+", re.IGNORECASE)
SMALL_WORDS = {"the", "of", "a", "an", "in", "on", "at", "from", "year", "old", "s"}
LINES = (Path(__file__).parent / "respondents_voices.txt").read_text(encoding="utf-8").splitlines()


def labelled(line):
    """Return an answer's kind, its words, and for each label its letter, start and end."""
    kind, marked = line.split("\t")
    text, labels, position = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[position : match.start()]
        labels.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        position = match.end()
    return kind, text + marked[position:], labels


ANSWERS = [labelled(line) for line in LINES if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def read():
    languages = ("en", "cy", "es", "pl", "de", "fr", "ro", "ur")
    answers = read_answers([text for _, text, _ in ANSWERS], redactor=Redactor(), languages=languages)
    return list(zip(ANSWERS, answers, strict=True))


def places(answer, *, flags):
    return {place for span in answer.spans if flags or not span.flagged_only for place in range(span.start, span.end)}


def missed(read, letter, *, flags):
    """Return how many labels there are, and the words of those that are not wholly covered."""
    n, words = 0, []
    for (_, text, labels), answer in read:
        covered = places(answer, flags=flags)
        for label, start, end in labels:
            if label != letter:
                continue
            n += 1
            title = TITLE.match(text[start:end])
            start += title.end() if title else 0
            parts = [m for m in re.finditer(r"\w+", text[start:end]) if m[0].lower() not in SMALL_WORDS or end - start < 3]
            if not all(set(range(start + part.start(), start + part.end())) <= covered for part in parts):
                words.append(text[start:end])
    return n, words


def test_what_identifies_a_person_directly_is_masked_at_once_or_flagged(read):
    n, unmasked = missed(read, "D", flags=False)
    assert n >= 80 and len(unmasked) <= 0.06 * n, unmasked
    _, unseen = missed(read, "D", flags=True)
    assert len(unseen) <= 0.02 * n, unseen


def test_what_points_at_a_person_beside_something_else_is_flagged(read):
    n, unseen = missed(read, "Q", flags=True)
    assert n >= 65 and len(unseen) <= 0.06 * n, unseen


@pytest.mark.parametrize("kind", ["N.en", "N.sco", "N.cy", "N.other"])
def test_ordinary_words_stay(read, kind):
    words = [(word[0], word.start() in places(answer, flags=False)) for (its_kind, text, _), answer in read
             if its_kind == kind for word in re.finditer(r"\w+", text)]  # fmt: skip
    assert len(words) > 80
    masked = [word for word, is_masked in words if is_masked]
    assert len(masked) <= 0.002 * len(words), masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Will is great, he lets me finish.", ["Will"]),
        ("Will anyone read this? May we hope so. Mark my words.", []),
        ("Rose early and had tea. Hope for the best.", []),
        ("Write to dave dot booth 54 at yahoo dot co dot uk, please.", ["dave dot booth 54 at yahoo dot co dot uk"]),
        ("My case number is LAS 0044721 and the policy 2023/24 is old.", ["LAS 0044721"]),
        ("The API's down and the sling is torn; my mun waits, no idea why.", []),
    ],
)
def test_names_that_are_words_and_numbers_with_blanks(text, masked):
    spans = Redactor().find(text)
    assert [text[span.start : span.end] for span in spans if not span.flagged_only] == masked
