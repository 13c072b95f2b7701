"""The tables of a study without a person: rows go, ids of theirs go, and what is only made of others is made anew."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.erasure.person import ErasedPerson, table
from pipeline.errors import DataError
from pipeline.methods.text.repeats import repeats
from pipeline.methods.themes.tokens import words
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, Value, Vectors, read_table, write_table
from pipeline.workflow.manifest import file_sha256, read_manifest, write_manifest
from pipeline.workflow.mask_numbers import numbers_of, read_tokens, write_tokens
from pipeline.workflow.stages import STAGES


# Figures that count the person, and quotations, in whose rewordings words of theirs may stand; the next run makes them again.
_COUNTED = ("response_rates", "accounts", "counts", "closed", "voices", "theme_ranks", "quotes")
_WRITTEN = ("title", "family_title", "keywords", "detail", "proposed", "because", "caption")
_CODES = ("code", "runner_up", "agreed_code", "detail")
# What the person is found by goes last, so that an erasure that was cut short can be begun again.
_LAST = ("segments", "comments", "responses")
_KEYS: dict[str, Callable[[ErasedPerson], frozenset[str]]] = {
    "comment_id": lambda person: person.comments,
    "segment_id": lambda person: person.segments,
    "text_id": lambda person: person.texts,
    "answer_id": lambda person: person.answers,
}


def erase_from_tables(study: Study, person: ErasedPerson, codes: Mapping[str, str]) -> None:
    """Take the person out of every table, call codes otherwise, and forget which stages are up to date."""
    names = [name for name, found in TABLES.items() if not found.decided]
    vocabulary = _others_words(study, person)
    _forget_names(study, person)
    for name in (*(name for name in names if name not in _LAST), *_LAST):
        path = study.folder / TABLES[name].file
        if name in _COUNTED or _is_of_another_version(name, path):
            path.unlink(missing_ok=True)
        elif path.is_file():
            left = _without(read_table(name, path), person, vocabulary)
            write_table(name, _recoded(left, codes) if isinstance(left, pd.DataFrame) else left, path)
    for path in study.derived.iterdir():
        if path.is_file() and path.suffix != ".parquet" and path.name not in {"manifest.json", ".lock"}:
            path.unlink()
    _forget_stages(study)


def _is_of_another_version(name: str, path: Path) -> bool:
    """Say whether a table cannot be read that the next run makes again: it goes whole, as an erasure cannot wait."""
    if not path.is_file() or name in _LAST or TABLES[name].sensitivity == "identifiable":
        return False
    try:
        read_table(name, path)
    except DataError:
        return True
    return False


def _without(value: Value, person: ErasedPerson, vocabulary: frozenset[str]) -> Value:
    if isinstance(value, Vectors):
        keep = np.array([one not in person.texts for one in value.ids], dtype=bool)
        return Vectors(tuple(one for one in value.ids if one not in person.texts), value.matrix[keep], value.model, value.sha256)
    frame = value
    if "response_id" in frame:
        mine = frame["response_id"] == person.response_id
        if person.question is not None:
            mine &= (frame["question"] == person.question) if "question" in frame else False
        frame = frame[~mine]
    for column, ids in _KEYS.items():
        if column in frame:
            frame = frame[~frame[column].isin(ids(person))]
    if "same_as" in frame:
        frame = frame.assign(same_as=frame["same_as"].mask(frame["same_as"].isin(person.comments)))
    return _swept(_titles(frame, person, vocabulary) if "exemplars" in frame else frame, person)


def _recoded(frame: pd.DataFrame, codes: Mapping[str, str]) -> pd.DataFrame:
    """Call codes otherwise whose ids were made of the person's words."""
    there = [column for column in _CODES if codes and column in frame]
    return frame.assign(**{column: frame[column].replace(dict(codes)) for column in there})


def _swept(frame: pd.DataFrame, person: ErasedPerson) -> pd.DataFrame:
    """Blank what people wrote and the person's words stand in, such as a title that quotes them."""
    written = [column for column in _WRITTEN if column in frame]
    return frame.assign(**{column: frame[column].mask(_quoting(frame[column], person), "") for column in written})


def _quoting(column: "pd.Series[str]", person: ErasedPerson) -> "pd.Series[bool]":
    holding = [text for text in column.dropna().unique() if person.wording.holds(text) or repeats(text, person.words)]
    return column.isin(holding)


def _titles(themes: pd.DataFrame, person: ErasedPerson, vocabulary: frozenset[str]) -> pd.DataFrame:
    """Keep of keywords and titles only what others said, too; titles that people gave are theirs and stay."""
    keywords = [", ".join(one for one in row.split(", ") if set(words(one)) <= vocabulary) for row in themes["keywords"]]
    title, family = (
        [
            row if given or set(words(row)) <= vocabulary else other
            for row, given, other in zip(themes[column], themes["named"], keywords, strict=True)
        ]
        for column in ("title", "family_title")
    )
    exemplars = [" ".join(one for one in row.split() if one not in person.texts) for row in themes["exemplars"]]
    return themes.assign(keywords=keywords, title=title, family_title=family, exemplars=exemplars)


def _others_words(study: Study, person: ErasedPerson) -> frozenset[str]:
    path = study.folder / TABLES["texts"].file
    if not path.is_file():
        return frozenset()
    texts = read_table("texts", path)
    said = texts.loc[~texts["text_id"].isin(person.texts), "text"] if isinstance(texts, pd.DataFrame) else ()
    return frozenset(word for text in said for word in words(text))


def _forget_names(study: Study, person: ErasedPerson) -> None:
    """Forget the names that only this person gave; their numbers are not given again."""
    masks = table(study, "masks")
    if masks is None:
        return
    mine = masks["comment_id"].isin(person.comments)
    gone = set(numbers_of(masks[mine])) - set(numbers_of(masks[~mine]))
    if gone:
        write_tokens(study, read_tokens(study).without(gone))


def _forget_stages(study: Study) -> None:
    """Let every stage run again, and only keep what was made of answers and texts that are still there."""
    manifest = read_manifest(study)
    spared = {stage.name: stage.incremental for stage in STAGES if stage.incremental}
    kept = [
        replace(record, fingerprint="", makes={name: file_sha256(study.folder / TABLES[name].file)})
        for record in manifest.stages
        if (name := spared.get(record.name)) and (study.folder / TABLES[name].file).is_file()
    ]
    write_manifest(study, replace(manifest, stages=tuple(kept), resources=(), accounts={}))
