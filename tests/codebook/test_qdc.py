"""REFI-QDA codebooks: valid for other programs, and read whatever program wrote them."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.codebook.codebook import Code, Codebook, read_codebook, write_codebook
from pipeline.errors import CodebookError


ROOT = Path(__file__).resolve().parents[2]
REFI = ROOT / ".." / "shared" / "data" / "formats" / "refi-qda"
SAMPLES = sorted((ROOT / "corpora").glob("*/codebook.csv"))
TAG = "{urn:QDA-XML:codebook:1.0}"

NESTED = Codebook(
    (
        Code(
            "forms",
            "rules",
            "Forms",
            "Forms.\n\nInclude: not a label here\n  indented",
            "Long ones",
            "Short ones",
            ("Too\nlong", "a & b"),
        ),
        Code(
            "trust",
            "What works",
            "Trust <and> “respect”",
            counter_examples=("no 👩🏽‍🦽",),
            plain_label="Trust",
            changed="2025-03-01",
        ),
        Code("rules", "", "Rules", proposed_by="us", agreed_by="all"),
        Code("leaders", "What works", "Leaders"),
    )
)


def refi(name):
    if not REFI.exists():
        pytest.skip("../shared is absent")
    return REFI / name


def qdc(path, codes, sets="", namespace="urn:QDA-XML:codebook:1.0"):
    path.write_text(f'<?xml version="1.0"?><CodeBook xmlns="{namespace}"><Codes>{codes}</Codes>{sets}</CodeBook>', "utf-8")
    return path


def code(name, inside="", codable="true", guid="1"):
    guid = f"00000000-0000-0000-0000-{guid:0>12}"
    return f'<Code guid="{guid}" name="{name}" isCodable="{codable}">{inside}</Code>'


@pytest.mark.parametrize("source", SAMPLES, ids=lambda path: path.parent.name)
def test_csv_to_qdc_to_csv_loses_nothing(tmp_path, source):
    write_codebook(read_codebook(source), tmp_path / "book.qdc")
    write_codebook(read_codebook(tmp_path / "book.qdc"), tmp_path / "book.csv")
    assert (tmp_path / "book.csv").read_bytes() == source.read_bytes()


def test_order_nesting_and_odd_texts_come_back(tmp_path):
    write_codebook(NESTED, tmp_path / "book.qdc")
    assert read_codebook(tmp_path / "book.qdc") == NESTED


@pytest.mark.parametrize("codebook", [NESTED, *SAMPLES], ids=["nested", *(path.parent.name for path in SAMPLES)])
def test_written_file_is_valid_by_the_standards_schema(tmp_path, codebook):
    schema = refi("Codebook.xsd")
    xmlschema = pytest.importorskip("xmlschema")
    write_codebook(codebook if isinstance(codebook, Codebook) else read_codebook(codebook), tmp_path / "book.qdc")
    xmlschema.XMLSchema(schema).validate(tmp_path / "book.qdc")


def test_categories_hold_codes_and_cannot_be_coded_with(tmp_path):
    write_codebook(NESTED, tmp_path / "book.qdc")
    top = ElementTree.parse(tmp_path / "book.qdc").findall(f"{TAG}Codes/{TAG}Code")
    shown = {
        element.get("name"): (element.get("isCodable"), [child.get("name") for child in element.iter(f"{TAG}Code")][1:])
        for element in top
    }
    assert shown == {"What works": ("false", ["Trust <and> “respect”", "Leaders"]), "Rules": ("true", ["Forms"])}


def test_guids_stay_when_the_codebook_grows(tmp_path):
    def guids(codebook):
        write_codebook(codebook, tmp_path / "book.qdc")
        return {
            element.get("name"): element.get("guid") for element in ElementTree.parse(tmp_path / "book.qdc").iter(f"{TAG}Code")
        }

    before = guids(NESTED)
    after = guids(Codebook((Code("new", "What works", "New"), *reversed(NESTED.codes))))
    assert len(set(after.values())) == 6
    assert before.items() <= after.items()


def test_definition_is_written_for_people_of_other_programs(tmp_path):
    write_codebook(NESTED, tmp_path / "book.qdc")
    text = (tmp_path / "book.qdc").read_text("utf-8")
    assert "Include: Long ones\nExclude: Short ones\nExample: Too\n  long\nExample: a &amp; b\nCode id: forms" in text


def test_file_of_atlas_ti(tmp_path):
    assert read_codebook(refi("atlasti_23_codebook.qdc")).codes == (
        Code(*("code1", "code group 1", "code1", "description"), color="#46AA00", guid="1ff58b12-6f6f-4b0c-8be5-bbdc91f55294"),
    )


def test_file_of_another_program_keeps_names_nesting_groups_and_descriptions(tmp_path):
    inner = code("Outer", code("Inner", code("Deep", "<Description>What\nit is</Description>", guid="3"), "false"), "false")
    group = '<Sets><Set guid="x" name=" My group "><MemberCode guid="{00000000-0000-0000-0000-00000000000A}"/></Set></Sets>'
    path = qdc(tmp_path / "book.qdc", inner + code(" Talking, openly ", code("Child", guid="B"), guid="a"), group)
    assert read_codebook(path).codes == (
        Code("deep", "Outer / Inner", "Deep", "What\nit is", guid="00000000-0000-0000-0000-000000000003"),
        Code("talking-openly", "My group", "Talking, openly", guid="00000000-0000-0000-0000-00000000000a"),
        Code("child", "talking-openly", "Child", guid="00000000-0000-0000-0000-00000000000b"),
    )


def test_labelled_lines_typed_elsewhere_are_understood(tmp_path):
    described = "<Description>About time.\nINCLUDE: delays\nExample: too late\nexample: waited\nInclude: queues</Description>"
    (found,) = read_codebook(qdc(tmp_path / "book.qdc", code("Time", described))).codes
    assert (found.definition, found.include, found.examples) == ("About time.", "delays\nqueues", ("too late", "waited"))


def test_same_names_and_names_without_letters_get_ids_of_their_own(tmp_path):
    names = ["Trust", "trust", "?!", "Voice"]
    path = qdc(tmp_path / "book.qdc", code("voice", "".join(map(code, names)), "false"))
    assert [found.code for found in read_codebook(path).codes] == ["trust", "trust-2", "code", "voice-2"]


def test_older_namespace_is_read(tmp_path):
    path = qdc(tmp_path / "book.qdc", code("Trust"), namespace="urn:QDA-XML:codebook:0:4")
    assert read_codebook(path)["trust"].label == "Trust"


def test_nesting_deeper_than_python_can_recurse(tmp_path):
    inside = ""
    for _ in range(3000):
        inside = code("Level", inside, "false")
    with pytest.raises(CodebookError, match="no codes stand below"):
        read_codebook(qdc(tmp_path / "book.qdc", inside))


def test_entities_that_swell_are_refused(tmp_path):
    path = tmp_path / "book.qdc"
    path.write_text('<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><CodeBook>&b;</CodeBook>', "utf-8")
    with pytest.raises(CodebookError, match=r"^book.qdc: its XML defines entities"):
        read_codebook(path)


def test_a_sign_that_a_program_did_not_escape_is_named_with_its_line(tmp_path):
    path = qdc(tmp_path / "book.qdc", code("Tea", "<Description>Tea & cake</Description>"))
    with pytest.raises(CodebookError, match=r"damaged at line 1, column [\d,]+, in Description, near “Tea & cake”"):
        read_codebook(path)
    path = qdc(tmp_path / "odd.qdc", code("Tea", "<Description>Tea \x02</Description>"))
    with pytest.raises(CodebookError, match="a control character"):
        read_codebook(path)


def test_project_is_told_from_a_codebook(tmp_path):
    path = qdc(tmp_path / "book.qdc", code("Trust"), namespace="urn:QDA-XML:project:1.0")
    with pytest.raises(CodebookError, match="Export the codebook, not the project"):
        read_codebook(path)


def test_code_without_a_name_is_told_by_its_number(tmp_path):
    with pytest.raises(CodebookError, match="code 2 has no name"):
        read_codebook(qdc(tmp_path / "book.qdc", code("Trust") + code(" ")))
