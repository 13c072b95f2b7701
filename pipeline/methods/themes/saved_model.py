"""Themes kept for a later survey: their middles as safetensors and what people know of them as JSON; no answers' text."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ModelError
from pipeline.methods.themes.phrases import spoken
from pipeline.methods.themes.tokens import words
from pipeline.runtime.files import write_atomically
from pipeline.runtime.plain_files import read_json


# Written last and with the hash of the middles in it, so that a folder where the two agree is whole.
FACTS, MIDDLES = "themes.json", "centroids.safetensors"
# A word that fewer texts hold may point to a person.
FEWEST_TEXTS = 3


@dataclass(frozen=True)
class SavedTheme:
    """What is known of a theme; `exemplars` are the ids of the texts it was typical of when it was saved."""

    theme_id: str
    title: str
    keywords: tuple[str, ...]
    family: int
    family_title: str
    exemplars: tuple[str, ...]
    stability: float | None = None
    named: bool = False
    set_aside: bool = False
    agreed_code: str | None = None
    guide_code: str | None = None


@dataclass(frozen=True)
class SavedThemes:
    """Themes with their middles, float32 (n_themes, d), unit rows.

    `quantiles` are those of how near the `n_texts` texts they were found in are to the nearest theme (see `drift`);
    `embedder` is the name of the model that made the vectors and `sha256` stands for its files.
    """

    themes: tuple[SavedTheme, ...]
    centroids: NDArray[np.float32]
    quantiles: tuple[float, ...]
    n_texts: int
    embedder: str
    sha256: str


def save(saved: SavedThemes, folder: Path) -> None:
    """Write themes into a folder; what was there of the kind is replaced."""
    from safetensors.numpy import save_file

    write_atomically(folder / MIDDLES, lambda path: save_file({"centroids": np.ascontiguousarray(saved.centroids)}, path))
    facts = {
        "embedder": {"name": saved.embedder, "sha256": saved.sha256},
        "n_texts": saved.n_texts,
        "quantiles": saved.quantiles,
        "centroids_sha256": _sha256(folder / MIDDLES),
        "themes": [asdict(theme) for theme in saved.themes],
    }
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / FACTS, lambda path: path.write_text(text, encoding="utf-8"))


def load(folder: Path) -> SavedThemes:
    """Load what `save` wrote; ModelError if it is not there or not whole."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not (folder / FACTS).is_file():
        raise ModelError(
            f"There are no saved themes in {folder.name}; `themes freeze` makes them from a study that has been run."
        )
    try:
        facts = read_json(folder / FACTS)
        if facts["centroids_sha256"] != _sha256(folder / MIDDLES):
            raise ValueError("The middles are not those that were saved with the themes.")
        rows = [{**row, "keywords": tuple(row["keywords"]), "exemplars": tuple(row["exemplars"])} for row in facts["themes"]]
        model = facts["embedder"]
        themes, middles = tuple(SavedTheme(**row) for row in rows), load_file(folder / MIDDLES)["centroids"]
        return SavedThemes(themes, middles, tuple(facts["quantiles"]), facts["n_texts"], model["name"], model["sha256"])
    except (ValueError, KeyError, TypeError, AttributeError, OSError, SafetensorError) as exc:
        raise ModelError(
            f"The saved themes in {folder.name} are not whole; please copy that folder again, or freeze again."
        ) from exc


def words_of_enough(texts: Sequence[str], keywords: Sequence[str]) -> tuple[str, ...]:
    """Return those of the keywords that at least three different texts hold."""
    uses = Counter(word for text in set(texts) for word in set(words(text)))
    return tuple(word for word in keywords if uses[word] >= FEWEST_TEXTS)


def said_by_enough(texts: Sequence[str], title: str) -> bool:
    """Say whether at least three different texts hold each phrase (between commas) of a title; endings do not count."""
    different = [spoken(text) for text in sorted(set(texts))]
    phrases = [spoken(phrase) for phrase in title.split(",")]
    return all(phrase.strip() and sum(phrase in text for text in different) >= FEWEST_TEXTS for phrase in phrases)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
