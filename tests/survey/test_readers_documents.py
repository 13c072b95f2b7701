"""Folders of documents."""

from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest
from docx.oxml import parse_xml

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "documents"
    path.mkdir()
    return path


def write_docx(path, *paragraphs):
    document = docx.Document()
    for paragraph in paragraphs:
        if paragraph.startswith("<"):
            document.element.body.insert(-1, parse_xml(paragraph))
        else:
            document.add_paragraph(paragraph)
    document.save(path)
    return path


def only_text(folder):
    return read_export(folder).frame["text"].tolist()


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_export(path)
    return str(caught.value)


def test_each_document_is_one_response(folder):
    (folder / "b.md").write_text("# Title\n\nText of b\n", encoding="utf-8")
    (folder / "a.txt").write_bytes("Café\r\nis open\r\n\r\nnow\r\n".encode("cp1252"))
    write_docx(folder / "c.docx", "One", "Two")
    export = read_export(folder)
    assert export.frame["document"].tolist() == ["a.txt", "b.md", "c.docx"]
    assert export.frame["text"].tolist() == ["Café\nis open\n\nnow", "# Title\n\nText of b", "One\n\nTwo"]
    assert export.kind == "documents"
    assert export.notes == ("a.txt: encoding cp1252",)


def test_lines_too_long_to_be_wrapped_are_paragraphs(folder):
    (folder / "a.txt").write_text("A title\n" + "word " * 50 + "\nThe end\n", encoding="utf-8")
    assert only_text(folder)[0].split("\n\n") == ["A title", ("word " * 50).strip(), "The end"]
    assert read_export(folder).notes == ("a.txt: each line read as a paragraph",)


def test_tables_are_read_where_they_stand(folder):
    document = docx.Document()
    document.add_paragraph("Before")
    document.add_table(1, 2).rows[0].cells[0].text = "Left"
    document.tables[0].rows[0].cells[1].text = "Right"
    document.add_paragraph("After\tthe tab")
    document.save(folder / "a.docx")
    assert only_text(folder) == ["Before\n\nLeft\n\nRight\n\nAfter\tthe tab"]


def test_tracked_changes_are_read_as_accepted(folder):
    write_docx(
        folder / "a.docx",
        f"<w:p {W}><w:r><w:t>We </w:t></w:r><w:ins><w:r><w:t>do not </w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:r><w:t>agree</w:t></w:r>"
        "<w:moveFrom><w:r><w:t> elsewhere</w:t></w:r></w:moveFrom></w:p>",
    )
    assert only_text(folder) == ["We do not agree"]


def test_a_text_box_is_read_once(folder):
    box = "<w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>"
    write_docx(
        folder / "a.docx",
        f'<w:p {W} {MC}><w:r><w:t>Beside it</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    assert only_text(folder) == ["Beside it\n\nIn a box"]


def test_an_empty_document_is_kept_and_noted(folder):
    (folder / "a.txt").write_text("", encoding="utf-8")
    (folder / "b.docx").write_bytes(b"")
    (folder / "c.txt").write_text("Text", encoding="utf-8")
    export = read_export(folder)
    assert export.frame["text"].isna().tolist() == [True, True, False]
    assert export.notes == ("a.txt: empty", "b.docx: empty")


def test_hidden_and_lock_files_are_no_documents(folder):
    (folder / "a.txt").write_text("Text", encoding="utf-8")
    for name in (".DS_Store", "~$a.docx", "Thumbs.db", "desktop.ini"):
        (folder / name).write_bytes(b"\0")
    assert read_export(folder).frame["document"].tolist() == ["a.txt"]


def test_other_files_are_refused_by_name(folder):
    (folder / "a.txt").write_text("Text", encoding="utf-8")
    (folder / "plan.pdf").write_bytes(b"%PDF")
    (folder / "old.doc").write_bytes(b"x")
    (folder / "more").mkdir()
    message = refusal(folder)
    assert message == (
        "documents: a folder of documents may hold .txt, .md and .docx files only. Take out more, old.doc, plan.pdf."
    )


def test_an_empty_folder_is_refused(folder):
    assert "holds no documents" in refusal(folder)
    (folder / "a.txt").write_text("  \n", encoding="utf-8")
    assert "all documents in the folder are empty" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"just text"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600),
        ("a.docx", b"PK\x03\x04 and then nothing"),
        ("a.txt", b"%PDF-1.7"),
        ("a.md", b"\0" * 99),
    ],
)
def test_a_damaged_document_is_named(folder, name, content):
    (folder / name).write_bytes(content)
    assert refusal(folder).startswith(f"documents: {name}: ")


def test_a_damaged_part_of_a_document_is_refused(folder):
    path = write_docx(folder / "a.docx", "One")
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for broken in ("word/document.xml", "[Content_Types].xml", "_rels/.rels"):
        with ZipFile(path, "w", ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content[:-20] if name == broken else content)
        assert "a.docx: it is damaged" in refusal(folder)


def test_a_document_that_unpacks_to_too_much_is_not_opened(folder):
    with ZipFile(folder / "a.docx", "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<" + b"0" * 30_000_000)
    assert "so it was not opened" in refusal(folder)
