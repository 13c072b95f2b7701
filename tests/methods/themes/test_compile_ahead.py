"""What makes themes quick must change nothing else."""

import os
import subprocess
import sys

import numpy as np
from sample import ROOT

from pipeline.methods.themes.load_bertopic import NOT_USED, load_bertopic
from pipeline.runtime.threads import side_by_side


def test_a_light_bertopic_is_for_ourselves_only():
    before = {name for name in sys.modules if name.split(".")[0] == "bertopic"}
    load_bertopic()
    after = {name for name in sys.modules if name.split(".")[0] == "bertopic"}
    assert after == before
    assert all(sys.modules.get(name, sys) is not None for name in NOT_USED)


def test_pieces_worked_on_side_by_side_come_back_in_their_order():
    sums = side_by_side(lambda seed: float(np.random.default_rng(seed).random(1_000).sum()), range(20))
    assert sums == [float(np.random.default_rng(seed).random(1_000).sum()) for seed in range(20)]


SUMS = """
import numpy as np
from threadpoolctl import threadpool_info
from pipeline.runtime.threads import side_by_side

before = [place["num_threads"] for place in threadpool_info()]
side_by_side(np.linalg.norm, [np.ones((200, 200))] * 4)
print(before, [place["num_threads"] for place in threadpool_info()])
"""


def test_sums_are_split_over_as_many_threads_as_before_when_themes_have_been_found():
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    said = subprocess.run([sys.executable, "-c", SUMS], env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout in ("[2] [2]\n", "[2, 2] [2, 2]\n")
