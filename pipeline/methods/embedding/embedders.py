"""Sentence vectors from models that lie on this machine; nothing is ever fetched."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.embedding.bert import Bert, is_plain_bert, load_bert
from pipeline.methods.embedding.centring import MARK, centred_if_collapsed
from pipeline.methods.embedding.e5 import is_e5, load_e5
from pipeline.methods.embedding.embedder import Embedder, SentenceModel
from pipeline.methods.embedding.model_files import (
    MULTILINGUAL,
    SUMS,
    check_shipped,
    folder_sha256,
    own_layers,
    shipped_folder,
    shipped_sha256,
)
from pipeline.runtime.plain_files import why_no_file
from pipeline.runtime.threads import side_by_side


_PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
AT_ONCE = {"static"}
"""Models that are loaded in no time."""
# With more tokens a batch the kernels gain 3 %, and the last, half-filled batch of each width loses more.
BATCH_TOKENS = 512
WIDTHS = (*range(8, 64, 4), 64, 80, 96, 128, 192, 256, 384, 512, 1024, 2048)


@dataclass(frozen=True)
class OfSentenceTransformers:
    """Any model that sentence-transformers can load."""

    model: Any

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.model.get_embedding_dimension() or 0)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, as many as the model reads."""
        tokens = self.model.tokenizer(list(texts), truncation=True, max_length=self.model.max_seq_length)
        return [list(ids) for ids in tokens["input_ids"]]

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the places of texts to be read together, given how many tokens each has."""
        return (places for _, places in batches_of_fixed_shape(lengths))

    def sentence_vectors(self, rows: Sequence[list[int]]) -> NDArray[np.float32]:
        """Return a vector for each row of token ids, as `batches` puts them together: float32 (n_rows, dimension)."""
        import torch

        width = width_of(max(map(len, rows)))
        filled = [*rows, *([rows[-1]] * (rows_of(width) - len(rows)))]
        padded = self.model.tokenizer.pad({"input_ids": filled}, padding="max_length", max_length=width, return_tensors="pt")
        with torch.inference_mode():
            output = self.model({key: value.to(self.model.device) for key, value in padded.items()})
        vectors: NDArray[np.float32] = output["sentence_embedding"].float().cpu().numpy()
        return np.asarray(vectors[: len(rows)])


@dataclass(frozen=True)
class TransformerEmbedder:
    """A sentence-transformers model in a folder on this machine."""

    name: str
    dimension: int
    sha256: str
    precision: str
    model: SentenceModel
    source: str | Path
    device: str

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrive in another process without the model, which is loaded there once."""
        return partial(load_embedder, self.source, precision=self.precision, device=self.device), ()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        rows = np.empty((len(texts), self.dimension), dtype=np.float32)
        tokens = self.model.token_ids(texts)

        def read(batch: list[int]) -> None:
            rows[batch] = self.model.sentence_vectors([tokens[place] for place in batch])

        batches = list(self.model.batches([len(ids) for ids in tokens]))
        if self.device == "cpu":
            # Products this small gain little from several threads; batches side by side take two thirds of the time.
            side_by_side(read, reversed(batches))
        else:
            for batch in batches:
                read(batch)
        return _unit_rows(rows)


@dataclass(frozen=True)
class StaticEmbedder:
    """A model2vec table of token vectors: no transformer, far faster, somewhat less exact."""

    name: str
    dimension: int
    sha256: str
    precision: str
    model: Any

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrive in another process without the model, which is loaded there once."""
        return load_embedder, (self.name,)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, float32 (n_texts, dimension)."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return _unit_rows(self.model.encode(list(texts), use_multiprocessing=False))


def load_embedder(name: str | Path, *, precision: str = "auto", device: str = "cpu") -> Embedder:
    """Load an embedder by its name in `EMBEDDERS`, or from a sentence-transformers folder.

    `precision` is "auto" (bf16 where the processor multiplies it in hardware), "bf16" or "fp32"; `device` "cpu" or "cuda".
    Raises ModelError when the model is missing, its files are not the ones we know, or there is no such device.
    """
    return _loaded(name, settled_precision(name, precision), device)


@cache
def _loaded(name: str | Path, precision: str, device: str) -> Embedder:
    loader = EMBEDDERS.get(str(name))
    if loader is not None:
        return loader(precision=precision, device=device)
    folder = Path(name)
    if not folder.is_dir():
        raise ModelError(
            f"There is no model called {name!s} and no folder of that name. "
            f"Set [embed] model to one of {', '.join(EMBEDDERS)} or to a sentence-transformers folder on this machine."
        )
    return _load_folder(folder, precision=precision, device=device)


def model_sha256(name: str | Path) -> str:
    """Return the sha256 that stands for a model's files, without loading the model."""
    return shipped_sha256(str(name)) if str(name) in SUMS else folder_sha256(Path(name))


def _load_shipped(name: str, *, precision: str, device: str) -> Embedder:
    sha256 = check_shipped(name)
    return _load_transformer(shipped_folder(name), name=name, source=name, sha256=sha256, precision=precision, device=device)


def _load_static(*, precision: str, device: str) -> Embedder:
    from model2vec import StaticModel

    sha256 = check_shipped("static")
    # It would say that our model card is not laid out as a hub's.
    logging.getLogger("huggingface_hub.repocard").setLevel(logging.ERROR)
    model = StaticModel.from_pretrained(shipped_folder("static"))
    return StaticEmbedder("static", model.dim, sha256, precision, model)


def model_recipe(name: str | Path) -> str:
    """Return what decides the vectors of a model: its files, and that another than the shipped ones is centred if it must be."""
    return model_sha256(name) if str(name) in EMBEDDERS else f"{model_sha256(name)}{MARK}"


def check_folder(folder: Path) -> None:
    """Raise ModelError where a model is kept as what could run a program when it is opened, or is no plain file."""
    files = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    for path in files:
        if reason := why_no_file(path):
            raise ModelError(f"The folder {folder.name} holds {path.name}, and {reason}. Take it out.")
    safe = {path.parent for path in files if path.suffix == ".safetensors"}
    for path in files:
        if path.suffix.lower() in _PICKLES and path.parent not in safe:
            raise ModelError(
                f"The folder {folder.name} keeps its weights in {path.name}, a pickle, which can run any program when it is "
                "opened. It was not opened. Ask for the model as safetensors (model.safetensors), or save it so if you trust it."
            )


def _load_folder(folder: Path, *, precision: str, device: str) -> Embedder:
    check_folder(folder)
    return centred_if_collapsed(
        _load_transformer(
            folder, name=folder.name, source=folder, sha256=folder_sha256(folder), precision=precision, device=device
        )
    )


def _load_transformer(folder: Path, *, name: str, source: str | Path, sha256: str, precision: str, device: str) -> Embedder:
    import torch
    from safetensors import SafetensorError

    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError(
            '[embed] device = "cuda" asks for a graphics card, and this machine has none that torch can use; set "cpu".'
        )
    try:
        if is_e5(folder) or is_plain_bert(folder):
            model: SentenceModel = _load_encoder(folder, precision=precision, device=device, layers=own_layers(source))
        else:
            model = _load_sentence_transformers(folder, precision=precision, device=device)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError, SafetensorError) as exc:
        # The libraries let pass whatever a folder makes them run into; want of memory is no fault of the folder.
        if "memory" in str(exc).casefold():
            raise
        raise ModelError(
            f"The folder {folder.name} does not hold a sentence-transformers model that can be loaded; "
            "it needs modules.json, config.json, a tokenizer and safetensors weights."
        ) from exc
    return TransformerEmbedder(name, model.dimension, sha256, precision, model, source, device)


def load_encoder(name: str, *, precision: str, device: str = "cpu", layers: Path | None = None, can_learn: bool = False) -> Bert:
    """Load a shipped transformer, with the layers in a file, or else those of its own, in the place of its parent's.

    ModelError where its files are not the ones we know.
    """
    check_shipped(name)
    layers = layers or own_layers(name)
    return _load_encoder(shipped_folder(name), precision=precision, device=device, layers=layers, can_learn=can_learn)


def _load_encoder(folder: Path, *, precision: str, device: str, layers: Path | None, can_learn: bool = False) -> Bert:
    load = load_e5 if is_e5(folder) else load_bert
    return load(folder, precision=precision, device=device, layers=layers, can_learn=can_learn)


def _load_sentence_transformers(folder: Path, *, precision: str, device: str) -> SentenceModel:
    stay_offline()
    import torch
    from sentence_transformers import SentenceTransformer

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    model = SentenceTransformer(
        str(folder), device=device, local_files_only=True, model_kwargs={"dtype": dtype, "use_safetensors": True}
    )
    return OfSentenceTransformers(model)


def stay_offline() -> None:
    """Keep the model libraries from looking anything up, and from printing; to be called before they load a model."""
    # A hub look-up would be a network call; the models are folders, so it can only be an accident.
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]


def settled_precision(name: str | Path, wanted: str = "auto") -> str:
    """Return what the model computes in on this machine: "bf16" or "fp32" for a transformer, "int8" for the static model."""
    if str(name) == "static":
        return "int8"
    if wanted != "auto":
        return wanted
    return "bf16" if has_fast_bf16() else "fp32"


def has_fast_bf16() -> bool:
    """Say whether this processor multiplies bf16 in hardware: with AMX 3 times faster than fp32, with AVX-512 twice."""
    import torch

    can = torch.cpu.get_capabilities()
    return bool(can.get("amx_bf16") or can.get("avx512_bf16"))


def model_folder(name: str | Path) -> Path:
    """Return where a transformer's files lie; ModelError if it is a static model or there is no such folder."""
    if str(name) in ("voices", "minilm"):
        return shipped_folder(str(name))
    if str(name) == "static" or not Path(name).is_dir():
        raise ModelError(f"The model {name!s} has no layers that could learn; use minilm, or a sentence-transformers folder.")
    return Path(name)


def batches_of_fixed_shape(lengths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield a width in tokens and the places of texts that fit it, at most `BATCH_TOKENS` tokens together, or one text."""
    # Matrix kernels round differently for different shapes. In a few fixed shapes a text's vector depends neither on
    # the texts beside it nor on the number of threads, so that a second wave and a fresh run give the same themes.
    by_width: dict[int, list[int]] = {}
    for position, length in enumerate(lengths):
        by_width.setdefault(width_of(length), []).append(position)
    for width, positions in sorted(by_width.items()):
        rows = rows_of(width)
        yield from ((width, positions[start : start + rows]) for start in range(0, len(positions), rows))


def width_of(length: int) -> int:
    """Return to how many tokens a text of so many is padded."""
    return int(next(width for width in WIDTHS if length <= width))


def rows_of(width: int) -> int:
    """Return how many texts of a width in tokens make a batch."""
    return max(1, BATCH_TOKENS // width)


def _unit_rows(vectors: NDArray[Any]) -> NDArray[np.float32]:
    rows = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)


EMBEDDERS: dict[str, Callable[..., Embedder]] = {
    "voices": partial(_load_shipped, "voices"),
    "minilm": partial(_load_shipped, "minilm"),
    MULTILINGUAL: partial(_load_shipped, MULTILINGUAL),
    "static": _load_static,
}
