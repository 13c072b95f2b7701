"""A small study that has been run, its review with four people, and what its report is made from: a copy for each test."""

import shutil
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest
from small_study import Tables, build_study, build_tables

from pipeline.report import EXPORTS
from pipeline.review.session import open_review
from pipeline.study.study import Study, load_study
from pipeline.workflow.results import RunResults, read_results


PEOPLE = (("Ann", "lived experience"), ("Ben", "researcher"), ("Cy", "lived experience"), ("Di", "family"))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Return a small study that has been run, not to be changed."""
    return build_study(tmp_path_factory.mktemp("built") / "study")


@pytest.fixture
def study(built, tmp_path):
    """Return a copy of it, without a store."""
    shutil.copytree(built.folder, tmp_path / "study")
    return load_study(tmp_path / "study")


@pytest.fixture
def review(study):
    """The room in which four people review the small study."""
    with open_review(study) as session:
        for name, group in PEOPLE:
            session.write(lambda store, name=name, group=group: store.add_reviewer(name, group))
        yield session


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
