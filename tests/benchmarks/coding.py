"""Score the coder and its peers on answers that people have coded, and print each setting's figures as a line of JSON.

    python tests/benchmarks/coding.py --shared ../shared [--decisions codebook 0 themes 100 all] [--effort quick thorough]
        [--peers svc cosine centroids bertopic-zero-shot bertopic-guided setfit] [--folds N] [--smoke]

Five folds by the text's hash; the first N answers of a fold's training part, in hash order, are the decisions. Coder and peers
also get the texts of all the answers, as they would in a study, but no codes besides the decisions; `codebook` withholds
the texts, and `themes` is no decisions, but somebody read the themes and said which code each is. Without the shared folder,
or without --shared, the sample study is scored, and every row says so. `--effort` and `--peers` with nothing after them leave
that half out.
"""

import argparse
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any


os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

import numpy as np
from coded import Answers, Remembering, hints_of_themes, read_answers
from numpy.typing import NDArray
from peers import PEERS, Peer, Task, described
from scoring import by_code, calibration, chosen_f1, ranking, rare_and_common, usefulness

from pipeline.methods.coder import CodebookClassifier, Suggestion
from pipeline.methods.embedding.embedders import load_embedder


DECISIONS = ("codebook", "0", "themes", "100", "250", "500", "1000", "all")
SMOKE = 250


@dataclass(frozen=True, eq=False)
class Found:
    """What one fold gave for its tested texts; only the coder suggests, keeps silent and is timed beyond embedding."""

    chances: NDArray[np.float64]
    seconds: float
    suggested: NDArray[np.bool_] | None = None
    silent: tuple[str, ...] = ()
    texts_per_s: float | None = None


Learner = Callable[[Task], Found]


def main(arguments: Sequence[str] | None = None) -> None:
    """Score the peers and then the coder with each number of decisions."""
    options = parse(arguments)
    warnings.filterwarnings("ignore")
    answers = read_answers(options.shared)
    answers = answers.take(SMOKE) if options.smoke else answers
    embedder = Remembering(load_embedder(options.embedder))
    embedder.encode([*answers.texts, *described(answers), *(text for code in answers.codebook.codes for text in code.examples)])
    for decisions in options.decisions:
        svc_s = None
        for peer in (PEERS[name] for name in options.peers if takes(PEERS[name], decisions)):
            row = score_peer(peer, answers, embedder, decisions, n_folds=options.folds)
            svc_s = row["train_s"] if peer is PEERS["svc"] else svc_s
            say(row)
        for effort in options.effort:
            row = score_coder(answers, embedder, decisions, effort=effort, n_folds=options.folds)
            if svc_s is not None:
                row["times_svc"] = round(row["train_s"] / svc_s, 2)
            say(row)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, help="folder with data/nhs-fft; without it the sample study is scored")
    parser.add_argument("--decisions", nargs="+", default=list(DECISIONS), help='"codebook", "themes", "all", or how many')
    parser.add_argument("--effort", nargs="*", default=["quick"])
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--embedder", default="minilm")
    parser.add_argument("--folds", type=int, help="only the first so many of the five folds")
    parser.add_argument("--smoke", action="store_true", help="few answers, one fold, no slow peer: to see that it works")
    options = parser.parse_args(arguments)
    if options.smoke:
        options.folds, options.decisions, options.embedder = 1, ["0", "100"], "static"
        options.peers = [name for name in options.peers if name in ("svc", "cosine", "centroids")]
    return options


def takes(peer: Peer, decisions: str) -> bool:
    """Say whether a peer is run with these decisions; without any, peers read the texts or do not, and it is all one."""
    if decisions in ("codebook", "themes") or (peer.only and decisions not in peer.only):
        return False
    return peer.without_decisions if decisions == "0" else peer.with_decisions


def score_coder(
    answers: Answers, embedder: Remembering, decisions: str, *, effort: str = "quick", n_folds: int | None = None
) -> dict[str, Any]:
    """Return the coder's figures."""
    tasks, found, chances, suggested = hold_out(partial(code, effort=effort), answers, embedder, decisions, n_folds=n_folds)
    silent = [why for one in found for why in one.silent]
    speed = next(one.texts_per_s for one in found)
    row = {"who": f"ours, {effort}", **figures(answers, tasks, chances, suggested, probabilities=True)}
    row |= {"abstained": {why: silent.count(why) for why in sorted(set(silent))}}
    return {**row, **seconds_of(found), "suggest_texts_per_s": speed, **told(answers, decisions, tasks)}


def score_peer(
    peer: Peer, answers: Answers, embedder: Remembering, decisions: str, *, n_folds: int | None = None
) -> dict[str, Any]:
    """Return a peer's figures."""
    folds = min(n_folds or peer.n_folds or 5, peer.n_folds or 5)

    def learner(task: Task) -> Found:
        begin = time.perf_counter()
        chances = peer.score(task)
        return Found(chances, time.perf_counter() - begin)

    tasks, found, chances, _ = hold_out(learner, answers, embedder, decisions, n_folds=folds)
    row = {"who": peer.named(), **figures(answers, tasks, chances, None, probabilities=False)}
    return {**row, **seconds_of(found), **told(answers, decisions, tasks)}


def hold_out(
    learner: Learner, answers: Answers, embedder: Remembering, decisions: str, *, n_folds: int | None
) -> tuple[list[Task], list[Found], NDArray[np.float64], NDArray[np.bool_]]:
    """Return each fold's task and what it gave, with chances and suggestions put together, (n_texts, n_codes)."""
    tasks = list(tasks_of(answers, embedder, decisions))[:n_folds]
    found = [learner(task) for task in tasks]
    chances, suggested = np.zeros(answers.truth.shape), np.zeros(answers.truth.shape, dtype=bool)
    for task, one in zip(tasks, found, strict=True):
        chances[task.test] = one.chances
        if one.suggested is not None:
            suggested[task.test] = one.suggested
    return tasks, found, chances, suggested


def tasks_of(answers: Answers, embedder: Remembering, decisions: str) -> list[Task]:
    """Return a task for each fold; without decisions all folds would learn the same, so there is one."""
    rows = np.arange(len(answers.texts))
    if decisions in ("codebook", "0", "themes"):
        hints = hints_of_themes(answers, embedder) if decisions == "themes" else None
        return [Task(answers, embedder, rows[:0], rows, with_texts=decisions != "codebook", hints=hints)]
    n = None if decisions == "all" else int(decisions)
    folds = [answers.folds == fold for fold in np.unique(answers.folds)]
    return [Task(answers, embedder, rows[~tested][:n], rows[tested]) for tested in folds]


def code(task: Task, *, effort: str) -> Found:
    """Code a fold's tested texts with the coder."""
    answers = task.answers
    decided = set(task.decided.tolist())
    begin = time.perf_counter()
    coder = CodebookClassifier(answers.codebook, embedder=task.embedder, effort=effort)
    if task.with_texts:
        codes = [given if row in decided else None for row, given in enumerate(answers.codes)]
        coder.fit(answers.texts, codes, frames=answers.frames, hints=task.hints)
    else:
        coder.fit()
    seconds = time.perf_counter() - begin
    texts, frames = [answers.texts[row] for row in task.test], [answers.frames[row] for row in task.test]
    given = coder.suggest(texts, frames)
    chances = coder.predict_proba(texts, frames)
    silent = tuple(one.abstained or "suggested" for one in given)
    return Found(chances, seconds, as_matrix(given, coder.classes_), silent, speed_of(coder, task))


def speed_of(coder: CodebookClassifier, task: Task) -> float:
    """Return texts a second, all texts at once, with their vectors given."""
    vectors = task.embedder.encode(task.answers.texts)
    begin = time.perf_counter()
    coder.suggest(task.answers.texts, task.answers.frames, vectors=vectors)
    return round(len(vectors) / (time.perf_counter() - begin))


def as_matrix(suggestions: Sequence[Suggestion], code_ids: Sequence[str]) -> NDArray[np.bool_]:
    """Return which codes are suggested, (n_texts, n_codes)."""
    names = [{named.code for named in one.codes if named.suggested} for one in suggestions]
    return np.array([[code in given for code in code_ids] for given in names])


def figures(
    answers: Answers,
    tasks: Sequence[Task],
    chances: NDArray[np.float64],
    suggested: NDArray[np.bool_] | None,
    *,
    probabilities: bool,
) -> dict[str, Any]:
    """Return what the scores are worth; suggestions are judged on all codes, the rest on those with enough texts."""
    tested = np.concatenate([task.test for task in tasks])
    truth, scores = answers.truth[:, answers.scored], chances[:, answers.scored]
    there, found = truth[tested], scores[tested]
    ids = [code.code for code, counts in zip(answers.codebook.codes, answers.scored, strict=True) if counts]
    folds = [(task.decided, task.test) for task in tasks]
    row: dict[str, Any] = {**ranking(there, found), **chosen_f1(truth, scores, folds, probabilities=probabilities)}
    row |= first_fold(answers, tasks[0], truth, scores)
    if probabilities:
        row |= calibration(there, found)
    given = None if suggested is None else suggested[tested]
    if given is not None:
        row |= usefulness(answers.truth[tested], given)
    row["rare"] = rare_and_common(there, found, n=truth.sum(axis=0))
    return row | {"codes": by_code(there, found, None if given is None else given[:, answers.scored], codes=ids)}


def first_fold(answers: Answers, task: Task, truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> dict[str, Any]:
    """Return the ranking in the first fold alone, to lay beside peers that are run on that one only."""
    rows = task.test[answers.folds[task.test] == answers.folds.min()]
    return {"first_fold": ranking(truth[rows], scores[rows])}


def seconds_of(found: Sequence[Found]) -> dict[str, float]:
    """Return the seconds of all folds' learning and the median of one; peers' seconds include scoring."""
    seconds = [one.seconds for one in found]
    return {"train_s": round(sum(seconds), 2), "fit_s": round(float(np.median(seconds)), 2)}


def told(answers: Answers, decisions: str, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return what the figures are about."""
    about = {"decisions": decisions, "decided": max(len(task.decided) for task in tasks), "folds": len(tasks)}
    return {**about, "texts": len(answers.texts), "scored_codes": int(answers.scored.sum()), "data": answers.data}


def say(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
