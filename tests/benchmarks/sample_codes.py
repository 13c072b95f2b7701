"""Measure what the coder suggests for the sample study before anybody has decided, against the codes of `gold.csv`.

    python tests/benchmarks/sample_codes.py [--embedder voices] [--unread]

The sample is invented, and `voices` has learnt its codebook from other invented answers. Prints one JSON line for a model.
"""

import argparse
import json

import numpy as np
from coded import read_answers
from scipy.stats import spearmanr
from sklearn.metrics import label_ranking_average_precision_score

from pipeline.codebook.written_answers import written_answers
from pipeline.methods.coder import CodebookClassifier
from pipeline.methods.embedding.embedders import load_embedder
from pipeline.workflow.stages.code import examples_of


NAMED = ("lack-of-feedback", "tokenism", "power-imbalance")


def main(arguments=None):
    """Print the figures of one language model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="voices")
    parser.add_argument("--unread", action="store_true", help="lend the coder the answers, without their codes")
    options = parser.parse_args(arguments)
    answers, embedder = read_answers(None), load_embedder(options.embedder)
    written = examples_of(written_answers(answers.codebook), embedder)
    coder = CodebookClassifier(answers.codebook, embedder=embedder, written=written)
    if options.unread:
        coder.fit(answers.texts, [None] * len(answers.texts), frames=answers.frames)
    else:
        coder.fit()
    chances = coder.predict_proba(answers.texts, answers.frames)
    print(json.dumps({"embedder": options.embedder, "unread": options.unread, **figures(chances, coder, answers.truth)}))


def figures(chances, coder, truth):
    """Return ranking, suggestions, calibration of the likeliest code and the order of codes by share."""
    suggested = chances >= coder.thresholds_
    right, coded = (suggested & truth).sum(axis=0), truth.any(axis=1)
    precision, recall = right.sum() / suggested.sum(), right.sum() / truth.sum()
    recalls = dict(zip(coder.classes_, right / np.maximum(1, truth.sum(axis=0)), strict=True))
    first, hit = chances.max(axis=1), truth[np.arange(len(truth)), chances.argmax(axis=1)]
    tenths = np.minimum((first * 10).astype(int), 9)
    gaps = [abs(first[tenths == tenth].mean() - hit[tenths == tenth].mean()) * (tenths == tenth).mean() for tenth in set(tenths)]
    return {
        "answers": len(truth),
        "lrap": round(label_ranking_average_precision_score(truth[coded], chances[coded]), 3),
        "micro_f1": round(2 * precision * recall / (precision + recall), 3),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "ece_first": round(sum(gaps), 3),
        "order_of_shares": round(spearmanr(chances.sum(axis=0), truth.sum(axis=0))[0], 3),
        **{code: round(recalls[code], 3) for code in NAMED},
    }


if __name__ == "__main__":
    main()
