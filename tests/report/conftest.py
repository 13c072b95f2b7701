"""A small study that has been run, to export from."""

from pathlib import Path

import pytest
from small_study import Tables, build_study, build_tables

from pipeline.report import EXPORTS
from pipeline.report.source import Source, read_source
from pipeline.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return a small study that has been run."""
    return build_study(tmp_path / "study")


@pytest.fixture
def tables(study: Study) -> Tables:
    """Return the tables of the small study."""
    return build_tables(study)


@pytest.fixture
def source(study: Study) -> Source:
    """Return what the report is made from."""
    return read_source(study, EXPORTS["html"].tables)
