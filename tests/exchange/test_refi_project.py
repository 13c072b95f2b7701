"""Projects for other programs: sound by the schema and beyond it, read whatever program wrote them, refused when hostile."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from refi_files import coding, guid, place, project_xml, text_source, write_archive

from pipeline.errors import DataError
from pipeline.exchange.refi.counting import judge_counting
from pipeline.exchange.refi.offsets import READINGS, STANDARD, Places
from pipeline.exchange.refi.project import Case, Note, Project, ProjectCoding, ProjectVariable, Selection, TextSource, User
from pipeline.exchange.refi.read_project import read_qdpx
from pipeline.exchange.refi.rules import faults
from pipeline.exchange.refi.write import as_xml, write_qdpx


REFI = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "formats" / "refi-qda"
CODE = {"code": "trust", "parent": "", "label": "Trust <&>", "definition": "Being trusted."}
TEXT = "🙂 I felt trusted.\nFor once 👩🏽‍🦽 they listened."


def project(text=TEXT, places=((2, 17), (19, 22)), **more):
    selections = tuple(
        Selection(
            guid(100 + n),
            start,
            end,
            name="a\nplace",
            description="said",
            codings=(ProjectCoding(guid(200 + n), guid(1), guid(2), "2026-01-02T03:04:05Z", (guid(3),)),),
            notes=(guid(3),),
            user=guid(2),
            made_at="2026-01-02T03:04:05Z",
        )
        for n, (start, end) in enumerate(places)
    )
    return Project(
        **{
            "name": "Ours & <theirs>",
            "origin": "Many Voices",
            "users": (User(guid(2), "Ana (lived experience)"),),
            "codes": ((guid(1), CODE),),
            "variables": (ProjectVariable(guid(5), "group"),),
            "cases": (Case(guid(4), "p1", ((guid(5), "Carers & <friends>"),), (guid(100),)),),
            "sources": (TextSource(guid(6), "What helps?", text, selections=selections),),
            "notes": (Note(guid(3), "memo", "a\nnote", guid(2), "2026-01-02T03:04:05Z"),),
            "description": "For the team.",
        }
        | more
    )


def schema():
    if not REFI.exists():
        pytest.skip("../shared is absent")
    return pytest.importorskip("xmlschema").XMLSchema(REFI / "Project.xsd")


@pytest.mark.parametrize(
    "made",
    [
        project(),
        Project(name="nothing in it"),
        project(users=(), notes=(), cases=(), variables=(), sources=(TextSource(guid(6), "q", "text"),)),
        project(text="\x0b\x1f\ufffe bad signs", places=((0, 3),)),
    ],
    ids=["full", "empty", "no codings", "signs that XML has no place for"],
)
def test_what_is_written_is_valid_by_the_standards_schema(made):
    schema().validate(as_xml(made))


def test_a_round_trip_keeps_codes_codings_and_places(tmp_path):
    made = project()
    write_qdpx(made, tmp_path / "p.qdpx")
    read = read_qdpx(tmp_path / "p.qdpx")
    assert list(read.losses.values()) == [1] and "cases" in next(iter(read.losses))
    assert read.counting.reading == STANDARD
    assert [(one.start, one.end, one.guid) for _, one in read.project.selections()] == [(2, 17, guid(100)), (19, 22, guid(101))]
    assert [found for _, found in read.project.codings()] == [found for _, found in made.codings()]
    assert (read.project.users, read.project.notes) == (made.users, made.notes)
    assert read.project.sources[0].text == TEXT
    (code,) = read.project.codes
    assert code[0] == made.codes[0][0] and CODE.items() <= code[1].items()


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40), st.data())
def test_any_text_and_any_places_come_back(tmp_path_factory, text, data):
    text = text.encode("utf-8", "ignore").decode().replace("\r", "\n") or "x"
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    path = tmp_path_factory.mktemp("any") / "p.qdpx"
    write_qdpx(project(text=text, places=((start, end),)), path)
    found = read_qdpx(path).project
    # A byte order mark at the beginning is no letter: other programs drop it, too.
    if not text.startswith("\ufeff"):
        assert found.sources[0].text == text
        ((_, selection),) = found.selections()
        assert (selection.start, selection.end) == (start, end)


def test_the_same_project_gives_the_same_bytes_and_tells_nothing_of_the_machine(tmp_path):
    write_qdpx(project(), tmp_path / "one.qdpx")
    write_qdpx(project(), tmp_path / "two.qdpx")
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()
    with ZipFile(tmp_path / "one.qdpx") as archive:
        assert archive.namelist() == ["project.qde", f"sources/{guid(6)}.txt"]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


BROKEN = {
    "a GUID twice": (project(users=(User(guid(1), "x"), User(guid(2), "y"))), "used 2 times"),
    "no GUID": (project(users=(User("me", "x"), User(guid(2), "y"))), "me is no GUID"),
    "a code that is not there": (project(codes=()), f"points to the code {guid(1)}"),
    "a user who is not there": (project(users=()), f"points to the user {guid(2)}"),
    "a note that is not there": (project(notes=()), f"points to the note {guid(3)}"),
    "a variable that is not there": (project(variables=()), "points to the variable"),
    "a place that is not there": (project(cases=(Case(guid(4), "p", (), (guid(9),)),)), "points to the selection"),
    "a place beyond its text": (project(places=((0, 400),)), "from 0 to 400, but its source has"),
    "a place that is empty": (project(places=((3, 3),)), "from 3 to 3"),
    "a place before its text": (project(places=((-1, 3),)), "from -1 to 3"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_rules_that_the_schema_cannot_state_are_checked_before_saving(tmp_path, case):
    broken, said = BROKEN[case]
    with pytest.raises(DataError, match="would not be sound") as caught:
        write_qdpx(broken, tmp_path / "p.qdpx")
    assert said in str(caught.value)
    assert "trusted" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_sound_project_breaks_no_rule():
    assert list(faults(project())) == []


def theirs(tmp_path, text, *places, name="theirs.qdpx", folder="Sources"):
    xml = project_xml(codes=[(1, "Trust")], users=[(2, "Jo")], source=text_source(6, *places))
    content = text if isinstance(text, bytes) else text.encode()
    return write_archive(tmp_path / name, [("project.qde", xml), (f"{folder}/{guid(6)}.txt", content)])


WORDS = "One 🙂 two\r\nthree 👩🏽‍🦽 four\r\nfive six"


def width(sign, reading):
    return {"code points": 1, "UTF-16 units": len(sign.encode("utf-16-le")) // 2, "UTF-8 bytes": len(sign.encode())}[reading.unit]


def counted(word, reading, text=WORDS):
    """Say where a program that counts so finds a word."""
    place_of, count = {0: 0}, 0
    for index, sign in enumerate(text):
        # A line end of two signs that counts as one counts at its first.
        count += 0 if sign == "\n" and not reading.two_signs and text[index - 1] == "\r" else width(sign, reading)
        place_of[index + 1] = count
    begin = text.index(word)
    return place_of[begin], place_of[begin + len(word)]


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.name)
def test_places_are_found_however_a_program_counts_characters(tmp_path, reading):
    places = [
        place(100 + n, *counted(word, reading), coding(200 + n, 1, 2)) for n, word in enumerate(["two", "four", "five six"])
    ]
    read = read_qdpx(theirs(tmp_path, WORDS, *places))
    text = read.project.sources[0].text
    assert [text[one.start : one.end] for _, one in read.project.selections()] == ["two", "four", "five six"]
    assert read.counting.reading == reading


def test_in_doubt_the_standards_way_of_counting_is_taken():
    assert judge_counting([WORDS], [[]]).reading == STANDARD
    assert Places("a\r\nb", STANDARD).at(9) is None


def test_a_byte_order_mark_and_a_text_inside_the_xml_are_read(tmp_path):
    marked = read_qdpx(theirs(tmp_path, b"\xef\xbb\xbfOne two", place(100, 4, 7, coding(200, 1, 2)), folder="sources"))
    inside = f'<TextSource guid="{guid(6)}"><PlainTextContent>One two</PlainTextContent>{place(100, 4, 7)}</TextSource>'
    plain = read_qdpx(write_archive(tmp_path / "x.qdpx", [("x.qde", project_xml(source=inside))]))
    for read in (marked, plain):
        ((source, selection),) = read.project.selections()
        assert source.text[selection.start : selection.end] == "two"


def test_guids_in_braces_and_the_older_namespace_are_read(tmp_path):
    xml = project_xml(codes=[(1, "Trust")], users=[(2, "Jo")], namespace="urn:QDA-XML:project:0:4")
    xml = xml.replace(guid(1), "{" + guid(1).upper() + "}")
    read = read_qdpx(write_archive(tmp_path / "x.qdpx", [("x.qde", xml)]))
    assert read.project.codes[0][0] == guid(1)


def test_what_cannot_be_read_is_counted(tmp_path):
    source = text_source(6, place(100, 0, 3), place(101, 5, 900), place(102, "x", 3)) + text_source(7) + text_source(8)
    more = f'<PDFSource guid="{guid(9)}"/><VideoSource guid="{guid(10)}"/>'
    xml = project_xml(source=source, more=more)
    parts = [("p.qde", xml), (f"sources/{guid(6)}.txt", "One two"), (f"sources/{guid(8)}.txt", b"\xff\xfe\x00")]
    read = read_qdpx(write_archive(tmp_path / "x.qdpx", parts))
    assert read.losses == {
        "texts that are not in the file as plain text": 1,
        "texts that are not UTF-8": 1,
        "places outside their text": 2,
        "PDFs": 1,
        "videos": 1,
    }


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project xmlns="urn:QDA-XML:project:1.0" name="&b;"/>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Project xmlns="urn:QDA-XML:project:1.0" name="x">&a;</Project>'
GOOD = project_xml(codes=[(1, "Trust")])


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("p.qde", BOMB)], "defines entities"),
        ([("p.qde", OUTSIDE)], "defines entities"),
        ([("p.qde", GOOD), ("../../evil.txt", "x")], "outside its folder"),
        ([("p.qde", GOOD), ("/etc/cron.d/evil", "x")], "outside its folder"),
        ([("p.qde", GOOD), ("..\\evil.txt", "x")], "outside its folder"),
        ([("p.qde", GOOD), ("C:\\evil.txt", "x")], "outside its folder"),
        ([("p.qde", GOOD), ("sources/a.txt", b"0" * 30_000_000)], "would unpack to more than"),
        ([("p.qde", GOOD), ("q.qde", GOOD)], "2 projects"),
        ([("sources/a.txt", "x")], "no project"),
        ([("p.qde", "<Project")], "damaged"),
        ([("p.qde", "<html/>")], "not a REFI-QDA project"),
    ],
)
def test_hostile_and_damaged_files_are_refused(tmp_path, parts, said):
    with pytest.raises(DataError, match=said) as caught:
        read_qdpx(write_archive(tmp_path / "evil.qdpx", parts))
    assert str(caught.value).startswith("evil.qdpx: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.qdpx"]


def test_a_file_that_is_in_it_twice_is_refused(tmp_path):
    # Another file stands between the two, as an archive that hides something would have it.
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive, pytest.warns(UserWarning, match="Duplicate"):
        for name in ("p.qde", "sources/a.txt", "p.qde"):
            archive.writestr(name, GOOD)
    (tmp_path / "evil.qdpx").write_bytes(buffer.getvalue())
    with pytest.raises(DataError, match="twice"):
        read_qdpx(tmp_path / "evil.qdpx")


@pytest.mark.parametrize(
    "path", ["absolute:///etc/passwd", "relative:///../secret.txt", "internal://../../etc/passwd", "/etc/passwd"]
)
def test_texts_outside_the_file_are_never_opened(tmp_path, path):
    xml = project_xml(source=text_source(6, place(100, 0, 3), path=path))
    read = read_qdpx(write_archive(tmp_path / "x.qdpx", [("p.qde", xml)]))
    assert (read.project.sources, read.losses) == ((), {"texts that are not in the file as plain text": 1})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not a zip"])
def test_no_zip_is_said_to_be_none(tmp_path, content):
    (tmp_path / "x.qdpx").write_bytes(content)
    with pytest.raises(DataError, match=r"^x.qdpx: "):
        read_qdpx(tmp_path / "x.qdpx")
    with pytest.raises(DataError, match="no such file"):
        read_qdpx(tmp_path / "y.qdpx")
