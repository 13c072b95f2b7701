"""Sort and mask answers: what is coded, and what is set aside for which reason.

The words of all answers are never in memory together. They are gone over part by part, several times: what hangs on all of them,
such as who said the same before and which names were said, is kept as numbers and as places in the answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import SimpleNamespace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.errors import DataError
from pipeline.methods.redact import Masked, Span, identities, mask, number, with_names
from pipeline.methods.redact.answer import UNKNOWN, Answer, Row, from_row, repair
from pipeline.methods.redact.lexicon import fold
from pipeline.methods.text.nonanswers import READINGS, is_silence, reading_of_nothing
from pipeline.runtime.files import content_id
from pipeline.study.study import Clean
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
    given = _beside(responses, answers)
    judged, names = _judged(given, settings.clean)
    kept = judged["set_aside"].isna().to_numpy()
    found, things = _found(given, kept, {name for row, name in names if kept[row]})
    masking = _Masking(found, number(things, tokens.numbers, tokens.last))
    return concat_or_stream(_comments(given, judged, masking), responses), concat_or_stream(
        _masks(given, judged, masking), responses
    )


@dataclass(frozen=True)
class _Given:
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
            here = np.arange(start, end) if wanted is None else start + np.flatnonzero(wanted[start:end])
            yield _Part(slice(start, end), part, self._answers(here, part["text"].iloc[here - start], rows))
            start, done = end, upto

    def _answers(self, here: Places, texts: pd.Series, rows: Mapping[int, Row]) -> Iterator[tuple[int, Answer]]:
        for row, place, text in zip(here.tolist(), self.places[here].tolist(), texts.tolist(), strict=True):
            yield row, _answer(text, rows.get(place))


@dataclass(frozen=True)
class _Part:
    """Some responses that stand together."""

    rows: slice
    """Their numbers."""
    responses: pd.DataFrame
    answers: Iterator[tuple[int, Answer]]
    """Those that are wanted, with their numbers, one by one."""


def _beside(responses: Rows, answers: Rows) -> _Given:
    places, ids = different_answers(responses)
    if not np.array_equal(ids, np.concatenate([as_numbers(part["answer_id"]) for part in batches(answers)])):
        # Masks would be put in the places of another answer.
        raise DataError("vault/answers.parquet was not made from these answers; `themes run --force` makes it again.")
    last = np.zeros(len(ids), dtype=np.intp)
    # Of several responses with the same answer the last one stays.
    last[places[places >= 0]] = np.flatnonzero(places >= 0)
    return _Given(responses, answers, places, last)


def _rows(answers: Rows, first: int, end: int) -> dict[int, Row]:
    found = take(answers, np.arange(first, end))
    mended = found["mended"].astype(object).where(found["mended"].notna(), None)
    return dict(enumerate(zip(mended, found["language"], found["found"], found["names"], strict=True), start=first))


def _answer(text: str | None, row: Row | None) -> Answer:
    """Return an answer as it was read; of people who allow no analysis, and of blank ones, only mended."""
    said = text if isinstance(text, str) else ""
    return Answer(repair(said)) if row is None else from_row(said, row)


def _judged(given: _Given, plan: Clean) -> tuple[pd.DataFrame, list[Name]]:
    """Tell of each response its comment's id, why it is set aside, how it reads, and which one is the first of the same words.

    Beside it come the words that are only names, with the response each stands in.
    """
    told = [_facts(part, plan) for part in given.parts()]
    facts = pd.concat([one for one, _ in told], ignore_index=True)
    free = facts["set_aside"].isna() | (facts["set_aside"] == OTHER_LANGUAGE)
    facts.loc[facts.pop("by_person").duplicated() & free, "set_aside"] = DUPLICATE
    facts["repeat"] = facts.groupby("id").cumcount()
    first = _first(facts.pop("words"), facts["set_aside"].isna())
    return facts.assign(first=first), [name for _, names in told for name in names]


def _facts(part: _Part, plan: Clean) -> tuple[pd.DataFrame, list[Name]]:
    """Return what is told of each response by itself, and names; words are hashed, as numbers take little."""
    said = dict(part.answers)
    names = [(row, fold(one.text[start:end])) for row, one in said.items() for start, end in one.names]
    return _hashed(part.responses, list(said.values()), plan), names


def _hashed(responses: pd.DataFrame, said: list[Answer], plan: Clean) -> pd.DataFrame:
    persons, questions, frames, consents = (responses[name].tolist() for name in ("response_id", "question", "frame", "consent"))
    texts = [one.text for one in said]
    plain = [" ".join(text.casefold().split()) for text in texts]
    readings = [reading_of_nothing(text, frame) or "" for text, frame in zip(texts, frames, strict=True)]
    reasons = [_reason(consent, one, frame, plan) for consent, one, frame in zip(consents, said, frames, strict=True)]
    return pd.DataFrame(
        {
            "id": as_numbers(map(content_id, persons, questions, texts)),
            "by_person": as_numbers(map(content_id, persons, questions, plain)),
            "words": as_numbers(map(content_id, plain)),
            "reading": pd.Categorical(readings, dtype=_READINGS),
            "set_aside": pd.Categorical(reasons, dtype=_REASONS),
        }
    )


def _reason(consent: str, answer: Answer, frame: str, plan: Clean) -> str | None:
    if not answer.text:
        return EMPTY
    if consent == "none":
        return NO_CONSENT
    if is_silence(answer.text) or reading_of_nothing(answer.text, frame) == "":
        return NON_ANSWER
    return OTHER_LANGUAGE if answer.is_foreign(plan.languages) else None


def _first(words: "pd.Series[int]", kept: "pd.Series[bool]") -> "pd.Series[int]":
    """Return for each response the first that is kept and has the same words, int (n,); -1 of those set aside."""
    rows = pd.Series(np.arange(len(words)))
    return rows[kept].groupby(words[kept]).transform("first").reindex(rows, fill_value=-1)


def _found(given: _Given, kept: NDArray[np.bool_], names: set[str]) -> tuple[dict[int, tuple[Span, ...]], set[Key]]:
    """Return where something stands to be masked or looked at in what is kept, by response, and all things to be numbered."""
    found, things = {}, set[Key]()
    for part in given.parts(kept):
        for row, one in part.answers:
            spans = with_names(one.text, one.spans, names)
            if spans:
                found[row] = spans
                things.update(identities(one.text, spans))
    return found, things


def _comment_ids(judged: pd.DataFrame) -> list[str]:
    """Return the comments' ids; where a person says the same twice, the second has one of its own."""
    pairs = zip(map(as_id, judged["id"].tolist()), judged["repeat"].tolist(), strict=True)
    return [one if not repeat else content_id(one, str(repeat)) for one, repeat in pairs]


@dataclass(frozen=True)
class _Masking:
    """Where something is to be masked or looked at, by response, and the number of each thing."""

    found: Mapping[int, tuple[Span, ...]]
    numbers: Mapping[Key, int]

    def mask(self, row: int, text: str) -> Masked:
        """Return a response with tokens for what is to be masked."""
        return mask(text, self.found[row], self.numbers) if row in self.found else Masked(text)


def _comments(given: _Given, judged: pd.DataFrame, masking: _Masking) -> Iterator[pd.DataFrame]:
    kept = judged["set_aside"].isna().to_numpy()
    # In a function of their own, so that what one part took is let go of before the next is begun.
    return (_comments_of(part, judged, masking) for part in given.parts(kept))


def _comments_of(part: _Part, judged: pd.DataFrame, masking: _Masking) -> pd.DataFrame:
    """Return the comments of a part; of what is set aside no words go further than the vault."""
    told = judged.iloc[part.rows]
    read = {row: (masking.mask(row, one.text), one.language) for row, one in part.answers}
    said = [read.get(row, (Masked(""), UNKNOWN)) for row in range(part.rows.start, part.rows.stop)]
    comments = part.responses[["response_id", "question", "frame", "weight", "consent"]]
    return comments.assign(
        comment_id=_comment_ids(told),
        text=[masked.text for masked, _ in said],
        language=[language for _, language in said],
        redactions=[len(masked.redactions) for masked, _ in said],
        to_check=[len(masked.flags) for masked, _ in said],
        reading=told["reading"].tolist(),
        # As arrays: the rows of a part are numbered anew.
        same_as=_same_as(told, judged).array,
        set_aside=told["set_aside"].astype("str").array,
    )


def _same_as(told: pd.DataFrame, judged: pd.DataFrame) -> "pd.Series[str]":
    """Return the id of the first comment with the same words, where it is not this one."""
    others = told.loc[(told["first"] >= 0) & (told["first"] != told.index), "first"]
    return pd.Series(_comment_ids(judged.iloc[others]), index=others.index, dtype="str").reindex(told.index)


def _masks(given: _Given, judged: pd.DataFrame, masking: _Masking) -> Iterator[pd.DataFrame]:
    """Yield what was masked in each comment, and what stood there."""
    touched = np.isin(np.arange(len(judged)), list(masking.found))
    for part in given.parts(touched):
        ids = _comment_ids(judged[part.rows][touched[part.rows]])
        yield _masks_of(ids, [masking.mask(row, one.text) for row, one in part.answers])


def _masks_of(ids: list[str], masked: list[Masked]) -> pd.DataFrame:
    rows = [
        (comment_id, redaction.start + shift, redaction.start + shift + len(redaction.token), redaction)
        for comment_id, found in zip(ids, masked, strict=True)
        for redaction, shift in zip(found.redactions, _shifts(found), strict=False)
    ]
    if not rows:
        return empty_table("masks")
    return pd.DataFrame(
        [(comment_id, start, end, found.label, found.token, found.original) for comment_id, start, end, found in rows],
        columns=["comment_id", "start", "end", "label", "token", "original"],
    )


def _shifts(found: Masked) -> list[int]:
    grown = [len(redaction.token) - len(redaction.original) for redaction in found.redactions]
    return list(accumulate(grown, initial=0))
