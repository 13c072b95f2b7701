"""Train a network on lessons, so that an interrupted training goes on where it stopped and ends the same."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from pipeline.methods.coder.tuning.network import Network, half_precision, padded
from pipeline.runtime.files import write_atomically


Matrix = NDArray[np.float64]
Progress = Callable[[float], None]

# Tuned on one fold of coded NHS answers with 100, 500 and 2,370 decisions: heads at a rate of .01 or .001 ranked worse.
LAYER_RATE, HEAD_RATE, WEIGHT_DECAY = 1e-4, 3e-3, 0.01
BATCH, BATCHES_SORTED = 32, 8
# Rows seen in all: few lessons are read twelve times, thousands five times.
ROWS_IN_ALL, MOST_ROUNDS, FEWEST_ROUNDS = 10_000, 12, 5
WARM_UP = 0.1
# What is kept weighs 43 MB, so it is written a few times in a training, not after every round.
KEPT_TIMES = 4


@dataclass(frozen=True)
class TuningExamples:
    """Texts below the free layers; their shares of each code (n, n_codes); where these are known; and weights (n,)."""

    states: list[Tensor]
    shares: Matrix
    judged: Matrix
    weights: Matrix

    def take(self, rows: NDArray[np.intp]) -> "TuningExamples":
        """Return these lessons."""
        return TuningExamples([self.states[row] for row in rows], self.shares[rows], self.judged[rows], self.weights[rows])


@dataclass(frozen=True)
class Checkpoint:
    """Where a training keeps what it has reached."""

    path: Path | None

    def resume(self, network: Network, optimiser: torch.optim.Optimizer) -> int:
        """Put network and optimiser where an earlier training stopped, and return the rounds it had done."""
        if self.path is None or not self.path.is_file():
            return 0
        from safetensors import safe_open

        with safe_open(self.path, framework="pt") as file:
            rounds = int(file.metadata()["rounds"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        network.load_state_dict({name[4:]: value for name, value in tensors.items() if name.startswith("net.")})
        state = optimiser.state_dict()
        state["state"] = _moments(tensors)
        optimiser.load_state_dict(state)
        return rounds

    def keep(self, network: Network, optimiser: torch.optim.Optimizer, rounds: int) -> None:
        """Write where the training stands."""
        if self.path is None:
            return
        from safetensors.torch import save_file

        values = {f"net.{name}": value.contiguous() for name, value in network.state_dict().items()}
        for number, moments in optimiser.state_dict()["state"].items():
            values |= {f"opt.{number}.{name}": value for name, value in moments.items()}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, lambda path: save_file(values, path, metadata={"rounds": str(rounds)}))


def n_rounds(n_rows: int) -> int:
    """Return how often so many lessons are read."""
    return max(FEWEST_ROUNDS, min(MOST_ROUNDS, round(ROWS_IN_ALL / max(n_rows, 1))))


def train(network: Network, lessons: TuningExamples, *, seed: int, checkpoint: Checkpoint, progress: Progress) -> None:
    """Teach the network the lessons with AdamW and a rate that warms up and cools down; `progress` is told 0 to 1."""
    optimiser = torch.optim.AdamW(
        [{"params": list(network.layers.parameters()), "lr": LAYER_RATE}, {"params": network.heads, "lr": HEAD_RATE}],
        weight_decay=WEIGHT_DECAY,
    )
    rounds, n_batches = n_rounds(len(lessons.states)), math.ceil(len(lessons.states) / BATCH)
    for number in range(checkpoint.resume(network, optimiser), rounds):
        # Seeded by the round, so that going on after an interruption draws what would have been drawn.
        draw = np.random.default_rng([seed, number])
        torch.manual_seed(int(draw.integers(2**31)))
        network.train()
        for place, rows in enumerate(_batches(lessons, draw)):
            done = (number * n_batches + place) / (rounds * n_batches)
            _step(network, optimiser, lessons, rows, rate=_rate(done))
            progress(done)
        if (number + 1) % max(1, rounds // KEPT_TIMES) == 0 or number + 1 == rounds:
            checkpoint.keep(network, optimiser, number + 1)


def _batches(lessons: TuningExamples, draw: np.random.Generator) -> list[NDArray[np.intp]]:
    """Return batches of lessons of like length, in a random order, which halves the padding."""
    order = draw.permutation(len(lessons.states))
    batches = []
    for start in range(0, len(order), BATCH * BATCHES_SORTED):
        part = sorted(order[start : start + BATCH * BATCHES_SORTED], key=lambda row: len(lessons.states[row]))
        batches += [np.array(part[first : first + BATCH], dtype=np.intp) for first in range(0, len(part), BATCH)]
    return [batches[place] for place in draw.permutation(len(batches))]


def _step(
    network: Network, optimiser: torch.optim.Optimizer, lessons: TuningExamples, rows: NDArray[np.intp], *, rate: float
) -> None:
    states = [lessons.states[row] for row in rows]
    with half_precision():
        outputs = network(*padded(states, width=max(len(state) for state in states)))
    shares, judged, weights = (
        torch.tensor(values, dtype=torch.float32)
        for values in (lessons.shares[rows], lessons.judged[rows], lessons.weights[rows, None])
    )
    surprise = functional.binary_cross_entropy_with_logits(outputs.float(), shares, reduction="none")
    loss = (surprise * judged * weights).sum() / (len(rows) * lessons.weights.mean())
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    for group, fastest in zip(optimiser.param_groups, (LAYER_RATE, HEAD_RATE), strict=True):
        group["lr"] = rate * fastest
    optimiser.step()


def _rate(done: float) -> float:
    """Return the share of the fastest rate after a share of the training: up along a cosine, and down along one."""
    if done < WARM_UP:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / WARM_UP)) / 2
    return (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP))) / 2


def _moments(tensors: dict[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("opt."):
            _, number, moment = name.split(".")
            moments.setdefault(int(number), {})[moment] = value
    return moments
