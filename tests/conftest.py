"""Studies to test with: folders in a temporary place, made from the invented sample."""

import os
import shutil

import pytest
from sample import SAMPLE, sample_rows, write_rows


pytest_plugins = ["small_study_fixtures"]

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
# Threads that wait by spinning take the processor from each other where others use it too: training took seven times the time.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# Tests run side by side, one process a core.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def make_study(tmp_path):
    """Make a study like the sample from the given rows, with the small model and no invented answers so that tests are quick."""

    def make(rows=None, *, name="study", extra=""):
        folder = tmp_path / name
        folder.mkdir()
        write_rows(folder / "responses.csv", rows if rows is not None else sample_rows(90))
        shutil.copy(SAMPLE / "codebook.csv", folder)
        settings = (SAMPLE / "study.toml").read_text(encoding="utf-8")
        (folder / "study.toml").write_text(
            settings + '\n[embed]\nmodel = "static"\n[code]\nwritten_examples = false\n' + extra, encoding="utf-8"
        )
        return folder

    return make
