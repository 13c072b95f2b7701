"""What a researcher could use instead, on the same texts, folds and decisions as the coder.

A peer is a function from a `Task` to scores, float (n_tested, n_codes). It may use the codebook, all texts and the codes of
the decided ones. The recipes are those of the programs' own documentation, in our words.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from coded import Answers, Remembering
from numpy.typing import NDArray


Matrix = NDArray[np.float64]
SEED = 42
# BERTopic's own default, 0.7, takes one NHS answer in a thousand for a definition's; this one takes more than half.
_SIMILAR_ENOUGH = 0.3
_SEED_WORDS = 8
# A topic's shares of codes are drawn towards those of all decided texts as if by so many texts.
_BORROWED = 2.0


@dataclass(frozen=True, eq=False)
class Task:
    """One fold: which rows people have decided on, which are to be scored, and whether the other texts may be read."""

    answers: Answers
    embedder: Remembering
    decided: NDArray[np.intp]
    test: NDArray[np.intp]
    with_texts: bool = True
    hints: list[str | None] | None = None


def svc(task: Task) -> Matrix:
    """TF-IDF and one support vector classifier a code, as in the NHS project's recipe; codes with one text get no score."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import SVC

    texts, truth = task.answers.texts, task.answers.truth[task.decided]
    vectorizer = TfidfVectorizer()
    known = vectorizer.fit_transform([texts[row] for row in task.decided])
    asked = vectorizer.transform([texts[row] for row in task.test])
    scores = np.zeros((len(task.test), truth.shape[1]))
    for code in np.flatnonzero(task.answers.scored & (truth.sum(axis=0) >= 2)):
        model = SVC(C=15, class_weight="balanced", max_iter=1000, probability=True, random_state=SEED)
        scores[:, code] = model.fit(known, truth[:, code]).predict_proba(asked)[:, 1]
    return scores


def cosine(task: Task) -> Matrix:
    """Zero-shot: the cosine of the text and the code's name with its definition."""
    return np.asarray(_vectors(task)[task.test] @ task.embedder.encode(described(task.answers)).T, dtype=float)


def centroids(task: Task) -> Matrix:
    """The cosine of the text and the middle of the code's description, its examples and the texts people gave it."""
    vectors, truth = _vectors(task), task.answers.truth
    middles = []
    for number, (code, words) in enumerate(zip(task.answers.codebook.codes, described(task.answers), strict=True)):
        decided = vectors[task.decided[truth[task.decided, number]]]
        middles.append(np.vstack([task.embedder.encode([words, *code.examples]), decided]).mean(axis=0))
    found = np.array(middles)
    return np.asarray(vectors[task.test] @ (found / np.linalg.norm(found, axis=1, keepdims=True)).T, dtype=float)


def bertopic(task: Task, *, way: str) -> Matrix:
    """BERTopic told of the codes (`zero-shot` or `guided`), as a coder: a text's scores are its topic's shares of codes.

    Topics are found in all texts. With decisions, a topic's scores are the shares of codes among its decided texts; without,
    the cosines of its middle and the codes' descriptions, and 1 for the code it was made for.
    """
    topics, made_for = _topics(task.answers, task.embedder, way)
    vectors, truth = _vectors(task), task.answers.truth.astype(float)
    scores = np.zeros((len(task.test), truth.shape[1]))
    described_codes = task.embedder.encode(described(task.answers))
    for topic in np.unique(topics[task.test]):
        decided = task.decided[topics[task.decided] == topic]
        if len(task.decided):
            usual = truth[task.decided].mean(axis=0)
            found = (truth[decided].sum(axis=0) + _BORROWED * usual) / (len(decided) + _BORROWED)
        else:
            found = vectors[topics == topic].mean(axis=0) @ described_codes.T * (topic != -1)
            found[[made_for[topic]] if topic in made_for else []] = 1.0
        scores[topics[task.test] == topic] = found
    return scores


def described(answers: Answers) -> list[str]:
    """Return each code's name with its definition."""
    return [f"{code.name}. {code.definition}" for code in answers.codebook.codes]


@cache
def _topics(answers: Answers, embedder: Remembering, way: str) -> tuple[NDArray[np.intp], dict[int, int]]:
    """Return each text's topic, -1 for none, and which code a zero-shot topic was made for."""
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from umap import UMAP

    class Embedding(BaseEmbedder):
        def embed(self, documents, verbose=False):  # type: ignore[no-untyped-def]
            return embedder.encode(list(documents))

    told = {
        "zero-shot": {"zeroshot_topic_list": described(answers), "zeroshot_min_similarity": _SIMILAR_ENOUGH},
        "guided": {"seed_topic_list": seed_words(answers)},
    }[way]
    umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SEED, n_jobs=1)
    model = BERTopic(embedding_model=Embedding(), umap_model=umap, **told)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        topics, _ = model.fit_transform(answers.texts, embedder.encode(answers.texts))
    names = {words: number for number, words in enumerate(described(answers))}
    made_for = {topic: names[label] for topic, label in model.topic_labels_.items() if label in names}
    return np.array(topics), made_for


def seed_words(answers: Answers) -> list[list[str]]:
    """Return for each code the words that set its entry in the codebook apart from the others."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    codes = answers.codebook.codes
    entries = [" ".join([code.name, code.definition, code.include, *code.examples]) for code in codes]
    vectorizer = TfidfVectorizer(stop_words="english")
    weights = vectorizer.fit_transform(entries).toarray()
    return [vectorizer.get_feature_names_out()[np.argsort(-row, kind="stable")[:_SEED_WORDS]].tolist() for row in weights]


def _vectors(task: Task) -> Matrix:
    return task.embedder.encode(task.answers.texts)


def _setfit(task: Task) -> Matrix:
    from setfit_peer import setfit

    return setfit(task, seed=SEED)


@dataclass(frozen=True)
class Peer:
    """How a peer is named in the tables, what scores, and with which decisions and how many folds it is run."""

    name: str
    score: Callable[[Task], Matrix]
    without_decisions: bool = True
    with_decisions: bool = True
    only: tuple[str, ...] = ()
    n_folds: int | None = None

    def named(self) -> str:
        """Return the name, with what stands in for a program that is not installed."""
        from setfit_peer import described as setfit_described

        return setfit_described() if self.score is _setfit else self.name


PEERS = {
    "svc": Peer("TF-IDF + SVC", svc, without_decisions=False),
    "cosine": Peer("zero-shot cosine", cosine, with_decisions=False),
    "centroids": Peer("codebook centroids", centroids),
    "bertopic-zero-shot": Peer("BERTopic zero-shot", partial(bertopic, way="zero-shot")),
    "bertopic-guided": Peer("BERTopic guided", partial(bertopic, way="guided")),
    # Minutes a fold: one fold says enough.
    "setfit": Peer("SetFit", _setfit, without_decisions=False, only=("100",), n_folds=1),
}
