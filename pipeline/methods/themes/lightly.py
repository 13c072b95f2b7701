"""Load BERTopic and UMAP without what is never used here, and keep what numba compiles for the next run."""

import importlib
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any


# BERTopic does without each of these, as it says of its lightweight installation: it is given vectors, a map and groups, and
# draws no charts. Loading them took 4.0 of its 4.3 seconds.
NOT_USED = (
    *("sentence_transformers", "transformers", "spacy", "umap", "hdbscan", "plotly", "datamapplot"),
    *("openai", "cohere", "litellm", "langchain", "llama_cpp"),
)


@cache
def load_bertopic() -> Any:
    """Return BERTopic and its c-TF-IDF, loaded for ourselves only: whoever imports BERTopic beside us gets all of it."""
    known = {name: module for name, module in sys.modules.items() if _is_of(name, "bertopic")}
    for name in known:
        del sys.modules[name]
    with _absent(NOT_USED):
        bertopic = importlib.import_module("bertopic")
        vectorizers = importlib.import_module("bertopic.vectorizers")
    for name in [name for name in sys.modules if _is_of(name, "bertopic")]:
        del sys.modules[name]
    sys.modules.update(known)
    return bertopic.BERTopic, vectorizers.ClassTfidfTransformer


@cache
def load_umap() -> Any:
    """Return UMAP, whose compiled functions are kept on disk and let other threads work."""
    with warnings.catch_warnings():
        # It says that it lacks Tensorflow; it needs none.
        warnings.simplefilter("ignore", ImportWarning)
        import umap
        import umap.layouts
        import umap.umap_
    for module, name in (
        (umap.umap_, "smooth_knn_dist"),
        (umap.umap_, "compute_membership_strengths"),
        (umap.layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        if hasattr(module, name):
            _keep_compiled(getattr(module, name))
    return umap.UMAP


def _keep_compiled(function: Any) -> None:
    # UMAP compiles these anew in each process, which takes longer than what they then do for a survey.
    function.targetoptions["nogil"] = True
    try:
        function.enable_caching()
    except RuntimeError:
        # There is nowhere to write, so they are compiled each time.
        return


def _is_of(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


@contextmanager
def _absent(names: Sequence[str]) -> Iterator[None]:
    """Let imports of the packages fail that nobody has loaded yet."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
