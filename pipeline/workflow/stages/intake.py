"""Turn a survey export into answers, ratings and people, with names of people replaced by pseudonyms."""

import hashlib
import hmac
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow

from pipeline.errors import DataError
from pipeline.study.erasures import ErasureRegister
from pipeline.study.study_settings import Consent, Intake, Question, Rating
from pipeline.survey.columns.group_levels import OTHER, group_levels
from pipeline.survey.columns.several_choices import chosen, is_written_in
from pipeline.survey.readers import Export
from pipeline.tables.lookup import is_duplicate
from pipeline.tables.parquet import empty_table
from pipeline.workflow.open_answers import answers_to
from pipeline.workflow.planned_frame import closed_wordings, planned_frame


_TIERS = ("none", "analyse", "paraphrase", "quote")
# Tools leave an option that was not chosen blank, or write one of these.
_NOT_TICKED = ("", "0", "0.0", "no", "false", "n", "unchecked", "not selected", "n/a")
Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def intake(source: Export, key: bytes, erased: ErasureRegister, *, settings: SimpleNamespace) -> Tables:
    """Return responses (every open cell, blank ones too), ratings and people; of those who were erased nothing."""
    plan: Intake = settings.intake
    whole = source.frame.reset_index(drop=True)
    _check_columns(whole, plan)
    frame = planned_frame(whole, plan)
    people = pd.DataFrame(
        {
            # Of the whole file, so that rows without an id are called the same whatever is left out.
            "response_id": pseudonyms(whole, plan, key).loc[frame.index],
            "row": source.first_row + frame.index.to_numpy(),
            "weight": _weights(frame, plan),
            "received": frame[plan.received] if plan.received else None,
            "consent": _meaning(frame[plan.consent.column], plan.consent) if plan.consent else "analyse",
        }
    )
    if erased.stones:
        # In the export they may still be, and must not come back with the next run.
        gone = np.array([erased.has(person, "all") for person in people["response_id"]], dtype=bool)
        frame, people = frame[~gone], people[~gone]
    responses = _wide(frame, people, plan) if plan.layout == "wide" else _long(frame, people, plan)
    responses = _without_withdrawn(responses.reset_index(drop=True), erased)
    ids = people["response_id"]
    parts = [_attribute(name, frame[name].str.strip(), ids, plan) for name in dict.fromkeys(plan.attributes)]
    attributes = pd.concat(parts, ignore_index=True) if parts else empty_table("people")
    return responses, _ratings(frame, people, plan), attributes


def _without_withdrawn(responses: pd.DataFrame, erased: ErasureRegister) -> pd.DataFrame:
    """Blank answers that were withdrawn, and let nothing be quoted of those who withdrew from that."""
    if not erased.stones:
        return responses
    asked = list(zip(responses["response_id"], responses["question"], strict=True))
    withdrawn = np.array([erased.has(person, "answer", question) for person, question in asked], dtype=bool)
    unquoted = np.array([erased.has(person, "quotes", question) for person, question in asked], dtype=bool)
    quotable = responses["consent"].isin(["quote", "paraphrase"])
    return responses.assign(
        text=responses["text"].mask(withdrawn), consent=responses["consent"].mask(quotable & unquoted, "analyse")
    )


def _check_columns(frame: pd.DataFrame, plan: Intake) -> None:
    wanted = [plan.id, plan.weight, plan.received, *plan.attributes, plan.consent.column if plan.consent else None]
    wanted += plan.consent.questions.values() if plan.consent else ()
    wanted += plan.leave_out
    wanted += [column for rating in plan.ratings.values() for column in rating.columns.values()]
    if plan.layout == "wide":
        wanted += [column for asked in plan.questions.values() for column in asked.columns or (asked.column,)]
        wanted += [rating.column for rating in plan.ratings.values()]
    else:
        wanted += [plan.text, plan.question]
    missing = sorted({column for column in wanted if column and column not in frame.columns})
    if missing:
        raise DataError(
            f"The export has no column {', '.join(repr(column) for column in missing)}; correct [intake] in study.toml "
            "(`themes check` shows the nearest names)."
        )


def pseudonyms(frame: pd.DataFrame, plan: Intake, key: bytes) -> pd.Series:
    """Return who each row is of, by a name that nobody without the key can turn back."""
    # A plain hash of an id or e-mail can be undone by trying a list; a keyed one cannot without the vault.
    ids = frame[plan.id].str.strip() if plan.id else pd.Series(pd.NA, index=frame.index, dtype="str")
    named = ids.fillna("") != ""
    contents = ids if named.all() else ids.where(named, _row_contents(frame))
    # So that an id is never taken for a row that happens to hold the same.
    kinds = np.where(named, "id", "row")
    made = (
        hmac.new(key, f"{kind}\x1f{content}".encode(), hashlib.sha256).hexdigest()[:16]
        for kind, content in zip(kinds, contents, strict=True)
    )
    # One by one, so that they are never there as objects.
    return pd.Series(pd.array(pyarrow.array(made, pyarrow.large_string(), size=len(frame)), dtype="str"), index=frame.index)


def _row_contents(frame: pd.DataFrame) -> pd.Series:
    # Rows without an id are told apart by what they hold, and like rows by their order.
    cells = frame.fillna("").itertuples(index=False, name=None)
    joined = pd.Series(["\x1f".join(row) for row in cells], index=frame.index, dtype="str")
    return joined + "\x1e" + joined.groupby(joined).cumcount().astype("str")


def _weights(frame: pd.DataFrame, plan: Intake) -> pd.Series | float:
    if not plan.weight:
        return 1.0
    weights = pd.to_numeric(frame[plan.weight], errors="coerce")
    if weights.isna().any() or (weights < 0).any():
        rows = ", ".join(str(row + 1) for row in weights.index[weights.isna() | (weights < 0)][:5])
        raise DataError(f"The weight column {plan.weight!r} must hold a number of 0 or more in every row; see answers {rows}.")
    return weights


def _meaning(answers: pd.Series, plan: Consent) -> pd.Series:
    """Return what each answer allows; where it is none of those the study knows, what the study says of all others."""
    tiers = {"quote": plan.quote, "paraphrase": plan.paraphrase, "analyse": plan.analyse, "none": plan.none}
    meaning = {value.strip().casefold(): tier for tier, values in tiers.items() for value in values}
    # Whoever did not clearly allow more is analysed only.
    return answers.fillna("").str.strip().str.casefold().map(meaning).fillna(plan.otherwise)


def _for_question(frame: pd.DataFrame, people: pd.DataFrame, plan: Intake, question: str) -> pd.Series:
    # No more than with all their answers, and no more than they say of this one.
    whole = people["consent"]
    column = plan.consent.questions.get(question) if plan.consent else None
    if plan.consent is None or column is None:
        return whole
    answered = frame[column].fillna("").str.strip() != ""
    of_question = _meaning(frame[column], plan.consent).where(answered, whole)
    tiers = [min(pair, key=_TIERS.index) for pair in zip(whole, of_question, strict=True)]
    return pd.Series(tiers, index=whole.index, dtype="str")


def _wide(frame: pd.DataFrame, people: pd.DataFrame, plan: Intake) -> pd.DataFrame:
    parts = [
        people.assign(
            question=name,
            frame=question.frame,
            text=answers_to(question, plan, frame),
            consent=_for_question(frame, people, plan, name),
        )
        for name, question in plan.questions.items()
    ]
    return pd.concat(parts, ignore_index=True) if parts else empty_table("responses")


def _long(frame: pd.DataFrame, people: pd.DataFrame, plan: Intake) -> pd.DataFrame:
    wording = frame[plan.question].fillna("").str.strip() if plan.question else pd.Series("answer", index=frame.index)
    is_open = ~wording.isin(closed_wordings(plan))
    frame, people, wording = frame[is_open], people[is_open], wording[is_open]
    named = {question.column or name: (name, question) for name, question in plan.questions.items()}
    asked = [named.get(value, (value or "answer", Question())) for value in wording]
    return people.assign(
        question=[name for name, _ in asked], frame=[question.frame for _, question in asked], text=frame[plan.text]
    )


def _attribute(name: str, values: pd.Series, ids: pd.Series, plan: Intake) -> pd.DataFrame:
    stated = values.notna() & (values != "")
    values, ids = values[stated], ids[stated]
    # A person who stands in several rows counts once, with the first value.
    first = ~is_duplicate(ids)
    groups = group_levels(values[first], plan.group_options.get(name, ()))
    return pd.DataFrame({"response_id": ids[first], "attribute": name, "value": groups})


def _ratings(frame: pd.DataFrame, people: pd.DataFrame, plan: Intake) -> pd.DataFrame:
    allowed = people["consent"] != "none"
    columns = dict.fromkeys(column for rating in plan.ratings.values() for column in (rating.column, *rating.columns.values()))
    frame, ids = frame.loc[allowed, [column for column in columns if column]], people.loc[allowed, "response_id"]
    parts = [_rating(name, rating, frame, ids) for name, rating in plan.ratings.items()]
    return pd.concat(parts, ignore_index=True) if parts else empty_table("ratings")


def _rating(name: str, rating: Rating, frame: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    if rating.columns:
        values = _ticked(rating, frame)
    elif rating.options:
        values = chosen(frame[rating.column], rating.separator, rating.options)
    elif rating.separator:
        values = frame[rating.column].str.split(rating.separator, regex=False).explode().astype("str")
    else:
        values = frame[rating.column]
    values = values.str.strip()
    values = values[values.notna() & (values != "")]
    # What one person wrote in is no option of any figure, whether or not the study lists what was offered.
    values = values.where(values.isin(rating.options) | ~values.map(is_written_in).astype(bool), OTHER)
    ids = ids.loc[values.index]
    values, ids = (column[~is_duplicate(ids, values)] for column in (values, ids))
    return pd.DataFrame({"response_id": ids, "question": name, "value": values, "score": _scores(rating, values)})


def _ticked(rating: Rating, frame: pd.DataFrame) -> pd.Series:
    marks = []
    for option, column in rating.columns.items():
        ticked = ~frame[column].fillna("").str.strip().str.casefold().isin(_NOT_TICKED)
        marks.append(pd.Series(option, index=frame.index[ticked], dtype="str"))
    return pd.concat(marks).sort_index(kind="stable")


def _scores(rating: Rating, values: pd.Series) -> pd.Series:
    if rating.labels:
        return values.map(rating.labels).astype(float)
    if rating.scale is None:
        return pd.Series(float("nan"), index=values.index)
    scores = pd.to_numeric(values, errors="coerce")
    return scores.where(scores.between(*rating.scale))
