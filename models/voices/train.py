"""Teach the upper layers of a model what people say about services, and write them as `voices` or `multilingual`.

    python models/voices/train.py [--model voices] [--corpus corpora/voices] [--out FOLDER] [--without NAME ...] [--steps N]

The same corpus and the same parent give the same weights: the seed is fixed, and all sums are done by one thread. Layers that
stay as they are read each text once. Supervised contrast (Khosla et al. 2020) within one codebook at a time: an answer is drawn
to answers that share its codes and to the words of those codes, and away from those of the sibling codes.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
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
from pipeline.methods.embedding.bert import Bert, texts_of  # noqa: E402
from pipeline.methods.embedding.embedders import load_encoder  # noqa: E402


Weights = dict[str, Tensor]
CORPUS, SAMPLE_BOOK = ROOT / "corpora" / "voices", ROOT / "corpora" / "coproduction" / "codebook.csv"
LARGEST = "co-production"
"""The survey with five times the answers of any other; it has two turns in each round."""


@dataclass(frozen=True)
class Recipe:
    """How a model learns; chosen on codebooks that were left out, never on the answers of real people.

    `keep` is the pull towards where the parent had each text; `centred` takes the parent's vectors from their middle first;
    `precision` is that of products of matrices. `align` is the pull of an answer in another language to where its English is now.
    """

    parent: str = "minilm"
    layers: int = 3
    steps: int = 150
    rate: float = 1e-4
    temperature: float = 0.12
    keep: float = 1.0
    centred: bool = False
    precision: str = "fp32"
    align: float = 0.0
    n_translated: int = 12
    n_coded: int = 50
    n_without_code: int = 4
    longest: int = 48
    seed: int = 0


RECIPES = {
    "voices": Recipe(),
    "multilingual": Recipe(parent="e5", centred=True, precision="bf16", rate=2e-4, align=2.0),
}
TRANSLATIONS = ROOT / "models" / "multilingual" / "translations.csv"
LANGUAGES = ("cy", "pl", "ur")


@dataclass(frozen=True, eq=False)
class Survey:
    """The answers of one survey, their codes as bool (n_answers, n_codes), and the wordings of each code."""

    name: str
    texts: list[str]
    truth: NDArray[np.bool_]
    wordings: list[list[str]]


@dataclass(frozen=True, eq=False)
class Readings:
    """What the layers that stay make of texts, (n_tokens, width) each, and the parent's means of tokens, (n_texts, width)."""

    states: list[Tensor]
    means: Tensor


@dataclass(frozen=True, eq=False)
class Material:
    """A survey as the model reads it; the wordings of codes stand one after the other."""

    survey: Survey
    answers: Readings
    codes: Readings


@dataclass(frozen=True, eq=False)
class Translations:
    """What the layers that stay make of answers in English, and of what they are in each other language, in the same order."""

    english: Readings
    others: list[Readings]


@dataclass(frozen=True, eq=False)
class Batch:
    """What is compared in one step: states, the parent's vectors, codes as float (n, n_codes), and how many rows are answers."""

    states: list[Tensor]
    old: Tensor
    codes: Tensor
    n_answers: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(RECIPES), default="voices")
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--out", type=Path, help="by default the model's own folder")
    parser.add_argument("--without", nargs="*", default=[], help="surveys to leave out")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args(arguments)
    recipe = RECIPES[options.model]
    recipe = replace(recipe, steps=options.steps or recipe.steps)
    surveys = [survey for survey in read_surveys(options.corpus) if survey.name not in options.without]
    translations = read_translations(recipe, without=options.without)
    weights = train(read_all(surveys, recipe), recipe, translations)
    write(weights, options.out or ROOT / "models" / options.model)


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
    bert = reader(recipe.parent, recipe.precision)
    return [
        Material(survey, _read(bert, survey.texts, recipe), _read(bert, list(chain(*survey.wordings)), recipe))
        for survey in surveys
    ]


def read_translations(recipe: Recipe, *, without: Sequence[str] = ()) -> Translations | None:
    """Read the answers that were translated, but for those of some surveys; None where the recipe has no use for them."""
    if not recipe.align:
        return None
    with TRANSLATIONS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["answer_id"].rpartition("-")[0] not in without]
    bert = reader(recipe.parent, recipe.precision)
    english, *others = (_read(bert, [row[language] for row in rows], recipe) for language in ("en", *LANGUAGES))
    return Translations(english, others)


@cache
def reader(name: str, precision: str) -> Bert:
    """Return the model that learns, to read texts with as it comes."""
    return parent(name, precision=precision)


def parent(name: str, *, precision: str = "fp32") -> Bert:
    """Return the model that learns, as it comes; it learns in fp32."""
    torch.set_num_threads(1)
    return load_encoder(name, precision=precision, can_learn=True)


def train(materials: Sequence[Material], recipe: Recipe, translations: Translations | None = None) -> Weights:
    """Return the upper layers' weights after learning, by name, float32."""
    bert = parent(recipe.parent)
    names = [name for layer in _upper(bert, recipe) for name in bert.weights if name.startswith(f"encoder.layer.{layer}.")]
    middle = middle_of(materials) if recipe.centred else torch.zeros(bert.dimension)
    # What is taken from the last layer's level is taken from each mean of tokens, so that the model needs no other centring.
    bert.weights[f"encoder.layer.{_upper(bert, recipe)[-1]}.output.LayerNorm.bias"] -= middle
    learning = {name: bert.weights[name].requires_grad_() for name in names}
    optimiser = torch.optim.AdamW(learning.values(), lr=recipe.rate, weight_decay=0.0, betas=(0.9, 0.98))
    draw, of_pairs = np.random.default_rng(recipe.seed), np.random.default_rng(recipe.seed + 1)
    for step, material in zip(range(recipe.steps), _turns(materials, draw), strict=False):
        batch = _drawn(material, middle, recipe, draw)
        for group in optimiser.param_groups:
            group["lr"] = recipe.rate * min(1.0, 10 * (step + 1) / recipe.steps) * (1 - step / recipe.steps)
        optimiser.zero_grad()
        pairs = _pairs(translations, recipe, of_pairs) if translations else []
        with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bf16"):
            vectors = _vectors(bert, [*batch.states, *pairs], recipe).float()
        n = len(batch.states)
        loss = _loss(vectors[:n], batch, recipe)
        if pairs:
            other, english = vectors[n:].chunk(2)
            # Only the other language moves: English is where the codes have put it.
            loss = loss + recipe.align * (1 - (other * english.detach()).sum(1)).mean()
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
    states, means = [torch.empty(0)] * len(ids), torch.empty(len(ids), bert.dimension)
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
            means[part] = _means(bert, [states[row] for row in part], recipe).float()
    return Readings(states, means)


def _runs(lengths: Sequence[int]) -> list[tuple[int, int]]:
    return [(len(list(run)), length) for length, run in groupby(lengths)]


def middle_of(materials: Sequence[Material]) -> Tensor:
    """Return the middle of all answers' means of tokens, (width,)."""
    return torch.cat([material.answers.means for material in materials]).mean(0)


def _vectors(bert: Bert, states: Sequence[Tensor], recipe: Recipe) -> Tensor:
    """Return unit vectors (n, width) of texts by what the layers below made of them."""
    return functional.normalize(_means(bert, states, recipe), dim=1)


def _means(bert: Bert, states: Sequence[Tensor], recipe: Recipe) -> Tensor:
    order = sorted(range(len(states)), key=lambda place: len(states[place]))
    runs = _runs([len(states[place]) for place in order])
    rows = torch.cat([states[place] for place in order])
    for layer in _upper(bert, recipe):
        rows = bert.layer(rows, runs, layer)
    means = torch.cat([part.mean(1) for part in texts_of(rows, runs)])
    return means[torch.tensor(np.argsort(order, kind="stable"))]


def _turns(materials: Sequence[Material], draw: np.random.Generator) -> Iterator[Material]:
    """Yield surveys round by round, each round in another order."""
    while True:
        yield from (materials[place] for place in draw.permutation(len(materials)))
        yield from (material for material in materials if material.survey.name == LARGEST)


def _drawn(material: Material, middle: Tensor, recipe: Recipe, draw: np.random.Generator) -> Batch:
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
    states = [*(answers.states[row].float() for row in rows), *(codes.states[row].float() for row in named)]
    old = functional.normalize(torch.cat([answers.means[rows], codes.means[named]]) - middle, dim=1)
    return Batch(states, old, truth, len(rows))


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


def _pairs(translations: Translations, recipe: Recipe, draw: np.random.Generator) -> list[Tensor]:
    """Draw translated answers, each in one language; return their states, and then those of their English."""
    n = len(translations.english.states)
    rows = draw.choice(n, min(recipe.n_translated, n), replace=False).tolist()
    languages = draw.integers(0, len(translations.others), len(rows)).tolist()
    there = [translations.others[language].states[row] for row, language in zip(rows, languages, strict=True)]
    return [states.float() for states in (*there, *(translations.english.states[row] for row in rows))]


def _mean_of(logs: Tensor, weights: Tensor) -> Tensor:
    there = weights.sum(1) > 0
    return -(logs.sum(1)[there] / weights.sum(1)[there]).mean()


def write(weights: Weights, folder: Path) -> None:
    """Write the layers in half precision, under the names that BERT's have in files, and their checksum."""
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
