"""What earlier work made of a person's words and is no table: exports, sheets, saved models, the ledger."""

import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow
import pyarrow.parquet

from pipeline.erasure.person import ErasedPerson, table
from pipeline.errors import DataError
from pipeline.methods.coder.tuning import FACTS, is_tuned
from pipeline.methods.themes.saved_model import FACTS as THEMES
from pipeline.methods.themes.saved_model import SavedTheme, load, save, words_of_enough
from pipeline.runtime.archives import PROJECT, unpacked
from pipeline.study.study import Study
from pipeline.workflow.released_figures import ledger_path, read_ledger, write_ledger


_TAGS = re.compile(r"<[^<>]*>")
_SQLITE, _PARQUET = b"SQLite format 3\0", b"PAR1"
_BACKUPS = "backups"
_STILL = {
    True: "is a backup that holds words or ids of theirs: make another and delete this one yourself.",
    False: "holds words of theirs and was not made by an export: delete it yourself.",
}
_KEPT = {"vault", "derived", "models", "codebook.csv", "study.toml", "review.sqlite"}


def erase_exports(study: Study, person: ErasedPerson) -> Iterator[str]:
    """Delete what the study exported that holds their words or ids, and name it; name other files that hold them, too."""
    for path in _files(study.exports):
        # The words of a PDF lie in it compressed and cannot be looked for, so every one goes.
        if path.suffix.lower() == ".pdf" or _holds(path, person):
            path.unlink()
            name = path.relative_to(study.folder)
            yield f"{name} held words of theirs and is deleted; export it again, and replace copies."


def still_holding(study: Study, person: ErasedPerson) -> Iterator[str]:
    """Name what still holds their words when all is done: files the program did not make, and the export's other sheets."""
    for path in _files(study.folder):
        first = path.relative_to(study.folder).parts[0]
        if first not in {*_KEPT, "exports"} and path not in {study.codebook, study.source} and _holds(path, person):
            yield f"{path.relative_to(study.folder)} {_STILL[first == _BACKUPS]}"
    for path in sorted({*_files(study.vault), *([study.source] if study.source.is_file() else [])}):
        if path.suffix != ".parquet" and holds_words(path, person):
            yield f"{path.relative_to(study.folder)} still holds words of theirs, perhaps on another sheet: take them out there."


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def holds_words(path: Path, person: ErasedPerson) -> bool:
    """Say whether a file holds words of theirs."""
    return any(person.wrote(text) for text in texts_of(path))


def _holds(path: Path, person: ErasedPerson) -> bool:
    return holds_words(path, person) or any(name in text for text in texts_of(path) for name in person.ids)


def texts_of(path: Path) -> Iterator[str]:
    """Yield a file's text, with and without its markup; of an archive that of each member, of tables that of their cells."""
    if not path.is_file():
        # A pipe would be waited for for ever, and keeps nothing.
        return
    for data in _contents(path):
        if data.startswith((_SQLITE, _PARQUET)):
            yield from _cells(data)
            continue
        text = data.decode("utf-8", errors="replace")
        yield text
        yield _TAGS.sub("", text)
        yield _TAGS.sub(" ", text)
        if path.suffix.lower() == ".json":
            # As in a string of JSON, where a line end is two characters.
            yield re.sub(r"\\[nrt]", " ", text)


def _cells(data: bytes) -> Iterator[str]:
    """Yield the texts in a database or a Parquet file; its bytes as text where it is damaged."""
    try:
        if data.startswith(_SQLITE):
            yield from _cells_of_sqlite(data)
            return
        for column in pyarrow.parquet.read_table(pyarrow.BufferReader(data)).columns:
            if pyarrow.types.is_string(column.type) or pyarrow.types.is_large_string(column.type):
                yield "\n".join(filter(None, column.to_pylist()))
    except (sqlite3.Error, pyarrow.ArrowException):
        yield data.decode("utf-8", errors="replace")


def _cells_of_sqlite(data: bytes) -> Iterator[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        # A database in memory has no log beside it, so the two bytes that say so are set.
        connection.deserialize(data[:18] + b"\1\1" + data[20:])
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                yield "\n".join(str(value) for value in row if isinstance(value, str))


def _contents(path: Path) -> list[bytes]:
    if not zipfile.is_zipfile(path):
        return [path.read_bytes()]
    try:
        return [b"".join(piece for _, piece in parts) for _, parts in groupby(unpacked(path, PROJECT), key=itemgetter(0))]
    except DataError:
        # What cannot be opened safely was not made here.
        return [path.read_bytes()]


def erase_from_models(study: Study, person: ErasedPerson, codes: Mapping[str, str]) -> Iterator[str]:
    """Take the person out of saved themes, and remove a tuned coder that learnt from what they said or knows such codes."""
    from pipeline.methods.coder.tuning.tuned import key_of

    facts = study.tuned / FACTS
    marks = (*map(key_of, person.words), *codes)
    if is_tuned(study.tuned) and any(mark in facts.read_text(encoding="utf-8") for mark in marks):
        shutil.rmtree(study.tuned)
        yield "The fine-tuned coder had learnt from what they said and is removed; `themes learn --thorough` makes another."
    if study.unfinished.is_dir():
        shutil.rmtree(study.unfinished)
        yield "Fine-tuning that was not finished is removed, since it may have read what they said."
    if (study.saved_themes / THEMES).is_file():
        yield from _erase_from_saved_themes(study, person, codes)


def _erase_from_saved_themes(study: Study, person: ErasedPerson, codes: Mapping[str, str]) -> Iterator[str]:
    saved, texts = load(study.saved_themes), table(study, "texts")
    others = [] if texts is None else texts.loc[~texts["text_id"].isin(person.texts), "text"].tolist()
    themes = tuple(_without(theme, person, others, codes) for theme in saved.themes)
    if themes != saved.themes:
        save(replace(saved, themes=themes), study.saved_themes)
        yield "The saved themes no longer hold words or ids of theirs; their middles are means and stay, until you freeze again."


def _without(theme: SavedTheme, person: ErasedPerson, others: Sequence[str], codes: Mapping[str, str]) -> SavedTheme:
    keywords = words_of_enough(others, theme.keywords) if others else theme.keywords
    plain = ", ".join(keywords)
    title, family = (plain if person.wrote(text) else text for text in (theme.title, theme.family_title))
    return replace(
        theme,
        exemplars=tuple(text_id for text_id in theme.exemplars if text_id not in person.texts),
        keywords=keywords,
        title=title,
        family_title=family,
        # A title that is made of keywords again is nobody's choice any more.
        named=theme.named and title == theme.title,
        agreed_code=codes.get(theme.agreed_code or "", theme.agreed_code),
    )


def erase_from_ledger(study: Study, person: ErasedPerson, codes: Mapping[str, str], *, whole: bool) -> None:
    """Take the person out of the ledger, which remembers only that somebody who was counted is gone; call codes otherwise."""
    if not ledger_path(study).is_file() or not (whole or codes):
        return
    gone = frozenset({person.response_id} if whole else ())
    write_ledger(
        study,
        [
            replace(
                figure,
                item=_called(figure.item, codes),
                people=figure.people - gone,
                erased=figure.erased + len(figure.people & gone),
            )
            for figure in read_ledger(study)
        ],
    )


def _called(item: str, codes: Mapping[str, str]) -> str:
    for code, name in codes.items():
        item = item.replace(code, name)
    return item
