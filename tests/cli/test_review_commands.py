import csv

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.decisions.store import open_store
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow.status import status


@pytest.fixture
def themes():
    """Run a command and return its exit code and all it printed."""

    def call(*arguments):
        done = CliRunner().invoke(main, [str(argument) for argument in arguments])
        return done.exit_code, done.output

    return call


def test_a_sheet_goes_round_by_command(study, tmp_path, themes):
    code, said = themes("pack", study.folder, "--n", 4, "--out", tmp_path / "a.csv")
    assert code == 0 and "4 excerpts" in said
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["your_codes"], rows[1]["your_codes"] = "time", "nonsense"
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, rows[0]).writeheader()
        csv.DictWriter(file, rows[0]).writerows(rows)
    code, said = themes("unpack", study.folder, tmp_path / "a.csv", "--reviewer", "Ann", "--group", "family")
    assert code == 0
    assert "Ann: 1 answer taken in, 0 known already, 2 left blank." in said and "row 3, column your_codes" in said
    assert themes("verify", study.folder) == (0, "All rows are as they were written. Decisions among them: 1.\n")


def test_a_wrong_name_is_said_in_a_sentence(study, tmp_path, themes):
    code, said = themes("pack", study.folder, "--out", tmp_path / "a.pdf")
    assert code == 15 and "a.pdf: excerpts are written as .xlsx, .csv or .docx" in said
    assert themes("pack", study.folder, "--order", "by taste")[0] == 2


def test_status_says_how_far_people_have_come(study):
    segments = read_table("segments", study.folder / TABLES["segments"].file)
    assert status(study.folder).people == ("Not yet checked by people.",)
    first, second, third = (row._asdict() for row in segments.head(3).itertuples())
    with open_store(study) as store:
        for name in ("Ann", "Ben"):
            store.add_reviewer(name, "researcher")
            ids = {"segment_id": first["segment_id"], "text_id": first["text_id"], "reviewer": name}
            store.decide(**ids, outcome="codes", codes=["time"] if name == "Ann" else ["trust"])
        ids = {"segment_id": second["segment_id"], "text_id": second["text_id"], "reviewer": "Ann"}
        made = store.decide(**ids, outcome="codes", codes=["no longer in the codebook"])
        store.add_learning(up_to=made.decision_id, effort="quick", accepted_by="Ann")
        store.decide(segment_id=third["segment_id"], text_id=third["text_id"], reviewer="Ann", outcome="not sure")
        store.decide(segment_id="gone", text_id="gone", reviewer="Ann", outcome="none")
        store.decide(segment_id=third["segment_id"], text_id=third["text_id"], reviewer="Ben", outcome="none")
    found = status(study.folder)
    n = len(segments)
    assert found.people == (
        f"Checked by people: 3 of {n} excerpts ({3 / n:.0%}); 1 contested.",
        "1 excerpt that somebody was not sure of or skipped",
        "1 decision about text no longer in the data",
        "1 decision with codes that the codebook no longer has",
        "1 decision the coder has not learnt from; `themes learn` shows what it would change",
    )
    assert found.checked_by_people == pytest.approx(3 / n)
