"""Other programs' own code reads what we export: pyqdpx, qualitative-coding and Taguette, each in an environment of its own.

Where one cannot be installed its test is skipped, and says why. Programs with windows only, and those that are sold, are not run.
"""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from small_study import Tables, build_study, build_tables, save

from pipeline.codebook.codebook import Code, as_row
from pipeline.codebook.other_tables import write_for_taguette
from pipeline.decisions.store import decisions, open_store
from pipeline.exchange.refi.read_project import read_qdpx
from pipeline.report import export
from pipeline.tables.parquet import empty_table
from pipeline.workflow.stages.settle import settle


_MOST_S = 400
PYQDPX = """
import collections, json, sys
from pyqdpx import QDPX
project = QDPX(sys.argv[1]).get_project()
users = {user.guid: user.name for user in project.users.values()}
places = [place for source in project.sources.values() for place in source.coded_selections.values()]
read = [(place.user.name, place.code.name, place.text) for place in places]
print(json.dumps({"users": sorted(users.values()), "codings": read}))
"""
QUALITATIVE_CODING = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[2]); folder.mkdir(); os.chdir(folder)
from qualitative_coding.refi_qda.reader import REFIQDAReader
reader = REFIQDAReader(sys.argv[1]); reader.unpack_project(folder)
print(json.dumps({"coders": sorted(reader.coder_guids.values()), "codes": sorted(reader.code_guids.values())}))
"""
TAGUETTE = """
import json, sys
from taguette import validate
from taguette.import_codebook import list_tags
tags = list_tags(open(sys.argv[1], "rb"))
for tag in tags:
    validate.tag_path(tag["path"]); validate.description(tag["description"])
print(json.dumps(tags))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the project of a study in which two people coded, and said that no code fits."""
    study = build_study(tmp_path_factory.mktemp("others") / "study")
    tables = build_tables(study)
    with open_store(study) as store:
        store.add_reviewer("Ana", "lived experience")
        store.add_reviewer("Ben", "researcher")
        for number, row in enumerate(tables["segments"].tail(12).itertuples()):
            shared = {"segment_id": row.segment_id, "text_id": row.text_id}
            store.decide(reviewer="Ana", outcome="codes", codes=["time", "trust"][: 1 + number % 2], note="A reason.", **shared)
            outcome, codes = ("codes", ["time"]) if number % 3 else ("none", ())
            store.decide(reviewer="Ben", outcome=outcome, codes=codes, **shared)
    codings = settle(tables["segments"], tables["suggestions"], decisions(study), empty_table("discussions"), settings=None)
    save(study, Tables({**tables.frames, "codings": codings}))
    export(study, to=["qdpx"])
    return study.exports / "project.qdpx"


def installed(name):
    """Return the Python of the environment that holds a program; skip the test, with the reason, where there is none."""
    python = Path(os.environ.get("IMPORTERS", "none")) / name / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{name} is not at hand: .ci/run sets it up in the folder that IMPORTERS names, where a network is there")
    return python


def answer(python, script, *arguments):
    # The reader of qualitative-coding 1.7.8 holds a forgotten breakpoint; nothing of our own code may be seen there.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONBREAKPOINT": "0"}
    command = [str(python), "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=_MOST_S)
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_pyqdpx_reads_every_coding_under_its_coder(project):
    python = installed("pyqdpx")
    read = answer(python, PYQDPX, project)
    ours = read_qdpx(project).project
    named = {user.guid: user.name for user in ours.users}
    labels = {guid: row["label"] for guid, row in ours.codes}
    expected = [
        (named[coding.user], labels[coding.code], source.text[selection.start : selection.end])
        for source, selection in ours.selections()
        for coding in selection.codings
    ]
    assert Counter(map(tuple, read["codings"])) == Counter(expected) and len(expected) > 20
    assert read["users"] == sorted(named.values())


def test_qualitative_coding_reads_the_project(project, tmp_path):
    python = installed("qualitative-coding")
    read = answer(python, QUALITATIVE_CODING, project, tmp_path / "theirs")
    ours = read_qdpx(project).project
    assert read["coders"] == sorted(user.name for user in ours.users)
    assert set(read["codes"]) >= {row["label"] for _, row in ours.codes}


def test_taguette_imports_the_list_of_codes(tmp_path):
    python = installed("taguette")
    codes = (Code("a", "Money", "Other", "On money"), Code("b", "Power", "Other"), Code("c", "", "Café 🚌: too dear", "“Tea”"))
    write_for_taguette([as_row(code) for code in codes], tmp_path / "tags.csv")
    assert answer(python, TAGUETTE, tmp_path / "tags.csv") == [
        {"path": "Other (Money)", "description": "On money"},
        {"path": "Other (Power)", "description": ""},
        {"path": "Café 🚌: too dear", "description": "“Tea”"},
    ]
