"""BERT encoders with mean pooling, from a sentence-transformers folder, with no more libraries than they need.

Devlin et al. 2019; the pooling is that of Reimers and Gurevych 2019. Vectors are those of sentence-transformers bit for bit;
loading it, and transformers, takes longer than reading the answers of a survey does.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray


if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Config = dict[str, Any]
_PROMPTS, _LENGTH = "config_sentence_transformers.json", "sentence_bert_config.json"
_SAID = {"hidden_size", "num_hidden_layers", "num_attention_heads", "layer_norm_eps", "pad_token_id"}
_PLAIN = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}


@dataclass(frozen=True)
class Bert:
    """An encoder's weights by name, its tokenizer and what its configuration says."""

    weights: "dict[str, Tensor]"
    tokenizer: "Tokenizer"
    config: Config
    device: str

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.config["hidden_size"])

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text's tokens, as many as the model reads."""
        return [found.ids for found in self.tokenizer.encode_batch_fast(list(texts))]

    def sentence_vectors(self, rows: Sequence[list[int]], *, width: int) -> NDArray[np.float32]:
        """Return a vector for each row of token ids, none longer than `width`: float32 (n_rows, dimension)."""
        import torch

        ids = torch.full((len(rows), width), int(self.config["pad_token_id"]))
        for place, row in enumerate(rows):
            ids[place, : len(row)] = torch.tensor(row)
        lengths = torch.tensor([len(row) for row in rows])
        with torch.inference_mode():
            vectors = self._pooled(ids.to(self.device), (torch.arange(width) < lengths[:, None]).to(self.device))
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)

    def _pooled(self, ids: "Tensor", read: "Tensor") -> "Tensor":
        import torch
        from torch.nn.functional import normalize

        states = self._embedded(ids)
        for layer in range(int(self.config["num_hidden_layers"])):
            states = self._layer(states, read, f"encoder.layer.{layer}")
        sums = (states * read[:, :, None].to(states.dtype)).sum(1, dtype=torch.float32)
        return normalize((sums / read.sum(1, keepdim=True)).to(states.dtype), p=2, dim=1)

    def _embedded(self, ids: "Tensor") -> "Tensor":
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        kind = self.weights["embeddings.token_type_embeddings.weight"][0]
        places = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        return self._evened(words + kind + places, "embeddings.LayerNorm")

    def _layer(self, states: "Tensor", read: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import gelu

        heard = self._linear(self._attended(states, read, f"{name}.attention.self"), f"{name}.attention.output.dense")
        states = self._evened(heard + states, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._linear(states, f"{name}.intermediate.dense"))
        return self._evened(self._linear(inner, f"{name}.output.dense") + states, f"{name}.output.LayerNorm")

    def _attended(self, states: "Tensor", read: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import scaled_dot_product_attention

        rows, width, size = states.shape
        heads = int(self.config["num_attention_heads"])
        parts = [self._linear(states, f"{name}.{part}") for part in ("query", "key", "value")]
        query, key, value = (part.view(rows, width, heads, size // heads).transpose(1, 2) for part in parts)
        found = scaled_dot_product_attention(query, key, value, attn_mask=read[:, None, None, :].expand(-1, -1, width, -1))
        return found.transpose(1, 2).reshape(rows, width, size)

    def _linear(self, states: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import linear

        return linear(states, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def _evened(self, states: "Tensor", name: str) -> "Tensor":
        from torch.nn.functional import layer_norm

        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return layer_norm(states, weight.shape, weight, bias, float(self.config["layer_norm_eps"]))


def is_plain_bert(folder: Path) -> bool:
    """Say whether a folder holds what `load_bert` reads: BERT, then the mean of its tokens, then vectors of length one."""
    try:
        config, modules, prompts = (_json(folder / name) for name in ("config.json", "modules.json", _PROMPTS))
        pooling = _json(folder / modules[1]["path"] / "config.json")
        parts = [part["type"].rpartition(".")[2] for part in modules]
        longest = _json(folder / _LENGTH).get("max_seq_length")
        # Models saved with the head that they were trained with have other names.
        named = "embeddings.word_embeddings.weight" in _weight_names(folder)
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


def load_bert(folder: Path, *, precision: str, device: str) -> Bert:
    """Load an encoder that `is_plain_bert`; OSError, ValueError, KeyError or SafetensorError where a file is damaged."""
    import torch
    from safetensors.torch import load_file

    config = _json(folder / "config.json")
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    weights = load_file(folder / "model.safetensors", device=device)
    weights = {name: weight.to(dtype) for name, weight in weights.items() if weight.is_floating_point()}
    model = Bert(weights, _tokenizer(folder), config, device)
    # A weight that is missing is told now and not in the middle of a run; other libraries would put chance in its place.
    model.sentence_vectors([[int(config["pad_token_id"])]], width=1)
    return model


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
    return json.loads(path.read_text(encoding="utf-8"))
