"""Codebooks to start from."""

import shutil
from pathlib import Path

from pipeline.codebook.codebook import read_codebook
from pipeline.errors import CodebookError
from pipeline.runtime.plain_files import is_there
from pipeline.runtime.shipped_data import shipped_data


CORPORA = shipped_data("corpora")
TEMPLATES = {
    "coproduction": CORPORA / "coproduction" / "codebook.csv",
    "i-statements": CORPORA / "templates" / "i-statements.csv",
    "blank": CORPORA / "templates" / "blank.csv",
}


def start_codebook(path: Path, *, template: str) -> int:
    """Copy a template to `path` and return its number of codes; CodebookError if something is there already."""
    if is_there(path):
        raise CodebookError(f"{path.name} is there already; choose another name, so that nobody's work is overwritten.")
    shutil.copyfile(TEMPLATES[template], path)
    return len(read_codebook(path))
