"""Attributes by which nothing can be shown are named, in the report and where a study's state is told."""

from dataclasses import replace

import pandas as pd
import pytest
from small_study import Tables, count_again, save

from pipeline.report import EXPORTS
from pipeline.report.content import build_report
from pipeline.study.study import load_study
from pipeline.workflow.results import read_results
from pipeline.workflow.status import status


SETTING = 'groups = ["group"]\n'


@pytest.fixture
def compared_by(study, tables):
    """Compare people by more attributes, each of so many levels, and count anew as a run does."""

    def compare(**n_levels):
        settings = study.folder / "study.toml"
        names = ", ".join(f'"{name}"' for name in ("group", *n_levels))
        text = settings.read_text(encoding="utf-8")
        assert SETTING in text
        text = text.replace(SETTING, f"groups = [{names}]\n").replace('attributes = ["group"]', f"attributes = [{names}]")
        settings.write_text(text, encoding="utf-8")
        ids = tables["people"]["response_id"].drop_duplicates().reset_index(drop=True)
        more = [
            pd.DataFrame({"response_id": ids, "attribute": name, "value": [f"{name} {place % n}" for place in ids.index]})
            for name, n in n_levels.items()
        ]
        frames = {**tables.frames, "people": pd.concat([tables["people"], *more], ignore_index=True)}
        save(study, Tables(frames))
        changed = load_study(study.folder)
        count_again(changed, frames)
        return changed

    return compare


def notes(study):
    (method,) = [
        part for part in build_report(read_results(study, EXPORTS["html"].tables)).sections if part.name == "how-it-was-done"
    ]
    return [note for block in method.blocks for note in getattr(block, "items", ()) if note.startswith("No figures are shown by")]


def test_an_attribute_that_makes_too_many_kinds_of_people_is_named_where_it_is_left_blank(compared_by):
    study = compared_by(shift=7, town=11)
    counts = read_results(study, EXPORTS["html"].tables)["counts"]
    blank = counts["base"].isna().groupby(counts["group"]).all()
    assert blank["town"] and not blank["shift"]
    (note,) = notes(study)
    assert note.startswith("No figures are shown by “town”: ") and "more than 60 kinds" in note and "Put first" in note
    state = replace(status(study.folder), stages={"count": {"seconds": 1.0, "rows": ""}})
    assert note in state.as_text().splitlines()


def test_what_stands_first_is_kept(compared_by):
    study = compared_by(town=11, shift=7)
    (note,) = notes(study)
    assert note.startswith("No figures are shown by “shift”: ")


def test_attributes_that_are_all_worked_with_are_not_spoken_of(compared_by):
    study = compared_by(shift=3)
    assert notes(study) == [] and status(study.folder).left_out == ""
