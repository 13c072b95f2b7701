"""Codebooks of thousands of codes: read, checked and compared as others are, and bounded with a sentence."""

import random

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.codebook.codebook import MOST_CODES, Code, Codebook, build_codebook, check_codebook, diff_codebooks, write_codebook


def themes(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def words_of(number):
    return " ".join(random.Random(number).choices("abcdefghijklmnopqrstuvwxyz", k=30))


@pytest.fixture(scope="module")
def largest():
    return Codebook(tuple(Code(f"c{n}", label=words_of(n), definition=f"d {n}", examples=("one",)) for n in range(MOST_CODES)))


def test_more_codes_than_people_can_work_with_are_refused_with_a_sentence(tmp_path):
    rows = "".join(f"code-{number},Label {number}\n" for number in range(100_000))
    (tmp_path / "huge.csv").write_text(f"code,label\n{rows}", encoding="utf-8")
    for command in (["codebook", "check"], ["codebook", "diff", tmp_path / "huge.csv"]):
        found = themes(*command, tmp_path / "huge.csv")
        assert found.exit_code == 12 and "100,000 codes" in found.stderr and f"{MOST_CODES:,}" in found.stderr
    assert themes("codebook", "convert", tmp_path / "huge.csv", tmp_path / "huge.qdc").exit_code == 12


def test_as_many_codes_as_are_allowed_are_checked_converted_and_compared(tmp_path, largest):
    write_codebook(largest, tmp_path / "book.csv")
    assert f"{MOST_CODES:,} codes" in themes("codebook", "check", tmp_path / "book.csv").stdout
    assert themes("codebook", "convert", tmp_path / "book.csv", tmp_path / "book.qdc").exit_code == 0
    assert themes("codebook", "diff", tmp_path / "book.csv", tmp_path / "book.qdc").stdout == "0 changes.\n"


def test_codes_that_were_all_renamed_are_told_apart(largest):
    new = Codebook(tuple(Code(f"n{n}", label=code.label, definition=code.definition) for n, code in enumerate(largest.codes)))
    changes = diff_codebooks(largest, new)
    assert {change.kind for change in changes} == {"renamed", "changed"}
    assert sum(change.field == "code" for change in changes) == MOST_CODES


def test_labels_that_are_nearly_alike_are_told_of_until_there_are_too_many_to_read():
    rows = [{"code": f"c{number}", "label": "Access to care", "definition": "d", "examples": "e"} for number in range(200)]
    findings = [finding for finding in check_codebook(build_codebook(rows, source="x")) if "alike" in finding]
    assert len(findings) == 101 and findings[-1].startswith("More labels may be nearly alike")


@pytest.mark.parametrize("parent", ["c-{before}", "c-{after}", "c-x{here}"], ids=["chain", "ring", "no-codes"])
def test_parents_of_thousands_of_codes_are_followed_to_their_end(tmp_path, parent):
    n = MOST_CODES
    rows = [f"c-{here},{parent.format(before=here - 1, after=(here + 1) % n, here=here)},Label {here}" for here in range(n)]
    (tmp_path / "book.csv").write_text("\n".join(["code,parent,label", *rows]), encoding="utf-8")
    found = themes("codebook", "convert", tmp_path / "book.csv", tmp_path / "book.qdc")
    assert "fault of the program" not in found.output
    if "{before}" in parent:
        assert found.exit_code == 12 and "more than 100 deep" in found.stderr
    elif "{after}" in parent:
        assert "row 2: the parents of 'c-0' lead back to itself" in found.stderr
