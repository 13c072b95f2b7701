"""Codebooks: read, written, checked and compared as a researcher would meet them."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.codebook.codebook import (
    COLUMNS,
    Code,
    Codebook,
    CodeHistory,
    build_codebook,
    check_codebook,
    diff_codebooks,
    read_codebook,
    write_codebook,
)
from pipeline.errors import CodebookError


ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / ".." / "shared"
CORPORA = sorted((ROOT / "corpora").glob("*/*.csv"))
CODEBOOKS = [path for path in CORPORA if path.parent.name == "templates" or path.name == "codebook.csv"]

TRUST = Code("trust", "What works", "Trust", "People trust each other.", examples=("I felt safe to speak",))
RULES = Code("rules", "What does not", "Rules", "Rules get in the way.", examples=("Too many forms",))


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def words():
    """Texts as build_codebook tidies them: no control characters, no space at either end, one line."""
    kept = st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="|")
    return st.text(kept, max_size=30).map(lambda text: " ".join(text.split()))


def prose():
    """Several lines, among them such as look like the labels in a REFI-QDA description."""
    lines = st.one_of(words(), st.sampled_from(["Include: this", "Example:", "  Code id: rules", "", "Position: 1"]))
    return st.lists(lines, max_size=4).map(lambda several: "\n".join(several).strip())


@st.composite
def codebooks(draw):
    ids = draw(st.lists(words().filter(bool), min_size=1, max_size=6, unique_by=str.casefold))
    parents = st.one_of(st.sampled_from(["", "What works", "Whose voice"]), st.sampled_from(ids))
    codes = []
    for n, code in enumerate(ids):
        parent = draw(parents)
        # A code may only stand under one that comes before it here, so that no parent is circular.
        parent = "" if parent in ids[n:] else parent
        items = st.lists(prose().filter(bool), max_size=3).map(tuple)
        labels = draw(st.tuples(words().filter(bool), prose(), prose(), prose(), items, items, words()))
        codes.append(Code(code, parent, *labels))
    return Codebook(tuple(draw(st.permutations(codes))))


class TestReadCodebook:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_csv_however_excel_saved_it(self, tmp_path, encoding, mark, line_end):
        lines = [mark.join(["code", "label", "examples"]), mark.join(["cafe", "Café – talk", "“Tea”|’cake’"]), ""]
        path = write(tmp_path / "book.csv", line_end.join(lines), encoding)
        assert read_codebook(path).codes == (Code("cafe", label="Café – talk", examples=("“Tea”", "’cake’")),)

    def test_headings_as_people_write_them(self, tmp_path):
        path = write(tmp_path / "book.csv", "Code, Label ,Counter-examples,Plain label\na,A,no|never,Easy\n")
        assert read_codebook(path).codes == (Code("a", label="A", counter_examples=("no", "never"), plain_label="Easy"),)

    def test_blank_rows_and_stray_spaces_do_no_harm(self, tmp_path):
        path = write(tmp_path / "book.csv", 'code,label,examples\n\n  a , A ,|  one | |two\n,,\nb,B,"over\r\ntwo lines"\n')
        a, b = read_codebook(path).codes
        assert (a.code, a.label, a.examples) == ("a", "A", ("one", "two"))
        assert b.examples == ("over\ntwo lines",)

    def test_workbook(self, tmp_path):
        book = openpyxl.Workbook()
        book.active.title = "Read me"
        book.active.append(["This workbook holds our codes"])
        sheet = book.create_sheet("Codes")
        sheet.append(["code", "label", "examples", "changed"])
        sheet.append([7, "Seven – sept", "one|two", date(2025, 3, 1)])
        book.save(tmp_path / "book.xlsx")
        expected = Code("7", label="Seven – sept", examples=("one", "two"), changed="2025-03-01")
        assert read_codebook(tmp_path / "book.xlsx").codes == (expected,)

    @pytest.mark.parametrize("name", ["book.csv", "book.xlsx", "book.qdc"])
    @pytest.mark.parametrize(
        "content", [b"", b"\x00\x01\x02 nothing", b"PK\x03\x04 cut", b"<a><b></a>", b"\x81code,label\na,A", b"\n\n\n"]
    )
    def test_damaged_file_is_refused_by_name(self, tmp_path, name, content):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CodebookError, match=f"^{re.escape(name)}: "):
            read_codebook(tmp_path / name)

    def test_file_that_swells_when_unpacked_is_refused(self, tmp_path):
        with ZipFile(tmp_path / "book.xlsx", "w", ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_001)
        with pytest.raises(CodebookError, match="more than 50 MB"):
            read_codebook(tmp_path / "book.xlsx")

    @pytest.mark.parametrize("name", ["book.csv", "book.qdc"])
    def test_file_larger_than_any_codebook_is_refused(self, tmp_path, name):
        with (tmp_path / name).open("wb") as file:
            file.truncate(50_000_001)
        with pytest.raises(CodebookError, match="which no codebook is"):
            read_codebook(tmp_path / name)

    def test_cell_too_long_for_any_codebook_is_refused(self, tmp_path):
        with pytest.raises(CodebookError, match="not a table"):
            read_codebook(write(tmp_path / "book.csv", "code,label\na," + "x" * 200_000))

    def test_missing_file_and_other_formats_are_explained(self, tmp_path):
        with pytest.raises(CodebookError, match="no such file"):
            read_codebook(tmp_path / "book.csv")
        with pytest.raises(CodebookError, match=r"\.csv, \.tsv, \.txt, \.xlsx, \.ods or \.qdc"):
            read_codebook(tmp_path / "book.docx")

    def test_same_column_twice_is_refused(self, tmp_path):
        with pytest.raises(CodebookError, match="'label' is there twice"):
            read_codebook(write(tmp_path / "book.csv", "code,label,Label\na,A,B\n"))

    @pytest.mark.parametrize("path", CODEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
    def test_shipped_codebooks_are_in_order_and_keep_their_bytes(self, tmp_path, path):
        codebook = read_codebook(path)
        assert check_codebook(codebook) == ()
        write_codebook(codebook, tmp_path / "again.csv")
        assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()

    def test_codebook_of_the_nhs_answers(self):
        path = SHARED / "data" / "nhs-fft" / "codebook.csv"
        if not path.exists():
            pytest.skip("../shared is absent")
        codebook = read_codebook(path)
        assert len(codebook) == 33
        assert codebook["parking"].parent == "Service location, travel & transport"


class TestCodebook:
    def test_code_is_found_by_its_id(self):
        assert Codebook((TRUST, RULES))["rules"] is RULES

    def test_unknown_id_names_the_nearest(self):
        with pytest.raises(CodebookError, match=r"no code 'rule'\. Did you mean 'rules'\?"):
            Codebook((TRUST, RULES))["rule"]

    def test_name_is_the_label_or_else_the_id(self):
        assert (TRUST.name, Code("trust").name) == ("Trust", "trust")


class TestBuildCodebook:
    def test_all_failures_are_told_at_once_each_with_its_row(self):
        rows = [
            {"code": "a", "label": "A", "parent": "b", "exmaples": "x"},
            {"code": "b", "label": "B", "parent": "a", "exmaples": ""},
            {"code": "", "label": "C", "parent": "", "exmaples": ""},
            {"code": "d", "label": "", "parent": "", "exmaples": ""},
            {"code": "A", "label": "E", "parent": "", "exmaples": ""},
        ]
        with pytest.raises(CodebookError) as caught:
            build_codebook(rows, source="book.csv")
        assert str(caught.value).splitlines() == [
            "book.csv: 6 things need putting right.",
            "  the column 'exmaples' is unknown. Did you mean 'examples'?",
            "  row 4: the code is missing.",
            "  row 5: the label is missing.",
            "  row 6: the code 'A' is also in row 2. Give each code its own id.",
            "  row 2: the parents of 'a' lead back to itself. Change one of them.",
            "  row 3: the parents of 'b' lead back to itself. Change one of them.",
        ]

    def test_missing_and_unknown_columns(self):
        with pytest.raises(CodebookError, match=r"one thing needs putting right\.\n  there is no column 'label'"):
            build_codebook([{"code": "a"}], source="book.csv")
        with pytest.raises(CodebookError, match=r"the column 'weather' is unknown\. Rename or remove it"):
            build_codebook([{"code": "a", "label": "A", "weather": "wet"}], source="book.csv")

    def test_codes_without_rows(self):
        with pytest.raises(CodebookError, match="no codes stand below the column names"):
            build_codebook([{"code": " ", "label": ""}], source="book.csv")

    def test_text_beyond_the_last_column_points_to_a_comma_without_quotes(self, tmp_path):
        path = write(tmp_path / "book.csv", "code,label,definition\na,A,Slow, and late\nb,B,ok,,\n")
        with pytest.raises(CodebookError, match=r"one thing.*\n  row 2: text beyond the last column"):
            read_codebook(path)

    @pytest.mark.parametrize("parent", ["", "Whose voice", "rules", "Rule", "staff-side", "Service location, travel & transport"])
    def test_parent_may_be_a_code_or_a_category(self, parent):
        rows = [{"code": "rules", "label": "Rules"}, {"code": "forms", "label": "Forms", "parent": parent}]
        assert build_codebook(rows, source="book.csv")["forms"].parent == parent

    def test_parent_that_is_a_code_misspelt(self):
        rows = [{"code": "rigid-rules", "label": "Rules"}, {"code": "forms", "label": "Forms", "parent": "rigid-rule"}]
        with pytest.raises(CodebookError, match=r"row 3: the parent 'rigid-rule' is no code\. Did you mean 'rigid-rules'\?"):
            build_codebook(rows, source="book.csv")

    @pytest.mark.parametrize("parent", ["x" * 81, "rules|trust"])
    def test_parent_that_is_no_name_is_refused_and_not_quoted(self, parent):
        with pytest.raises(CodebookError, match="neither a code nor one short name") as caught:
            build_codebook([{"code": "forms", "label": "Forms", "parent": parent}], source="book.csv")
        assert parent not in str(caught.value)

    def test_a_code_above_a_circle_is_not_blamed_for_it(self):
        rows = [{"code": code, "label": code, "parent": parent} for code, parent in ["ab", "bc", "cb", "dd"]]
        with pytest.raises(CodebookError) as caught:
            build_codebook(rows, source="book.csv")
        assert re.findall(r"row (\d)", str(caught.value)) == ["3", "4", "5"]


class TestWriteCodebook:
    @pytest.mark.parametrize("suffix", [".csv", ".qdc"])
    @given(codebook=codebooks())
    @settings(max_examples=40, deadline=None)
    def test_what_is_written_is_read_back_the_same(self, tmp_path_factory, suffix, codebook):
        path = tmp_path_factory.mktemp("written") / f"book{suffix}"
        write_codebook(codebook, path)
        assert read_codebook(path) == codebook

    def test_csv_opens_in_excel_with_every_column(self, tmp_path):
        write_codebook(Codebook((replace(TRUST, label="Café"),)), tmp_path / "book.csv")
        data = (tmp_path / "book.csv").read_bytes()
        assert data.startswith("\ufeff".encode())
        assert data.decode("utf-8-sig").splitlines()[0].split(",") == [
            name for name in COLUMNS if name not in ("borderline", "color", "guid")
        ]

    @pytest.mark.parametrize("code", [replace(TRUST, examples=("this|that",)), replace(TRUST, label=" Trust")])
    @pytest.mark.parametrize("name", ["book.csv", "book.qdc"])
    def test_what_cannot_be_kept_is_refused_before_anything_is_written(self, tmp_path, code, name):
        with pytest.raises(CodebookError, match="'trust' would not be read back the same"):
            write_codebook(Codebook((RULES, code)), tmp_path / name)
        assert not (tmp_path / name).exists()

    def test_a_workbook_holds_text_and_says_nothing_of_the_machine(self, tmp_path):
        from openpyxl import load_workbook

        formula = Code("sum", label="Sums", definition="=1+1", examples=("@home", "-1"))
        write_codebook(Codebook((TRUST, formula)), tmp_path / "book.xlsx")
        assert read_codebook(tmp_path / "book.xlsx") == Codebook((TRUST, formula))
        book = load_workbook(tmp_path / "book.xlsx")
        cells = {cell.value: cell.data_type for row in book.active for cell in row if cell.value}
        assert cells["=1+1"] == cells["@home|-1"] == "s"
        assert (book.properties.creator, book.properties.created.year) == ("Many Voices", 2000)

    def test_other_formats_are_refused(self, tmp_path):
        with pytest.raises(CodebookError, match=r"written as \.csv, \.xlsx or \.qdc"):
            write_codebook(Codebook((TRUST,)), tmp_path / "book.docx")


class TestCheckCodebook:
    def test_nothing_to_say_of_a_good_codebook(self):
        assert check_codebook(Codebook((TRUST, RULES))) == ()

    @pytest.mark.parametrize(
        ("code", "finding"),
        [
            (replace(TRUST, definition=""), "Code 'trust' has no definition"),
            (replace(TRUST, examples=()), "Code 'trust' has no examples"),
            (replace(TRUST, include="Honesty.", exclude="honesty"), "says the same under include and exclude"),
            (replace(TRUST, label="x" * 61), "a label of 61 characters; charts have room for 60"),
            (replace(TRUST, counter_examples=("No", "i felt safe, to speak!")), "example 1 among its counter-examples"),
            (replace(TRUST, examples=("=1+1",)), "Excel may take its examples for a formula"),
            (replace(TRUST, examples=("?", "Too many forms.")), "under 'trust' (example 2) and 'rules' (example 1)"),
            (replace(TRUST, label="Rule's"), "Codes 'trust' and 'rules' have labels nearly alike"),
            (replace(TRUST, label="rules,"), "Codes 'trust' and 'rules' have labels nearly alike"),
        ],
    )
    def test_finding(self, code, finding):
        findings = check_codebook(Codebook((code, RULES)))
        assert len(findings) == 1
        assert finding in findings[0]

    def test_examples_are_never_quoted(self):
        secret = "my nurse Zebedee"
        codes = (replace(TRUST, examples=(secret,), counter_examples=(secret,)), replace(RULES, examples=(secret,)))
        findings = check_codebook(Codebook(codes))
        assert len(findings) == 2
        assert not any("Zebedee" in finding for finding in findings)


class TestDiffCodebooks:
    def test_no_change(self):
        assert diff_codebooks(Codebook((TRUST, RULES)), Codebook((RULES, TRUST))) == ()

    def test_every_kind_of_change(self):
        power, voice, care = (
            Code("power", label="Power"),
            Code("voice", label="Voice"),
            Code("care", label="Care", definition="x"),
        )
        old = Codebook((TRUST, power, voice, care, RULES))
        new = Codebook(
            (
                Code("time", label="Time"),
                replace(TRUST, label="Trust and respect", examples=("I felt safe to speak", "Honest")),
                replace(power, code="unequal-power", include="Votes"),
                replace(care, code="caring", label="Caring"),
                RULES,
            )
        )
        assert diff_codebooks(old, new) == (
            CodeHistory("added", "time", "", "", "Time"),
            CodeHistory("renamed", "trust", "label", "Trust", "Trust and respect"),
            CodeHistory("changed", "trust", "examples", "I felt safe to speak", "I felt safe to speak|Honest"),
            CodeHistory("renamed", "unequal-power", "code", "power", "unequal-power"),
            CodeHistory("changed", "unequal-power", "include", "", "Votes"),
            CodeHistory("renamed", "caring", "code", "care", "caring"),
            CodeHistory("renamed", "caring", "label", "Care", "Caring"),
            CodeHistory("removed", "voice", "", "Voice", ""),
        )

    def test_one_code_split_in_two_is_renamed_once(self):
        twice = Codebook((replace(TRUST, code="trust-a"), replace(TRUST, code="trust-b")))
        kinds = [(change.kind, change.code) for change in diff_codebooks(Codebook((TRUST,)), twice)]
        assert kinds == [("renamed", "trust-a"), ("added", "trust-b")]


def test_a_codebook_with_the_line_ends_of_old_macs_is_read(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_bytes(b"code,label,definition\rforms,Paperwork,Filling in forms\rmoney,Money,What it costs\r")
    assert [code.code for code in read_codebook(path).codes] == ["forms", "money"]


def test_a_line_end_inside_the_header_is_said_in_a_sentence(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_bytes(b"code,label,defi\rnition\nforms,Paperwork,Filling in forms\n")
    with pytest.raises(CodebookError, match="the column 'defi' is unknown"):
        read_codebook(path)


def test_blanks_beyond_the_last_column_are_no_fault(tmp_path):
    path = tmp_path / "codebook.csv"
    path.write_text("code,label\nforms,Paperwork, ,\x01\n", encoding="utf-8")
    assert [code.name for code in read_codebook(path).codes] == ["Paperwork"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("The money is not there: money. See visible-change; not visible-changes.", None),
        ("Money is no matter here, and money-lending neither.", "Money is no matter here, and money-lending neither."),
        ("Nobody says so: money (or both)", "Nobody says so: “What it costs” (or both)"),
    ],
)
def test_meanings_call_other_codes_by_their_names_and_leave_words_alone(written, read):
    money, change = Code("money", plain_label="What it costs"), Code("visible-change", label="A change\\1")
    wanted = read or "The money is not there: “What it costs”. See “A change\\1”; not visible-changes."
    assert Codebook((money, change, Code("time", exclude=written))).for_people["time"].exclude == wanted
