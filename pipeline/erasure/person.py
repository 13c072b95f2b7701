"""Who is to be erased: their pseudonym, their rows in the export, and all that could be found of them elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pandas as pd

from pipeline.erasure.source import read_source
from pipeline.errors import StudyError
from pipeline.methods.text.passages import Wording, wording_of
from pipeline.methods.text.repeats import own_words, repeats
from pipeline.runtime.files import content_id
from pipeline.study.study import Study
from pipeline.survey.readers import Export
from pipeline.tables.parquet import TABLES, read_table
from pipeline.workflow.inputs import vault_key
from pipeline.workflow.stages.intake import pseudonyms


# A shorter id is a number or a word like any other: an id of five that is no mere word is taken to mean nobody else.
_SHORTEST_ID, _SURE_ID = 3, 5


@dataclass(frozen=True)
class ErasedPerson:
    """A person, or one answer of a person, and what it left behind."""

    response_id: str
    places: list[int]
    """Rows of the export's frame."""
    comments: frozenset[str]
    segments: frozenset[str]
    texts: frozenset[str]
    """Ids of texts that nobody else said."""
    answers: frozenset[str]
    """Ids of answers that nobody else gave."""
    words: tuple[str, ...]
    """What they wrote, as it came in and as it was masked, in pieces long enough to be their own."""
    wording: Wording
    """The same by a few words in a row, and which of them nobody else wrote; with their ids."""
    respondent: str
    """Their id, as it was given."""
    question: str | None = None

    @property
    def ids(self) -> frozenset[str]:
        """Every id of theirs that other files may hold."""
        whole = frozenset() if self.question else frozenset({self.response_id})
        return self.comments | self.segments | self.texts | whole

    @property
    def is_too_short_to_find(self) -> bool:
        """Whether their id is so short that it would be found in every date and number."""
        return not self.question and len(self.respondent) < _SHORTEST_ID

    def wrote(self, text: str) -> bool:
        """Say whether a text holds words of theirs: a few in a row that nobody else wrote, or a piece of their own."""
        return self.wording.holds(text) or repeats(text, self.words)


def find_person(study: Study, respondent: str, *, question: str | None) -> tuple[ErasedPerson, Export | None]:
    """Return the person whose id in the export this is; StudyError if there is nobody of that id."""
    export = read_source(study)
    ids = pseudonyms(export.frame.reset_index(drop=True), study.settings.intake, vault_key(study)).tolist() if export else []
    responses = table(study, "responses")
    everybody = {*ids, *(() if responses is None else responses["response_id"])}
    # Where the export is gone, the id may be given as the pseudonym that stands in the tables.
    matches = everybody & {_pseudonym_of(study, respondent), respondent}
    if not matches:
        column = study.settings.intake.id
        where = f"the column {column!r} of the export" if column else "the table of responses, by pseudonym"
        raise StudyError(f"There is nobody with that id in {where}. Give the id exactly as it stands there; nothing was changed.")
    response_id = min(matches)
    places = [place for place, pseudonym in enumerate(ids) if pseudonym == response_id]
    questions = study.settings.intake.questions
    if question is not None and questions and question not in questions:
        raise StudyError(
            f"The study has no question {question!r}; its questions are {', '.join(questions)}. Nothing was changed."
        )
    return _gather(study, response_id, places, respondent=respondent, question=question), export


def _pseudonym_of(study: Study, respondent: str) -> str:
    plan = study.settings.intake
    frame = pd.DataFrame({plan.id or "id": pd.Series([respondent], dtype="str")})
    return str(pseudonyms(frame, plan.model_copy(update={"id": plan.id or "id"}), vault_key(study)).iloc[0])


def _gather(study: Study, response_id: str, places: list[int], *, respondent: str, question: str | None) -> ErasedPerson:
    responses, comments, segments = (table(study, name) for name in ("responses", "comments", "segments"))
    own_responses = _rows(responses, "response_id", {response_id}, question)
    own_comments = _rows(comments, "response_id", {response_id}, question)
    comment_ids = frozenset(own_comments["comment_id"]) if len(own_comments) else frozenset()
    own_segments = _rows(segments, "comment_id", comment_ids, None)
    others = segments[~segments["comment_id"].isin(comment_ids)] if segments is not None else pd.DataFrame({"text_id": []})
    written = [*own_responses.get("text", ()), *own_comments.get("text", ()), *own_segments.get("text", ())]
    # What somebody else said in the very same words is theirs, too, and does not give this person away.
    shared = set() if segments is None else set(others["text"])
    others_raw = () if responses is None else responses.drop(index=own_responses.index)["text"]
    others_masked = () if comments is None else comments.drop(index=own_comments.index)["text"]
    segment_ids = frozenset(own_segments.get("segment_id", ()))
    text_ids = frozenset(own_segments.get("text_id", ())) - frozenset(others["text_id"])
    ids = dict.fromkeys(comment_ids | segment_ids | text_ids, True)
    if not question:
        # Each with whether it can mean nobody else: a pseudonym always, an id only where it is long and no mere word.
        is_sure = len(respondent) >= _SURE_ID and not respondent.isalpha()
        ids |= ({respondent: is_sure} if len(respondent) >= _SHORTEST_ID else {}) | {response_id: True}
    return ErasedPerson(
        response_id,
        places,
        comment_ids,
        segment_ids,
        text_ids,
        _answer_ids(own_responses.get("text", ())) - _answer_ids(others_raw),
        own_words(text for text in written if text not in shared),
        wording_of(written, chain(others_raw, others_masked), ids=ids),
        respondent,
        question,
    )


def _answer_ids(texts: Iterable[Any]) -> frozenset[str]:
    return frozenset(content_id(text) for text in texts if isinstance(text, str))


def _rows(frame: pd.DataFrame | None, column: str, wanted: Any, question: str | None) -> pd.DataFrame:
    if frame is None:
        return pd.DataFrame()
    rows = frame[frame[column].isin(list(wanted))]
    return rows[rows["question"] == question] if question and "question" in rows else rows


def table(study: Study, name: str) -> pd.DataFrame | None:
    """Return a table, or None where it has not been made."""
    path = study.folder / TABLES[name].file
    value = read_table(name, path) if path.is_file() else None
    return value if isinstance(value, pd.DataFrame) else None
