"""Sort and mask answers: what is coded, and what is set aside for which reason.

The words of all answers are never in memory together. They are gone over part by part, several times: what hangs on all of them,
such as who said the same before and which names were said, is kept as numbers and as places in the answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.methods.redact import Masked, Span, identities, mask, number, with_names
from pipeline.methods.redact.answer import Answer, Row, from_row, repair
from pipeline.methods.text.common_words import fold
from pipeline.methods.text.language import UNKNOWN
from pipeline.methods.text.nonanswers import READINGS, is_silence, reading_of_nothing
from pipeline.runtime.files import content_id
from pipeline.runtime.plain_text import one_line
from pipeline.study.study_settings import Clean
from pipeline.tables.lazy import Rows, batches, concat_or_stream, take
from pipeline.tables.parquet import empty_table
from pipeline.tables.set_aside import DUPLICATE, EMPTY, NO_CONSENT, NON_ANSWER, OTHER_LANGUAGE
from pipeline.workflow.mask_numbers import Key, MaskNumbers
from pipeline.workflow.stages.distinct import as_id, as_numbers, different_answers


Frames = pd.DataFrame | Iterator[pd.DataFrame]
Places = NDArray[np.intp]
Name = tuple[int, str]
"""A response, and a word in it that is only a name."""

_REASONS = pd.CategoricalDtype([EMPTY, NO_CONSENT, NON_ANSWER, DUPLICATE, OTHER_LANGUAGE])
_READINGS = pd.CategoricalDtype(["", *READINGS.values()])


def clean(responses: Rows, answers: Rows, tokens: MaskNumbers, *, settings: SimpleNamespace) -> tuple[Frames, Frames]:
    """Return comments, one for each response, and the masks that lead back from tokens to names.

    `answers` is what each different answer holds, in the order in which they first come. Known names keep their numbers.
    """
    read = _beside(responses, answers)
    judged, names = _judged(read, settings.clean)
    kept = judged["set_aside"].isna().to_numpy()
    spans, keys = _spans_and_keys(read, kept, {name for row, name in names if kept[row]})
    masking = _Masking(spans, number(keys, tokens.numbers, tokens.last))
    # Each part in a function of its own, so that what it took is let go of before the next is begun.
    comments = (_comments(part, judged, masking) for part in read.parts(kept))
    return concat_or_stream(comments, responses), concat_or_stream(_masks(read, judged, masking), responses)


@dataclass(frozen=True)
class _ReadResponses:
    """Responses and what was read of each, to be gone over side by side, part by part, as often as need be."""

    responses: Rows
    answers: Rows
    places: Places
    """For each response the row of its answer, int (n_responses,); -1 of those that were not read."""
    last: Places
    """For each answer the last response that it is, int (n_answers,)."""

    def parts(self, wanted: NDArray[np.bool_] | None = None) -> Iterator["_Part"]:
        """Yield the responses, and what was read of those that are wanted, bool (n_responses,), or of all."""
        start = done = 0
        rows: dict[int, Row] = {}
        for part in batches(self.responses):
            end = start + len(part)
            upto = max(done, int(self.places[start:end].max(initial=-1)) + 1)
            # Of earlier parts' answers only those are kept that come again: they are few, as most people say it in other words.
            rows = {place: row for place, row in rows.items() if self.last[place] >= start}
            rows |= _rows(self.answers, done, upto)
            row_numbers = np.arange(start, end) if wanted is None else start + np.flatnonzero(wanted[start:end])
            yield _Part(slice(start, end), part, self._answers(row_numbers, part["text"].iloc[row_numbers - start], rows))
            start, done = end, upto

    def _answers(self, row_numbers: Places, texts: pd.Series, rows: Mapping[int, Row]) -> Iterator[tuple[int, Answer]]:
        # One by one: as objects they take far more than their words.
        for row, place, text in zip(row_numbers.tolist(), self.places[row_numbers].tolist(), texts.tolist(), strict=True):
            words, was_read = text if isinstance(text, str) else "", rows.get(place)
            # Answers of people who allow no analysis, and blank ones, are only mended.
            yield row, Answer(repair(words)) if was_read is None else from_row(words, was_read)


@dataclass(frozen=True)
class _Part:
    """Some responses that stand together."""

    rows: slice
    """Their numbers."""
    responses: pd.DataFrame
    answers: Iterator[tuple[int, Answer]]
    """Those that are wanted, with their numbers, one by one."""


def _beside(responses: Rows, answers: Rows) -> _ReadResponses:
    places, ids = different_answers(responses)
    if not np.array_equal(ids, np.concatenate([as_numbers(part["answer_id"]) for part in batches(answers)])):
        # Masks would be put in the places of another answer.
        raise DataError("vault/answers.parquet was not made from these answers; `themes run --force` makes it again.")
    last = np.zeros(len(ids), dtype=np.intp)
    # Of several responses with the same answer the last one stays.
    last[places[places >= 0]] = np.flatnonzero(places >= 0)
    return _ReadResponses(responses, answers, places, last)


def _rows(answers: Rows, first: int, end: int) -> dict[int, Row]:
    part = take(answers, np.arange(first, end))
    mended = part["mended"].astype(object).where(part["mended"].notna(), None)
    return dict(enumerate(zip(mended, part["language"], part["found"], part["names"], strict=True), start=first))


def _judged(read: _ReadResponses, plan: Clean) -> tuple[pd.DataFrame, list[Name]]:
    """Tell of each response its comment's id, why it is set aside, how it reads, and which one is the first of the same words.

    Beside it come the words that are only names, with the response each stands in.
    """
    parts = [_facts(part, plan) for part in read.parts()]
    facts = pd.concat([table for table, _ in parts], ignore_index=True)
    free = facts["set_aside"].isna() | (facts["set_aside"] == OTHER_LANGUAGE)
    facts.loc[facts.pop("by_person").duplicated() & free, "set_aside"] = DUPLICATE
    facts["repeat"] = facts.groupby("id").cumcount()
    # For each response the first that is kept and has the same words, int (n,); -1 of those set aside.
    rows, words, kept = pd.Series(np.arange(len(facts))), facts.pop("words"), facts["set_aside"].isna()
    first = rows[kept].groupby(words[kept]).transform("first").reindex(rows, fill_value=-1)
    return facts.assign(first=first), [name for _, names in parts for name in names]


def _facts(part: _Part, plan: Clean) -> tuple[pd.DataFrame, list[Name]]:
    # Words are hashed, as numbers take little.
    by_row = dict(part.answers)
    names = [(row, fold(answer.text[start:end])) for row, answer in by_row.items() for start, end in answer.names]
    answers = list(by_row.values())
    columns = (part.responses[name].tolist() for name in ("response_id", "question", "frame", "consent"))
    persons, questions, frames, consents = columns
    texts = [answer.text for answer in answers]
    plain = [one_line(text.casefold()) for text in texts]
    readings = [reading_of_nothing(text, frame) or "" for text, frame in zip(texts, frames, strict=True)]
    reasons = [_reason(consent, answer, frame, plan) for consent, answer, frame in zip(consents, answers, frames, strict=True)]
    facts = {
        "id": as_numbers(map(content_id, persons, questions, texts)),
        "by_person": as_numbers(map(content_id, persons, questions, plain)),
        "words": as_numbers(map(content_id, plain)),
        "reading": pd.Categorical(readings, dtype=_READINGS),
        "set_aside": pd.Categorical(reasons, dtype=_REASONS),
    }
    return pd.DataFrame(facts), names


def _reason(consent: str, answer: Answer, frame: str, plan: Clean) -> str | None:
    if not answer.text:
        return EMPTY
    if consent == "none":
        return NO_CONSENT
    if is_silence(answer.text) or reading_of_nothing(answer.text, frame) == "":
        return NON_ANSWER
    return OTHER_LANGUAGE if answer.is_foreign(plan.languages) else None


def _spans_and_keys(
    read: _ReadResponses, kept: NDArray[np.bool_], names: set[str]
) -> tuple[dict[int, tuple[Span, ...]], set[Key]]:
    """Return where something stands to be masked or looked at in what is kept, by response, and all things to be numbered."""
    spans_of, keys = {}, set[Key]()
    for part in read.parts(kept):
        for row, answer in part.answers:
            spans = with_names(answer.text, answer.spans, names, answer.language)
            if spans:
                spans_of[row] = spans
                keys.update(identities(answer.text, spans))
    return spans_of, keys


def _comment_ids(judged: pd.DataFrame) -> list[str]:
    # Where a person says the same twice, the second has an id of its own.
    pairs = zip(map(as_id, judged["id"].tolist()), judged["repeat"].tolist(), strict=True)
    return [comment_id if not repeat else content_id(comment_id, str(repeat)) for comment_id, repeat in pairs]


@dataclass(frozen=True)
class _Masking:
    """Where something is to be masked or looked at, by response, and the number of each thing."""

    spans: Mapping[int, tuple[Span, ...]]
    numbers: Mapping[Key, int]

    def mask(self, row: int, text: str) -> Masked:
        """Return a response with tokens for what is to be masked."""
        return mask(text, self.spans[row], self.numbers) if row in self.spans else Masked(text)


def _comments(part: _Part, judged: pd.DataFrame, masking: _Masking) -> pd.DataFrame:
    # Of what is set aside no words go further than the vault.
    own = judged.iloc[part.rows]
    read = {row: (masking.mask(row, answer.text), answer.language) for row, answer in part.answers}
    results = [read.get(row, (Masked(""), UNKNOWN)) for row in range(part.rows.start, part.rows.stop)]
    # The id of the first comment with the same words, where it is not this one.
    others = own.loc[(own["first"] >= 0) & (own["first"] != own.index), "first"]
    same_as = pd.Series(_comment_ids(judged.iloc[others]), index=others.index, dtype="str")
    comments = part.responses[["response_id", "question", "frame", "weight", "consent"]]
    return comments.assign(
        comment_id=_comment_ids(own),
        text=[masked.text for masked, _ in results],
        language=[language for _, language in results],
        redactions=[len(masked.redactions) for masked, _ in results],
        to_check=[len(masked.flags) for masked, _ in results],
        reading=own["reading"].tolist(),
        # As arrays: the rows of a part are numbered anew.
        same_as=same_as.reindex(own.index).array,
        set_aside=own["set_aside"].astype("str").array,
    )


def _masks(read: _ReadResponses, judged: pd.DataFrame, masking: _Masking) -> Iterator[pd.DataFrame]:
    touched = np.isin(np.arange(len(judged)), list(masking.spans))
    for part in read.parts(touched):
        ids = _comment_ids(judged[part.rows][touched[part.rows]])
        yield _masks_of(ids, [masking.mask(row, answer.text) for row, answer in part.answers])


def _masks_of(ids: list[str], masked: list[Masked]) -> pd.DataFrame:
    rows = []
    for comment_id, answer in zip(ids, masked, strict=True):
        # Places in the masked text: each token is longer or shorter than what stood there, and shifts those after it.
        shift = 0
        for redaction in answer.redactions:
            start, token, original = redaction.start + shift, redaction.token, redaction.original
            rows.append((comment_id, start, start + len(token), redaction.label, token, original))
            shift += len(token) - len(original)
    columns = ["comment_id", "start", "end", "label", "token", "original"]
    return pd.DataFrame(rows, columns=columns) if rows else empty_table("masks")
