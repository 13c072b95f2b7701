"""Measure themes against people's codes, and how steadily they come back; vanilla BERTopic beside ours.

    python tests/benchmarks/themes.py --shared ../shared [--sizes 300 800 2500] [--samples 3] [--only ours]
        [--model voices] [--smoke]

Rows are the NHS answers that bear exactly one code. Prints one JSON line for each finder and size, the mean of the samples:
AMI against the codes with all rows counted (those left out count as a theme), the adjusted Rand index between the themes of a
sample and those found from scratch in 90 % of it, the share left out, the number of themes, and seconds of one fit.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path


os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score


FEWEST_ROWS = 20
SMOKE = 150


def coded_answers(shared):
    """Return the usable NHS answers with exactly one code that bears at least 20 of them; text and code."""
    folder = Path(shared) / "data" / "nhs-fft"
    responses, gold = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in ("responses.csv", "gold.csv"))
    rows = responses.merge(gold, on="comment_id")
    rows = rows[(rows["usable"] == "True") & (rows["in_codebook_examples"] != "True") & (rows["text"].str.strip() != "")]
    rows = rows[(rows["codes"] != "") & ~rows["codes"].str.contains("|", regex=False)]
    rows = rows[~rows["text"].str.lower().str.split().str.join(" ").duplicated()]
    common = rows["codes"].value_counts()
    return rows[rows["codes"].isin(common[common >= FEWEST_ROWS].index)][["text", "codes"]].reset_index(drop=True)


def ours(texts, vectors):
    """Find themes as the product does."""
    from pipeline import ThemeFinder

    finder = ThemeFinder().fit(texts, vectors)
    return finder.labels_, finder.stability_


def vanilla(texts, vectors):
    """Find topics as BERTopic's own defaults do, with a seed."""
    from bertopic import BERTopic
    from umap import UMAP

    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42, n_jobs=1)
    topics, _ = BERTopic(umap_model=umap).fit_transform(texts, vectors)
    return np.array(topics), None


FINDERS = {"ours": ours, "vanilla": vanilla}


def measure(find, rows, vectors, sample, part):
    """Return the figures of one sample and its part; both are row numbers."""
    begin = time.perf_counter()
    labels, claimed = find(rows["text"].iloc[sample].tolist(), vectors[sample])
    seconds = time.perf_counter() - begin
    again, _ = find(rows["text"].iloc[part].tolist(), vectors[part])
    common = pd.Series(labels, index=sample).loc[part]
    return {
        "ami": adjusted_mutual_info_score(rows["codes"].iloc[sample], labels),
        "stability": adjusted_rand_score(common, again),
        "claimed_stability": claimed,
        "left_out": float((labels == -1).mean()),
        "themes": len(set(labels.tolist()) - {-1}),
        "seconds": seconds,
    }


def draw(n_rows, size, number):
    """Return the rows of a sample and of 90 % of it."""
    generator = np.random.default_rng(100 + number)
    sample = generator.permutation(n_rows)[:size]
    return sample, generator.permutation(sample)[: round(0.9 * len(sample))]


def warm_up(rows, vectors, names):
    """Let numba compile before anything is timed."""
    for name in names:
        FINDERS[name](rows["text"].head(200).tolist(), vectors[:200])


def main(arguments=None):
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 800, 2_500])
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--only", choices=list(FINDERS))
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--vectors", type=Path, help="a .npy file that keeps the vectors for another run")
    parser.add_argument("--smoke", action="store_true", help="a few rows, to see that it works")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.sizes, options.samples = [SMOKE], 1
    names = [options.only] if options.only else list(FINDERS)
    rows = coded_answers(options.shared).head(SMOKE if options.smoke else None)
    vectors = vectors_of(rows["text"].tolist(), options.vectors, model=options.model)
    warm_up(rows, vectors, names)
    for size in options.sizes:
        for name, mean in means(rows, vectors, names, size=size, samples=options.samples).items():
            figures = {key: round(float(value), 4) for key, value in mean.items() if value is not None}
            print(json.dumps({"finder": name, "samples": options.samples, **figures}), flush=True)


def means(rows, vectors, names, *, size, samples):
    """Return each finder's mean figures over samples of one size; finders take turns."""
    found = {name: [] for name in names}
    for number in range(samples):
        sample, part = draw(len(rows), size, number)
        for name in names:
            found[name].append({"rows": len(sample), **measure(FINDERS[name], rows, vectors, sample, part)})
    return {name: {key: mean([one[key] for one in ones]) for key in ones[0]} for name, ones in found.items()}


def mean(values):
    """Return the mean, or None where there are none."""
    return None if None in values else float(np.mean(values))


def vectors_of(texts, path, *, model):
    """Return the texts' vectors, from the file where there is one."""
    if path is not None and path.exists():
        return np.load(path)
    from pipeline.methods.embedding.embedders import load_embedder

    vectors = load_embedder(model).encode(texts)
    if path is not None:
        np.save(path, vectors)
    return vectors


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
