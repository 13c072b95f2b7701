"""Load BERTopic and UMAP without what is never used here, and keep what numba compiles for the next run."""

import importlib
import warnings
from functools import cache
from typing import Any

from pipeline.imports import for_ourselves, standing_in, without


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
    with for_ourselves("bertopic"), standing_in(NOT_WRITTEN), without(*NOT_USED):
        bertopic = importlib.import_module("bertopic")
        vectorizers = importlib.import_module("bertopic.vectorizers")
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
