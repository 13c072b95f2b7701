"""What the team wrote is looked at before it leaves; what may tell who somebody is waits for a person."""

import csv
import zipfile
from dataclasses import replace

import pytest
from click.testing import CliRunner
from small_study import CODES, SETTINGS, Tables, build_study, build_tables, save

from pipeline.cli import main
from pipeline.codebook.codebook import Codebook, write_codebook
from pipeline.decisions.store import open_store
from pipeline.errors import PrivacyError
from pipeline.report import EXPORTS, export
from pipeline.runtime.files import content_id
from pipeline.study import actions, easy_read, report_findings
from pipeline.study.confirmed_texts import FILE
from pipeline.study.study import load_study


NAMED = "Ring Olwen Pritchard on 07700 900123."
HOLDS = "name (words 2 to 3), phone (words 5 to 6)"
FORMS = [name for name in EXPORTS if name not in ("pdf", "team")]


@pytest.fixture
def study(tmp_path):
    return build_study(tmp_path / "study")


def write_table(path, columns, **row):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerow(row)


def in_the_study_name(study):
    text = SETTINGS.replace("PROFILE", "strict").replace("What helps & what hinders <pilot>", NAMED)
    (study.folder / "study.toml").write_text(text, encoding="utf-8")


def in_a_wording(study):
    text = SETTINGS.replace("PROFILE", "strict").replace("What gets in the way?", NAMED)
    (study.folder / "study.toml").write_text(text, encoding="utf-8")


def in_a_label(study):
    write_codebook(Codebook((replace(CODES[0], label=NAMED), *CODES[1:])), study.codebook)


def in_a_definition(study):
    write_codebook(Codebook((replace(CODES[0], definition=NAMED), *CODES[1:])), study.codebook)


def in_an_example(study):
    write_codebook(Codebook((replace(CODES[0], examples=(NAMED,)), *CODES[1:])), study.codebook)


def in_a_title(study):
    tables = build_tables(study)
    themes = tables["themes"].copy()
    themes.loc[0, ["title", "named"]] = [NAMED, True]
    save(study, Tables({**tables.frames, "themes": themes}))


def in_the_loop(study):
    row = {"about": "time", "you_said": NAMED, "decision": "More time.", "decided_by": "Ann", "decided_on": "2026-02-01"}
    write_table(study.folder / actions.FILE, actions.COLUMNS, **row, action="Longer visits.")


def in_a_finding(study):
    row = {"finding": "theme", "proposed": "Most people wrote about time.", "sentence": NAMED, "shown": "yes"}
    write_table(study.folder / report_findings.FILE, report_findings.COLUMNS, **row)


def in_the_easy_read(study):
    write_table(study.folder / easy_read.FILE, easy_read.COLUMNS, heading="About", text=NAMED, picture="A telephone")


def in_a_rewording(study):
    """As an earlier release took it."""
    said = "Forty pages before anybody listens to you."
    quotes = build_tables(study)["quotes"]
    segment_id = quotes[(quotes["text"] == said) & (quotes["consent"] == "quote")]["segment_id"].iloc[0]
    row = {"segment_id": segment_id, "text_id": content_id(said), "by": "Ann", "reason": "", "outcome": "reworded"}
    with open_store(study) as store:
        store.append("approvals", **row, wording=NAMED)


def in_the_register(study):
    write_table(study.folder / "quotes_used.csv", ("quote", "where", "page", "when", "by"), quote="a1", where=NAMED)


EVERY = set(FORMS)
REPORTS = {"html", "docx", "xlsx", "summary", "appendix", "charts"}
PLACES = [
    (in_the_study_name, "study.toml, name", EVERY),
    (in_a_wording, "study.toml, wording of hinders", EVERY),
    (in_a_label, "codebook, forms, label", EVERY),
    (in_a_definition, "codebook, forms, definition", EVERY),
    (in_an_example, "codebook, forms, examples, entry 1", {"qdc", "qdpx", "qdpx-cases"}),
    (in_a_title, "the title that people gave theme 1", {*REPORTS, "tables", "loop", "sav"}),
    (in_the_loop, "loop.csv, row 2, you_said", {*REPORTS, "loop", "easyread"}),
    (in_a_finding, "findings.csv, row 2, sentence", REPORTS),
    (in_the_easy_read, "easyread.csv, row 2, text", {"easyread"}),
    (in_a_rewording, "the rewording of quotation", {*REPORTS, "quotes"}),
    (in_the_register, "quotes_used.csv, where a1 was used", {*REPORTS, "quotes"}),
]


@pytest.mark.parametrize(("put", "place", "forms"), PLACES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_name_and_a_number_keep_every_export_in_that_would_carry_them(study, put, place, forms):
    put(study)
    study = load_study(study.folder)
    for name in sorted(forms):
        with pytest.raises(PrivacyError, match="Nothing was exported") as kept:
            export(study, to=[name])
        assert place in str(kept.value) and HOLDS in str(kept.value), name
        assert "Olwen" not in str(kept.value) and "07700" not in str(kept.value), name
        assert not any((study.exports / file).exists() for file in EXPORTS[name].files), name
    for path in export(study, to=[name for name in FORMS if name not in forms]):
        assert "Olwen" not in whole(path), f"{path.name} carries it and was let through"


def whole(path):
    """Return all that a file says, the files inside it included."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def test_what_a_person_confirms_leaves_until_it_is_changed(study):
    in_the_loop(study)
    folder, runner = str(study.folder), CliRunner()
    listed = runner.invoke(main, ["confirm", folder])
    assert listed.exit_code == 0 and f"1. loop.csv, row 2, you_said: {HOLDS}." in listed.output and "Olwen" not in listed.output
    assert "Say who confirms it" in runner.invoke(main, ["confirm", folder, "--all"]).output
    assert "Confirmed by Ana." in runner.invoke(main, ["confirm", folder, "--number", "1", "--by", "Ana"]).output
    export(study, to=["loop"])
    assert "Olwen" not in (study.folder / FILE).read_text(encoding="utf-8-sig")
    assert "Nothing that the team wrote waits" in runner.invoke(main, ["confirm", folder]).output
    text = (study.folder / actions.FILE).read_text(encoding="utf-8-sig")
    (study.folder / actions.FILE).write_text(text.replace("Olwen", "Gwenllian"), encoding="utf-8-sig")
    with pytest.raises(PrivacyError):
        export(study, to=["loop"])


def test_what_the_team_writes_as_a_rule_waits_for_nobody(study):
    row = {"about": "time", "decision": "Longer visits in Leeds from 1 May 2026.", "decided_by": "Ann Lee, director"}
    write_table(study.folder / actions.FILE, actions.COLUMNS, **row, decided_on="2026-02-01", action="See www.example.org.")
    export(study, to=["loop"])
    assert "Longer visits in Leeds" in (study.exports / "loop.html").read_text(encoding="utf-8")
