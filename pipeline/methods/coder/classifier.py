"""Suggest codes for answers, learning from the codebook first and then from people, and keep silent when unsure."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.codebook.codebook import Codebook
from pipeline.errors import CodebookError, ModelError
from pipeline.methods.coder.ensemble import Ensemble, join_coders
from pipeline.methods.coder.examples import TrainingExample, codebook_examples, decision_examples
from pipeline.methods.coder.explain import find_reasons
from pipeline.methods.coder.features import FeatureExtractor, TextFeatures, split_units
from pipeline.methods.coder.fit import Unread, Wanted, fit_model
from pipeline.methods.coder.kernel_ridge import evenly
from pipeline.methods.coder.matching import CodebookMatcher
from pipeline.methods.coder.suggestion import Adviser, Suggestion, has_words
from pipeline.methods.coder.training_set import TrainingSet, Vectors, check_decisions, gather
from pipeline.methods.coder.written_examples import WrittenExamples, written_examples
from pipeline.methods.embedding.embedder import Embedder
from pipeline.methods.embedding.embedders import load_embedder, model_folder
from pipeline.tables.lazy import select


if TYPE_CHECKING:
    from pipeline.methods.coder.tuning.tuned import Tuned

# Once people have read so many texts, guesses at unread ones teach nothing more; before, so many are enough.
_ENOUGH_DECISIONS, _MOST_UNREAD = 300, 1_000
_SLICE = 4_096
MOST_DECIDED = 7_000
"""The coder learns from so many decided texts at most, spread evenly: every lesson is compared with every other."""


class CodebookClassifier:
    """A multi-label classifier that learns from a codebook and from people's decisions.

    It knows a code by its label, definition, examples and counter-examples before anybody has read an answer. Texts
    that people have coded teach it more; texts that nobody has read yet, given without codes, lend it their words, and
    more so where people have said which code the theme they are in stands for.

    Parameters
    ----------
    codebook : Codebook
        The codes, as `pipeline.codebook.codebook.read_codebook` returns them.
    embedder : str, Path or Embedder
        "voices", "minilm", "static", a sentence-transformers folder, or anything with `name`, `dimension` and `encode`.
    effort : "quick" or "thorough"
        "quick" learns in seconds; "thorough" also fine-tunes the small model itself, in minutes, and blends the two.
    seed : int
        Decides what the thorough effort draws at random; the quick one draws nothing.
    min_precision : float
        How often a suggestion should be right, 0 to 1. With no decisions this is judged by the codebook's own
        examples, each held out in turn; with decisions, by those, held out in turn.
    recall_first : sequence of str
        Codes that must not be missed, such as harm: suggested from where nine in ten would be found, precise or not.
    tuned : Tuned, optional
        A model fine-tuned before, which a thorough effort then takes instead of fine-tuning.
    keep : str or Path, optional
        A folder where fine-tuning keeps what it has reached, to go on from after an interruption.
    progress : callable, optional
        Told how far fine-tuning is, 0 to 1.
    written : WrittenExamples, optional
        Invented answers that teach codes. Each counts less than a decision, and less the more has been decided.

    Attributes
    ----------
    classes_ : tuple of str
        The code ids, in the codebook's order.
    thresholds_ : float (n_codes,)
        The probability from which each code is suggested.
    even_ : float
        What a probability of 0.5 became where all were made less sure, since only written answers taught the coder.
    blend_ : Ensemble or None
        After a thorough effort, the fine-tuned model and how it is joined with the quick coder.

    Raises
    ------
    CodebookError
        The codebook has no codes, or a decision names a code that it does not have.
    DataError
        The lists given do not fit together.
    ModelError
        A parameter or the embedding model cannot be used, or the coder has not been fitted.

    Examples
    --------
    >>> from pipeline import CodebookClassifier
    >>> from pipeline.codebook.codebook import Code, Codebook
    >>> waiting = Code("waiting", label="Waiting", examples=("We waited for weeks.", "Nobody rang back for a month."))
    >>> food = Code("food", label="Food", examples=("The meals were lovely.", "Lunch was cold again."))
    >>> coder = CodebookClassifier(Codebook((waiting, food)), embedder="minilm").fit()
    >>> coder.classes_
    ('waiting', 'food')
    >>> coder.predict_proba(["Dinner was tasty"]).argmax(axis=1)
    array([1])
    >>> coder.suggest(["Dinner was tasty"])[0].codes[0].because
    'The meals were lovely.'
    """

    classes_: tuple[str, ...]
    thresholds_: NDArray[np.float64]
    even_: float
    blend_: Ensemble | None

    def __init__(
        self,
        codebook: Codebook,
        *,
        embedder: str | Path | Embedder = "voices",
        effort: str = "quick",
        seed: int = 42,
        min_precision: float = 0.7,
        recall_first: Sequence[str] = (),
        tuned: "Tuned | None" = None,
        keep: str | Path | None = None,
        progress: Callable[[float], None] | None = None,
        written: WrittenExamples | None = None,
    ) -> None:
        self.codebook = codebook
        self.embedder = embedder
        self.effort = effort
        self.seed = seed
        self.min_precision = min_precision
        self.recall_first = recall_first
        self.tuned = tuned
        self.keep = keep
        self.progress = progress
        self.written = written

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters by name, as scikit-learn does."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **parameters: Any) -> Self:
        """Set parameters by name and return the coder, as scikit-learn does; it must be fitted again."""
        current = self.get_params()
        for name, value in parameters.items():
            if name not in current:
                raise ModelError(f"The coder has no parameter {name!r}; it has {', '.join(current)}.")
            setattr(self, name, value)
        return self

    def fit(
        self,
        texts: Sequence[str] | None = None,
        codes: Sequence[Sequence[str] | None] | None = None,
        *,
        frames: Sequence[str] | None = None,
        weights: Sequence[float] | None = None,
        hints: Sequence[str | None] | None = None,
        vectors: Vectors | None = None,
        rows: Sequence[int] | None = None,
    ) -> Self:
        """Learn from the codebook and from these texts, and return the coder.

        `codes` holds a list of code ids for each text: an empty one says that no code applies, None that nobody has
        read the text. `frames` are "good", "better", "neutral" or ""; `weights` say how much each decision counts;
        `hints` name for unread texts the code that people gave their theme, or None (`theme_hints` makes them);
        with `vectors`, (n_texts, d), texts are not embedded again, and each is taken as a single unit. Where `vectors` are
        in another order, or of more texts, `rows` say which of them is each text's.
        """
        self._check_parameters()
        answers = gather(texts, codes, frames=frames, weights=weights, hints=hints, vectors=vectors, rows=rows)
        check_decisions(answers, self.codebook)
        book, decided = codebook_examples(self.codebook), decision_examples(answers)
        decided = [decided[place] for place in evenly(len(decided), MOST_DECIDED)]
        written = self.written or WrittenExamples()
        borrowed = written_examples(written, n_decisions=len(decided))
        lessons = [*book, *decided, *borrowed]
        code_ids = tuple(code.code for code in self.codebook.codes)
        embedder = load_embedder(self.embedder) if isinstance(self.embedder, str | Path) else self.embedder
        reader = FeatureExtractor.knowing([lesson.text for lesson in lessons], embedder)
        reading = _read(reader, book).joined(_read(reader, decided, among=answers))
        reading = reading.joined(_read(reader, borrowed, vectors=written.vectors)) if borrowed else reading
        wanted = Wanted(self.min_precision, tuple(code_ids.index(code) for code in self.recall_first))
        matcher = CodebookMatcher.of(self.codebook, reader.embedder)
        waiting = answers if len(decided) < _ENOUGH_DECISIONS else answers.take([])
        unread = _read_unread(reader, matcher, waiting, code_ids=code_ids)
        taught, evidence = fit_model(lessons, reading, matcher=matcher, unread=unread, code_ids=code_ids, wanted=wanted)
        self._reader, self._taught, self.blend_ = reader, taught, None
        if self.effort == "thorough":
            # Excerpts would double the minutes that fine-tuning takes.
            tuned = self.tuned or self._tune([lesson for lesson in lessons if lesson.source != "excerpt"], code_ids)
            self.blend_ = join_coders(tuned, evidence, lessons, code_ids=code_ids, wanted=wanted)
        self.classes_ = code_ids
        self.thresholds_ = taught.thresholds if self.blend_ is None else self.blend_.thresholds
        # The two of a thorough effort are joined by a curve of their own, which moves nothing.
        self.even_ = taught.even if self.blend_ is None else 0.5
        # Nobody said what was written to teach, so it is no reason to show people.
        shown = np.arange(len(book) + len(decided))
        reasons = find_reasons(lessons[: len(shown)], reading.take(shown), code_ids=code_ids)
        self._adviser = Adviser(code_ids, self.thresholds_, taught.model.word_weights, reasons, reader.words)
        return self

    @property
    def tuned_(self) -> "Tuned":
        """The fine-tuned model of a thorough effort; ModelError where there is none."""
        blended: Ensemble | None = getattr(self, "blend_", None)
        if blended is None:
            raise ModelError("This coder has fine-tuned no model; fit it with effort='thorough'.")
        return blended.tuned

    def _tune(self, lessons: Sequence[TrainingExample], code_ids: Sequence[str]) -> "Tuned":
        from pipeline.methods.coder.tuning.tuned import tune

        name = self.embedder if isinstance(self.embedder, str | Path) else self.embedder.name
        keep = None if self.keep is None else Path(self.keep)
        report = self.progress or (lambda done: None)
        return tune(lessons, code_ids, folder=model_folder(name), name=str(name), seed=self.seed, keep=keep, progress=report)

    def _chances(self, part: TrainingSet, reading: TextFeatures) -> NDArray[np.float64]:
        quick = self._taught.probabilities(part.texts, reading)
        return quick if self.blend_ is None else self.blend_.probabilities(quick, part.texts, part.frames)

    def predict_proba(
        self, texts: Sequence[str], frames: Sequence[str] | None = None, *, vectors: Vectors | None = None
    ) -> NDArray[np.float64]:
        """Return how likely each code is right, float (n_texts, n_codes); a text may have several codes or none."""
        readings = self._readings(gather(texts, frames=frames, vectors=vectors))
        parts = [self._chances(part, reading) for part, reading in readings]
        return np.vstack([np.zeros((0, len(self.classes_))), *parts])

    def suggest(
        self, texts: Sequence[str], frames: Sequence[str] | None = None, *, vectors: Vectors | None = None
    ) -> list[Suggestion]:
        """Return for each text its likeliest codes with reasons, or why none is suggested.

        Every suggested code is named, and at least the three likeliest; `suggested` tells them apart.
        """
        readings = self._readings(gather(texts, frames=frames, vectors=vectors))
        return [
            suggestion
            for part, reading in readings
            for suggestion in self._adviser.suggestions(part.texts, reading, self._chances(part, reading))
        ]

    def _readings(self, answers: TrainingSet) -> Iterator[tuple[TrainingSet, TextFeatures]]:
        if not hasattr(self, "classes_"):
            raise ModelError("The coder has not learnt anything yet; call fit() first.")
        for start in range(0, len(answers), _SLICE):
            part = answers.take(range(start, min(start + _SLICE, len(answers))))
            yield part, self._reader.read(part.texts, part.frames, vectors=part.vectors)

    def _check_parameters(self) -> None:
        if not self.codebook.codes:
            raise CodebookError("The codebook has no codes; the coder needs at least one to learn from.")
        if self.effort not in ("quick", "thorough"):
            raise ModelError(f"There is no effort {self.effort!r}; set effort to 'quick' or 'thorough'.")
        code_ids = [code.code for code in self.codebook.codes]
        missing = next((code for code in self.recall_first if code not in code_ids), None)
        if missing is not None:
            raise CodebookError(f"recall_first names the code {missing!r}, which is not in the codebook; correct one of them.")
        if not 0 <= self.min_precision <= 1:
            raise ModelError(f"min_precision is {self.min_precision}; set it between 0 and 1.")


def _read(
    reader: FeatureExtractor,
    lessons: Sequence[TrainingExample],
    *,
    among: TrainingSet | None = None,
    vectors: NDArray[np.floating] | None = None,
) -> TextFeatures:
    texts, frames = [lesson.text for lesson in lessons], [lesson.frame for lesson in lessons]
    if among is not None and among.matrix is not None:
        taught = set(texts)
        rows = {text: row for row, text in enumerate(among.texts) if text in taught}
        vectors = among.take([rows[text] for text in texts]).vectors
    return reader.read(texts, frames, vectors=vectors)


def _read_unread(reader: FeatureExtractor, matcher: CodebookMatcher, answers: TrainingSet, *, code_ids: Sequence[str]) -> Unread:
    rows = _unread(answers)
    hinted = [row for row in rows if answers.hints[row] is not None]
    hinted = [hinted[place] for place in evenly(len(hinted), _MOST_UNREAD)]
    hints = np.array([code_ids.index(str(answers.hints[row])) for row in hinted], dtype=np.intp)
    texts, lent = _read_lent(reader, answers, rows)
    return Unread(lent.whole, matcher.clues(texts, lent), _read_whole(reader, answers, hinted).whole, hints)


def _unread(answers: TrainingSet) -> NDArray[np.intp]:
    """Return where texts stand that nobody has read, each text once, in the order in which they first come."""
    rows = np.array([row for row, codes in enumerate(answers.codes) if codes is None], dtype=np.intp)
    texts = select(answers.texts, rows)
    # Texts are told apart by their hash, since the words of all are not kept.
    kind = [("hash", "i8"), ("says", "?")]
    marks = np.fromiter(((hash(text), has_words(text)) for text in texts), dtype=kind, count=len(texts))
    _, first, place = np.unique(marks["hash"], return_index=True, return_inverse=True)
    last = np.zeros(len(first), dtype=np.intp)
    last[place] = np.arange(len(place))
    order = np.argsort(first)
    unread: NDArray[np.intp] = rows[last[order][marks["says"][first[order]]]]
    return unread


def _read_lent(reader: FeatureExtractor, answers: TrainingSet, rows: NDArray[np.intp]) -> tuple[Sequence[str], TextFeatures]:
    """Return texts unit by unit, or whole where their vectors are known."""
    if answers.matrix is not None:
        lent = answers.take([rows[place] for place in evenly(len(rows), _MOST_UNREAD)])
        return lent.texts, _read_whole(reader, lent, range(len(lent)))
    units = [(unit, answers.frames[row]) for row in rows for unit in split_units(answers.texts[row])]
    select = [units[place] for place in evenly(len(units), _MOST_UNREAD)]
    texts = [unit for unit, _ in select]
    whole = reader.read(texts, [frame for _, frame in select]).whole
    return texts, TextFeatures(whole, whole.take(np.arange(0)), np.arange(0))


def _read_whole(reader: FeatureExtractor, answers: TrainingSet, rows: Sequence[int]) -> TextFeatures:
    select = answers.take(rows)
    return reader.read(select.texts, select.frames, vectors=select.vectors)
