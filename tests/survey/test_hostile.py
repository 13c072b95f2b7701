"""Each of two hundred malformed files is read right or refused in a sentence that names it; none leaves anything behind."""

import pytest
from hostile import CLASSES, files

from pipeline.errors import DataError
from pipeline.survey.readers import read_export


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return for each file what came of it: what is wrong with that, or nothing."""
    folder = tmp_path_factory.mktemp("hostile")
    return {hostile.name: _fault(hostile, folder) for hostile in files()}


def _fault(hostile, folder):
    path = folder / hostile.name
    path.write_bytes(hostile.data)
    before = set(folder.rglob("*"))
    try:
        export = read_export(path)
    except DataError as refusal:
        if set(folder.rglob("*")) != before:
            return "left files behind"
        return "" if hostile.name in str(refusal) and hostile.right is None else f"refused: {refusal}"
    if hostile.must_refuse:
        return "read, and should have been refused"
    if hostile.right is None:
        return ""
    found = [None if cell != cell else cell for cell in export.frame.iloc[:, -1].tolist()]
    return "" if found == hostile.right else f"read {found[:2]} for {hostile.right[:2]}"


def test_there_are_two_hundred_in_twenty_classes(outcomes):
    assert len(CLASSES) == 20 and len(outcomes) == 200


def test_every_file_is_read_right_or_refused(outcomes):
    assert {name: fault for name, fault in outcomes.items() if fault} == {}
