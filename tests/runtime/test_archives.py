"""Whatever opens an archive refuses one that was made to do harm, in a sentence, and leaves nothing behind.

`tests/benchmarks/bombs.py` measures how long that takes, and how much memory, with bombs of full size.
"""

import pytest
from bombs import NAMES, kinds, name_of, reader_of

from pipeline.errors import PipelineError


@pytest.mark.parametrize("form", NAMES)
@pytest.mark.parametrize("kind", kinds("x", 10))
def test_it_is_refused_and_nothing_is_left_behind(tmp_path, form, kind):
    folder, place = tmp_path / "study", tmp_path / "given"
    folder.mkdir()
    place.mkdir()
    path = place / name_of(form)
    path.write_bytes(kinds(NAMES[form], 20_000_000)[kind])
    with pytest.raises(PipelineError) as refusal:
        reader_of(form)(path, folder)
    assert "Traceback" not in str(refusal.value) and path.name in str(refusal.value)
    assert {one.name for one in folder.iterdir()} <= {"study.toml"}
    assert [one.name for one in tmp_path.iterdir() if one.name not in ("study", "given")] == []
    assert list(place.iterdir()) == [path]
