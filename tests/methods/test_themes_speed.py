"""What makes themes quick must change nothing else."""

import sys

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

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


def test_sums_are_split_over_as_many_threads_as_before_when_themes_are_found():
    with threadpool_limits(2):
        before = {place["filepath"]: place["num_threads"] for place in threadpool_info()}
        side_by_side(np.linalg.norm, [np.ones((200, 200))] * 4)
        assert {place["filepath"]: place["num_threads"] for place in threadpool_info()} == before
