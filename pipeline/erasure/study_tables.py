"""The tables of a study without a person: rows go, ids of theirs go, and what is only made of others is made anew."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.erasure.person import ErasedPerson, table
from pipeline.errors import DataError
from pipeline.methods.themes.tokens import words
from pipeline.study.study import Study
from pipeline.tables.parquet import TABLES, Value, Vectors, read_table, write_table
from pipeline.workflow.manifest import file_sha256, read_manifest, write_manifest
from pipeline.workflow.mask_numbers import numbers_of, read_tokens, write_tokens
from pipeline.workflow.stages import STAGES


# Figures that count the person, and quotations, in whose rewordings words of theirs may stand; the next run makes them again.
_COUNTED = ("response_rates", "accounts", "counts", "closed", "estimates", "voices", "theme_ranks", "quotes")
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
    names = [name for name, spec in TABLES.items() if not spec.decided]
    texts = table(study, "texts")
    others = () if texts is None else texts.loc[~texts["text_id"].isin(person.texts), "text"]
    vocabulary = frozenset(word for text in others for word in words(text))
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
    # A table that cannot be read goes whole where the next run makes it again: an erasure cannot wait.
    if not path.is_file() or name in _LAST or TABLES[name].sensitivity == "identifiable":
        return False
    try:
        read_table(name, path)
    except DataError:
        return True
    return False


def _without(value: Value, person: ErasedPerson, vocabulary: frozenset[str]) -> Value:
    if isinstance(value, Vectors):
        keep = np.array([text_id not in person.texts for text_id in value.ids], dtype=bool)
        return Vectors(
            tuple(text_id for text_id in value.ids if text_id not in person.texts), value.matrix[keep], value.model, value.sha256
        )
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
    frame = _titles(frame, person, vocabulary) if "exemplars" in frame else frame
    # What people wrote, such as a title that quotes them, is blanked as a whole.
    written = [column for column in _WRITTEN if column in frame]
    return frame.assign(**{column: frame[column].mask(_quoting(frame[column], person), "") for column in written})


def _recoded(frame: pd.DataFrame, codes: Mapping[str, str]) -> pd.DataFrame:
    columns = [column for column in _CODES if codes and column in frame]
    return frame.assign(**{column: frame[column].replace(dict(codes)) for column in columns})


def _quoting(column: "pd.Series[str]", person: ErasedPerson) -> "pd.Series[bool]":
    return column.isin([text for text in column.dropna().unique() if person.wrote(text)])


def _titles(themes: pd.DataFrame, person: ErasedPerson, vocabulary: frozenset[str]) -> pd.DataFrame:
    """Keep of keywords and titles only what others said, too; titles that people gave are theirs and stay."""
    keywords = [", ".join(word for word in row.split(", ") if set(words(word)) <= vocabulary) for row in themes["keywords"]]
    title, family = (
        [
            title if is_named or set(words(title)) <= vocabulary else plain
            for title, is_named, plain in zip(themes[column], themes["named"], keywords, strict=True)
        ]
        for column in ("title", "family_title")
    )
    exemplars = [" ".join(text_id for text_id in row.split() if text_id not in person.texts) for row in themes["exemplars"]]
    return themes.assign(keywords=keywords, title=title, family_title=family, exemplars=exemplars)


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
