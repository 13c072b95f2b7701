"""An export has the study to itself, and takes tables of one run and by the rules that hold now."""

import pytest

from pipeline.errors import BusyError, DataError
from pipeline.report import export
from pipeline.study.lock import held
from pipeline.workflow.manifest import Manifest, StageRecord, read_manifest, write_manifest
from pipeline.workflow.recipes import recipe_of
from pipeline.workflow.released_figures import ledger_path
from pipeline.workflow.runner import only_run
from pipeline.workflow.stages import STAGES


def record(study, name, *, takes=None, recipe=None, fingerprint="f"):
    """Record a stage as having made its tables as they are."""
    from pipeline.tables.parquet import TABLES
    from pipeline.workflow.manifest import file_sha256

    stage = next(stage for stage in STAGES if stage.name == name)
    makes = {table: file_sha256(study.folder / TABLES[table].file) for table in stage.makes}
    recipe = recipe_of(study.settings, stage) if recipe is None else recipe
    return StageRecord(name, fingerprint, recipe, 0.0, {}, {}, makes, takes or {})


def recorded(study, *records):
    found = read_manifest(study)
    write_manifest(study, Manifest(found.name, found.seed, accounts=found.accounts, stages=records))


def test_an_export_beside_a_run_is_told_who_holds_the_study(study):
    with only_run(study), pytest.raises(BusyError, match=r"Another run of this study is under way \(process \d+"):
        export(study, to=["tables"])
    assert not ledger_path(study).exists()
    assert export(study, to=["tables"])


def test_a_run_beside_an_export_is_told_so(study):
    with held(study, "An export"), pytest.raises(BusyError, match="An export of this study is under way"), only_run(study):
        pass


def test_the_earlier_wave_is_held_too_while_it_is_read(study, tmp_path):
    import shutil

    from pipeline.study.study import load_study

    shutil.copytree(study.folder, tmp_path / "first")
    text = (study.folder / "study.toml").read_text(encoding="utf-8")
    (study.folder / "study.toml").write_text(text + '\n[report]\nearlier = "../first"\n', encoding="utf-8")
    with only_run(load_study(tmp_path / "first")), pytest.raises(BusyError, match="Another run"):
        export(study.folder, to=["html"])


def test_tables_of_a_run_that_was_stopped_half_way_are_refused(study):
    first = record(study, "settle")
    second = record(study, "count", takes={"codings": first.makes["codings"], "comments": "what a former run had made"})
    clean = StageRecord("clean", "f", "", 0.0, {}, {}, {"comments": _hash(study, "comments")}, {})
    recorded(study, clean, first, second)
    with pytest.raises(DataError, match=r"not all of one run.*`themes run` first"):
        export(study, to=["tables"])
    assert not (study.exports / "counts.csv").exists()


def test_what_lies_far_up_the_line_counts_too(study):
    clean = StageRecord("clean", "f", "", 0.0, {}, {}, {"comments": _hash(study, "comments")}, {})
    segment = record(study, "segment", takes={"comments": "another"})
    settle = record(study, "settle", takes={"segments": segment.makes["segments"]})
    recorded(study, clean, segment, settle)
    with pytest.raises(DataError, match="not all of one run"):
        export(study, to=["qdpx"])


def test_tables_that_an_erasure_cut_together_may_leave(study):
    clean = StageRecord("clean", "", "", 0.0, {}, {}, {"comments": _hash(study, "comments")}, {})
    recorded(study, clean, record(study, "segment", takes={"comments": "as it was before"}, fingerprint=""))
    assert export(study, to=["review"])


def test_figures_made_by_another_profile_do_not_leave(study):
    recorded(study, record(study, "count", recipe="what it was when the profile was another"))
    with pytest.raises(DataError, match=r"\[count\].*`themes run` first"):
        export(study, to=["tables"])


def _hash(study, name):
    from pipeline.tables.parquet import TABLES
    from pipeline.workflow.manifest import file_sha256

    return file_sha256(study.folder / TABLES[name].file)
