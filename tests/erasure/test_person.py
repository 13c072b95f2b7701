"""A person who is erased is in no file any more, everybody else is, and a re-import does not bring them back."""

import csv
import json
import shutil
import zipfile
from datetime import UTC, datetime

import pandas as pd
import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows

from pipeline.cli import main
from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.sign_ins import save_draft
from pipeline.decisions.store import open_store, verify_store
from pipeline.erasure import erase
from pipeline.errors import StudyError
from pipeline.exchange.sheets.pack import pack
from pipeline.methods.redact import Redactor
from pipeline.report import export
from pipeline.review.search import find
from pipeline.review.session import open_review
from pipeline.runtime.files import content_id
from pipeline.study.actions import COLUMNS, read_loop
from pipeline.study.quote_uses import read_uses
from pipeline.study.study import load_study
from pipeline.tables.parquet import read_table
from pipeline.workflow.freeze import freeze_themes
from pipeline.workflow.runner import run


pytestmark = pytest.mark.model

QUESTION = "What makes co-production work well?"
CANARIES = [f"zqcanary{letter}" for letter in "abcdefghijklmnopqrst"]
ERASED, KEPT = CANARIES[:5], CANARIES[5:]


def canary_rows():
    """Return rows of 20 people who each say one word that nobody else says, among others'."""
    rows = [dict(row) for row in sample_rows(110) if row[QUESTION]]
    for place, canary in enumerate(CANARIES):
        rows[place][QUESTION] = f"The {canary} meeting helped us, because people listened to what we said."
        rows[place]["respondent"] = f"person-{canary}"
        rows[place]["May we quote you?"] = "Yes, in my words"
    return rows


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A study that has been run, reviewed, shaped, frozen, packed and exported, and then had five people erased."""
    folder = tmp_path_factory.mktemp("erasing") / "study"
    (folder / "vault").mkdir(parents=True)
    write_rows(folder / "vault" / "responses.csv", canary_rows())
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8")
    study = load_study(folder)
    run(study)
    pack(study, n=500)
    _review(study)
    run(study)
    export(study, to=["html", "tables", "quotes", "review"])
    freeze_themes(folder)
    _write_beside(study)
    before = {canary: files_with(folder, canary) for canary in CANARIES}
    done = [sentence for canary in ERASED for sentence in erase(folder, f"person-{canary}").done]
    return study, before, done


def _review(study):
    segments = read_table("segments", study.derived / "segments.parquet")
    with open_store(study) as store:
        store.add_reviewer("Ann", "lived experience")
        for row in segments[segments["text"].str.contains("zqcanary")].itertuples():
            about = {"segment_id": row.segment_id, "text_id": row.text_id}
            retold = row.text.replace(" ", "  ").upper()
            store.decide(**about, reviewer="Ann", outcome="none", note=f"About: {retold}")
            store.add_theme_edit("rename", [[row.text_id]], f"Title with {row.text}", "Ann")
            readings = json.dumps([{"codes": [], "sentence": f'I read "{row.text}" as praise', "people": ["Ann"]}])
            store.append(
                "discussions", **about, outcome="contested", codes="", readings=readings, up_to=0, note=row.text, by="Ann"
            )
            store.append("approvals", **about, outcome="reworded", wording=f"In short: {row.text}", reason="", by="Ann")
            changes = json.dumps({"examples": f'Somebody else|"{row.text}"'})
            store.append("code_edits", kind="change", code="trust", changes=changes, why=f"As in: {row.text}", by="Ann")
            memo = {"kind": "analytic", "code": "", "segment_id": "", "text_id": "", "by": "Ann"}
            store.append("memos", **memo | about, place="excerpt", note="What it says to me.")
            store.append("memos", **memo, place="study", note=f"As somebody said: {row.text}")
            words = {"note": f'Half\nof "{row.text}"'}
            save_draft(store, "Ann", f"codebook/{row.segment_id[::-1]}", words, now=datetime(2026, 1, 1, tzinfo=UTC))


def _write_beside(study):
    """Let the team have written down, in every file of theirs, what each person said; and somebody have searched."""
    with open_review(study) as review:
        assert find(review, KEPT[0]).n_all == 1
    segments = read_table("segments", study.derived / "segments.parquet")
    said = [(row.segment_id, row.text) for row in segments.itertuples() if "zqcanary" in row.text]
    uses = [[segment_id, f"Report {place}", "4", "2026-01-01", "Ann"] for place, (segment_id, _) in enumerate(said)]
    write_table(study.folder / "quotes_used.csv", ["quote", "where", "page", "when", "by"], uses)
    loop = [["theme 1", f"You said: {text} And more."] + [""] * (len(COLUMNS) - 2) for _, text in said]
    write_table(study.folder / "loop.csv", list(COLUMNS), loop)
    ideas = [["Meetings", f"Some people said: {text}", "people who talk", ""] for _, text in said]
    write_table(study.folder / "easyread.csv", ["heading", "text", "picture", "file"], ideas)
    with study.codebook.open(encoding="utf-8-sig", newline="") as file:
        header, first, *rows = csv.reader(file)
    first[header.index("examples")] = "|".join(["It was good.", *(text for _, text in said)])
    rows[0][header.index("definition")] += f" As in: {said[0][1]}"
    write_table(study.codebook, header, [first, *rows])


def write_table(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def files_with(folder, words):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and holds(path, words))


def holds(path, words):
    needles = [words.encode(), words.encode("utf-16-le"), words.upper().encode()]
    return any(needle in data for data in contents(path) for needle in needles)


def contents(path):
    """Return a file's bytes, and what they hold when they are unpacked."""
    yield path.read_bytes()
    if path.suffix == ".parquet":
        yield str(pd.read_parquet(path).to_dict("list")).encode()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def test_before_they_are_erased_they_are_in_many_files(lived_in):
    for found in lived_in[1].values():
        assert {"vault/responses.csv", "vault/responses.parquet", "derived/comments.parquet", "review.sqlite"} <= set(found)
        assert {"exports/review.csv", "exports/sheet.xlsx"} <= set(found)
        assert {"derived/find.sqlite", "loop.csv", "easyread.csv", "codebook.csv"} <= set(found)


@pytest.mark.parametrize("canary", ERASED)
def test_no_file_holds_an_erased_person(lived_in, canary):
    assert files_with(lived_in[0].folder, canary) == []


def test_everybody_else_is_still_there(lived_in):
    for canary in KEPT:
        found = files_with(lived_in[0].folder, canary)
        assert {"vault/responses.csv", "vault/responses.parquet", "derived/comments.parquet", "review.sqlite"} <= set(found)


def test_ids_of_the_erased_are_gone_with_them(lived_in):
    study = lived_in[0]
    people = read_table("people", study.derived / "people.parquet")["response_id"]
    vectors = read_table("vectors", study.derived / "vectors.parquet")
    texts = read_table("texts", study.derived / "texts.parquet")
    assert people.nunique() == len(canary_rows()) - len(ERASED)
    assert set(vectors.ids) == set(texts["text_id"])


def test_earlier_exports_that_held_them_are_named(lived_in):
    said = " ".join(lived_in[2])
    assert "exports/review.csv held words of theirs and is deleted" in said
    assert "exports/sheet.xlsx held words of theirs" in said
    assert "backups" in said


def test_what_the_team_wrote_keeps_all_but_their_words(lived_in):
    study, _, done = lived_in
    entries = read_loop(study).entries
    assert len(entries) == len(CANARIES)
    assert entries[0].you_said == "You said: [words taken out: the person withdrew] And more."
    assert KEPT[0] in entries[len(ERASED)].you_said
    said = " ".join(done)
    assert "loop.csv: words of theirs are cut out of row 2." in said
    assert "have the text approved again" in said
    assert read_codebook(study.codebook).codes[0].examples[0] == "It was good."
    assert len(read_codebook(study.codebook).codes[0].examples) == 1 + len(KEPT)


def test_every_page_that_printed_them_is_named_and_the_register_forgets_whose_it_was(lived_in):
    study, _, done = lived_in
    for place in range(len(ERASED)):
        assert f"Report {place}, page 4 holds a quotation of theirs" in " ".join(done)
    uses = read_uses(study)
    assert [use.quote == "erased" for use in uses] == [True] * len(ERASED) + [False] * len(KEPT)
    assert uses[0].where == "Report 0"


def test_the_chain_of_decisions_is_whole_and_others_decisions_stand(lived_in):
    study = lived_in[0]
    assert verify_store(study).startswith("All rows are as they were written")
    with open_store(study) as store:
        history = store.history()
    assert (history["segment_id"] == "erased").sum() >= len(ERASED)
    assert history["note"].str.contains("ZQCANARYF").any()


def test_tampering_with_an_emptied_row_is_still_found(lived_in, tmp_path):
    import sqlite3

    copy = tmp_path / "study"
    shutil.copytree(lived_in[0].folder, copy)
    with sqlite3.connect(copy / "review.sqlite") as connection:
        connection.execute("DROP TRIGGER decisions_no_update")
        connection.execute("UPDATE decisions SET outcome = 'skip' WHERE segment_id = 'erased'")
    connection.close()
    with open_store(load_study(copy)) as store:
        assert "is not what was written" in " ".join(store.verify())


def test_a_second_import_of_the_same_export_does_not_bring_them_back(lived_in, tmp_path):
    copy = tmp_path / "study"
    shutil.copytree(lived_in[0].folder, copy)
    write_rows(copy / "vault" / "responses.csv", canary_rows())
    run(load_study(copy))
    export(load_study(copy), to=["review"])
    for canary in ERASED:
        assert files_with(copy, canary) == ["vault/responses.csv"]
    assert "exports/review.csv" in files_with(copy, KEPT[0])


def test_the_mark_that_keeps_them_out_names_nobody(lived_in):
    found = json.loads((lived_in[0].vault / "erased.json").read_text(encoding="utf-8"))
    assert len(found["stones"]) == len(ERASED)
    assert "person" not in json.dumps(found)


@pytest.fixture(scope="module")
def small_that_was_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "study"
    folder.mkdir()
    write_rows(folder / "responses.csv", canary_rows()[:60])
    shutil.copy(SAMPLE / "codebook.csv", folder)
    settings = (SAMPLE / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        settings + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8"
    )
    run(folder)
    return folder


@pytest.fixture
def small(small_that_was_run, tmp_path):
    return shutil.copytree(small_that_was_run, tmp_path / "study")


def responses_of(folder, canary):
    frame = pd.read_parquet(folder / "vault" / "responses.parquet")
    return frame[frame["response_id"].isin(frame.loc[frame["text"].fillna("").str.contains(canary), "response_id"])]


def answers_of(folder, person):
    frame = pd.read_parquet(folder / "vault" / "responses.parquet")
    return frame[frame["response_id"] == person].reset_index(drop=True)


def test_one_answer_may_be_withdrawn_alone(small):
    person = responses_of(small, ERASED[0])["response_id"].iloc[0]
    before = answers_of(small, person)
    question = before.loc[before["text"].fillna("").str.contains(ERASED[0]), "question"].iloc[0]
    erase(small, f"person-{ERASED[0]}", question=question)
    run(small)
    after = answers_of(small, person)
    assert files_with(small, f"The {ERASED[0]} meeting") == []
    assert len(after) == len(before) and after.loc[after["question"] == question, "text"].isna().all()
    others = before["question"] != question
    assert after.loc[after["question"] != question, "text"].fillna("").tolist() == before.loc[others, "text"].fillna("").tolist()


def test_what_was_read_of_an_erased_persons_answers_goes_and_what_was_read_of_others_need_not_be_read_again(small, monkeypatch):
    before = pd.read_parquet(small / "vault" / "answers.parquet")["answer_id"]
    theirs = {content_id(text) for text in responses_of(small, ERASED[0])["text"].dropna()} & set(before)
    assert any(f"{ERASED[0]} meeting" in text for text in responses_of(small, ERASED[0])["text"].dropna())
    erase(small, f"person-{ERASED[0]}")
    after = pd.read_parquet(small / "vault" / "answers.parquet")["answer_id"]
    others = {content_id(text) for text in pd.read_parquet(small / "vault" / "responses.parquet")["text"].dropna()}
    assert theirs - others and set(after) == set(before) - (theirs - others)
    monkeypatch.setattr(Redactor, "find_all", lambda self, said, **more: [()] * len(said) if not said else pytest.fail("read"))
    run(small, until="clean")
    assert set(pd.read_parquet(small / "vault" / "answers.parquet")["answer_id"]) == set(after)


def test_being_quoted_may_be_withdrawn_alone(small):
    erase(small, f"person-{ERASED[0]}", quotes_only=True)
    run(small)
    assert set(responses_of(small, ERASED[0])["consent"]) == {"analyse"}
    assert set(responses_of(small, ERASED[1])["consent"]) == {"quote"}
    export(small, to=["html"])
    assert "exports/report.html" not in files_with(small, ERASED[0])


def test_an_example_that_may_no_longer_be_quoted_leaves_the_loop_and_the_codebook_too(small):
    said = f"The {ERASED[0]} meeting helped us, because people listened to what we said."
    write_table(small / "loop.csv", list(COLUMNS), [["trust", said] + [""] * (len(COLUMNS) - 2)])
    done = erase(small, f"person-{ERASED[0]}", quotes_only=True).done
    assert files_with(small, said) != [] and "loop.csv" not in files_with(small, ERASED[0])
    assert any(one.startswith("loop.csv") for one in done)


def test_words_leave_a_table_that_a_spreadsheet_saved_with_semicolons_and_nothing_else_does(small):
    said = f"The {ERASED[0]} meeting helped us, because people listened to what we said."
    blank = [""] * (len(COLUMNS) - 2)
    rows = [list(COLUMNS), ["trust", said, *blank], ["money", 'Kept; with "marks", and all', *blank]]
    with (small / "loop.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    done = erase(small, f"person-{ERASED[0]}").done
    with (small / "loop.csv").open(encoding="utf-8-sig", newline="") as file:
        left = list(csv.reader(file, delimiter=";"))
    assert "loop.csv: words of theirs are cut out of row 2." in " ".join(done)
    assert (left[0], left[2]) == (rows[0], rows[2])
    assert ERASED[0] not in left[1][1]


def test_a_table_that_cannot_be_read_and_holds_their_words_is_said_to_since_they_cannot_be_looked_for_again(small):
    said = f"The {ERASED[0]} meeting helped us, because people listened to what we said."
    (small / "loop.csv").write_bytes(f"about;said\nt;caf\xe9 {said}".encode("latin-1"))
    done = erase(small, f"person-{ERASED[0]}").done
    (sentence,) = (sentence for sentence in done if sentence.startswith("loop.csv is no table"))
    assert sentence.endswith("It holds words of theirs: take them out yourself.")


def test_a_table_of_the_teams_that_cannot_be_read_is_named_and_the_person_is_erased_all_the_same(small):
    for name in ("loop.csv", "quotes_used.csv"):
        (small / name).write_bytes("about;said\nt;caf\xe9".encode("latin-1"))
    done = " ".join(erase(small, f"person-{ERASED[0]}").done)
    assert "loop.csv is no table that can be read" in done and "quotes_used.csv is no table that can be read" in done
    assert files_with(small, ERASED[0]) == []


def test_words_leave_a_codebook_that_is_not_right(small):
    path = small / "codebook.csv"
    said = f"The {ERASED[0]} meeting helped us, because people listened to what we said."
    path.write_text(f"label,examples\nTrust,{said.replace(',', ';')}\n", encoding="utf-8")
    assert "codebook.csv: words of theirs are cut out of row 2." in " ".join(erase(small, f"person-{ERASED[0]}").done)
    assert ERASED[0] not in path.read_text(encoding="utf-8-sig") and "Trust" in path.read_text(encoding="utf-8-sig")


def test_a_codebook_that_cannot_be_read_is_named_and_the_person_is_erased_all_the_same(small):
    (small / "codebook.csv").write_bytes(b"code,label\nt,\x8f\x81\n")
    assert "codebook.csv is no table that can be read" in " ".join(erase(small, f"person-{ERASED[0]}").done)


def test_settings_that_name_the_person_are_pointed_at_and_left(small):
    settings = small / "study.toml"
    text = settings.read_text(encoding="utf-8").replace("[clean]", f'[clean]\nknown_names = ["person-{ERASED[0]}"]')
    settings.write_text(text, encoding="utf-8")
    place = 2 + text.splitlines().index("[clean]")
    done = erase(small, f"person-{ERASED[0]}").done
    assert f"study.toml, line {place}, holds their id" in " ".join(done)
    assert settings.read_text(encoding="utf-8") == text


def test_what_is_decided_on_an_open_page_while_somebody_is_erased_is_on_the_disk(small, tmp_path):
    study = load_study(small)
    with open_review(study) as review:
        review.write(lambda store: store.add_reviewer("Ann", "lived experience"))
        erase(small, f"person-{ERASED[0]}")
        made = {"segment_id": "a", "text_id": "b", "reviewer": "Ann", "outcome": "none"}
        review.write(lambda store: store.decide(**made))
        # What a power cut would leave at this moment.
        shutil.copytree(small, tmp_path / "after")
    with open_store(load_study(tmp_path / "after")) as store:
        assert len(store.history()) == 1 and store.verify() == []


def test_nobody_of_that_id_changes_nothing(small):
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file() and path.name != ".lock"}
    with pytest.raises(StudyError, match="nobody with that id"):
        erase(small, "person-nobody")
    assert {path: path.read_bytes() for path in before} == before
    assert not (small / "vault" / "erased.json").exists()


def test_the_command_asks_before_it_erases(small):
    refused = CliRunner().invoke(main, ["erase", str(small), f"person-{ERASED[0]}"], input="n\n")
    assert refused.exit_code == 1 and files_with(small, ERASED[0])
    done = CliRunner().invoke(main, ["erase", str(small), f"person-{ERASED[0]}", "--yes"])
    assert done.exit_code == 0 and "backups" in done.output
    assert files_with(small, ERASED[0]) == []


def test_a_table_of_an_earlier_version_does_not_stop_an_erasure(tmp_path):
    import pyarrow.parquet

    folder = tmp_path / "study"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("derived", "vault", "exports"))
    run(folder, until="segment")
    path = folder / "derived" / "concerns.parquet"
    kept = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(kept.drop_columns([kept.column_names[-1]]), path)
    respondent = pd.read_csv(folder / "responses.csv", dtype=str)["respondent"].iloc[5]
    erase(folder, respondent)
    assert not path.is_file(), "it goes whole, and the next run makes it again"
    run(folder, until="segment")
    assert path.is_file()
