"""A copy of the sample study, to try the program on."""

import shutil
from pathlib import Path

from pipeline.codebook.templates import CORPORA
from pipeline.workflow.new_study import check_empty, fill_and_move


SAMPLE = CORPORA / "coproduction"
FILES = ("study.toml", "responses.csv", "codebook.csv", "gold.csv", "DATASHEET.md")


def create_demo(folder: str | Path) -> Path:
    """Copy the sample study, 820 invented people, into a new or empty folder and return that; StudyError if it is not empty."""
    folder = Path(folder).resolve()
    check_empty(folder)
    fill_and_move(folder, _copy_sample)
    return folder


def _copy_sample(staging: Path) -> None:
    staging.mkdir(mode=0o700)
    for name in FILES:
        shutil.copyfile(SAMPLE / name, staging / name)
