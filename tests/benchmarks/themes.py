"""Measure themes against people's codes, and how steadily they come back; vanilla BERTopic beside ours.

    python tests/benchmarks/themes.py --shared ../shared [--sizes 300 800 2500] [--samples 3] [--only ours] [--smoke]
        [--embedder voices] [--study corpora/coproduction]

Rows are the NHS answers that bear exactly one code. Prints one JSON line for each finder and size, the mean of the samples:
AMI against the codes with all rows counted (those left out count as a theme), the adjusted Rand index between the themes of a
sample and those found from scratch in 90 % of it, the share left out, the number of themes, and seconds of one fit. "guided"
has what the coder makes of the codebook alone, as in a study that nobody has read yet; no coded answer plays a part. `titled`
is the share of texts that were not read for the titles whose own theme's title is, of all, the nearest by the language model.

With --study, a study that was run is measured instead: its excerpts against the codes of their answers in gold.csv, where
that is one.
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


def ours(texts, vectors, guide):
    """Find themes as the product does without a codebook."""
    from pipeline import ThemeFinder

    finder = ThemeFinder().fit(texts, vectors)
    return finder.labels_, finder.stability_, None


def guided(texts, vectors, guide):
    """Find themes as the product does with a codebook."""
    from pipeline import ThemeFinder

    finder = ThemeFinder().fit(texts, vectors, guide=guide)
    return finder.labels_, finder.stability_, [theme.code for theme in finder.themes_]


def vanilla(texts, vectors, guide):
    """Find topics as BERTopic's own defaults do, with a seed."""
    from bertopic import BERTopic
    from umap import UMAP

    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=42, n_jobs=1)
    topics, _ = BERTopic(umap_model=umap).fit_transform(texts, vectors)
    return np.array(topics), None, None


FINDERS = {"ours": ours, "guided": guided, "vanilla": vanilla}


def guide_of(texts, vectors, folder, embedder):
    """Return how likely each code is for each text, by a coder that knows the codebook and nobody's codes."""
    from pipeline.codebook.codebook import read_codebook
    from pipeline.methods.coder import CodebookClassifier

    coder = CodebookClassifier(read_codebook(folder / "codebook.csv"), embedder=embedder)
    return coder.fit(texts, [None] * len(texts), vectors=vectors).predict_proba(texts, vectors=vectors)


def titled(texts, vectors, labels, embedder, *, names=None):
    """Return the share of the texts of every other row for which the title of their theme, made from the others, is the nearest.

    `names` has the title of each theme where it is not made of its texts.
    """
    from pipeline.methods.themes.titles import phrases_of

    members = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    read, unseen = [rows[::2] for rows in members], [rows[1::2] for rows in members]
    said = [[texts[row] for row in rows] for rows in read]
    phrases = phrases_of(said, [[(str(row),) for row in rows] for rows in read], [vectors[rows] for rows in read])
    titles = [name or phrase for name, phrase in zip(names or [None] * len(members), phrases, strict=True)]
    likeness = vectors @ embedder.encode([title or "Mixed: read before use" for title in titles]).T
    return float(np.mean(np.concatenate([likeness[rows].argmax(axis=1) == label for label, rows in enumerate(unseen)])))


def measure(find, rows, vectors, sample, part):
    """Return the figures of one sample and its part; both are row numbers."""
    begin = time.perf_counter()
    guide = np.stack(rows["guide"]) if "guide" in rows else None
    texts = rows["text"].iloc[sample].tolist()
    labels, claimed, codes = find(texts, vectors[sample], None if guide is None else guide[sample])
    seconds = time.perf_counter() - begin
    again, *_ = find(rows["text"].iloc[part].tolist(), vectors[part], None if guide is None else guide[part])
    names = codes and [None if code is None else rows.attrs["labels"][code] for code in codes]
    common = pd.Series(labels, index=sample).loc[part]
    return {
        "ami": adjusted_mutual_info_score(rows["codes"].iloc[sample], labels),
        "stability": adjusted_rand_score(common, again),
        "claimed_stability": claimed,
        "left_out": float((labels == -1).mean()),
        "themes": len(set(labels.tolist()) - {-1}),
        "titled": titled(texts, vectors[sample], labels, rows.attrs["embedder"], names=names),
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
        FINDERS[name](rows["text"].head(200).tolist(), vectors[:200], np.stack(rows["guide"].head(200)))


def main(arguments=None):
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared")
    parser.add_argument("--study", type=Path, help="a study that was run, with a gold.csv")
    parser.add_argument("--embedder", default="minilm")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 800, 2_500])
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--only", choices=list(FINDERS))
    parser.add_argument("--vectors", type=Path, help="a .npy file that keeps the vectors for another run")
    parser.add_argument("--smoke", action="store_true", help="a few rows, to see that it works")
    options = parser.parse_args(arguments)
    from pipeline.codebook.codebook import read_codebook
    from pipeline.methods.embedding.embedders import load_embedder

    embedder = load_embedder(options.embedder)
    if options.study:
        print(json.dumps({key: round(value, 4) for key, value in measure_study(options.study, embedder).items()}), flush=True)
        return
    if options.smoke:
        options.sizes, options.samples = [SMOKE], 1
    names = [options.only] if options.only else list(FINDERS)
    rows = coded_answers(options.shared).head(SMOKE if options.smoke else None)
    vectors = vectors_of(rows["text"].tolist(), options.vectors, embedder)
    folder = Path(options.shared) / "data" / "nhs-fft"
    rows = rows.assign(guide=list(guide_of(rows["text"].tolist(), vectors, folder, embedder)))
    rows.attrs["embedder"] = embedder
    rows.attrs["labels"] = [code.plain_label or code.name for code in read_codebook(folder / "codebook.csv").codes]
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


def measure_study(folder, embedder):
    """Return the figures of a study: each excerpt of an answer with one code in gold.csv counts as of that code."""
    from pipeline.study.study import load_study
    from pipeline.tables.parquet import TABLES, read_table

    study = load_study(folder)
    names = ("responses", "comments", "segments", "members", "themes", "texts", "vectors")
    tables = {name: read_table(name, folder / TABLES[name].file) for name in names}
    export, gold = (pd.read_csv(folder / name, dtype=str, keep_default_na=False) for name in ("responses.csv", "gold.csv"))
    people = tables["responses"].drop_duplicates("response_id")
    who = dict(zip(people["response_id"], export[study.settings.intake.id].iloc[people["row"] - 2], strict=True))
    comments = tables["comments"].assign(respondent=tables["comments"]["response_id"].map(who))
    rows = tables["segments"].merge(comments.merge(gold, on=["respondent", "question"]), on="comment_id")
    rows = rows.merge(tables["members"], left_on="text_id_x" if "text_id_x" in rows else "text_id", right_on="text_id")
    rows = rows[(rows["codes"] != "") & ~rows["codes"].str.contains("|", regex=False)]
    themes, members = tables["themes"], tables["members"]
    labels = pd.Index(themes["theme_id"]).get_indexer(members["theme_id"].fillna(""))
    names = [title if isinstance(code, str) else None for title, code in zip(themes["title"], themes["guide_code"], strict=True)]
    vectors = tables["vectors"].matrix.astype(np.float32)
    return {
        "excerpts": len(rows),
        "ami": adjusted_mutual_info_score(rows["codes"], rows["theme_id"].fillna("")),
        "left_out": float((labels == -1).mean()),
        "themes": len(themes),
        "of_codes": sum(name is not None for name in names),
        "titled": titled(tables["texts"]["text"].tolist(), vectors, labels, embedder, names=names),
    }


def vectors_of(texts, path, embedder):
    """Return the texts' vectors, from the file where there is one."""
    if path is not None and path.exists():
        return np.load(path)
    vectors = embedder.encode(texts)
    if path is not None:
        np.save(path, vectors)
    return vectors


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
