"""What the report of the small study is made from; each test has a copy of its own."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest
from small_study import Tables, build_tables

from pipeline.report import EXPORTS
from pipeline.study.study import Study
from pipeline.workflow.results import RunResults, read_results


@pytest.fixture(scope="session")
def built_tables(built: Study) -> Tables:
    """Return its tables, not to be changed."""
    return build_tables(built)


@pytest.fixture(scope="session")
def built_source(built: Study) -> RunResults:
    """Return what its report is made from, not to be changed."""
    return read_results(built, EXPORTS["html"].tables)


@pytest.fixture
def tables(built_tables: Tables) -> Tables:
    """Return the tables of the small study."""
    return Tables(copied(built_tables.frames))


@pytest.fixture
def source(study: Study, built_source: RunResults) -> RunResults:
    """Return what the report is made from."""
    return replace(built_source, study=study, tables=copied(built_source.tables))


def copied(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables that a test may change."""
    return {name: table.copy() for name, table in tables.items()}
