"""Lists of codes of other programs are read by their columns, and Taguette gets one that it imports."""

import csv

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.codebook.codebook import Code, Codebook, codebook_losses, read_codebook, write_codebook
from pipeline.codebook.edit_file import add_code
from pipeline.errors import CodebookError


ACCESS, LIFT = Code("access", "", "Access", "Getting in"), Code("lift", "access", "Lift", "No lift")
IN_GROUP = Code("access", "Barriers", "Access", "Getting in")
TABLES = {
    "Taguette": ("tag,description,number of highlights\nAccess,Getting in,3\n", (ACCESS,), "number of highlights"),
    "NVivo": ("Name\tDescription\tFiles\tReferences\nAccess\tGetting in\t3\t8\n", (ACCESS,), "Files, References"),
    "NVivo with folders": ("Name;Folder;Description\nAccess;Barriers;Getting in\n", (IN_GROUP,), ""),
    "Dedoose": (
        "Id,Parent Id,Depth,Title,Description,Weight Min\n1,,0,Access,Getting in,0\n2,1,1,Lift,No lift,0\n",
        (ACCESS, LIFT),
        "Weight Min",
    ),
    "depth alone": ("Title,Depth,Description\nAccess,0,Getting in\nLift,1,No lift\n", (ACCESS, LIFT), ""),
    "MAXQDA": (
        "Parent code,Code,Code memo,All coded segments\n,Access,Getting in,3\nAccess,Lift,No lift,2\n",
        (ACCESS, LIFT),
        "segments",
    ),
    "MAXQDA with paths": ("Code,Parent code,Code memo\nAccess,,Getting in\nLift,Places\\Access,No lift\n", (ACCESS, LIFT), ""),
    "ATLAS.ti": ("Code,Comment,Code Group 1,Code Group 2\nAccess,Getting in,Barriers,Other\n", (IN_GROUP,), "Code Group 2"),
    "RQDA": ("name,memo,category\nAccess,Getting in,Barriers\n", (IN_GROUP,), ""),
    "QualCoder": ("codename,memo,catname\nAccess,Getting in,Barriers\n", (IN_GROUP,), ""),
    "a title above": ("My project\n\nCode,Comment\nAccess,Getting in\n", (ACCESS,), ""),
    "capitals and blanks": (" CODE NAME , Code Description \nAccess,Getting in\n", (ACCESS,), ""),
    "a plain list": ("Access\nLift\n", (Code("access", "", "Access"), Code("lift", "", "Lift")), ""),
    "one name twice": (
        "name,category\nOther,Money\nOther,Power\n",
        (Code("other", "Money", "Other"), Code("other-2", "Power", "Other")),
        "",
    ),
    "numbered ids of requal": (
        'code_id,code_name,code_color\n1,Access,"rgb(255, 0, 0)"\n',
        (Code("access", "", "Access", color="#ff0000"),),
        "code_id",
    ),
}


@pytest.mark.parametrize("program", TABLES)
def test_a_list_of_codes_is_read_whatever_program_wrote_it(tmp_path, program):
    text, codes, lost = TABLES[program]
    path = tmp_path / "theirs.csv"
    path.write_text(text, encoding="utf-8")
    assert read_codebook(path).codes == codes
    assert lost in "\n".join(codebook_losses(path))


@pytest.mark.parametrize("text", ["name,age\nAnn,3\n", "code,exmaple\na,b\n", "code,lable,definition\na,A,b\n"])
def test_a_table_of_something_else_is_not_taken_for_one(tmp_path, text):
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError, match="there is no column"):
        read_codebook(path)


def test_a_sheet_of_libreoffice_is_read_as_a_workbook_is(tmp_path):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book, table = OpenDocumentSpreadsheet(), Table(name="codes")
    for cells in (("code", "label", "definition"), ("access", "Access", "Getting in")):
        row = TableRow()
        for text in cells:
            cell = TableCell(valuetype="string")
            cell.addElement(P(text=text))
            row.addElement(cell)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.save(str(tmp_path / "book.ods"))
    assert read_codebook(tmp_path / "book.ods").codes == (ACCESS,)


def test_taguette_gets_a_list_with_one_name_for_each_code(tmp_path):
    codes = (Code("a", "Money", "Other", "On money"), Code("b", "Power", "Other", "On power"), Code("c", "", "Café"))
    write_codebook(Codebook(codes), tmp_path / "book.csv")
    done = CliRunner().invoke(
        main, ["codebook", "convert", str(tmp_path / "book.csv"), str(tmp_path / "out.csv"), "--for", "taguette"]
    )
    assert done.exit_code == 0 and "which is all that Taguette keeps" in done.output
    rows = list(csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert rows == [["tag", "description"], ["Other (Money)", "On money"], ["Other (Power)", "On power"], ["Café", ""]]


def test_labels_that_two_codes_share_come_back_from_programs_that_need_unique_ones(tmp_path):
    book = Codebook((Code("a", "Money", "Other"), Code("b", "Power", "Other"), Code("c", "", "Other")))
    write_codebook(book, tmp_path / "book.qdc")
    text = (tmp_path / "book.qdc").read_text("utf-8")
    assert 'name="Other (Money)"' in text and 'name="Other (Power)"' in text and 'name="Other [c]"' in text
    assert read_codebook(tmp_path / "book.qdc") == book
    renamed = text.replace('name="Other (Money)"', 'name="Costs"')
    (tmp_path / "book.qdc").write_text(renamed, "utf-8")
    assert [code.label for code in read_codebook(tmp_path / "book.qdc").codes] == ["Costs", "Other", "Other"]


def test_colours_and_guids_of_another_program_go_through_a_table_and_back(tmp_path):
    guid = "1ff58b12-6f6f-4b0c-8be5-bbdc91f55294"
    code = f'<Code guid="{guid}" name="A" isCodable="TRUE" color="#46AA00"/>'
    xml = f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>{code}</Codes></CodeBook>'
    (tmp_path / "theirs.qdc").write_text(xml, "utf-8")
    for source, target in (("theirs.qdc", "book.csv"), ("book.csv", "back.qdc")):
        write_codebook(read_codebook(tmp_path / source), tmp_path / target)
    back = (tmp_path / "back.qdc").read_text("utf-8")
    assert f'guid="{guid}"' in back and 'color="#46AA00"' in back


def test_a_project_gives_its_codebook(tmp_path):
    from refi_files import project_xml, write_archive

    project = write_archive(tmp_path / "theirs.qdpx", [("p.qde", project_xml(codes=[(1, "Made elsewhere"), (2, "Another")]))])
    done = CliRunner().invoke(main, ["codebook", "convert", str(project), str(tmp_path / "book.csv")])
    assert done.exit_code == 0 and "with 2 codes" in done.output
    assert [code.label for code in read_codebook(tmp_path / "book.csv").codes] == ["Made elsewhere", "Another"]
    shown = CliRunner().invoke(main, ["codebook", "diff", str(tmp_path / "book.csv"), str(project)])
    assert shown.output.startswith("0 changes")


def test_a_list_of_another_program_is_not_changed_in_place(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("tag,description\nAccess,Getting in\n", "utf-8")
    with pytest.raises(CodebookError, match=r"themes codebook convert theirs\.csv"):
        add_code(path, "new", {"label": "New"})
    assert path.read_text("utf-8") == "tag,description\nAccess,Getting in\n"


def test_differences_are_told_in_words(tmp_path):
    (tmp_path / "old.csv").write_text("code,label,definition\na,A,\nb,B,Old\n", "utf-8")
    (tmp_path / "new.csv").write_text("code,label,definition\nb,B,New\nc,C,\n", "utf-8")
    shown = CliRunner().invoke(main, ["codebook", "diff", str(tmp_path / "old.csv"), str(tmp_path / "new.csv")]).output
    assert "c: new (“C”)" in shown and "a: gone (“A”)" in shown
    assert "b: definition changed from “Old” to “New”" in shown
