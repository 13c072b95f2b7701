"""The invented sample study, for tests to take rows from; and where the shared data lies."""

import csv
from pathlib import Path

import pytest


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
