"""Each form in which results leave: opened by another library, and held to consent, disclosure and silence about its maker."""

import csv
import getpass
import re
import socket
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import docx
import openpyxl
import pikepdf
import pyreadstat
import pytest
from lxml import etree
from pdf_here import why_not
from reading import read_page
from small_study import PRIVATE, build_study, build_tables, count_again, count_themes_again, without

from pipeline.report import EXPORTS, export
from pipeline.report.easyread import draft_ideas
from pipeline.report.formats.actions_page import loop_report
from pipeline.report.sections.shares_section import shares
from pipeline.workflow.released_figures import COUNTED, ledger_path, note_as_released, read_ledger
from pipeline.workflow.results import read_results


FORMS = [name for name in EXPORTS if name != "pdf" or not why_not()]
FOR_THE_TEAM = ("review", "qdpx", "qdpx-cases")
"""Forms that hold the redacted words of everybody who agreed to analysis."""
WITHDRAWN = "Kumquat"
FORMULA = '=HYPERLINK("http://evil.example")'
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A study in which somebody withdrew and a rewording looks like a formula, in every form there is."""
    study = build_study(tmp_path_factory.mktemp("every") / "study")
    frames = dict(build_tables(study).frames)
    gone = frames["comments"]["response_id"].iloc[0]
    theirs = frames["comments"]["response_id"] == gone
    # The words would not even be in the table; an export must not rely on that.
    frames["comments"].loc[theirs, ["consent", "set_aside", "text"]] = ["none", "no consent to analyse", WITHDRAWN]
    kept = frames["segments"]["comment_id"].isin(frames["comments"].loc[~theirs, "comment_id"])
    frames["segments"] = frames["segments"][kept]
    for name in ("codings", "quotes"):
        frames[name] = frames[name][frames[name]["segment_id"].isin(frames["segments"]["segment_id"])].reset_index(drop=True)
    frames["quotes"].loc[frames["quotes"].index[0], ["approved", "wording", "consent"]] = [True, FORMULA, "quote"]
    count_themes_again(frames)
    count_again(study, frames)
    export(study, to=FORMS)
    return study, frames, gone


def files_of(made, name):
    return [EXPORTS[name].folder(made[0]) / file for file in EXPORTS[name].files]


def everything(path):
    """Return all that a file holds, its parts unpacked and a PDF's pages and facts decoded."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            parts = [page.Contents.read_bytes() for page in pdf.pages]
            return b"\n".join([*parts, repr(pdf.docinfo).encode(), pdf.Root.Metadata.read_bytes()])
    if is_zipfile(path):
        with ZipFile(path) as archive:
            return b"\n".join(archive.read(name) for name in archive.namelist() if not name.endswith((".jpeg", ".png")))
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMS)
def test_every_form_obeys_consent(made, name):
    _, frames, gone = made
    theirs = frames["comments"].loc[frames["comments"]["response_id"] == gone, "comment_id"]
    for path in files_of(made, name):
        held = everything(path).decode("utf-8", "replace")
        assert WITHDRAWN not in held and gone not in held and not [one for one in theirs if one in held], path.name
        if name not in FOR_THE_TEAM:
            assert not [words for words in PRIVATE if words in held], path.name


def test_every_form_that_gives_figures_of_people_notes_them(made):
    study = made[0]
    alike = {exporter.tables: exporter.name for exporter in EXPORTS.values()}
    for tables, name in alike.items():
        ledger_path(study).unlink(missing_ok=True)
        note_as_released(study, [read_results(study, tables)])
        assert bool(read_ledger(study)) == bool(set(COUNTED) & set(tables)), name


FIGURES = {
    "html": lambda source: repr(shares(source)),
    "tables": lambda source: source["counts"].to_csv(),
    "loop": lambda source: repr(loop_report(source)),
    "easyread": lambda source: [idea.text for idea in draft_ideas(source) if "talked about this" in idea.text],
}


def test_no_form_shows_the_one_person_who_left_between_two_exports(tmp_path):
    study = build_study(tmp_path / "study", profile="standard")
    tables = build_tables(study)
    before = shown(study)
    without(study, tables, set(tables["comments"]["response_id"].head(1)))
    assert shown(study) == before


def shown(study):
    sources = note_as_released(study, [read_results(study, EXPORTS[name].tables) for name in FIGURES])
    return {name: FIGURES[name](source) for name, source in zip(FIGURES, sources, strict=True)}


def test_the_easy_read_draft_rounds_as_the_report_does(tmp_path):
    study = build_study(tmp_path / "study", one_silent_of=4)
    (said,) = [one.text for one in draft_ideas(read_results(study, EXPORTS["easyread"].tables)) if "wrote something" in one.text]
    assert int(said.split()[0]) % 5 == 0


@pytest.mark.parametrize("name", FORMS)
def test_no_form_tells_of_the_machine_or_of_who_made_it(made, name):
    for path in files_of(made, name):
        held = everything(path)
        assert str(made[0].folder).encode() not in held and str(Path.home()).encode() + b"/" not in held, path.name
        for secret in (getpass.getuser(), socket.gethostname()):
            assert not re.search(rb"[>(\"]" + re.escape(secret.encode()) + rb"[<)\"]", held), path.name


def of_kind(suffix):
    return [(name, file) for name, exporter in EXPORTS.items() for file in exporter.files if file.endswith(suffix)]


@pytest.mark.parametrize(("name", "file"), of_kind(".html"))
def test_every_page_has_title_headings_alternatives_and_headers(made, name, file):
    text = (EXPORTS[name].folder(made[0]) / file).read_text(encoding="utf-8")
    page = read_page(text)
    assert page.find_all("html")[0].attributes["lang"] == "en-GB" and page.find_all("title")[0].text
    levels = [int(heading.tag[1]) for heading in page.find_all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1 and len(levels) > 1
    assert all(image.attributes.get("alt") for image in page.find_all("img"))
    assert all(picture.attributes.get("aria-label") for picture in page.find_all("svg"))
    for table in page.find_all("table"):
        assert table.find_all("caption") and all(cell.attributes.get("scope") for cell in table.find_all("th"))
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.parametrize(("name", "file"), of_kind(".docx"))
def test_every_document_has_title_headings_alternatives_and_headers(made, name, file):
    path = made[0].exports / file
    document = docx.Document(str(path))
    facts = document.core_properties
    assert facts.title and facts.author == "Many Voices" and facts.language == "en-GB" and not facts.last_modified_by
    assert facts.created.year == 2000 and facts.modified.year == 2000
    assert [one for one in document.paragraphs if one.style.name == "Heading 1"]
    with ZipFile(path) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    # Tables of the easy-read version only set a picture left of its words.
    for table in body.iter(f"{W}tbl") if name != "easyread" else ():
        assert table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None and table.find(f"{W}tblPr/{W}tblDescription") is not None
    pictures = [one for one in body.iter() if etree.QName(one).localname == "docPr"]
    assert all(picture.get("descr") for picture in pictures)


@pytest.mark.parametrize(("name", "file"), of_kind(".xlsx"))
def test_every_workbook_has_title_and_header_and_no_formula(made, name, file):
    book = openpyxl.load_workbook(made[0].exports / file)
    assert book.properties.title and book.properties.creator == "Many Voices" and book.properties.created.year == 2000
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell for cell in cells if cell.value.startswith("=")], "a cell that looks like a formula is among them"
    assert any(sheet.tables for sheet in book)


@pytest.mark.parametrize(("name", "file"), of_kind(".csv"))
def test_every_csv_opens_in_excel_and_runs_nothing(made, name, file):
    path = made[0].exports / file
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as opened:
        header, *rows = list(csv.reader(opened))
    assert all(header) and all(len(row) == len(header) for row in rows)
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+")) or re.match(r"-(?!\d)", cell)]


def test_the_file_for_spss_has_its_labels_and_the_codebook_its_title(made):
    frame, facts = pyreadstat.read_sav(made[0].exports / "codings.sav")
    assert len(frame) and facts.file_label and all(facts.column_names_to_labels.values())
    book = etree.parse(str(made[0].exports / "codebook.qdc")).getroot()
    assert etree.QName(book).localname == "CodeBook" and not {"creatingUserGUID", "user"} & set(book.attrib)
