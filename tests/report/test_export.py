"""What leaves a study passes the gate, and opens safely wherever it is opened."""

import csv
import re
from html import unescape
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pandas as pd
import pytest
from small_study import PRIVATE, Tables, save

from pipeline.errors import DataError, PipelineError, PrivacyError, StudyError
from pipeline.report import EXPORTS, Exporter, check_gate, export
from pipeline.report.quote_bank import release
from pipeline.report.sections.doubts_section import abstentions
from pipeline.runtime.spreadsheet_cells import as_text
from pipeline.tables.csv_files import write_csv
from pipeline.workflow.results import read_results


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def contents(path: Path) -> str:
    """Return all that a file holds, the parts of a document or workbook unpacked."""
    if not is_zipfile(path):
        return path.read_bytes().decode("utf-8-sig", "replace")
    with ZipFile(path) as archive:
        return "\n".join(unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())


def test_every_export_writes_the_files_it_names(study):
    paths = export(study, to=list(EXPORTS))
    assert [path.name for path in paths] == [file for exporter in EXPORTS.values() for file in exporter.files]
    inside = [path for path in paths if path.parent == study.derived]
    assert all(path.is_file() and path.parent in (study.exports, study.derived) for path in paths)
    # The charts lie in a folder, which charts.csv lists.
    names = [path.name for path in paths if path not in inside]
    assert sorted(path.name for path in study.exports.iterdir()) == sorted([*names, "charts"])
    assert [path.name for path in inside] == ["report-for-the-team.html"]


def test_a_folder_will_do_for_a_study(study):
    assert export(study.folder, to=["html"]) == [study.exports / "report.html"]


def test_an_export_named_twice_is_written_once(study):
    assert len(export(study, to=["html", "html"])) == 1


def test_every_export_passes_its_own_gate():
    for exporter in EXPORTS.values():
        check_gate(exporter)


@pytest.mark.parametrize(
    ("tables", "sensitivity", "said"),
    [
        (("responses",), "redacted", "takes the table responses, which is identifiable"),
        (("masks",), "releasable", "takes the table masks, which is identifiable"),
        (("comments",), "releasable", "takes the table comments, which is redacted"),
        (("responses",), "identifiable", "never leaves the vault"),
    ],
)
def test_gate_refuses_what_is_more_sensitive_than_allowed(tables, sensitivity, said):
    with pytest.raises(PrivacyError, match=said):
        check_gate(Exporter("leak", lambda source, folder: None, tables, sensitivity, ()))


def test_nothing_is_written_when_one_of_the_exports_is_unknown(study):
    with pytest.raises(StudyError, match="Did you mean 'tables'"):
        export(study, to=["html", "table"])
    assert not study.exports.exists()


def test_a_study_that_has_not_been_run_says_what_to_do(study):
    (study.derived / "themes.parquet").unlink()
    with pytest.raises(DataError, match="themes run"):
        export(study, to=["html"])


def test_tables_hold_the_studys_figures(study, tables):
    export(study, to=["tables"])
    rows = read_csv(study.exports / "counts.csv")
    assert len(rows) == len(tables["counts"])
    for row, (_, expected) in zip(rows, tables["counts"].iterrows(), strict=True):
        assert row["code"] == expected["code"] and row["level"] == expected["level"]
        if not expected["suppressed"]:
            assert float(row["share"]) == pytest.approx(expected["share"], abs=1e-5)
            assert row["n"] == f"{expected['n']:.0f}"


def test_suppressed_rows_are_blank_in_the_tables(study, tables):
    counts = tables["counts"].copy()
    counts.loc[counts["suppressed"], ["n", "share", "low", "high"]] = 0.123
    save(study, Tables({**tables.frames, "counts": counts}))
    export(study, to=["tables"])
    hidden = [row for row in read_csv(study.exports / "counts.csv") if row["suppressed"] == "True"]
    assert hidden and all(row[name] == "" for row in hidden for name in ("n", "share", "low", "high"))


def test_words_of_people_who_did_not_agree_are_in_no_table(study):
    for path in export(study, to=["tables", "quotes", "docx", "xlsx", "sav"]):
        text = contents(path)
        assert not [words for words in PRIVATE if words in text]
        assert "harp" not in text


def test_ids_of_texts_stay(study, tables):
    export(study, to=["tables"])
    written = (study.exports / "themes.csv").read_text(encoding="utf-8-sig")
    assert not [text_id for text_id in tables["texts"]["text_id"] if text_id in written]


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@SUM(A1)", "\t=1", "\rx", " =1", "\u200b=1", "\uff1d1+1"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(cell, tmp_path):
    write_csv(pd.DataFrame({"said": [cell]}), tmp_path / "cells.csv")
    assert read_csv(tmp_path / "cells.csv") == [{"said": f"'{cell}"}]


@pytest.mark.parametrize("cell", ["plain", "a = b", "", "x-ray", "'quoted'"])
def test_other_cells_stay_as_they_are(cell):
    assert as_text(cell) == cell


def test_a_negative_figure_is_a_figure_and_not_a_formula(tmp_path):
    write_csv(pd.DataFrame({"low": [-0.25]}), tmp_path / "figures.csv")
    assert read_csv(tmp_path / "figures.csv") == [{"low": "-0.25"}]


def test_an_option_that_looks_like_a_formula_is_text_in_the_tables(study):
    export(study, to=["tables"])
    assert "'=Yes" in {row["value"] for row in read_csv(study.exports / "closed.csv")}


def test_only_approved_quotations_of_people_who_agreed_leave(study, tables):
    export(study, to=["quotes"])
    left = read_csv(study.exports / "quotes.csv")
    quotes = tables["quotes"]
    assert len(left) == (quotes["approved"] & (quotes["consent"] == "quote")).sum() > 0


def test_each_other_candidate_is_listed_with_its_reason_and_without_its_words(study, tables):
    export(study, to=["quotes"])
    left, withheld = (read_csv(study.exports / name) for name in ("quotes.csv", "withheld.csv"))
    assert len(left) + len(withheld) == len(tables["quotes"])
    assert list(withheld[0]) == ["quote", "code", "why", "used"]
    reasons = {row["why"] for row in withheld}
    assert reasons == {
        "nobody has approved it yet",
        "the person agreed to rewording only, and no rewording has been approved",
    }


def test_consent_withdrawn_after_approval_keeps_the_words_in(tables):
    comments = tables["comments"].assign(consent="analyse")
    found = release(tables["quotes"], tables["segments"], comments)
    assert found.approved.empty
    assert set(found.withheld["why"]) == {"the person does not, or no longer, agree to be quoted"}


def test_a_rewording_leaves_in_place_of_what_was_said(tables):
    quotes = tables["quotes"].assign(approved=True, wording="In other words")
    found = release(quotes, tables["segments"], tables["comments"])
    assert len(found.approved) == len(quotes) and set(found.approved["text"]) == {"In other words"}


def test_what_people_refused_stays(tables):
    quotes = tables["quotes"].assign(approved=False, refused=True)
    found = release(quotes, tables["segments"], tables["comments"])
    assert found.approved.empty and set(found.withheld["why"]) == {"people decided against it"}


def test_approved_words_that_are_no_longer_in_the_data_stay(tables):
    found = release(tables["quotes"], tables["segments"].iloc[:0], tables["comments"])
    assert found.approved.empty
    assert found.withheld["why"].value_counts().to_dict() == {"the answer is no longer in the data": len(tables["quotes"])}


def test_figures_of_quotations_add_up(study, tables):
    approvals = read_results(study, ()).approvals
    found = release(tables["quotes"], tables["segments"], tables["comments"], approvals)
    assert len(found.approved) > 0
    assert len(found.approved) + len(found.withheld) == len(tables["quotes"])


def test_errors_never_quote_anybody(study, tables):
    words = set(tables["texts"]["text"])
    (study.derived / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(PipelineError) as caught:
        export(study, to=["html"])
    assert not [text for text in words if text in str(caught.value)]


def test_an_approved_quotation_that_points_at_a_person_stays_until_it_is_reworded(tables):
    text = "I'm the only deaf postmistress on the island."
    quotes = tables["quotes"][tables["quotes"]["approved"] & (tables["quotes"]["consent"] == "quote")].head(1).assign(text=text)
    found = release(quotes, tables["segments"], tables["comments"])
    assert found.approved.empty
    assert "may point at the person" in found.withheld["why"].iloc[0]
    other = release(quotes.assign(wording="I am known here."), tables["segments"], tables["comments"])
    assert other.approved["text"].tolist() == ["I am known here."]


def test_no_form_says_exactly_how_few_texts_have_no_code(study, tables):
    n_silent = len(abstentions(tables["suggestions"], tables["texts"], tables["members"], tables["theme_codes"]))
    assert 0 < n_silent < 8
    for path in export(study, to=["html", "docx", "xlsx"]):
        plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(contents(path))))
        for sentence in ("suggests no code for", "is not sure of"):
            followed = [plain[match.end() :].strip() for match in re.finditer(sentence, plain)]
            assert all(words.startswith("fewer than 8 of") for words in followed if " said" in words[:60]), path.name
        if path.suffix != ".xlsx":
            assert "suggests no code for fewer than 8 of" in plain, path.name
