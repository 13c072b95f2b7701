"""A small study that has been run, and the room in which four people review it; each test has a copy of its own."""

import shutil

import pytest
from small_study import build_study

from pipeline.review.session import open_room
from pipeline.study.study import load_study


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
def room(study):
    """The room in which four people review the small study."""
    with open_room(study) as session:
        for name, group in PEOPLE:
            session.write(lambda store, name=name, group=group: store.add_reviewer(name, group))
        yield session
