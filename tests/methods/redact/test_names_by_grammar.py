"""Grammar and form tell what is personal where no list does: names that are words, surnames, numbers with blanks, ages."""

import re
from pathlib import Path

import pytest

from pipeline.methods.redact import Redactor
from pipeline.methods.redact.answer import read_answers


pytestmark = pytest.mark.model

MARK = re.compile(r"\{([DQ]):([^}]*)\}")
TITLE = re.compile(r"(?:(?:mr|mrs|and mrs|miss|dr|fr|sister|nurse|sgt)\b\.?\s?)+", re.IGNORECASE)
SMALL_WORDS = {"the", "of", "a", "an", "in", "on", "at", "from", "and", "s", "st", "year", "yr", "old"}
LINES = (Path(__file__).parent / "names_by_grammar.txt").read_text(encoding="utf-8").splitlines()[2:]
MARKED, CLEAN = LINES[: LINES.index("clean")], LINES[LINES.index("clean") + 1 :]


def labelled(marked):
    """Return the words of an answer, and for each label its letter and the places of its words."""
    text, labels, position = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[position : match.start()]
        title = TITLE.match(match[2])
        words = list(re.finditer(r"[^\W_]+", match[2][title.end() if title else 0 :]))
        words = [word for word in words if word[0].lower() not in SMALL_WORDS] or words
        start = len(text) + (title.end() if title else 0)
        labels.append((match[1], match[2], {start + place for word in words for place in range(*word.span())}))
        text += match[2]
        position = match.end()
    return text + marked[position:], labels


def places(answer, *, flags):
    return {place for span in answer.spans if flags or not span.flagged_only for place in range(span.start, span.end)}


@pytest.fixture(scope="module")
def redactor():
    return Redactor()


@pytest.fixture(scope="module")
def read(redactor):
    answers = [labelled(line) for line in MARKED]
    spans = read_answers([text for text, _ in answers], redactor=redactor, languages=("en", "cy"))
    return [(*label, answer) for (_, labels), answer in zip(answers, spans, strict=True) for label in labels]


@pytest.mark.parametrize(("letter", "flags", "least"), [("D", False, 0.82), ("D", True, 0.96), ("Q", True, 0.88)])
def test_what_is_personal_is_masked_or_flagged(read, letter, flags, least):
    told = [(words, where <= places(answer, flags=flags)) for label, words, where, answer in read if label == letter]
    missed = [words for words, is_covered in told if not is_covered]
    assert len(told) > 70 and len(missed) <= (1 - least) * len(told), missed


def test_words_that_are_nobodys_stay(redactor):
    answers = read_answers(CLEAN, redactor=redactor, languages=("en",))
    assert [answer.text[span.start : span.end] for answer in answers for span in answer.spans if not span.flagged_only] == []


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ask ken aboot it", "ask [name 1] aboot it"),
        ("ye ken whit ah mean", "ye ken whit ah mean"),
        ("if you want it doing you ask olive, not the rest", "if you want it doing you ask [name 1], not the rest"),
        ("J.T. on the night shift shouts.", "[name 1]. on the night shift shouts."),
        ("The Patels next door were kind.", "The [name 1] next door were kind."),
        ("They quote hsg 00 418 B at me.", "They quote [reference 1] at me."),
        ("I blog about it at www.nanaonwheels-diary.co.uk, read that.", "I blog about it at [web address 1], read that."),
        ("She asks to chase Leroy for a signature.", "She asks to chase [name 1] for a signature."),
        ("Farah lunches and Jackie teatimes.", "[name 1] lunches and [name 2] teatimes."),
    ],
)  # fmt: skip
def test_single_forms(redactor, text, masked):
    found = redactor.mask(text)
    assert re.sub(r"\d(?=\])", "1", found) == re.sub(r"\d(?=\])", "1", masked)


def test_a_name_that_is_a_little_word_elsewhere_is_masked_in_every_english_answer(redactor):
    texts = [
        "Beth helped me every Friday, and Allen drove.",
        "ask beth or allen about it, they know",
        "Wn i ddim beth i'w wneud yma",
        "My nurse said beth sy'n digwydd nawr",
        "Alle Kollegen und allen anderen danke ich sehr",
    ]
    masked = [answer.text for answer in redactor.mask_all(texts)]
    assert not any(name in masked[i].casefold() for i in (0, 1) for name in ("beth", "allen"))
    assert masked[2:] == texts[2:]
