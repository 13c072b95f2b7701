"""A language model that has learnt a codebook's codes: fine-tuned from lessons, kept as safetensors, asked for chances."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.coder.examples import TrainingExample, targets
from pipeline.methods.coder.tuning import FACTS, is_tuned
from pipeline.methods.coder.tuning.network import FREE_LAYERS, Base, Network, load_base, logits
from pipeline.methods.coder.tuning.training import Checkpoint, Progress, TuningExamples, n_rounds, train
from pipeline.methods.embedding.model_files import own_layers
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import read_json


Matrix = NDArray[np.float64]

# The codebook's own words count half of a person's decision.
BOOK_WEIGHT = 0.5
# Each half is judged by a network that learnt from the other.
HALVES = 2
# The model reads the question with the answer: "nothing" praises or complains as it asks.
PROMPTS = {"good": "What was good? ", "better": "What could be better? "}
_HEAD = "head.safetensors"


@dataclass(frozen=True)
class Tuned:
    """A fine-tuned model; `held_out` are the logits of what it learnt from, given by networks that had not seen it."""

    base: Base
    network: Network
    code_ids: tuple[str, ...]
    held_out: dict[str, NDArray[np.float64]]
    facts: dict[str, Any]

    def chances(self, texts: Sequence[str], frames: Sequence[str]) -> Matrix:
        """Return how likely each code is right, float (n_texts, n_codes)."""
        return _logistic(logits(self.network, self.base.below(_prompted(texts, frames))).reshape(-1, len(self.code_ids)))

    def held_out_chances(self, texts: Sequence[str], frames: Sequence[str]) -> Matrix:
        """Return the same as if none of these texts had been learnt from."""
        keys = [key_of(text) for text in texts]
        chances = self.chances(texts, frames)
        for row, key in enumerate(keys):
            if key in self.held_out:
                chances[row] = _logistic(self.held_out[key])
        return chances


def key_of(text: str) -> str:
    """Return what stands for a text in a model's files, where no answer may stand."""
    return sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:16]


def tune(
    lessons: Sequence[TrainingExample],
    code_ids: Sequence[str],
    *,
    folder: Path,
    name: str,
    seed: int,
    keep: Path | None = None,
    progress: Progress = lambda done: None,
) -> Tuned:
    """Fine-tune the model called `name`, in `folder`, on the lessons, with a progress of 0 to 1.

    With `keep`, what is reached is kept there now and then; the same lessons go on from it, and end as if they had
    not been interrupted.
    """
    base = load_base(folder, layers=own_layers(name))
    states = base.below(_prompted([lesson.text for lesson in lessons], [lesson.frame for lesson in lessons]))
    material = _material(lessons, states, code_ids)
    unfinished = _unfinished(keep, lessons, code_ids, name=name, seed=seed)
    halves = _halves(lessons)
    held_out: dict[str, NDArray[np.float64]] = {}
    parts = _shares_of_work(halves)
    for half in range(HALVES):
        rows = np.flatnonzero(halves == half)
        network = _taught(base, material.take(np.flatnonzero(halves != half)), half, unfinished, seed, parts[half], progress)
        unseen = logits(network, [states[row] for row in rows.tolist()]) if len(rows) else np.zeros((0, len(code_ids)))
        held_out |= {key_of(lessons[row].text): unseen[place] for place, row in enumerate(rows.tolist())}
    network = _taught(base, material, HALVES, unfinished, seed, parts[HALVES], progress)
    facts = {"decisions": sum(lesson.source == "decision" for lesson in lessons), "lessons": len(lessons), "seed": seed}
    return Tuned(base, network, tuple(code_ids), held_out, facts | {"rounds": n_rounds(len(lessons)), "base": name})


def save(tuned: Tuned, folder: Path, *, base: Path) -> None:
    """Write the model as a sentence-transformers folder with its head, its card and the held-out logits; no texts."""
    from safetensors.numpy import save_file
    from sentence_transformers import SentenceTransformer

    # Written last and taken away first: a folder with it is whole.
    (folder / FACTS).unlink(missing_ok=True)
    model = SentenceTransformer(str(base), device="cpu", local_files_only=True)
    transformer: Any = model[0]
    # What learning began with may be other layers than the folder's.
    transformer.auto_model.load_state_dict(tuned.base.model.state_dict())
    transformer.auto_model.encoder.layer[-FREE_LAYERS:].load_state_dict(tuned.network.layers.state_dict())
    model.save(str(folder), create_model_card=False, safe_serialization=True)
    head = {name: value.numpy() for name, value in tuned.network.state_dict().items() if not name.startswith("layers.")}
    keys = sorted(tuned.held_out)
    head["held_out"] = np.array([tuned.held_out[key] for key in keys]).reshape(len(keys), -1)
    facts = json.dumps({**tuned.facts, "codes": tuned.code_ids, "held_out": keys}, indent=1, ensure_ascii=False)
    write_atomically(folder / _HEAD, lambda path: save_file(head, path))
    write_atomically(folder / "README.md", lambda path: path.write_text(_card(tuned), encoding="utf-8"))
    write_atomically(folder / FACTS, lambda path: path.write_text(facts, encoding="utf-8"))


def load(folder: Path) -> Tuned:
    """Load what `save` wrote; ModelError if it is not there or not whole."""
    import torch
    from safetensors.numpy import load_file

    if not is_tuned(folder):
        raise ModelError(f"There is no fine-tuned coder in {folder.name}; `themes learn --thorough` makes one.")
    facts = read_json(folder / FACTS)
    codes, keys = tuple(facts.pop("codes")), facts.pop("held_out")
    head, base = load_file(folder / _HEAD), load_base(folder)
    held_out = dict(zip(keys, head.pop("held_out"), strict=True))
    network = Network(base, len(codes))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in head.items()}, strict=False)
    return Tuned(base, network, codes, held_out, facts)


def _taught(
    base: Base,
    material: TuningExamples,
    part: int,
    unfinished: Path | None,
    seed: int,
    span: tuple[float, float],
    progress: Progress,
) -> Network:
    network = Network(base, material.shares.shape[1])
    checkpoint = Checkpoint(unfinished and unfinished / f"part-{part}.safetensors")
    start, end = span
    train(network, material, seed=seed, checkpoint=checkpoint, progress=lambda done: progress(start + (end - start) * done))
    return network


def _material(lessons: Sequence[TrainingExample], states: list[Any], code_ids: Sequence[str]) -> TuningExamples:
    # A contrast speaks of one code only.
    judged = [[not lesson.excluded or lesson.excluded == code for code in code_ids] for lesson in lessons]
    weights = [lesson.weight if lesson.source == "decision" else BOOK_WEIGHT for lesson in lessons]
    return TuningExamples(states, targets(lessons, code_ids), np.array(judged, dtype=np.float64), np.array(weights))


def _halves(lessons: Sequence[TrainingExample]) -> NDArray[np.intp]:
    """Return each lesson's half, -1 for definitions and contrasts, which both networks learn from."""
    judged = [lesson.source in ("example", "decision") for lesson in lessons]
    return np.array(
        [int(key_of(lesson.text), 16) % HALVES if is_judged else -1 for lesson, is_judged in zip(lessons, judged, strict=True)]
    )


def _shares_of_work(halves: NDArray[np.intp]) -> list[tuple[float, float]]:
    rows = np.array([(halves != half).sum() for half in range(HALVES)] + [len(halves)], dtype=float)
    work = np.array([n * n_rounds(int(n)) for n in rows])
    ends = np.cumsum(work) / work.sum()
    return list(zip([0.0, *ends[:-1].tolist()], ends.tolist(), strict=True))


def _unfinished(
    keep: Path | None, lessons: Sequence[TrainingExample], code_ids: Sequence[str], *, name: str, seed: int
) -> Path | None:
    """Return the folder of a training of this model on exactly these lessons."""
    if keep is None:
        return None
    content = json.dumps(
        [[lesson.text, lesson.frame, sorted(lesson.shares.items()), lesson.excluded, lesson.weight] for lesson in lessons]
    )
    return keep / sha256(f"{content}{code_ids}{seed}{name}".encode()).hexdigest()[:16]


def _prompted(texts: Sequence[str], frames: Sequence[str]) -> list[str]:
    return [PROMPTS.get(frame, "") + text for text, frame in zip(texts, frames, strict=True)]


def _logistic(x: Matrix) -> Matrix:
    from scipy.special import expit

    return np.asarray(expit(x))


def _card(tuned: Tuned) -> str:
    facts = tuned.facts
    return f"""# A coder fine-tuned for this study

What: the sentence model `{facts["base"]}` with its last {FREE_LAYERS} layers fine-tuned, and a head (`{_HEAD}`) for
{len(tuned.code_ids)} codes. Made by `themes learn --thorough`; used by `themes run` beside the quick coder.

Learnt from: {facts["lessons"]:,} lessons, {facts["decisions"]:,} of them people's decisions on excerpts of this study, the
rest the codebook's words. {facts["rounds"]} rounds, seed {facts["seed"]}.

Use: for this study and its codebook. It was shown de-identified words of this study; the files hold numbers, code ids and
hashes, no words, but a model may remember what it learnt: keep it with the study. Do not use it to judge a person.
"""
