"""Studies to test with: folders in a temporary place, made from the invented sample."""

import csv
import os
import shutil
from pathlib import Path

import pytest


os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "corpora" / "coproduction"
SHARED = ROOT.parent / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not beside the project")


def sample_rows(n=None):
    with (SAMPLE / "responses.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[:n]


def write_rows(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def make_study(tmp_path):
    """Make a study like the sample from the given rows, with the small model so that tests are quick."""

    def make(rows=None, *, name="study", extra=""):
        folder = tmp_path / name
        folder.mkdir()
        write_rows(folder / "responses.csv", rows if rows is not None else sample_rows(90))
        shutil.copy(SAMPLE / "codebook.csv", folder)
        settings = (SAMPLE / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(settings + '\n[embed]\nmodel = "static"\n' + extra, encoding="utf-8")
        return folder

    return make
