"""The written corpus is what its data sheet says: numbers, codes, style, and no answer of any set that we are measured on."""

import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from sample import ROOT, SAMPLE

from pipeline import Redactor
from pipeline.codebook.codebook import read_codebook


VOICES = ROOT / "corpora" / "voices"
BOOKS = sorted(path.stem for path in (VOICES / "answers").glob("*.csv"))
SHARED = ROOT.parent / "shared" / "data" / "nhs-fft" / "responses.csv"
VALENCES = {"praise", "complaint", "suggestion", "mixed", "neutral"}
# Words that carry no subject: runs of five others hardly ever stand in two texts by chance.
_PLAIN = """
a an and are as at be been but by can could did do does for from get got had has have he her him his how i if in is it its just me
my no not of on or our she so than that the their them then there they this to too up us very was we were what when which who
will with would you your all am any because go more much one out about into im dont
"""
PLAIN = frozenset(_PLAIN.split())


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def answers_to(book: str) -> list[dict[str, str]]:
    paths = [VOICES / folder / f"{book}.csv" for folder in ("answers", "later")]
    return [row for path in paths if path.is_file() for row in rows_of(path)]


@cache
def answers() -> tuple[dict[str, str], ...]:
    return tuple({**row, "codebook": book} for book in BOOKS for row in answers_to(book))


def codebook_of(book: str):
    return read_codebook(SAMPLE / "codebook.csv" if book == "co-production" else VOICES / "codebooks" / f"{book}.csv")


def content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z]+", text.lower().replace("'", "").replace("’", "")) if word not in PLAIN]


def runs(texts) -> set[tuple[str, ...]]:
    words = map(content_words, texts)
    return {tuple(each[place : place + 5]) for each in words for place in range(len(each) - 4)}


def test_there_are_as_many_answers_and_codes_as_the_data_sheet_says():
    sizes = Counter(row["codebook"] for row in answers())
    assert len(answers()) >= 9_000 and len(sizes) >= 14 and sizes["co-production"] >= 2_500
    sheet = (VOICES / "DATASHEET.md").read_text(encoding="utf-8")
    assert f"{len(answers()):,} answers" in sheet
    assert f"{sum(len(codebook_of(book).codes) for book in BOOKS)} codes" in sheet
    for book in BOOKS:
        assert re.search(rf"\| `{book}` \| .* \| {len(codebook_of(book).codes)} \| {sizes[book]:,} \|", sheet), book


@pytest.mark.parametrize("book", BOOKS)
def test_every_code_of_an_answer_is_in_the_codebook_and_has_25_answers(book):
    codes = {code.code for code in codebook_of(book).codes}
    given = Counter(code for row in answers_to(book) for code in row["codes"].split("|") if code)
    assert set(given) == codes and min(given.values()) >= 25


@pytest.mark.parametrize("book", BOOKS)
def test_the_codebook_says_of_each_code_what_belongs_and_what_does_not(book):
    for code in codebook_of(book).codes:
        assert code.definition and code.include and code.exclude and code.plain_label
        assert len(code.examples) >= 5 and len(code.counter_examples) >= 2


def test_answers_are_as_short_and_as_mixed_as_people_write_them():
    words = [len(row["text"].split()) for row in answers()]
    assert 0.2 <= sum(n < 6 for n in words) / len(words) <= 0.35 and max(words) > 60
    assert 0.06 <= sum(not row["codes"] for row in answers()) / len(answers()) <= 0.12
    assert {row["valence"] for row in answers()} == VALENCES
    assert all(len(row["codes"].split("|")) <= 3 for row in answers())
    assert all(row["frame"] in {"barriers", "works", "change", "open"} for row in answers())


def test_no_answer_stands_twice_under_one_codebook():
    said = Counter((row["codebook"], row["question"], " ".join(re.findall(r"\w+", row["text"].lower()))) for row in answers())
    assert [key for key, n in said.items() if n > 1] == []


def test_ids_are_unique_and_the_second_coding_is_of_15_percent_of_each_codebook():
    ids = {row["answer_id"]: row["codebook"] for row in answers()}
    assert len(ids) == len(answers())
    second = rows_of(VOICES / "second_coding.csv")
    twice = Counter(ids[row["answer_id"]] for row in second)
    sizes = Counter(ids.values())
    assert all(twice[book] >= 0.15 * sizes[book] for book in BOOKS)


def test_no_answer_holds_what_identifies_a_person_by_its_form():
    redactor = Redactor()
    labels = Counter(
        mask.label for row in answers() if re.search(r"\d{5}|@|www", row["text"]) for mask in redactor.find(row["text"])
    )
    assert not {"phone", "email", "postcode", "nhs number", "web"} & set(labels)


@pytest.mark.parametrize("name", ["sample", "nhs"])
def test_no_answer_is_one_of_those_that_we_are_measured_on(name):
    if name == "nhs" and not SHARED.is_file():
        pytest.skip("the NHS answers lie outside the repository, in ../shared, and are not there")
    rows = rows_of(SAMPLE / "responses.csv" if name == "sample" else SHARED)
    texts = [cell for row in rows for cell in row.values() if cell and len(cell.split()) > 4]
    ours, theirs = runs(row["text"] for row in answers()), runs(texts)
    # As many as two sets that know nothing of each other share, such as "would have made big difference".
    assert len(ours & theirs) <= 5
