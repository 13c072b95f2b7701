"""What makes themes quick must change nothing else."""

import sys

import numpy as np

from pipeline.methods.themes.lightly import NOT_USED, load_bertopic
from pipeline.methods.themes.side_by_side import side_by_side


def test_a_light_bertopic_is_for_ourselves_only():
    before = {name for name in sys.modules if name.split(".")[0] == "bertopic"}
    load_bertopic()
    after = {name for name in sys.modules if name.split(".")[0] == "bertopic"}
    assert after == before
    assert all(sys.modules.get(name, sys) is not None for name in NOT_USED)


def test_pieces_worked_on_side_by_side_come_back_in_their_order():
    sums = side_by_side(lambda seed: float(np.random.default_rng(seed).random(1_000).sum()), range(20))
    assert sums == [float(np.random.default_rng(seed).random(1_000).sum()) for seed in range(20)]
