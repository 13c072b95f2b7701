"""Made-up studies with a vault, released again and again: by other groups, or with people who came and went."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made_up_studies import Said, count_study

from pipeline.codebook.codebook import Code, Codebook
from pipeline.study.study import Study, load_study
from pipeline.tables.parquet import TABLES
from pipeline.workflow.manifest import Manifest
from pipeline.workflow.people_behind_figures import BEHIND
from pipeline.workflow.released_figures import note_as_released
from pipeline.workflow.results import RunResults


_SETTINGS = """
schema = 1
name = "Made up"

[intake]
file = "responses.csv"
attributes = {attributes}

[intake.questions.q0]
column = "q0"

[count]
groups = {groups}
profile = "{profile}"
"""


def release(folder: Path, said: Said, groups: Collection[str], profile: str) -> dict[str, Any]:
    """Release what was said by these groups, beside all that the folder's ledger holds; return what is shown, and the notes."""
    study = _saved(folder, said, groups, profile)
    tables = count_study(said, tuple(groups), profile)
    # As a run leaves them: how many spoke of each theme is shown or not when it is released.
    tables["themes"] = said.frames["themes"]
    source = RunResults(
        study, Manifest(name="Made up", seed=0), Codebook(tuple(map(Code, said.codes))), tables, date(2026, 11, 30)
    )
    (shown,) = note_as_released(study, [source])
    return {**as_seen(dict(shown.tables)), "notes": shown.notes}


def as_seen(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables in which a number of people that stands for none is none."""
    n_people = tables["themes"]["n_people"].astype(float)
    return {**tables, "themes": tables["themes"].assign(n_people=np.where(n_people > 0, n_people, np.nan))}


def _saved(folder: Path, said: Said, groups: Collection[str], profile: str) -> Study:
    for part in ("derived", "vault"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    settings = _SETTINGS.format(attributes=_listed(said.persons), groups=_listed(groups), profile=profile)
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    study = load_study(folder)
    for name, columns in BEHIND.items():
        path = folder / TABLES[name].file
        path.parent.mkdir(exist_ok=True)
        said.frames[name][list(columns)].to_parquet(path)
    return study


def _listed(names: Collection[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
