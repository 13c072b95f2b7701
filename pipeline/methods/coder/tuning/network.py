"""The language model in two parts: lower layers that never change, and upper ones that learn, with a look at each code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from pipeline.errors import ModelError
from pipeline.methods.embedding.embedders import batches_of_fixed_shape, has_fast_bf16, rows_of, stay_offline


# Two of MiniLM's six layers learn: with three, coded NHS answers were ranked no better, in twice the time.
FREE_LAYERS = 2
LONGEST = 128
# Logits are this many times a cosine at first, so that a unit vector can say "almost surely".
SCALE = 8.0
# Before anything is learnt, a code is as likely as one in a codebook of a dozen.
FIRST_LEVEL = -2.5


@dataclass(frozen=True)
class Base:
    """A BERT-like model as it came, with its tokenizer."""

    tokenizer: Any
    model: Any

    @property
    def width(self) -> int:
        """How many numbers stand for a token."""
        return int(self.model.config.hidden_size)

    def below(self, texts: Sequence[str]) -> list[Tensor]:
        """Return what the lower layers make of each text, bf16 (n_tokens, width): computed once, learnt from often."""
        tokens = self.tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
        states: list[Tensor] = [torch.empty(0)] * len(tokens)
        with torch.inference_mode(), half_precision():
            for width, rows in batches_of_fixed_shape([len(ids) for ids in tokens]):
                hidden = self._below([tokens[row] for row in rows], width=width)
                for place, row in enumerate(rows):
                    states[row] = hidden[place, : len(tokens[row])].to(torch.bfloat16).clone()
        return states

    def _below(self, ids: list[list[int]], *, width: int) -> Tensor:
        filled = ids + ids[-1:] * (rows_of(width) - len(ids))
        padded = self.tokenizer.pad({"input_ids": filled}, padding="max_length", max_length=width, return_tensors="pt")
        hidden: Tensor = self.model.embeddings(input_ids=padded["input_ids"])
        return _through(self.model.encoder.layer[:-FREE_LAYERS], hidden, padded["attention_mask"])


def load_base(folder: Path, *, layers: Path | None = None) -> Base:
    """Load a sentence-transformers folder's model in full precision, with the layers in a file in the place of its own.

    ModelError if its layers are not BERT's.
    """
    stay_offline()
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    if len(getattr(getattr(model, "encoder", None), "layer", ())) <= FREE_LAYERS:
        raise ModelError(f"The model {folder.name} has no layers that could learn; use minilm for a thorough effort.")
    if layers is not None:
        # A name that the model has not would be a weight that is passed over.
        _, strange = model.load_state_dict(load_file(layers), strict=False)
        if strange:
            raise ModelError(f"The file {layers.name} of {layers.parent.name} holds layers that the model does not have.")
    return Base(AutoTokenizer.from_pretrained(folder, local_files_only=True), model.eval())


class Network(nn.Module):
    """The upper layers and a head: each code looks at the words that speak of it, and at the text as a whole.

    The head is label-wise attention (Mullenbach et al. 2018, "Explainable Prediction of Medical Codes") beside a linear
    layer over the mean; it starts at nothing, which made it steadier than starting from the codes' own vectors.
    """

    def __init__(self, base: Base, n_codes: int) -> None:
        super().__init__()
        from copy import deepcopy

        self.layers = deepcopy(base.model.encoder.layer[-FREE_LAYERS:])
        self.looks, self.sees, self.whole = (nn.Parameter(torch.zeros(n_codes, base.width)) for _ in range(3))
        self.level = nn.Parameter(torch.full((n_codes,), FIRST_LEVEL))

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Return the logits (n, n_codes) of texts given by what the lower layers made of them, (n, n_tokens, width)."""
        tokens = _through(self.layers, hidden, mask).float()
        present = mask[:, :, None].float()
        with torch.autocast("cpu", enabled=False):
            whole = functional.normalize((tokens * present).sum(1) / present.sum(1), dim=1)
            units = functional.normalize(tokens, dim=2)
            attention = (SCALE * units @ self.looks.T).masked_fill(present == 0, -1e4).softmax(1)
            seen = (attention * (units @ self.sees.T)).sum(1)
            logits: Tensor = self.level + SCALE * (whole @ self.whole.T + seen)
        return logits

    @property
    def heads(self) -> list[nn.Parameter]:
        """What is new in the network, and learns faster than the layers that were there."""
        return [self.looks, self.sees, self.whole, self.level]


def logits(network: Network, states: Sequence[Tensor]) -> NDArray[np.float64]:
    """Return the logits of texts, float (n_texts, n_codes); a text's do not depend on the texts beside it."""
    network.eval()
    outputs = np.zeros((len(states), len(network.level)))
    with torch.inference_mode(), half_precision():
        for width, rows in batches_of_fixed_shape([len(state) for state in states]):
            filled = rows + rows[-1:] * (rows_of(width) - len(rows))
            hidden, mask = padded([states[row] for row in filled], width=width)
            outputs[rows] = network(hidden, mask)[: len(rows)].double().numpy()
    return outputs


def padded(states: Sequence[Tensor], *, width: int) -> tuple[Tensor, Tensor]:
    """Return states side by side (n, width, d) and where there are tokens (n, width)."""
    hidden = torch.zeros(len(states), width, states[0].shape[1])
    mask = torch.zeros(len(states), width)
    for place, state in enumerate(states):
        hidden[place, : len(state)] = state.float()
        mask[place, : len(state)] = 1
    return hidden, mask


@contextmanager
def half_precision() -> Iterator[None]:
    """Multiply matrices in bf16 where the processor is faster so."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_fast_bf16()):
        yield


def _through(layers: Any, hidden: Tensor, mask: Tensor) -> Tensor:
    unseen = (1 - mask[:, None, None, :].to(hidden.dtype)) * torch.finfo(hidden.dtype).min
    for layer in layers:
        output = layer(hidden, attention_mask=unseen)
        hidden = output[0] if isinstance(output, tuple) else output
    return hidden
