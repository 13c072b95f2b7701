"""`themes import --check FILE` says of any project or codebook what is in it and where it leaves the standard."""

import pytest
from click.testing import CliRunner
from refi_files import coding, guid, place, project_xml, text_source, write_archive
from sample import ROOT

from pipeline.cli import main


CORPUS = ROOT / "tests" / "refi_corpus"


def checked(path):
    done = CliRunner().invoke(main, ["import", "--check", str(path)])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_project_of_ours_deviates_in_nothing():
    text = checked(CORPUS / "as-the-standard-says.qdpx")
    assert "made by Test" in text and "Jo: 3 codings" in text and "4 codes" in text
    assert "deviates from the standard in nothing" in text and "3 of 3 places are whole words" in text


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("is-codable-in-capitals", "codes with isCodable in capitals or other words: 4"),
        ("backslashes", "text paths that are not written as the standard says: 1"),
        ("two-byte-order-marks", "texts with two byte-order marks: 1"),
        ("nvivo-one-coding", "places counted in UTF-16 units; the standard counts code points"),
        ("counted-in-bytes", "places counted in UTF-8 bytes; the standard counts code points"),
        ("end-is-the-last-character", "the end is the last character"),
        ("coder-not-named-one-user", "places without a coder (QualCoder gives their codings to “default”): 1"),
    ],
)
def test_each_deviation_is_named(case, sentence):
    assert sentence in checked(CORPUS / f"{case}.qdpx")


def test_what_points_nowhere_or_is_there_twice_is_counted(tmp_path):
    source = text_source(6, place(100, 0, 3, coding(200, 9, 2, made_at="yesterday")), place(100, 4, 99, coding(201, 1, 8)))
    xml = project_xml(
        codes=[(1, "Trust"), (4, "trust")], users=[(2, "Jo")], source=source, notes=f'<Notes><Note guid="{guid(5)}"/></Notes>'
    )
    path = write_archive(tmp_path / "x.qdpx", [("p.qde", xml), (f"sources/{guid(6)}.txt", "One secret")])
    text = checked(path)
    for sentence in (
        *("CodeRef to a part that is not there: 1", "users who are named and not listed: 1", "GUIDs that several parts have: 1"),
        *("dates that are not written as such: 1", "places outside their text: 1", "notes without a date (QualCoder stops): 1"),
        "labels that several codes have (QualCoder and Taguette keep the first): 1",
    ):
        assert sentence in text, text
    assert "secret" not in text


def test_a_codebook_is_checked_too(tmp_path):
    path = tmp_path / "x.qdc"
    codes = '<Code guid="1" name="A" isCodable="true" color="red"/><Code guid="1" name="B"/>'
    path.write_text(f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="x"><Codes>{codes}</Codes></CodeBook>', "utf-8")
    text = checked(path)
    assert "made by x, with 2 codes" in text and "Code without isCodable: 1" in text
    assert "GUIDs that several parts have: 1" in text and "colours that are not written #RRGGBB: 1" in text


def test_without_a_study_a_file_must_be_given_to_check():
    assert CliRunner().invoke(main, ["import"]).exit_code == 2
    missing = CliRunner().invoke(main, ["import", "--check", "nowhere.qdpx"])
    assert missing.exit_code != 0 and "no such file" in missing.output
