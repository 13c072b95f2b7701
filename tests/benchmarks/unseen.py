"""Score sentence models on codebooks that they have not learnt from, and print each codebook's figures as a line of JSON.

    python tests/benchmarks/unseen.py [--folds 0 1 2 3] [--models minilm voices] [--steps N] [--corpus corpora/voices] [--smoke]
    python tests/benchmarks/unseen.py --judges [--shared ../shared] [--models minilm voices]

The codebooks of the corpus `voices` are dealt into four folds in the order of their names. `voices` and `multilingual` are
taught anew for each fold without the fold's codebooks, as `models/voices/train.py` teaches the shipped ones. LRAP by cosine:
codes are ranked by the likeness of an answer to "label: definition". LRAP by the coder: fitted with the codebook and the
answers, none of them coded.
AMI: k-means with as many clusters as codes, on answers with one code, mean of eight seeds, against those codes.

`--judges` scores the shipped models on the sample study and on the NHS answers in the same way. It is to be asked once, when the
recipe is settled: a recipe that was chosen by these answers says nothing about answers of others.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
from coded import Remembering, read_answers
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score, label_ranking_average_precision_score

from pipeline import CodebookClassifier
from pipeline.codebook.codebook import Codebook, read_codebook
from pipeline.methods.embedding.embedders import Embedder, TransformerEmbedder, load_embedder, load_encoder


ROOT = Path(__file__).resolve().parents[2]
FOLDS, SEEDS = 4, 8
SMOKE = 60
UNSEEN = "Sentence models on codebooks that they have not learnt from"
JUDGED = "Sentence models on answers that nothing was chosen by"
Truth = NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> None:
    """Teach, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", nargs="*", type=int, default=list(range(FOLDS)))
    parser.add_argument("--models", nargs="*", default=["minilm", "voices"], help="any that `load_embedder` loads")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpora" / "voices")
    parser.add_argument("--judges", action="store_true", help="score the shipped models on the sample study and NHS answers")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--smoke", action="store_true", help="few answers and two steps, to see that it works")
    options = parser.parse_args(arguments)
    for row in judged(options) if options.judges else unseen(options):
        sys.stdout.write(json.dumps({"measured": JUDGED if options.judges else UNSEEN, **row}) + "\n")
        sys.stdout.flush()


def unseen(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield each model's figures on each codebook of each fold."""
    training = training_program()
    surveys = training.read_surveys(options.corpus)
    steps = 2 if options.smoke else options.steps
    recipes = {name: replace(recipe, steps=steps or recipe.steps) for name, recipe in training.RECIPES.items()}
    materials = {name: training.read_all(surveys, recipes[name]) for name in options.models if name in recipes}
    for fold in options.folds:
        tested = surveys[fold::FOLDS]
        for name in options.models:
            others = [material for material in materials.get(name, ()) if material.survey not in tested]
            names = [survey.name for survey in tested]
            model = taught(training, others, recipes[name], names) if others else load_embedder(name, precision="fp32")
            for survey in tested:
                n = SMOKE if options.smoke else len(survey.texts)
                codebook = codebook_of(survey.name, options.corpus)
                yield {
                    "model": name,
                    "fold": fold,
                    "codebook": survey.name,
                    **scores(model, codebook, survey.texts[:n], survey.truth[:n]),
                }


def judged(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield each shipped model's figures on the sample study and on the NHS answers, where they are shared."""
    for shared in (None, options.shared):
        answers = read_answers(shared)
        for name in options.models:
            model = load_embedder(name, precision="fp32")
            figures = scores(model, answers.codebook, answers.texts, answers.truth, scored=answers.scored)
            yield {"model": name, "data": answers.data, **figures}


def codebook_of(name: str, corpus: Path) -> Codebook:
    """Return a survey's codebook; one has that of the sample study."""
    path = corpus / "codebooks" / f"{name}.csv"
    return read_codebook(path if path.is_file() else ROOT / "corpora" / "coproduction" / "codebook.csv")


def training_program() -> Any:
    """Return the program that makes the shipped model; it is no part of the package."""
    spec = spec_from_file_location("train_voices", ROOT / "models" / "voices" / "train.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def taught(training: Any, materials: Sequence[Any], recipe: Any, without: Sequence[str]) -> Embedder:
    """Return a model that learnt from these surveys only, read back from its file as the shipped one is."""
    translations = training.read_translations(recipe, without=without)
    with tempfile.TemporaryDirectory() as folder:
        training.write(training.train(materials, recipe, translations), Path(folder))
        model = load_encoder(recipe.parent, precision="fp32", layers=Path(folder) / "model.safetensors")
    return TransformerEmbedder("taught", model.dimension, "", "fp32", model, recipe.parent, "cpu")


def scores(
    model: Embedder, codebook: Codebook, texts: list[str], truth: Truth, *, scored: NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Return a model's figures on answers with codes, bool (n_texts, n_codes), of which those `scored` count."""
    counted = np.ones(truth.shape[1], dtype=bool) if scored is None else scored
    remembering, truth = Remembering(model), truth[:, counted]
    vectors, coded = remembering.encode(texts), truth.any(axis=1)
    named = model.encode([f"{code.name}: {code.definition}" for code in codebook.codes])
    ranked = {"cosine": vectors @ named.T, "coder": coder_scores(remembering, codebook, texts)}
    lrap = {
        f"lrap_{who}": label_ranking_average_precision_score(truth[coded], found[coded][:, counted])
        for who, found in ranked.items()
    }
    figures = {**lrap, "ami": float(np.mean(list(amis(vectors, truth))))}
    return {"answers": len(texts), **{name: round(float(value), 4) for name, value in figures.items()}}


def coder_scores(model: Remembering, codebook: Codebook, texts: list[str]) -> NDArray[np.float64]:
    """Return what the coder makes of answers when nobody has coded any."""
    return CodebookClassifier(codebook, embedder=model).fit(texts, [None] * len(texts)).predict_proba(texts)


def amis(vectors: NDArray[np.float32], truth: Truth) -> Iterator[float]:
    """Yield for each seed how alike clusters and codes are, on answers with one code."""
    single = truth.sum(axis=1) == 1
    codes = truth[single].argmax(axis=1)
    for seed in range(SEEDS):
        labels = KMeans(min(truth.shape[1], len(codes)), n_init=1, random_state=seed).fit_predict(vectors[single])
        yield adjusted_mutual_info_score(codes, labels)


if __name__ == "__main__":
    main()
