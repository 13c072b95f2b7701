"""Two hundred planted identifiers, a run, a review, every export: what was detected is in no file outside the vault."""

import shutil
import zipfile
from datetime import date

import pandas as pd
import pytest
from sample import SAMPLE, sample_rows, write_rows

from pipeline.decisions.store import open_store
from pipeline.exchange.sheets.pack import pack
from pipeline.report import EXPORTS, export, outgoing_texts
from pipeline.study.confirmed_texts import add_confirmation
from pipeline.study.study import load_study
from pipeline.tables.parquet import read_table
from pipeline.workflow.runner import run


pytestmark = pytest.mark.model

QUESTION = "What makes co-production work well?"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TELLING = (
    "my social worker {} was kind",
    "ring me on {} please",
    "write to {} about it",
    "it is in {} now",
    "the number is {} they say",
)


def identifiers():
    """Return two hundred identifiers of five kinds, each unlike every other and all invented."""
    pairs = [f"{one}{two}" for one in "bdfgk" for two in "aeiouylr"]
    return [
        *(f"Olwen Quillfea{pair}thers" for pair in pairs),
        *(f"07700 900{100 + 7 * place}" for place in range(40)),
        *(f"canary.{pair}@example.org" for pair in pairs),
        *(f"LL{10 + place} 4XQ" for place in range(40)),
        *(f"QQ {10 + place} 34 56 C" for place in range(40)),
    ]


def confirm_all(study):
    """Let the sample's own words leave: an example in its codebook names an invented person."""
    for one in outgoing_texts(study):
        add_confirmation(study, sha256=one.sha256, place=one.place, holds=", ".join(one.holds), by="Ann", on=date(2026, 3, 4))


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canaries") / "study"
    (folder / "vault").mkdir(parents=True)
    rows = [dict(row) for row in sample_rows(160) if row[QUESTION]][:50]
    planted = identifiers()
    for place, row in enumerate(rows):
        told = [TELLING[kind].format(planted[40 * kind + place]) for kind in range(5) if place < 40]
        row[QUESTION] = ". ".join([row[QUESTION], *told]) if told else row[QUESTION]
        row["May we quote you?"] = "Yes, in my words"
    write_rows(folder / "vault" / "responses.csv", rows)
    shutil.copy(SAMPLE / "codebook.csv", folder)
    text = (SAMPLE / "study.toml").read_text(encoding="utf-8").replace('"responses.csv"', '"vault/responses.csv"')
    (folder / "study.toml").write_text(text + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n', encoding="utf-8")
    study = load_study(folder)
    run(study)
    segments = read_table("segments", study.derived / "segments.parquet")
    with open_store(study) as store:
        store.add_reviewer("Ann", "lived experience")
        for row in segments.head(30).itertuples():
            store.decide(segment_id=row.segment_id, text_id=row.text_id, reviewer="Ann", outcome="none", note=row.text)
    pack(study, n=400)
    run(study)
    confirm_all(study)
    export(study, to=list(EXPORTS))
    masks = pd.read_parquet(study.vault / "masks.parquet")["original"]
    return folder, planted, " | ".join(masks)


def outside_the_vault(folder):
    return [path for path in folder.rglob("*") if path.is_file() and "vault" not in path.parts]


def contents(path):
    yield path.read_bytes()
    yield path.name.encode()
    if path.suffix == ".parquet":
        yield str(pd.read_parquet(path).to_dict("list")).encode()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def test_nearly_all_that_was_planted_is_detected(swept):
    _, planted, masked = swept
    undetected = [one for one in planted if one not in masked]
    assert len(planted) == 200 and len(undetected) <= 4, undetected


def test_what_was_detected_is_in_no_file_outside_the_vault(swept):
    folder, planted, masked = swept
    detected = [one for one in planted if one in masked]
    needles = {one: (one.encode(), one.lower().encode(), one.encode("utf-16-le")) for one in detected}
    files = outside_the_vault(folder)
    assert len(files) > 20
    found = [
        (one, path.name)
        for path in files
        for data in contents(path)
        for one, forms in needles.items()
        if any(form in data for form in forms)
    ]
    assert found == []
