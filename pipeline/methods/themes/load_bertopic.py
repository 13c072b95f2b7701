"""Load BERTopic and UMAP without what is never used here, and keep what numba compiles for the next run."""

import importlib
import warnings
from functools import cache, partial
from typing import Any

from pipeline.runtime.lazy_imports import for_ourselves, hidden, stubbed


# BERTopic does without each of these, as it says of its lightweight installation: it is given vectors, a map and groups, and
# draws no charts. Loading them took 4.0 of its 4.3 seconds.
NOT_USED = (
    *("sentence_transformers", "transformers", "spacy", "umap", "hdbscan", "plotly", "datamapplot"),
    *("openai", "cohere", "litellm", "langchain", "llama_cpp"),
)
# With it BERTopic writes models to files, which we do ourselves; it loads torch.
NOT_WRITTEN: dict[str, dict[str, Any]] = {"bertopic._save_utils": {}}


@cache
def load_bertopic() -> Any:
    """Return BERTopic and its c-TF-IDF, loaded for ourselves only: whoever imports BERTopic beside us gets all of it."""
    with for_ourselves("bertopic"), stubbed(NOT_WRITTEN), hidden(*NOT_USED):
        bertopic = importlib.import_module("bertopic")
        vectorizers = importlib.import_module("bertopic.vectorizers")
    return bertopic.BERTopic, vectorizers.ClassTfidfTransformer


@cache
def load_umap() -> Any:
    """Return UMAP, whose compiled functions, and those of what it loads, are kept on disk and let other threads work."""
    import numba

    as_it_is = numba.njit
    numba.njit = partial(_compile, as_it_is)
    try:
        with warnings.catch_warnings():
            # It says that it lacks Tensorflow; it needs none.
            warnings.simplefilter("ignore", ImportWarning)
            import umap
    finally:
        numba.njit = as_it_is
    return umap.UMAP


def _compile(njit: Any, *args: Any, **options: Any) -> Any:
    """Compile as numba does, and keep what comes of it: anew in each process, it takes longer than what it does for a survey."""
    if args and callable(args[0]):
        return _compile(njit, **options)(args[0])

    def kept(function: Any) -> Any:
        try:
            return njit(*args, **{"cache": True, "nogil": True, **options})(function)
        except RuntimeError:
            # There is nowhere to write, so it is compiled each time.
            return njit(*args, **{"nogil": True, **options})(function)

    return kept
