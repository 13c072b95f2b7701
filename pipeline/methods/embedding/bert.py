"""BERT encoders with mean pooling, from a sentence-transformers folder, with no more libraries than they need.

Devlin et al. 2019; the pooling is that of Reimers and Gurevych 2019. Loading sentence-transformers, and transformers, takes
longer than reading the answers of a survey does. Texts are not padded to one length but stand one after the other in a row of
tokens that is always as long, so that each product of matrices has one shape; only attention is worked out text by text.
"""

import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.runtime.plain_files import read_json


if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Config = dict[str, Any]
Runs = Sequence[tuple[int, int]]
"""How many texts of one length in tokens stand one after the other, and that length."""
TOGETHER = 512
"""How many tokens are read together at least."""
_WORDS, _PLACES = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
_ASKED = "query_key_value"
_PROMPTS, _LENGTH = "config_sentence_transformers.json", "sentence_bert_config.json"
_SAID = {"hidden_size", "num_hidden_layers", "num_attention_heads", "layer_norm_eps", "pad_token_id"}
_PLAIN = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}


class Rows(Protocol):
    """A table of which rows can be had by their numbers, such as a tensor."""

    def __getitem__(self, ids: "Tensor") -> "Tensor":
        """Return rows (n_ids, width)."""


@dataclass(frozen=True)
class Bert:
    """An encoder's weights by name, what stands for each token, its tokenizer and what its configuration says.

    Where torch can, the weights of products of matrices are `laid_out` by name as the processor reads them.
    """

    weights: "dict[str, Tensor]"
    laid_out: "dict[str, Tensor]"
    words: "Rows"
    tokenizer: "Tokenizer"
    config: Config
    device: str

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.config["hidden_size"])

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, as many as the model reads."""
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(list(texts))]

    @property
    def room(self) -> int:
        """How many tokens are read together."""
        return max(TOGETHER, len(self.weights[_PLACES]))

    def batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Yield the places of texts to be read together, given how many tokens each has, shortest first."""
        batch: list[int] = []
        left = self.room
        for place in sorted(range(len(lengths)), key=lengths.__getitem__):
            if lengths[place] > left:
                yield batch
                batch, left = [], self.room
            batch.append(place)
            left -= lengths[place]
        if batch:
            yield batch

    def sentence_vectors(self, rows: Sequence[list[int]]) -> NDArray[np.float32]:
        """Return a vector for each row of token ids, as `batches` puts them together: float32 (n_rows, dimension)."""
        import torch
        from torch.nn.functional import normalize

        ids = torch.full((self.room,), int(self.config["pad_token_id"]))
        places = torch.zeros(self.room, dtype=torch.long)
        tokens = sum(map(len, rows))
        ids[:tokens] = torch.tensor([token for row in rows for token in row])
        places[:tokens] = torch.tensor([place for row in rows for place in range(len(row))])
        runs = [(len(list(run)), length) for length, run in groupby(map(len, rows))]
        with torch.inference_mode():
            states = self._read(ids.to(self.device), places.to(self.device), runs)
            means = [part.sum(1, dtype=torch.float32) / part.shape[1] for part in texts_of(states, runs)]
            vectors = normalize(torch.cat(means).to(states.dtype), p=2, dim=1)
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)

    def _read(self, ids: "Tensor", places: "Tensor", runs: Runs) -> "Tensor":
        states = self.embedded(ids, places)
        for layer in range(int(self.config["num_hidden_layers"])):
            states = self.layer(states, runs, layer)
        return states

    def embedded(self, ids: "Tensor", places: "Tensor") -> "Tensor":
        """Return what stands for tokens before any layer has read them, given their ids and their places in their texts."""
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        states = self.words[ids] + kind + self.weights[_PLACES][places]
        return self._evened(states, "embeddings.LayerNorm")

    def layer(self, states: "Tensor", runs: Runs, number: int) -> "Tensor":
        """Return what a layer makes of the tokens of texts that stand one after the other; torch can differentiate it."""
        name = f"encoder.layer.{number}"
        heard = self._linear(self._attended(states, runs, f"{name}.attention.self"), f"{name}.attention.output.dense")
        states = self._evened(heard + states, f"{name}.attention.output.LayerNorm")
        inner = self._linear(states, f"{name}.intermediate.dense", then="gelu")
        return self._evened(self._linear(inner, f"{name}.output.dense") + states, f"{name}.output.LayerNorm")

    def _attended(self, states: "Tensor", runs: Runs, name: str) -> "Tensor":
        """Let each token hear the others of its text."""
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        heads = int(self.config["num_attention_heads"])
        asked, attended = self._linear(states, f"{name}.{_ASKED}"), []
        for part in texts_of(asked, runs):
            texts, length, size = part.shape[0], part.shape[1], part.shape[2] // 3
            query, key, value = part.view(texts, length, 3, heads, size // heads).permute(2, 0, 3, 1, 4)
            attention = scaled_dot_product_attention(query, key, value)
            attended.append(attention.transpose(1, 2).reshape(texts * length, size))
        # Behind the texts stand blanks, which attend to nothing.
        blanks = len(states) - sum(map(len, attended))
        return torch.cat([*attended, asked.new_zeros(blanks, states.shape[1])])

    def _linear(self, states: "Tensor", name: str, *, then: str = "none") -> "Tensor":
        import torch
        from torch.nn.functional import gelu, linear

        bias = self.weights[f"{name}.bias"]
        if name in self.laid_out:
            laid: Tensor = torch.ops.mkldnn._linear_pointwise(states, self.laid_out[name], bias, then, [], "none")
            return laid
        product = linear(states, self.weights[f"{name}.weight"], bias)
        return gelu(product) if then == "gelu" else product

    def _evened(self, states: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import layer_norm

        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return layer_norm(states, weight.shape, weight, bias, float(self.config["layer_norm_eps"]))


def texts_of(states: "Tensor", runs: Runs) -> "Iterator[Tensor]":
    """Yield for each run of texts of one length what belongs to them, as (texts, length, size)."""
    start = 0
    for texts, length in runs:
        yield states[start : start + texts * length].view(texts, length, -1)
        start += texts * length


def is_plain_bert(folder: Path) -> bool:
    """Say whether a folder holds what `load_bert` reads: BERT, then the mean of its tokens, then vectors of length one."""
    try:
        config, modules, prompts = (_json(folder / name) for name in ("config.json", "modules.json", _PROMPTS))
        pooling = _json(folder / modules[1]["path"] / "config.json")
        parts = [part["type"].rpartition(".")[2] for part in modules]
        longest = _json(folder / _LENGTH).get("max_seq_length")
        # Models saved with the head that they were trained with have other names.
        named = _WORDS in _weight_names(folder)
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False
    return (
        named
        and config.keys() >= _SAID
        and {name: config.get(name, usual) for name, usual in _PLAIN.items()} == _PLAIN
        and parts == ["Transformer", "Pooling", "Normalize"]
        and _is_mean(pooling)
        and not any((prompts.get("prompts") or {}).values())
        and isinstance(longest, int)
        and (folder / "tokenizer.json").is_file()
    )


def _weight_names(folder: Path) -> list[str]:
    """Return the names of a model's weights without reading them; ValueError where the file is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / "model.safetensors", framework="numpy") as file:
            return list(file.keys())
    except SafetensorError as fault:
        raise ValueError("model.safetensors cannot be read") from fault


def _is_mean(pooling: Config) -> bool:
    asked = {name: value for name, value in pooling.items() if name.startswith("pooling_mode") and value}
    return asked in ({"pooling_mode_mean_tokens": True}, {"pooling_mode": "mean"})


def load_bert(folder: Path, *, precision: str, device: str, layers: Path | None = None, can_learn: bool = False) -> Bert:
    """Load an encoder that `is_plain_bert`, with the weights in the file `layers` in the place of the folder's own.

    With `can_learn` no weights are laid out for the processor, so that torch can differentiate by them.
    Raises OSError, ValueError, KeyError or SafetensorError where a file is damaged.
    """
    from safetensors.torch import load_file

    weights = load_file(folder / "model.safetensors", device=device)
    weights |= load_file(layers, device=device) if layers else {}
    config = _json(folder / "config.json")
    return ready_bert(weights, _tokenizer(folder), config, precision=precision, device=device, can_learn=can_learn)


def ready_bert(
    weights: "dict[str, Tensor]",
    tokenizer: "Tokenizer",
    config: Config,
    *,
    precision: str,
    device: str,
    can_learn: bool,
    words: "Rows | None" = None,
) -> Bert:
    """Return an encoder with these weights; `words` has what stands for tokens where it is not among them."""
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    weights = {name: weight.to(device, dtype) for name, weight in weights.items() if weight.is_floating_point()}
    for layer in range(int(config["num_hidden_layers"])):
        _join_asked(weights, f"encoder.layer.{layer}.attention.self")
    model = Bert(weights, {}, weights[_WORDS] if words is None else words, tokenizer, config, device)
    if device == "cpu" and not can_learn and _can_lay_out(precision):
        model = replace(model, laid_out=_laid_out(weights, model.room))
    # A weight that is missing is told now and not in the middle of a run; other libraries would put chance in its place.
    model.sentence_vectors([[int(config["pad_token_id"])]])
    return model


def _can_lay_out(precision: str) -> bool:
    import torch

    supported = platform.machine() in ("x86_64", "AMD64") and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return supported and (precision == "fp32" or bool(torch.ops.mkldnn._is_mkldnn_bf16_supported()))


def _laid_out(weights: "dict[str, Tensor]", room: int) -> "dict[str, Tensor]":
    """Take out the weights of products of matrices and return them as the processor reads them: each product did so anew."""
    import torch

    names = [name.removesuffix(".weight") for name in weights if name.startswith("encoder.") and weights[name].dim() == 2]
    return {name: torch.ops.mkldnn._reorder_linear_weight(weights.pop(f"{name}.weight"), room) for name in names}


def _join_asked(weights: "dict[str, Tensor]", name: str) -> None:
    """Put what makes queries, keys and values into one matrix: one large product is quicker than three."""
    import torch

    for kind in ("weight", "bias"):
        parts = [weights.pop(f"{name}.{part}.{kind}") for part in ("query", "key", "value")]
        weights[f"{name}.{_ASKED}.{kind}"] = torch.cat(parts)


def _tokenizer(folder: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as fault:
        # The library raises nothing narrower.
        raise ValueError("tokenizer.json cannot be read") from fault
    tokenizer.no_padding()
    tokenizer.enable_truncation(int(_json(folder / _LENGTH)["max_seq_length"]))
    return tokenizer


def _json(path: Path) -> Any:
    return read_json(path)
