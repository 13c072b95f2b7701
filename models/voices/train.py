"""Teach MiniLM's upper layers what people say about services, and write models/voices/model.safetensors.

    python models/voices/train.py [--corpus corpora/voices] [--out models/voices] [--without NAME ...] [--steps N]

The same corpus and the same MiniLM give the same weights: the seed is fixed, and all sums are done by one thread. Layers that
stay as they are read each text once. Supervised contrast (Khosla et al. 2020) within one codebook at a time: an answer is drawn
to answers that share its codes and to the words of those codes, and away from those of the sibling codes.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, groupby
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from pipeline.codebook.codebook import Code, read_codebook  # noqa: E402
from pipeline.methods.embedding.bert import Bert, load_bert, texts_of  # noqa: E402
from pipeline.methods.embedding.embedders import model_folder  # noqa: E402


Weights = dict[str, Tensor]
CORPUS, SAMPLE_BOOK = ROOT / "corpora" / "voices", ROOT / "corpora" / "coproduction" / "codebook.csv"
LARGEST = "co-production"
"""The survey with five times the answers of any other; it has two turns in each round."""


@dataclass(frozen=True)
class Recipe:
    """How the model learns; chosen on codebooks that were left out, never on the answers of real people."""

    layers: int = 3
    steps: int = 150
    rate: float = 1e-4
    temperature: float = 0.12
    keep: float = 1.0
    n_coded: int = 50
    n_without_code: int = 4
    longest: int = 48
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Survey:
    """The answers of one survey, their codes as bool (n_answers, n_codes), and the wordings of each code."""

    name: str
    texts: list[str]
    truth: NDArray[np.bool_]
    wordings: list[list[str]]


@dataclass(frozen=True, eq=False)
class Readings:
    """What the layers that stay make of texts, (n_tokens, width) each, and MiniLM's own vectors (n_texts, width)."""

    states: list[Tensor]
    vectors: Tensor


@dataclass(frozen=True, eq=False)
class Material:
    """A survey as the model reads it; the wordings of codes stand one after the other."""

    survey: Survey
    answers: Readings
    codes: Readings


@dataclass(frozen=True, eq=False)
class Batch:
    """What is compared in one step: states, MiniLM's vectors, codes as float (n, n_codes), and how many rows are answers."""

    states: list[Tensor]
    old: Tensor
    codes: Tensor
    n_answers: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--without", nargs="*", default=[], help="surveys to leave out")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    options = parser.parse_args(arguments)
    recipe = Recipe(steps=options.steps)
    surveys = [survey for survey in read_surveys(options.corpus) if survey.name not in options.without]
    write(train(read_all(surveys, recipe), recipe), options.out)


def read_surveys(corpus: Path) -> list[Survey]:
    """Return the surveys of a corpus in the order of their names."""
    return [_survey(path) for path in sorted((corpus / "answers").glob("*.csv"))]


def _survey(path: Path) -> Survey:
    book = path.parents[1] / "codebooks" / path.name
    codes = read_codebook(book if book.is_file() else SAMPLE_BOOK).codes
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = [[code.code in row["codes"].split("|") for code in codes] for row in rows]
    return Survey(path.stem, [row["text"] for row in rows], np.array(truth), [wordings(code) for code in codes])


def wordings(code: Code) -> list[str]:
    """Return what a code can be called; label and definition together come first."""
    return [f"{code.name}: {code.definition}", code.name, code.definition, code.include, code.plain_label or code.name]


def read_all(surveys: Sequence[Survey], recipe: Recipe) -> list[Material]:
    """Read the answers and the wordings of codes of each survey once."""
    bert = _minilm()
    return [
        Material(survey, _read(bert, survey.texts, recipe), _read(bert, list(chain(*survey.wordings)), recipe))
        for survey in surveys
    ]


def _minilm() -> Bert:
    torch.set_num_threads(1)
    return load_bert(model_folder("minilm"), precision="fp32", device="cpu", can_learn=True)


def train(materials: Sequence[Material], recipe: Recipe) -> Weights:
    """Return the upper layers' weights after learning, by name, float32."""
    bert = _minilm()
    names = [name for layer in _upper(bert, recipe) for name in bert.weights if name.startswith(f"encoder.layer.{layer}.")]
    learning = {name: bert.weights[name].requires_grad_() for name in names}
    optimiser = torch.optim.AdamW(learning.values(), lr=recipe.rate, weight_decay=0.0, betas=(0.9, 0.98))
    draw = np.random.default_rng(recipe.seed)
    for step, material in zip(range(recipe.steps), _turns(materials, draw), strict=False):
        batch = _drawn(material, recipe, draw)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * min(1.0, 10 * (step + 1) / recipe.steps) * (1 - step / recipe.steps)
        optimiser.zero_grad()
        loss = _loss(_vectors(bert, batch.states, recipe), batch, recipe)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learning.values(), 1.0)
        optimiser.step()
        if step % 50 == 0:
            print(f"step {step} of {recipe.steps}: loss {float(loss.detach()):.3f}", flush=True)
    return {name: weight.detach() for name, weight in learning.items()}


def _upper(bert: Bert, recipe: Recipe) -> range:
    n_layers = int(bert.config["num_hidden_layers"])
    return range(n_layers - recipe.layers, n_layers)


def _read(bert: Bert, texts: Sequence[str], recipe: Recipe) -> Readings:
    """Read each text once, as far as the recipe goes, with the layers that stay and then with the others as they came."""
    longest = recipe.longest
    ids = [row if len(row) <= longest else [*row[: longest - 1], row[-1]] for row in bert.token_ids(texts)]
    states, vectors = [torch.empty(0)] * len(ids), torch.empty(len(ids), bert.dimension)
    order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
    with torch.no_grad():
        for start in range(0, len(order), 64):
            part = order[start : start + 64]
            tokens = torch.tensor([token for row in part for token in ids[row]])
            places = torch.tensor([place for row in part for place in range(len(ids[row]))])
            read_states = bert.embedded(tokens, places)
            runs = _runs([len(ids[row]) for row in part])
            for layer in range(_upper(bert, recipe).start):
                read_states = bert.layer(read_states, runs, layer)
            for row, end in zip(part, np.cumsum([len(ids[row]) for row in part]).tolist(), strict=True):
                states[row] = read_states[end - len(ids[row]) : end].clone()
            vectors[part] = _vectors(bert, [states[row] for row in part], recipe)
    return Readings(states, vectors)


def _runs(lengths: Sequence[int]) -> list[tuple[int, int]]:
    return [(len(list(run)), length) for length, run in groupby(lengths)]


def _vectors(bert: Bert, states: Sequence[Tensor], recipe: Recipe) -> Tensor:
    """Return unit vectors (n, width) of texts by what the layers below made of them."""
    order = sorted(range(len(states)), key=lambda place: len(states[place]))
    runs = _runs([len(states[place]) for place in order])
    rows = torch.cat([states[place] for place in order])
    for layer in _upper(bert, recipe):
        rows = bert.layer(rows, runs, layer)
    means = torch.cat([part.mean(1) for part in texts_of(rows, runs)])
    return functional.normalize(means, dim=1)[torch.tensor(np.argsort(order, kind="stable"))]


def _turns(materials: Sequence[Material], draw: np.random.Generator) -> Iterator[Material]:
    """Yield surveys round by round, each round in another order."""
    while True:
        yield from (materials[place] for place in draw.permutation(len(materials)))
        yield from (material for material in materials if material.survey.name == LARGEST)


def _drawn(material: Material, recipe: Recipe, draw: np.random.Generator) -> Batch:
    """Draw answers, about as many for each code, some without a code, and one wording of each code."""
    survey, answers, codes = material.survey, material.answers, material.codes
    n_codes = survey.truth.shape[1]
    per_code = [np.flatnonzero(survey.truth[:, code]) for code in range(n_codes)]
    rows: list[int] = []
    for turn in range(2 * recipe.n_coded):
        pool = per_code[turn % n_codes]
        row = int(pool[draw.integers(len(pool))]) if len(pool) else -1
        if row >= 0 and row not in rows and len(rows) < recipe.n_coded:
            rows.append(row)
    without = np.flatnonzero(~survey.truth.any(axis=1))
    rows += draw.permutation(without)[: recipe.n_without_code].tolist()
    # Half of the time label and definition, otherwise one of the other wordings.
    n_wordings = len(survey.wordings[0])
    chosen = np.where(draw.random(n_codes) < 0.5, 0, draw.integers(1, n_wordings, n_codes))
    named = (np.arange(n_codes) * n_wordings + chosen).tolist()
    truth = torch.from_numpy(np.vstack([survey.truth[rows], np.eye(n_codes, dtype=bool)]).astype(np.float32))
    states = [*(answers.states[row] for row in rows), *(codes.states[row] for row in named)]
    return Batch(states, torch.cat([answers.vectors[rows], codes.vectors[named]]), truth, len(rows))


def _loss(vectors: Tensor, batch: Batch, recipe: Recipe) -> Tensor:
    """Return how far answers lie from those that share codes, from their codes' words, and all from where they were."""
    n = batch.n_answers
    shared = batch.codes @ batch.codes.T
    sizes = batch.codes.sum(1)
    alike = shared / (sizes[:, None] + sizes - shared).clamp(min=1)
    itself = torch.eye(len(vectors), dtype=torch.bool)
    likeness = (vectors @ vectors.T / recipe.temperature).masked_fill(itself, -1e4)
    among_all = likeness.log_softmax(1)
    answers = _mean_of((among_all * alike.masked_fill(itself, 0))[:n, :n], alike.masked_fill(itself, 0)[:n, :n])
    # Every code has a wording here, so an answer chooses among all codes of its codebook, and a code among the answers.
    truth, to_codes = batch.codes[:n], likeness[:n, n:]
    codes = _mean_of(to_codes.log_softmax(1) * truth, truth) + 0.5 * _mean_of(to_codes.T.log_softmax(1) * truth.T, truth.T)
    moved = (1 - (vectors * batch.old).sum(1)).mean()
    return codes + answers + recipe.keep * moved


def _mean_of(logs: Tensor, weights: Tensor) -> Tensor:
    there = weights.sum(1) > 0
    return -(logs.sum(1)[there] / weights.sum(1)[there]).mean()


def write(weights: Weights, folder: Path) -> None:
    """Write the layers in half precision, under the names MiniLM's file has, and their checksum."""
    parts: Weights = {}
    for name, weight in weights.items():
        before, joined, kind = name.partition("query_key_value")
        names = [f"{before}{asked}{kind}" for asked in ("query", "key", "value")] if joined else [name]
        parts |= dict(zip(names, weight.to(torch.float16).chunk(len(names)), strict=True))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.safetensors"
    save_file({name: part.clone().contiguous() for name, part in sorted(parts.items())}, path, {"format": "pt"})
    sums = f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
    (folder / "SHA256SUMS").write_text(sums, encoding="ascii")


if __name__ == "__main__":
    main()
