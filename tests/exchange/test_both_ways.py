"""Codings go out to other programs and come back: nothing is lost on the way, and nobody's later word is overwritten."""

import shutil
from xml.etree import ElementTree
from zipfile import ZipFile

import pandas as pd
import pytest
from click.testing import CliRunner
from refi_files import coding, guid, place, project_xml, text_source, write_archive
from sample import ROOT
from small_study import Tables, build_study, build_tables, save

from pipeline.cli import main
from pipeline.decisions.store import decisions, open_store, verify_store
from pipeline.errors import ReviewError
from pipeline.exchange.refi.import_ import import_decisions, parse_groups, read_incoming
from pipeline.exchange.refi.read_project import read_qdpx
from pipeline.report import export
from pipeline.study.study import load_study
from pipeline.tables.parquet import empty_table
from pipeline.workflow.stages.settle import settle


TAG = "{urn:QDA-XML:project:1.0}"
WHEN = "2026-02-01T09:00:00+00:00"
ODD = "🙂 They listened.\r\nFor once 👩🏽‍🦽 we were heard.\r\n\r\n[answer 0123456789abcdef]\r\nIt helped us."
ALONE = "Nobody else said this."
PIECES = ("🙂 They listened.", "For once 👩🏽‍🦽 we were heard.", "It helped us.")
SCHEMA = ROOT / ".." / "shared" / "data" / "formats" / "refi-qda" / "Project.xsd"


def with_odd_answer(tables):
    """Give one answer emoji, line ends of Windows and a line that looks like one of ours, in three excerpts."""
    comments, segments = tables["comments"].copy(), tables["segments"].copy()
    place = segments.index[0]
    first = segments.loc[place]
    comments.loc[comments["comment_id"] == first["comment_id"], "text"] = ODD
    comments.loc[comments["comment_id"] == segments.loc[segments.index[1], "comment_id"], "text"] = ALONE
    segments.loc[segments.index[1], ["text", "end"]] = [ALONE, len(ALONE)]
    pieces = [
        first.to_dict() | {"segment_id": f"odd{n}", "start": ODD.index(text), "end": ODD.index(text) + len(text), "text": text}
        for n, text in enumerate(PIECES)
    ]
    segments = pd.concat([segments.drop(index=place), pd.DataFrame(pieces)], ignore_index=True)
    return Tables({**tables.frames, "comments": comments, "segments": segments})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a study with decisions of two people who do not always agree."""
    study = build_study(tmp_path_factory.mktemp("out") / "study")
    tables = with_odd_answer(build_tables(study))
    excerpts = tables["segments"].drop_duplicates("comment_id", keep="last").tail(8)
    with open_store(study) as store:
        store.add_reviewer("Ana", "lived experience")
        store.add_reviewer("Ben (he)", "researcher")
        for n, row in enumerate(excerpts.itertuples()):
            shared = {"segment_id": row.segment_id, "text_id": row.text_id, "made_at": WHEN}
            store.decide(reviewer="Ana", outcome="codes", codes=["time", "trust"][: 1 + n % 2], note="A memo.", **shared)
            outcome, codes = (("none", ()), ("not sure", ()), ("skip", ()), ("codes", ["time"]))[n % 4]
            note = "Zebedee Smith of 12 High Street rang." if outcome == "none" else None
            store.decide(reviewer="Ben (he)", outcome=outcome, codes=codes, note=note, **shared)
    codings = settle(tables["segments"], tables["suggestions"], decisions(study), empty_table("discussions"), settings=None)
    save(study, Tables({**tables.frames, "codings": codings}))
    export(study, to=["qdpx", "qdc"])
    return study


@pytest.fixture
def study(built, tmp_path):
    """Return a copy of the study in which nobody has decided anything yet."""
    shutil.copytree(built.folder, tmp_path / "study")
    (tmp_path / "study" / "review.sqlite").unlink()
    return load_study(tmp_path / "study")


@pytest.fixture(scope="module")
def project(built):
    return read_qdpx(built.exports / "project.qdpx").project


def in_project(path):
    with ZipFile(path) as archive:
        return ElementTree.fromstring(archive.read("project.qde"))


def test_no_part_is_such_as_stops_qualcoder(built):
    root = in_project(built.exports / "project.qdpx")
    assert not [note for note in root.iter(f"{TAG}Note") if not note.get("creationDateTime", "").endswith("Z")]
    bare = []
    for selection in root.iter(f"{TAG}PlainTextSelection"):
        assert selection.get("creatingUser") and selection.get("creationDateTime").endswith("Z")
        assert len(selection.findall(f"{TAG}Coding")) <= 1
        if selection.find(f"{TAG}Coding") is None:
            bare.append((selection.get("startPosition"), selection.get("endPosition"), selection.get("creatingUser")))
            assert selection.findtext(f"{TAG}Description")
    # “None of these” and “not sure”: two of one person at one place make QualCoder stop.
    assert len(bare) == len(set(bare)) == 4


def test_each_persons_words_are_coded_with_the_person_where_that_is_asked_for(built):
    done = CliRunner().invoke(main, ["export", str(built.folder), "--to", "qdpx", "--cases-as-codes"])
    assert done.exit_code == 0, done.output
    root = in_project(built.exports / "project-cases-as-codes.qdpx")
    cases = {case.get("guid") for case in root.iter(f"{TAG}Case")}
    codes = {code.get("guid") for code in root.iter(f"{TAG}Code")}
    coded = [ref.get("targetGUID") for ref in root.iterfind(f".//{TAG}Coding/{TAG}CodeRef")]
    answers = build_tables(built)["comments"]["set_aside"].isna().sum()
    assert cases <= codes and sum(guid in cases for guid in coded) == answers
    # And what comes back says of them what they are.
    text = read_incoming(built, built.exports / "project-cases-as-codes.qdpx").as_text()
    assert f"codings that stand for a whole person, of which the study knows what they said: {answers}" in text
    wrong = CliRunner().invoke(main, ["export", str(built.folder), "--to", "qdc", "--cases-as-codes"])
    assert wrong.exit_code == 2 and "--to qdpx" in wrong.output


def test_a_reason_that_somebody_adds_in_another_program_comes_in_beside_what_they_wrote_here(built, study, tmp_path):
    import_decisions(read_incoming(study, built.exports / "project.qdpx"))
    before = notes_of(study)
    with ZipFile(built.exports / "project.qdpx") as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    xml = parts[0][1].decode().replace("<Description>A memo.", "<Description>A memo.\nShe said it twice.", 1)
    path = write_archive(tmp_path / "back.qdpx", [("project.qde", xml), *parts[1:]])
    incoming = read_incoming(study, path)
    assert incoming.n_new == import_decisions(incoming) == 1
    changed = sorted(set(notes_of(study)) - set(before))
    assert [note for _, _, note in changed] == ["A memo.\nShe said it twice."]
    assert read_incoming(study, path).n_new == read_incoming(study, built.exports / "project.qdpx").n_new == 0


def notes_of(study):
    with open_store(study) as store:
        rows = store.history()
    return [tuple(row) for row in rows.loc[rows["stands"], ["segment_id", "reviewer", "note"]].to_numpy()]


def said(study):
    columns = ["segment_id", "reviewer", "reviewer_group", "outcome", "codes", "made_at"]
    rows = decisions(study)
    return sorted(map(tuple, rows.loc[rows["outcome"] != "skip", columns].to_numpy()))


def test_the_project_is_valid_by_the_standards_schema(built):
    if not SCHEMA.exists():
        pytest.skip("../shared is absent")
    with ZipFile(built.exports / "project.qdpx") as archive:
        pytest.importorskip("xmlschema").XMLSchema(SCHEMA).validate(archive.read("project.qde").decode())


def test_each_coder_and_the_model_has_codings_of_their_own(project):
    assert sorted(user.name.partition("@")[0] for user in project.users) == [
        "Ana (lived experience)",
        "Ben (he) (researcher)",
        "model: voices",
    ]
    named = {user.guid: user.name for user in project.users}
    at_place = {}
    for source, one in project.selections():
        # Programs such as QualCoder know one coder and one code of a place, and drop the second.
        assert len(one.codings) <= 1 and one.user and one.made_at.endswith("Z")
        at_place.setdefault((source.guid, one.start, one.end), set()).update(named[coding.user] for coding in one.codings)
    assert max(map(len, at_place.values())) >= 2


def test_every_excerpt_stands_where_its_place_says_also_after_emoji_and_line_ends(built, project):
    tables = with_odd_answer(build_tables(built))
    words = set(tables["segments"]["text"])
    coded = [source.text[one.start : one.end] for source, one in project.selections() if one.codings or one.notes]
    assert coded and set(coded) <= words
    assert not [source for source in project.sources if "\r" in source.text]


def test_contested_codes_and_memos_stand_at_the_coding_and_in_the_description(project):
    notes = {note.guid: note for note in project.notes}
    ana = next(user.guid for user in project.users if user.name.startswith("Ana"))
    told = [(one, {notes[found].text for found in coding.notes}) for one, coding in project.codings() if coding.user == ana]
    contested = [(one, texts) for one, texts in told if any(text.startswith("Contested: 1 of 2 people") for text in texts)]
    assert contested
    for one, texts in contested:
        assert "A memo." in texts
        assert "Both readings stand." in one.description and one.description.endswith("A memo.")
    assert all(note.made_at.endswith("Z") for note in notes.values())


def test_what_reviewers_wrote_is_masked_and_words_of_people_who_withdrew_stay(built, project):
    everything = "\n".join([*(source.text for source in project.sources), *(note.text for note in project.notes)])
    assert "rang." in everything and "Zebedee" not in everything
    tables = build_tables(built)
    gone = tables["comments"].loc[tables["comments"]["set_aside"].notna(), "comment_id"]
    assert not [comment_id for comment_id in gone if comment_id in everything]


def test_the_list_of_losses_says_who_may_have_the_file(built):
    text = (built.exports / "project-losses.txt").read_text(encoding="utf-8")
    assert "research team" in text and "not for publication" in text
    assert "excerpts that a coder passed over: 2" in text
    assert "answers set aside (empty): " in text


def test_people_carry_only_the_groups_that_are_compared(built):
    with ZipFile(built.exports / "project.qdpx") as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    assert [found.get("name") for found in root.iter(f"{TAG}Variable")] == ["group", "May be quoted"]
    assert {found.text for found in root.iter(f"{TAG}TextValue")} >= {"Care workers", "only reworded", "no"}


def test_a_second_export_gives_the_same_bytes(built, tmp_path):
    before = (built.exports / "project.qdpx").read_bytes()
    export(built, to=["qdpx"])
    assert (built.exports / "project.qdpx").read_bytes() == before


def test_a_round_trip_keeps_every_decision(built, study):
    found = read_incoming(study, built.exports / "project.qdpx")
    assert import_decisions(found) == found.n_new == len(said(built)) > 0
    assert said(study) == said(built)
    assert set(decisions(study)["channel"]) == {"import"} and not decisions(study)["blind"].any()
    assert "All rows are as they were written" in verify_store(study)
    again = read_incoming(study, built.exports / "project.qdpx")
    assert again.n_new == import_decisions(again) == 0
    assert "known already" in again.as_text()


def test_a_later_word_in_the_study_is_not_overwritten_by_an_older_file(built, study):
    import_decisions(read_incoming(study, built.exports / "project.qdpx"))
    row = decisions(study).iloc[0]
    with open_store(study) as store:
        store.decide(
            segment_id=row["segment_id"], text_id=row["text_id"], reviewer=row["reviewer"], outcome="codes", codes=["money"]
        )
    found = read_incoming(study, built.exports / "project.qdpx")
    assert found.n_new == 0 and "1 on which the person has said something else here since" in found.as_text()


def their_file(
    study, tmp_path, *, text=None, places=(), codes=((1, "too little TIME"), (7, "Anger")), users=((2, "Jo"), (3, "model: x"))
):
    """Write what another program would send back about the first answer of the study."""
    tables = build_tables(study)
    segment = tables["segments"].iloc[5]
    body = f"[answer {segment['comment_id']}]\n{text or segment['text']}\n\n"
    made = text_source(6, *(place(100 + n, *where, *inside) for n, (where, *inside) in enumerate(places(body.index("\n") + 1))))
    xml = project_xml(codes=codes, users=users, source=made)
    write_archive(tmp_path / "theirs.qdpx", [("theirs.qde", xml), (f"Sources/{guid(6)}.txt", body)])
    return segment, tmp_path / "theirs.qdpx"


def test_codings_of_somebody_new_wait_for_the_group(study, tmp_path):
    segment, path = their_file(study, tmp_path, places=lambda start: [((start, start + 12), coding(200, 1, 2))])
    waiting = read_incoming(study, path)
    assert waiting.n_new == import_decisions(waiting) == 0
    assert '--group "Jo=researcher"' in waiting.as_text() and decisions(study).empty
    found = read_incoming(study, path, groups=parse_groups(["jo = researcher"]))
    assert import_decisions(found) == 1
    (row,) = decisions(study).to_dict("records")
    assert (row["segment_id"], row["reviewer"], row["reviewer_group"], row["codes"]) == (
        segment["segment_id"],
        "Jo",
        "researcher",
        "time",
    )
    assert "not exactly an excerpt" in found.as_text()


def test_what_cannot_come_in_is_listed_with_figures(study, tmp_path):
    def places(start):
        return [
            ((start, start + 9), coding(200, 7, 2), coding(201, 1, 3), coding(202, 1, 9)),
            ((0, 5), coding(203, 1, 2)),
        ]

    _, path = their_file(study, tmp_path, places=places)
    text = read_incoming(study, path, groups={"jo": "researcher"}).as_text()
    assert "“Anger” (1)" in text
    assert "codings of the model, which this study makes itself: 1" in text
    assert "places outside the excerpts of this study: 1" in text
    assert "excerpts coded by nobody whom the file names: 1" in text


def test_an_answer_whose_words_are_others_now_is_left_out(study, tmp_path):
    _, path = their_file(study, tmp_path, text="Other words.", places=lambda start: [((start, start + 5), coding(200, 1, 2))])
    found = read_incoming(study, path, groups={"jo": "researcher"})
    assert found.coders == () and "answers whose words are others now: 1" in found.as_text()


def test_a_text_that_is_one_whole_answer_is_found_without_its_line(study, tmp_path):
    xml = project_xml(codes=[(1, "time")], users=[(2, "Jo")], source=text_source(6, place(100, 1, 9, coding(200, 1, 2))))
    path = write_archive(tmp_path / "x.qdpx", [("p.qde", xml), (f"sources/{guid(6)}.txt", f" {ALONE}\n")])
    assert import_decisions(read_incoming(study, path, groups={"jo": "researcher"})) == 1


def test_nobodys_words_are_printed(built, study):
    text = read_incoming(study, built.exports / "project.qdpx").as_text()
    assert not [words for words in build_tables(built)["texts"]["text"] if words in text]


@pytest.mark.parametrize("given", ["Jo", "=researcher", "Jo="])
def test_a_group_is_given_with_its_name(given):
    with pytest.raises(ReviewError, match="NAME=GROUP"):
        parse_groups([given])


def test_the_command_says_what_would_come_in_and_asks(built, study):
    path = str(built.exports / "project.qdpx")
    asked = CliRunner().invoke(main, ["import", str(study.folder), path], input="n\n")
    assert "Take in" in asked.output and decisions(study).empty
    done = CliRunner().invoke(main, ["import", str(study.folder), path, "--yes"])
    assert done.exit_code == 0 and "decisions taken in" in done.output and len(decisions(study)) == len(said(built))
    wrong = CliRunner().invoke(main, ["import", str(study.folder), str(built.exports / "codebook.qdc")])
    assert wrong.exit_code == 11 and wrong.output.startswith("Error: codebook.qdc: ")
