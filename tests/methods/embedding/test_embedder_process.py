"""The language model in a process of its own gives what it gives here, and neither hangs nor is left behind."""

import os
import pickle
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from test_embedders import TEXTS

from pipeline.errors import ModelError
from pipeline.methods.embedding.embedder_process import EmbedderProcess, start_embedder
from pipeline.methods.embedding.embedders import load_embedder


pytestmark = pytest.mark.model

LEFT_ALONE = """
import time
from pipeline.methods.embedding.embedder_process import start_embedder
print(start_embedder("static", precision="auto")._other.process.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def apart():
    embedder = EmbedderProcess("minilm", precision="fp32")
    yield embedder
    embedder.end()


def test_vectors_and_names_are_those_of_the_model_here_bit_for_bit(apart):
    here, texts = load_embedder("minilm", precision="fp32"), [*TEXTS, "Ŵyl £ 😀 naïve\n\x00"]
    np.testing.assert_array_equal(apart.encode(texts), here.encode(texts))
    assert apart.encode([]).shape == here.encode([]).shape
    names = ("name", "dimension", "sha256", "precision")
    assert [getattr(apart, name) for name in names] == [getattr(here, name) for name in names]


def test_more_texts_than_a_pipe_holds_come_through(apart):
    assert apart.encode(["They never rang back about it. " * 80] * 60).shape == (60, 384)


def test_sent_to_another_machine_it_loads_its_model_there(apart):
    arrived = pickle.loads(pickle.dumps(apart))  # as Dask sends it
    assert (arrived.name, arrived.precision) == ("minilm", "fp32") and not isinstance(arrived, EmbedderProcess)


def test_what_is_wrong_with_a_model_is_said_as_it_is_said_here_each_time():
    for _ in range(2):
        with pytest.raises(ModelError, match="no model called gpt"):
            start_embedder("gpt", precision="auto").encode(["They rang"])


def test_a_process_that_is_ended_is_told_with_what_to_do_and_begun_anew():
    first = start_embedder("static", precision="auto")
    assert first.name == "static"
    assert start_embedder("static", precision="auto") is first
    os.kill(first._other.process.pid, signal.SIGKILL)
    with pytest.raises(ModelError, match=r"exit -9.*too little memory.*same command"):
        first.encode(["They rang"])
    assert start_embedder("static", precision="auto").encode(["They rang"]).shape == (1, first.dimension)


def test_if_it_dies_it_leaves_no_answers_in_a_file(apart):
    assert apart.name and psutil.Process(apart._other.process.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0)


def test_it_ends_when_whoever_asked_is_killed():
    asking = subprocess.Popen([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE, text=True)
    with asking:
        apart = int(asking.stdout.readline())
        asking.kill()
    until = time.monotonic() + 30
    while psutil.pid_exists(apart) and psutil.Process(apart).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.05)
