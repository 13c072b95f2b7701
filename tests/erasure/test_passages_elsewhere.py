"""Trimmed quotations of a person who is erased are nowhere left, and what others wrote in the same words is listed and left."""

import csv
import io
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing

import pandas as pd
import pytest
from click.testing import CliRunner
from sample import SAMPLE, sample_rows, write_rows
from test_person import QUESTION, write_table

from pipeline.cli import main
from pipeline.codebook.codebook import read_codebook
from pipeline.decisions.backup import back_up
from pipeline.decisions.store import open_store, verify_store
from pipeline.erasure import erase
from pipeline.report import export
from pipeline.review.theme_edits import rename_wish
from pipeline.study.actions import COLUMNS, read_loop
from pipeline.study.report_findings import COLUMNS as OF_FINDINGS
from pipeline.study.study import load_study
from pipeline.tables.parquet import read_table
from pipeline.workflow.freeze import freeze_themes
from pipeline.workflow.runner import run


pytestmark = pytest.mark.model

WHO = "R-zq0042"
SAID = (
    "The minibus to the day centre never once waits for my heavy wheelchair in winter. "
    "I rang the council office eleven times about it, and at the end of the day nobody rings back."
)
OTHER = "It went well at the end of the day for all of us."
CUT = "minibus to the day centre never once waits"
COMMON = "at the end of the day"
ID = "the-minibus-to-the-day-centre-never-once-waits"


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A study in which people quoted some words of a person in every place that has room for words."""
    folder = tmp_path_factory.mktemp("passages") / "study"
    (folder / "vault").mkdir(parents=True)
    rows = [dict(row) for row in sample_rows(80) if row[QUESTION]]
    rows[0] |= {QUESTION: SAID, "respondent": WHO, "May we quote you?": "Yes, in my words"}
    rows[1] |= {QUESTION: OTHER}
    write_rows(folder / "vault" / "responses.csv", rows)
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8")
    study = load_study(folder)
    run(study)
    _quote_everywhere(study)
    run(study)
    freeze_themes(folder)
    export(study, to=["html", "loop"])
    return folder


def _quote_everywhere(study):
    """Let people have written a part of the answer, never the whole, wherever they can write."""
    segments = read_table("segments", study.derived / "segments.parquet")
    theirs = segments[segments["text"].str.contains("minibus")].iloc[0]
    about_another = segments[~segments["text"].str.contains("minibus|eleven times")].iloc[5]
    another = {"segment_id": about_another["segment_id"], "text_id": about_another["text_id"]}
    with open_store(study) as store:
        store.add_reviewer("Ann", "lived experience")
        wish = rename_wish(study, 1, f"Title: {CUT}")
        store.add_theme_edit(wish.action, wish.texts, wish.detail, "Ann")
        words = {"label": ["", f"The {CUT}"], "definition": ["", f"As in {CUT.upper()}!"], "examples": ["", f"Kept\nHe: {CUT}"]}
        edit = store.append("code_edits", kind="new", code=ID, changes=json.dumps(words), why=f"Since {CUT}", by="Ann")
        store.append("code_votes", code_edit_id=edit, vote="object", why=f"No: {CUT}", by="Ann")
        store.append("code_outcomes", code_edit_id=edit, outcome="accepted", why=f"Yes: {CUT}", by="Ann")
        store.decide(**another, reviewer="Ann", outcome="codes", codes=(ID, "trust"), note=f"[like {WHO}] {COMMON}")
        readings = json.dumps([{"codes": [ID], "sentence": f"I read {CUT}", "people": ["Ann"]}])
        store.append("discussions", **another, outcome="contested", codes="", readings=readings, up_to=0, note=CUT, by="Ann")
        reworded = {"outcome": "reworded", "wording": f"So: {CUT}", "reason": f"as {theirs['segment_id']}", "by": "Ann"}
        store.append("approvals", **another, **reworded)
    loop = [["theme 1", f"You said: {CUT}. More.", *[""] * (len(COLUMNS) - 2)]]
    loop += [[ID, f"Kept, {COMMON}, and so on", *[""] * (len(COLUMNS) - 2)]]
    write_table(study.folder / "loop.csv", list(COLUMNS), loop)
    write_table(
        study.folder / "easyread.csv", ["heading", "text", "picture", "file"], [["Bus", f"Some said {CUT}.", "a bus", ""]]
    )
    finding = {"finding": "theme", "proposed": f"Most wrote of {CUT}.", "sentence": f"Many said {CUT}.", "shown": "yes"}
    write_table(study.folder / "findings.csv", list(OF_FINDINGS), [[finding.get(column, "") for column in OF_FINDINGS]])
    with study.codebook.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    new = dict.fromkeys(header, "") | {"code": ID, "label": f"The {CUT}", "definition": f"As in {CUT.upper()}!"}
    new["examples"] = f"Kept|He: {CUT}"
    rows[0][header.index("parent")] = ID
    write_table(study.codebook, header, [*rows, list(new.values())])
    back_up(study, passphrase=None)


@pytest.fixture
def study(lived_in, tmp_path):
    return load_study(shutil.copytree(lived_in, tmp_path / "study"))


def runs_of_theirs():
    """Return every five words in a row of the answer that nobody else used."""

    def runs(text):
        words = re.findall(r"[a-z0-9]+", text.lower())
        return {" ".join(words[place : place + 5]) for place in range(len(words) - 4)}

    others = [row[QUESTION] for row in sample_rows(80)[2:]] + [OTHER]
    return runs(SAID) - set().union(*map(runs, others))


def contents(data):
    """Yield the texts in a file's bytes: as they are, and unpacked from databases, Parquet and archives."""
    yield data.decode("utf-8", errors="replace")
    if data.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data[:18] + b"\1\1" + data[20:])
            yield "\n".join(connection.iterdump())
    elif data.startswith(b"PAR1"):
        yield from (str(value) for column in pd.read_parquet(io.BytesIO(data)).to_dict("list").values() for value in column)
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (text for name in archive.namelist() for text in contents(archive.read(name)))


def files_with_runs(folder):
    runs, found = runs_of_theirs(), set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        for text in contents(path.read_bytes()):
            words = " ".join(re.findall(r"[a-z0-9]+", text.replace("\\n", " ").lower()))
            if any(run in words for run in runs) or WHO.lower().replace("-", " ") in words:
                found.add(str(path.relative_to(folder)))
    return found


def test_before_the_erasure_they_are_everywhere(study):
    held = files_with_runs(study.folder)
    assert {"review.sqlite", "loop.csv", "easyread.csv", "codebook.csv", "models/themes/themes.json", "exports/loop.html"} <= held
    assert {"findings.csv", "derived/themes.parquet", "derived/shaping.parquet", "vault/responses.csv"} <= held
    assert len(runs_of_theirs()) > 20


def test_after_it_no_five_words_in_a_row_of_theirs_are_left_but_in_backups_that_are_named(study):
    done = erase(study.folder, WHO)
    held = files_with_runs(study.folder)
    assert held and all(name.startswith("backups/") for name in held)
    assert all(any(sentence.startswith(name) for sentence in done.done) for name in held)
    assert verify_store(study).startswith("All rows are as they were written")
    run(study)
    assert files_with_runs(study.folder) == held


def test_what_is_left_makes_sense(study):
    erase(study.folder, WHO)
    entries = read_loop(study).entries
    assert entries[0].you_said == "You said: [words taken out: the person withdrew] More."
    assert entries[1].you_said == f"Kept, {COMMON}, and so on"
    codebook = read_codebook(study.codebook)
    code = codebook.codes[-1]
    assert (code.code, code.examples) == ("code-1", ("Kept",))
    assert codebook.codes[0].parent == entries[1].about == "code-1"
    with open_store(study) as store:
        assert set(store.decisions()["codes"].iloc[0].split("|")) == {"code-1", "trust"}
        assert '"codes": ["code-1"]' in store.connection.execute("SELECT readings FROM discussions").fetchone()[0]
        assert store.theme_edits()["detail"].tolist() == [""]
    run(study)
    titles = study.table("themes")["title"]
    assert (titles.str.strip() != "").any() and not titles.str.contains("Title:").any()


def test_common_words_are_listed_with_their_place_and_without_themselves_and_left(study):
    done = CliRunner().invoke(main, ["erase", str(study.folder), WHO, "--yes"])
    assert done.exit_code == 0
    assert "loop.csv, row 3, column you_said: words 2 to 7" in done.output
    assert not any(words in done.output for words in (COMMON, "minibus", "day centre", ID))
    assert COMMON in read_loop(study).entries[1].you_said


def test_a_person_decides_on_each_place_and_both_ways_are_kept(study):
    done = CliRunner().invoke(main, ["erase", str(study.folder), WHO], input="y\n" + "n\n" * 30)
    assert done.exit_code == 0 and "loop.csv, row 3, column you_said: words 2 to 7 may be theirs" in done.output
    assert COMMON in read_loop(study).entries[1].you_said


def test_common_words_go_where_a_person_says_so(study):
    done = CliRunner().invoke(main, ["erase", str(study.folder), WHO, "--yes", "--cut-common"])
    assert done.exit_code == 0 and "Left for you" not in done.output
    assert read_loop(study).entries[1].you_said == "Kept, [words taken out: the person withdrew], and so on"


def test_who_may_not_be_quoted_leaves_titles_codes_and_wordings_and_stays_in_the_tables(study):
    erase(study.folder, WHO, quotes_only=True)
    held = files_with_runs(study.folder)
    assert not {"loop.csv", "easyread.csv", "findings.csv", "codebook.csv", "exports/loop.html"} & held
    assert "vault/responses.csv" in held
    with open_store(study) as store:
        left = " ".join(map(str, [*store.theme_edits()["detail"], *store.connection.execute("SELECT wording FROM approvals")]))
    assert "minibus" not in left
    assert verify_store(study).startswith("All rows are as they were written")
