"""Fine-tune the study's own coder, and say what it makes of texts it has not seen."""

from collections.abc import Callable

import numpy as np
from sklearn.base import clone

from pipeline.methods.active_learning.cross_validate import Predictions, Rows, learn
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.coder.suggestion import has_words
from pipeline.training.evidence import Evidence


def fine_tune(evidence: Evidence, *, progress: Callable[[float], None] | None = None) -> CodebookClassifier:
    """Return a coder with a model fine-tuned on all that people decided; the same decisions go on from where they stopped."""
    study, material = evidence.study, evidence.after
    coder: CodebookClassifier = clone(evidence.coder)
    # By its name or folder, since the model itself is tuned.
    embedder = study.settings.embed.model
    coder.set_params(effort="thorough", keep=study.unfinished, progress=progress, embedder=embedder)
    unread = np.setdiff1d(np.arange(len(material.texts)), material.rows)
    rows = np.concatenate([unread, material.rows])
    return learn(coder, material, rows, [*[None] * len(unread), *material.codes])


def predict_thoroughly(coder: CodebookClassifier, evidence: Evidence, rows: Rows, quick: Predictions) -> Predictions:
    """Return what the fine-tuned coder says of these texts as if it had not learnt from them."""
    if coder.blend_ is None:
        return quick
    material = evidence.after
    texts, frames = [material.texts[row] for row in rows], [material.frames[row] for row in rows]
    chances = coder.blend_.held_out_probabilities(quick.chances, texts, frames)
    readable = np.array([has_words(text) for text in texts], dtype=bool)
    return Predictions(chances, (chances >= coder.thresholds_) & readable[:, None])
